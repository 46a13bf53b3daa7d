"""Convolution with few channels per group: a tap of the filter is one product of whole images.

The images of a channel lie in a row, zeros around each, so that what a tap meets is this row read a
constant number of places further on: y = Σ over taps of w[tap] · row[shift:].  A stride parts the
images into phases, a row for each remainder.  Where a window reaches over an edge, into the next
row of pixels or the next image, it is computed too and dropped.

With G groups, x is taken as (G, C, N, *S), y and g as (G, O, N, *P), and w as (G, O, C, *K).
"""

import functools
import math
from itertools import product

import numpy as np

from autograd.kernels.threads import share_calls
from autograd.kernels.windows import in_rows

FEW = 2  # channels of a group, in and out, up to which this is faster than copies of windows
ROW = 1 << 12  # elements that NumPy's loops should have to run over
BLOCK = 1 << 18  # elements of a job's pixels; with fewer, threads wait for each other's Python


def pays(w_shape, groups):
    """Whether sums of shifted rows take less time than a matrix product of windows."""
    return groups > 1 and max(w_shape[1], w_shape[0] // groups) <= FEW


class _Layout:
    """How images lie in rows, and what the taps of a filter meet there.

    ``taps``: of each place in the filter, the phase that it reads, and how far on.
    ``parts``: of each phase, where in its planes the pixels are, and where in the images.
    ``jobs``: slices of groups and of images.
    """

    def __init__(self, x_shape, w_shape, geometry, groups):
        size, (kernel, stride, padding, dilation) = x_shape[2:], geometry
        self.filters = groups, w_shape[0] // groups, *w_shape[1:]
        self.out, self.stride = geometry.out(size), stride
        more = [e * (k - 1) // s for k, e, s in zip(kernel, dilation, stride, strict=True)]
        self.plane = tuple(p + m for p, m in zip(self.out, more, strict=True))
        pitch = [math.prod(self.plane[axis:]) for axis in range(1, len(kernel) + 1)]
        self.taps, self.parts = [], []
        before = [p for p, _ in padding]
        for k in product(*map(range, kernel)):
            at = [divmod(i * e, s) for i, e, s in zip(k, dilation, stride, strict=True)]
            shift = sum(a * p for (a, _), p in zip(at, pitch, strict=True))
            self.taps.append((k, tuple(r for _, r in at), shift))
        for phase in product(*map(range, stride)):
            axes = zip(phase, size, self.plane, stride, before, strict=True)
            places, pixels = zip(*(_inside(*axis) for axis in axes), strict=True)
            self.parts.append(((*phase, ..., *places), (..., *pixels)))
        row = math.prod(self.plane)
        n = min(x_shape[0], max(1, ROW // row))
        g = min(groups, max(1, BLOCK // (n * row * w_shape[1] * math.prod(stride))))
        self.jobs = [
            (slice(i, i + g), slice(j, j + n))
            for i, j in product(range(0, groups, g), range(0, x_shape[0], n))
        ]

    def grouped(self, x):
        """A view (G, C, N, *S) of an array (N, G C, *S)."""
        groups = self.filters[0]
        split = np.reshape(x, (len(x), groups, x.shape[1] // groups, *x.shape[2:]))
        return np.moveaxis(split, 0, 2)

    def pixels(self, shape, dtype):
        """Zeros for some images (G, C, N, *S): their planes (*stride, G, C, N, *plane), and a list.

        The list: each place in the filter, and the rows (G, C, places) that it meets.
        """
        planes = np.zeros((*self.stride, *shape[:3], *self.plane), dtype)
        rows = np.reshape(planes, (*self.stride, *shape[:2], -1))
        end = rows.shape[-1] - self.taps[-1][2]
        return planes, [(k, rows[phase][..., i : i + end]) for k, phase, i in self.taps]

    def windows(self, shape, dtype):
        """Zeros for some windows (G, O, N, *P): these, and the rows (G, O, places) they lie in."""
        planes = np.zeros((*shape[:3], *self.plane), dtype)
        rows = np.reshape(planes, (*shape[:2], -1))
        end = rows.shape[-1] - self.taps[-1][2]
        return planes[(..., *map(slice, self.out))], rows[..., :end]

    def filled(self, x, dtype):
        """`pixels`' list, of the images x."""
        planes, taps = self.pixels(x.shape, dtype)
        for places, pixels in self.parts:
            planes[places] = x[pixels]
        return taps


def _inside(phase, size, plane, stride, before):
    """Along an axis, the places of a phase that are in the image, and their pixels."""
    first = max(0, -((phase - before) // stride))
    start = first * stride + phase - before
    n = max(0, min(plane - first, -((start - size) // stride)))
    return slice(first, first + n), slice(start, start + n * stride, stride)


def conv(x, w, b, geometry, groups):
    """See `autograd.kernels.convolution.conv`."""
    if not (pays(w.shape, groups) and in_rows(x, w)):
        return NotImplemented
    layout = _Layout(x.shape, w.shape, geometry, groups)
    y = np.empty((len(x), len(w), *layout.out), np.result_type(x, w))
    w = np.reshape(w, layout.filters)
    b = np.zeros_like(w, shape=w.shape[:2]) if b is None else np.reshape(b, w.shape[:2])
    b = np.reshape(b, b.shape + (1,) * (y.ndim - 1))
    images, results = layout.grouped(x), layout.grouped(y)

    def work(g, n):
        taps = layout.filled(images[g, :, n], y.dtype)
        windows, total = layout.windows(results[g, :, n].shape, y.dtype)
        term = np.empty_like(total)
        for k, row in taps:
            for c in range(w.shape[2]):
                total += np.multiply(w[g, :, c, *k, None], row[:, c : c + 1], out=term)
        np.add(windows, b[g], out=results[g, :, n])

    share_calls([functools.partial(work, *job) for job in layout.jobs])
    return y


def conv_dx(g, w, x_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dx`; every weight must be finite.

    The places between the windows are zeros here, and go with every weight to some pixel.
    """
    if not (pays(w.shape, groups) and in_rows(g, w) and np.isfinite(w).all()):
        return NotImplemented
    layout = _Layout(x_shape, w.shape, geometry, groups)
    dx = np.zeros(x_shape, np.result_type(g, w))
    w = np.reshape(w, layout.filters)
    cotangents, results = layout.grouped(g), layout.grouped(dx)

    def work(g, n):
        given, result = cotangents[g, :, n], results[g, :, n]
        windows, u = layout.windows(given.shape, dx.dtype)
        windows[...] = given
        planes, taps = layout.pixels(result.shape, dx.dtype)
        term = np.empty_like(taps[0][1])
        for k, row in taps:
            for o in range(w.shape[1]):
                row += np.multiply(w[g, o, :, *k, None], u[:, o : o + 1], out=term)
        for places, pixels in layout.parts:
            result[pixels] = planes[places]

    share_calls([functools.partial(work, *job) for job in layout.jobs])
    return dx


def conv_dw(x, g, w_shape, geometry, groups):
    """See `autograd.kernels.convolution.conv_dw`; every result must be finite.

    It is NaN where a pixel that is not finite meets the zeros between the windows.
    """
    if not (pays(w_shape, groups) and in_rows(x, g)):
        return NotImplemented
    layout = _Layout(x.shape, w_shape, geometry, groups)
    dtype, images, cotangents = np.result_type(x, g), layout.grouped(x), layout.grouped(g)
    parts = np.zeros((len(layout.jobs), *layout.filters), dtype)

    def work(part, g, n):
        windows, u = layout.windows(cotangents[g, :, n].shape, dtype)
        windows[...] = cotangents[g, :, n]
        for k, row in layout.filled(images[g, :, n], dtype):
            part[g, :, :, *k] = np.matmul(u, np.swapaxes(row, -1, -2))

    jobs = zip(parts, layout.jobs, strict=True)
    with np.errstate(invalid="ignore"):
        share_calls([functools.partial(work, part, *job) for part, job in jobs])
    dw = np.reshape(np.sum(parts, axis=0), w_shape)
    return dw if np.isfinite(dw).all() else NotImplemented
