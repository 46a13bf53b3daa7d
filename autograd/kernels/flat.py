"""Convolution with stride 1 over images laid out in one row: all windows are slices of it.

Of a padded image whose rows lie one after another, the elements that a place in the filter meets
are the row itself, moved.  So the windows of a row of the filter are copied in long runs, and those
of its other rows are the same array, read further on.  The places between the rows of the image,
where a window reaches over the edge, are computed too and dropped.
"""

import math

import numpy as np

BLOCK = 1 << 20  # bytes of windows at a time: they should stay in the second level of cache


def pays(size, w_shape, stride, padding, dilation, groups):
    """Whether images of this size can be convolved this way, and faster."""
    if set(stride) != {1} or groups != 1 or min(map(min, padding)) < 0:
        return False
    kernel = w_shape[2:]
    padded = [n + p + q for n, (p, q) in zip(size, padding, strict=True)]
    out = [n - e * (k - 1) for n, k, e in zip(padded, kernel, dilation, strict=True)]
    few = math.prod(padded) <= 1.6 * math.prod(out)  # of what is computed little is dropped
    wide = min(w_shape[:2]) >= 8  # else a product is too small for so much around it
    return few and wide and math.prod(kernel) > 1


class _Block:
    """Some padded images, (channels, images · places), and their windows.

    The first spatial axis of the filter is read at its places in ``reads``; the windows along its
    other axes are ``columns``.
    """

    def __init__(self, shape, kernel, padding, dilation, dtype):
        n, channels = shape[:2]
        self.size = tuple(s + p + q for s, (p, q) in zip(shape[2:], padding, strict=True))
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


def conv(x, w, b, padding, dilation):
    """See `autograd.kernels.convolution.conv`; stride 1, one group."""
    block = _Block(x.shape, w.shape[2:], padding, dilation, np.result_type(x, w))
    bounds = zip(block.size, w.shape[2:], dilation, strict=True)
    out = tuple(n - e * (k - 1) for n, k, e in bounds)
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


def conv_dx(g, w, padding, dilation):
    """See `autograd.kernels.convolution.conv_dx`: g convolved with the filter turned round.

    ``padding``: that of g, by `turned_padding`.
    """
    turned = np.flip(np.swapaxes(w, 0, 1), tuple(range(2, w.ndim)))
    return conv(g, turned, None, padding, dilation)


def conv_dw(x, g, w_shape, padding, dilation):
    """See `autograd.kernels.convolution.conv_dw`; stride 1, one group.

    NaN where a pixel that is not finite meets the zeros between the windows.
    """
    block = _Block(x.shape, w_shape[2:], padding, dilation, np.result_type(x, g))
    row, places = block.beside(w_shape[0], g.shape[2:])
    dw = 0
    for n in range(0, len(x), block.images):
        part = g[n : n + block.images]
        block.fill(x[n : n + block.images])
        places[: len(part)] = part
        places[len(part) :] = 0
        dw += np.stack([np.matmul(read, row.T) for read in block.reads])
    dw = np.reshape(dw, (w_shape[2], w_shape[1], *w_shape[3:], w_shape[0]))  # (K₁, C, K₂..., O)
    return np.moveaxis(dw, (-1, 0), (0, 2))


def turned_padding(kernel, padding, dilation):
    """The padding of g in `conv_dx`; negative where x was padded with more than a window."""
    return tuple(
        (e * (k - 1) - p, e * (k - 1) - q)
        for k, e, (p, q) in zip(kernel, dilation, padding, strict=True)
    )
