"""Pooling: row by row (`pooling_rows`); windows of 2 × 2 that do not overlap, here.

Vectors run over the end of a row; what they spoil behind it is computed later, and right.  At the
end of a job's memory, single elements are computed instead.  Other sums are convolutions; NumPy's
kernel does the other maxima.
"""

import math

import numpy as np

from autograd.kernels.compiled import convolution, jit
from autograd.kernels.compiled import pooling_rows as rows
from autograd.kernels.compiled.jobs import run, shared, take
from autograd.kernels.compiled.pooling_rows import join
from autograd.kernels.compiled.shuffles import evens, odds, zip_high, zip_low
from autograd.kernels.compiled.vectors import (
    lanes,
    load,
    load_some,
    store,
    store_some,
    where_below,
    where_top,
    zeros,
)
from autograd.kernels.windows import Geometry

PAIRS = Geometry((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
FEW = 4  # elements in a window, up to which NumPy's passes over the array are faster
JOBS = 16


def max_pool(x, geometry):
    """See `autograd.kernels.pooling.max_pool`."""
    return _pool(x, geometry, True)


def max_unpool(g, x, y, geometry):
    """See `autograd.kernels.pooling.max_unpool`."""
    d = np.empty_like(x, order="C")
    if geometry != PAIRS:
        window = rows.window_of(geometry)
        if window is None or (any(map(any, geometry.padding)) and np.isneginf(y).any()):
            return NotImplemented  # padding, which is -inf, must not win
        run(rows.to_winners, _jobs(x), *map(_images, (g, x, y, d)), window, lanes(x.itemsize))
        return d
    run(_to_winners, _jobs(x), *map(_images, (g, x, y, d)), lanes(x.itemsize))
    return d


def sum_pool(x, geometry):
    """See `autograd.kernels.pooling.sum_pool`; else a filter of ones for every channel."""
    if rows.window_of(geometry) is not None:
        return _pool(x, geometry, None)
    if math.prod(geometry.kernel) <= FEW or geometry.is_whole(x.shape[2:]):
        return NotImplemented
    ones = np.ones((x.shape[1], 1, *geometry.kernel), x.dtype)
    return convolution.conv(x, ones, None, geometry, x.shape[1])


def sum_unpool(g, x_shape, geometry):
    """See `autograd.kernels.pooling.sum_unpool`."""
    window = rows.window_of(geometry)
    if window is not None:
        d = np.empty(x_shape, g.dtype)
        run(rows.spread, _jobs(d), _images(g), _images(d), window, lanes(g.itemsize))
        return d
    if math.prod(geometry.kernel) <= FEW or geometry.is_whole(x_shape[2:]):
        return NotImplemented
    ones = np.ones((x_shape[1], 1, *geometry.kernel), g.dtype)
    return convolution.conv_dx(g, ones, x_shape, geometry, x_shape[1])


def _pool(x, geometry, maxima):
    window = rows.window_of(geometry)
    if window is None:
        return NotImplemented
    y = np.empty((*x.shape[:2], *geometry.out(x.shape[2:])), x.dtype)
    if geometry == PAIRS:
        run(_pairs, _jobs(x), _images(x), _images(y), maxima, lanes(x.itemsize))
    else:
        run(rows.pool, _jobs(x), _images(x), _images(y), window, maxima, lanes(x.itemsize))
    return y


def _jobs(x):
    return min(JOBS, x.shape[0] * x.shape[1])


def _images(a):
    """(planes, H, W); of one spatial axis, H is 1."""
    a = np.ascontiguousarray(a)
    return a.reshape(a.shape[0] * a.shape[1], -1, a.shape[-1])


@shared
def _pairs(todo, jobs, x, y, maxima, V):
    """The largest element, or the sum, of every window."""
    planes, height, width = y.shape
    wide = x.shape[2]
    flat, out, nothing = x.ravel(), y.ravel(), zeros(x)
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            for a in range(height):
                p, q = (n * x.shape[1] + 2 * a) * wide, (n * height + a) * width
                for i in range(0, width, V):
                    k, left = p + 2 * i, width - i
                    if left >= V:
                        u = join(load(flat, k), load(flat, k + wide), maxima)
                        v = join(load(flat, k + V), load(flat, k + V + wide), maxima)
                        store(out, q + i, join(evens(u, v), odds(u, v), maxima))
                    else:
                        u = load_some(flat, k, 2 * left, nothing)
                        v = load_some(flat, k + V, 2 * left - V, nothing)
                        u = join(u, load_some(flat, k + wide, 2 * left, nothing), maxima)
                        v = join(v, load_some(flat, k + V + wide, 2 * left - V, nothing), maxima)
                        store_some(out, q + i, left, join(evens(u, v), odds(u, v), maxima))
        job = take(todo)


@shared
def _to_winners(todo, jobs, g, x, y, d, V):
    planes, height, width = y.shape
    high, wide = x.shape[1:]
    cotangent, image, top, out = g.ravel(), x.ravel(), y.ravel(), d.ravel()
    job = take(todo)
    while job < jobs:
        first, last = job * planes // jobs, (job + 1) * planes // jobs
        end = last * high * wide
        for n in range(first, last):
            for a in range(2 * height):
                p, q = (n * high + a) * wide, (n * height + a // 2) * width
                above = a % 2 * wide  # how far back the other row of the pair is, if it comes first
                for i in range(0, width, V):
                    k = p + 2 * i
                    if k + 2 * V > end or q + i + V > top.size:
                        for j in range(i, min(i + V, width)):
                            _single(cotangent, image, top, out, p + 2 * j, q + j, above)
                        continue
                    t, left = load(top, q + i), load(cotangent, q + i)
                    if above:
                        u, v = load(image, k - wide), load(image, k - wide + V)
                        left = where_below(left, evens(u, v), t)
                        left = where_below(left, odds(u, v), t)
                    u, v = load(image, k), load(image, k + V)
                    even, odd = evens(u, v), odds(u, v)
                    r = where_top(left, even, t)
                    s = where_top(where_below(left, even, t), odd, t)
                    store(out, k, zip_low(r, s))
                    store(out, k + V, zip_high(r, s))
                for i in range(2 * width, wide):
                    out[p + i] = 0
            for i in range((n * high + 2 * height) * wide, (n + 1) * high * wide):
                out[i] = 0
        job = take(todo)


@jit
def _single(cotangent, image, top, out, k, q, above):
    """The two elements from k on, of the window whose top and cotangent are at q."""
    t, left = top[q], cotangent[q]
    if above:
        for m in (k - above, k - above + 1):
            if image[m] == t or image[m] != image[m]:
                left = 0
    for m in (k, k + 1):
        if image[m] == t or image[m] != image[m]:
            out[m] = left
            left = 0
        else:
            out[m] = 0
