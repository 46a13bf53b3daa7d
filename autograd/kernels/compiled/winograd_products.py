"""The 16 matrix products of `winograd`, and its filters on their way to them and back."""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import shared, take
from autograd.kernels.compiled.shuffles import pairs
from autograd.kernels.compiled.tiles import column, dots, tile
from autograd.kernels.compiled.vectors import add, load, maximum, mul, splat, store, sub, zeros


@jit
def sizes(w, V):
    """The least size of a weight of w, flat, and the largest of each of the nine: (9,)."""
    largest, few = np.zeros(9 * V, w.dtype), np.empty(V, w.dtype)  # nine vectors are V filters
    least, zero, i = splat(w.dtype.type(-np.inf)), zeros(w), 0
    while i + 9 * V <= w.size:
        for k in range(0, 9 * V, V):
            v = load(w, i + k)
            v = maximum(v, sub(zero, v))
            store(largest, k, maximum(v, load(largest, k)))
            least = maximum(sub(zero, v), least)
        i += 9 * V
    store(few, 0, least)
    smallest, most = -few.max(), np.zeros(9, w.dtype)
    for k in range(9 * V):
        most[k % 9] = max(most[k % 9], largest[k])
    for k in range(i, w.size):
        smallest, most[k % 9] = min(smallest, abs(w[k])), max(most[k % 9], abs(w[k]))
    return smallest, most


@shared
def stretch(todo, jobs, w, turned, outs, channels, u):
    """G w Gᵀ of each filter: ``u[k]`` as `multiply` reads it.

    ``w``: flat, of (O, C, 3, 3), or of (C, O, 3, 3) and ``turned`` by half a turn.
    """
    half, fours = w.dtype.type(0.5), -(-outs // 4)
    job = take(todo)
    while job < jobs:
        for four in range(job * fours // jobs, (job + 1) * fours // jobs):
            for c in range(channels):
                for i in range(4):
                    o, q = 4 * four + i, (four * channels + c) * 4 + i
                    if o >= outs:
                        for k in range(16):
                            u[k, q] = 0
                        continue
                    p, s = (o * channels + c) * 9, 1
                    if turned:
                        p, s = (c * outs + o) * 9 + 8, -1
                    a = _stretched(w[p], w[p + 3 * s], w[p + 6 * s], half)
                    b = _stretched(w[p + s], w[p + 4 * s], w[p + 7 * s], half)
                    d = _stretched(w[p + 2 * s], w[p + 5 * s], w[p + 8 * s], half)
                    for j in range(4):
                        row = _stretched(a[j], b[j], d[j], half)
                        for k in range(4):
                            u[4 * j + k, q] = row[k]
        job = take(todo)


@jit
def _stretched(a, b, c, half):
    """G times a column."""
    even, odd = half * (a + c), half * b
    return a, even + odd, even - odd, c


@jit
def multiply(u, fours, x, at, places, V, y, plane):
    """y[o, j] = Σ over c of u[o, c] x[at[c] + j]; u has four outputs beside each other."""
    channels, zero = at.size, zeros(x)
    nothing = zero, zero, zero, zero
    for four in range(fours):
        w, row = 4 * four * channels, 4 * four * plane
        j = 0
        while j + 2 * V < places:
            tile(x, at, j, u, w, 1, 4, nothing, y, row + j, plane, V)
            j += 3 * V
        while j < places:
            column(x, at, j, u, w, 1, 4, y, row + j, plane)
            j += V


@jit
def multiply_add(g, fours, x, threes, plane, places, V, sums):
    """sums[o, c] += Σ over j of g[o, j] x[c, j]: 4 o × 3 c, and a gap, lie beside each other.

    What is beyond the last output and channel is not meant for anyone, and not read by `gather`.
    """
    for o in range(fours):
        for c in range(threes):
            k, q = 16 * (o * threes + c), 3 * c * plane
            rows = dots(g, 4 * o * plane, plane, x, q, q + plane, q + 2 * plane, places, V)
            a, b = _quarters(rows[0]), _quarters(rows[1])
            e, f = _quarters(rows[2]), _quarters(rows[3])
            if V == 4:
                _add(sums, k, a)
                _add(sums, k + 4, b)
                _add(sums, k + 8, e)
                _add(sums, k + 12, f)
            elif V == 8:
                _add(sums, k, pairs(a, b))
                _add(sums, k + 8, pairs(e, f))
            else:
                _add(sums, k, pairs(pairs(a, b), pairs(e, f)))


@jit
def _quarters(sums):
    """Three vectors, and a gap, beside each other: each added up to a quarter of its lanes."""
    return pairs(pairs(sums[0], sums[1]), pairs(sums[2], sums[2]))


@jit
def _add(sums, k, v):
    store(sums, k, add(load(sums, k), v))


@shared
def gather(todo, jobs, parts, V, dw):
    """Gᵀ S G, S the sum of the parts that `multiply_add` made: dw (O, C, 3, 3)."""
    outs, channels = dw.shape[:2]
    fours, threes = -(-outs // 4), -(-channels // 3)
    half, filters = splat(dw.dtype.type(0.5)), np.empty(9 * 16, dw.dtype)
    job = take(todo)
    while job < jobs:
        for o in range(job * fours // jobs * 4, (job + 1) * fours // jobs * 4, 4):
            for c in range(0, channels, 3):
                for j in range(0, 16, V):
                    q = 16 * (o // 4 * threes + c // 3) + j
                    a, b = _gathered(parts, 0, q, half), _gathered(parts, 4, q, half)
                    d, e = _gathered(parts, 8, q, half), _gathered(parts, 12, q, half)
                    for k in range(3):
                        even, odd = mul(half, add(b[k], d[k])), mul(half, sub(b[k], d[k]))
                        store(filters, 16 * k + j, add(a[k], even))
                        store(filters, 16 * (k + 3) + j, odd)
                        store(filters, 16 * (k + 6) + j, add(even, e[k]))
                for i in range(min(4, outs - o)):
                    for n in range(min(3, channels - c)):
                        for k in range(9):
                            dw[o + i, c + n, k] = filters[16 * k + 4 * i + n]
        job = take(todo)


@jit
def _gathered(parts, k, q, half):
    """A row of S, times G."""
    a, b = load(parts[0, k], q), load(parts[0, k + 1], q)
    c, d = load(parts[0, k + 2], q), load(parts[0, k + 3], q)
    for n in range(1, len(parts)):
        a, b = add(a, load(parts[n, k], q)), add(b, load(parts[n, k + 1], q))
        c, d = add(c, load(parts[n, k + 2], q)), add(d, load(parts[n, k + 3], q))
    even, odd = mul(half, add(b, c)), mul(half, sub(b, c))
    return add(a, even), odd, add(even, d)
