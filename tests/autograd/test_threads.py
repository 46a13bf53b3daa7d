"""Work shared among threads."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from autograd.kernels import threads, twins
from autograd.kernels.desk import AWAKE, BACK, BELL, DESK, GATE, TAKEN


def test_shared_calls_are_called_once_and_errors_reach_the_caller():
    done = []
    threads.share_calls([lambda k=k: done.append(k) for k in range(100)])
    assert sorted(done) == list(range(100))

    def fail():
        raise KeyError("here")

    for _ in range(20):
        with pytest.raises(KeyError, match="here"):
            threads.share_calls([fail] * 8)


def test_no_thread_to_be_had_is_no_error(monkeypatch):
    def none_left(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threads, "_pool", [])
    monkeypatch.setattr(threads, "threads", lambda: 4)
    monkeypatch.setattr(threading.Thread, "start", none_left)
    done = []
    threads.share_calls([lambda k=k: done.append(k) for k in range(10)])
    assert sorted(done) == list(range(10))


def test_the_callers_way_with_floating_point_errors_holds_in_all_threads(monkeypatch):
    monkeypatch.setattr(threads, "_pool", [])
    monkeypatch.setattr(threads, "threads", lambda: 2)
    both, seen = threading.Barrier(2, timeout=60), []

    def job():
        both.wait()
        seen.append(np.geterr())

    with np.errstate(over="raise", invalid="ignore"):
        threads.share_calls([job, job])
        assert seen == [np.geterr()] * 2


@pytest.mark.skipif(os.name == "nt", reason="no signal can be sent to a thread there")
def test_ctrl_c_waits_for_the_helpers_who_have_begun(monkeypatch):
    monkeypatch.setattr(threads, "_pool", [])
    monkeypatch.setattr(threads, "threads", lambda: 2)
    both, done, caller = threading.Barrier(2, timeout=60), [], threading.current_thread()

    def job():
        both.wait()
        if threading.current_thread() is not caller:
            for _ in range(2):
                time.sleep(0.2)  # so that the caller is waiting
                signal.pthread_kill(caller.ident, signal.SIGINT)
            time.sleep(0.2)
            done.append(True)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    try:
        with pytest.raises(KeyboardInterrupt):
            threads.share_calls([job, job])
    finally:
        signal.signal(signal.SIGINT, before)
    assert done


needs_numba = pytest.mark.skipif(
    threads.backend() == "numpy", reason="helpers stay awake in compiled code"
)


@pytest.fixture
def pool(monkeypatch):
    """A pool of its own, with one helper."""
    monkeypatch.setattr(threads, "threads", lambda: 2)
    monkeypatch.setattr(threads, "_pool", [])
    threads.share(lambda _: None, 2)
    return threads._pool[0]


def in_two_threads(light=False):
    """The threads that did two jobs, each of which waits for the other."""
    both, who = threading.Barrier(2, timeout=60), []

    def job():
        both.wait()
        who.append(threading.get_ident())

    threads.share_calls([job, job], light)
    return set(who)


@needs_numba
def test_who_watches_hears_what_changes_and_gives_up_in_silence():
    waiting, desk, seen = twins("waiting"), np.zeros(DESK, np.int64), np.zeros(1, np.int64)
    assert not waiting.watch(desk, BACK, 0, 1000)
    assert waiting.serve(desk, 0, seen, 1000, False, 10) == 0 and desk[BACK] == 1
    assert waiting.watch(desk, BACK, 0, 1000)
    desk[BELL] += 1
    assert waiting.serve(desk, 0, seen, 1000, False, 10) == -1
    assert waiting.serve(desk, 1, seen, 1000, False, 10) == 0 and desk[BACK] == 3
    assert not desk[AWAKE] and not desk[GATE]


@needs_numba
def test_helpers_that_are_awake_take_light_work(pool):
    for _ in range(100):
        pool.rest_until = 0.0
        assert len(in_two_threads(light=True)) == 2


@needs_numba
def test_helpers_that_are_kept_from_running_rest_and_light_work_stays_with_the_caller(
    pool, monkeypatch
):
    monkeypatch.setattr(threads.time, "thread_time", lambda: 0.0)
    monkeypatch.setattr(threads, "REST", 1000.0)
    monkeypatch.setattr(threads, "LONGEST_REST", 1000.0)
    deadline = time.monotonic() + 60
    while not pool.resting():
        assert time.monotonic() < deadline
        threads.share(lambda _: time.sleep(0.002), 2)
    who = []
    threads.share(lambda _: who.append(threading.get_ident()), 2, light=True)
    assert who == [threading.get_ident()]
    assert len(in_two_threads()) == 2  # large work wakes them
    pool.rest_until = 0.0
    assert len(in_two_threads(light=True)) == 2


def test_without_compiled_code_helpers_sleep_and_light_work_stays_with_the_caller(monkeypatch):
    monkeypatch.setattr(threads, "backend", lambda: "numpy")
    monkeypatch.setattr(threads, "threads", lambda: 2)
    monkeypatch.setattr(threads, "_pool", [])
    who = []
    threads.share(lambda _: who.append(threading.get_ident()), 2, light=True)
    assert who == [threading.get_ident()]
    assert len(in_two_threads()) == 2


def marking():
    """A kernel whose jobs count how often they were done."""
    from autograd.kernels.compiled.jobs import shared, take

    @shared
    def kernel(todo, jobs, done):
        job = take(todo)
        while job < jobs:
            done[job] += 1
            job = take(todo)

    return kernel


@needs_numba
def test_every_job_of_a_compiled_kernel_is_done_once(pool):
    from autograd.kernels.compiled.jobs import run

    kernel = marking()
    for repeat in range(100):
        for jobs in range(1, 13):
            done = np.zeros(jobs, np.int64)
            run(kernel, jobs, done, light=repeat % 2 == 0)
            assert np.all(done == 1)


@needs_numba
def test_helpers_join_a_kernel_awake_asleep_and_at_rest(pool):
    from autograd.kernels.compiled.atomics import count, pause, peek
    from autograd.kernels.compiled.jobs import run, shared, take

    @shared
    def kernel(todo, jobs, begun, turns):
        job = take(todo)
        while job < jobs:
            count(begun, 0)
            for _ in range(turns):  # for the other job to begin
                if peek(begun, 0) == jobs:
                    begun[1] += 1
                    break
                pause()
            job = take(todo)

    def helped():
        begun = np.zeros(2, np.int64)
        run(kernel, 2, begun, 1_000_000)
        return begun[1] > 0

    run(kernel, 1, np.zeros(2, np.int64), 1)  # compiles
    for rest in (0.0, 1000.0):
        for asleep in (0.0, 0.005):
            pool.rest_until = time.monotonic() + rest
            time.sleep(asleep)
            assert any(helped() for _ in range(50))  # one that goes to sleep just then does not
    assert not pool.desk[GATE] and not pool.desk[TAKEN]


@needs_numba
def test_an_error_in_a_kernel_reaches_the_caller_whoever_had_it(pool):
    from autograd.kernels.compiled.jobs import run, shared, take

    @shared
    def kernel(todo, jobs, wrong, done):
        job = take(todo)
        while job < jobs:
            if job == wrong:
                raise MemoryError
            done[job] += 1
            job = take(todo)

    for wrong in (0, 1, 7):
        with pytest.raises(MemoryError, match="kernel: no memory"):
            run(kernel, 8, wrong, np.zeros(8, np.int64))
        done = np.zeros(8, np.int64)
        run(kernel, 8, 8, done)
        assert np.all(done == 1)


@needs_numba
def test_a_helper_that_is_late_still_finds_what_it_works_with(pool):
    from autograd.kernels.compiled.atomics import pause
    from autograd.kernels.compiled.jobs import run, shared, take

    @shared
    def kernel(todo, jobs, turns, done):
        job = take(todo)
        while job < jobs:
            for _ in range(turns * todo[2]):  # in a helper
                pause()
            done[job] += 1
            job = take(todo)

    run(kernel, 1, 1, np.zeros(1))  # compiles
    pool.moment = 1  # the caller sleeps at once
    for turns in (0, 1000, 100_000):
        for _ in range(20):
            done = np.zeros(4)
            run(kernel, 4, turns, done)
            assert np.all(done == 1) and not pool.desk[GATE] and not pool.desk[TAKEN]


@needs_numba
def test_calls_to_helpers_who_do_not_come_do_not_pile_up(pool):
    from autograd.kernels.compiled.jobs import run

    kernel, kept = marking(), threading.Event()
    helper = threading.Thread(target=threads.share_calls, args=([kept.wait, kept.wait],))
    helper.start()
    try:
        for _ in range(200):
            run(kernel, 8, np.zeros(8, np.int64))
        assert pool.tasks.qsize() <= 2
    finally:
        kept.set()
        helper.join()


def test_one_thread_alone_loads_nothing_to_wait_with(monkeypatch):
    monkeypatch.setattr(threads, "threads", lambda: 1)
    monkeypatch.setattr(threads, "_pool", [])
    monkeypatch.setattr(threads, "twins", lambda name: pytest.fail(name))
    who = []
    threads.share(lambda _: who.append(threading.get_ident()), 2)
    assert who == [threading.get_ident()]


def test_callers_who_come_at_once_begin_one_pool(monkeypatch):
    begun = []

    class Pool(threads._Pool):
        def __init__(self):
            time.sleep(0.05)
            super().__init__()
            begun.append(self)

    monkeypatch.setattr(threads, "_Pool", Pool)
    monkeypatch.setattr(threads, "_pool", [])
    callers = [threading.Thread(target=threads.share, args=(lambda _: None, 2)) for _ in range(4)]
    for t in callers:
        t.start()
    for t in callers:
        t.join()
    assert len(begun) == 1


FORK = """
import os, signal
import numpy as np
from autograd.kernels import classification, threads

x, labels = np.ones((200, 1000), np.float32), np.zeros(200, int)
for _ in range(5):
    threads.share_calls([lambda: None] * 4)
    child = os.fork()
    if not child:
        signal.alarm(60)
        y = classification.cross_entropy(x, labels)
        os._exit(0 if np.allclose(y, np.log(1000)) else 1)
    assert os.waitpid(child, 0)[1] == 0
"""


@needs_numba
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_right_after_shared_work_computes():
    done = subprocess.run(
        [sys.executable, "-c", FORK],
        env={**os.environ, "NUMBA_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr


@needs_numba
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_while_another_thread_compiles_can_compile():
    code = """if True:
        import os, signal, threading, time
        import autograd.kernels.compiled
        from numba.core.compiler_lock import global_compiler_lock

        begun = threading.Event()

        def compiles():
            with global_compiler_lock:
                begun.set()
                time.sleep(0.3)

        threading.Thread(target=compiles).start()
        begun.wait()
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            with global_compiler_lock:
                os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout == "0\n", done.stderr
