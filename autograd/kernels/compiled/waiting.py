"""Waiting without sleep and without the interpreter lock: see `autograd.kernels.threads`."""

import time

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.atomics import count, pause, peek


def turns_per_second() -> float:
    """How many turns of `watch` take a second; the fastest of some, undisturbed.

    All that is compiled here is compiled now: later, in a helper thread, a fork could copy the lock
    of the compiler while it is taken.
    """
    cell = np.zeros(1, np.int64)
    ring_and_watch(cell, cell, 1, 1, 0)
    return max(_rate(cell) for _ in range(8))


def _rate(cell):
    start, turns = time.perf_counter(), 1000
    watch(cell, int(cell[0]), turns, 0)
    return turns / (time.perf_counter() - start)


@jit
def watch(cell, seen, turns, late):
    """Wait until ``cell[0]`` is not ``seen``, then ``late`` turns more; whether it ever came."""
    for _ in range(turns):
        if peek(cell) != seen:
            for _ in range(late):
                peek(cell)  # or the loop may go where there is no pause
                pause()
            return True
        pause()
    return False


@jit
def ring_and_watch(out, cell, seen, turns, late):
    """`watch`, after telling those who watch ``out`` that this thread has left the interpreter."""
    count(out)
    return watch(cell, seen, turns, late)
