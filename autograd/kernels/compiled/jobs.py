"""Compiled kernels that take jobs: ``kernel(todo, jobs, *args)`` until there is none left."""

from types import FunctionType

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.atomics import count, nap, pause, peek, plus
from autograd.kernels.compiled.handing import ROOM, call, hand_over
from autograd.kernels.desk import ARGUMENTS, CODE, FAILED, GATE, NUMBER, OPEN, TAKEN
from autograd.kernels.threads import share_kernel

NONE = 2**62
BEGUN, FIRST, LAST = 0, 16, 32  # counters in the cells of a call, each in cache lines of its own,
OWN, OTHER = 48, 48 + ROOM  # and arguments, for the caller and for helpers
CELLS = OTHER + ROOM


@jit
def take(todo):
    """The number of a job that nobody else gets; `NONE`, beyond all, when none is left.

    The caller's are the first and the helpers' the last: what each of them writes lies together,
    and is in that processor's cache when the caller comes back for it.  ``todo``: the cells, the
    number of jobs, and whether this thread is a helper.
    """
    cells, jobs, helping = todo
    if count(cells, BEGUN) >= jobs:
        return NONE
    return jobs - 1 - count(cells, LAST) if helping else count(cells, FIRST)


def flat(a):
    """All elements in a row, in memory that may be written to where ``a`` is new."""
    return np.ascontiguousarray(a).reshape(-1)


def shared(kernel):
    """Decorator: compile ``kernel(todo, jobs, *args)`` for `run`."""
    names = {**globals(), "kernel": jit(kernel)}
    code = _lead.__code__.replace(co_filename=kernel.__code__.co_filename)  # numba's cache is there
    lead = FunctionType(code, names, kernel.__name__)
    lead.__module__, lead.__qualname__ = kernel.__module__, f"{kernel.__qualname__}.lead"
    return jit(lead)


def _lead(desk, moment, cells, jobs, *args):
    """Take part in a kernel and, unless ``moment`` is 0, lay it on the desk for helpers.

    Whether it failed.  Nothing here can be interrupted: helpers work with ``args`` to the end.
    """
    at = cells.ctypes.data
    code = hand_over(kernel, cells, OWN, ((cells, jobs, False), jobs, *args))  # noqa: F821
    laid = moment > 0 and plus(desk, TAKEN, 1) == 0
    if moment and not laid:  # somebody else's kernel lies there
        plus(desk, TAKEN, -1)
    if laid:
        hand_over(kernel, cells, OTHER, ((cells, jobs, True), jobs, *args))  # noqa: F821
        desk[CODE], desk[ARGUMENTS], desk[FAILED] = code, at + 8 * OTHER, 0
        count(desk, NUMBER)
        plus(desk, GATE, OPEN)
    failed = call(code, at + 8 * OWN)
    if laid:
        plus(desk, GATE, -OPEN)
        turns = 0
        while peek(desk, GATE):
            turns += 1
            if turns > moment:
                nap()
            pause()
        failed |= desk[FAILED]
        plus(desk, TAKEN, -1)
    return failed


def run(kernel, jobs: int, *args, light=False):
    """Share the jobs of a `shared` kernel among the threads; ``light``: see `threads.share`.

    Raises MemoryError where the kernel does.
    """
    cells = np.empty(CELLS, np.int64)
    cells[:OWN] = 0
    if share_kernel(lambda desk, moment: kernel(desk, moment, cells, jobs, *args), jobs, light):
        raise MemoryError(f"{kernel.py_func.__name__}: no memory for what it needs on the way")
