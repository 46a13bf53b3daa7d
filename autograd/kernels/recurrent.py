"""Recurrent layers over a whole sequence, and backpropagation through time, on plain arrays.

Shapes: x (T, N, I), states (T, N, H), gates (T, N, kH) with k = 1 (RNN), 4 (LSTM: i f g o) or 3
(GRU: r z n); ``mask`` (T, N) or None: at False a step is skipped and the state carried over.
One product gives ``x w_ihᵀ`` for all steps; a step is a product with ``w_hhᵀ`` and elementwise work
in place.  The buffers start with the first state, so that ``before`` is a view.
"""

import functools
import os
from typing import Any, NamedTuple

import numpy as np

from autograd.errors import ValueRangeError
from autograd.kernels import recurrent_steps

LARGE = 50_000  # gates, from which on the compiled steps repay loading Numba


class Tape(NamedTuple):
    """What a forward pass leaves for its backward pass."""

    before: np.ndarray  # h_{t-1} (T, N, H)
    gates: Any = None  # after their activation functions (T, N, kH)
    cells: Any = None  # LSTM: c_{-1} to c_{T-1}, or backwards (T + 1, N, H)
    recurrent: Any = None  # GRU: w_hn h_{t-1} + b_hn (T, N, H)


class Cotangents:
    """What a backward pass finds.

    ``delta``: dL/d(x w_ihᵀ + b_ih) (T, N, kH); ``recurrent``: dL/d(h w_hhᵀ + b_hh), the same but
    in a GRU; ``h0`` and ``c0`` (N, H).
    """

    __slots__ = ("delta", "recurrent", "h0", "c0")

    def __init__(self, delta, recurrent, h0, c0=None):
        self.delta, self.recurrent, self.h0, self.c0 = delta, recurrent, h0, c0


class Walk:
    """The order of the steps and what is skipped: ``for t, now, before, keep in walk``.

    ``now`` and ``before`` are places in a buffer of T + 1 states; ``keep`` is None where no row is
    skipped, else the rows' mask (N, 1).
    """

    def __init__(self, count, mask, reverse):
        whole = np.ones(count, bool) if mask is None else np.all(mask, axis=1)
        self.steps = [
            (t, t, t + 1, None if whole[t] else mask[t][:, None])
            if reverse
            else (t, t + 1, t, None if whole[t] else mask[t][:, None])
            for t in (range(count - 1, -1, -1) if reverse else range(count))
        ]
        self.first = count if reverse else 0  # where the state before all steps lies
        self.now = slice(0, count) if reverse else slice(1, None)
        self.before = slice(1, None) if reverse else slice(0, count)

    def __iter__(self):
        return iter(self.steps)

    def __reversed__(self):
        return reversed(self.steps)


def _buffer(count, first, place, dtype):
    """Room for T + 1 states, the first of them filled in."""
    states = np.empty((count + 1, *first.shape), dtype)
    states[place] = first
    return states


def _projected(x, w, b, dtype, out=None):
    """``x wᵀ + b`` for all steps in one product: (T, N, kH)."""
    shape = (*x.shape[:2], w.shape[0])
    y = np.empty(shape, dtype) if out is None else out
    np.matmul(np.reshape(x, (-1, x.shape[2])), w.T, out=np.reshape(y, (-1, shape[2])))
    if b is not None:
        y += b
    return y


def _frozen(*arrays):
    for a in arrays:
        a.flags.writeable = False


def _transposed(w, dtype):
    return np.ascontiguousarray(w.T, dtype)  # a quarter faster in every step's product


@functools.cache
def _compiled():
    """The compiled steps, or None without Numba or a place where it may keep what it compiles."""
    try:
        from autograd.kernels import recurrent_numba
    except (ImportError, RuntimeError):
        return None
    return recurrent_numba


def _steps(gates):
    """The module whose functions do a step: compiled if Numba is here and it pays.

    ``AUTOGRAD_KERNELS=numpy`` or ``numba`` decides instead.
    """
    wanted = os.environ.get("AUTOGRAD_KERNELS", "")
    if wanted not in ("", "numpy", "numba"):
        raise ValueRangeError(f"AUTOGRAD_KERNELS must be 'numpy' or 'numba', got {wanted!r}")
    if gates.dtype != np.float32 or wanted == "numpy" or (not wanted and gates.size < LARGE):
        return recurrent_steps
    if _compiled() is None and wanted:
        raise ValueRangeError(
            "AUTOGRAD_KERNELS=numba, but Numba is not installed, or cannot write its cache: "
            'pip install "chalkgrad[fast]", or set NUMBA_CACHE_DIR'
        )
    return _compiled() or recurrent_steps


def _dtype(*arrays):
    return np.result_type(*(a for a in arrays if a is not None))


# -- h_t = tanh or relu of (x_t w_ihᵀ + h_{t-1} w_hhᵀ + b) ----------------------------------------


def rnn_forward(x, w_ih, w_hh, b, h0, activation, mask, reverse):
    """The states (T, N, H), and the tape."""
    dtype, walk = _dtype(x, w_ih, w_hh, b, h0), Walk(len(x), mask, reverse)
    states = _buffer(len(x), h0, walk.first, dtype)
    _projected(x, w_ih, b, dtype, states[walk.now])
    w, z = _transposed(w_hh, dtype), np.empty(h0.shape, dtype)
    for _, now, before, keep in walk:
        h = states[now]
        np.matmul(states[before], w, out=z)
        h += z
        np.maximum(h, 0, out=h) if activation == "relu" else np.tanh(h, out=h)
        if keep is not None:
            np.copyto(h, states[before], where=~keep)
    _frozen(states)
    return states[walk.now], Tape(states[walk.before])


