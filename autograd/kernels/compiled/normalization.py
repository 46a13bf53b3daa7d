"""Normalisation in few passes over memory; see `autograd.kernels.normalization`.

A job is a channel, or some rows of a layer's input, whose values stay in cache between the passes;
sums run over the images, and over parts of them, one after another, in double precision.
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import flat, run, shared, take
from autograd.kernels.compiled.vectors import fma, lanes, load, splat, store, total, zeros

JOB, JOBS = 16_000, 16  # elements of rows: never by the number of threads, whose sums are added
PART = 4_096  # elements that are added up in single precision: of more, the mean would be wrong


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


def scale_channels(x, weight, bias):
    """See `autograd.kernels.normalization.scale_channels`."""
    if x.ndim < 3:
        return NotImplemented
    y = np.empty_like(x, order="C")
    run(_scaled, x.shape[0] * x.shape[1], flat(x), weight, bias, flat(y), lanes(x.itemsize))
    return y


def over_channels(g):
    """See `autograd.kernels.normalization.over_channels`."""
    return _summed(_sums, g)


def dot_over_channels(a, b):
    """See `autograd.kernels.normalization.dot_over_channels`."""
    return _summed(_dots, a, b) if a.shape == b.shape else NotImplemented


def _summed(kernel, *arrays):
    x = arrays[0]
    if x.ndim < 3:
        return NotImplemented
    y = np.empty(x.shape[1], x.dtype)
    run(kernel, x.shape[1], *map(flat, arrays), y, len(x), lanes(x.itemsize))
    return y


def layer_norm(x, weight, bias, eps, centred):
    """See `autograd.kernels.normalization.layer_norm`."""
    y = np.empty_like(x, order="C")
    given = flat(x), weight, bias, eps, centred
    run(_rows_forward, _jobs(x), *given, flat(y), x.shape[-1], lanes(x.itemsize))
    return y


def layer_norm_backward(g, x, weight, eps, centred):
    """See `autograd.kernels.normalization.layer_norm_backward`."""
    dx, jobs, n = np.empty_like(x, order="C"), _jobs(x), x.shape[-1]
    sums = None if weight is None else np.zeros((2, jobs, n), x.dtype)
    given = flat(g), flat(x), weight, eps, centred
    run(_rows_backward, jobs, *given, flat(dx), sums, n, lanes(x.itemsize))
    return (dx, None, None) if sums is None else (dx, *np.sum(sums, axis=1))


def _jobs(x):
    return min(JOBS, x.size // x.shape[-1], max(1, x.size // JOB))


@jit
def _sum(a, start, end, V):
    """Σ a from ``start`` to ``end``."""
    whole, one = 0.0, splat(a.dtype.type(1))
    for first in range(start, end, PART):
        parts, i, last = zeros(a), first, min(first + PART, end)
        while i + V <= last:
            parts = fma(load(a, i), one, parts)
            i += V
        whole += float(total(parts))
        for k in range(i, last):
            whole += a[k]
    return whole


@jit
def _sum_of_products(a, less, x, mean, start, end, V):
    """Σ (a - less) (x - mean)."""
    whole, one = 0.0, splat(a.dtype.type(1))
    below, center = splat(-less), splat(-mean)
    for first in range(start, end, PART):
        parts, i, last = zeros(a), first, min(first + PART, end)
        while i + V <= last:
            parts = fma(fma(load(a, i), one, below), fma(load(x, i), one, center), parts)
            i += V
        whole += float(total(parts))
        for k in range(i, last):
            whole += (a[k] - less) * (x[k] - mean)
    return whole


@shared
def _scaled(todo, jobs, x, weight, bias, y, V):
    places = x.size // jobs
    job = take(todo)
    while job < jobs:
        c = job % weight.size
        scale, shift = weight[c], x.dtype.type(0) if bias is None else bias[c]
        i, end = job * places, (job + 1) * places
        while i + V <= end:
            store(y, i, fma(load(x, i), splat(scale), splat(shift)))
            i += V
        for k in range(i, end):
            y[k] = x[k] * scale + shift
        job = take(todo)


@shared
def _sums(todo, jobs, x, y, images, V):
    places = x.size // (images * jobs)
    c = take(todo)
    while c < jobs:
        whole = 0.0
        for n in range(images):
            start = (n * jobs + c) * places
            whole += _sum(x, start, start + places, V)
        y[c] = whole
        c = take(todo)


@shared
def _dots(todo, jobs, a, b, y, images, V):
    places, zero = a.size // (images * jobs), a.dtype.type(0)
    c = take(todo)
    while c < jobs:
        whole = 0.0
        for n in range(images):
            start = (n * jobs + c) * places
            whole += _sum_of_products(a, zero, b, zero, start, start + places, V)
        y[c] = whole
        c = take(todo)


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


@jit
def _moments(x, start, end, eps, centred, V):
    """Mean, and 1 / sqrt(var + eps), of the elements from ``start`` to ``end``."""
    n = end - start
    mean = x.dtype.type(_sum(x, start, end, V) / n if centred else 0)
    var = _sum_of_products(x, mean, x, mean, start, end, V) / n
    return mean, x.dtype.type(1 / np.sqrt(var + eps))


@shared
def _rows_forward(todo, jobs, x, weight, bias, eps, centred, y, n, V):
    rows = x.size // n
    job = take(todo)
    while job < jobs:
        for row in range(job * rows // jobs, (job + 1) * rows // jobs):
            start, end = row * n, (row + 1) * n
            mean, r = _moments(x, start, end, eps, centred, V)
            u, v = x[start:end], y[start:end]
            if weight is None:
                for k in range(v.size):
                    v[k] = (u[k] - mean) * r
            elif bias is None:
                for k in range(v.size):
                    v[k] = (u[k] - mean) * r * weight[k]
            else:
                for k in range(v.size):
                    v[k] = (u[k] - mean) * r * weight[k] + bias[k]
        job = take(todo)


@shared
def _rows_backward(todo, jobs, g, x, weight, eps, centred, dx, sums, n, V):
    rows, zero = x.size // n, x.dtype.type(0)
    job = take(todo)
    while job < jobs:
        for row in range(job * rows // jobs, (job + 1) * rows // jobs):
            start, end = row * n, (row + 1) * n
            mean, r = _moments(x, start, end, eps, centred, V)
            s, u, v = g[start:end], x[start:end], dx[start:end]
            if weight is None:
                v[:] = s
            else:
                dweight, dbias = sums[0, job], sums[1, job]
                for k in range(v.size):
                    v[k] = s[k] * weight[k]
                for k in range(v.size):
                    dweight[k] += s[k] * ((u[k] - mean) * r)
                for k in range(v.size):
                    dbias[k] += s[k]
            straight = x.dtype.type(_sum(dx, start, end, V) / n if centred else 0)
            bent = _sum_of_products(dx, zero, x, mean, start, end, V)
            slope = x.dtype.type(bent / n * r * r)
            for k in range(v.size):
                v[k] = r * (v[k] - straight - (u[k] - mean) * slope)
        job = take(todo)
