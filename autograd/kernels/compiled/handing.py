"""A kernel as something that another thread can call: an address of code, and one of arguments.

So helpers go from kernel to kernel without the interpreter lock: see `autograd.kernels.threads`.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from autograd.kernels.compiled.pointers import pointer

ROOM = 512  # int64s for the arguments of a kernel
ANY = ir.IntType(8).as_pointer()
CODE = ir.FunctionType(ir.IntType(64), [ANY])


@intrinsic
def hand_over(typing, kernel, cells, place, args):
    """Put arguments into ``cells`` from ``place`` on: the address of code that takes them there.

    They are not kept alive: whoever calls this waits until nobody uses them.
    """
    given = kernel.get_call_type(typing, tuple(args.types), {})

    def code(context, builder, sig, values):
        items = cgutils.unpack_tuple(builder, values[3])
        kind = ir.LiteralStructType([v.type for v in items])
        if context.get_abi_sizeof(kind) > 8 * ROOM:
            raise TypeError(f"{kernel.dispatcher.py_func.__name__}: more arguments than ROOM")
        start = pointer(context, builder, sig.args[1:], values[1:])
        place = builder.bitcast(start, kind.as_pointer())
        for k, v in enumerate(items):
            builder.store(v, cgutils.gep_inbounds(builder, place, 0, k))
        caller = _caller(context, builder.module, kernel, given, kind)
        return builder.ptrtoint(caller, CODE.return_type)

    return types.int64(kernel, cells, types.intp, args), code


def _caller(context, module, kernel, given, kind):
    """A function that calls the kernel with the arguments it finds; 1 if that raised, else 0."""
    compiled = kernel.dispatcher.get_compile_result(given)
    context.active_code_library.add_linking_library(compiled.library)
    f = ir.Function(module, CODE, module.get_unique_name(f"{compiled.fndesc.mangled_name}.handed"))
    f.linkage = "internal"
    builder = ir.IRBuilder(f.append_basic_block())
    place = builder.bitcast(f.args[0], kind.as_pointer())
    items = [
        builder.load(cgutils.gep_inbounds(builder, place, 0, k)) for k in range(len(kind.elements))
    ]
    callee = context.declare_function(module, compiled.fndesc)
    status, _ = context.call_conv.call_function(
        builder, callee, given.return_type, given.args, items
    )
    builder.ret(builder.zext(status.is_error, CODE.return_type))
    return f


@intrinsic
def call(typing, code, arguments):
    """Call what `hand_over` gave, with the address of the arguments; 1 if it raised, else 0."""

    def generate(context, builder, sig, args):
        f = builder.inttoptr(args[0], CODE.as_pointer())
        return builder.call(f, [builder.inttoptr(args[1], ANY)])

    return types.int64(types.int64, types.int64), generate
