"""Work shared among threads: whoever is free takes the next job.

A kernel is compiled code that releases the interpreter lock and calls ``take(counter)`` for the
number of its next job, until that reaches ``jobs``.  The caller starts at once; the other threads
join when they wake up, and nobody waits for one that the system has not woken: on a busy machine
work then takes as long as on fewer processors, not longer.  What a job computes must not depend on
who does it, so results do not depend on the number of threads.
"""

import os
import queue
import threading

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def take(typing, counter):
    """``counter[0]++`` that no two threads see the same value of."""

    def code(context, builder, sig, args):
        array = context.make_array(sig.args[0])(context, builder, args[0])
        one = ir.Constant(ir.IntType(64), 1)
        return builder.atomic_rmw("add", array.data, one, "monotonic")

    return types.int64(counter), code


class _Task:
    """A kernel that is running: who takes part, and whether one may still join."""

    def __init__(self, kernel, args):
        self.kernel, self.args = kernel, args
        self.lock, self.done = threading.Lock(), threading.Lock()
        self.helpers, self.over, self.error = 0, False, None

    def join(self):
        """Take part until there are no jobs left; in a helper thread."""
        with self.lock:
            if self.over:
                return
            self.helpers += 1
            if self.helpers == 1:
                self.done.acquire()
        try:
            self.kernel(*self.args)
        except BaseException as e:
            self.error = e
        finally:
            with self.lock:
                self.helpers -= 1
                if not self.helpers:
                    self.done.release()

    def lead(self):
        """Take part, then wait for the helpers that have begun a job; in the caller's thread."""
        try:
            self.kernel(*self.args)
        finally:
            with self.lock:
                self.over = True
            with self.done:
                pass
        if self.error is not None:
            raise self.error


class _Pool:
    """The helper threads of this process."""

    def __init__(self):
        self.process, self.tasks = os.getpid(), queue.SimpleQueue()
        for k in range(threads() - 1):
            threading.Thread(target=self._help, name=f"autograd-{k}", daemon=True).start()

    def _help(self):
        while True:
            self.tasks.get().join()


_pool: list[_Pool] = []


def threads() -> int:
    """How many threads share the work: ``NUMBA_NUM_THREADS``, or one per processor."""
    return numba.config.NUMBA_NUM_THREADS


def share(kernel, jobs: int, *args):
    """Run ``kernel(counter, jobs, *args)`` in as many threads as there is work for."""
    helpers = min(threads(), jobs) - 1
    task = _Task(kernel, (np.zeros(1, np.int64), jobs, *args))
    if helpers < 1:
        kernel(*task.args)
        return
    if not _pool or _pool[0].process != os.getpid():  # a fork has none of the threads
        _pool[:] = [_Pool()]
    for _ in range(helpers):
        _pool[0].tasks.put(task)
    task.lead()
