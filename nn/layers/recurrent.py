"""Recurrent layers: `RNN`, `LSTM`, `GRU`, with PyTorch's weights.

A layer is one node of the graph per direction (`autograd.ops.rnn` and its like); with
``unrolled=True`` it is a node per operation and step, for drawing and looking at.
"""

import math

import numpy as np

from autograd import ops
from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.recurrent_cells import GATES
from nn import functional as F
from nn import init
from nn.functional.checks import array, one_of, positive, proportion
from nn.functional.recurrent import step_mask
from nn.layers.base import options
from nn.layers.recurrent_cells import described
from nn.module import Module


class Recurrent(Module):
    """Base of `RNN`, `LSTM` and `GRU`: layers, directions, states and lengths.

    Parameters of layer k: ``weight_ih_lk`` (gates H, in), ``weight_hh_lk`` (gates H, H),
    ``bias_ih_lk``, ``bias_hh_lk`` (gates H,), and the same with ``_reverse`` behind for the other
    direction; uniform within 1/sqrt(H) at first.
    """

    cell = ""

    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
        bidirectional=False, return_sequences=True, unrolled=False,
    ):  # fmt: skip
        name = type(self).__name__
        positive(name, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        proportion(name, dropout)
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bool(bias), batch_first, dropout
        self.bidirectional, self.return_sequences = bool(bidirectional), return_sequences
        self.unrolled = unrolled
        rows, bound = GATES[self.cell] * hidden_size, 1 / math.sqrt(hidden_size)
        for layer in range(num_layers):
            width = input_size if layer == 0 else hidden_size * self.directions
            for suffix in self._suffixes(layer):
                setattr(self, f"weight_ih_{suffix}", init.uniform((rows, width), bound))
                setattr(self, f"weight_hh_{suffix}", init.uniform((rows, hidden_size), bound))
                if bias:
                    setattr(self, f"bias_ih_{suffix}", init.uniform((rows,), bound))
                    setattr(self, f"bias_hh_{suffix}", init.uniform((rows,), bound))

    @property
    def directions(self) -> int:
        """2 if bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    def _suffixes(self, layer):
        return [f"l{layer}", f"l{layer}_reverse"][: self.directions]

    def _weights(self, suffix):
        names = [f"weight_ih_{suffix}", f"weight_hh_{suffix}"]
        weights = [getattr(self, name) for name in names]
        if not self.bias:
            return [*weights, None, None]
        return weights + [getattr(self, f"bias_{side}_{suffix}") for side in ("ih", "hh")]

    def forward(self, x, state=None, lengths=None, mask=None):
        """Outputs of the last layer at all steps, and the last states of all layers.

        Parameters
        ----------
        x : Tensor or ndarray, (T, N, I)
            (N, T, I) with ``batch_first``; (T, I) for one sequence.
        state : (L D, N, H), or for an LSTM a pair (h, c) of them, optional
            The states before the first step, of each of L layers and D directions; zeros by
            default.
        lengths : (N,) of int, or mask : (T, N) of bool, optional
            Which steps are real ((N, T) with ``batch_first``).  Others are skipped: the outputs
            there are 0, and states and gradients pass by.

        Returns
        -------
        y : Tensor, (T, N, D H)
            Or, with ``return_sequences=False``, (N, D H): both directions' states at their ends.
        state : like ``state``

        Raises
        ------
        ShapeError, ValueRangeError, DtypeError
            Shapes, lengths or masks that do not agree.
        """
        x, mask, state, one = self._checked(x, state, lengths, mask)
        y, finals = x, []
        for layer in range(self.num_layers):
            y = self._layer(layer, y, state, mask, finals)
            if self.dropout and layer < self.num_layers - 1:
                y = F.dropout(y, self.dropout, self.training)
        if not self.return_sequences:
            y = np.concatenate([s[0] for s in finals[-self.directions :]], axis=-1)
        elif self.batch_first and not one:
            y = np.swapaxes(y, 0, 1)
        last = tuple(np.stack(parts) for parts in zip(*finals, strict=True))
        if one:
            y = np.squeeze(y, -2)
            last = tuple(s[:, 0] for s in last)
        return y, last if len(last) > 1 else last[0]

    def unroll(self, x, state=None):
        """The states of the last layer after each step, to keep and to look at their gradients.

        A list over t of h_t (N, H), or (h_t, c_t) of an LSTM; every step is a part of the graph of
        its own, and what is computed from these states passes through them.  One direction only.
        """
        if self.bidirectional:
            raise ValueRangeError(
                f"{type(self).__name__}.unroll: a bidirectional layer has no single order of steps"
            )
        x, _, state, _ = self._checked(x, state, None, None)
        steps: list = []
        if not len(x):
            return steps
        for layer in range(self.num_layers):
            if layer:
                x = np.stack([s[0] for s in steps])
                x = F.dropout(x, self.dropout, self.training) if self.dropout else x
            steps = ops.recurrent_steps(self.cell, x, *self._weights(f"l{layer}"), *state[layer])
        return steps if self.cell == "lstm" else [s[0] for s in steps]

    def _layer(self, layer, x, state, mask, finals):
        """The outputs (T, N, D H) of a layer; its last states are added to ``finals``."""
        outputs = []
        for d, suffix in enumerate(self._suffixes(layer)):
            before = state[layer * self.directions + d]
            h, last = self._walk(x, self._weights(suffix), before, mask, reverse=bool(d))
            outputs.append(h)
            finals.append(last)
        y = outputs[0] if len(outputs) == 1 else np.concatenate(outputs, axis=-1)
        return y if mask is None else np.where(mask[:, :, None], y, y.dtype.type(0))

    def _walk(self, x, weights, before, mask, reverse):
        """All states (T, N, H) of one direction, and the last as a tuple."""
        if self.unrolled and len(x):
            steps = ops.recurrent_steps(self.cell, x, *weights, *before, mask=mask, reverse=reverse)
            return np.stack([s[0] for s in steps]), steps[0 if reverse else -1]
        h, *cell = self._fused(x, weights, before, mask, reverse)
        return h, ((h[0 if reverse else -1], *cell) if len(x) else before)

    def _fused(self, x, weights, before, mask, reverse):
        """One node for all steps: (states,) or (states, last cell)."""
        run = getattr(ops, self.cell.partition("_")[0])
        y = run(x, *weights, *before, mask=mask, reverse=reverse)
        return y if isinstance(y, tuple) else (y,)

    def _checked(self, x, state, lengths, mask):
        """x as (T, N, I), the mask (T, N) or None, (h0,) or (h0, c0) per direction, one or many."""
        name, x = type(self).__name__, array(type(self).__name__, "x", x)
        axes = "(N, T, I)" if self.batch_first else "(T, N, I)"
        if x.ndim not in (2, 3):
            raise ShapeError(
                f"{name}: expected x of shape {axes}, or (T, I) for one sequence, got "
                f"{tuple(x.shape)}"
            )
        if x.shape[-1] != self.input_size:
            raise ShapeError(
                f"{name}: x of shape {tuple(x.shape)} has {x.shape[-1]} features a step, expected "
                f"input_size={self.input_size}"
            )
        x, one = self._floating(x), x.ndim == 2
        if one:
            x = x[:, None]
        elif self.batch_first:
            x = np.swapaxes(x, 0, 1)
            mask = None if mask is None else np.swapaxes(mask, 0, 1)
        mask = step_mask(name, lengths, mask, tuple(x.shape[:2]))
        return x, mask, self._states(state, x.shape[1], one), one

    def _floating(self, v):
        """Integers as numbers of the weights' type."""
        return v.astype(self._weights("l0")[0].dtype) if v.dtype.kind in "biu" else v

    def _states(self, state, batch, one):
        """The first states: for each layer and direction (h,) or (h, c)."""
        name, rows = type(self).__name__, self.num_layers * self.directions
        several = self.cell == "lstm"
        if state is None:
            zeros = np.zeros((batch, self.hidden_size), self._weights("l0")[0].dtype)
            zeros.flags.writeable = False
            return [(zeros,) * (1 + several)] * rows
        if several and not (isinstance(state, (tuple, list)) and len(state) == 2):
            raise ShapeError(f"{name}: the state must be a pair (h, c), got {described(state)}")
        expected = (rows, self.hidden_size) if one else (rows, batch, self.hidden_size)
        parts = state if several else (state,)
        if not several and isinstance(state, (tuple, list)):
            raise ShapeError(
                f"{name}: the state must be an array {expected}, got {described(state)}"
            )
        for part, letter in zip(parts, "hc", strict=False):
            if tuple(np.shape(part)) != expected:
                raise ShapeError(
                    f"{name}: the state {letter} must be {'(L D, H)' if one else '(L D, N, H)'} = "
                    f"{expected}, got {described(part)}"
                )
        parts = [self._floating(array(name, "state", p)) for p in parts]
        if one:
            parts = [p[:, None] for p in parts]
        return list(zip(*([p[k] for k in range(rows)] for p in parts), strict=True))

    def extra_repr(self):
        """Sizes, and options that are not the default."""
        text = f"{self.input_size}, {self.hidden_size}"
        return text + options(
            self, num_layers=1, bias=True, batch_first=False, dropout=0.0,
            bidirectional=False, return_sequences=True, unrolled=False,
        )  # fmt: skip


class RNN(Recurrent):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu: (T, N, I) -> (T, N, D H), h_n.

    Elman 1990.  See `Recurrent.forward` for inputs and outputs.

    Parameters
    ----------
    input_size, hidden_size : int
        I and H.
    num_layers : int
        Layers one above the other: h_t of one is x_t of the next.
    nonlinearity : {'tanh', 'relu'}
    bias : bool
    batch_first : bool
        Inputs and outputs are (N, T, ...); the states are not affected.
    dropout : float
        The proportion of outputs dropped between layers, in training.
    bidirectional : bool
        A second walk from the end to the start, its outputs beside those of the first.
    return_sequences : bool
        Give the outputs of all steps, or only where each walk ends (many to one).
    unrolled : bool
        Record every step, instead of one node for all: to draw it, and to look at it.

    Examples
    --------
    >>> y, h = RNN(3, 5)(np.ones((7, 2, 3), np.float32))
    >>> y.shape, h.shape
    ((7, 2, 5), (1, 2, 5))
    """

    def __init__(
        self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True,
        batch_first=False, dropout=0.0, bidirectional=False, return_sequences=True, unrolled=False,
    ):  # fmt: skip
        one_of(type(self).__name__, "nonlinearity", nonlinearity, ("tanh", "relu"))
        self.nonlinearity = nonlinearity
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            return_sequences, unrolled,
        )  # fmt: skip

    @property
    def cell(self) -> str:  # type: ignore[override]
        """Which operation: 'rnn_tanh' or 'rnn_relu'."""
        return f"rnn_{self.nonlinearity}"

    def _fused(self, x, weights, before, mask, reverse):
        return (ops.rnn(x, *weights, *before, self.nonlinearity, mask, reverse),)

    def extra_repr(self):
        """Sizes, and options that are not the default."""
        return super().extra_repr() + options(self, nonlinearity="tanh")


class LSTM(Recurrent):
    """Long short-term memory: (T, N, I) -> (T, N, D H), (h_n, c_n).

    ``i, f, g, o = σ, σ, tanh, σ`` of ``W_ih x_t + b_ih + W_hh h_{t-1} + b_hh``;
    ``c_t = f c_{t-1} + i g``; ``h_t = o tanh(c_t)``.  Hochreiter and Schmidhuber 1997, with the
    forget gate of Gers et al. 2000.  Parameters as of `RNN`; the state is a pair (h, c).

    Examples
    --------
    >>> y, (h, c) = LSTM(3, 5, bidirectional=True)(np.ones((7, 2, 3), np.float32))
    >>> y.shape, h.shape, c.shape
    ((7, 2, 10), (2, 2, 5), (2, 2, 5))
    """

    cell = "lstm"


class GRU(Recurrent):
    """Gated recurrent unit: (T, N, I) -> (T, N, D H), h_n.

    ``r, u = σ`` of ``W_ih x_t + b_ih + W_hh h_{t-1} + b_hh``; ``n = tanh(W_in x_t + b_in + r (W_hn
    h_{t-1} + b_hn))``; ``h_t = (1 - u) n + u h_{t-1}``.  Cho et al. 2014, with the reset gate after
    the product, as PyTorch has it.  Parameters as of `RNN`.

    Examples
    --------
    >>> y, h = GRU(3, 5, batch_first=True)(np.ones((2, 7, 3), np.float32), lengths=[7, 4])
    >>> y.shape, h.shape, bool(y[1, 4:].data.any())
    ((2, 7, 5), (1, 2, 5), False)
    """

    cell = "gru"
