"""Every layer and loss, with its options, against PyTorch: values, gradients, state, names.

The references are stored in ``torch_layers``, in float64; ``torch_layers/make.py`` wrote them.
"""

from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.nn.torch_layers import cases

with np.load(Path(__file__).parent / "torch_layers" / "references.npz") as file:
    ENDS = np.cumsum(file["lengths"])
    EXPECTED = dict(zip(file["keys"].tolist(), np.split(file["numbers"], ENDS[:-1]), strict=True))
    STATES = dict(zip(file["keys"].tolist(), file["states"].tolist(), strict=True))

COARSE = {"Hardsigmoid() R34", "CELU(1.3) R34"}  # PyTorch has constants in float32 in these


def made(case, rng, dtype):
    name, args, options, _, run = case
    if name[0].islower():
        return lambda *x: getattr(nn.functional, name)(*x, **options)
    layer = getattr(nn, name)(*args, **options).astype(dtype)
    state = layer.state_dict()
    for path, v in state.items():
        if v.dtype.kind == "f" and options.get(path) is None:
            state[path] = cases.start(rng, path, v.shape)
    return layer.load_state_dict(state).train(not run.get("eval"))


def results(key, dtype):
    """The same numbers, in the same order, as make.py's, each with what it is."""
    case = cases.CASES[key]
    rng = cases.numbers(key)
    layer = made(case, rng, dtype)
    for _ in range(case[4].get("passes", 1)):
        inputs = [cases.draw(rng, *spec) for spec in case[3]]
        asked = [spec[0] in (cases.R, cases.P, cases.LOGS) for spec in case[3]]
        inputs = [
            Tensor(x, requires_grad=ask, dtype=dtype) if x.dtype.kind == "f" else x
            for x, ask in zip(inputs, asked, strict=True)
        ]
        y = layer(*inputs, **case[4].get("forward", {}))
        g = rng.standard_normal(y.shape)
    y.backward(g.astype(dtype))
    assert y.dtype == dtype
    parts = [("output", y.data)]
    parts += [
        (f"gradient of input {k}", x.grad) for k, x in enumerate(inputs) if isinstance(x, Tensor)
        and x.requires_grad
    ]  # fmt: skip
    if isinstance(layer, nn.Module):
        parts += [(f"gradient of {n}", p.grad) for n, p in layer.named_parameters()]
        parts += list(layer.named_buffers())
    return parts


def compare(key, dtype, rtol):
    parts, expected = results(key, dtype), EXPECTED[key]
    assert sum(np.size(v) for _, v in parts) == len(expected)
    for what, v in parts:
        theirs, expected = np.split(expected, [np.size(v)])
        scale = max(np.abs(theirs).max(initial=0), 1e-3)
        np.testing.assert_allclose(
            np.ravel(v), theirs, rtol=rtol, atol=rtol * scale, err_msg=f"{what} of {key}"
        )


@pytest.mark.parametrize("key", cases.CASES)
def test_float64(key):
    compare(key, np.float64, 1e-7 if key in COARSE else 1e-10)


@pytest.mark.parametrize("key", cases.CASES)
def test_float32(key):
    compare(key, np.float32, 1e-5)


def test_names_in_the_state_dict():
    for key, (name, args, options, *_) in cases.CASES.items():
        if name[0].isupper():
            layer = getattr(nn, name)(*args, **options)
            assert list(layer.state_dict()) == list(filter(None, STATES[key].split(","))), key


def test_every_layer_is_compared():
    mine = {n for n in vars(nn.layers) if n[0].isupper() and hasattr(getattr(nn, n), "forward")}
    mine -= {n for n in mine if getattr(nn, n).__module__.startswith("nn.layers.recurrent")}
    only_here = {
        "SeparableConv2d", "GlobalAvgPool2d", "GlobalMaxPool2d", "HalfMSELoss", "HingeLoss",
    }  # fmt: skip
    at_random = {"Dropout1d", "Dropout2d", "Dropout3d"}
    compared = {case[0] for case in cases.CASES.values()}
    lacking = mine - compared - only_here - at_random
    assert not lacking, f"without a case in torch_layers/cases.py: {sorted(lacking)}"
    assert not (only_here | at_random) & compared
    assert EXPECTED.keys() == cases.CASES.keys()
