"""Functions of `autograd.kernels.elementwise`: a job is a part of the arrays."""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import run, shared, take
from autograd.kernels.compiled.recurrent_steps import tanh as tanh_of

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
    return _mapped(_tanh, x) if x.dtype == np.float32 else NotImplemented


def tanh_dx(g, y):
    """See `autograd.ops.tanh`."""
    return _mapped(_tanh_dx, g, y)


def _mapped(kernel, *arrays):
    size = arrays[0].size
    if not all(a.flags.c_contiguous and a.size == size for a in arrays):
        return NotImplemented
    y = np.empty_like(arrays[0])
    jobs = min(JOBS, max(1, size // JOB))
    run(kernel, jobs, *(a.reshape(-1) for a in (*arrays, y)), light=size < WAKING)
    return y


@jit
def _part(a, job, jobs):
    return a[job * a.size // jobs : (job + 1) * a.size // jobs]


@shared
def _relu(todo, jobs, x, y):
    job, zero = take(todo), y.dtype.type(0)
    while job < jobs:
        u, v = _part(x, job, jobs), _part(y, job, jobs)
        for i in range(v.size):
            v[i] = zero if u[i] <= zero else u[i]
        job = take(todo)


@shared
def _relu_dx(todo, jobs, g, y, dx):
    job, zero = take(todo), y.dtype.type(0)
    while job < jobs:
        u, v, w = _part(g, job, jobs), _part(y, job, jobs), _part(dx, job, jobs)
        for i in range(w.size):
            w[i] = u[i] * (v[i] > zero)
        job = take(todo)


@shared
def _tanh(todo, jobs, x, y):
    job = take(todo)
    while job < jobs:
        u, v = _part(x, job, jobs), _part(y, job, jobs)
        for i in range(v.size):
            v[i] = tanh_of(u[i])
        job = take(todo)


@shared
def _tanh_dx(todo, jobs, g, y, dx):
    job, one = take(todo), y.dtype.type(1)
    while job < jobs:
        u, v, w = _part(g, job, jobs), _part(y, job, jobs), _part(dx, job, jobs)
        for i in range(w.size):
            w[i] = u[i] * (one - v[i] * v[i])
        job = take(todo)
