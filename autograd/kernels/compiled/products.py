"""The matrix product by NumPy's BLAS, one thread of it each, in threads that wait for nobody.

The threads of BLAS itself share the work evenly and wait for the last of them: with another process
on one of the processors a product takes tens of times as long.
"""

import contextlib
import functools

import numpy as np
from threadpoolctl import ThreadpoolController

from autograd.kernels.threads import share_calls, threads


@functools.cache
def _libraries():
    return [lib for lib in ThreadpoolController().lib_controllers if lib.user_api == "blas"]


@contextlib.contextmanager
def _one_thread():
    """BLAS computes in the thread that calls it."""
    before = [lib.get_num_threads() for lib in _libraries()]
    for lib in _libraries():
        lib.set_num_threads(1)
    try:
        yield
    finally:
        for lib, n in zip(_libraries(), before, strict=True):
            lib.set_num_threads(n)


def matmul(a, b):
    """See `autograd.kernels.products.matmul`."""
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        return NotImplemented
    y = np.empty((a.shape[0], b.shape[1]), a.dtype)
    axis = int(b.shape[1] > a.shape[0])  # the longer side is parted
    size, parts = y.shape[axis], min(2 * threads(), y.shape[axis])
    places = [slice(k * size // parts, (k + 1) * size // parts) for k in range(parts)]
    if axis:
        calls = [functools.partial(np.matmul, a, b[:, p], out=y[:, p]) for p in places]
    else:
        calls = [functools.partial(np.matmul, a[p], b, out=y[p]) for p in places]
    with _one_thread():
        share_calls(calls)
    return y
