"""The Poisson distribution of mean mu >= 0: μᵏ e⁻ᵘ / k! for k = 0, 1, ...; k has no derivative."""

import numpy as np

from autograd.ops.register import constant
from autograd.scipy.products import gamma_kernel, xlogy
from autograd.scipy.register import arrays, valid, where
from autograd.scipy.special import gammaincc, gammaln


def _of(name, k, mu, loc):
    """k - loc, 0 where that cannot be a number of events; mu; ``settle(y, otherwise)``."""
    k, loc = constant(name, "k", k), constant(name, "loc", loc)
    mu, k, loc = arrays(mu, k, loc)
    k = k - loc
    can_be = (k >= 0) & ((np.floor(k) == k) | (name == "poisson.cdf"))
    (mu,) = valid(np.greater_equal(mu, 0), mu)

    def settle(y, otherwise=0):
        return where(can_be | np.isnan(mu), y, otherwise)

    return where(can_be, k, 0), mu, settle


def pmf(k, mu, loc=0):
    """The probability of k - loc events; 0 where that is negative or no integer."""
    k, mu, settle = _of("poisson.pmf", k, mu, loc)
    return settle(gamma_kernel(mu, k, gammaln(k + 1)))


def logpmf(k, mu, loc=0):
    """k log μ - μ - log k!, with k - loc for k; -∞ where pmf is 0."""
    k, mu, settle = _of("poisson.logpmf", k, mu, loc)
    return settle(xlogy(k, mu) - mu - gammaln(k + 1), -np.inf)


def cdf(k, mu, loc=0):
    """The probability of up to k - loc events, Q(⌊k⌋ + 1, μ).  DLMF 8.4.10."""
    k, mu, settle = _of("poisson.cdf", k, mu, loc)
    return settle(gammaincc(np.floor(k) + 1, mu))


def __getattr__(name):
    """SciPy's own."""
    from scipy.stats import poisson

    return getattr(poisson, name)
