"""A whole LSTM in one compiled call, for float32: steps too short to go back to Python in between.

The matrix of a step's product lies in panels, of 4 vectors of columns each, that stay in cache
while all rows of the batch go by.
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.recurrent import lstm_backward, lstm_forward
from autograd.kernels.compiled.vectors import fma, lanes, load, splat, store, zeros

V = lanes(4)


def panels(w):
    """(K, N) -> (N / 4V, K, 4V): the columns, 0 where there are none left."""
    n = -(-w.shape[1] // (4 * V)) * 4 * V
    wide = np.zeros((w.shape[0], n), np.float32)
    wide[:, : w.shape[1]] = w
    return np.ascontiguousarray(wide.reshape(len(w), -1, 4 * V).swapaxes(0, 1))


@jit
def add_product(a, a_row, w, y, y_row, rows, width, scratch):
    """Y += a w: rows of flat a and of flat y, of this width, from a_row and y_row on; w in panels.

    ``scratch``: room for 4 vectors.
    """
    inner = w.shape[1]
    flat = w.ravel()
    for panel in range(w.shape[0]):
        j, start = panel * 4 * V, panel * inner * 4 * V
        r = 0
        if j + 4 * V <= width:
            while r + 4 <= rows:
                p = a_row + r * inner
                q, s, t = p + inner, p + 2 * inner, p + 3 * inner
                o = y_row + r * width + j
                a0, a1, a2, a3 = _four(y, o)
                b0, b1, b2, b3 = _four(y, o + width)
                c0, c1, c2, c3 = _four(y, o + 2 * width)
                d0, d1, d2, d3 = _four(y, o + 3 * width)
                for k in range(inner):
                    w0, w1, w2, w3 = _four(flat, start + k * 4 * V)
                    v = splat(a[p + k])
                    a0, a1, a2, a3 = fma(v, w0, a0), fma(v, w1, a1), fma(v, w2, a2), fma(v, w3, a3)
                    v = splat(a[q + k])
                    b0, b1, b2, b3 = fma(v, w0, b0), fma(v, w1, b1), fma(v, w2, b2), fma(v, w3, b3)
                    v = splat(a[s + k])
                    c0, c1, c2, c3 = fma(v, w0, c0), fma(v, w1, c1), fma(v, w2, c2), fma(v, w3, c3)
                    v = splat(a[t + k])
                    d0, d1, d2, d3 = fma(v, w0, d0), fma(v, w1, d1), fma(v, w2, d2), fma(v, w3, d3)
                _store(y, o, a0, a1, a2, a3)
                _store(y, o + width, b0, b1, b2, b3)
                _store(y, o + 2 * width, c0, c1, c2, c3)
                _store(y, o + 3 * width, d0, d1, d2, d3)
                r += 4
        while r < rows:
            a0 = a1 = a2 = a3 = zeros(flat)
            for k in range(inner):
                w0, w1, w2, w3 = _four(flat, start + k * 4 * V)
                v = splat(a[a_row + r * inner + k])
                a0, a1, a2, a3 = fma(v, w0, a0), fma(v, w1, a1), fma(v, w2, a2), fma(v, w3, a3)
            _store(scratch, 0, a0, a1, a2, a3)
            for k in range(min(4 * V, width - j)):
                y[y_row + r * width + j + k] += scratch[k]
            r += 1


@jit
def _four(y, q):
    return load(y, q), load(y, q + V), load(y, q + 2 * V), load(y, q + 3 * V)


@jit
def _store(y, q, a, b, c, d):
    store(y, q, a)
    store(y, q + V, b)
    store(y, q + 2 * V, c)
    store(y, q + 3 * V, d)


@jit
def lstm_walk(steps, keep, first, last, w, b, gates, states, cells):
    """The rows ``first`` to ``last`` of all steps: as the loop in `recurrent.lstm_forward`.

    ``steps`` (T, 3): t, now, before; ``keep`` (T, N): False where a step is skipped; ``b`` (4H,)
    is added to the gates.
    """
    scratch, flat_h, flat_gates = np.empty(4 * V, np.float32), states.ravel(), gates.ravel()
    batch, width = states.shape[1:]
    for k in range(len(steps)):
        t, now, before = steps[k]
        for n in range(first, last):
            row = gates[t, n]
            for j in range(b.size):
                row[j] += b[j]
        places = (before * batch + first) * width, (t * batch + first) * 4 * width
        add_product(flat_h, places[0], w, flat_gates, places[1], last - first, 4 * width, scratch)
        h, c, past = states[now, first:last], cells[now, first:last], cells[before, first:last]
        lstm_forward(gates[t, first:last], past, c, h)
        for n in range(first, last):
            if not keep[t, n]:
                cells[now, n] = cells[before, n]
                states[now, n] = states[before, n]


@jit
def lstm_walk_back(steps, keep, first, last, w, gh, gates, cells, delta, all_dh, all_dc):
    """The rows ``first`` to ``last``, from the last step to the first."""
    dh, dc = all_dh[first:last], all_dc[first:last]
    squashed, held_h, held_c = np.empty_like(dh), np.empty_like(dh), np.empty_like(dc)
    scratch, flat_delta, flat_dh = np.empty(4 * V, np.float32), delta.ravel(), all_dh.ravel()
    batch, width = all_dh.shape
    for k in range(len(steps) - 1, -1, -1):
        t, now, before = steps[k]
        for r in range(last - first):
            from_above, here = gh[t, first + r], dh[r]
            for j in range(here.size):
                here[j] += from_above[j]
            if not keep[t, first + r]:
                held_h[r], held_c[r] = dh[r], dc[r]
                dh[r], dc[r] = 0, 0
        d, c, past = delta[t, first:last], cells[now, first:last], cells[before, first:last]
        lstm_backward(gates[t, first:last], past, c, dh, dc, d, squashed)
        dh[:] = 0
        place = (t * batch + first) * 4 * width
        add_product(flat_delta, place, w, flat_dh, first * width, last - first, width, scratch)
        for r in range(last - first):
            if not keep[t, first + r]:
                dh[r], dc[r] = held_h[r], held_c[r]
