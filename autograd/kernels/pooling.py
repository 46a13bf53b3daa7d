"""Pooling in d dimensions: a pass over the array per place in the window.

Shapes: x (N, C, *S), y and g (N, C, *P).  ``geometry`` is (kernel, stride, padding, dilation), each
a tuple with an entry per spatial axis, padding a pair.
"""

import math

import numpy as np

from autograd.kernels import compilable
from autograd.kernels.windows import cropped, is_whole, offsets, output_size, padded


def _places(x, geometry, fill):
    kernel, stride, padding, dilation = geometry
    out = output_size(x.shape[2:], kernel, stride, padding, dilation)
    return (
        padded(x, padding, fill),
        [p for _, p in offsets(kernel, stride, dilation, out)],
        out,
    )


@compilable(lambda x, *_: 20 * x.size)
def max_pool(x, geometry):
    """The largest element of every window: (N, C, *P)."""
    x, places, _ = _places(x, geometry, -np.inf)
    y = x[places[0]].copy()
    for place in places[1:]:
        np.maximum(y, x[place], out=y)
    return y


def _wins(x, y, places, padding):
    """Per place in the window: which windows have their first largest element there."""
    free = np.ones_like(y, dtype=bool)
    has_nan, inside = np.any(np.isnan(y)), None
    if np.any(np.isneginf(y)):  # then padding could win
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
    x, places, _ = _places(x, geometry, -np.inf)
    d, finite = np.zeros_like(g, shape=x.shape), np.isfinite(np.sum(g))
    for place, hit in _wins(x, y, places, geometry[2]):
        d[place] += g * hit if finite else np.where(hit, g, 0)  # inf times False is NaN
    return cropped(d, geometry[2])


def max_pick(h, x, y, geometry):
    """``h`` (N, C, *S) at the first largest element of ``x`` in every window: (N, C, *P)."""
    x, places, _ = _places(x, geometry, -np.inf)
    h = padded(h, geometry[2])
    picked = np.zeros_like(h, shape=y.shape)
    for place, hit in _wins(x, y, places, geometry[2]):
        np.copyto(picked, h[place], where=hit)
    return picked


@compilable(lambda x, *_: 20 * x.size)
def sum_pool(x, geometry):
    """The sum over every window: (N, C, *P)."""
    if is_whole(x.shape[2:], geometry):
        return np.sum(x, axis=tuple(range(2, x.ndim)), keepdims=True)
    x, places, _ = _places(x, geometry, 0)
    y = x[places[0]].copy()
    for place in places[1:]:
        y += x[place]
    return y


@compilable(lambda g, x_shape, *_: 20 * math.prod(x_shape))
def sum_unpool(g, x_shape, geometry):
    """The adjoint of `sum_pool`: ``g`` added at every element of its window: (N, C, *S)."""
    if is_whole(x_shape[2:], geometry):
        return np.broadcast_to(g, x_shape).copy()
    kernel, stride, padding, dilation = geometry
    size = tuple(n + p + q for n, (p, q) in zip(x_shape[2:], padding, strict=True))
    d = np.zeros_like(g, shape=g.shape[:2] + size)
    for _, place in offsets(kernel, stride, dilation, g.shape[2:]):
        d[place] += g
    return cropped(d, padding)
