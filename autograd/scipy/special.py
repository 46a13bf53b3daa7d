"""``scipy.special``, for scripts that import ``autograd.scipy.special``.

Numbers are those of the NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov.  The
orders of Bessel functions, and the parameters a, b of the incomplete integrals, have no derivative
in closed form: a Tensor there that requires grad is refused.
"""

import math

import numpy as np
from scipy import special
from scipy.special import (
    beta,
    betainc,
    betaln,
    entr,
    erf,
    erfc,
    erfcinv,
    erfcx,
    erfinv,
    exp10,
    expit,
    gamma,
    gammainc,
    gammaincc,
    gammaln,
    gammasgn,
    i0,
    i0e,
    i1,
    i1e,
    iv,
    ive,
    j0,
    j1,
    jv,
    log_expit,
    log_ndtr,
    logit,
    ndtr,
    ndtri,
    psi,
    rgamma,
    stdtr,
    y0,
    y1,
    yn,
    yv,
)

from autograd import ops
from autograd.errors import ValueRangeError
from autograd.ops.reductions import expand
from autograd.ops.register import constant, value
from autograd.primitive import primitive
from autograd.scipy.products import beta_kernel, gamma_kernel, times
from autograd.scipy.register import arrays, differentiated, listed, number_or_array, where
from autograd.tensor import UFUNCS

ROOT_PI = math.sqrt(math.pi)

# -- the gamma function (DLMF 5.2, 5.12, 5.15) -----------------------------------------------------


@listed
@primitive(elementwise=True)
def polygamma_(n, x):
    """The n-th derivative of ψ = digamma.  dy/dx is the next one."""
    return special.polygamma(n, x)


polygamma_.vjp(x=lambda g, n, x: g * polygamma_(n + 1, x))


def polygamma(n, x):
    """The n-th derivative of ψ = digamma; the orders n >= 0 have no derivative."""
    return polygamma_(*map(number_or_array, (n, x)))


differentiated(psi, "x", x=lambda g, x: g * polygamma(1, x))
differentiated(gamma, "x", x=lambda g, x, y: g * y * psi(x))
differentiated(gammaln, "x", x=lambda g, x: g * psi(x))
differentiated(gammasgn, "x", x=lambda g: 0 * g)
differentiated(rgamma, "x", x=lambda g, x: g * _rgamma_slope(x))


def _rgamma_slope(x):
    """-ψ(x) / Γ(x); left of 1/2, where both have poles, from 1/Γ(x) = Γ(1 - x) sin(πx) / π."""
    left = x < 0.5
    right, mirrored = np.where(left, 1, x), np.where(left, 1 - x, 1)
    turn = np.cos(np.pi * x) - np.sin(np.pi * x) / np.pi * psi(mirrored)
    return np.where(left, gamma(mirrored) * turn, -rgamma(right) * psi(right))


differentiated(
    beta,
    "a b",
    a=lambda g, y, a, b: g * y * (psi(a) - psi(a + b)),
    b=lambda g, y, a, b: g * y * (psi(b) - psi(a + b)),
)
differentiated(
    betaln,
    "a b",
    a=lambda g, a, b: g * (psi(a) - psi(a + b)),
    b=lambda g, a, b: g * (psi(b) - psi(a + b)),
)


def multigammaln(a, d):
    """The logarithm of the multivariate gamma function of order d; a > (d - 1) / 2.

    d (d - 1) / 4 log π + Σ over j < d of log Γ(a - j / 2).  DLMF 35.3.4.
    """
    a, d = number_or_array(a), constant("multigammaln", "d", d)
    if np.ndim(d) or d != int(d):
        raise ValueRangeError(f"multigammaln: the order d must be an integer, got {d!r}")
    if np.any(np.less_equal(a, (d - 1) / 2)):
        raise ValueRangeError(f"multigammaln: a must be greater than (d - 1)/2 = {(d - 1) / 2}")
    return sum(gammaln(a - j / 2) for j in range(1, int(d))) + gammaln(a) + _log_pi(d)


