"""Pooling: row by row (`pooling_rows`); windows of 2 × 2 that do not overlap, here.

At the end of a row, only the lanes that belong to it are loaded and stored.  NumPy's kernels do the
other windows.
"""

import numpy as np

from autograd.kernels.compiled import pooling_rows as rows
from autograd.kernels.compiled.jobs import run, shared, take
from autograd.kernels.compiled.pooling_rows import divided, images, inside, join, put
from autograd.kernels.compiled.shuffles import evens, odds, zip_high, zip_low
from autograd.kernels.compiled.vectors import lanes, tops, where_below, where_top, zeros
from autograd.kernels.windows import Geometry

PAIRS = Geometry((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))


def max_pool(x, geometry):
    """See `autograd.kernels.pooling.max_pool`."""
    return _pool(x, geometry, None)


def max_unpool(g, x, y, geometry):
    """See `autograd.kernels.pooling.max_unpool`."""
    d = np.empty_like(x, order="C")
    if geometry != PAIRS:
        window = rows.window_of(geometry)
        if window is None or not rows.can_move(window, lanes(x.itemsize)):
            return NotImplemented
        if any(map(any, geometry.padding)) and np.isneginf(y).any():
            return NotImplemented  # padding, which is -inf, must not win
        args = *map(images, (g, x, y, d)), window, rows.fixed_of(window)
        run(rows.to_winners, _jobs(x), *args, lanes(x.itemsize))
        return d
    run(_to_winners, _jobs(x), *map(images, (g, x, y, d)), lanes(x.itemsize))
    return d


def sum_pool(x, geometry, count):
    """See `autograd.kernels.pooling.sum_pool`."""
    if isinstance(count, (int, float)):
        return _pool(x, geometry, float(count))
    y = _pool(x, geometry, 1.0)
    return y if y is NotImplemented else np.divide(y, count, out=y)


def sum_unpool(g, x_shape, geometry, count):
    """See `autograd.kernels.pooling.sum_unpool`."""
    window = rows.window_of(geometry)
    if window is None:
        return NotImplemented
    if not isinstance(count, (int, float)):
        g, count = g / count, 1
    d = np.empty(x_shape, g.dtype)
    run(rows.spread, _jobs(d), images(g), images(d), window, float(count), lanes(g.itemsize))
    return d


def _pool(x, geometry, count):
    window = rows.window_of(geometry)
    if window is None:
        return NotImplemented
    y = np.empty((*x.shape[:2], *geometry.out(x.shape[2:])), x.dtype)
    if geometry == PAIRS:
        run(_pairs, _jobs(x), images(x), images(y), count, lanes(x.itemsize))
    else:
        run(rows.pool, _jobs(x), images(x), images(y), window, count, lanes(x.itemsize))
    return y


def _jobs(x):
    return rows.jobs_of(x.shape[0] * x.shape[1])


@shared
def _pairs(todo, jobs, x, y, count, V):
    """The largest element of every window or, divided by ``count``, the sum."""
    planes, height, width = y.shape
    wide = x.shape[2]
    flat, out = x.ravel(), y.ravel()
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            for a in range(height):
                p, q = (n * x.shape[1] + 2 * a) * wide, (n * height + a) * width
                for i in range(0, width, V):
                    u = inside(flat, p, 2 * i, wide, zeros(x), V)
                    u = join(u, inside(flat, p + wide, 2 * i, wide, zeros(x), V), count)
                    v = inside(flat, p, 2 * i + V, wide, zeros(x), V)
                    v = join(v, inside(flat, p + wide, 2 * i + V, wide, zeros(x), V), count)
                    w = divided(join(evens(u, v), odds(u, v), count), count)
                    put(out, q + i, width - i, w, V)
        job = take(todo)


@shared
def _to_winners(todo, jobs, g, x, y, d, V):
    planes, height, width = y.shape
    high, wide = x.shape[1:]
    cotangent, image, top, out = g.ravel(), x.ravel(), y.ravel(), d.ravel()
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            for a in range(2 * height):
                p, q = (n * high + a) * wide, (n * height + a // 2) * width
                above = a % 2 * wide  # how far back the other row of the pair is, if it comes first
                for i in range(0, width, V):
                    k, left = p + 2 * i, 2 * (width - i)
                    t = tops(inside(top, q, i, width, zeros(x), V))
                    h = inside(cotangent, q, i, width, zeros(x), V)
                    if above:
                        u = inside(image, p - wide, 2 * i, wide, zeros(x), V)
                        v = inside(image, p - wide, 2 * i + V, wide, zeros(x), V)
                        h = where_below(h, evens(u, v), t)
                        h = where_below(h, odds(u, v), t)
                    u = inside(image, p, 2 * i, wide, zeros(x), V)
                    v = inside(image, p, 2 * i + V, wide, zeros(x), V)
                    even, odd = evens(u, v), odds(u, v)
                    r = where_top(h, even, t)
                    s = where_top(where_below(h, even, t), odd, t)
                    put(out, k, left, zip_low(r, s), V)
                    put(out, k + V, left - V, zip_high(r, s), V)
                for i in range(2 * width, wide):
                    out[p + i] = 0
            for i in range((n * high + 2 * height) * wide, (n + 1) * high * wide):
                out[i] = 0
        job = take(todo)
