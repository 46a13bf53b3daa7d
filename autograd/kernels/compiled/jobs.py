"""Compiled kernels that take jobs: ``kernel(todo, jobs, *args)`` until there is none left."""

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.atomics import count, peek
from autograd.kernels.threads import share

MANY = 5  # jobs from which the last is the caller's
NONE = 2**62


@jit
def take(todo):
    """The number of a job that nobody else gets; `NONE`, beyond all, when none is left.

    The caller's are the first and the helpers' the last: what each of them writes lies together,
    and is in that processor's cache when the caller comes back for it.  ``todo``: how many were
    taken, by all and from this end; how many there are, and after how many taken this thread takes
    none; whether it is a helper's.
    """
    taken, own, jobs, end, helping = todo
    if peek(taken) >= end or count(taken) >= jobs:
        return NONE
    return jobs - 1 - count(own) if helping else count(own)


def flat(a):
    """All elements in a row, in memory that may be written to where ``a`` is new."""
    return np.ascontiguousarray(a).reshape(-1)


def run(kernel, jobs: int, *args, light=False):
    """Share the jobs of a compiled kernel among the threads; ``light``: see `share`.

    A helper that comes back while the caller computes its last job does not keep it from the
    interpreter lock.
    """
    taken, first, last = (np.zeros(1, np.int64) for _ in range(3))

    def work(helping):
        end = jobs - 1 if helping and jobs >= MANY else jobs
        kernel((taken, last if helping else first, jobs, end, helping), jobs, *args)

    share(work, jobs, light)
