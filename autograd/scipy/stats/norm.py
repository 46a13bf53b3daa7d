"""The normal distribution: φ(z) = e^(-z²/2) / √2π, with z = (x - loc) / scale."""

import math

import numpy as np

from autograd.scipy.register import arrays, valid
from autograd.scipy.special import log_ndtr, ndtr, ndtri
from autograd.scipy.stats.standard import standardized


def pdf(x, loc=0, scale=1):
    """φ(z) / scale."""
    z, scale, _, settle = standardized(x, (), loc, scale)
    return settle(np.exp(-z * z / 2) / (math.sqrt(2 * math.pi) * scale))


def logpdf(x, loc=0, scale=1):
    """-z²/2 - log √2π - log scale."""
    z, scale, _, settle = standardized(x, (), loc, scale)
    return settle(-z * z / 2 - math.log(2 * math.pi) / 2 - np.log(scale))


def cdf(x, loc=0, scale=1):
    """Φ(z), the probability of values up to x."""
    z, _, _, settle = standardized(x, (), loc, scale)
    return settle(ndtr(z))


def logcdf(x, loc=0, scale=1):
    """log Φ(z), with all its digits where Φ is 0."""
    z, _, _, settle = standardized(x, (), loc, scale)
    return settle(log_ndtr(z))


def sf(x, loc=0, scale=1):
    """1 - cdf, with all its digits where it is small."""
    z, _, _, settle = standardized(x, (), loc, scale)
    return settle(ndtr(-z))


def logsf(x, loc=0, scale=1):
    """log(1 - cdf)."""
    z, _, _, settle = standardized(x, (), loc, scale)
    return settle(log_ndtr(-z))


def ppf(q, loc=0, scale=1):
    """The x whose cdf is q, in [0, 1]."""
    q, loc, scale = arrays(q, loc, scale)
    (scale,) = valid(np.greater(scale, 0), scale)
    return loc + scale * ndtri(q)


def isf(q, loc=0, scale=1):
    """The x with 1 - cdf = q, in [0, 1]."""
    q, loc, scale = arrays(q, loc, scale)
    (scale,) = valid(np.greater(scale, 0), scale)
    return loc - scale * ndtri(q)


def __getattr__(name):
    """SciPy's own."""
    from scipy.stats import norm

    return getattr(norm, name)
