"""Waiting without sleep and without the interpreter lock: see `autograd.kernels.threads`."""

import time

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.atomics import count, pause, peek


def turns_per_second() -> float:
    """How many turns of `watch` take a second."""
    cell = np.zeros(1, np.int64)
    watch(cell, 0, 1, 0)
    start = time.perf_counter()
    watch(cell, 0, 4000, 0)
    return 4000 / (time.perf_counter() - start)


@jit
def watch(cell, seen, turns, late):
    """Wait until ``cell[0]`` is not ``seen``, then ``late`` turns more; whether it ever came."""
    for _ in range(turns):
        if peek(cell) != seen:
            for _ in range(late):
                pause()
            return True
        pause()
    return False


@jit
def ring_and_watch(out, cell, seen, turns, late):
    """`watch`, after telling those who watch ``out`` that this thread has left the interpreter."""
    count(out)
    return watch(cell, seen, turns, late)
