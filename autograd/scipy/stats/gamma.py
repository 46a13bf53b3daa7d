"""The gamma distribution of shape a > 0: zᵃ⁻¹ e⁻ᶻ / Γ(a) for z = (x - loc) / scale >= 0."""

import numpy as np

from autograd.ops.register import constant
from autograd.scipy.products import gamma_kernel, xlogy
from autograd.scipy.special import gammainc, gammaln
from autograd.scipy.stats.standard import standardized


def pdf(x, a, loc=0, scale=1):
    """The density, 0 left of the support."""
    z, scale, (a,), settle = standardized(x, (a,), loc, scale, 0)
    return settle(gamma_kernel(z, a - 1, gammaln(a)) / scale)


def logpdf(x, a, loc=0, scale=1):
    """(a - 1) log z - z - log Γ(a) - log scale, -∞ left of the support."""
    z, scale, (a,), settle = standardized(x, (a,), loc, scale, 0)
    return settle(xlogy(a - 1, z) - z - gammaln(a) - np.log(scale), -np.inf, -np.inf)


def cdf(x, a, loc=0, scale=1):
    """The probability of values up to x; ``a`` has no derivative."""
    z, _, (a,), settle = standardized(x, (constant("gamma.cdf", "a", a),), loc, scale, 0)
    return settle(gammainc(a, z), 0, 1)


def __getattr__(name):
    """SciPy's own."""
    from scipy.stats import gamma

    return getattr(gamma, name)
