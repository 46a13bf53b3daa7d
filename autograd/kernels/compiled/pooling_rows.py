"""Pooling of images a row at a time, for windows one or two elements apart.

Down first: the rows that a window covers are joined, in vectors, in a buffer whose borders hold the
padding.  Then across: the buffer is joined with itself, moved; with a stride of 2, every second
element of it.  The adjoints go the other way; of a window's rows, those ``shared`` with the window
above have sums already, the others are written to for the first time.  Images are (planes, H, W).
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import shared, take
from autograd.kernels.compiled.shuffles import (
    copy_row,
    evens,
    further1,
    further2,
    further4,
    further8,
    odds,
    zip_high,
    zip_low,
)
from autograd.kernels.compiled.vectors import (
    add,
    div,
    largest,
    load,
    load_inside,
    splat,
    splat_as,
    store,
    store_some,
    tops,
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


def jobs_of(planes: int) -> int:
    """Into how many jobs the work is parted, by whole planes, however many threads there are."""
    return min(16, planes)


def images(a):
    """(planes, H, W); of one spatial axis, H is 1."""
    a = np.ascontiguousarray(a)
    return a.reshape(a.shape[0] * a.shape[1], -1, a.shape[-1])


@jit
def join(u, v, count):
    """The larger of two vectors, lane by lane, or their sum.

    ``count``: None for maxima, of sums a number; what is None is known when numba compiles.
    """
    if count is None:
        return largest(u, v)
    return add(u, v)


@jit
def divided(v, count):
    """A joined vector, of sums by ``count``."""
    if count is None:
        return v
    return div(v, splat_as(v, count))


@jit(forceinline=True)
def put(x, place, left, v, V):
    """Store a vector, not beyond the ``left`` elements of the row."""
    if left >= V:
        store(x, place, v)
    else:
        store_some(x, place, left, v)


@jit(forceinline=True)
def inside(x, row, at, wide, other, V):
    """A vector of a row, from its element ``at`` on; ``other`` before and behind the row."""
    if at >= 0 and at + V <= wide:
        return load(x, row + at)
    return load_inside(x, row, at, wide, other)


@shared
def pool(todo, jobs, x, y, window, count, V):
    """The largest element of every window or, divided by ``count``, the sum."""
    kh, kw, sh, sw, top, left = window
    (planes, h, w), (high, wide) = y.shape, x.shape[1:]
    image, out = x.ravel(), y.ravel()
    fill = x.dtype.type(-np.inf if count is None else 0)
    row = np.full(left + wide + sw * (w + V) + kw + 2 * V, fill, x.dtype)
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            for a in range(h):
                first, last = max(0, a * sh - top), min(high, a * sh - top + kh)
                for block in range(0, wide, V):
                    v, j = splat(fill), max(0, min(block, wide - V))
                    for r in range(first, last):
                        u = inside(image, (n * high + r) * wide, j, wide, splat(fill), V)
                        v = join(u, v, count)
                    store(row, left + j, v)
                for i in range(0, w, V):
                    v = splat(fill)
                    for k in range(kw):
                        if sw == 1:
                            u = load(row, i + k)
                        else:
                            u = evens(load(row, 2 * i + k), load(row, 2 * i + k + V))
                        v = join(u, v, count)
                    put(out, (n * h + a) * w + i, w - i, divided(v, count), V)
        job = take(todo)


def can_move(window, lanes):
    """Whether `moved` can put what stays at a window's last place where it belongs."""
    return (window[1] - 1) // window[3] <= min(lanes, 15)


@jit(forceinline=True)
def moved(v, far, before):
    """The vector, ``far`` lanes further on, after the last lanes of the one ``before`` it."""
    if far & 1:
        v, before = further1(before, v), further1(before, before)
    if far & 2:
        v, before = further2(before, v), further2(before, before)
    if far & 4:
        v, before = further4(before, v), further4(before, before)
    if far & 8:
        v = further8(before, v)
    return v


def fixed_of(window):
    """Tuples as long as a window is wide and its stride, whose lengths numba knows; or None.

    Three columns are what networks have mostly: loops over them that are unrolled take two thirds
    of the time.
    """
    return ((0,) * window[1], (0,) * window[3]) if window[1] == 3 else None


