"""Functions of one array, element by element: y = f(x), and dL/dx = g f'(x)."""

import math

import numpy as np

from autograd.kernels import special
from autograd.kernels.elementwise import fast
from autograd.ops.arithmetic import floor_divide, remainder
from autograd.ops.complex_numbers import is_complex, parts
from autograd.ops.register import instead_of, listed, ufunc
from autograd.primitive import primitive
from autograd.tensor import UFUNCS, Tensor

exp = ufunc(np.exp, x=lambda g, y: g * y)
exp2 = ufunc(np.exp2, x=lambda g, y: g * y * np.log(2))
expm1 = ufunc(np.expm1, x=lambda g, y: g * (y + 1))
log = ufunc(np.log, x=lambda g, x: g / x)
log2 = ufunc(np.log2, x=lambda g, x: g / x / np.log(2))
log10 = ufunc(np.log10, x=lambda g, x: g / x / np.log(10))
log1p = ufunc(np.log1p, x=lambda g, x: g / (1 + x))
sqrt = ufunc(np.sqrt, x=lambda g, y: g / (2 * y))
cbrt = ufunc(np.cbrt, x=lambda g, y: g / (3 * y * y))
square = ufunc(np.square, x=lambda g, x: g * 2 * x)
reciprocal = ufunc(np.reciprocal, x=lambda g, y: -g * y * y)

sin = ufunc(np.sin, x=lambda g, x: g * np.cos(x))
cos = ufunc(np.cos, x=lambda g, x: -g * np.sin(x))
tan = ufunc(np.tan, x=lambda g, y: g * (1 + y * y))
arcsin = ufunc(np.arcsin, x=lambda g, x: g / (np.sqrt(1 - x) * np.sqrt(1 + x)))
arccos = ufunc(np.arccos, x=lambda g, x: -g / (np.sqrt(1 - x) * np.sqrt(1 + x)))
arctan = ufunc(np.arctan, x=lambda g, x: _over_square_plus_1(g, x))
sinh = ufunc(np.sinh, x=lambda g, x: g * np.cosh(x))
cosh = ufunc(np.cosh, x=lambda g, x: g * np.sinh(x))
tanh = ufunc(np.tanh, fast(np.tanh), x=fast(lambda g, y: g * (1 - y * y)))
arcsinh = ufunc(np.arcsinh, x=lambda g, x: g / _root_of_square_plus_1(x))
arccosh = ufunc(np.arccosh, x=lambda g, x: g / (np.sqrt(x - 1) * np.sqrt(x + 1)))
arctanh = ufunc(np.arctanh, x=lambda g, x: g / (1 - x) / (1 + x))
deg2rad = ufunc(np.deg2rad, x=lambda g: g * (np.pi / 180))
rad2deg = ufunc(np.rad2deg, x=lambda g: g * (180 / np.pi))
radians = ufunc(np.radians, x=lambda g: g * (np.pi / 180))
degrees = ufunc(np.degrees, x=lambda g: g * (180 / np.pi))


def _root_of_square_plus_1(x):
    """√(x² + 1), where x² may overflow."""
    return np.sqrt(1 + 1j * x) * np.sqrt(1 - 1j * x) if is_complex(x) else np.hypot(x, 1)


def _over_square_plus_1(g, x):
    """g / (x² + 1), where x² may overflow: for complex x infinity would be NaN."""
    return g / (1 + 1j * x) / (1 - 1j * x) if is_complex(x) else g / (1 + x * x)


# Constant between their jumps: the derivative is 0.
floor = ufunc(np.floor, x=lambda g: 0 * g)
ceil = ufunc(np.ceil, x=lambda g: 0 * g)
trunc = ufunc(np.trunc, x=lambda g: 0 * g)
rint = ufunc(np.rint, x=lambda g: 0 * g)


@listed
@primitive(elementwise=True)
def clip(x, a_min=None, a_max=None):
    """``x`` limited to [a_min, a_max].  dy/dx = 1 inside and on the bounds, 0 outside.

    Outside a bound has derivative 1.
    """
    return np.clip(x, a_min, a_max)


def _ordered(a_min, a_max):
    """Whether the lower bound is below the upper; where it is not, clip gives the upper."""
    return True if a_min is None or a_max is None else np.less_equal(a_min, a_max)


clip.vjp(
    x=lambda g, x, y, a_min, a_max: g * ((x == y) & _ordered(a_min, a_max)),
    a_min=lambda g, x, a_min, a_max: g * ((x < a_min) & _ordered(a_min, a_max)),
    a_max=lambda g, x, a_min, a_max: g * ((x > a_max) | np.logical_not(_ordered(a_min, a_max))),
)


