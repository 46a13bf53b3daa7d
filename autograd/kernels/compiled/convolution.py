"""Convolution without im2col: a sum of shifted copies of the image, in vector registers.

An image lies flat in a buffer, its rows a fixed pitch apart with zeros in between.  A tap of the
filter then reads the same flat image a constant number of places further on, so that

    y[o, j] = Σ over c, t of w[o, c, t] x[c, j + shift[t]]

for all places j at once, and what falls in the gaps is left out afterwards.  A stride s parts the
image into s phases per axis (every s-th element), each with a plane of its own in the buffer: a tap
reads one phase, without a stride.  The adjoint in x has the same form, with every shift negated and
the phases on the side of the result.  The adjoint in w is dw[o, c, t] = Σ over j of
g[o, j] x[c, j + shift[t]].  There are always three spatial axes here, the missing ones of size 1.
"""

import math

import numpy as np

from autograd.kernels import after
from autograd.kernels.compiled import depthwise, jit, winograd
from autograd.kernels.compiled.convolution_layout import JOBS, layout_of
from autograd.kernels.compiled.convolution_packing import pack, spread, unpack
from autograd.kernels.compiled.jobs import run, shared, take
from autograd.kernels.compiled.tiles import dots, three, tile
from autograd.kernels.compiled.vectors import fma, load, splat_of, total, zeros


