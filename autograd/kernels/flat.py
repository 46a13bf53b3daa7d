"""Convolution with stride 1 over images laid out in one row: all windows are slices of it.

Of a padded image whose rows lie one after another, the elements that a place in the filter meets
are the row itself, moved: a copy of long runs, where windows are rows of a few elements.  The
places between the rows, where a window reaches over the edge, are computed too and dropped.
"""

import math

import numpy as np

BLOCK = 1 << 20  # bytes of windows at a time: they should stay in the second level of cache


def pays(size, w_shape, stride, padding, dilation, groups):
    """Whether images of this size are convolved faster this way."""
    kernel = w_shape[2:]
    padded = [n + p + q for n, (p, q) in zip(size, padding, strict=True)]
    out = [n - e * (k - 1) for n, k, e in zip(padded, kernel, dilation, strict=True)]
    few = math.prod(padded) <= 1.6 * math.prod(out)  # of what is computed little is dropped
    wide = min(w_shape[:2]) >= 8  # or there is little to copy, and no matrix to speak of
    return few and wide and groups == 1 and math.prod(kernel) > 1 and set(stride) == {1}


class _Block:
    """Some padded images, (channels, images · places), and their windows as columns."""

    def __init__(self, shape, kernel, padding, dilation, dtype):
        n, channels = shape[:2]
        self.size = tuple(s + p + q for s, (p, q) in zip(shape[2:], padding, strict=True))
        places, itemsize = math.prod(self.size), np.dtype(dtype).itemsize
        steps = [e * math.prod(self.size[k + 1 :]) for k, e in enumerate(dilation)]
        reach = sum(s * (k - 1) for s, k in zip(steps, kernel, strict=True))
        each = channels * math.prod(kernel) * places * itemsize
        self.images = max(1, min(n, BLOCK // each))
        row = np.zeros((channels, self.images * places + reach), dtype)
        shape = channels, *kernel, self.images * places
        strides = row.strides[0], *(s * itemsize for s in steps), itemsize
        self.windows = np.ndarray(shape, dtype, row, 0, strides)
        self.columns = np.empty(shape, dtype)
        inside = np.reshape(row[:, : self.images * places], (channels, self.images, *self.size))
        bounds = zip(self.size, padding, strict=True)
        self.inside = inside[(..., *(slice(p, s - q) for s, (p, q) in bounds))]

    def fill(self, x):
        """Put these images in; the columns, (channels · kernel, images · places)."""
        self.inside[:, : len(x)] = np.swapaxes(x, 0, 1)
        if len(x) < self.images:
            self.inside[:, len(x) :] = 0
        np.copyto(self.columns, self.windows)
        return np.reshape(self.columns, (-1, self.columns.shape[-1]))

    def beside(self, channels, out):
        """An array (channels, images · places), and the windows' places in it, (images, ...)."""
        flat = np.zeros((channels, self.columns.shape[-1]), self.columns.dtype)
        whole = np.reshape(flat, (channels, self.images, *self.size))
        return flat, np.swapaxes(whole[(..., *map(slice, out))], 0, 1)


def conv(x, w, b, padding, dilation):
    """See `autograd.kernels.convolution.conv`; stride 1, one group."""
    block = _Block(x.shape, w.shape[2:], padding, dilation, np.result_type(x, w))
    bounds = zip(block.size, w.shape[2:], dilation, strict=True)
    out = tuple(n - e * (k - 1) for n, k, e in bounds)
    result, places = block.beside(len(w), out)
    y = np.empty((len(x), len(w), *out), result.dtype)
    rows = np.reshape(w, (len(w), -1))
    shift = None if b is None else np.reshape(b, (-1,) + (1,) * len(out))
    for n in range(0, len(x), block.images):
        part = y[n : n + block.images]
        np.matmul(rows, block.fill(x[n : n + block.images]), out=result)
        if shift is None:
            part[...] = places[: len(part)]
        else:
            np.add(places[: len(part)], shift, out=part)
    return y


def conv_dx(g, w, padding, dilation):
    """See `autograd.kernels.convolution.conv_dx`: the convolution of g with the filter turned."""
    turned = np.flip(np.swapaxes(w, 0, 1), tuple(range(2, w.ndim)))
    back = turned_padding(w.shape, padding, dilation)
    return conv(g, np.ascontiguousarray(turned), None, back, dilation)


def turned_padding(w_shape, padding, dilation):
    """The padding of g in `conv_dx`; negative where x was padded with more than a window."""
    return tuple(
        (e * (k - 1) - p, e * (k - 1) - q)
        for k, e, (p, q) in zip(w_shape[2:], dilation, padding, strict=True)
    )


def conv_dw(x, g, w_shape, padding, dilation):
    """See `autograd.kernels.convolution.conv_dw`; stride 1, one group."""
    block = _Block(x.shape, w_shape[2:], padding, dilation, np.result_type(x, g))
    spread, places = block.beside(w_shape[0], g.shape[2:])
    dw = np.zeros((w_shape[0], math.prod(w_shape[1:])), spread.dtype)
    for n in range(0, len(x), block.images):
        part = g[n : n + block.images]
        places[: len(part)] = part
        places[len(part) :] = 0
        dw += np.matmul(spread, np.swapaxes(block.fill(x[n : n + block.images]), 0, 1))
    return np.reshape(dw, w_shape)
