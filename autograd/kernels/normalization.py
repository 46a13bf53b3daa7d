"""Batch normalisation: sums over every axis but the channels, and what is made of them.

Shapes: x and g (N, C, *S); weight, bias, mean, var (C,).  m is the number of values per channel.
"""

import numpy as np

from autograd.kernels import compilable


def along_channels(v, ndim):
    """A (C,) array as (C, 1, ...), to be broadcast along axis 1."""
    return np.reshape(v, (-1,) + (1,) * (ndim - 2))


def over_channels(g):
    """Σ g over all axes but 1: (C,)."""
    return np.sum(np.sum(np.reshape(g, g.shape[:2] + (-1,)), axis=2), axis=0)


@compilable(lambda x, *_: 8 * x.size)
def batch_norm(x, weight, bias, eps):
    """(x - mean) / sqrt(var + eps) weight + bias, mean, var."""
    m = x.size // x.shape[1]
    mean = over_channels(x) / m
    y = x - along_channels(mean, x.ndim)
    var = over_channels(y * y) / m
    y *= along_channels(weight / np.sqrt(var + eps), x.ndim)
    y += along_channels(bias, x.ndim)
    return y.astype(x.dtype, copy=False), mean, var


@compilable(lambda x, *_: 16 * x.size)
def batch_norm_backward(g, x, weight, mean, var, eps):
    """dx, dweight and dbias, for the cotangent ``g`` of y."""
    r, m = 1 / np.sqrt(var + eps), x.size // x.shape[1]
    normal = (x - along_channels(mean, x.ndim)) * along_channels(r, x.ndim)
    dbias, dweight = over_channels(g), over_channels(g * normal)
    straight, bent = (along_channels(v / m, x.ndim) for v in (dbias, dweight))
    return along_channels(weight * r, x.ndim) * (g - straight - normal * bent), dweight, dbias
