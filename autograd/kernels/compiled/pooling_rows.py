"""Pooling of images a row at a time, for windows one or two elements apart.

Down first: the rows that a window covers are joined, in vectors, in a buffer whose borders hold the
padding.  Then across: the buffer is joined with itself, moved; with a stride of 2, every second
element of it.  The adjoints go the other way; of a window's rows, those ``shared`` with the window
above have sums already, the others are written to for the first time.  Images are (planes, H, W).
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import shared, take
from autograd.kernels.compiled.shuffles import copy_row, evens, zip_high, zip_low
from autograd.kernels.compiled.vectors import (
    add,
    largest,
    load,
    load_some,
    splat,
    store,
    store_some,
    where_below,
    where_top,
    zeros,
)


def window_of(geometry):
    """Kernel, stride and padding before, down and across; None if it is not for here."""
    kernel, stride, padding, dilation = geometry
    if len(kernel) == 1:
        kernel, stride, padding = (1, *kernel), (1, *stride), ((0, 0), *padding)
    if len(kernel) != 2 or set(dilation) != {1} or stride[1] > 2:
        return None
    return (*kernel, *stride, padding[0][0], padding[1][0])


@jit
def join(u, v, maxima):
    """The larger of two vectors, lane by lane, or their sum.

    ``maxima``: True, or None for sums; what is None is known when numba compiles.
    """
    if maxima is None:
        return add(u, v)
    return largest(u, v)


@jit(forceinline=True)
def some(x, place, left, V, fill=0):
    """The vector at a place; ``fill`` beyond the ``left`` elements of the row."""
    return load(x, place) if left >= V else load_some(x, place, left, splat(x.dtype.type(fill)))


@jit(forceinline=True)
def put(x, place, left, v, V):
    """Store a vector, not beyond the ``left`` elements of the row."""
    if left >= V:
        store(x, place, v)
    else:
        store_some(x, place, left, v)


@shared
def pool(todo, jobs, x, y, window, maxima, V):
    """The largest element, or the sum, of every window."""
    kh, kw, sh, sw, top, left = window
    (planes, h, w), (high, wide) = y.shape, x.shape[1:]
    image, out = x.ravel(), y.ravel()
    fill = x.dtype.type(0 if maxima is None else -np.inf)
    row = np.full(left + wide + sw * (w + V) + kw + 2 * V, fill, x.dtype)
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            for a in range(h):
                first, last = max(0, a * sh - top), min(high, a * sh - top + kh)
                for block in range(0, wide, V):
                    v, j = splat(fill), max(0, min(block, wide - V))
                    for r in range(first, last):
                        v = join(some(image, (n * high + r) * wide + j, wide, V, fill), v, maxima)
                    store(row, left + j, v)
                for i in range(0, w, V):
                    v = splat(fill)
                    for k in range(kw):
                        if sw == 1:
                            u = load(row, i + k)
                        else:
                            u = evens(load(row, 2 * i + k), load(row, 2 * i + k + V))
                        v = join(u, v, maxima)
                    put(out, (n * h + a) * w + i, w - i, v, V)
        job = take(todo)


@shared
def to_winners(todo, jobs, g, x, y, d, window, V):
    """``g`` added at the first largest element of every window, in the order of its elements.

    A vector holds windows that lie beside each other.  What is left of g goes from place to place
    in the windows; what stays there is added up by padded row and by place in a window's row.
    """
    kh, kw, sh, sw, top, left = window
    (planes, h, w), (high, wide) = y.shape, x.shape[1:]
    reach = max(w, -(-(left + wide) // sw))
    half = kw + reach + V  # with room for kw in front
    whole = np.zeros(max((h - 1) * sh + kh, top + high) * kw * half, g.dtype)
    length = max(sw * (w + V) + kw, left + wide) + 2 * V
    rows = np.full(kh * length, -np.inf, x.dtype)
    cotangent, best = np.zeros(w + V, g.dtype), np.zeros(w + V, g.dtype)
    joined = np.empty(sw * half + 2 * V, g.dtype)
    flat_g, flat_y, image, out = g.ravel(), y.ravel(), x.ravel(), d.ravel()
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            for a in range(h):
                p, shared = (n * h + a) * w, max(0, kh - sh) if a else 0
                copy_row(cotangent, 0, flat_g, p, w)
                copy_row(best, 0, flat_y, p, w)
                first, last = max(0, a * sh - top), min(high, a * sh - top + kh)
                for r in range(first, last):
                    start = (r - first) * length + left
                    copy_row(rows, start, image, (n * high + r) * wide, wide)
                for i in range(0, w, V):
                    rest, t = load(cotangent, i), load(best, i)
                    for r in range(first, last):
                        p = (r - first) * length + sw * i
                        for k in range(kw):
                            if sw == 1:
                                e = load(rows, p + k)
                            else:
                                e = evens(load(rows, p + k), load(rows, p + k + V))
                            q = ((r + top) * kw + k) * half + kw + i
                            won = where_top(rest, e, t)
                            if r + top - a * sh < shared:
                                won = add(won, load(whole, q))
                            store(whole, q, won)
                            rest = where_below(rest, e, t)
            for r in range(high):
                for j in range(0, reach, V):
                    u = v = zeros(g)
                    for k in range(kw):
                        q = ((r + top) * kw + k) * half + kw + j
                        if sw == 1:
                            u = add(load(whole, q - k), u)
                        elif k % 2 == 0:
                            u = add(load(whole, q - k // 2), u)
                        else:
                            v = add(load(whole, q - k // 2), v)
                    if sw == 1:
                        store(joined, j, u)
                    else:
                        store(joined, 2 * j, zip_low(u, v))
                        store(joined, 2 * j + V, zip_high(u, v))
                copy_row(out, (n * high + r) * wide, joined, left, wide)
        job = take(todo)


@shared
def spread(todo, jobs, g, d, window, V):
    """``g`` added at every element of its window: the adjoint of the sum."""
    kh, kw, sh, sw, top, left = window
    (planes, h, w), (high, wide) = g.shape, d.shape[1:]
    cotangent, out = g.ravel(), d.ravel()
    reach = (w - 1) * sw + kw
    pitch = max(reach, left + wide) + 3 * V
    whole = np.zeros(max((h - 1) * sh + kh, top + high) * pitch, g.dtype)
    row = np.zeros(kw + w + reach + 3 * V, g.dtype)
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            for a in range(h):
                copy_row(row, kw, cotangent, (n * h + a) * w, w)
                shared = max(0, kh - sh) if a else 0
                for i in range(0, -(-reach // sw), V):
                    u = v = zeros(g)
                    for k in range(kw):
                        if sw == 1:
                            u = add(load(row, kw + i - k), u)
                        elif k % 2 == 0:
                            u = add(load(row, kw + i - k // 2), u)
                        else:
                            v = add(load(row, kw + i - k // 2), v)
                    s, t = (u, v) if sw == 1 else (zip_low(u, v), zip_high(u, v))
                    for r in range(kh):
                        q = (a * sh + r) * pitch + sw * i
                        if r < shared:
                            store(whole, q, add(load(whole, q), s))
                        else:
                            store(whole, q, s)
                        if sw == 1:
                            continue
                        if r < shared:
                            store(whole, q + V, add(load(whole, q + V), t))
                        else:
                            store(whole, q + V, t)
            for r in range(high):
                copy_row(out, (n * high + r) * wide, whole, (top + r) * pitch + left, wide)
        job = take(todo)
