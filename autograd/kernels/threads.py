"""Work shared among threads: whoever is free takes the next job.

The caller starts at once; the other threads join when they come, and nobody waits for one that
the system has not woken: on a busy machine work then takes as long as on fewer processors, not
longer.  What a job computes must not depend on who does it, so results do not depend on the number
of threads.

To wake a thread takes the system 30 to 60 microseconds.  So, with compiled kernels, a helper stays
awake for a moment after its work, unless others need the processor.  It watches a `desk` then,
without the interpreter lock, which takes as long to get as a thread to wake if someone holds it;
and the kernel that lies there it joins without it, too.
"""

import collections
import os
import queue
import threading
import time

import numpy as np

from autograd.kernels import backend, twins
from autograd.kernels.desk import AWAKE, BACK, BELL, DESK

STAY = 1e-3  # seconds that a helper waits for more work before it sleeps
MOMENT = 300e-6  # seconds that the caller waits for the last helper before it sleeps
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
        """Call helpers, take part, then wait for those that have begun; in the caller's thread.

        Ctrl-C waits for them, too: they write into memory that is the caller's again afterwards.
        """
        interrupted = None
        try:
            pool.call(self, helpers)
            self.work(False)
        finally:
            while self.helpers or not self.over:
                try:
                    with self.lock:
                        self.over = True
                    pool.wait_for(self)
                    with self.done:
                        pass
                except BaseException as e:
                    interrupted = e
        if interrupted is not None:
            raise interrupted
        if self.error is not None:
            raise self.error


class _Pool:
    """The helper threads of this process.

    Helpers who were awake, but did not run for a good part of the time, rest for a while, longer
    each time: somebody else needs the processor, and the caller would wait for who waits for it.
    """

    def __init__(self):
        self.tasks, self.desk, self.size = queue.SimpleQueue(), np.zeros(DESK, np.int64), 0
        self.rest, self.rest_until, self.look = REST, 0.0, 0.0
        wanted = threads() > 1 and backend() != "numpy"
        self.compiled = twins("waiting") if wanted else None
        if self.compiled:
            rate = self.compiled.turns_per_second(np.zeros(DESK, np.int64))
            self.stay, self.moment, self.entry = (int(s * rate) for s in (STAY, MOMENT, ENTRY))
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
        self.desk[BELL] += 1

    def wait_for(self, task: _Task):
        """Wait a moment for the helpers of ``task``."""
        while self.compiled:
            heard = int(self.desk[BACK])
            if not task.helpers or not self.compiled.watch(self.desk, BACK, heard, self.moment):
                return

    def look_at_desk(self, helpers: int):
        """Wake so many helpers, less those who are awake, for the kernel that will lie there."""
        for _ in range(helpers - int(self.desk[AWAKE]) - self.tasks.qsize()):
            self.tasks.put(None)
        if (now := time.monotonic()) > self.look:
            self.look = now + LOOK
            self.desk[BELL] += 1

    def resting(self) -> bool:
        """Whether helpers go to sleep after their work."""
        return not self.compiled or time.monotonic() < self.rest_until

    def _help(self):
        awake = ran = 0.0  # while there was work soon; to wait for the interpreter is no loss
        seen = np.zeros(1, np.int64)  # the number of the last kernel that this thread joined
        while True:
            since, before = time.monotonic(), time.thread_time()
            if self._join_soon(seen):
                awake += time.monotonic() - since
                ran += time.thread_time() - before
            elif (task := self.tasks.get()) is not None:
                task.join()
                del task  # what it works on is to be free while this thread waits
            else:
                self._serve(int(self.desk[BELL]), seen, self.moment, True)
            if awake > LOOK:
                lost = ran < (1 - LOST) * awake
                self.rest = min(2 * self.rest, LONGEST_REST) if lost else REST
                if lost:
                    self.rest_until = time.monotonic() + self.rest
                awake = ran = 0.0

    def _join_soon(self, seen) -> bool:
        """Join what is there or comes within a moment; False if nothing does, or at rest."""
        if self.resting():
            return False
        heard = int(self.desk[BELL])
        try:
            task = self.tasks.get_nowait()
        except queue.Empty:
            task = None
        if task is None:
            return self._serve(heard, seen, self.stay, False) != 0
        task.join()
        return True

    def _serve(self, heard, seen, turns, one) -> int:
        """Join kernels, or only ``one``; how many, or -1 if the bell rang since ``heard``."""
        return self.compiled.serve(self.desk, heard, seen, turns, one, self.entry)


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


def _called(jobs: int, light: bool):
    """The pool, and how many of its helpers are to be called; 0 where the caller works alone."""
    if jobs < 2:
        return None, 0
    pool = _helpers()
    return pool, 0 if light and pool.resting() else min(pool.size, jobs - 1)


def share(work, jobs: int, light=False):
    """Call ``work(helping)`` in as many threads as there are jobs for; it takes all that are left.

    ``helping`` is False in the caller's thread.  ``light``: to wake a helper would take about as
    long as the work; so helpers are called unless they rest.
    """
    pool, helpers = _called(jobs, light)
    if helpers:
        _Task(work).lead(pool, helpers)
    else:
        work(False)


def share_kernel(kernel, jobs: int, light=False):
    """Return ``kernel(desk, moment)``, which helpers join on the desk unless the moment is 0.

    It waits so many turns for the last of them before it sleeps.  ``light``: see `share`.
    """
    pool, helpers = _called(jobs, light)
    if not helpers or not pool.compiled:
        return kernel(_nobody, 0)
    pool.look_at_desk(helpers)
    return kernel(pool.desk, pool.moment)


_nobody = np.zeros(DESK, np.int64)


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
