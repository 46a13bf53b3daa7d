"""The walks of recurrent layers through all steps, forward and back, for a part of the batch.

``steps`` (T, 3): t and, in a buffer of T + 1 states, the places now and before; ``kept`` (T, N):
False where a row skips a step and its state is carried over; the rows are ``first`` to ``last``.
`compiled.recurrent_walk` has the LSTM's and the GRU's in one compiled call each.
"""

import numpy as np

from autograd.kernels import recurrent_steps


def arranged(w, dtype):
    """The matrix of a step's product as these walks take it."""
    return np.ascontiguousarray(w, dtype)  # a quarter faster than a transposed view


def _each(steps, kept, rows):
    """T, now, before of each step, and which rows skip it (rows, 1); None if none does."""
    skips = ~kept[:, rows, None]
    some = np.any(skips, axis=(1, 2)).tolist()
    for t, now, before in steps.tolist():
        yield t, now, before, skips[t] if some[t] else None


def _set_aside(skip, d):
    """The cotangents of the rows that skip a step, which are 0 in it."""
    held = d.copy()
    np.copyto(d, 0, where=skip)
    return held


def rnn_walk(steps, kept, first, last, w, states, activation):
    """``states`` come as x w_ihᵀ + b, but for the one before all steps."""
    rows = slice(first, last)
    z = np.empty_like(states[0, rows])
    for _, now, before, skip in _each(steps, kept, rows):
        h, past = states[now, rows], states[before, rows]
        np.matmul(past, w, out=z)
        h += z
        np.maximum(h, 0, out=h) if activation == "relu" else np.tanh(h, out=h)
        if skip is not None:
            np.copyto(h, past, where=skip)


def rnn_walk_back(steps, kept, first, last, w, g, y, delta, all_dh, activation):
    """The lecture's steps: dL/dh_t is what comes from y_t plus what comes from h_{t+1}."""
    rows = slice(first, last)
    dh, slope = all_dh[rows], np.empty_like(all_dh[rows])
    for t, _, _, skip in _each(steps[::-1], kept, rows):
        d, h = delta[t, rows], y[t, rows]
        dh += g[t, rows]
        if skip is not None:
            held = _set_aside(skip, dh)
        if activation == "relu":
            np.greater(h, 0, out=slope, casting="unsafe")
        else:
            np.multiply(h, h, out=slope)
            np.subtract(1, slope, out=slope)
        np.multiply(dh, slope, out=d)
        np.matmul(d, w, out=dh)
        if skip is not None:
            np.copyto(dh, held, where=skip)


def lstm_walk(steps, kept, first, last, w, b, gates, states, cells):
    """``gates`` come as x w_ihᵀ and become i f g o; ``states`` and ``cells`` are filled in."""
    rows = slice(first, last)
    gates[:, rows] += b
    z, scratch = np.empty_like(gates[0, rows]), np.empty_like(states[0, rows])
    for t, now, before, skip in _each(steps, kept, rows):
        gate, h, past_h = gates[t, rows], states[now, rows], states[before, rows]
        c, past_c = cells[now, rows], cells[before, rows]
        np.matmul(past_h, w, out=z)
        gate += z
        recurrent_steps.lstm_forward(gate, past_c, c, h, scratch)
        if skip is not None:
            np.copyto(h, past_h, where=skip)
            np.copyto(c, past_c, where=skip)


def lstm_walk_back(steps, kept, first, last, w, g, gates, cells, delta, all_dh, all_dc):
    """``delta`` is filled in; ``all_dh`` and ``all_dc`` (N, H) go from the last step to h0, c0."""
    rows = slice(first, last)
    dh, dc = all_dh[rows], all_dc[rows]
    scratch, slope = np.empty_like(dh), np.empty_like(dh)
    for t, now, before, skip in _each(steps[::-1], kept, rows):
        dh += g[t, rows]
        if skip is not None:
            held_h, held_c = _set_aside(skip, dh), _set_aside(skip, dc)
        d, c, past = delta[t, rows], cells[now, rows], cells[before, rows]
        recurrent_steps.lstm_backward(gates[t, rows], past, c, dh, dc, d, scratch, slope)
        np.matmul(d, w, out=dh)
        if skip is not None:
            np.copyto(dh, held_h, where=skip)
            np.copyto(dc, held_c, where=skip)


def gru_walk(steps, kept, first, last, w, b, gates, recurrent, states):
    """``gates`` come as x w_ihᵀ + b_ih and become r u n; ``b`` is b_hh; the rest is filled in."""
    rows = slice(first, last)
    z = np.empty_like(gates[0, rows])
    for t, now, before, skip in _each(steps, kept, rows):
        h, past = states[now, rows], states[before, rows]
        np.matmul(past, w, out=z)
        z += b
        recurrent_steps.gru_forward(gates[t, rows], z, recurrent[t, rows], past, h)
        if skip is not None:
            np.copyto(h, past, where=skip)


def gru_walk_back(
    steps, kept, first, last, w, g, gates, recurrent, before, delta, delta_recurrent, all_dh
):
    """Two cotangents a step: of the input's side, and of the recurrent side, where n has r."""
    rows = slice(first, last)
    dh, back = all_dh[rows], np.empty_like(all_dh[rows])
    for t, _, _, skip in _each(steps[::-1], kept, rows):
        dh += g[t, rows]
        if skip is not None:
            held = _set_aside(skip, dh)
        d, e, past = delta[t, rows], delta_recurrent[t, rows], before[t, rows]
        recurrent_steps.gru_backward(gates[t, rows], recurrent[t, rows], past, dh, d, e)
        np.matmul(e, w, out=back)
        dh += back
        if skip is not None:
            np.copyto(dh, held, where=skip)
