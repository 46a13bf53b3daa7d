"""Convolution with 3×3 filters in 16 multiplications, where there seem to be 36.

Four neighbouring outputs Y (2 × 2) see a tile of 4 × 4 pixels d.  With three small matrices of 0,
±1 and ±½ (Winograd's F(2 × 2, 3 × 3); Lavin and Gray, "Fast Algorithms for Convolutional Neural
Networks", 2015),

    Y = Aᵀ [(G w Gᵀ) ⊙ (Bᵀ d B)] A

so each of the 16 elements of a transformed tile is one matrix product, of filters (outputs ×
channels) and tiles (channels × tiles).  Both adjoints are of the same kind: in x, the same with the
filters turned; in w, Gᵀ [Σ over tiles of (A g Aᵀ) ⊙ (Bᵀ d B)] G.

Here, as in the direct sum, an output y or dx depends on nothing outside its window.  Inside a tile
errors are relative to the largest weight times the largest pixel, not to each product.  So where a
weight is 0, or one of the nine is much smaller in all filters than another, as where filters are
masked, and where a result is not finite, these functions return NotImplemented, and the direct sum
computes it; with 0 it stops a pixel to the last bit, and infinity stays where it is.
"""

from typing import NamedTuple

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.convolution_layout import JOBS
from autograd.kernels.compiled.jobs import run, shared, take
from autograd.kernels.compiled.vectors import lanes, total, zeros
from autograd.kernels.compiled.winograd_products import (
    gather,
    multiply,
    multiply_add,
    sizes,
    stretch,
)
from autograd.kernels.compiled.winograd_tiles import (
    Block,
    transform_cotangent,
    transform_image,
    transform_products,
)

SIDE, CHANNELS, FEWEST = 3, 3, 64  # pixels along a side, channels and outputs, filters: it pays
RANGE = 1e4  # the largest of the nine weights, over all filters, may be so many times the least
WIDEST = 64 * 1024 * 1024  # bytes of the tiles of a row of an image, at most
CACHE = 512 * 1024  # bytes of transformed tiles that stay in the L2 cache, beside their products
PLACES = 96  # tiles of a block, at least, where there are that many: each reads all filters
OUTS = 32  # outputs at a time, so that their products stay in the L2 cache
SUMS = 1024 * 1024  # bytes of sums of a job, about
FILTERS = 32768  # filters that are worth a job
GATHERED = 100_000  # numbers of sums that are worth a job


def pays(size, w_shape, geometry, groups) -> bool:
    """Whether this way is possible, and fast, for images of this size."""
    kernel, stride, padding, dilation = geometry
    if not (
        tuple(kernel) == (3, 3)
        and {*stride, *dilation, groups} == {1}
        and all(0 <= p <= 2 for pair in padding for p in pair)
        and min(w_shape[:2]) >= CHANNELS
        and w_shape[0] * w_shape[1] >= FEWEST
    ):
        return False
    out = geometry.out(size)
    row = 16 * 4 * max(w_shape[:2]) * (max(size) + 4) // 2  # bytes of 16 floats for every tile
    return min(*size, *out) >= SIDE and row <= WIDEST


