"""Functions of `autograd.kernels.elementwise`: a job is a part of the arrays."""

import math

import numpy as np
from numpy import float32

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import run, shared, take
from autograd.kernels.compiled.pooling_rows import inside, put
from autograd.kernels.compiled.recurrent_steps import tanh as tanh_of
from autograd.kernels.compiled.vectors import (
    add,
    div,
    exp_below_one,
    fma,
    lanes,
    largest,
    maximum,
    mul,
    splat,
    sub,
    where_negative,
    zeros,
)
from autograd.kernels.special import SINGLE

V = lanes(4)  # of single precision, for what is written in vectors
JOB, JOBS = 8_192, 64  # elements: for less, calling a thread that is awake costs more than it does
WAKING = 500_000  # elements from which a thread repays waking it


def relu(x):
    """See `autograd.ops.relu`."""
    return _mapped(_relu, x)


def relu_dx(g, y):
    """See `autograd.ops.relu`."""
    return _mapped(_relu_dx, g, y)


def tanh(x):
    """See `autograd.ops.tanh`; single precision."""
    return _in_single(_tanh, x)


def tanh_dx(g, y):
    """See `autograd.ops.tanh`."""
    return _mapped(_tanh_dx, g, y)


def sigmoid(x):
    """See `autograd.ops.sigmoid`; single precision."""
    return _in_single(_sigmoid, x)


def erfc(x):
    """See `autograd.ops.erfc`; single precision."""
    return _in_single(_erfc, x)


def gelu(x, approximate="none"):
    """See `autograd.ops.gelu`; single precision."""
    return _in_single(_gelu, x) if approximate == "none" else NotImplemented


def gelu_dx(g, x, approximate="none"):
    """See `autograd.ops.gelu`; single precision."""
    return _in_single(_gelu_dx, g, x) if approximate == "none" else NotImplemented


def _in_single(kernel, *arrays):
    return _mapped(kernel, *arrays) if arrays[0].dtype == np.float32 else NotImplemented


def _mapped(kernel, *arrays):
    size = arrays[0].size
    if not all(a.flags.c_contiguous and a.size == size for a in arrays):
        return NotImplemented
    y = np.empty_like(arrays[0])
    in_parts(kernel, (*arrays, y))
    return y


def in_parts(kernel, arrays, *numbers):
    """Run a kernel over contiguous arrays of one size, as rows; what is not there is None."""
    size = arrays[0].size
    rows = (None if a is None else a.reshape(-1) for a in arrays)
    run(kernel, min(JOBS, max(1, size // JOB)), *rows, *numbers, light=size < WAKING)


@jit
def part(a, job, jobs):
    """The part of a row that a job is."""
    return a[job * a.size // jobs : (job + 1) * a.size // jobs]


@shared
def _relu(todo, jobs, x, y):
    job, zero = take(todo), y.dtype.type(0)
    while job < jobs:
        u, v = part(x, job, jobs), part(y, job, jobs)
        for i in range(v.size):
            v[i] = zero if u[i] <= zero else u[i]
        job = take(todo)


@shared
def _relu_dx(todo, jobs, g, y, dx):
    job, zero = take(todo), y.dtype.type(0)
    while job < jobs:
        u, v, w = part(g, job, jobs), part(y, job, jobs), part(dx, job, jobs)
        for i in range(w.size):
            w[i] = u[i] * (v[i] > zero)
        job = take(todo)


@shared
def _tanh(todo, jobs, x, y):
    job = take(todo)
    while job < jobs:
        u, v = part(x, job, jobs), part(y, job, jobs)
        for i in range(v.size):
            v[i] = tanh_of(u[i])
        job = take(todo)


@shared
def _tanh_dx(todo, jobs, g, y, dx):
    job, one = take(todo), y.dtype.type(1)
    while job < jobs:
        u, v, w = part(g, job, jobs), part(y, job, jobs), part(dx, job, jobs)
        for i in range(w.size):
            w[i] = u[i] * (one - v[i] * v[i])
        job = take(todo)


@shared
def _sigmoid(todo, jobs, x, y):
    job, zero, one = take(todo), zeros(x), splat(float32(1))
    while job < jobs:
        end = (job + 1) * x.size // jobs
        for i in range(job * x.size // jobs, end, V):
            v = inside(x, i, 0, end - i, zeros(x), V)
            e = exp_below_one(sub(zero, maximum(v, sub(zero, v))))
            put(y, i, end - i, div(where_negative(v, e, one), add(one, e)), V)
        job = take(todo)


_ERFC = tuple(map(float32, SINGLE))


@jit(forceinline=True)
def _erfc_of(v):
    """erfc of a vector and exp of minus its square; see `autograd.kernels.special`."""
    one, most = splat(float32(1)), splat(float32(-12))  # beyond 12 both are 0
    zero = sub(one, one)
    v = sub(zero, largest(sub(zero, largest(v, most)), most))
    square = mul(v, v)
    rest = fma(v, v, sub(zero, square))  # v² is the sum of these two
    e = exp_below_one(sub(zero, square))
    e = sub(e, mul(e, rest))
    t = div(one, fma(maximum(v, sub(zero, v)), splat(float32(0.5)), one))
    p = zero
    for c in _ERFC:
        p = fma(p, t, splat(c))
    p = mul(mul(p, t), e)
    return where_negative(v, sub(splat(float32(2)), p), p), e


@shared
def _erfc(todo, jobs, x, y):
    job = take(todo)
    while job < jobs:
        end = (job + 1) * x.size // jobs
        for i in range(job * x.size // jobs, end, V):
            v, _ = _erfc_of(inside(x, i, 0, end - i, zeros(x), V))
            put(y, i, end - i, v, V)
        job = take(todo)


@shared
def _gelu(todo, jobs, x, y):
    job, root, half = take(todo), splat(float32(-math.sqrt(0.5))), splat(float32(0.5))
    while job < jobs:
        end = (job + 1) * x.size // jobs
        for i in range(job * x.size // jobs, end, V):
            v = inside(x, i, 0, end - i, zeros(x), V)
            below, _ = _erfc_of(mul(v, root))
            put(y, i, end - i, mul(v, mul(half, below)), V)
        job = take(todo)


@shared
def _gelu_dx(todo, jobs, g, x, dx):
    job, root, half = take(todo), splat(float32(-math.sqrt(0.5))), splat(float32(0.5))
    density = splat(float32(1 / math.sqrt(2 * math.pi)))
    while job < jobs:
        end = (job + 1) * x.size // jobs
        for i in range(job * x.size // jobs, end, V):
            v = inside(x, i, 0, end - i, zeros(x), V)
            below, e = _erfc_of(mul(v, root))
            slope = fma(half, below, mul(v, mul(e, density)))
            put(dx, i, end - i, mul(inside(g, i, 0, end - i, zeros(g), V), slope), V)
        job = take(todo)
