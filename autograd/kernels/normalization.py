"""Batch normalisation: sums over every axis but the channels, and what is made of them.

Shapes: x and g (N, C, *S); weight, bias, mean, var (C,).  m is the number of values per channel.
Layer normalisation is over the last axis: x and g (..., n), weight and bias (n,), or None.
"""

import math

import numpy as np

from autograd.kernels import compilable

FEW = 16  # values of a channel in an image below which a call of BLAS takes longer than they do


def along_channels(v, ndim):
    """A (C,) array as (C, 1, ...), to be broadcast along axis 1."""
    return np.reshape(v, (-1,) + (1,) * (ndim - 2))


def _in_rows(v):
    """(N, C, places), of an empty batch too."""
    return np.reshape(v, (*v.shape[:2], math.prod(v.shape[2:])))


@compilable(lambda x, *_: 15 * x.size)
def scale_channels(x, weight, bias):
    """x weight + bias, one of each per channel; no bias: None."""
    y = x * along_channels(weight, x.ndim)
    if bias is None:
        return y
    return np.add(y, along_channels(bias, x.ndim), out=y if y.dtype == x.dtype else None)


@compilable(lambda g: 10 * g.size)
def over_channels(g):
    """Σ g over all axes but 1: (C,)."""
    return np.sum(np.sum(_in_rows(g), axis=2), axis=0)


@compilable(lambda a, b: 15 * a.size)
def dot_over_channels(a, b):
    """Σ a b over all axes but 1, without an array of the products: (C,)."""
    a, b = _in_rows(a), _in_rows(b)
    if a.shape[2] < FEW:
        return over_channels(a * b)
    return np.sum(np.vecdot(a, b), axis=0)


@compilable(lambda x, *_: 8 * x.size)
def batch_norm(x, weight, bias, eps):
    """(x - mean) / sqrt(var + eps) weight + bias, mean, var."""
    m = x.size // x.shape[1]
    mean = over_channels(x) / m
    y = x - along_channels(mean, x.ndim)
    var = dot_over_channels(y, y) / m
    y *= along_channels(weight / np.sqrt(var + eps), x.ndim)
    y += along_channels(bias, x.ndim)
    return y.astype(x.dtype, copy=False), mean, var


@compilable(lambda x, *_: 16 * x.size)
def batch_norm_backward(g, x, weight, mean, var, eps):
    """dx, dweight and dbias, for the cotangent ``g`` of y."""
    r, m = 1 / np.sqrt(var + eps), x.size // x.shape[1]
    centred = x - along_channels(mean, x.ndim)
    dbias, dweight = over_channels(g), dot_over_channels(g, centred) * r
    slope = along_channels(-dweight * r / m, x.ndim)
    dx = centred * slope  # not in place: of x and g, one may be a Tensor
    dx += g
    dx -= along_channels(dbias / m, x.ndim)
    dx *= along_channels(weight * r, x.ndim)
    return dx, dweight, dbias


@compilable(lambda x, *_: 20 * x.size)
def layer_norm(x, weight, bias, eps, centred):
    """(x - mean) / sqrt(var + eps) weight + bias; with 0 for the mean if not ``centred``."""
    y, r = _by_rows(x, eps, centred)
    y = y * r
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def _by_rows(x, eps, centred):
    """x - mean, and 1 / sqrt(var + eps)."""
    x = x - np.mean(x, axis=-1, keepdims=True) if centred else x
    return x, 1 / np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True) + eps)


@compilable(lambda g, x, *_: 40 * x.size)
def layer_norm_backward(g, x, weight, eps, centred):
    """dx, dweight and dbias (None where there is no weight), for the cotangent ``g`` of y."""
    y, r = _by_rows(x, eps, centred)
    y = y * r
    lead = tuple(range(x.ndim - 1))
    dweight, dbias = (None, None) if weight is None else (np.sum(g * y, lead), np.sum(g, lead))
    g = g if weight is None else g * weight
    bent = np.mean(g * y, axis=-1, keepdims=True)
    g = g - np.mean(g, axis=-1, keepdims=True) if centred else g
    return r * (g - y * bent), dweight, dbias
