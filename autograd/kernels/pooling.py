"""Pooling in d dimensions: a pass over the array per place in the window.

Shapes: x (N, C, *S), y and g (N, C, *P).
"""

import math

import numpy as np

from autograd.kernels import compilable
from autograd.kernels.windows import cropped, offsets, padded


def _places(x, geometry, fill):
    places = [p for _, p in offsets(geometry, geometry.out(x.shape[2:]))]
    return padded(x, geometry.padding, fill), places


@compilable(lambda x, *_: 20 * x.size)
def max_pool(x, geometry):
    """The largest element of every window: (N, C, *P)."""
    x, places = _places(x, geometry, -np.inf)
    y = x[places[0]].copy()
    for place in places[1:]:
        np.maximum(y, x[place], out=y)
    return y


def _wins(x, y, places, padding):
    """Per place in the window: which windows have their first largest element there."""
    free, least, inside = np.ones_like(y, dtype=bool), np.min(y) if y.size else 0, None
    has_nan = np.isnan(least)
    if not least > -np.inf and any(map(any, padding)):  # then padding could win
        image = cropped(np.ones_like(x, dtype=bool), padding)
        inside = padded(image, padding, False)
    for place in places:
        hit = x[place] == y
        if has_nan:
            hit |= np.isnan(x[place])
        if inside is not None:
            hit &= inside[place]
        hit &= free
        free ^= hit
        yield place, hit


@compilable(lambda g, x, *_: 20 * x.size)
def max_unpool(g, x, y, geometry):
    """``g`` added at the first largest element of its window: (N, C, *S)."""
    x, places = _places(x, geometry, -np.inf)
    d, finite = np.zeros_like(g, shape=x.shape), np.isfinite(np.sum(g))
    for place, hit in _wins(x, y, places, geometry.padding):
        d[place] += g * hit if finite else np.where(hit, g, 0)  # inf times False is NaN
    return cropped(d, geometry.padding)


def max_pick(h, x, y, geometry):
    """``h`` (N, C, *S) at the first largest element of ``x`` in every window: (N, C, *P)."""
    x, places = _places(x, geometry, -np.inf)
    h = padded(h, geometry.padding)
    picked = np.zeros_like(h, shape=y.shape)
    for place, hit in _wins(x, y, places, geometry.padding):
        np.copyto(picked, h[place], where=hit)
    return picked


def _along_axes(geometry, out):
    """Per spatial axis, the first of them first: where all windows have each of their elements."""
    for axis, (k, s, e, n) in enumerate(
        zip(geometry.kernel, geometry.stride, geometry.dilation, out, strict=True), start=2
    ):
        starts = range(0, e * k, e)
        yield axis, [(slice(None),) * axis + (slice(i, i + s * (n - 1) + 1, s),) for i in starts]


@compilable(lambda x, *_: 20 * x.size)
def sum_pool(x, geometry, count):
    """The sum over every window, divided by ``count``, a number or an array: (N, C, *P)."""
    if geometry.is_whole(x.shape[2:]):
        y = np.sum(x, axis=tuple(range(2, x.ndim)), keepdims=True)
        return np.divide(y, count, out=y)
    out, y = geometry.out(x.shape[2:]), padded(x, geometry.padding, 0)
    for _, places in _along_axes(geometry, out):  # sums of sums: k + k terms, not k k
        x, y = y, y[places[0]].copy()
        for place in places[1:]:
            y += x[place]
    return np.divide(y, count, out=y)


@compilable(lambda g, x_shape, *_: 20 * math.prod(x_shape))
def sum_unpool(g, x_shape, geometry, count):
    """The adjoint of `sum_pool`: ``g / count`` at every element of its window: (N, C, *S)."""
    g = g / count
    if geometry.is_whole(x_shape[2:]):
        return np.broadcast_to(g, x_shape).copy()
    size = geometry.padded(x_shape[2:])
    for axis, places in reversed(list(_along_axes(geometry, g.shape[2:]))):
        d = np.zeros_like(g, shape=(*g.shape[:axis], size[axis - 2], *g.shape[axis + 1 :]))
        for place in places:
            d[place] += g
        g = d
    return cropped(g, geometry.padding)
