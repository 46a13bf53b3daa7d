"""Complex numbers: parts, conjugate, size, direction.

The convention is dL = Re(g dy), so the gradient of a real L is dL/d(Re x) - i dL/d(Im x).  A
formula of a holomorphic function then stands as it is for real x, and a linear map has its
transpose, without conjugation, for adjoint.
"""

import numpy as np

from autograd.ops.register import instead_of, ufunc, values_only
from autograd.primitive import primitive


def is_complex(x) -> bool:
    """Whether an array or Tensor has a complex dtype."""
    return x.dtype.kind == "c"


def conj(x):
    """The conjugate; a real array comes back as it is."""
    return np.conjugate(x) if is_complex(x) else x


def parts(f, g, *xs):
    """A formula ``f(g, *xs)`` of real arrays, for real and imaginary part apart.

    dL = Re(g dy) = Re(g) d(Re y) - Im(g) d(Im y).
    """
    if not any(map(is_complex, xs)):
        return f(g, *xs)
    return f(np.real(g), *map(np.real, xs)) + f(np.imag(g), *map(np.imag, xs)) * 1j


@instead_of(np.real)
@primitive(linear=True)
def real(x):
    """The real part.  dL = Re(g dx): the cotangent as it is."""
    return np.real(x)


@instead_of(np.imag)
@primitive(linear=True)
def imag(x):
    """The imaginary part.  dL = g Im(dx) = Re(-i g dx)."""
    return np.imag(x)


real.vjp(x=lambda g: g)
imag.vjp(x=lambda g: g * -1j)

conjugate = ufunc(np.conjugate, x=lambda g: conj(g))

# |x| has derivative Re(conj(x) dx) / |x|, and 0 at 0, the subgradient of least size.
absolute = ufunc(np.absolute, x=lambda g, x: g * conj(np.sign(x)))
sign = ufunc(np.sign, x=lambda g, x: _turned(g, x) if is_complex(x) else 0 * g)


def _turned(g, x):
    """Of u = x/|x|: du = (dx - u Re(conj(u) dx)) / |x|."""
    u, size = np.sign(x), np.abs(x)
    return (g - np.real(g * u) * np.conjugate(u)) / (size + (size == 0)) * (size != 0)


@instead_of(np.angle)
@primitive(elementwise=True)
def angle(z, deg=False):
    """The angle of a complex number.  dy = Im(dz / z), and 0 at 0."""
    return np.angle(z, deg)


angle.vjp(z=lambda g, z, deg: g * (180 / np.pi if deg else 1) * -1j / (z + (z == 0)) * (z != 0))

values_only(np.isreal, np.iscomplex, np.isrealobj)
