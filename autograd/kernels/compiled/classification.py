"""Cross-entropy of (N, C) scores, a row in cache at a time; see `autograd.kernels.classification`.

Single precision: NumPy's kernel does the rest.
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import flat, run, shared, take
from autograd.kernels.compiled.vectors import (
    exp_below_one,
    fma,
    lanes,
    load,
    maximum,
    splat,
    store,
    total,
    zeros,
)  # fmt: skip

JOB = 16_000  # scores: for less, calling a thread that is awake costs more than it does
WAKING = 200_000  # scores from which a thread repays waking it


def cross_entropy(x, labels):
    """See `autograd.kernels.classification.cross_entropy`."""
    if x.ndim != 2 or x.dtype != np.float32:
        return NotImplemented
    y = np.empty(len(x), x.dtype)
    _run(_losses, x, flat(x), np.ascontiguousarray(labels, np.int64), y)
    return y


def cross_entropy_dx(g, x, labels):
    """See `autograd.kernels.classification.cross_entropy_dx`."""
    if x.ndim != 2 or x.dtype != np.float32:
        return NotImplemented
    dx = np.empty_like(x, order="C")
    given = np.ascontiguousarray(g), flat(x), np.ascontiguousarray(labels, np.int64)
    _run(_slopes, x, *given, dx.reshape(-1))
    return dx


def _run(kernel, x, *args):
    jobs = min(len(x), max(1, x.size // JOB))
    run(kernel, jobs, *args, lanes(x.itemsize), light=x.size < WAKING)


@jit
def _top(x, start, end, few):
    """The largest of the elements from ``start`` to ``end``, of those that are no NaN."""
    V, i, top = few.size, start, x[start]
    if end - start >= 2 * V:
        best, other = load(x, i), load(x, i + V)
        i += 2 * V
        while i + 2 * V <= end:
            best, other = maximum(load(x, i), best), maximum(load(x, i + V), other)
            i += 2 * V
        store(few, 0, maximum(best, other))
        for k in range(V):
            if few[k] > top:
                top = few[k]
    for k in range(i, end):
        if x[k] > top:
            top = x[k]
    return top


@jit
def _exponentials(x, start, end, top, e, at, few):
    """e = exp(x - top) of the elements from ``start`` to ``end``, from ``at`` on; their sum."""
    parts, i, V = zeros(x), start, few.size
    one, less = splat(x.dtype.type(1)), splat(-top)
    while i + V <= end:
        v = exp_below_one(fma(load(x, i), one, less))
        parts = fma(v, one, parts)
        store(e, at + i - start, v)
        i += V
    if i < end:
        store(few, 0, splat(x.dtype.type(-np.inf)))  # whose exponential is 0
        for k in range(i, end):
            few[k - i] = x[k]
        v = exp_below_one(fma(load(few, 0), one, less))
        parts = fma(v, one, parts)
        store(few, 0, v)
        for k in range(i, end):
            e[at + k - start] = few[k - i]
    return total(parts)


@shared
def _losses(todo, jobs, x, labels, y, V):
    rows, classes = labels.size, x.size // labels.size
    few, e = np.empty(V, x.dtype), np.empty(classes, x.dtype)
    job = take(todo)
    while job < jobs:
        for n in range(job * rows // jobs, (job + 1) * rows // jobs):
            start = n * classes
            top = _top(x, start, start + classes, few)
            whole = _exponentials(x, start, start + classes, top, e, 0, few)
            y[n] = np.log(whole) + (top - x[start + labels[n]])
        job = take(todo)


@shared
def _slopes(todo, jobs, g, x, labels, dx, V):
    rows, classes = labels.size, x.size // labels.size
    few = np.empty(V, x.dtype)
    job = take(todo)
    while job < jobs:
        for n in range(job * rows // jobs, (job + 1) * rows // jobs):
            start, end = n * classes, (n + 1) * classes
            top = _top(x, start, end, few)
            whole = _exponentials(x, start, end, top, dx, start, few)
            i, scale = start, x.dtype.type(g[n] / whole)
            while i + V <= end:
                store(dx, i, fma(load(dx, i), splat(scale), zeros(x)))
                i += V
            for k in range(i, end):
                dx[k] *= scale
            dx[start + labels[n]] -= g[n]
        job = take(todo)