class Blocks(NamedTuple):
    """How the tiles are parted: ``each`` images at a time, or ``rows`` rows of tiles of one.

    A row is one tile longer than needed: columns 2 and 3 of a tile are columns 0 and 1 of the next.
    """

    each: int
    rows: int
    tall: int  # rows of tiles in an image
    pitch: int  # tiles in a row
    strips: int  # blocks of an image, where each is 1

    def count(self, images: int) -> int:
        """Number of blocks."""
        return -(-images // self.each) * self.strips


def blocks_of(images, out, channels, itemsize, cache):
    """Blocks for images of this number and size."""
    tall, pitch = -(-out[0] // 2), -(-out[1] // 2) + 1
    area = tall * pitch
    fits = max(PLACES, cache // (16 * itemsize * channels))
    each = max(1, min(images, fits // area, max(images // JOBS, PLACES // area)))
    strips = 1
    if each == 1:
        strips = max(1, round(area / fits), min(-(-JOBS // images), area // PLACES))
    rows = -(-tall // strips)
    return Blocks(each, rows, tall, pitch, -(-tall // rows))


def conv(x, w, b, geometry, groups):
    """See `autograd.kernels.convolution.conv`."""
    if not pays(x.shape[2:], w.shape, geometry, groups):
        return NotImplemented
    return _conv(x, w, False, b, geometry.padding)


def conv_dx(g, w, x_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dx`."""
    if not pays(x_shape[2:], w.shape, geometry, groups):
        return NotImplemented
    return _conv(g, w, True, None, [(2 - p, 2 - q) for p, q in geometry.padding])


def _conv(x, w, turned, b, padding):
    """``turned``: with the filters w (C, O, 3, 3) turned, from outputs to channels."""
    (images, channels, *size), outs = x.shape, w.shape[1] if turned else w.shape[0]
    (top, bottom), (left, right) = padding
    out = size[0] + top + bottom - 2, size[1] + left + right - 2
    fours, V, filters = -(-outs // 4), lanes(x.itemsize), np.ravel(w)
    least, most = sizes(filters, V)
    if least == 0 or most.max() > RANGE * most.min():
        return NotImplemented
    # rows of u do not begin a power of two apart: they would share places of the cache
    u = np.empty((16, fours * 4 * channels + 16), x.dtype)
    run(stretch, -(-outs * channels // FILTERS), filters, turned, outs, channels, u, light=True)
    bias = np.zeros(fours * 4, x.dtype)
    if b is not None:
        bias[:outs] = b
    blocks = blocks_of(images, out, channels, x.itemsize, CACHE)
    groups = min(-(-JOBS // blocks.count(images)), max(1, outs // OUTS))
    jobs = blocks.count(images) * groups
    spoilt, y = np.zeros(jobs, np.bool_), np.empty((images, outs, *out), x.dtype)
    run(
        sums, jobs, np.ascontiguousarray(x), u, bias, (top, left), blocks, groups, V, spoilt, y,
    )  # fmt: skip
    return NotImplemented if spoilt.any() else y


def conv_dw(x, g, w_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dw`."""
    if not pays(x.shape[2:], w_shape, geometry, groups):
        return NotImplemented
    outs, channels = w_shape[:2]
    (top, _), (left, _) = geometry.padding
    blocks = blocks_of(len(x), g.shape[2:], channels, x.itemsize, 2 * CACHE)
    fours, threes = -(-outs // 4), -(-channels // 3)
    size = 16 * fours * threes
    shares = max(1, min(JOBS, fours // 2, 16 * size * x.itemsize // SUMS))
    parts = np.zeros((min(-(-JOBS // shares), blocks.count(len(x))), 16, size + 16), x.dtype)
    run(
        correlations, len(parts) * shares, np.ascontiguousarray(x), np.ascontiguousarray(g),
        (top, left), blocks, shares, lanes(x.itemsize), parts,
    )  # fmt: skip
    dw = np.empty((outs, channels, 9), x.dtype)
    run(gather, -(-dw.size * len(parts) // GATHERED), parts, lanes(x.itemsize), dw, light=True)
    return np.reshape(dw, w_shape) if np.isfinite(dw).all() else NotImplemented


@jit
def aligned(size, like, V):
    """Memory for vectors, that begins at the begin of one: none lies in two lines of the cache."""
    a = np.empty(size + V, like.dtype)
    skip = -(a.ctypes.data // a.itemsize) % V
    return a[skip : skip + size]


@jit
def block_at(blocks, number, images):
    """The block of this number."""
    first, top = number // blocks.strips * blocks.each, number % blocks.strips * blocks.rows
    return Block(
        first, min(blocks.each, images - first), top, min(blocks.rows, blocks.tall - top),
        blocks.pitch,
    )  # fmt: skip


@jit
def room(blocks, V):
    """Places for a plane of tiles, a multiple of V; vectors reach beyond the end of a block."""
    return (blocks.each * blocks.rows * blocks.pitch // V + 3) * V


@shared
def sums(todo, jobs, x, u, b, before, blocks, groups, V, spoilt, y):
    """x (N, C, H, W) -> y (N, O, H', W'); a job is a block of tiles, for a group of outputs."""
    job = take(todo)
    if job >= jobs:
        return
    fours, plane = b.size // 4, room(blocks, V)
    size, out_size = x.shape[1] * plane + V, OUTS * plane + V
    phases = np.zeros(4 * ((blocks.rows + 1) * blocks.pitch + 3 * V), x.dtype)
    tiles, products = aligned(16 * size, x, V), aligned(16 * out_size, x, V)
    at, row = np.arange(x.shape[1]) * plane, np.empty(4 * plane, x.dtype)
    while job < jobs:
        block, group = block_at(blocks, job // groups, len(x)), job % groups
        transform_image(x, block, before, phases, tiles, plane, size, V)
        places, end = block.images * block.rows * block.pitch, (group + 1) * fours // groups
        wrong = zeros(x)
        for first in range(group * fours // groups, end, OUTS // 4):
            last = min(first + OUTS // 4, end)
            for k in range(16):
                multiply(
                    u[k, 4 * first * x.shape[1] :], last - first, tiles[k * size :], at, places, V,
                    products[k * out_size :], plane,
                )  # fmt: skip
            wrong = transform_products(
                products, plane, out_size, b, 4 * first, min(4 * last, y.shape[1]), block, row, V,
                y, wrong,
            )  # fmt: skip
        spoilt[job] = np.isnan(total(wrong))
        job = take(todo)


@shared
def correlations(todo, jobs, x, g, before, blocks, groups, V, parts):
    """A job adds up, for a group of outputs, its share of the blocks, in its row of parts."""
    job = take(todo)
    if job >= jobs:
        return
    fours, threes, plane = -(-g.shape[1] // 4), -(-x.shape[1] // 3), room(blocks, V)
    size, g_size = 3 * threes * plane + V, 4 * -(-fours // groups) * plane + V
    phases = np.zeros(4 * ((blocks.rows + 1) * blocks.pitch + 3 * V), x.dtype)
    tiles, cotangents = aligned(16 * size, x, V), aligned(16 * g_size, x, V)
    count = -(-len(x) // blocks.each) * blocks.strips
    while job < jobs:
        part, group = job // groups, job % groups
        first, last = group * fours // groups, (group + 1) * fours // groups
        for number in range(part * count // len(parts), (part + 1) * count // len(parts)):
            block = block_at(blocks, number, len(x))
            transform_image(x, block, before, phases, tiles, plane, size, V)
            transform_cotangent(
                g, 4 * first, min(4 * last, g.shape[1]), block, phases, cotangents, plane, g_size,
                V,
            )  # fmt: skip
            places = block.images * block.rows * block.pitch
            for k in range(16):
                multiply_add(
                    cotangents[k * g_size :], last - first, tiles[k * size :], threes, plane,
                    places, V, parts[part, k, 16 * first * threes :],
                )  # fmt: skip
        job = take(todo)
