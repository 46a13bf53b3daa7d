"""Batch normalisation in few passes over memory; see `autograd.kernels.normalization`.

A job is a channel, whose values stay in cache between the passes; sums run over the images one
after another, in double precision.
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import flat, run, shared, take
from autograd.kernels.compiled.vectors import fma, lanes, load, splat, store, total, zeros


def batch_norm(x, weight, bias, eps):
    """See `autograd.kernels.normalization.batch_norm`."""
    y, mean, var = np.empty_like(x, order="C"), np.empty_like(weight), np.empty_like(weight)
    given = flat(x), weight, bias, eps
    run(_forward, x.shape[1], *given, mean, var, flat(y), len(x), lanes(x.itemsize))
    return y, mean, var


def batch_norm_backward(g, x, weight, mean, var, eps):
    """See `autograd.kernels.normalization.batch_norm_backward`."""
    dx, dweight, dbias = np.empty_like(x, order="C"), np.empty_like(mean), np.empty_like(mean)
    given = flat(g), flat(x), weight, mean, var, eps
    run(_backward, x.shape[1], *given, flat(dx), dweight, dbias, len(x), lanes(x.itemsize))
    return dx, dweight, dbias


@jit
def _sum(a, start, end, V):
    """Σ a from ``start`` to ``end``."""
    parts, one, i = zeros(a), splat(a.dtype.type(1)), start
    while i + V <= end:
        parts = fma(load(a, i), one, parts)
        i += V
    whole = float(total(parts))
    for k in range(i, end):
        whole += a[k]
    return whole


@jit
def _sum_of_products(a, less, x, mean, start, end, V):
    """Σ (a - less) (x - mean)."""
    parts, one, i = zeros(a), splat(a.dtype.type(1)), start
    below, center = splat(-less), splat(-mean)
    while i + V <= end:
        parts = fma(fma(load(a, i), one, below), fma(load(x, i), one, center), parts)
        i += V
    whole = float(total(parts))
    for k in range(i, end):
        whole += (a[k] - less) * (x[k] - mean)
    return whole


@shared
def _forward(todo, jobs, x, weight, bias, eps, mean, var, y, images, V):
    places, m = x.size // (images * jobs), x.size // jobs
    one = x.dtype.type(1)
    c = take(todo)
    while c < jobs:
        whole = 0.0
        for n in range(images):
            start = (n * jobs + c) * places
            whole += _sum(x, start, start + places, V)
        mean[c] = whole / m
        center, shift, whole = mean[c], bias[c], 0.0
        for n in range(images):
            start = (n * jobs + c) * places
            whole += _sum_of_products(x, center, x, center, start, start + places, V)
        var[c] = whole / m
        scale = weight[c] / np.sqrt(var[c] + x.dtype.type(eps))
        for n in range(images):
            i, end = (n * jobs + c) * places, (n * jobs + c + 1) * places
            while i + V <= end:
                v = fma(load(x, i), splat(one), splat(-center))
                store(y, i, fma(v, splat(scale), splat(shift)))
                i += V
            for k in range(i, end):
                y[k] = (x[k] - center) * scale + shift
        c = take(todo)


@shared
def _backward(todo, jobs, g, x, weight, mean, var, eps, dx, dweight, dbias, images, V):
    places, m = x.size // (images * jobs), x.size // jobs
    one, zero = x.dtype.type(1), x.dtype.type(0)
    c = take(todo)
    while c < jobs:
        center, r = mean[c], 1 / np.sqrt(var[c] + x.dtype.type(eps))
        straight, bent = 0.0, 0.0
        for n in range(images):
            start = (n * jobs + c) * places
            straight += _sum(g, start, start + places, V)
            bent += _sum_of_products(g, zero, x, center, start, start + places, V)
        dbias[c], dweight[c] = straight, bent * r
        scale, less = x.dtype.type(weight[c] * r), x.dtype.type(straight / m)
        slope = x.dtype.type(-scale * (bent / m * r * r))
        for n in range(images):
            i, end = (n * jobs + c) * places, (n * jobs + c + 1) * places
            while i + V <= end:
                v = fma(load(x, i), splat(one), splat(-center))
                u = fma(load(g, i), splat(one), splat(-less))
                store(dx, i, fma(u, splat(scale), fma(v, splat(slope), zeros(x))))
                i += V
            for k in range(i, end):
                dx[k] = scale * (g[k] - less) + (x[k] - center) * slope
        c = take(todo)
