"""Images to transformed tiles and back, for `winograd`: vectors of tiles that lie beside each other.

Rows of tiles follow each other without a gap, in flat memory: place j of a plane is a tile.  A
row is one tile longer than needed, so that column 2 of a tile is column 0 of the next one.
"""

from typing import NamedTuple

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.packing import copy_row
from autograd.kernels.compiled.vectors import (
    add, evens, fma, load, odds, splat, store, sub, zeros, zip_high, zip_low,
)  # fmt: skip


class Block(NamedTuple):
    """Rows ``top``, ... of tiles of the images ``first``, ...; ``pitch`` tiles are a row."""

    first: int
    images: int
    top: int
    rows: int
    pitch: int


@jit
def split(flat, p, height, width, h, rows, left, pitch, V, phases, size):
    """Rows h, ... of the image at ``flat[p]`` into four phases: by parity of row and column.

    Phase f, of ``size`` places, has the rows 2 r + f // 2 and the columns 2 t + f % 2; there are
    ``left`` zeros before a row, zeros after it to its end, and zeros above and below the image.
    """
    zero = zeros(phases)
    even, odd = left // 2 + left % 2 * size, (left + 1) // 2 + (left + 1) % 2 * size
    end_even, end_odd = (left + width + 1) // 2, size + (left + width) // 2
    for r in range(rows):
        q = r // 2 * pitch + r % 2 * 2 * size
        if not 0 <= h + r < height:
            for i in range(0, pitch, V):
                store(phases, q + i, zero)
                store(phases, q + size + i, zero)
            continue
        # what a vector writes too far is overwritten by the next, the last by zeros
        store(phases, q, zero)
        store(phases, q + size, zero)
        start, i = p + (h + r) * width, 0
        while i < width and start + i + 2 * V <= flat.size:
            u, v = load(flat, start + i), load(flat, start + i + V)
            store(phases, q + even + i // 2, evens(u, v))
            store(phases, q + odd + i // 2, odds(u, v))
            i += 2 * V
        for k in range(i, width):
            phases[q + (odd if k % 2 else even) + k // 2] = flat[start + k]
        store(phases, q + end_even, zero)
        store(phases, q + end_odd, zero)


@jit
def transform_image(x, block, before, phases, tiles, plane, size, V):
    """Bᵀ d B of all tiles d of a block: ``tiles[k * size + c * plane + j]``."""
    (top, left), pitch = before, block.pitch
    height, width = x.shape[2:]
    flat, places, s = x.ravel(), block.rows * block.pitch, phases.size // 4
    for c in range(x.shape[1]):
        q = c * plane
        for n in range(block.images):
            p = ((block.first + n) * x.shape[1] + c) * height * width
            h = 2 * block.top - top
            split(flat, p, height, width, h, 2 * block.rows + 2, left, pitch, V, phases, s)
            for j in range(0, places, V):
                a, b, d, e = _four(phases, j, s)
                i, l, m, o = _four(phases, j + pitch, s)
                _across(tiles, q + j, size, sub(a, i), sub(b, l), sub(d, m), sub(e, o))
                a, b, d, e = _four(phases, j + 2 * s, s)
                r = q + 4 * size + j
                _across(tiles, r, size, add(a, i), add(b, l), add(d, m), add(e, o))
                r = q + 8 * size + j
                _across(tiles, r, size, sub(i, a), sub(l, b), sub(m, d), sub(o, e))
                i, l, m, o = _four(phases, j + pitch + 2 * s, s)
                r = q + 12 * size + j
                _across(tiles, r, size, sub(a, i), sub(b, l), sub(d, m), sub(e, o))
            q += places
        _end(tiles, q, size)


@jit
def _four(phases, j, s):
    """Columns 0 to 3 of a row of the tiles at j."""
    return load(phases, j), load(phases, s + j), load(phases, j + 1), load(phases, s + j + 1)


@jit
def _across(tiles, q, size, a, b, c, d):
    """Store a row, times B."""
    store(tiles, q, sub(a, c))
    store(tiles, q + size, add(b, c))
    store(tiles, q + 2 * size, sub(c, b))
    store(tiles, q + 3 * size, sub(b, d))


@jit
def _end(tiles, q, size):
    """Zeros behind a block, where its last vector reached too far."""
    for k in range(16):
        store(tiles, q + k * size, zeros(tiles))


@jit
def transform_cotangent(g, o0, o1, block, phases, tiles, plane, size, V):
    """A g Aᵀ of outputs o0, ... of a block, 0 in the gaps: ``tiles[k * size + o * plane + j]``."""
    height, width = g.shape[2:]
    flat, places, s = g.ravel(), block.rows * block.pitch, phases.size // 4
    zero = zeros(g)
    for o in range(o0, o1):
        q = (o - o0) * plane
        for n in range(block.images):
            p, h = ((block.first + n) * g.shape[1] + o) * height * width, 2 * block.top
            split(flat, p, height, width, h, 2 * block.rows, 0, block.pitch, V, phases, s)
            for j in range(0, places, V):
                a, b = load(phases, j), load(phases, s + j)
                c, d = load(phases, 2 * s + j), load(phases, 3 * s + j)
                _spread(tiles, q + j, size, a, b)
                _spread(tiles, q + 4 * size + j, size, add(a, c), add(b, d))
                _spread(tiles, q + 8 * size + j, size, sub(a, c), sub(b, d))
                _spread(tiles, q + 12 * size + j, size, sub(zero, c), sub(zero, d))
            q += places
        _end(tiles, q, size)


@jit
def _spread(tiles, q, size, a, b):
    """Store a row of two, times Aᵀ."""
    store(tiles, q, a)
    store(tiles, q + size, add(a, b))
    store(tiles, q + 2 * size, sub(a, b))
    store(tiles, q + 3 * size, sub(zeros(tiles), b))


@jit
def transform_products(products, plane, size, b, o0, o1, block, row, V, y, wrong):
    """Y = Aᵀ M A + b of outputs o0, ... into y; NaN is added to ``wrong`` if one is not finite.

    ``products[k * size + (o - o0) * plane + j]``: M; ``row``: room for two rows of 2 j columns.
    """
    places, under = block.images * block.rows * block.pitch, row.size // 2
    height, width = y.shape[2:]
    flat, zero = y.ravel(), zeros(row)
    for o in range(o0, o1):
        s = splat(b[o])
        for j in range(0, places, V):
            q = (o - o0) * plane + j
            a, c, d, e = _down(products, q, size)
            u, v = add(s, add(a, add(c, d))), add(s, sub(c, add(d, e)))
            store(row, 2 * j, zip_low(u, v))
            store(row, 2 * j + V, zip_high(u, v))
            wrong = fma(zero, u, fma(zero, v, wrong))
            a, c, d, e = _down_again(products, q, size)
            u, v = add(s, add(a, add(c, d))), add(s, sub(c, add(d, e)))
            store(row, under + 2 * j, zip_low(u, v))
            store(row, under + 2 * j + V, zip_high(u, v))
            wrong = fma(zero, u, fma(zero, v, wrong))
        for n in range(block.images):
            p = ((block.first + n) * y.shape[1] + o) * height
            for r in range(block.rows):
                q, h = (n * block.rows + r) * 2 * block.pitch, 2 * (block.top + r)
                copy_row(flat, (p + h) * width, row, q, width)
                if h + 1 < height:
                    copy_row(flat, (p + h + 1) * width, row, under + q, width)
    return wrong


@jit
def _down(m, q, size):
    """Row 0 of Aᵀ M."""
    return (
        add(load(m, q), add(load(m, q + 4 * size), load(m, q + 8 * size))),
        add(load(m, q + size), add(load(m, q + 5 * size), load(m, q + 9 * size))),
        add(load(m, q + 2 * size), add(load(m, q + 6 * size), load(m, q + 10 * size))),
        add(load(m, q + 3 * size), add(load(m, q + 7 * size), load(m, q + 11 * size))),
    )


@jit
def _down_again(m, q, size):
    """Row 1 of Aᵀ M."""
    return (
        sub(load(m, q + 4 * size), add(load(m, q + 8 * size), load(m, q + 12 * size))),
        sub(load(m, q + 5 * size), add(load(m, q + 9 * size), load(m, q + 13 * size))),
        sub(load(m, q + 6 * size), add(load(m, q + 10 * size), load(m, q + 14 * size))),
        sub(load(m, q + 7 * size), add(load(m, q + 11 * size), load(m, q + 15 * size))),
    )