@instead_of(np.clip)
def clip_by_either_name(x, a_min=None, a_max=None, min=None, max=None):
    """`clip`, whose bounds NumPy lets be called ``min`` and ``max``."""
    return clip(x, a_min if min is None else min, a_max if max is None else max)


@instead_of(np.round, np.around)
@primitive(elementwise=True)
def round_(x, decimals=0):
    """Rounded to ``decimals``; constant between its jumps: dy/dx = 0."""
    return np.round(x, decimals)


round_.vjp(x=lambda g: 0 * g)


@instead_of(np.fix)
def fix(x):
    """Rounded towards 0."""
    return np.trunc(x)


@instead_of(np.nan_to_num)
@primitive(elementwise=True)
def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """NaN and infinities replaced by numbers.  dy/dx = 1 where x is finite, else 0."""
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


nan_to_num.vjp(x=lambda g, x: parts(lambda g, x: np.where(np.isfinite(x), g, 0 * g), g, x))


@listed
@primitive(elementwise=True)
def ldexp(x, exponent):
    """x 2^exponent, with an integer exponent.  dy/dx = 2^exponent."""
    return np.ldexp(x, exponent)


ldexp.vjp(x=lambda g, exponent: np.ldexp(g, exponent))
UFUNCS[np.ldexp, "__call__"] = ldexp


@listed
@primitive
def modf(x):
    """Fractional and integral part.  The first has derivative 1, the second 0."""
    return tuple(np.modf(x))


modf.vjp(x=lambda g: g[0])
UFUNCS[np.modf, "__call__"] = modf


def frexp(x):
    """Mantissa and exponent, x = m 2^e with |m| in [1/2, 1); e is a plain array of integers."""
    exponent = np.frexp(x.data if type(x) is Tensor else x)[1]
    return np.ldexp(x, -exponent), exponent


def divmod_(a, b):
    """``a // b`` and ``a % b``."""
    return floor_divide(a, b), remainder(a, b)


UFUNCS[np.frexp, "__call__"] = frexp
UFUNCS[np.divmod, "__call__"] = divmod_


# -- special functions ----------------------------------------------------------------------------


@listed
@primitive(elementwise=True)
def erf(x):
    """2/√π ∫₀ˣ e^(-t²) dt.  dy/dx = 2/√π e^(-x²)."""
    return special.erf(x)


@listed
@primitive(elementwise=True)
@fast
def erfc(x):
    """1 - erf(x), accurate where it is small.  dy/dx = -2/√π e^(-x²)."""
    return special.erfc(x)


erf.vjp(x=lambda g, x: g * (2 / math.sqrt(math.pi)) * np.exp(-x * x))
erfc.vjp(x=lambda g, x: -g * (2 / math.sqrt(math.pi)) * np.exp(-x * x))


@listed
@primitive(elementwise=True)
def logit(x):
    """log(x / (1 - x)), the inverse of the sigmoid.  dy/dx = 1 / (x (1 - x))."""
    return np.log(x) - np.log1p(-x)


logit.vjp(x=lambda g, x: g / (x * (1 - x)))


@instead_of(np.sinc)
@primitive(elementwise=True)
def sinc(x):
    """sin(πx) / (πx), and 1 at 0.  Its derivatives are smooth there; see `sinc_derivative`."""
    return np.sinc(x)


@listed
@primitive(elementwise=True)
def sinc_derivative(x, n):
    """The n-th derivative of sinc: its own derivative is the next one."""
    return special.sinc_derivative(x, n)


sinc.vjp(x=lambda g, x: g * sinc_derivative(x, 1))
sinc_derivative.vjp(x=lambda g, x, n: g * sinc_derivative(x, n + 1))


@instead_of(np.i0)
@primitive(elementwise=True)
def i0(x):
    """The modified Bessel function I₀.  dy/dx = I₁(x)."""
    return np.i0(x)


@listed
@primitive(elementwise=True)
def bessel_i(x, n):
    """The modified Bessel function Iₙ, |x| up to 700.  dy/dx = (Iₙ₋₁(x) + Iₙ₊₁(x)) / 2."""
    return special.bessel_i(x, n)


i0.vjp(x=lambda g, x: g * bessel_i(x, 1))
bessel_i.vjp(x=lambda g, x, n: g * (bessel_i(x, abs(n - 1)) + bessel_i(x, n + 1)) / 2)
