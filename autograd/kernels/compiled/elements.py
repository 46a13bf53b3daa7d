"""NumPy's functions, of one number: what `formulas` puts in their place.

They have no branch and call no library, so that LLVM makes vector instructions of a loop over them.
Those named in `SINGLE` are for float32.
"""

import math

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy import float32, int32

from autograd.kernels import special
from autograd.kernels.compiled import recurrent_steps, vectors

SINGLE = {"pi", "exp", "expm1", "logaddexp", "tanh", "sigmoid", "erfc"}


def inline(f):
    """Compile ``f`` as a part of what calls it."""
    return njit(nogil=True, error_model="numpy", forceinline=True)(f)


@intrinsic
def fma(typing, u, v, w):
    """u v + w of floats, rounded once."""

    def code(context, builder, sig, args):
        kind = ir.FunctionType(ir.FloatType(), [ir.FloatType()] * 3)
        f = cgutils.get_or_insert_function(builder.module, kind, "llvm.fma.f32")
        return builder.call(f, args)

    return types.float32(*[types.float32] * 3), code


@intrinsic
def bits(typing, x):
    """The bits of a float, as an integer."""

    def code(context, builder, sig, args):
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), code


@intrinsic
def from_bits(typing, n):
    """The float of these bits."""

    def code(context, builder, sig, args):
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), code


@inline
def where(condition, a, b):
    """A where the condition holds, else b."""
    return a if condition else b


@inline
def minimum(a, b):
    """The smaller one; NaN where there is one."""
    return a if (a < b) | (a != a) else b


@inline
def maximum(a, b):
    """The larger one; NaN where there is one."""
    return a if (a > b) | (a != a) else b


@inline
def clip(x, low, high):
    """``x`` within bounds."""
    return minimum(maximum(x, low), high)


@inline
def fabs(x):
    """The size of x."""
    return math.fabs(x)


@inline
def sqrt(x):
    """The root of x."""
    return math.sqrt(x)


pi = float32(math.pi)
ONE, TWO, HALF = float32(1), float32(2), float32(0.5)  # a plain 1.0 would make it all float64
LOG2E, SHIFT = float32(vectors.LOG2E), float32(vectors.SHIFT)
SHIFTED, BIAS, MANTISSA = int32(0x4B400000), int32(127), int32(23)
LN2, EXP = tuple(map(float32, vectors.LN2)), tuple(map(float32, vectors.EXP))
LOW, HIGH = float32(-104), float32(89)  # beyond them e^x is 0 and infinite
ATANH = tuple(map(float32, (0.140891674, 0.139803017, 0.200124551, 0.333331573, 1.0)))
FAR = float32(12)  # erfc beyond it is 0
ERFC = tuple(map(float32, special.SINGLE))


@inline
def _parts(x):
    """e^x = (1 + q) a b, with a and b powers of 2.

    As `vectors.exp_below_one`: x = n ln 2 + r, and q = e^r - 1 to 1e-7.  2ⁿ is two factors, because
    it may be more, or less, than a float.
    """
    x = LOW if x < LOW else x
    x = HIGH if x > HIGH else x
    whole = fma(x, LOG2E, SHIFT)
    n = whole - SHIFT
    r = fma(-n, LN2[1], fma(-n, LN2[0], x))
    p = EXP[0]
    for c in EXP[1:]:
        p = fma(p, r, c)
    k = bits(whole) - SHIFTED
    half = k >> int32(1)
    a, b = from_bits((half + BIAS) << MANTISSA), from_bits((k - half + BIAS) << MANTISSA)
    return fma(p, r * r, r), a, b


@inline
def exp(x):
    """e^x, to 1e-7 relative."""
    q, a, b = _parts(x)
    return (q + ONE) * a * b


@inline
def expm1(x):
    """e^x - 1, to 1e-7 relative."""
    q, a, b = _parts(x)
    return fma(q * a, b, a * b - ONE)


@inline
def logaddexp(a, b):
    """log(e^a + e^b).

    log(1 + e) = 2 artanh(e / (2 + e)), and artanh(s) / s is the polynomial of degree 4 in s² with
    the least relative error for 0 <= s <= 1/3, which is 4e-9.
    """
    e = exp(-fabs(a - b)) if a != b else ONE  # two equal infinities have no difference
    s = e / (TWO + e)
    p = ATANH[0]
    for c in ATANH[1:]:
        p = fma(p, s * s, c)
    return maximum(a, b) + TWO * s * p


@inline
def tanh(x):
    """See `recurrent_steps`."""
    return recurrent_steps.tanh(x)


@inline
def sigmoid(x):
    """1 / (1 + e^-x)."""
    e = exp(-fabs(x))
    return (e if x < 0 else ONE) / (ONE + e)


@inline
def erfc(x):
    """See `autograd.kernels.special`."""
    x = -FAR if x < -FAR else x
    x = FAR if x > FAR else x
    square = x * x
    e = exp(-square)
    e -= e * fma(x, x, -square)  # what the square was rounded by
    t = ONE / fma(fabs(x), HALF, ONE)
    p = ERFC[0]
    for c in ERFC[1:]:
        p = fma(p, t, c)
    p = p * t * e
    return TWO - p if x < 0 else p
