"""Work shared among threads."""

import threading

import numpy as np
import pytest

from autograd.kernels import threads


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
