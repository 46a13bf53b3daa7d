"""The product of two matrices in the tile of `tiles`, where BLAS takes long to pack them.

A job is a block of rows of y, three vectors of columns wide.  It packs these columns of b, and
reads a where it lies.
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import run, shared, take
from autograd.kernels.compiled.shuffles import transpose
from autograd.kernels.compiled.tiles import column, three, tile
from autograd.kernels.compiled.vectors import lanes, load, zeros
from autograd.kernels.products import WAKING

DEEPEST = 1024  # rows of b up to which packed columns stay in the processor's cache
JOBS = 24  # at least, where there are rows enough: the last must not take long
EDGE = 1.25  # how much more than is needed may be computed


def matmul(a, b):
    """See `autograd.kernels.products.matmul`."""
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        return NotImplemented
    (n, inner), m, V = a.shape, b.shape[1], lanes(a.itemsize)
    if n < 4 or not V <= inner <= DEEPEST or -(-m // V) * V > EDGE * m:
        return NotImplemented
    stripes = -(-m // (3 * V))
    rows = -(-n // (4 * max(1, JOBS // stripes))) * 4
    blocks = -(-n // rows)
    y = np.empty((n, m), a.dtype)
    light = n * inner * m < WAKING
    run(products, stripes * blocks, *_flat(a), *_flat(b), inner, blocks, rows, V, y, light=light)
    return y


def _flat(a):
    """The elements of a matrix as they lie, and whether they lie by rows, not by columns."""
    by_rows = a.flags.c_contiguous or not a.flags.f_contiguous
    return np.ravel(a if by_rows else a.T), by_rows


@shared
def products(todo, jobs, a, a_by_rows, b, b_by_rows, inner, blocks, rows, V, y):
    """y (n, m) = a (n, inner) b (inner, m)."""
    (n, m), wide = y.shape, 3 * V
    across, along = (inner, 1) if a_by_rows else (1, n)
    job = take(todo)
    if job >= jobs:
        return
    columns, few = np.zeros(inner * wide, b.dtype), np.empty(4 * wide, b.dtype)
    at, flat_y, packed = np.arange(inner) * wide, y.reshape(-1), -1
    sums = zeros(b), zeros(b), zeros(b), zeros(b)
    while job < jobs:
        first, start = job // blocks * wide, job % blocks * rows
        width = min(wide, m - first)
        if packed != first:
            pack(b, b_by_rows, first, width, inner, m, V, columns)
            packed = first
        for k in range(start, min(start + rows, n), 4):
            o = min(k, n - 4)
            w, q = o * across, o * m + first
            if o == k and width == wide:
                tile(columns, at, 0, a, w, across, along, sums, flat_y, q, m, V)
                continue
            if width > 2 * V:
                tile(columns, at, 0, a, w, across, along, sums, few, 0, wide, V)
            else:
                for j in range(0, width, V):
                    column(columns, at, j, a, w, across, along, few, j, wide)
            for r in range(k - o, 4):
                y[o + r, first : first + width] = few[r * wide : r * wide + width]
        job = take(todo)


@jit
def pack(b, by_rows, first, width, inner, m, V, columns):
    """Columns of b (inner, m) as rows of three vectors.

    What lies beyond the last column may be anything: what is made of it, nobody reads.
    """
    wide = 3 * V
    if by_rows:
        for i in range(inner):
            p = i * m + first
            if width == wide:
                three(columns, i * wide, V, load(b, p), load(b, p + V), load(b, p + 2 * V))
            else:
                columns[i * wide : i * wide + width] = b[p : p + width]
        return
    for j in range(0, width, V):
        p = (first + j) * inner
        if j + V <= width:
            for k in range(0, inner, V):
                i = min(k, inner - V)
                transpose(columns, i * wide + j, wide, b, p + i, inner)
        else:
            for k in range(width - j):
                for i in range(inner):
                    columns[i * wide + j + k] = b[p + k * inner + i]
