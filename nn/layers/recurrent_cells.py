"""Single steps of recurrent layers: `RNNCell`, `LSTMCell`, `GRUCell`, with PyTorch's weights."""

import math

import numpy as np

from autograd.errors import ShapeError
from autograd.ops.recurrent_cells import GATES, STEPS
from nn import functional as F
from nn import init
from nn.functional.checks import array, one_of, positive
from nn.layers.base import without
from nn.module import Module


def described(v):
    """What was given in the place of a state, for messages."""
    if isinstance(v, (tuple, list)):
        return f"a {type(v).__name__} of {len(v)}"
    return f"shape {tuple(np.shape(v))}" if hasattr(v, "shape") else type(v).__name__


class Cell(Module):
    """Base of the single steps.

    ``weight_ih`` (gates H, I), ``weight_hh`` (gates H, H), ``bias_ih``, ``bias_hh`` (gates H,).
    """

    cell = ""

    def __init__(self, input_size, hidden_size, bias=True):
        positive(type(self).__name__, input_size=input_size, hidden_size=hidden_size)
        self.input_size, self.hidden_size = input_size, hidden_size
        rows, bound = GATES[self.cell] * hidden_size, 1 / math.sqrt(hidden_size)
        self.weight_ih = init.uniform((rows, input_size), bound)
        self.weight_hh = init.uniform((rows, hidden_size), bound)
        self.bias_ih = init.uniform((rows,), bound) if bias else None
        self.bias_hh = init.uniform((rows,), bound) if bias else None

    def forward(self, x, state=None):
        """x (N, I), state (N, H) -> the new state (N, H); pairs (h, c) for an LSTM."""
        name, several = type(self).__name__, self.cell == "lstm"
        x = array(name, "x", x)
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ShapeError(
                f"{name}: expected x of shape (N, {self.input_size}) or ({self.input_size},), got "
                f"{tuple(x.shape)}"
            )
        expected = (*x.shape[:-1], self.hidden_size)
        if state is None:
            zeros = np.zeros(expected, self.weight_hh.dtype)
            state = (zeros, zeros) if several else zeros
        if several != isinstance(state, (tuple, list)) or (several and len(state) != 2):
            what = "a pair (h, c)" if several else f"an array {expected}"
            raise ShapeError(f"{name}: the state must be {what}, got {described(state)}")
        parts = tuple(array(name, "state", s) for s in (state if several else (state,)))
        for part in parts:
            if tuple(part.shape) != expected:
                raise ShapeError(
                    f"{name}: the state must be (N, H) = {expected} for x of shape "
                    f"{tuple(x.shape)}, got {tuple(part.shape)}"
                )
        p = F.linear(x, self.weight_ih, self.bias_ih)
        q = F.linear(parts[0], self.weight_hh, self.bias_hh)
        new = STEPS[self.cell](p, q, parts)
        return new if several else new[0]

    def extra_repr(self):
        """Sizes."""
        return f"{self.input_size}, {self.hidden_size}" + without(self.bias_ih, "bias")


class RNNCell(Cell):
    """One step of an `RNN`: x (N, I), h (N, H) -> h (N, H).

    Examples
    --------
    >>> cell = RNNCell(3, 5)
    >>> cell(np.ones((2, 3), np.float32)).shape
    (2, 5)
    """

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh"):
        one_of("RNNCell", "nonlinearity", nonlinearity, ("tanh", "relu"))
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, bias)

    @property
    def cell(self) -> str:  # type: ignore[override]
        """Which operation: 'rnn_tanh' or 'rnn_relu'."""
        return f"rnn_{self.nonlinearity}"


class LSTMCell(Cell):
    """One step of an `LSTM`: x (N, I), (h, c) -> (h, c), each (N, H)."""

    cell = "lstm"


class GRUCell(Cell):
    """One step of a `GRU`: x (N, I), h (N, H) -> h (N, H)."""

    cell = "gru"
