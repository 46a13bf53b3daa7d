"""Softmax and cross-entropy of scores, a row in cache at a time.

Single precision, and the last axis: NumPy's kernels do the rest.
"""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import flat, run, shared, take
from autograd.kernels.compiled.pooling_rows import inside, put
from autograd.kernels.compiled.vectors import (
    add,
    exp_below_one,
    fma,
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
    _run(_losses, len(x), flat(x), np.ascontiguousarray(labels, np.int64), y)
    return y


def cross_entropy_dx(g, x, labels):
    """See `autograd.kernels.classification.cross_entropy_dx`."""
    if x.ndim != 2 or x.dtype != np.float32:
        return NotImplemented
    dx = np.empty_like(x, order="C")
    given = flat(x), np.ascontiguousarray(g), np.ascontiguousarray(labels, np.int64)
    _run(_slopes, len(x), *given, dx.reshape(-1))
    return dx


def softmax(x, axis=-1):
    """See `autograd.ops.softmax`."""
    return _by_rows(_softmax, axis, x)


def softmax_dx(g, y, axis):
    """See `autograd.ops.softmax`."""
    return _by_rows(_softmax_dx, axis, g, y)


def log_softmax(x, axis=-1):
    """See `autograd.ops.log_softmax`."""
    return _by_rows(_log_softmax, axis, x)


def log_softmax_dx(g, y, axis):
    """See `autograd.ops.log_softmax`."""
    return _by_rows(_log_softmax_dx, axis, g, y)


def _by_rows(kernel, axis, *arrays):
    x = arrays[0]
    if axis not in (-1, x.ndim - 1) or x.dtype != np.float32 or arrays[-1].shape != x.shape:
        return NotImplemented
    y = np.empty_like(x, order="C")
    _run(kernel, x.size // x.shape[-1], *map(flat, arrays), y.reshape(-1))
    return y


def _run(kernel, rows, x, *args):
    jobs = min(rows, max(1, x.size // JOB))
    run(kernel, jobs, x, *args, rows, lanes(x.itemsize), light=x.size < WAKING)


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


@jit
def _scale(e, start, end, factor, last, V):
    """Multiply the elements from ``start`` to ``end``; ``last``: the vector of the last of them."""
    i, factor = start, splat(factor)
    while i + V <= end:
        store(e, i, mul(load(e, i), factor))
        i += V
    if i < end:
        store_some(e, i, end - i, mul(last, factor))


@shared
def _losses(todo, jobs, x, labels, y, rows, V):
    classes = x.size // rows
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
def _slopes(todo, jobs, x, g, labels, dx, rows, V):
    classes = x.size // rows
    job = take(todo)
    while job < jobs:
        for n in range(job * rows // jobs, (job + 1) * rows // jobs):
            start, end = n * classes, (n + 1) * classes
            top = _top(x, start, end, V)
            whole, last = _exponentials(x, start, end, top, dx, start, V)
            _scale(dx, start, end, x.dtype.type(g[n] / whole), last, V)
            dx[start + labels[n]] -= g[n]
        job = take(todo)


@shared
def _softmax(todo, jobs, x, y, rows, V):
    n, one = x.size // rows, x.dtype.type(1)
    job = take(todo)
    while job < jobs:
        for row in range(job * rows // jobs, (job + 1) * rows // jobs):
            start, end = row * n, (row + 1) * n
            whole, last = _exponentials(x, start, end, _top(x, start, end, V), y, start, V)
            _scale(y, start, end, one / whole, last, V)
        job = take(todo)


@shared
def _softmax_dx(todo, jobs, g, y, dx, rows, V):
    n, zero = y.size // rows, zeros(y)
    job = take(todo)
    while job < jobs:
        for row in range(job * rows // jobs, (job + 1) * rows // jobs):
            start, end, parts = row * n, (row + 1) * n, zero
            for i in range(start, end, V):
                left = end - i
                parts = fma(inside(g, i, 0, left, zero, V), inside(y, i, 0, left, zero, V), parts)
            mean = splat(total(parts))
            for i in range(start, end, V):
                u = sub(inside(g, i, 0, end - i, zero, V), mean)
                put(dx, i, end - i, mul(inside(y, i, 0, end - i, zero, V), u), V)
        job = take(todo)


@shared
def _log_softmax(todo, jobs, x, y, rows, V):
    n = x.size // rows
    job = take(todo)
    while job < jobs:
        for row in range(job * rows // jobs, (job + 1) * rows // jobs):
            start, end = row * n, (row + 1) * n
            highest_one = _top(x, start, end, V)
            whole, _ = _exponentials(x, start, end, highest_one, y, start, V)
            top, more = splat(highest_one), splat(np.log(whole))
            for i in range(start, end, V):
                v = sub(sub(inside(x, i, 0, end - i, top, V), top), more)
                put(y, i, end - i, v, V)
        job = take(todo)


@shared
def _log_softmax_dx(todo, jobs, g, y, dx, rows, V):
    n, zero = y.size // rows, zeros(y)
    job = take(todo)
    while job < jobs:
        for row in range(job * rows // jobs, (job + 1) * rows // jobs):
            start, end, parts = row * n, (row + 1) * n, zero
            for i in range(start, end, V):
                parts = add(parts, inside(g, i, 0, end - i, zero, V))
            minus = splat(-total(parts))
            for i in range(start, end, V):
                e = exp_below_one(inside(y, i, 0, end - i, zero, V))
                put(dx, i, end - i, fma(e, minus, inside(g, i, 0, end - i, zero, V)), V)
        job = take(todo)
