"""Recurrent layers over a whole sequence, and backpropagation through time, on plain arrays.

Shapes: x (T, N, I), states (T, N, H), gates (T, N, kH) with k = 1 (RNN), 4 (LSTM: i f g o) or 3
(GRU: r z n); ``mask`` (T, N) or None: at False a step is skipped and the state carried over.
One product gives ``x w_ihᵀ`` for all steps; a step is a product with ``w_hhᵀ`` and elementwise work
in place: `recurrent_walk`.  The buffers start with the first state, so that ``before`` is a view.
"""

import functools
import itertools
from typing import Any, NamedTuple

import numpy as np

from autograd.kernels import backend, compiled_is_wanted, recurrent_walk, twins
from autograd.kernels.products import PARTS, matmul, one_thread
from autograd.kernels.threads import share_calls

HEAVY = 1_500_000  # multiply-adds of a step, below which threads would wait for the interpreter


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
    """The order of the steps and what is skipped.

    ``steps`` (T, 3): t and, in a buffer of T + 1 states, the places now and before; ``kept``
    (T, N): False where a row skips a step; ``first`` and ``last``: the places of the states before
    and after all steps; ``now`` and ``before``: slices, the states after and before step t at t.
    """

    def __init__(self, count, rows, mask, reverse):
        t, later = np.arange(count, dtype=np.int64), np.arange(1, count + 1, dtype=np.int64)
        order = (t[::-1], t[::-1], later[::-1]) if reverse else (t, later, t)
        self.steps = np.stack(order, axis=1)
        self.kept = np.ones((count, rows), bool)
        if mask is not None:
            self.kept &= mask
        self.first, self.last = (count, 0) if reverse else (0, count)
        self.now, self.before = slice(1, None), slice(0, count)
        if reverse:
            self.now, self.before = self.before, self.now


def _buffer(count, first, place, dtype):
    """Room for T + 1 states, the first of them filled in."""
    states = np.empty((count + 1, *first.shape), dtype)
    states[place] = first
    return states


def _projected(x, w, b, dtype, out=None):
    """``x wᵀ + b`` for all steps in one product: (T, N, kH)."""
    y = np.reshape(matmul(np.reshape(x, (-1, x.shape[2])), w.T), (*x.shape[:2], w.shape[0]))
    if out is None:
        y = y.astype(dtype, copy=False)
    else:
        out[...] = y
        y = out
    if b is not None:
        y += b
    return y


def _frozen(*arrays):
    for a in arrays:
        a.flags.writeable = False


def _bias(b, gates):
    """What is added to the gates (kH,), 0 where nothing is: an array of one kind, as `_given`."""
    return np.zeros(gates.shape[2:], gates.dtype) if b is None else np.array(b, gates.dtype)


def _given(g):
    """A cotangent as the walks take it; a writable one would be compiled for once more."""
    g = np.ascontiguousarray(g).view()
    _frozen(g)
    return g


def _walks(gates):
    """The module of the walks: compiled where that is asked for or pays."""
    if gates.dtype == np.float32 and compiled_is_wanted(gates.size * 20):
        return twins("recurrent_walk") or recurrent_walk
    return recurrent_walk