@jit
def across(window, fixed):
    """How wide a window is, and its stride."""
    if fixed is None:
        return window[1], window[3]
    return len(fixed[0]), len(fixed[1])


@shared
def to_winners(todo, jobs, g, x, y, d, window, fixed, V):
    """``g`` added at the first largest element of every window, in the order of its elements.

    A vector holds windows that lie beside each other.  What is left of g goes from place to place
    in the windows; what stays at one moves as many lanes as the place is strides from the first.
    """
    (kh, _, sh, _, top, left), (kw, sw) = window, across(window, fixed)
    (planes, h, w), (high, wide) = y.shape, x.shape[1:]
    reach, steps = max(w, -(-(left + wide) // sw)), -(-kw // sw)
    pitch = sw * (reach + V)
    whole = np.zeros(max((h - 1) * sh + kh, top + high) * pitch, g.dtype)
    before = np.zeros(kh * sw * steps * V, g.dtype)
    least = splat(x.dtype.type(-np.inf))
    flat_g, flat_y, image, out = g.ravel(), y.ravel(), x.ravel(), d.ravel()
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            for a in range(h):
                row, shared = (n * h + a) * w, max(0, kh - sh) if a else 0
                first, last = max(0, a * sh - top), min(high, a * sh - top + kh)
                for i in range(0, reach, V):
                    rest = inside(flat_g, row, i, w, zeros(g), V)
                    t, q = tops(inside(flat_y, row, i, w, zeros(g), V)), 0
                    for r in range(first, last):
                        u = v = zeros(g)
                        p, at = (n * high + r) * wide, sw * i - left
                        for far in range(steps):
                            e = inside(image, p, at, wide, least, V)
                            if sw == 2:
                                f = inside(image, p, at + V, wide, least, V)
                                e, f = evens(e, f), odds(e, f)
                            won, rest = where_top(rest, e, t), where_below(rest, e, t)
                            if far:
                                u = add(moved(won, far, load(before, q) if i else zeros(g)), u)
                                store(before, q, won)
                            else:
                                u = add(won, u)
                            if sw == 2 and 2 * far + 1 < kw:
                                won, rest = where_top(rest, f, t), where_below(rest, f, t)
                                if far:
                                    old = load(before, q + V) if i else zeros(g)
                                    v = add(moved(won, far, old), v)
                                    store(before, q + V, won)
                                else:
                                    v = add(won, v)
                            at, q = at + sw, q + sw * V
                        p = (r + top) * pitch + sw * i
                        if sw == 2:
                            u, v = zip_low(u, v), zip_high(u, v)
                        if r + top - a * sh < shared:
                            u = add(load(whole, p), u)
                            if sw == 2:
                                v = add(load(whole, p + V), v)
                        store(whole, p, u)
                        if sw == 2:
                            store(whole, p + V, v)
            for r in range(high):
                copy_row(out, (n * high + r) * wide, whole, (top + r) * pitch + left, wide)
        job = take(todo)


@shared
def spread(todo, jobs, g, d, window, count, V):
    """``g / count`` added at every element of its window: the adjoint of the sum."""
    kh, kw, sh, sw, top, left = window
    (planes, h, w), (high, wide) = g.shape, d.shape[1:]
    cotangent, out = g.ravel(), d.ravel()
    reach, steps = (w - 1) * sw + kw, -(-kw // sw)
    pitch = max(reach, left + wide) + 3 * V
    whole = np.zeros(max((h - 1) * sh + kh, top + high) * pitch, g.dtype)
    job = take(todo)
    while job < jobs:
        for n in range(job * planes // jobs, (job + 1) * planes // jobs):
            for a in range(h):
                row, shared = (n * h + a) * w, max(0, kh - sh) if a else 0
                for i in range(0, -(-reach // sw), V):
                    s = t = zeros(g)
                    for far in range(steps):
                        e = divided(inside(cotangent, row, i - far, w, zeros(g), V), count)
                        s = add(e, s)
                        if sw == 2 and 2 * far + 1 < kw:
                            t = add(e, t)
                    if sw == 2:
                        s, t = zip_low(s, t), zip_high(s, t)
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
