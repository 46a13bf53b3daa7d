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

    ``todo``: how many were taken, and from which number on this thread takes none.
    """
    taken, end = todo
    return count(taken) if peek(taken) < end else NONE


def flat(a):
    """All elements in a row, in memory that may be written to where ``a`` is new."""
    return np.ascontiguousarray(a).reshape(-1)


def run(kernel, jobs: int, *args, light=False):
    """Share the jobs of a compiled kernel among the threads; ``light``: see `share`.

    A helper that comes back while the caller computes its last job does not keep it from the
    interpreter lock.
    """
    taken = np.zeros(1, np.int64)

    def work(helping):
        kernel((taken, jobs - 1 if helping and jobs >= MANY else jobs), jobs, *args)

    share(work, jobs, light)
