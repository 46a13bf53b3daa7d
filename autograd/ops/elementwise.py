"""Functions of one array, element by element: y = f(x), and dL/dx = g f'(x)."""

import numpy as np

from autograd.ops.register import instead_of, listed, ufunc
from autograd.primitive import primitive

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
arcsin = ufunc(np.arcsin, x=lambda g, x: g / np.sqrt(1 - x * x))
arccos = ufunc(np.arccos, x=lambda g, x: -g / np.sqrt(1 - x * x))
arctan = ufunc(np.arctan, x=lambda g, x: g / (1 + x * x))
sinh = ufunc(np.sinh, x=lambda g, x: g * np.cosh(x))
cosh = ufunc(np.cosh, x=lambda g, x: g * np.sinh(x))
tanh = ufunc(np.tanh, x=lambda g, y: g * (1 - y * y))
arcsinh = ufunc(np.arcsinh, x=lambda g, x: g / np.sqrt(x * x + 1))
arccosh = ufunc(np.arccosh, x=lambda g, x: g / np.sqrt(x * x - 1))
arctanh = ufunc(np.arctanh, x=lambda g, x: g / (1 - x * x))
deg2rad = ufunc(np.deg2rad, x=lambda g: g * (np.pi / 180))
rad2deg = ufunc(np.rad2deg, x=lambda g: g * (180 / np.pi))
radians = ufunc(np.radians, x=lambda g: g * (np.pi / 180))
degrees = ufunc(np.degrees, x=lambda g: g * (180 / np.pi))

# Constant between their jumps: the derivative is 0.
sign = ufunc(np.sign, x=lambda g: 0 * g)
floor = ufunc(np.floor, x=lambda g: 0 * g)
ceil = ufunc(np.ceil, x=lambda g: 0 * g)
trunc = ufunc(np.trunc, x=lambda g: 0 * g)
rint = ufunc(np.rint, x=lambda g: 0 * g)


@instead_of(np.clip)
@primitive(elementwise=True)
def clip(x, a_min=None, a_max=None):
    """``x`` limited to [a_min, a_max].  dy/dx = 1 inside and on the bounds, 0 outside."""
    return np.clip(x, a_min, a_max)


clip.vjp(x=lambda g, x, y: g * (x == y))


@listed
@primitive(elementwise=True)
def relu(x):
    """max(x, 0).  dy/dx = 1 where x > 0, else 0 (the minimum-norm subgradient at 0)."""
    return np.maximum(x, 0)


relu.vjp(x=lambda g, y: g * (y > 0))


@listed
@primitive(elementwise=True)
def leaky_relu(x, slope=0.01):
    """x where x > 0, else slope x.  dy/dx = 1 or slope."""
    return np.where(x > 0, x, slope * x)


leaky_relu.vjp(x=lambda g, x, slope: np.where(x > 0, g, slope * g))


@listed
@primitive(elementwise=True)
def prelu(x, slope):
    """x where x > 0, else slope x, with a learned slope: dL/dslope = sum of g x over x <= 0."""
    return np.where(x > 0, x, slope * x)


prelu.vjp(
    x=lambda g, x, slope: np.where(x > 0, g, slope * g),
    slope=lambda g, x: g * np.where(x > 0, 0, x),
)


@listed
@primitive(elementwise=True)
def elu(x, alpha=1.0):
    """x where x > 0, else alpha (eˣ - 1).  dy/dx = 1, or y + alpha."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


elu.vjp(x=lambda g, x, y, alpha: np.where(x > 0, g, g * (y + alpha)))


@listed
@primitive(elementwise=True)
def sigmoid(x):
    """1 / (1 + e⁻ˣ), without overflow.  dy/dx = y (1 - y)."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


sigmoid.vjp(x=lambda g, y: g * y * (1 - y))


@listed
@primitive(elementwise=True)
def softplus(x):
    """log(1 + eˣ), without overflow.  dy/dx = sigmoid(x)."""
    return np.logaddexp(x, 0)


softplus.vjp(x=lambda g, x: g * sigmoid(x))


@listed
@primitive(elementwise=True)
def silu(x):
    """x sigmoid(x).  dy/dx = s + y (1 - s), with s = sigmoid(x)."""
    return x * sigmoid(x)


silu.vjp(x=lambda g, x, y: g * (y + sigmoid(x) * (1 - y)))
