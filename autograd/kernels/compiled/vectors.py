"""Vector registers in numba: the widest floating vectors of this processor, as values.

``v = load(a, i)`` takes ``lanes(a.itemsize)`` elements of the flat array ``a`` from place ``i`` on,
``store(a, i, v)`` puts them back, ``fma(u, v, w)`` is u v + w, ``splat(s)`` a scalar in every lane.
The number of lanes goes to every kernel as its argument ``V``.
Nothing checks bounds.
"""

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model

from autograd.kernels.compiled.pointers import pointer

BYTES = 64 if llvm.get_host_cpu_features().get("avx512f") else 32
# of e^x: see `exp_below_one`
LOG2E, LN2 = 1.44269504088896341, (0.693359375, -2.12194440e-4)
SHIFT = 12582912.0  # 1.5 · 2²³: a sum with it has no fraction
EXP = 1.3814222e-3, 8.3688987e-3, 4.16684057e-2, 1.66665191e-1, 4.99999933e-1
NOWHERE = -(2.0**-99) - 2.0**-122  # as good as 0, and in no image


def lanes(itemsize: int) -> int:
    """Elements of a vector."""
    return BYTES // itemsize


class Vector(types.Type):
    """The type of a vector of floats or doubles."""

    def __init__(self, scalar):
        self.scalar, self.lanes = scalar, lanes(scalar.bitwidth // 8)
        super().__init__(name=f"Vector({scalar} x {self.lanes})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, vector):
        scalar = ir.FloatType() if vector.scalar.bitwidth == 32 else ir.DoubleType()
        super().__init__(manager, vector, ir.VectorType(scalar, vector.lanes))


def place_of(context, builder, kinds, args, vector):
    """Where ``args[0][args[1]]`` lies, as a pointer to a vector; ``kinds``: their types."""
    return builder.bitcast(pointer(context, builder, kinds, args), vector.as_pointer())


@intrinsic
def load(typing, array, place):
    """The vector at a place of a flat array."""
    vector = Vector(array.dtype)

    def code(context, builder, sig, args):
        v = builder.load(place_of(context, builder, sig.args, args, context.get_value_type(vector)))
        v.align = _bytes(array)
        return v

    return vector(array, types.intp), code


@intrinsic
def store(typing, array, place, vector):
    """Put a vector at a place of a flat array."""

    def code(context, builder, sig, args):
        s = builder.store(args[2], place_of(context, builder, sig.args, args, args[2].type))
        s.align = _bytes(array)
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), code


@intrinsic
def load_inside(typing, array, row, at, wide, other):
    """The elements from ``at`` on of a row, which has ``wide`` from place ``row`` of a flat array.

    In lanes before or behind the row, ``other``'s.  Fast where the memory around it has been
    touched before.
    """
    vector = Vector(array.dtype)

    def code(context, builder, sig, args):
        kind = context.get_value_type(vector)
        at = place_of(context, builder, sig.args, [args[0], builder.add(args[1], args[2])], kind)
        numbers = ir.VectorType(ir.IntType(32), vector.lanes)
        first, wide = (
            _everywhere(builder, numbers, builder.trunc(a, numbers.element)) for a in args[2:4]
        )
        places = builder.add(ir.Constant(numbers, list(range(vector.lanes))), first)
        some = builder.icmp_unsigned("<", places, wide)
        given = [at, numbers.element(_bytes(array)), some, args[4]]
        scalar = f"v{vector.lanes}f{vector.scalar.bitwidth}"
        takes = ir.FunctionType(kind, [a.type for a in given])
        name = f"llvm.masked.load.{scalar}.p0{scalar}"
        return builder.call(cgutils.get_or_insert_function(builder.module, takes, name), given)

    return vector(array, types.intp, types.intp, types.intp, vector), code


@intrinsic
def store_some(typing, array, place, count, vector):
    """Put the first ``count`` lanes, fewer than all, at a place of a flat array.

    In halves, quarters, ..., as many as there are.  One store with a mask takes 10 microseconds and
    more where its idle lanes lie in memory that has not been touched yet.
    """

    def code(context, builder, sig, args):
        count, v = args[2:]
        some = builder.select(builder.icmp_signed(">", count, count.type(0)), count, count.type(0))
        at, rest = (cgutils.alloca_once_value(builder, x) for x in (args[1], v))
        half = vector.lanes // 2
        while half:
            present = builder.and_(some, count.type(half))
            with builder.if_then(builder.icmp_signed("!=", present, count.type(0))):
                u, kind = builder.load(rest), ir.VectorType(v.type.element, half)
                given = [args[0], builder.load(at)]
                to = place_of(context, builder, sig.args, given, kind)
                builder.store(_lanes(builder, u, range(half)), to).align = _bytes(array)
                left = [min(k + half, vector.lanes - 1) for k in range(vector.lanes)]
                builder.store(_lanes(builder, u, left), rest)
                builder.store(builder.add(given[1], count.type(half)), at)
            half //= 2
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, vector), code


