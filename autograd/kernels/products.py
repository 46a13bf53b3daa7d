"""The matrix product by NumPy's BLAS, in threads that wait for nobody.

The threads of BLAS share a product evenly and wait, busily, for the last of them: with another
process on one of the processors a product can take tens of times as long.  So BLAS computes in one
thread here, and large products are parted among the threads of `autograd.kernels.threads`.  Most of
those that layers need, whose batches are thin, have a compiled kernel.
"""

import functools
import os
import threading

import numpy as np

from autograd.kernels import backend, compilable
from autograd.kernels.threads import share_calls

ALONE, ALONE_VECTOR = 200_000, 20_000  # multiply-adds up to which BLAS takes one thread by itself
PARTED = 2_000_000  # multiply-adds from which threads that are awake pay
WAKING = 30_000_000  # and from which they repay waking them
PARTS = 8  # at most; never by the number of threads, because the bits depend on the parts


@functools.cache
def _libraries():
    """The BLAS libraries in this process; none where threadpoolctl (the extra fast) is missing."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return []
    return [lib for lib in ThreadpoolController().lib_controllers if lib.user_api == "blas"]


class _OneThread:
    """``with one_thread:`` BLAS computes in the thread that calls it.

    The number of its threads is the whole process's: the first who comes in notes it, and the last
    who goes out, of all threads, puts it back.
    """

    def __init__(self):
        self.lock, self.inside, self.before = threading.Lock(), 0, []

    def __enter__(self):
        with self.lock:
            if not self.inside:
                used = _libraries() if backend() != "numpy" else []
                self.before = [(lib, lib.get_num_threads()) for lib in used]
                for lib, _ in self.before:
                    lib.set_num_threads(1)
            self.inside += 1

    def __exit__(self, *exc):
        with self.lock:
            self.inside -= 1
            if not self.inside:
                self.restore()

    def restore(self):
        """Give BLAS the threads that it had."""
        for lib, n in self.before:
            lib.set_num_threads(n)


one_thread = _OneThread()


def _forked():
    """In a forked process those who were inside are not there to go out."""
    inside, one_thread.inside, one_thread.lock = one_thread.inside, 0, threading.Lock()
    if inside:
        one_thread.restore()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


@compilable(lambda a, b: a.size * b.shape[-1])
def matmul(a, b):
    """``a @ b``; b has two axes or more."""
    if type(a) is not np.ndarray or type(b) is not np.ndarray or a.ndim < 2:
        return np.matmul(a, b)
    work = max(a.size * b.shape[-1], b.size * a.shape[-2])
    small = ALONE if a.ndim == b.ndim == 2 and min(len(a), b.shape[1]) > 1 else ALONE_VECTOR
    fits = a.shape[-1] == b.shape[-2]
    if not work or work < small or not fits or backend() == "numpy" or not _libraries():
        return np.matmul(a, b)
    if a.ndim > b.ndim == 2:
        y = matmul(a.reshape(-1, a.shape[-1]), b)
        return y.reshape(*a.shape[:-1], b.shape[1])
    with one_thread:
        if work < PARTED:
            return np.matmul(a, b)
        if a.ndim == b.ndim == 2:
            y, calls = _parts(a, b, min(PARTS, max(2, work // 16_000_000)))
        else:
            y, calls = _batches(a, b)
        share_calls(calls, light=work < WAKING)
        return y


def _parts(a, b, parts):
    """The product of two matrices, and the calls that fill it: the longer side is parted."""
    y = np.empty((len(a), b.shape[1]), np.result_type(a, b))
    if b.shape[1] > len(a):
        places = _places(b.shape[1], parts)
        return y, [functools.partial(np.matmul, a, b[:, p], out=y[:, p]) for p in places]
    return y, [functools.partial(np.matmul, a[p], b, out=y[p]) for p in _places(len(a), parts)]


def _batches(a, b):
    """The products of many matrices, and the calls that fill them: the longest axis is parted."""
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    y = np.empty((*lead, a.shape[-2], b.shape[-1]), np.result_type(a, b))
    longest = lead.index(max(lead))
    a, b = (np.broadcast_to(v, (*lead, *v.shape[-2:])) for v in (a, b))
    a, b, out = (np.moveaxis(v, longest, 0) for v in (a, b, y))
    places = _places(len(out), PARTS)
    return y, [functools.partial(np.matmul, a[p], b[p], out=out[p]) for p in places]


def _places(size, parts):
    parts = min(parts, size)
    return [slice(k * size // parts, (k + 1) * size // parts) for k in range(parts)]
