"""The beta distribution: zᵃ⁻¹ (1 - z)ᵇ⁻¹ / B(a, b) for z = (x - loc) / scale in [0, 1]."""

import numpy as np

from autograd.ops.register import constant
from autograd.scipy.products import beta_kernel, xlog1py, xlogy
from autograd.scipy.special import betainc, betaln
from autograd.scipy.stats.standard import standardized


def pdf(x, a, b, loc=0, scale=1):
    """The density, 0 outside of the support."""
    z, scale, (a, b), settle = standardized(x, (a, b), loc, scale, 0, 1)
    return settle(beta_kernel(z, a - 1, b - 1, betaln(a, b)) / scale)


def logpdf(x, a, b, loc=0, scale=1):
    """(a - 1) log z + (b - 1) log(1 - z) - log B(a, b) - log scale, -∞ outside of the support."""
    z, scale, (a, b), settle = standardized(x, (a, b), loc, scale, 0, 1)
    y = xlogy(a - 1, z) + xlog1py(b - 1, -z) - betaln(a, b) - np.log(scale)
    return settle(y, -np.inf, -np.inf)


def cdf(x, a, b, loc=0, scale=1):
    """The probability of values up to x; ``a`` and ``b`` have no derivative."""
    shapes = constant("beta.cdf", "a", a), constant("beta.cdf", "b", b)
    z, _, (a, b), settle = standardized(x, shapes, loc, scale, 0, 1)
    return settle(betainc(a, b, z), 0, 1)


def __getattr__(name):
    """SciPy's own."""
    from scipy.stats import beta

    return getattr(beta, name)