def _lanes(builder, v, places):
    """The lanes of ``v`` at these places."""
    places = list(places)
    return builder.shuffle_vector(
        v, v, ir.Constant(ir.VectorType(ir.IntType(32), len(places)), places)
    )


def _bytes(array):
    return array.dtype.bitwidth // 8


@intrinsic
def in_order(typing):
    """Instructions on memory stay before or behind this, where vectors have 32 bytes.

    There are 16 registers for those.  A tile of sums needs all of them, and what the compiler
    would read early, to save time, must not push sums out to memory.
    """

    def code(context, builder, sig, args):
        if BYTES == 32:
            nothing = ir.FunctionType(ir.VoidType(), [])
            builder.call(ir.InlineAsm(nothing, "", "~{memory}", side_effect=True), [])
        return context.get_dummy_value()

    return types.void(), code


@intrinsic
def zeros(typing, array):
    """A vector of zeros of an array's dtype."""
    vector = Vector(array.dtype)

    def code(context, builder, sig, args):
        return ir.Constant(context.get_value_type(vector), None)

    return vector(array), code


@intrinsic
def splat(typing, scalar):
    """A scalar in every lane."""
    vector = Vector(scalar)

    def code(context, builder, sig, args):
        return _everywhere(builder, context.get_value_type(vector), args[0])

    return vector(scalar), code


@intrinsic
def splat_as(typing, vector, number):
    """A double, rounded, in every lane of such a vector."""

    def code(context, builder, sig, args):
        kind = args[0].type
        s = args[1] if kind.element == args[1].type else builder.fptrunc(args[1], kind.element)
        return _everywhere(builder, kind, s)

    return vector(vector, types.float64), code


@intrinsic
def splat_of(typing, array, place):
    """The element at a place of a flat array in every lane."""
    vector = Vector(array.dtype)

    def code(context, builder, sig, args):
        s = builder.load(pointer(context, builder, sig.args, args))
        return _everywhere(builder, context.get_value_type(vector), s)

    return vector(array, types.intp), code


def _everywhere(builder, kind, scalar):
    index = ir.IntType(32)
    empty = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(empty, scalar, ir.Constant(index, 0))
    return builder.shuffle_vector(first, empty, ir.Constant(ir.VectorType(index, kind.count), None))


def _operation(name):
    """An intrinsic of two vectors, lane by lane: an instruction of LLVM."""

    @intrinsic
    def operation(typing, u, v):
        def code(context, builder, sig, args):
            return getattr(builder, name)(*args)

        return u(u, v), code

    return operation


add, sub, mul, div = map(_operation, ("fadd", "fsub", "fmul", "fdiv"))


@intrinsic
def fma(typing, u, v, w):
    """u v + w, rounded once."""

    def code(context, builder, sig, args):
        return _fused(builder, u, args)

    return u(u, v, w), code


def _fused(builder, vector, args):
    """LLVM's u v + w."""
    kind, name = args[0].type, f"llvm.fma.v{vector.lanes}f{vector.scalar.bitwidth}"
    f = cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind] * 3), name)
    return builder.call(f, args)


