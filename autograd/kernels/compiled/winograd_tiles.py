"""Images to transformed tiles and back, for `winograd`: vectors of tiles beside each other.

Rows of tiles follow each other without a gap, in flat memory: place j of a plane is a tile.  A
row is one tile longer than needed, so that column 2 of a tile is column 0 of the next one.
"""

from typing import NamedTuple

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.shuffles import copy_row, evens, odds, zip_high, zip_low
from autograd.kernels.compiled.vectors import add, fma, load, splat_of, store, sub, zeros


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
    ``left`` zeros before a row, zeros after it to its end, and zeros above and below the image.  A
    row has at most two zeros at its begin and at its end, so a vector holds those of a phase.
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
                row0, row1 = _pixels(phases, j, s), _pixels(phases, j + 2 * s, s)
                row2, row3 = _pixels(phases, j + pitch, s), _pixels(phases, j + pitch + 2 * s, s)
                _across(tiles, q + j, size, _less(row0, row2))
                _across(tiles, q + j + 4 * size, size, _plus(row1, row2))
                _across(tiles, q + j + 8 * size, size, _less(row2, row1))
                _across(tiles, q + j + 12 * size, size, _less(row1, row3))
            q += places
        _end(tiles, q, size)


@jit
def _pixels(phases, j, s):
    """Columns 0 to 3 of a row of the tiles at j."""
    return load(phases, j), load(phases, s + j), load(phases, j + 1), load(phases, s + j + 1)


@jit
def _less(u, v):
    """A row less another."""
    return sub(u[0], v[0]), sub(u[1], v[1]), sub(u[2], v[2]), sub(u[3], v[3])


@jit
def _plus(u, v):
    """The sum of two rows."""
    return add(u[0], v[0]), add(u[1], v[1]), add(u[2], v[2]), add(u[3], v[3])


@jit
def _across(tiles, q, size, row):
    """Store a row, times B."""
    a, b, c, d = row
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
    """y = Aᵀ M A + b of outputs o0, ... into y; NaN is added to ``wrong`` if one is not finite.

    ``products[k * size + (o - o0) * plane + j]``: M; ``row``: room for all rows of pixels 0
    of the tiles, and in its second half for those of pixels 1.
    """
    places, under = block.images * block.rows * block.pitch, row.size // 2
    height, width = y.shape[2:]
    flat = y.ravel()
    for o in range(o0, o1):
        s = splat_of(b, o)
        for j in range(0, places, V):
            q = (o - o0) * plane + j
            row0, row1 = _elements(products, q, size), _elements(products, q + 4 * size, size)
            row2 = _elements(products, q + 8 * size, size)
            row3 = _elements(products, q + 12 * size, size)
            wrong = _out(row, 2 * j, V, _plus(row0, _plus(row1, row2)), s, wrong)
            wrong = _out(row, under + 2 * j, V, _less(row1, _plus(row2, row3)), s, wrong)
        for n in range(block.images):
            p = ((block.first + n) * y.shape[1] + o) * height
            for r in range(block.rows):
                q, h = (n * block.rows + r) * 2 * block.pitch, 2 * (block.top + r)
                copy_row(flat, (p + h) * width, row, q, width)
                if h + 1 < height:
                    copy_row(flat, (p + h + 1) * width, row, under + q, width)
    return wrong


@jit
def _elements(m, q, size):
    """A row of M."""
    return load(m, q), load(m, q + size), load(m, q + 2 * size), load(m, q + 3 * size)


@jit
def _out(row, q, V, m, s, wrong):
    """A row of Aᵀ M times A, plus the bias, into its row of pixels."""
    u = add(s, add(m[0], add(m[1], m[2])))
    v = add(s, sub(m[1], add(m[2], m[3])))
    store(row, q, zip_low(u, v))
    store(row, q + V, zip_high(u, v))
    zero = zeros(row)
    return fma(zero, u, fma(zero, v, wrong))  # 0 times what is not finite is NaN
