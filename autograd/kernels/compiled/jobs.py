"""Compiled kernels that take jobs: ``kernel(counter, jobs, *args)`` until there is none left."""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from autograd.kernels.threads import share


@intrinsic
def take(typing, counter):
    """``counter[0]++``, of which no two threads see the same value: the number of a job."""

    def code(context, builder, sig, args):
        array = context.make_array(sig.args[0])(context, builder, args[0])
        one = ir.Constant(ir.IntType(64), 1)
        return builder.atomic_rmw("add", array.data, one, "monotonic")

    return types.int64(counter), code


def flat(a):
    """All elements in a row, in memory that may be written to where ``a`` is new."""
    return np.ascontiguousarray(a).reshape(-1)


def run(kernel, jobs: int, *args, light=False):
    """Share the jobs of a compiled kernel among the threads; ``light``: see `share`."""
    counter = np.zeros(1, np.int64)
    share(lambda: kernel(counter, jobs, *args), jobs, light)
