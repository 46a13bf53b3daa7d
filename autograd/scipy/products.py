"""Products and quotients at the edge of a domain, where 0 · ∞ and 0 / 0 are 0, and powers there.

The densities of the gamma and beta families and the derivatives of their integrals are made of
these.  A power lowered by one is a derivative of it, to any order, also at x = 0.
"""

import numpy as np
from scipy.special import xlog1py, xlogy

from autograd.primitive import primitive
from autograd.scipy.register import differentiated, listed


@listed
@primitive(elementwise=True)
def quotient(a, x):
    """a / x, with 0 / 0 = 0: the derivative of a log x, which is 0 for all x where a is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.equal(a, 0) & np.equal(x, 0), 0, np.divide(a, x))


quotient.vjp(a=lambda g, x: g / x, x=lambda g, y, x: -g * quotient(y, x))


@listed
@primitive(elementwise=True)
def times(p, f):
    """p f, with 0 · ∞ = 0: the derivative of xᵖ is p xᵖ⁻¹, which is 0 for all x where p is."""
    with np.errstate(invalid="ignore"):
        return np.where(np.equal(p, 0) & np.isinf(f), 0, np.multiply(p, f))


times.vjp(p=lambda g, f: g * f, f=lambda g, p: g * p)

# a log x and a log(1 + x), 0 where a = 0.
differentiated(
    xlogy,
    "a x",
    a=lambda g, x: g * np.log(x),
    x=lambda g, a, x: g * quotient(a, x),
)
differentiated(
    xlog1py,
    "a x",
    a=lambda g, x: g * np.log1p(x),
    x=lambda g, a, x: g * quotient(a, 1 + x),
)


@listed
@primitive(elementwise=True)
def gamma_kernel(x, p, c):
    """xᵖ e⁻ˣ⁻ᶜ for x >= 0: with c = log Γ(p + 1) the density of the gamma distribution.

    dy/dx = p xᵖ⁻¹ e⁻ˣ⁻ᶜ - y, dy/dp = y log x, dy/dc = -y.
    """
    end = np.isposinf(x)
    return where_not(end, np.exp(xlogy(p, x) - np.where(end, 0, x) - c))


@listed
@primitive(elementwise=True)
def beta_kernel(x, p, q, c):
    """xᵖ (1 - x)ᵠ e⁻ᶜ for 0 <= x <= 1: with c = log B(p + 1, q + 1) the density of the beta.

    dy/dx = p xᵖ⁻¹ (1 - x)ᵠ e⁻ᶜ - q xᵖ (1 - x)ᵠ⁻¹ e⁻ᶜ, dy/dp = y log x, dy/dq = y log(1 - x).
    """
    return np.exp(xlogy(p, x) + xlog1py(q, np.negative(x)) - c)


def where_not(end, y):
    """``y``, 0 at the ``end``."""
    return np.where(end, 0, y) if np.any(end) else y


gamma_kernel.vjp(
    x=lambda g, y, x, p, c: g * (times(p, gamma_kernel(x, p - 1, c)) - y),
    p=lambda g, y, x: g * xlogy(y, x),
    c=lambda g, y: -g * y,
)
beta_kernel.vjp(
    x=lambda g, x, p, q, c: (
        g * (times(p, beta_kernel(x, p - 1, q, c)) - times(q, beta_kernel(x, p, q - 1, c)))
    ),
    p=lambda g, y, x: g * xlogy(y, x),
    q=lambda g, y, x: g * xlog1py(y, -x),
    c=lambda g, y: -g * y,
)