@intrinsic
def exp_below_one(typing, x):
    """e^x of floats x <= 0, to about 1e-7 relative; 0 below e^-87.7, where numbers lose digits.

    x = n ln 2 + r, where ln 2 is split in two, as in the Cephes library's expf (Moshier), so that r
    is exact; e^r = 1 + r + r² p(r), where p is the polynomial of degree 4 with the least relative
    error for |r| <= ln 2 / 2, which is 3e-9.
    """

    def code(context, builder, sig, args):
        kind, integers = args[0].type, ir.VectorType(ir.IntType(32), x.lanes)

        def same(number, kind=kind):
            return ir.Constant(kind, [number] * x.lanes)

        def times_plus(u, v, w):
            return _fused(builder, x, [u, v, w])

        least, shift = same(-88.0), same(SHIFT)
        v = builder.select(builder.fcmp_ordered("<", args[0], least), least, args[0])
        whole = times_plus(v, same(LOG2E), shift)  # its last bits are n
        n = builder.fsub(whole, shift)
        r = times_plus(n, same(-LN2[1]), times_plus(n, same(-LN2[0]), v))
        p = same(EXP[0])
        for c in EXP[1:]:
            p = times_plus(p, r, same(c))
        p = builder.fadd(times_plus(p, builder.fmul(r, r), r), same(1.0))
        # 2ⁿ has n + 127 in its exponent: -127, the least that n can be, makes it 0
        power = builder.shl(builder.bitcast(whole, integers), same(23, integers))
        power = builder.add(power, same(127 << 23, integers))
        return builder.fmul(p, builder.bitcast(power, kind))

    return x(x), code


@intrinsic
def highest(typing, u):
    """The largest of the lanes; where one is NaN, any of them."""

    def code(context, builder, sig, args):
        v, n = args[0], u.lanes
        while n > 1:
            n //= 2
            low, high = _lanes(builder, v, range(n)), _lanes(builder, v, range(n, 2 * n))
            v = builder.select(builder.fcmp_ordered(">", low, high), low, high)
        return builder.extract_element(v, ir.Constant(ir.IntType(32), 0))

    return u.scalar(u), code


@intrinsic
def total(typing, u):
    """The sum of the lanes."""

    def code(context, builder, sig, args):
        kind = args[0].type
        name = f"llvm.vector.reduce.fadd.v{u.lanes}f{u.scalar.bitwidth}"
        f = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind.element, [kind.element, kind]), name
        )
        return builder.call(f, [ir.Constant(kind.element, 0.0), args[0]], fastmath=("reassoc",))

    return u.scalar(u), code


@intrinsic
def maximum(typing, u, v):
    """The larger of two vectors, lane by lane; v where u is NaN."""

    def code(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered(">", args[0], args[1]), args[0], args[1])

    return u(u, v), code


@intrinsic
def largest(typing, u, v):
    """The larger of two vectors, lane by lane; NaN where there is one."""

    def code(context, builder, sig, args):
        larger = builder.fcmp_ordered(">", args[0], args[1])
        either = builder.or_(larger, builder.fcmp_unordered("uno", args[0], args[0]))
        return builder.select(either, args[0], args[1])

    return u(u, v), code


@intrinsic
def tops(typing, top):
    """The largest elements ``top`` as `where_top` takes them.

    NaN, that no element equals, is a number there that no element is, either.
    """

    def code(context, builder, sig, args):
        nowhere = ir.Constant(args[0].type, [NOWHERE] * top.lanes)
        found = builder.fcmp_ordered("ord", args[0], args[0])
        return builder.select(found, args[0], nowhere)

    return top(top), code


def _at_top(builder, x, top):
    """Per lane: whether x is the largest element, one of `tops`; a NaN is."""
    return builder.fcmp_unordered("==", x, top)


@intrinsic
def where_top(typing, g, x, top):
    """G where x is the largest element, one of `tops`, else 0."""

    def code(context, builder, sig, args):
        return builder.select(
            _at_top(builder, args[1], args[2]), args[0], ir.Constant(args[0].type, None)
        )

    return g(g, x, top), code


@intrinsic
def where_below(typing, g, x, top):
    """0 where x is the largest element, one of `tops`, else g."""

    def code(context, builder, sig, args):
        return builder.select(
            _at_top(builder, args[1], args[2]), ir.Constant(args[0].type, None), args[0]
        )

    return g(g, x, top), code