def _log_pi(d):
    return d * (d - 1) / 4 * math.log(math.pi)


# The incomplete integrals: the integrand (DLMF 8.2.4, 8.17.1).
differentiated(gammainc, "a x", x=lambda g, a, x: g * gamma_kernel(x, a - 1, gammaln(a)))
differentiated(gammaincc, "a x", x=lambda g, a, x: -g * gamma_kernel(x, a - 1, gammaln(a)))
differentiated(
    betainc, "a b x", x=lambda g, a, b, x: g * beta_kernel(x, a - 1, b - 1, betaln(a, b))
)

# -- Bessel functions: 2 J' = J₋ - J₊ and Y alike (DLMF 10.6.1), 2 I' = I₋ + I₊ (10.29.1) ----------

differentiated(jv, "v x", x=lambda g, v, x: g * (jv(v - 1, x) - jv(v + 1, x)) / 2)
differentiated(yv, "v x", x=lambda g, v, x: g * (yv(v - 1, x) - yv(v + 1, x)) / 2)
differentiated(yn, "v x", x=lambda g, v, x: g * (yn(v - 1, x) - yn(v + 1, x)) / 2)
differentiated(iv, "v x", x=lambda g, v, x: g * (iv(v - 1, x) + iv(v + 1, x)) / 2)
differentiated(j0, "x", x=lambda g, x: -g * j1(x))
differentiated(j1, "x", x=lambda g, x: g * (j0(x) - jv(2, x)) / 2)
differentiated(y0, "x", x=lambda g, x: -g * y1(x))
differentiated(y1, "x", x=lambda g, x: g * (y0(x) - yn(2, x)) / 2)
differentiated(i0, "x", x=lambda g, x: g * i1(x))
differentiated(i1, "x", x=lambda g, x: g * (i0(x) + iv(2, x)) / 2)

# Times e^-|x|; the corner at 0 has the slope 0 in between.
differentiated(
    ive,
    "v x",
    x=lambda g, y, v, x: g * ((ive(v - 1, x) + ive(v + 1, x)) / 2 - np.sign(x) * y),
)
differentiated(i0e, "x", x=lambda g, y, x: g * (i1e(x) - np.sign(x) * y))
differentiated(i1e, "x", x=lambda g, y, x: g * ((i0e(x) + ive(2, x)) / 2 - np.sign(x) * y))

# -- error functions and the normal distribution (DLMF 7.2, 7.17) ----------------------------------

differentiated(erf, "x", x=lambda g, x: g * 2 / ROOT_PI * np.exp(-x * x))
differentiated(erfc, "x", x=lambda g, x: -g * 2 / ROOT_PI * np.exp(-x * x))
differentiated(erfinv, "x", x=lambda g, y: g * ROOT_PI / 2 * np.exp(y * y))
differentiated(erfcinv, "x", x=lambda g, y: -g * ROOT_PI / 2 * np.exp(y * y))
differentiated(erfcx, "x", x=lambda g, x, y: g * _erfcx_slope(x, y))


def _erfcx_slope(x, y):
    """2 x y - 2/√π; far out, where these cancel, what the series DLMF 7.12.1 leaves of it."""
    far = x > 50
    t = 1 / (2 * np.where(far, x, 50) ** 2)
    series = -t * (1 - 3 * t * (1 - 5 * t * (1 - 7 * t * (1 - 9 * t))))
    return np.where(far, 2 / ROOT_PI * series, 2 * np.where(far, 0, x) * y - 2 / ROOT_PI)


# The normal distribution Φ, its logarithm and its inverse; φ/Φ = √(2/π) / erfcx(-x/√2).
differentiated(ndtr, "x", x=lambda g, x: g * np.exp(-x * x / 2) / math.sqrt(2 * math.pi))
differentiated(
    log_ndtr, "x", x=lambda g, x: g * math.sqrt(2 / math.pi) / erfcx(x * -math.sqrt(0.5))
)
differentiated(ndtri, "x", x=lambda g, y: g * math.sqrt(2 * math.pi) * np.exp(y * y / 2))


