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
    d = x - along_channels(mean, x.ndim)
    var = over_channels(d * d) / m
    scale = weight / np.sqrt(var + eps)
    y = d * along_channels(scale, x.ndim) + along_channels(bias, x.ndim)
    return y.astype(x.dtype, copy=False), mean, var


@compilable(lambda x, *_: 8 * x.size)
def batch_norm_dx(g, x, weight, mean, var, eps):
    """Weight r (g - Σg / m - x̂ Σ(g x̂) / m), with x̂ = (x - mean) r, r = 1 / sqrt(var + eps)."""
    r, m = 1 / np.sqrt(var + eps), x.size // x.shape[1]
    normal = (x - along_channels(mean, x.ndim)) * along_channels(r, x.ndim)
    straight, bent = over_channels(g) / m, over_channels(g * normal) / m
    inner = g - along_channels(straight, x.ndim) - normal * along_channels(bent, x.ndim)
    return along_channels(weight * r, x.ndim) * inner


@compilable(lambda x, *_: 8 * x.size)
def batch_norm_dweight(g, x, mean, var, eps):
    """Σ g x̂."""
    r = 1 / np.sqrt(var + eps)
    return over_channels(g * (x - along_channels(mean, x.ndim))) * r
