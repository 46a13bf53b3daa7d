"""Numbers in memory that several threads change and look at, in arrays of int64."""

import os
import platform

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from autograd.kernels.compiled.pointers import pointer

X86 = platform.machine().lower() in ("x86_64", "amd64", "i686")


@intrinsic
def count(typing, cells, place):
    """``cells[place]++``, of which no two threads see the same value."""

    def code(context, builder, sig, args):
        one, place = ir.Constant(ir.IntType(64), 1), pointer(context, builder, sig.args, args)
        return builder.atomic_rmw("add", place, one, "monotonic")

    return types.int64(cells, types.intp), code


@intrinsic
def plus(typing, cells, place, n):
    """``cells[place] += n``; what it was.  Who sees it also sees what this thread wrote before."""

    def code(context, builder, sig, args):
        place = pointer(context, builder, sig.args, args)
        return builder.atomic_rmw("add", place, args[2], "seq_cst")

    return types.int64(cells, types.intp, types.int64), code


@intrinsic
def peek(typing, cells, place):
    """``cells[place]`` as it is now, and what was written before it became so."""

    def code(context, builder, sig, args):
        return builder.load_atomic(pointer(context, builder, sig.args, args), "acquire", 8)

    return types.int64(cells, types.intp), code


@intrinsic
def pause(typing):
    """Tell the processor that this is a loop that waits, where there is a way to."""

    def code(context, builder, sig, args):
        if X86:
            kind = ir.FunctionType(ir.VoidType(), [])
            name = "llvm.x86.sse2.pause"
            builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [])
        return context.get_dummy_value()

    return types.void(), code


@intrinsic
def nap(typing):
    """Sleep for some 50 microseconds, where the system has a call for it that needs no library."""

    def code(context, builder, sig, args):
        if os.name == "posix":
            kind = ir.FunctionType(ir.IntType(32), [ir.IntType(32)])
            usleep = cgutils.get_or_insert_function(builder.module, kind, "usleep")
            builder.call(usleep, [ir.Constant(ir.IntType(32), 50)])
        return context.get_dummy_value()

    return types.void(), code
