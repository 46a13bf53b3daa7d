"""Waiting without sleep and without the interpreter lock: see `autograd.kernels.threads`."""

import time

import numpy as np

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.atomics import count, pause, peek, plus
from autograd.kernels.compiled.handing import call
from autograd.kernels.desk import ARGUMENTS, AWAKE, BACK, BELL, CODE, FAILED, GATE, NUMBER, OPEN


def turns_per_second(desk) -> float:
    """How many turns of `watch` take a second; the fastest of some, undisturbed.

    All that is compiled here is compiled now: later, in a helper thread, a fork could copy the lock
    of the compiler while it is taken.
    """
    serve(desk, 0, np.zeros(1, np.int64), 1, True, 0)
    return max(_rate(desk) for _ in range(8))


def _rate(desk):
    start, turns = time.perf_counter(), 1000
    watch(desk, BACK, int(desk[BACK]), turns)
    return turns / (time.perf_counter() - start)


@jit
def watch(desk, place, seen, turns):
    """Wait until ``desk[place]`` is not ``seen``; whether it ever was."""
    for _ in range(turns):
        if peek(desk, place) != seen:
            return True
        pause()
    return False


@jit
def serve(desk, heard, seen, turns, one, late):
    """Join the kernels that come to the desk, or only ``one``, until none came for ``turns``.

    How many; or, ``late`` turns after the bell rang since ``heard``, -1.  ``seen``: the number of
    the last kernel that was joined.
    """
    count(desk, BACK)
    plus(desk, AWAKE, 1)
    idle = joined = 0
    while idle < turns and not (one and joined) and peek(desk, BELL) == heard:
        if peek(desk, NUMBER) != seen[0] and peek(desk, GATE) >= OPEN:
            if plus(desk, GATE, 1) >= OPEN and peek(desk, NUMBER) != seen[0]:
                seen[0] = peek(desk, NUMBER)
                if call(desk[CODE], desk[ARGUMENTS]):
                    desk[FAILED] = 1
                joined += 1
                idle = 0
            plus(desk, GATE, -1)
        idle += 1
        pause()
    plus(desk, AWAKE, -1)
    if peek(desk, BELL) == heard:
        return joined
    for _ in range(late):
        peek(desk, BELL)  # or the loop may go where there is no pause
        pause()
    return -1
