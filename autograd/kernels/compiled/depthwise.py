"""Convolution of every channel by itself, with stride 1, a row of windows at a time.

Rows are read where they lie: a vector holds windows that lie beside each other, and meets each tap
of the filter as the row's elements a place further on; lanes outside the image are 0.  The adjoint
in x is the same with the filter turned round.  Images are (planes, H, W).
"""

import math

import numpy as np

from autograd.kernels.compiled.jobs import run, shared, take
from autograd.kernels.compiled.pooling_rows import images, inside, jobs_of, put, window_of
from autograd.kernels.compiled.vectors import (
    add,
    fma,
    lanes,
    load,
    load_inside,
    splat_of,
    total,
    zeros,
)


def conv(x, w, b, geometry, groups):
    """See `autograd.kernels.convolution.conv`; every weight must be finite."""
    window = _window(w.shape, geometry, groups)
    if window is None or not np.isfinite(w).all():
        return NotImplemented  # padding, which is left out, times an infinite weight is NaN
    y = np.empty((*x.shape[:2], *geometry.out(x.shape[2:])), x.dtype)
    b = np.zeros(groups, x.dtype) if b is None else b
    jobs = jobs_of(len(x) * groups)
    run(sums, jobs, images(x), np.ravel(w), b, images(y), window, lanes(x.itemsize))
    return y


def conv_dx(g, w, x_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dx`."""
    back = geometry.turned()
    if min(map(min, back.padding)) < 0:
        return NotImplemented
    return conv(g, np.flip(w, tuple(range(2, w.ndim))), None, back, groups)


def conv_dw(x, g, w_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dw`; every result must be finite."""
    window, across = _window(w_shape, geometry, groups), w_shape[-1]
    if window is None or -across % 3 > across // 7:
        return NotImplemented  # too many taps would be computed in vain
    dw = np.zeros(w_shape, x.dtype)
    args = images(x), images(g), groups, dw.reshape(-1), window
    run(correlations, jobs_of(groups), *args, lanes(x.itemsize))
    return dw if np.isfinite(dw).all() else NotImplemented  # 0 beyond a row of g, times infinity


def _window(w_shape, geometry, groups):
    """See `window_of`; None, too, unless each of ``groups`` channels has a filter of its own."""
    alone = w_shape[:2] == (groups, 1) and math.prod(geometry.kernel) > 1
    return window_of(geometry) if alone and set(geometry.stride) == {1} else None


@shared
def sums(todo, jobs, x, w, b, y, window, V):
    """y = b + Σ over the window of w x for every plane; w (channels, taps), flat."""
    kh, kw, _, _, top, left = window
    (planes, h, wide_y), (high, wide) = y.shape, x.shape[1:]
    image, out = x.ravel(), y.ravel()
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            c = n % b.size
            for a in range(h):
                first, last = max(0, a - top), min(high, a - top + kh)
                for i in range(0, wide_y, V):
                    v, at = splat_of(b, c), i - left
                    within = at >= 0 and at + kw - 1 + V <= wide  # asked once: a fifth of the time
                    for r in range(first, last):
                        p, q = (n * high + r) * wide, (c * kh + r - a + top) * kw
                        u = zeros(x)
                        if within:
                            for k in range(kw):
                                u = fma(splat_of(w, q + k), load(image, p + at + k), u)
                        else:
                            for k in range(kw):
                                e = load_inside(image, p, at + k, wide, zeros(x))
                                u = fma(splat_of(w, q + k), e, u)
                        v = add(u, v)
                    put(out, (n * h + a) * wide_y + i, wide_y - i, v, V)
        job = take(todo)


@shared
def correlations(todo, jobs, x, g, channels, dw, window, V):
    """dw = Σ over images and windows of g x for every channel, three taps of a row at a time."""
    kh, kw, _, _, top, left = window
    (planes, h, wide_g), (high, wide) = g.shape, x.shape[1:]
    image, cotangent = x.ravel(), g.ravel()
    job = take(todo)
    while job < jobs:
        for c in range(job * channels // jobs, (job + 1) * channels // jobs):
            for n in range(c, planes, channels):
                for r in range(kh):
                    for k in range(0, kw, 3):
                        k1, k2 = min(k + 1, kw - 1), min(k + 2, kw - 1)  # again, and not added
                        s = t = u = zeros(x)
                        for a in range(max(0, top - r), min(h, high + top - r)):
                            p, q = (n * high + a - top + r) * wide, (n * h + a) * wide_g
                            for i in range(0, wide_g, V):
                                at = i - left
                                v = inside(cotangent, q, i, wide_g, zeros(x), V)
                                s = fma(v, inside(image, p, at + k, wide, zeros(x), V), s)
                                t = fma(v, inside(image, p, at + k1, wide, zeros(x), V), t)
                                u = fma(v, inside(image, p, at + k2, wide, zeros(x), V), u)
                        q = (c * kh + r) * kw + k
                        dw[q] += total(s)
                        if k1 > k:
                            dw[q + 1] += total(t)
                        if k2 > k1:
                            dw[q + 2] += total(u)
        job = take(todo)
