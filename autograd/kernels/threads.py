"""Work shared among threads: whoever is free takes the next job.

The caller starts at once; the other threads join when they come, and nobody waits for one that
the system has not woken: on a busy machine work then takes as long as on fewer processors, not
longer.  What a job computes must not depend on who does it, so results do not depend on the number
of threads.

To wake a thread takes the system 30 to 60 microseconds.  So, with compiled kernels, a helper stays
awake for a moment after its work (`_Bells`), unless others need the processor.
"""

import collections
import os
import queue
import threading
import time

import numpy as np

from autograd.kernels import backend, twins

AWAKE = 1e-3  # seconds that a helper waits for more work before it sleeps
BACK = 300e-6  # seconds that the caller waits for the last helper before it sleeps
ENTRY = 4e-6  # seconds from the bell until the caller, in its first job, leaves the interpreter
LOOK = 10e-3  # seconds awake after which a helper looks how much of them it ran
LOST = 0.2  # the share of them that, lost to others, sends it to rest
REST, LONGEST_REST = 0.02, 2.0  # seconds


def threads() -> int:
    """How many threads are to share work: ``NUMBA_NUM_THREADS``, or one per processor."""
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
            self.work(True)
        except BaseException as e:
            self.error = e
        finally:
            with self.lock:
                self.helpers -= 1
                if not self.helpers:
                    self.done.release()

    def lead(self, pool: "_Pool", helpers: int):
        """Call helpers, take part, then wait for those that have begun; in the caller's thread."""
        try:
            pool.call(self, helpers)
            self.work(False)
        finally:
            with self.lock:
                self.over = True
            try:
                pool.bells.wait_for(self)
            finally:
                with self.done:
                    pass
        if self.error is not None:
            raise self.error


class _Bells:
    """How threads that are awake hear of each other: numbers in memory, that change.

    They look without the interpreter lock, which takes as long to get as a thread to wake if
    someone holds it.  So a helper rings on its way back when it has let go of it, and does not come
    before the caller has: `ENTRY`.
    """

    def __init__(self):
        self.work, self.back = np.zeros(8, np.int64), np.zeros(8, np.int64)  # a cache line each
        wanted = threads() > 1 and backend() != "numpy"
        self.compiled = twins("waiting") if wanted else None
        if self.compiled:
            rate = self.compiled.turns_per_second()
            self.awake, self.moment, self.entry = (int(s * rate) for s in (AWAKE, BACK, ENTRY))

    def wait_for(self, task: _Task):
        """Wait a moment for the helpers of ``task``."""
        while self.compiled:
            heard = int(self.back[0])
            if not task.helpers or not self.compiled.watch(self.back, heard, self.moment, 0):
                return

    def hear(self, heard: int) -> bool:
        """Ring to be back, and wait a moment for a call after number ``heard``."""
        c = self.compiled
        return c.ring_and_watch(self.back, self.work, heard, self.awake, self.entry)


class _Pool:
    """The helper threads of this process.

    Helpers who were awake, but did not run for a good part of the time, rest for a while, longer
    each time: somebody else needs the processor, and the caller would wait for who waits for it.
    """

    def __init__(self):
        self.tasks, self.bells, self.size = queue.SimpleQueue(), _Bells(), 0
        self.rest, self.rest_until = REST, 0.0
        for k in range(threads() - 1):
            try:
                threading.Thread(target=self._help, name=f"autograd-{k}", daemon=True).start()
            except RuntimeError:  # the system has none left, or Python is about to end
                break
            self.size += 1

    def call(self, task: _Task, helpers: int):
        """Ask so many helpers to join a task."""
        for _ in range(helpers):
            self.tasks.put(task)
        self.bells.work[0] += 1

    def resting(self) -> bool:
        """Whether helpers go to sleep after their work."""
        return not self.bells.compiled or time.monotonic() < self.rest_until

    def _help(self):
        awake = ran = 0.0  # while there was work soon; to wait for the interpreter is no loss
        while True:
            since, before = time.monotonic(), time.thread_time()
            if self._join_soon():
                awake += time.monotonic() - since
                ran += time.thread_time() - before
            else:
                task = self.tasks.get()
                task.join()
                del task  # what it works on is to be free while this thread waits
            if awake > LOOK:
                lost = ran < (1 - LOST) * awake
                self.rest = min(2 * self.rest, LONGEST_REST) if lost else REST
                if lost:
                    self.rest_until = time.monotonic() + self.rest
                awake = ran = 0.0

    def _join_soon(self) -> bool:
        """Join a task that is there or comes within a moment; False if none does, or at rest."""
        while not self.resting():
            call = int(self.bells.work[0])
            try:
                task = self.tasks.get_nowait()
            except queue.Empty:
                if not self.bells.hear(call):
                    return False
            else:
                task.join()
                return True
        return False


_pool: list[_Pool] = []
_beginning = threading.Lock()


def _helpers() -> _Pool:
    """The pool, begun once."""
    if not _pool:
        with _beginning:
            if not _pool:
                _pool.append(_Pool())
    return _pool[0]


def _forked():
    """A forked process has none of the threads."""
    global _beginning
    _beginning = threading.Lock()
    _pool.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def share(work, jobs: int, light=False):
    """Call ``work(helping)`` in as many threads as there are jobs for; it takes all that are left.

    ``helping`` is False in the caller's thread.  Where compiled code computes, it must release the
    interpreter lock.  ``light``: to wake a helper would take about as long as the work; so helpers
    are called unless they rest.
    """
    if jobs > 1:
        pool = _helpers()
        helpers = min(pool.size, jobs - 1)
        if helpers and not (light and pool.resting()):
            _Task(work).lead(pool, helpers)
            return
    work(False)


def share_calls(calls, light=False):
    """Call every function once, shared among the threads, under the caller's `numpy.errstate`."""
    todo, settings = collections.deque(calls), {**np.geterr(), "call": np.geterrcall()}

    def work(helping):
        if helping:
            with np.errstate(**settings):
                run()
        else:
            run()

    def run():
        while True:
            try:
                call = todo.popleft()
            except IndexError:
                return
            call()

    share(work, len(todo), light)
