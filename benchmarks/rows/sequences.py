"""Recurrent layers over whole sequences in float32: forward, a loss, backward."""

import numpy as np

from benchmarks.numbers import normal, weights
from benchmarks.protocol import Row, Targets, both_jax, hips, ours, pytorch

BATCH, INPUTS, HIDDEN = 32, 128, 128


def rnn(steps: int = 100) -> Row:
    """One layer with tanh."""
    return _row("rnn", "RNN", 1, steps)


def lstm(steps: int = 100) -> Row:
    """One layer."""
    return _row("lstm", "LSTM", 4, steps)


def _row(name, kind, gates, steps):
    x, cotangent = (normal(n, steps, BATCH, w) for n, w in (("x", INPUTS), ("c", HIDDEN)))
    rows = gates * HIDDEN
    shapes = {
        "weight_ih_l0": (rows, INPUTS), "weight_hh_l0": (rows, HIDDEN),
        "bias_ih_l0": (rows,), "bias_hh_l0": (rows,),
    }  # fmt: skip

    def start():
        return weights(shapes, gain=0.5)

    def ours_():
        import nn
        from autograd import Tensor

        return Recurrent(
            getattr(nn, kind)(INPUTS, HIDDEN), start(), Tensor(x, requires_grad=True), cotangent
        )

    def pytorch_():
        import torch

        layer, leaf = getattr(torch.nn, kind)(INPUTS, HIDDEN), torch.tensor(x, requires_grad=True)
        values = {k: torch.from_numpy(v) for k, v in start().items()}
        return Recurrent(layer, values, leaf, torch.from_numpy(cotangent))

    def jax_(compiled):
        from benchmarks.libraries import scans, with_jax

        call = getattr(scans, name)
        return with_jax.Layer(compiled, call, {"x": x} | start(), cotangent)

    def hips_():
        from benchmarks.libraries import with_hips

        return with_hips.Layer(with_hips.rnn, {"x": x} | start(), cotangent)

    return Row(
        name,
        f"{kind}, {steps} steps, batch {BATCH}, {INPUTS} to {HIDDEN}: forward and backward",
        "ms",
        (
            *ours(ours_),
            pytorch(pytorch_),
            *both_jax(jax_),
            *((hips(hips_),) if kind == "RNN" else ()),
        ),
        scale=1e3,
        tolerance=1e-4,
        targets=Targets({"PyTorch": 1.2}, numpy=2.5, memory=1.0),
    )


class Recurrent:
    """A layer of chalkgrad or of PyTorch, which are used alike; all gradients, x's too."""

    def __init__(self, layer, values, x, cotangent):
        layer.load_state_dict(values)
        self.layer, self.x, self.cotangent = layer, x, cotangent

    def step(self):
        """Once."""
        self.layer.zero_grad()
        self.x.grad = None
        y, _ = self.layer(self.x)
        y.backward(self.cotangent)
        self.y = y.detach()

    def values(self):
        """The outputs and all gradients."""
        named = [("x", self.x), *self.layer.named_parameters()]
        gradients = {f"gradient of {name}": np.array(p.grad) for name, p in named}
        return {"y": np.asarray(self.y)} | gradients
