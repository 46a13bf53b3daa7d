"""A whole LSTM or GRU in one compiled call, for float32: steps too short to go back to Python for.

The matrix of a step's product lies in panels, of 4 vectors of columns each, that stay in cache
while all rows of the batch go by.
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.recurrent_steps import (
    gru_backward,
    gru_forward,
    lstm_backward,
    lstm_forward,
)
from autograd.kernels.compiled.vectors import (
    BYTES,
    fma,
    in_order,
    lanes,
    load,
    splat_of,
    store,
    zeros,
)

V = lanes(4)


def arranged(w, dtype):
    """(K, N) -> panels (N / 4V, K, 4V): the columns, 0 where there are none left."""
    n = -(-w.shape[1] // (4 * V)) * 4 * V
    wide = np.zeros((w.shape[0], n), dtype)
    wide[:, : w.shape[1]] = w
    return np.ascontiguousarray(wide.reshape(len(w), -1, 4 * V).swapaxes(0, 1))


@jit
def add_product(x, w, to, scratch):
    """to += x w; w in panels, ``scratch``: room for 4 vectors."""
    rows, width, inner = *to.shape, w.shape[1]
    a, flat, y = x.ravel(), w.ravel(), to.ravel()
    for panel in range(w.shape[0]):
        j, start = panel * 4 * V, panel * inner * 4 * V
        r = 0
        if j + 4 * V <= width:
            while r + 4 <= rows:
                o = r * width + j
                if BYTES == 64:
                    _sixteen_sums(a, r * inner, inner, flat, start, y, o, width)
                else:
                    _eight_sums(a, r * inner, inner, flat, start, y, o, width)
                    _eight_sums(a, r * inner, inner, flat, start + 2 * V, y, o + 2 * V, width)
                r += 4
        while r < rows:
            a0 = a1 = a2 = a3 = zeros(flat)
            for k in range(inner):
                w0, w1, w2, w3 = _four(flat, start + k * 4 * V)
                v = splat_of(a, r * inner + k)
                a0, a1, a2, a3 = fma(v, w0, a0), fma(v, w1, a1), fma(v, w2, a2), fma(v, w3, a3)
            _store(scratch, 0, a0, a1, a2, a3)
            for k in range(min(4 * V, width - j)):
                y[r * width + j + k] += scratch[k]
            r += 1


@jit
def _sixteen_sums(a, p, inner, flat, start, y, o, width):
    """Four rows by a panel: for 32 registers."""
    q, s, t = p + inner, p + 2 * inner, p + 3 * inner
    a0, a1, a2, a3 = _four(y, o)
    b0, b1, b2, b3 = _four(y, o + width)
    c0, c1, c2, c3 = _four(y, o + 2 * width)
    d0, d1, d2, d3 = _four(y, o + 3 * width)
    for k in range(inner):
        w0, w1, w2, w3 = _four(flat, start + k * 4 * V)
        v = splat_of(a, p + k)
        a0, a1, a2, a3 = fma(v, w0, a0), fma(v, w1, a1), fma(v, w2, a2), fma(v, w3, a3)
        v = splat_of(a, q + k)
        b0, b1, b2, b3 = fma(v, w0, b0), fma(v, w1, b1), fma(v, w2, b2), fma(v, w3, b3)
        v = splat_of(a, s + k)
        c0, c1, c2, c3 = fma(v, w0, c0), fma(v, w1, c1), fma(v, w2, c2), fma(v, w3, c3)
        v = splat_of(a, t + k)
        d0, d1, d2, d3 = fma(v, w0, d0), fma(v, w1, d1), fma(v, w2, d2), fma(v, w3, d3)
    _store(y, o, a0, a1, a2, a3)
    _store(y, o + width, b0, b1, b2, b3)
    _store(y, o + 2 * width, c0, c1, c2, c3)
    _store(y, o + 3 * width, d0, d1, d2, d3)


@jit
def _eight_sums(a, p, inner, flat, start, y, o, width):
    """Four rows by half a panel: for 16 registers."""
    q, s, t = p + inner, p + 2 * inner, p + 3 * inner
    a0, a1 = _two(y, o)
    b0, b1 = _two(y, o + width)
    c0, c1 = _two(y, o + 2 * width)
    d0, d1 = _two(y, o + 3 * width)
    for k in range(inner):
        in_order()
        w0, w1 = _two(flat, start + k * 4 * V)
        v = splat_of(a, p + k)
        a0, a1 = fma(v, w0, a0), fma(v, w1, a1)
        v = splat_of(a, q + k)
        b0, b1 = fma(v, w0, b0), fma(v, w1, b1)
        in_order()
        v = splat_of(a, s + k)
        c0, c1 = fma(v, w0, c0), fma(v, w1, c1)
        v = splat_of(a, t + k)
        d0, d1 = fma(v, w0, d0), fma(v, w1, d1)
    _store_two(y, o, a0, a1)
    _store_two(y, o + width, b0, b1)
    _store_two(y, o + 2 * width, c0, c1)
    _store_two(y, o + 3 * width, d0, d1)


@jit
def _two(y, q):
    return load(y, q), load(y, q + V)


@jit
def _four(y, q):
    return load(y, q), load(y, q + V), load(y, q + 2 * V), load(y, q + 3 * V)


@jit
def _store_two(y, q, a, b):
    store(y, q, a)
    store(y, q + V, b)


@jit
def _store(y, q, a, b, c, d):
    _store_two(y, q, a, b)
    _store_two(y, q + 2 * V, c, d)


@jit
def _add(x, to):
    """to += x, of flat arrays."""
    for j in range(to.size):
        to[j] += x[j]


@jit
def _carry(kept, past, now):
    """Rows that skip a step have what was there before it."""
    for r in range(len(kept)):
        if not kept[r]:
            now[r] = past[r]


@jit
def _set_aside(kept, d, held):
    """The cotangents of rows that skip a step wait in ``held``, and are 0 in it."""
    for r in range(len(kept)):
        if not kept[r]:
            held[r] = d[r]
            d[r] = 0


@jit
def lstm_walk(steps, kept, first, last, w, b, gates, states, cells):
    """As `recurrent_walk.lstm_walk`."""
    scratch = np.empty(4 * V, np.float32)
    for k in range(len(steps)):
        t, now, before = steps[k]
        gate, keep = gates[t, first:last], kept[t, first:last]
        h, past_h = states[now, first:last], states[before, first:last]
        c, past_c = cells[now, first:last], cells[before, first:last]
        for r in range(last - first):
            _add(b, gate[r])
        add_product(past_h, w, gate, scratch)
        lstm_forward(gate, past_c, c, h)
        _carry(keep, past_h, h)
        _carry(keep, past_c, c)


@jit
def lstm_walk_back(steps, kept, first, last, w, g, gates, cells, delta, all_dh, all_dc):
    """As `recurrent_walk.lstm_walk_back`."""
    dh, dc, scratch = all_dh[first:last], all_dc[first:last], np.empty(4 * V, np.float32)
    squashed, held_h, held_c = np.empty_like(dh), np.empty_like(dh), np.empty_like(dc)
    for k in range(len(steps) - 1, -1, -1):
        t, now, before = steps[k]
        keep, d = kept[t, first:last], delta[t, first:last]
        _add(g[t, first:last].ravel(), dh.ravel())
        _set_aside(keep, dh, held_h)
        _set_aside(keep, dc, held_c)
        c, past = cells[now, first:last], cells[before, first:last]
        lstm_backward(gates[t, first:last], past, c, dh, dc, d, squashed)
        dh[:] = 0
        add_product(d, w, dh, scratch)
        _carry(keep, held_h, dh)
        _carry(keep, held_c, dc)


@jit
def gru_walk(steps, kept, first, last, w, b, gates, recurrent, states):
    """As `recurrent_walk.gru_walk`."""
    scratch, z = np.empty(4 * V, np.float32), np.empty((last - first, b.size), np.float32)
    for k in range(len(steps)):
        t, now, before = steps[k]
        h, past = states[now, first:last], states[before, first:last]
        z[:] = b
        add_product(past, w, z, scratch)
        gru_forward(gates[t, first:last], z, recurrent[t, first:last], past, h)
        _carry(kept[t, first:last], past, h)


@jit
def gru_walk_back(
    steps, kept, first, last, w, g, gates, recurrent, before, delta, delta_recurrent, all_dh
):
    """As `recurrent_walk.gru_walk_back`."""
    dh, scratch = all_dh[first:last], np.empty(4 * V, np.float32)
    held = np.empty_like(dh)
    for k in range(len(steps) - 1, -1, -1):
        t = steps[k, 0]
        keep, d, e = kept[t, first:last], delta[t, first:last], delta_recurrent[t, first:last]
        _add(g[t, first:last].ravel(), dh.ravel())
        _set_aside(keep, dh, held)
        gru_backward(
            gates[t, first:last], recurrent[t, first:last], before[t, first:last], dh, d, e
        )
        add_product(e, w, dh, scratch)
        _carry(keep, held, dh)
