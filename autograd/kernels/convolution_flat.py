"""Convolution with stride 1 over images laid out in one row: all windows are slices of it.

Of a padded image whose rows lie one after another, the elements that a place in the filter meets
are the row itself, moved.  So the windows of a row of the filter are copied in long runs, and those
of its other rows are the same array, read further on.  The places between the rows of the image,
where a window reaches over the edge, are computed too and dropped.
"""

import math

import numpy as np

from autograd.kernels.windows import in_rows

BLOCK = 1 << 20  # bytes of windows at a time: they should stay in the second level of cache


def pays(size, w_shape, geometry, groups):
    """Whether images of this size can be convolved this way, and faster."""
    if set(geometry.stride) != {1} or groups != 1 or min(map(min, geometry.padding)) < 0:
        return False
    few = math.prod(geometry.padded(size)) <= 1.6 * math.prod(geometry.out(size))  # are dropped
    wide = min(w_shape[:2]) >= 8  # else a product is too small for so much around it
    return few and wide and math.prod(geometry.kernel) > 1


class _Block:
    """Some padded images, (channels, images · places), and their windows.

    The first spatial axis of the filter is read at its places in ``reads``; the windows along its
    other axes are ``columns``.
    """

    def __init__(self, shape, geometry, dtype):
        (n, channels), (kernel, _, padding, dilation) = shape[:2], geometry
        self.size = geometry.padded(shape[2:])
        places, itemsize = math.prod(self.size), np.dtype(dtype).itemsize
        steps = [e * math.prod(self.size[k + 1 :]) for k, e in enumerate(dilation)]
        reach = [s * (k - 1) for s, k in zip(steps, kernel, strict=True)]
        each = channels * math.prod(kernel[1:]) * places * itemsize
        self.images = max(1, min(n, BLOCK // each))
        self.places = self.images * places
        row = np.zeros((channels, self.places + sum(reach)), dtype)
        shape = channels, *kernel[1:], self.places + reach[0]
        strides = row.strides[0], *(s * itemsize for s in steps[1:]), itemsize
        self.windows = np.ndarray(shape, dtype, row, 0, strides)
        self.columns = np.empty(shape, dtype) if len(kernel) > 1 else self.windows
        whole = np.reshape(self.columns, (-1, shape[-1])) if len(kernel) > 1 else row
        self.reads = [whole[:, i * steps[0] : i * steps[0] + self.places] for i in range(kernel[0])]
        inside = np.reshape(row[:, : self.places], (channels, self.images, *self.size))
        bounds = zip(self.size, padding, strict=True)
        self.inside = inside[(..., *(slice(p, s - q) for s, (p, q) in bounds))]

    def fill(self, x):
        """Put these images in."""
        self.inside[:, : len(x)] = np.swapaxes(x, 0, 1)
        if len(x) < self.images:
            self.inside[:, len(x) :] = 0
        if self.columns is not self.windows:
            np.copyto(self.columns, self.windows)

    def beside(self, channels, out):
        """An array (channels, images · places), and the windows' places in it, (images, ...)."""
        flat = np.zeros((channels, self.places), self.columns.dtype)
        whole = np.reshape(flat, (channels, self.images, *self.size))
        return flat, np.swapaxes(whole[(..., *map(slice, out))], 0, 1)


def conv(x, w, b, geometry, groups):
    """See `autograd.kernels.convolution.conv`."""
    if not (in_rows(x, w) and pays(x.shape[2:], w.shape, geometry, groups)):
        return NotImplemented
    return _conv(x, w, b, geometry)


def conv_dx(g, w, x_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dx`; every weight must be finite.

    It is g convolved with the filter turned round.  Zeros around g meet every weight.
    """
    back = geometry.turned()
    if not (in_rows(g, w) and pays(g.shape[2:], w.shape, back, groups) and np.isfinite(w).all()):
        return NotImplemented
    return _conv(g, np.flip(np.swapaxes(w, 0, 1), tuple(range(2, w.ndim))), None, back)


def conv_dw(x, g, w_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dw`; every result must be finite.

    It is NaN where a pixel that is not finite meets the zeros between the windows.
    """
    if not (in_rows(x, g) and pays(x.shape[2:], w_shape, geometry, groups)):
        return NotImplemented
    block = _Block(x.shape, geometry, np.result_type(x, g))
    row, places = block.beside(w_shape[0], g.shape[2:])
    dw = 0
    with np.errstate(invalid="ignore"):
        for n in range(0, len(x), block.images):
            part = g[n : n + block.images]
            block.fill(x[n : n + block.images])
            places[: len(part)] = part
            places[len(part) :] = 0
            dw += np.stack([np.matmul(read, row.T) for read in block.reads])
    dw = np.reshape(dw, (w_shape[2], w_shape[1], *w_shape[3:], w_shape[0]))  # (K₁, C, K₂..., O)
    return np.moveaxis(dw, (-1, 0), (0, 2)) if np.isfinite(dw).all() else NotImplemented


def _conv(x, w, b, geometry):
    block = _Block(x.shape, geometry, np.result_type(x, w))
    out = geometry.out(x.shape[2:])
    result, places = block.beside(len(w), out)
    more, y = np.empty_like(result), np.empty((len(x), len(w), *out), result.dtype)
    rows = [np.reshape(w[:, :, i], (len(w), -1)) for i in range(w.shape[2])]
    shift = None if b is None else np.reshape(b, (-1,) + (1,) * len(out))
    for n in range(0, len(x), block.images):
        block.fill(x[n : n + block.images])
        np.matmul(rows[0], block.reads[0], out=result)
        for i in range(1, len(rows)):
            np.matmul(rows[i], block.reads[i], out=more)
            result += more
        part = y[n : n + block.images]
        if shift is None:
            part[...] = places[: len(part)]
        else:
            np.add(places[: len(part)], shift, out=part)
    return y
