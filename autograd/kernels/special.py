"""Special functions that NumPy lacks, to double precision, or to single where x has no more."""

import functools
import math

import numpy as np


def _in_floats(f):
    """``f(x, ...)``, in float32 where x is float16: what it is made of does not fit into that.

    Integers count as float64: of 8 bits NumPy would make float16.
    """

    @functools.wraps(f)
    def call(x, *args):
        dtype = getattr(x, "dtype", None)
        if dtype == np.float16:
            return f(x.astype(np.float32), *args).astype(np.float16)
        return f(x if dtype is None or dtype.kind in "fc" else x.astype(float), *args)

    return call


# W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969):
# numerator and denominator, highest power first, on |x| <= 0.46875, to 4, and beyond.
_NEAR = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
     2.84423683343917062e3),
)  # fmt: skip
_MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
     1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
     1.23033935480374942e3),
)  # fmt: skip
_FAR = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
     1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1,
     6.05183413124413191e-2, 2.33520497626869185e-3),
)  # fmt: skip

# erfc(x) exp(x²) / t of x >= 0, with t = 1/(1 + x/2), highest power of t first: the polynomial of
# degree 8 with the least relative error for x <= 10.2, which is 4e-8
SINGLE = (-0.0591243402, 0.284845792, -0.48776211, 0.278712147, -0.0270713412, 0.202876068,
          0.243055771, 0.282381931, 0.282086039)  # fmt: skip


@_in_floats
def erf(x):
    """2/√π ∫₀ˣ exp(-t²) dt, to double precision."""
    size = np.fabs(x)
    return np.where(size <= 0.46875, _erf_near(x), np.copysign(1 - _erfc_of_size(size), x))


@_in_floats
def erfc(x):
    """1 - erf(x), with all its digits where it is small."""
    size = np.fabs(x)
    if getattr(x, "dtype", None) == np.float32:
        y = _erfc_of_size_in_single(size)
        return y + np.less(x, 0) * (2 - 2 * y)
    far = _erfc_of_size(size)
    return np.where(size <= 0.46875, 1 - _erf_near(x), np.where(np.less(x, 0), 2 - far, far))


def _quotient(coefficients, t):
    """The ratio of two polynomials, by Horner's rule."""
    values = []
    for one in coefficients:
        v = one[0]
        for c in one[1:]:
            v = v * t + c
        values.append(v)
    return values[0] / values[1]


def _erf_near(x):
    x = np.clip(x, -0.5, 0.5)
    return x * _quotient(_NEAR, x * x)


def _erfc_of_size(x):
    """erfc(x) of x > 0.46; exp(-x²) is taken in two factors, so that x² need not be rounded."""
    x = np.clip(x, 0.4, 27.5)  # beyond it is 0
    t = 1 / (x * x)
    middle = _quotient(_MIDDLE, np.minimum(x, 4))
    far = (1 / math.sqrt(math.pi) - t * _quotient(_FAR, t)) / x
    return _decay(x) * np.where(x <= 4, middle, far)


def _decay(x):
    """exp(-x²) of x >= 0, with the digits that x² would lose."""
    short = np.floor(x * 16) / 16
    return np.exp(-short * short) * np.exp(-(x - short) * (x + short))


def _erfc_of_size_in_single(x):
    x = np.minimum(x, 12)  # beyond it is 0
    t = 1 / (1 + x / 2)
    p = SINGLE[0]
    for c in SINGLE[1:]:
        p = p * t + c
    return p * t * _decay(x)


@_in_floats
def sinc_derivative(x, n):
    """The n-th derivative of sin(πx)/(πx), right at and near 0.

    With z = πx, the derivatives s of sin(z)/z satisfy z sₙ + n sₙ₋₁ = sin(z + nπ/2), which is
    stable for |z| > n; nearer to 0 it is the sum of its Taylor series.
    """
    z = math.pi * x
    near = np.abs(z) < n + 2
    far_z = np.where(near, 1, z)
    s = np.sin(far_z) / far_z
    for k in range(1, n + 1):
        s = (np.sin(far_z + k * math.pi / 2) - k * s) / far_z
    near_z, first = np.where(near, z, 0), (n + 1) // 2
    series = 0 * near_z
    for k in range(first + 20 + n, first - 1, -1):  # Σ (-1)ᵏ z²ᵏ⁻ⁿ / ((2k + 1) (2k - n)!)
        power = 2 * k - n
        series = series + (-1) ** k / (2 * k + 1) / math.factorial(power) * near_z**power
    return math.pi**n * np.where(near, series, s)


@_in_floats
def bessel_i(x, n):
    """The modified Bessel function Iₙ(x) = 1/π ∫₀^π exp(x cos t) cos(nt) dt, |x| up to 700.

    The midpoint rule over a period converges faster than any power of the number of its points.
    """
    points = 128
    total = 0.0
    for k in range(points):
        t = (k + 0.5) * math.pi / points
        total = total + np.exp(x * math.cos(t)) * math.cos(n * t)
    return total / points
