"""Waiting without sleep: a thread that the system has to wake comes 30 to 60 microseconds late.

The interpreter lock is free meanwhile.
"""

import platform
import time

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import take

X86 = platform.machine().lower() in ("x86_64", "amd64", "i686")


@intrinsic
def peek(typing, cell):
    """``cell[0]`` as it is in memory now."""

    def code(context, builder, sig, args):
        array = context.make_array(sig.args[0])(context, builder, args[0])
        return builder.load_atomic(array.data, "acquire", 8)

    return types.int64(cell), code


@intrinsic
def pause(typing):
    """Tell the processor that this is a loop that waits."""

    def code(context, builder, sig, args):
        if X86:
            kind = ir.FunctionType(ir.VoidType(), [])
            name = "llvm.x86.sse2.pause"
            builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [])
        return context.get_dummy_value()

    return types.void(), code


def turns_per_second() -> float:
    """How many turns of `watch` take a second."""
    cell = np.zeros(1, np.int64)
    watch(cell, 0, 1, 0)
    start = time.perf_counter()
    watch(cell, 0, 4000, 0)
    return 4000 / (time.perf_counter() - start)


@jit
def watch(cell, seen, turns, late):
    """Wait until ``cell[0]`` is not ``seen``, then ``late`` turns more; whether it ever came."""
    for _ in range(turns):
        if peek(cell) != seen:
            for _ in range(late):
                pause()
            return True
        pause()
    return False


@jit
def ring_and_watch(out, cell, seen, turns, late):
    """`watch`, after telling those who watch ``out`` that this thread has left the interpreter."""
    take(out)
    return watch(cell, seen, turns, late)
