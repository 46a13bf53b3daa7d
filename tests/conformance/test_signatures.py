"""Names, order and defaults of parameters are PyTorch's, but for what stands here with its reason.

``torch/signatures.json`` holds PyTorch's; ``torch/make_signatures.py`` wrote it.
"""

import inspect
import json
from pathlib import Path

import pytest

import nn
from autograd.errors import DtypeError

TABLE = json.loads((Path(__file__).parent / "torch" / "signatures.json").read_text())
PLACES = {"schedules": nn.optim, **{p: getattr(nn, p) for p in ("functional", "optim", "init")}}
CLASSES = ("nn", "optim", "schedules")
PLACES |= {"nn": nn, "utils": nn.utils}

# Parameters of PyTorch that nothing here takes, and why.
LEFT_OUT = {
    **dict.fromkeys(("device", "dtype"), "all is on the CPU; .astype changes a module's dtype"),
    **dict.fromkeys(("size_average", "reduce"), "PyTorch's older names of reduction"),
    **dict.fromkeys(("min_value", "max_value"), "PyTorch's older names of min_val and max_val"),
    **dict.fromkeys(("foreach", "fused", "capturable"), "ways to be fast on other hardware"),
    "maximize": "the negative of a loss says it",
    "differentiable": "a step is no operation of the graph",
    "last_epoch": "state_dict and load_state_dict resume a schedule",
    "_stacklevel": "PyTorch's own",
    "return_indices": "there is no max_unpool that would need them",
    "divisor_override": "a factor on the result",
    "recompute_scale_factor": "size says it",
    "antialias": "not there",
    "max_norm": "weights change in an optimiser's step alone",
    "scale_grad_by_freq": "not there",
    "sparse": "gradients are whole arrays",
    **dict.fromkeys(("_weight", "_freeze"), "PyTorch's own"),
    "proj_size": "a Linear after it",
    "out": "results are never written in place",
    "generator": "nn.init.seed seeds all",
    "enable_gqa": "np.repeat of key and value says it",
}
# Parameters that PyTorch does not have, and what they are for.
OURS = {
    "strict": "convolutions that refuse sizes which do not fit",
    "test_statistics": "batch norm's ways at test time",
    "return_sequences": "the last step alone",
    "unrolled": "a node per step, to be drawn",
}
# Deliberate differences of one function: {name: (what differs, why)}.
DIFFERENT = {
    "nn.Embedding": ({"norm_type"}, "belongs to max_norm"),
    "functional.embedding": ({"norm_type"}, "belongs to max_norm"),
    **{
        f"nn.{kind}Norm{d}d": ({"bias"}, "affine=False leaves out both")
        for kind in ("Batch", "Instance")
        for d in (1, 2, 3)
    },
    "nn.GroupNorm": ({"bias"}, "affine=False leaves out both"),
    **{
        f"nn.ConvTranspose{d}d": ({"padding_mode"}, "PyTorch takes 'zeros' alone")
        for d in (1, 2, 3)
    },
    **{
        f"functional.{name}": ({"weight"}, "new in PyTorch; 'none' and a product say it")
        for name in ("mse_loss", "l1_loss", "huber_loss")
    },
    **{
        f"{place}{name}": ({"dim"}, "the last axis, where PyTorch guesses and warns")
        for place, names in (
            ("nn.", ("Softmax", "LogSoftmax", "Softmin")),
            ("functional.", ("softmax", "log_softmax", "softmin")),
        )
        for name in names
    },
    "functional.pad": ({"value"}, "0, which PyTorch's None means"),
    "optim.Adam": ({"decoupled_weight_decay"}, "it is AdamW"),
    "optim.Optimizer": ({"defaults"}, "options by name"),
    "nn.Sequential": ({"layers"}, "any number of them"),
    "utils.clip_grad_norm_": (
        {"error_if_nonfinite"},
        "True: a norm of NaN would make every parameter NaN, and nobody would be told",
    ),
}


def ours(place, name):
    return inspect.signature(getattr(PLACES[place], name)).parameters.values()


SHARED = [key for key in TABLE if hasattr(PLACES[key.split(".")[0]], key.split(".")[1])]


@pytest.mark.parametrize("key", SHARED)
def test_signature(key):
    different = DIFFERENT.get(key, (set(), ""))[0]
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    mine = {p.name: p for p in ours(*key.split(".")) if p.kind not in kinds}
    theirs = {name: default for name, *default in TABLE[key]}
    for name in theirs.keys() - mine.keys():
        assert name in LEFT_OUT or name in different, f"{key} lacks {name}"
    for name in mine.keys() - theirs.keys():
        assert name in OURS or name in different, f"{key}: PyTorch has no {name}"
    assert [n for n in mine if n in theirs] == [n for n in theirs if n in mine], key
    for name in mine.keys() & theirs.keys() - different:
        p, theirs_too = mine[name], theirs[name]
        assert (p.default is p.empty) == (theirs_too == []), f"{key}: {name}"
        if theirs_too:
            default = list(p.default) if isinstance(p.default, tuple) else p.default
            assert [default] == theirs_too, f"{key}: {name}"
            assert isinstance(default, bool) == isinstance(*theirs_too, bool), f"{key}: {name}"


def test_every_difference_is_one():
    assert DIFFERENT.keys() <= set(SHARED)
    found = {name for key in SHARED for name, *_ in TABLE[key]}
    assert LEFT_OUT.keys() <= found
    mine = {p.name for key in SHARED for p in ours(*key.split("."))}
    assert mine >= OURS.keys()


@pytest.mark.parametrize("key", [k for k in SHARED if k.split(".")[0] in CLASSES])
def test_options_that_are_left_out_say_what_to_do(key):
    place, name = key.split(".")
    cls = getattr(PLACES[place], name)
    if any(p.kind is p.VAR_KEYWORD for p in ours(place, name)):
        return  # anything is taken
    for option in {n for n, *_ in TABLE[key] if n[0] != "_"} - {p.name for p in ours(place, name)}:
        with pytest.raises(DtypeError, match=f"{name}: there is no option '{option}'. [A-Z]"):
            cls(**{option: 1})
