"""Operators and functions of two arrays.  g = dL/dy; broadcasting is undone by the engine."""

import math
import operator

import numpy as np

from autograd.backward import gradients
from autograd.ops.register import ufunc, values_only
from autograd.primitive import primitive
from autograd.tensor import Tensor, needs_grad

add = ufunc(np.add, operator.add, a=lambda g: g, b=lambda g: g)
subtract = ufunc(np.subtract, operator.sub, a=lambda g: g, b=lambda g: -g)
multiply = ufunc(np.multiply, operator.mul, a=lambda g, b: g * b, b=lambda g, a: g * a)
divide = ufunc(np.divide, operator.truediv, a=lambda g, b: g / b, b=lambda g, y, b: -g * y / b)
negative = ufunc(np.negative, operator.neg, x=lambda g: -g)
positive = ufunc(np.positive, x=lambda g: g)
fabs = ufunc(np.fabs, x=lambda g, x: g * np.sign(x))


# Powers that NumPy's loop takes twenty to fifty times as long for as these do.
QUICK = {
    -2: lambda a: np.square(1 / a),
    -0.5: lambda a: 1 / np.sqrt(a + 0.0),  # -0.0 has the power of 0
    3: lambda a: a * a * a,
    4: lambda a: np.square(a * a),
}


def to_the(a, b):
    """``a ** b``."""
    if type(a) is np.ndarray and type(b) in (int, float) and b in QUICK and a.dtype.kind == "f":
        return QUICK[b](a)
    return a**b


def _one_less(a, b):
    """a^(b-1), 1 where both are 0.  By a number if b is one: NumPy has fast powers for these."""
    if np.ndim(b) == 0 and b != 0:
        return a if type(b) is not Tensor and b == 2 else to_the(a, b - 1.0)
    return a ** (b - 1.0 + ((b == 0) & (a == 0)))


# dy/da = b a^(b-1), which is 0 for b = 0 at a = 0 too; dy/db = y log a, which is 0 at a = 0.
power = ufunc(
    np.power,
    to_the,
    a=lambda g, a, b: g * b * _one_less(a, b),
    b=lambda g, y, a: g * y * _log(a, y),
)
float_power = ufunc(
    np.float_power,
    a=lambda g, a, b: g * b * _one_less(a, b),
    b=lambda g, y, a: g * y * _log(a, y),
)


def _log(a, y):
    """Log of a base, complex where the power is: (-2)**1j.  0 where the base is."""
    base = float(a) if type(a) is int else a  # np.log takes no int of more than 64 bits
    base = base + (base == 0)
    return np.log(base + 0j if y.dtype.kind == "c" else base)


# Equal arguments share the gradient evenly, so that maximum(x, x) has derivative 1.
maximum = ufunc(
    np.maximum,
    a=lambda g, a, b: np.where(a == b, g / 2, g * (a > b)),
    b=lambda g, a, b: np.where(a == b, g / 2, g * (b > a)),
)
minimum = ufunc(
    np.minimum,
    a=lambda g, a, b: np.where(a == b, g / 2, g * (a < b)),
    b=lambda g, a, b: np.where(a == b, g / 2, g * (b < a)),
)
fmax = ufunc(  # as maximum, but a NaN loses
    np.fmax,
    a=lambda g, a, b: np.where(a == b, g / 2, g * ((a > b) | (b != b))),
    b=lambda g, a, b: np.where(a == b, g / 2, g * ((b > a) | (a != a))),
)
fmin = ufunc(
    np.fmin,
    a=lambda g, a, b: np.where(a == b, g / 2, g * ((a < b) | (b != b))),
    b=lambda g, a, b: np.where(a == b, g / 2, g * ((b < a) | (a != a))),
)

# A step at 0, with the value b there.
heaviside = ufunc(np.heaviside, a=lambda g: 0 * g, b=lambda g, a: g * (a == 0))

remainder = ufunc(np.remainder, operator.mod, a=lambda g: g, b=lambda g, a, b: -g * np.floor(a / b))
fmod = ufunc(np.fmod, a=lambda g: g, b=lambda g, a, b: -g * np.trunc(a / b))
floor_divide = ufunc(np.floor_divide, operator.floordiv, a=lambda g: 0 * g, b=lambda g: 0 * g)
copysign = ufunc(
    np.copysign, a=lambda g, a, b: g * np.copysign(1, b) * np.sign(a), b=lambda g: 0 * g
)


@primitive
def _kink(y, at):
    """0, whose slope is not known at these places: NaN, whatever it is multiplied by."""
    return np.zeros_like(y)


@primitive(linear=True)
def _unknown(g, at):
    """NaN at these places, else 0."""
    return np.where(at, np.nan, 0 * g)


_kink.vjp(y=lambda g, at: _unknown(g, at))
_unknown.vjp(g=lambda h, at: _unknown(h, at))


def over(g, y):
    """g / y for a norm y of x, to be multiplied by x.  Where y = 0, and so x: any number.

    When it is differentiated again, there: the limit dg/dy of a g that is 0 there too, as that of
    norm(x)² is, g = 2y; else there is no derivative, and what comes of it is NaN.
    """
    zero, slope = y == 0, 0.0
    if type(y) is not Tensor or y.node is None or not np.any(zero):
        return g / (y + zero)
    limit = zero & (g == 0)
    if needs_grad(g):
        if g.is_leaf:  # forward mode, which asks for the slope at any g
            limit = np.zeros_like(zero)
        else:
            slope = gradients(np.sum(g), y, create_graph=True)
    return np.where(limit, slope, g / (y + zero + _kink(y, zero & ~limit)))


# At (0, 0) the norm has the minimum-norm subgradient 0, and the angle is given the same.
hypot = ufunc(np.hypot, a=lambda g, y, a: over(g, y) * a, b=lambda g, y, b: over(g, y) * b)
arctan2 = ufunc(
    np.arctan2,
    a=lambda g, a, b: _turn(g, b, a, b),
    b=lambda g, a, b: -_turn(g, a, a, b),
)


def _turn(g, x, a, b):
    """g x / (a² + b²), without the squares, which under- and overflow.

    0 at (0, 0), where what comes of it has no derivative unless g = 0.
    """
    y, zero = np.hypot(a, b), (a == 0) & (b == 0)
    y = y + zero + (_kink(y, zero & (g != 0)) if needs_grad(y) else 0)
    return g * (x / y) / y


def minus(a, b):
    """a - b, and 0 for two equal infinities."""
    return np.where((a == b) & ((a == np.inf) | (a == -np.inf)), 0, a - b)


@primitive(elementwise=True)
def _share(t):
    """1 / (1 + eᵗ), without overflow, in its derivatives neither."""
    e = np.exp(-np.fabs(t))
    return np.where(t > 0, e, 1) / (1 + e)


_share.vjp(t=lambda g, t, y: -g * y * _share(-t))

# exp(a - y) is softmax's share of a; two -inf share evenly.
logaddexp = ufunc(
    np.logaddexp,
    a=lambda g, a, b: g * _share(minus(b, a)),
    b=lambda g, a, b: g * _share(minus(a, b)),
)
logaddexp2 = ufunc(
    np.logaddexp2,
    a=lambda g, a, b: g * _share(minus(b, a) * math.log(2)),
    b=lambda g, a, b: g * _share(minus(a, b) * math.log(2)),
)

values_only(
    np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
    np.isnan, np.isinf, np.isfinite, np.signbit,
)  # fmt: skip
