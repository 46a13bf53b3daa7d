"""Cross-entropy of (N, C) scores, a row in cache at a time; see `autograd.kernels.classification`.

Single precision: NumPy's kernel does the rest.
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import flat, run, shared, take
from autograd.kernels.compiled.vectors import (
    add,
    exp_below_one,
    highest,
    lanes,
    load,
    load_inside,
    maximum,
    mul,
    splat,
    store,
    store_some,
    sub,
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
def _top(x, start, end, V):
    """The largest of the elements from ``start`` to ``end``; where one is NaN, any of them."""
    best = other = splat(x[start])
    i = start
    while i + 2 * V <= end:
        best, other = maximum(load(x, i), best), maximum(load(x, i + V), other)
        i += 2 * V
    while i < end:
        best = maximum(load_inside(x, i, 0, end - i, best), best)
        i += V
    return highest(maximum(best, other))


@jit
def _exponentials(x, start, end, top, e, at, V):
    """e = exp(x - top) of the elements from ``start`` to ``end``, from ``at`` on.

    Returns their sum, and the last vector: what did not fill it is 0.
    """
    v = parts = zeros(x)
    top, i = splat(top), start
    while i + V <= end:
        v = exp_below_one(sub(load(x, i), top))
        parts = add(parts, v)
        store(e, at + i - start, v)
        i += V
    if i < end:
        nothing = splat(x.dtype.type(-np.inf))  # its exponential is 0
        v = exp_below_one(sub(load_inside(x, i, 0, end - i, nothing), top))
        parts = add(parts, v)
        store_some(e, at + i - start, end - i, v)
    return total(parts), v


@shared
def _losses(todo, jobs, x, labels, y, V):
    rows, classes = labels.size, x.size // labels.size
    e = np.empty(classes, x.dtype)
    job = take(todo)
    while job < jobs:
        for n in range(job * rows // jobs, (job + 1) * rows // jobs):
            start = n * classes
            top = _top(x, start, start + classes, V)
            whole, _ = _exponentials(x, start, start + classes, top, e, 0, V)
            y[n] = np.log(whole) + (top - x[start + labels[n]])
        job = take(todo)


@shared
def _slopes(todo, jobs, g, x, labels, dx, V):
    rows, classes = labels.size, x.size // labels.size
    job = take(todo)
    while job < jobs:
        for n in range(job * rows // jobs, (job + 1) * rows // jobs):
            start, end = n * classes, (n + 1) * classes
            top = _top(x, start, end, V)
            whole, last = _exponentials(x, start, end, top, dx, start, V)
            i, scale = start, splat(x.dtype.type(g[n] / whole))
            while i + V <= end:
                store(dx, i, mul(load(dx, i), scale))
                i += V
            if i < end:
                store_some(dx, i, end - i, mul(last, scale))
            dx[start + labels[n]] -= g[n]
        job = take(todo)
