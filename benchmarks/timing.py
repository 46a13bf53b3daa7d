"""The time of a block of steps, and the memory of this process; for every contender alike.

The garbage collector stays on.  Before each block it runs once, untimed, and then a few steps do:
a block begins in the state in which a long run would be, pays for the garbage that it makes, and
the threads of the contender before it have gone to sleep.
"""

import contextlib
import gc
import os
import sys
import time
from pathlib import Path

SETTLE = 0.05  # seconds of steps before a block is timed


def block(step, steps: int) -> float:
    """Seconds per step."""
    gc.collect()
    start = time.perf_counter()
    while True:
        step()
        if time.perf_counter() - start > SETTLE:
            break
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - start) / steps


def processor_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    return sum(os.times()[:4])


def memory(peak: bool) -> int | None:
    """Bytes of this process in memory, now or at the highest; None where nothing tells.

    From Linux's /proc: the ``ru_maxrss`` of a new process there is at least what its parent held
    when it was started, so that a large parent would be measured in the place of a small child.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return _largest()
    field = "VmHWM:" if peak else "VmRSS:"
    line = next(line for line in status.splitlines() if line.startswith(field))
    return 1024 * int(line.split()[1])


def forget_peak():
    """Let the peak be that from now on, where the system can (Linux): what prepares is no work."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _largest():
    try:
        import resource
    except ImportError:  # Windows
        return None
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else 1024 * largest
