"""Recurrent layers over a whole sequence, and backpropagation through time, on plain arrays.

Shapes: x (T, N, I), states (T, N, H), gates (T, N, kH) with k = 1 (RNN), 4 (LSTM: i f g o) or 3
(GRU: r z n); ``mask`` (T, N) or None: at False a step is skipped and the state carried over.
One product gives ``x w_ihᵀ`` for all steps; a step is a product with ``w_hhᵀ`` and elementwise work
in place.  The buffers start with the first state, so that ``before`` is a view.
"""

import functools
from typing import Any, NamedTuple

import numpy as np

from autograd.kernels import backend, compiled_is_wanted, recurrent_steps, twins
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

    def table(self):
        """(T, 3): t, now and before of each step."""
        return np.array([step[:3] for step in self.steps], np.int64).reshape(-1, 3)

    def kept(self, rows):
        """(T, rows): whether a row takes a step."""
        kept = np.ones((len(self.steps), rows), bool)
        for t, _, _, keep in self.steps:
            if keep is not None:
                kept[t] = keep[:, 0]
        return kept

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


def _transposed(w, dtype):
    return np.ascontiguousarray(w.T, dtype)  # a quarter faster in every step's product


def _steps(gates):
    """The module whose functions do a step: compiled where that is asked for or pays."""
    if gates.dtype == np.float32 and compiled_is_wanted(gates.size * 20):
        return twins("recurrent") or recurrent_steps
    return recurrent_steps


def _whole_walk(gates):
    """The module that walks through all steps in one compiled call, or None."""
    if gates.dtype == np.float32 and compiled_is_wanted(gates.size * 20):
        return twins("recurrent_walk")
    return None


