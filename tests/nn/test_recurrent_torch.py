"""Recurrent layers against PyTorch: outputs, last states and every gradient."""

from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor
from tests.nn.torch_recurrent import cases

REFERENCES = np.load(Path(__file__).parent / "torch_recurrent" / "references.npz")


def leaf(v, dtype):
    return Tensor(v, requires_grad=True, dtype=dtype)


def prepared(kind, options, dtype):
    layer = getattr(nn, kind)(cases.I, cases.H, **options).astype(dtype)
    shapes = {n: p.shape for n, p in layer.named_parameters()}
    return layer.load_state_dict(cases.weights(shapes))


def found(layer, x, states, outputs):
    sum(np.sum(y * cases.of_sum(y.shape).astype(y.dtype)) for y in outputs).backward()
    leaves = [x, *states, *layer.parameters()]
    assert all(v.grad.dtype == x.dtype for v in leaves)
    return cases.joined([y.data for y in outputs] + [v.grad for v in leaves])


def of_layer(kind, more, options, state, lengths, dtype=np.float64, **ours):
    layer = prepared(kind, more | options | ours, dtype)
    x, states = cases.inputs(kind, options, state)
    x, states = leaf(x, dtype), [leaf(s, dtype) for s in states]
    given = None if not states else tuple(states) if kind == "LSTM" else states[0]
    y, last = layer(x, given, lengths=cases.LENGTHS if lengths else None)
    return found(layer, x, states, (y, *(last if kind == "LSTM" else (last,))))


@pytest.mark.parametrize("unrolled", [False, True])
@pytest.mark.parametrize("name", cases.LAYERS)
def test_layers(name, unrolled):
    got = of_layer(*cases.LAYERS[name], unrolled=unrolled)
    np.testing.assert_allclose(got, REFERENCES[name], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("name", [n for n in cases.LAYERS if "all, state" in n])
def test_layers_in_float32(name, kernels, use_kernels):
    if kernels == "numba":
        pytest.importorskip("numba")
    use_kernels(kernels)
    got = of_layer(*cases.LAYERS[name], dtype=np.float32)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, REFERENCES[name], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", cases.CELLS)
def test_cells(name):
    kind, options = cases.CELLS[name]
    cell = prepared(kind, options, np.float64)
    x = leaf(cases.numbers((cases.N, cases.I), 1), float)
    shape = (cases.N, cases.H)
    states = [leaf(cases.numbers(shape, 2 + k), float) for k in range(1 + (kind == "LSTMCell"))]
    y = cell(x, tuple(states) if kind == "LSTMCell" else states[0])
    got = found(cell, x, states, y if isinstance(y, tuple) else (y,))
    np.testing.assert_allclose(got, REFERENCES[name], rtol=1e-10, atol=1e-12)
