"""Work shared among threads: whoever is free takes the next job.

The caller starts at once; the other threads join when they wake up, and nobody waits for one that
the system has not woken: on a busy machine work then takes as long as on fewer processors, not
longer.  What a job computes must not depend on who does it, so results do not depend on the number
of threads.
"""

import collections
import os
import queue
import threading

import numpy as np


def threads() -> int:
    """How many threads share the work: ``NUMBA_NUM_THREADS``, or one per processor."""
    asked = os.environ.get("NUMBA_NUM_THREADS", "")
    if asked.isdigit() and int(asked):
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Task:
    """Work that is going on: who takes part, and whether one may still join."""

    def __init__(self, work):
        self.work, self.error = work, None
        self.lock, self.done = threading.Lock(), threading.Lock()
        self.helpers, self.over = 0, False

    def join(self):
        """Take part until there are no jobs left; in a helper thread."""
        with self.lock:
            if self.over:
                return
            self.helpers += 1
            if self.helpers == 1:
                self.done.acquire()
        try:
            self.work()
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
            self.work()
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
            try:
                threading.Thread(target=self._help, name=f"autograd-{k}", daemon=True).start()
            except RuntimeError:  # the system has none left, or Python is about to end
                break

    def _help(self):
        while True:
            self.tasks.get().join()


_pool: list[_Pool] = []


def share(work, jobs: int):
    """Call ``work()`` in as many threads as there are jobs for; it takes jobs until none is left.

    Where compiled code computes, it must release the interpreter lock.
    """
    helpers = min(threads(), jobs) - 1 if jobs > 1 else 0
    if helpers < 1:
        work()
        return
    if not _pool or _pool[0].process != os.getpid():  # a fork has none of the threads
        _pool[:] = [_Pool()]
    task = _Task(work)
    for _ in range(helpers):
        _pool[0].tasks.put(task)
    task.lead()


def share_calls(calls):
    """Call every function once, shared among the threads, under the caller's `numpy.errstate`."""
    todo, settings = collections.deque(calls), {**np.geterr(), "call": np.geterrcall()}

    def work():
        with np.errstate(**settings):
            while True:
                try:
                    call = todo.popleft()
                except IndexError:
                    return
                call()

    share(work, len(todo))