def rnn_backward(g, y, w_hh, activation, mask, reverse):
    """The lecture's steps: dL/dh_t is what comes from y_t plus what comes from h_{t+1}."""
    delta, walk = np.empty(y.shape, y.dtype), Walk(len(y), mask, reverse)
    carry, slope = np.zeros(y.shape[1:], y.dtype), np.empty(y.shape[1:], y.dtype)
    for t, _, _, keep in reversed(walk):
        d = delta[t]
        np.add(g[t], carry, out=d)
        if activation == "relu":
            np.greater(y[t], 0, out=slope, casting="unsafe")
        else:
            np.multiply(y[t], y[t], out=slope)
            np.subtract(1, slope, out=slope)
        if keep is None:
            d *= slope
            np.matmul(d, w_hh, out=carry)
        else:
            past = np.where(keep, 0, d)
            d *= slope * keep
            np.matmul(d, w_hh, out=carry)
            carry += past
    _frozen(delta, carry)
    return Cotangents(delta, delta, carry)


# -- LSTM -----------------------------------------------------------------------------------------


def lstm_forward(x, w_ih, w_hh, b, h0, c0, mask, reverse):
    """The states (T, N, H) and the last cell (N, H), and the tape."""
    dtype, walk = _dtype(x, w_ih, w_hh, b, h0, c0), Walk(len(x), mask, reverse)
    states, cells = (_buffer(len(x), s, walk.first, dtype) for s in (h0, c0))
    gates = _projected(x, w_ih, b, dtype)
    w, z = _transposed(w_hh, dtype), np.empty(gates.shape[1:], dtype)
    steps, scratch, last = _steps(gates), np.empty(h0.shape, dtype), walk.first
    for t, now, before, keep in walk:
        np.matmul(states[before], w, out=z)
        steps.lstm_forward(gates[t], z, cells[before], cells[now], states[now], scratch)
        if keep is not None:
            np.copyto(cells[now], cells[before], where=~keep)
            np.copyto(states[now], states[before], where=~keep)
        last = now
    _frozen(states, cells, gates)
    tape = Tape(states[walk.before], gates, cells)
    return (states[walk.now], cells[last].copy()), tape


def lstm_backward(g, w_hh, mask, reverse, tape):
    """dL/dh_t and dL/dc_t, each from its own step and from the next."""
    gh, gc = g
    gates, cells, walk = tape.gates, tape.cells, Walk(len(gh), mask, reverse)
    delta = np.empty_like(gates)
    dh, dc = np.zeros(gc.shape, gates.dtype), np.array(gc, gates.dtype, order="C")
    steps, scratch, slope = _steps(gates), np.empty_like(dh), np.empty_like(dh)
    for t, now, before, keep in reversed(walk):
        dh += gh[t]
        skipped = None if keep is None else (np.where(keep, 0, dh), np.where(keep, 0, dc))
        if keep is not None:
            dh *= keep
            dc *= keep
        steps.lstm_backward(gates[t], cells[before], cells[now], dh, dc, delta[t], scratch, slope)
        np.matmul(delta[t], w_hh, out=dh)
        if skipped is not None:
            dh += skipped[0]
            dc += skipped[1]
    _frozen(delta, dh, dc)
    return Cotangents(delta, delta, dh, dc)


# -- GRU ------------------------------------------------------------------------------------------


def gru_forward(x, w_ih, w_hh, b_ih, b_hh, h0, mask, reverse):
    """The states (T, N, H), and the tape."""
    dtype, walk = _dtype(x, w_ih, w_hh, b_ih, b_hh, h0), Walk(len(x), mask, reverse)
    states = _buffer(len(x), h0, walk.first, dtype)
    gates = _projected(x, w_ih, b_ih, dtype)
    w, z = _transposed(w_hh, dtype), np.empty(gates.shape[1:], dtype)
    recurrent, steps = np.empty((len(x), *h0.shape), dtype), _steps(gates)
    for t, now, before, keep in walk:
        np.matmul(states[before], w, out=z)
        if b_hh is not None:
            z += b_hh
        steps.gru_forward(gates[t], z, recurrent[t], states[before], states[now])
        if keep is not None:
            np.copyto(states[now], states[before], where=~keep)
    _frozen(states, gates, recurrent)
    return states[walk.now], Tape(states[walk.before], gates, recurrent=recurrent)


def gru_backward(g, w_hh, mask, reverse, tape):
    """Two cotangents a step: of the input's side, and of the recurrent side, where n has r."""
    gates, walk = tape.gates, Walk(len(g), mask, reverse)
    delta, recurrent = np.empty_like(gates), np.empty_like(gates)
    dh, back = np.zeros(g.shape[1:], gates.dtype), np.empty(g.shape[1:], gates.dtype)
    steps = _steps(gates)
    for t, _, _, keep in reversed(walk):
        dh += g[t]
        skipped = None if keep is None else np.where(keep, 0, dh)
        if keep is not None:
            dh *= keep
        steps.gru_backward(gates[t], tape.recurrent[t], tape.before[t], dh, delta[t], recurrent[t])
        np.matmul(recurrent[t], w_hh, out=back)
        dh += back
        if skipped is not None:
            dh += skipped
    _frozen(delta, recurrent, dh)
    return Cotangents(delta, recurrent, dh)
