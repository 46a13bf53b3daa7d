"""Numbers in memory that several threads change and look at: arrays of int64, by their first."""

import platform

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

X86 = platform.machine().lower() in ("x86_64", "amd64", "i686")


@intrinsic
def count(typing, cell):
    """``cell[0]++``, of which no two threads see the same value."""

    def code(context, builder, sig, args):
        array = context.make_array(sig.args[0])(context, builder, args[0])
        one = ir.Constant(ir.IntType(64), 1)
        return builder.atomic_rmw("add", array.data, one, "monotonic")

    return types.int64(cell), code


@intrinsic
def peek(typing, cell):
    """``cell[0]`` as it is now."""

    def code(context, builder, sig, args):
        array = context.make_array(sig.args[0])(context, builder, args[0])
        return builder.load_atomic(array.data, "monotonic", 8)

    return types.int64(cell), code


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