def _in_parts(walk_rows, n, work):
    """Walk through time for parts of the batch, which do not depend on each other, in threads.

    ``work``: the multiply-adds of one step.  BLAS computes in one thread each.  The parts do not
    depend on the number of threads, and so the bits of the result do not.
    """
    parts = max(1, min(PARTS, n // 16)) if work >= HEAVY and backend() != "numpy" else 1
    rows = [slice(k * n // parts, (k + 1) * n // parts) for k in range(parts)]
    with one_thread:
        share_calls([functools.partial(walk_rows, r) for r in rows])


def _dtype(*arrays):
    return np.result_type(*(a for a in arrays if a is not None))


# -- h_t = tanh or relu of (x_t w_ihᵀ + h_{t-1} w_hhᵀ + b) ----------------------------------------


def rnn_forward(x, w_ih, w_hh, b, h0, activation, mask, reverse):
    """The states (T, N, H), and the tape."""
    dtype, walk = _dtype(x, w_ih, w_hh, b, h0), Walk(len(x), mask, reverse)
    states = _buffer(len(x), h0, walk.first, dtype)
    _projected(x, w_ih, b, dtype, states[walk.now])
    w = _transposed(w_hh, dtype)

    def walk_rows(rows):
        z = np.empty_like(states[0][rows])
        for _, now, before, keep in walk:
            h = states[now][rows]
            np.matmul(states[before][rows], w, out=z)
            h += z
            np.maximum(h, 0, out=h) if activation == "relu" else np.tanh(h, out=h)
            if keep is not None:
                np.copyto(h, states[before][rows], where=~keep[rows])

    _in_parts(walk_rows, len(h0), h0.size * len(w))
    _frozen(states)
    return states[walk.now], Tape(states[walk.before])


def rnn_backward(g, y, w_hh, activation, mask, reverse):
    """The lecture's steps: dL/dh_t is what comes from y_t plus what comes from h_{t+1}."""
    delta, walk = np.empty(y.shape, y.dtype), Walk(len(y), mask, reverse)
    whole = np.zeros(y.shape[1:], y.dtype)

    def walk_rows(rows):
        carry, slope = whole[rows], np.empty_like(whole[rows])
        for t, _, _, keep in reversed(walk):
            d, h = delta[t][rows], y[t][rows]
            np.add(g[t][rows], carry, out=d)
            if activation == "relu":
                np.greater(h, 0, out=slope, casting="unsafe")
            else:
                np.multiply(h, h, out=slope)
                np.subtract(1, slope, out=slope)
            if keep is None:
                d *= slope
                np.matmul(d, w_hh, out=carry)
            else:
                past = np.where(keep[rows], 0, d)
                d *= slope * keep[rows]
                np.matmul(d, w_hh, out=carry)
                carry += past

    _in_parts(walk_rows, len(whole), whole.size * len(w_hh))
    _frozen(delta, whole)
    return Cotangents(delta, delta, whole)


# -- LSTM -----------------------------------------------------------------------------------------


def lstm_forward(x, w_ih, w_hh, b, h0, c0, mask, reverse):
    """The states (T, N, H) and the last cell (N, H), and the tape."""
    dtype, walk = _dtype(x, w_ih, w_hh, b, h0, c0), Walk(len(x), mask, reverse)
    states, cells = (_buffer(len(x), s, walk.first, dtype) for s in (h0, c0))
    gates = _projected(x, w_ih, None, dtype)
    compiled = _whole_walk(gates)
    if compiled:
        w, steps, kept = compiled.panels(w_hh.T), walk.table(), walk.kept(len(h0))
        bias = np.zeros(len(w_ih), dtype) if b is None else np.asarray(b, dtype)

        def walk_rows(rows):
            places = rows.start, rows.stop
            compiled.lstm_walk(steps, kept, *places, w, bias, gates, states, cells)
    else:
        w = _transposed(w_hh, dtype)
        if b is not None:
            gates += b

        def walk_rows(rows):
            z, scratch = np.empty(gates[0, rows].shape, dtype), np.empty(h0[rows].shape, dtype)
            for t, now, before, keep in walk:
                h, c, past = states[now][rows], cells[now][rows], cells[before][rows]
                np.matmul(states[before][rows], w, out=z)
                gate = gates[t][rows]
                gate += z
                recurrent_steps.lstm_forward(gate, past, c, h, scratch)
                if keep is not None:
                    np.copyto(c, past, where=~keep[rows])
                    np.copyto(h, states[before][rows], where=~keep[rows])

    _in_parts(walk_rows, len(h0), h0.size * len(w_hh))
    last = walk.steps[-1][1] if walk.steps else walk.first
    _frozen(states, cells, gates)
    tape = Tape(states[walk.before], gates, cells)
    return (states[walk.now], cells[last].copy()), tape


def lstm_backward(g, w_hh, mask, reverse, tape):
    """dL/dh_t and dL/dc_t, each from its own step and from the next."""
    gh, gc = g
    gates, cells, walk = tape.gates, tape.cells, Walk(len(gh), mask, reverse)
    delta = np.empty_like(gates)
    all_dh, all_dc = np.zeros(gc.shape, gates.dtype), np.array(gc, gates.dtype, order="C")
    compiled = _whole_walk(gates)
    if compiled:
        w, steps, kept = compiled.panels(w_hh), walk.table(), walk.kept(len(all_dh))
        above = np.ascontiguousarray(gh)

        def walk_rows(rows):
            places = rows.start, rows.stop
            given = steps, kept, *places, w, above, gates, cells, delta, all_dh, all_dc
            compiled.lstm_walk_back(*given)
    else:

        def walk_rows(rows):
            dh, dc = all_dh[rows], all_dc[rows]
            scratch, slope = np.empty_like(dh), np.empty_like(dh)
            for t, now, before, keep in reversed(walk):
                dh += gh[t][rows]
                if keep is not None:
                    skipped = np.where(keep[rows], 0, dh), np.where(keep[rows], 0, dc)
                    dh *= keep[rows]
                    dc *= keep[rows]
                d, c, past = delta[t][rows], cells[now][rows], cells[before][rows]
                recurrent_steps.lstm_backward(gates[t][rows], past, c, dh, dc, d, scratch, slope)
                np.matmul(d, w_hh, out=dh)
                if keep is not None:
                    dh += skipped[0]
                    dc += skipped[1]

    _in_parts(walk_rows, len(all_dh), all_dh.size * len(w_hh))
    _frozen(delta, all_dh, all_dc)
    return Cotangents(delta, delta, all_dh, all_dc)


# -- GRU ------------------------------------------------------------------------------------------


def gru_forward(x, w_ih, w_hh, b_ih, b_hh, h0, mask, reverse):
    """The states (T, N, H), and the tape."""
    dtype, walk = _dtype(x, w_ih, w_hh, b_ih, b_hh, h0), Walk(len(x), mask, reverse)
    states = _buffer(len(x), h0, walk.first, dtype)
    gates = _projected(x, w_ih, b_ih, dtype)
    w, steps = _transposed(w_hh, dtype), _steps(gates)
    recurrent = np.empty((len(x), *h0.shape), dtype)

    def walk_rows(rows):
        z = np.empty(gates[0, rows].shape, dtype)
        for t, now, before, keep in walk:
            h, past = states[now][rows], states[before][rows]
            np.matmul(past, w, out=z)
            if b_hh is not None:
                np.add(z, b_hh, out=z)
            steps.gru_forward(gates[t][rows], z, recurrent[t][rows], past, h)
            if keep is not None:
                np.copyto(h, past, where=~keep[rows])

    _in_parts(walk_rows, len(h0), h0.size * len(w_hh))
    _frozen(states, gates, recurrent)
    return states[walk.now], Tape(states[walk.before], gates, recurrent=recurrent)


def gru_backward(g, w_hh, mask, reverse, tape):
    """Two cotangents a step: of the input's side, and of the recurrent side, where n has r."""
    gates, walk = tape.gates, Walk(len(g), mask, reverse)
    delta, recurrent = np.empty_like(gates), np.empty_like(gates)
    all_dh, steps = np.zeros(g.shape[1:], gates.dtype), _steps(gates)

    def walk_rows(rows):
        dh = all_dh[rows]
        back = np.empty_like(dh)
        for t, _, _, keep in reversed(walk):
            dh += g[t][rows]
            if keep is not None:
                skipped = np.where(keep[rows], 0, dh)
                dh *= keep[rows]
            d, r = delta[t][rows], recurrent[t][rows]
            steps.gru_backward(
                gates[t][rows], tape.recurrent[t][rows], tape.before[t][rows], dh, d, r
            )
            np.matmul(r, w_hh, out=back)
            dh += back
            if keep is not None:
                dh += skipped

    _in_parts(walk_rows, len(all_dh), all_dh.size * len(w_hh))
    _frozen(delta, recurrent, all_dh)
    return Cotangents(delta, recurrent, all_dh)
