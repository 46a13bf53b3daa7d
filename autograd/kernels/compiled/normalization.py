"""Batch normalisation in few passes over memory; see `autograd.kernels.normalization`.

A job is a channel; sums run over the images one after another, in double precision.
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import run, take


def batch_norm(x, weight, bias, eps):
    """See `autograd.kernels.normalization.batch_norm`."""
    planes, y = _planes(x), np.empty_like(x, order="C")
    mean, var = np.empty_like(weight), np.empty_like(weight)
    run(_forward, x.shape[1], planes, weight, bias, eps, mean, var, _planes(y))
    return y, mean, var


def batch_norm_dx(g, x, weight, mean, var, eps):
    """See `autograd.kernels.normalization.batch_norm_dx`."""
    dx = np.empty_like(x, order="C")
    run(_dx, x.shape[1], _planes(g), _planes(x), weight, mean, var, eps, _planes(dx))
    return dx


def batch_norm_dweight(g, x, mean, var, eps):
    """See `autograd.kernels.normalization.batch_norm_dweight`."""
    dweight = np.empty_like(mean)
    run(_dweight, x.shape[1], _planes(g), _planes(x), mean, var, eps, dweight)
    return dweight


def _planes(a):
    """(N, C, places), in memory that may be written to where ``a`` is new."""
    return np.ascontiguousarray(a).reshape(a.shape[0], a.shape[1], -1)


@jit
def _sum(a):
    """Σ a, in partial sums that fill a vector."""
    parts = np.zeros(16, a.dtype)
    whole = a.size // 16 * 16
    for i in range(0, whole, 16):
        for k in range(16):
            parts[k] += a[i + k]
    total = 0.0
    for k in range(16):
        total += parts[k]
    for i in range(whole, a.size):
        total += a[i]
    return total


@jit
def _sum_of_products(a, less, x, mean):
    """Σ (a - less) (x - mean)."""
    parts = np.zeros(16, a.dtype)
    whole = a.size // 16 * 16
    for i in range(0, whole, 16):
        for k in range(16):
            parts[k] += (a[i + k] - less) * (x[i + k] - mean)
    total = 0.0
    for k in range(16):
        total += parts[k]
    for i in range(whole, a.size):
        total += (a[i] - less) * (x[i] - mean)
    return total


@jit
def _forward(counter, jobs, x, weight, bias, eps, mean, var, y):
    images, m = x.shape[0], x.shape[0] * x.shape[2]
    c = take(counter)
    while c < jobs:
        total = 0.0
        for n in range(images):
            total += _sum(x[n, c])
        mean[c] = total / m
        total = 0.0
        for n in range(images):
            total += _sum_of_products(x[n, c], mean[c], x[n, c], mean[c])
        var[c] = total / m
        scale = weight[c] / np.sqrt(var[c] + weight.dtype.type(eps))
        shift, center = bias[c], mean[c]
        for n in range(images):
            row, out = x[n, c], y[n, c]
            for i in range(row.size):
                out[i] = (row[i] - center) * scale + shift
        c = take(counter)


@jit
def _dx(counter, jobs, g, x, weight, mean, var, eps, dx):
    images, m = x.shape[0], x.shape[0] * x.shape[2]
    c = take(counter)
    while c < jobs:
        center, r = mean[c], 1 / np.sqrt(var[c] + weight.dtype.type(eps))
        straight, bent = 0.0, 0.0
        for n in range(images):
            straight += _sum(g[n, c])
            bent += _sum_of_products(g[n, c], x.dtype.type(0), x[n, c], center)
        scale = weight[c] * r
        less = x.dtype.type(straight / m)
        slope = x.dtype.type(bent / m * r * r)
        for n in range(images):
            a, row, out = g[n, c], x[n, c], dx[n, c]
            for i in range(row.size):
                out[i] = scale * (a[i] - less - (row[i] - center) * slope)
        c = take(counter)


@jit
def _dweight(counter, jobs, g, x, mean, var, eps, dweight):
    c = take(counter)
    while c < jobs:
        total = 0.0
        for n in range(x.shape[0]):
            total += _sum_of_products(g[n, c], x.dtype.type(0), x[n, c], mean[c])
        dweight[c] = total / np.sqrt(var[c] + mean.dtype.type(eps))
        c = take(counter)
