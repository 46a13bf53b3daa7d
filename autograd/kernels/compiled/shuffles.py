"""Lanes of vectors moved: copies of short runs, vectors of neighbours, transposed squares."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.vectors import Vector, place_of


def _copier(count):
    """An intrinsic: ``target[q : q + count] = source[p : p + count]`` of flat arrays."""

    @intrinsic
    def copy(typing, target, q, source, p):
        def code(context, builder, sig, args):
            scalar = context.get_value_type(target.dtype)
            kind = ir.VectorType(scalar, count) if count > 1 else scalar
            to = place_of(context, builder, (sig.args[0],), args[:2], kind)
            v = builder.load(place_of(context, builder, (sig.args[2],), args[2:], kind))
            s = builder.store(v, to)
            v.align = s.align = target.dtype.bitwidth // 8
            return context.get_dummy_value()

        return types.void(target, types.intp, source, types.intp), code

    return copy


copy1, copy2, copy4, copy8 = map(_copier, (1, 2, 4, 8))


@jit
def copy_row(target, q, source, p, n):
    """``target[q : q + n] = source[p : p + n]``: rows are short, and loops over them slow."""
    end = q + n // 8 * 8
    while q < end:
        copy8(target, q, source, p)
        q, p = q + 8, p + 8
    if n & 4:
        copy4(target, q, source, p)
        q, p = q + 4, p + 4
    if n & 2:
        copy2(target, q, source, p)
        q, p = q + 2, p + 2
    if n & 1:
        copy1(target, q, source, p)


def _shuffler(places):
    """An intrinsic of two vectors u, v: the lanes of u followed by those of v, at ``places(n)``."""

    @intrinsic
    def shuffle(typing, u, v):
        def code(context, builder, sig, args):
            mask = ir.Constant(ir.VectorType(ir.IntType(32), u.lanes), places(u.lanes))
            return builder.shuffle_vector(args[0], args[1], mask)

        return u(u, v), code

    return shuffle


evens = _shuffler(lambda n: list(range(0, 2 * n, 2)))  # of 2n neighbours, every second
odds = _shuffler(lambda n: list(range(1, 2 * n, 2)))
zip_low = _shuffler(lambda n: _zipped(n, 0))  # the inverse of both
zip_high = _shuffler(lambda n: _zipped(n, n))


def _zipped(n, first):
    """Places, from the ``first`` on, of two vectors' lanes in turn."""
    return [k // 2 + k % 2 * n for k in range(first, first + n)]


def _further(far):
    """Of v, which comes after u: as many lanes further on, after the last ones of u."""
    return _shuffler(lambda n: list(range(n - min(far, n), 2 * n - min(far, n))))


further1, further2, further4, further8 = map(_further, (1, 2, 4, 8))


@intrinsic
def pairs(typing, u, v):
    """The sums of two neighbours each: those of u, then those of v."""

    def code(context, builder, sig, args):
        n = 2 * u.lanes
        kind = ir.VectorType(ir.IntType(32), u.lanes)
        halves = (ir.Constant(kind, list(range(first, n, 2))) for first in (0, 1))
        return builder.fadd(*(builder.shuffle_vector(*args, half) for half in halves))

    return u(u, v), code


@intrinsic
def transpose(typing, target, q, wide, source, p, row):
    """``target[q + wide i + j] = source[p + row j + i]`` for a square, a vector's lanes wide."""
    vector = Vector(source.dtype)

    def code(context, builder, sig, args):
        n, kind = vector.lanes, context.get_value_type(vector)
        numbers = sig.args[1]
        mask = ir.VectorType(ir.IntType(32), n)

        def place(array, start, step, k):
            far = builder.mul(args[step], context.get_constant(numbers, k))
            at = [args[array], builder.add(args[start], far)]
            return place_of(context, builder, (sig.args[array],), at, kind)

        def zipped(u, v, first):
            return builder.shuffle_vector(u, v, ir.Constant(mask, _zipped(n, first)))

        rows = [builder.load(place(3, 4, 5, k)) for k in range(n)]
        for v in rows:
            v.align = source.dtype.bitwidth // 8
        for _ in range(n.bit_length() - 1):  # to interleave the two halves of all, so often
            halves = list(zip(rows[: n // 2], rows[n // 2 :], strict=True))
            rows = [zipped(u, v, first) for u, v in halves for first in (0, n)]
        for k, v in enumerate(rows):
            builder.store(v, place(0, 1, 2, k)).align = source.dtype.bitwidth // 8
        return context.get_dummy_value()

    intp = types.intp
    return types.void(target, intp, intp, source, intp, intp), code