def _student_density(t, df):
    """(1 + t²/n)^(-(n + 1)/2) / (√n B(n/2, 1/2)) with n = df; the normal density for df = ∞."""
    finite = np.not_equal(df, np.inf)
    n = np.where(finite, df, 1.0)
    y = np.exp(-(n + 1) / 2 * np.log1p(t * t / n) - betaln(n / 2, 0.5)) / np.sqrt(n)
    return where(finite, y, np.exp(-t * t / 2) / math.sqrt(2 * math.pi))


differentiated(stdtr, "df t", t=lambda g, df, t: g * _student_density(t, df))

# -- logarithms and exponentials -------------------------------------------------------------------

differentiated(logit, "x", x=lambda g, x: g / (x * (1 - x)))
differentiated(expit, "x", x=lambda g, y: g * y * (1 - y))
differentiated(log_expit, "x", x=lambda g, x: g * expit(-x))
differentiated(entr, "x", x=lambda g, x: -g * (np.log(x) + 1))
differentiated(exp10, "x", x=lambda g, y: g * y * math.log(10))
for _name in ("log1p", "expm1", "exp2", "cbrt"):  # SciPy's own of what NumPy has
    UFUNCS[getattr(special, _name), "__call__"] = getattr(ops, _name)


def softmax(x, axis=None):
    """eˣ / Σ eˣ over all axes, or those given."""
    return ops.softmax(*arrays(x), axis)


def log_softmax(x, axis=None):
    """x - log Σ eˣ over all axes, or those given."""
    return ops.log_softmax(*arrays(x), axis)


def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    """log Σ b eᵃ, without overflow; ``b`` broadcasts with ``a``.

    Where the sum is negative the result is NaN, or with ``return_sign`` log |Σ b eᵃ|, and the sign.
    """
    if b is None and not return_sign:
        return ops.logsumexp(*arrays(a), axis, keepdims)
    both = np.broadcast_arrays(*arrays(a, 1.0 if b is None else b))
    y, sign = log_of_sum(*both, axis, keepdims)
    sign = value(sign)
    return (y, sign) if return_sign else np.where(sign < 0, np.nan, y)


@listed
@primitive
def log_of_sum(a, b, axis=None, keepdims=False):
    """log |Σ b eᵃ| and the sign s of the sum.  dy/da = s b e^(a - y), dy/db = s e^(a - y)."""
    m = np.max(np.where(np.equal(b, 0), -np.inf, a), axis=axis, keepdims=True, initial=-np.inf)
    m = np.where(np.isfinite(m), m, 0)
    total = np.sum(b * np.exp(np.where(np.equal(b, 0), -np.inf, a) - m), axis, keepdims=True)
    with np.errstate(divide="ignore"):
        y, shape = np.log(np.abs(total)) + m, np.sum(a, axis=axis, keepdims=keepdims).shape
    return np.reshape(y, shape), np.reshape(np.sign(total), shape)


def _share(g, a, b, y, axis, keepdims):
    """s g b e^(a - y), which is 0 where b or the sum is."""
    y, sign = np.where(y[1] == 0, 0, y[0]), y[1]
    g, y = (expand(v, a.shape, axis, keepdims) for v in (g[0] * sign, y))
    return g * times(b, np.exp(a - y))


log_of_sum.vjp(
    a=lambda g, a, b, y, axis, keepdims: _share(g, a, b, y, axis, keepdims),
    b=lambda g, a, y, axis, keepdims: _share(g, a, 1.0, y, axis, keepdims),
)


def __getattr__(name):
    """SciPy's own."""
    return getattr(special, name)


def __dir__():
    return sorted({*globals(), *special.__all__})