@after(depthwise.conv, winograd.conv)
def conv(x, w, b, geometry, groups):
    """See `autograd.kernels.convolution.conv`."""
    if _is_product(geometry):
        return NotImplemented
    out = geometry.out(x.shape[2:])
    y = np.empty((x.shape[0], w.shape[0], *out), x.dtype)
    layout = layout_of(x.shape[2:], geometry, out, x.itemsize, len(x), False)
    rows = np.reshape(w, (groups, w.shape[0] // groups, w.shape[1], -1))
    _convolve(x, rows, np.zeros(len(w), x.dtype) if b is None else b, layout, y, groups)
    return y


@after(depthwise.conv_dx, winograd.conv_dx)
def conv_dx(g, w, x_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dx`."""
    # the zeros between the rows of g times an infinite weight would be NaN where no window lies
    if _is_product(geometry) or not np.isfinite(w).all():
        return NotImplemented
    dx = np.empty(x_shape, g.dtype)
    layout = layout_of(tuple(x_shape[2:]), geometry, g.shape[2:], g.itemsize, len(g), True)
    rows = np.reshape(w, (groups, w.shape[0] // groups, w.shape[1], -1))
    _convolve(g, np.swapaxes(rows, 1, 2), np.zeros(x_shape[1], g.dtype), layout, dx, groups)
    return dx


@after(depthwise.conv_dw, winograd.conv_dw)
def conv_dw(x, g, w_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dw`."""
    if _is_product(geometry):
        return NotImplemented
    layout = layout_of(x.shape[2:], geometry, g.shape[2:], x.itemsize, len(x), False, True)
    parts = np.zeros((min(JOBS, layout.jobs(len(x))), math.prod(w_shape)), x.dtype)
    run(
        correlations, len(parts), _five(x), _five(g), groups, layout.offsets, layout.phases,
        layout.strides[0], layout.block, parts,
    )  # fmt: skip
    if not np.isfinite(parts).all():  # perhaps 0, between the rows of g, times an infinite pixel
        return NotImplemented
    return np.reshape(np.sum(parts, axis=0), w_shape)


def _is_product(geometry):
    """A filter of one place is a matrix product, which BLAS does better."""
    kernel, stride, padding, _ = geometry
    return math.prod(kernel) == 1 and set(stride) == {1} and not any(map(any, padding))


def _five(a):
    """``a`` with three spatial axes."""
    n, c, *size = a.shape
    ones = [1] * (3 - len(size))
    size = ones + size if len(size) == 1 else size[:1] + ones + size[1:]
    return np.ascontiguousarray(a).reshape(n, c, *size)


def _convolve(x, rows, b, layout, y, groups):
    """``rows`` (G, outs, channels, taps): the filters."""
    w = np.concatenate(
        [_in_fours(rows[..., part]).reshape(groups, -1) for part in layout.order], axis=1
    )
    run(
        sums, layout.jobs(len(x)), _five(x), np.ravel(w), b, groups, layout.offsets, layout.starts,
        layout.phases, layout.out_phases, *layout.strides, layout.block, _five(y),
    )  # fmt: skip


def _in_fours(w):
    """(G, outs, channels, taps) as `products` reads it: four outputs at once, then two, one."""
    g, outs, channels, taps = w.shape
    w, n, m = np.reshape(w, (g, outs, channels * taps)), outs // 4 * 4, outs // 2 * 2
    fours = np.reshape(w[:, :n], (g, n // 4, 4, channels * taps)).swapaxes(2, 3)
    parts = fours, w[:, n:m].swapaxes(1, 2), w[:, m:]
    return np.concatenate([part.reshape(g, -1) for part in parts], axis=1)


@shared
def sums(
    todo, jobs, x, w, b, groups, offsets, starts, phases, out_phases, stride, out_stride, block, y
):
    """x (N, C, A, B, W) -> y (N, O, A', B', W'); a job is a block of images or rows."""
    channels, outs = x.shape[1] // groups, y.shape[1] // groups
    size = outs * channels * starts[-1]
    job = take(todo)
    if job >= jobs:
        return
    buffer = np.zeros(channels * len(phases) * block.plane, x.dtype)
    sum_of = np.empty(outs * block.places, x.dtype)
    at = np.empty(channels * offsets.size, np.int64)  # of every channel and tap
    for f in range(len(out_phases)):
        taps = offsets[starts[f] : starts[f + 1]]
        for c in range(channels):
            k = channels * starts[f] + c * taps.size
            at[k : k + taps.size] = taps + c * len(phases) * block.plane
    while job < jobs:
        n0, images, r0 = part(job, len(x), block)
        for g in range(groups):
            pack(x, n0, images, g * channels, channels, r0, phases, stride, block, buffer)
            for f in range(len(out_phases)):
                first, last = starts[f], starts[f + 1]
                k = g * size + outs * channels * first
                products(
                    buffer, w[k:], b[g * outs : (g + 1) * outs],
                    at[channels * first : channels * last], outs, sum_of, block.places, block.V,
                )  # fmt: skip
                unpack(sum_of, outs, g * outs, n0, images, r0, out_phases[f], out_stride, block, y)
        job = take(todo)


@shared
def correlations(todo, jobs, x, g, groups, offsets, phases, stride, block, parts):
    """A job adds up dw, (O, C/G, taps) flat, over its share of the blocks, in its row of parts."""
    channels, outs = x.shape[1] // groups, g.shape[1] // groups
    count = -(-len(x) // block.each) * block.strips
    size = outs * channels * offsets.size
    job = take(todo)
    if job >= jobs:
        return
    buffer = np.zeros(channels * len(phases) * block.plane, x.dtype)
    weights = np.empty(outs * block.places, x.dtype)
    while job < jobs:
        for number in range(job * count // jobs, (job + 1) * count // jobs):
            n0, images, r0 = part(number, len(x), block)
            for k in range(groups):
                pack(x, n0, images, k * channels, channels, r0, phases, stride, block, buffer)
                spread(g, n0, images, k * outs, outs, r0, block, weights)
                correlate(
                    buffer, weights, offsets, channels, len(phases) * block.plane, outs,
                    block.places, block.V, parts[job, k * size : (k + 1) * size],
                )  # fmt: skip
        job = take(todo)


@jit
def part(number, images, block):
    """The first image, the images and the first row of a block."""
    n0, r0 = number // block.strips * block.each, number % block.strips * block.rows
    return n0, min(block.each, images - n0), r0


@jit
def products(x, w, b, at, outs, y, places, V):
    """y[o, j] = b[o] + Σ over i of w[o, i] x[at[i] + j], 4 × 3 vectors at a time."""
    for j in range(0, places, 3 * V):
        k = o = 0
        while o + 4 <= outs:
            sums = splat_of(b, o), splat_of(b, o + 1), splat_of(b, o + 2), splat_of(b, o + 3)
            tile(x, at, j, w, k, 1, 4, sums, y, o * places + j, places, V)
            k, o = k + 4 * at.size, o + 4
        if outs - o >= 2:
            a0 = a1 = a2 = splat_of(b, o)
            b0 = b1 = b2 = splat_of(b, o + 1)
            for i in range(at.size):
                p = at[i] + j
                x0, x1, x2 = load(x, p), load(x, p + V), load(x, p + 2 * V)
                s = splat_of(w, k)
                a0, a1, a2 = fma(s, x0, a0), fma(s, x1, a1), fma(s, x2, a2)
                s = splat_of(w, k + 1)
                b0, b1, b2 = fma(s, x0, b0), fma(s, x1, b1), fma(s, x2, b2)
                k += 2
            three(y, o * places + j, V, a0, a1, a2)
            three(y, (o + 1) * places + j, V, b0, b1, b2)
            o += 2
        if o < outs:
            a0 = a1 = a2 = splat_of(b, o)
            for i in range(at.size):
                p, s = at[i] + j, splat_of(w, k)
                a0, a1 = fma(s, load(x, p), a0), fma(s, load(x, p + V), a1)
                a2 = fma(s, load(x, p + 2 * V), a2)
                k += 1
            three(y, o * places + j, V, a0, a1, a2)


@jit
def correlate(x, g, offsets, channels, plane, outs, places, V, dw):
    """dw[o, c, t] += Σ over j of g[o, j] x[c, j + offsets[t]], 4 outputs × 3 (c, t) at a time."""
    taps = offsets.size
    pairs = channels * taps
    for o in range(0, outs, 4):
        for k in range(0, pairs, 3):
            # past the last pair the last one is computed again, and not added
            k1, k2 = min(k + 1, pairs - 1), min(k + 2, pairs - 1)
            p0 = k // taps * plane + offsets[k % taps]
            p1 = k1 // taps * plane + offsets[k1 % taps]
            p2 = k2 // taps * plane + offsets[k2 % taps]
            if o + 4 <= outs:
                a, b, c, d = dots(g, o * places, places, x, p0, p1, p2, places, V)
                _add(dw, o * pairs + k, pairs - k, a)
                _add(dw, (o + 1) * pairs + k, pairs - k, b)
                _add(dw, (o + 2) * pairs + k, pairs - k, c)
                _add(dw, (o + 3) * pairs + k, pairs - k, d)
                continue
            for i in range(o, outs):
                a0 = a1 = a2 = zeros(x)
                for j in range(0, places, V):
                    s = load(g, i * places + j)
                    a0 = fma(s, load(x, p0 + j), a0)
                    a1 = fma(s, load(x, p1 + j), a1)
                    a2 = fma(s, load(x, p2 + j), a2)
                _add(dw, i * pairs + k, pairs - k, (a0, a1, a2))


@jit
def _add(dw, k, left, sums):
    """The totals of three vectors, of which ``left`` are meant, added side by side."""
    dw[k] += total(sums[0])
    if left > 1:
        dw[k + 1] += total(sums[1])
    if left > 2:
        dw[k + 2] += total(sums[2])