def _in_parts(function, walk, *arguments):
    """Walk through time for parts of the batch, which do not depend on each other, in threads.

    ``arguments``: of ``function`` from the matrix of a step's product on.  BLAS computes in one
    thread each.  The parts do not depend on the number of threads, and so the bits of the result
    do not.
    """
    n = walk.kept.shape[1]
    work = n * arguments[0].size  # multiply-adds of a step
    parts = max(1, min(PARTS, n // 16)) if work >= HEAVY and backend() != "numpy" else 1
    places = [k * n // parts for k in range(parts + 1)]
    with one_thread:
        share_calls(
            functools.partial(function, walk.steps, walk.kept, first, last, *arguments)
            for first, last in itertools.pairwise(places)
        )


def _dtype(*arrays):
    return np.result_type(*(a for a in arrays if a is not None))


def rnn_forward(x, w_ih, w_hh, b, h0, activation, mask, reverse):
    """h_t = tanh or relu of (x_t w_ihᵀ + h_{t-1} w_hhᵀ + b): (T, N, H), and the tape."""
    dtype, walk = _dtype(x, w_ih, w_hh, b, h0), Walk(*x.shape[:2], mask, reverse)
    states = _buffer(len(x), h0, walk.first, dtype)
    _projected(x, w_ih, b, dtype, states[walk.now])
    w = recurrent_walk.arranged(w_hh.T, dtype)
    _in_parts(recurrent_walk.rnn_walk, walk, w, states, activation)
    _frozen(states)
    return states[walk.now], Tape(states[walk.before])


def rnn_backward(g, y, w_hh, activation, mask, reverse):
    """dL/dh_t from its own step and from the next."""
    walk, delta = Walk(*y.shape[:2], mask, reverse), np.empty(y.shape, y.dtype)
    dh = np.zeros(y.shape[1:], y.dtype)
    _in_parts(recurrent_walk.rnn_walk_back, walk, w_hh, g, y, delta, dh, activation)
    _frozen(delta, dh)
    return Cotangents(delta, delta, dh)


def lstm_forward(x, w_ih, w_hh, b, h0, c0, mask, reverse):
    """The states (T, N, H) and the last cell (N, H), and the tape."""
    dtype, walk = _dtype(x, w_ih, w_hh, b, h0, c0), Walk(*x.shape[:2], mask, reverse)
    states, cells = (_buffer(len(x), s, walk.first, dtype) for s in (h0, c0))
    gates = _projected(x, w_ih, None, dtype)
    walks = _walks(gates)
    w = walks.arranged(w_hh.T, dtype)
    _in_parts(walks.lstm_walk, walk, w, _bias(b, gates), gates, states, cells)
    _frozen(states, cells, gates)
    tape = Tape(states[walk.before], gates, cells=cells)
    return (states[walk.now], cells[walk.last].copy()), tape


def lstm_backward(g, w_hh, mask, reverse, tape):
    """dL/dh_t and dL/dc_t, each from its own step and from the next."""
    gh, gc = g
    gates, walks, walk = tape.gates, _walks(tape.gates), Walk(*gh.shape[:2], mask, reverse)
    delta = np.empty_like(gates)
    dh, dc = np.zeros(gc.shape, gates.dtype), np.array(gc, gates.dtype, order="C")
    w = walks.arranged(w_hh, gates.dtype)
    _in_parts(walks.lstm_walk_back, walk, w, _given(gh), gates, tape.cells, delta, dh, dc)
    _frozen(delta, dh, dc)
    return Cotangents(delta, delta, dh, dc)


def gru_forward(x, w_ih, w_hh, b_ih, b_hh, h0, mask, reverse):
    """The states (T, N, H), and the tape."""
    dtype, walk = _dtype(x, w_ih, w_hh, b_ih, b_hh, h0), Walk(*x.shape[:2], mask, reverse)
    states = _buffer(len(x), h0, walk.first, dtype)
    gates = _projected(x, w_ih, b_ih, dtype)
    recurrent = np.empty((len(x), *h0.shape), dtype)
    walks = _walks(gates)
    w = walks.arranged(w_hh.T, dtype)
    _in_parts(walks.gru_walk, walk, w, _bias(b_hh, gates), gates, recurrent, states)
    _frozen(states, gates, recurrent)
    return states[walk.now], Tape(states[walk.before], gates, recurrent=recurrent)


def gru_backward(g, w_hh, mask, reverse, tape):
    """dL/dh_t from its own step and from the next."""
    gates, walks, walk = tape.gates, _walks(tape.gates), Walk(*g.shape[:2], mask, reverse)
    delta, recurrent = np.empty_like(gates), np.empty_like(gates)
    dh = np.zeros(g.shape[1:], gates.dtype)
    w = walks.arranged(w_hh, gates.dtype)
    given = _given(g), gates, tape.recurrent, tape.before
    _in_parts(walks.gru_walk_back, walk, w, *given, delta, recurrent, dh)
    _frozen(delta, recurrent, dh)
    return Cotangents(delta, recurrent, dh)
