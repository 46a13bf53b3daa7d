"""Student's t distribution with df > 0 degrees of freedom; of df = ∞, the normal distribution."""

import math

import numpy as np

from autograd.ops.register import constant
from autograd.scipy.register import where
from autograd.scipy.special import betaln, stdtr
from autograd.scipy.stats.standard import standardized


def logpdf(x, df, loc=0, scale=1):
    """-(df + 1)/2 log(1 + z²/df) - log(√df B(df/2, 1/2)) - log scale."""
    z, scale, (df,), settle = standardized(x, (df,), loc, scale)
    finite = np.isfinite(df)
    n = where(finite, df, 1.0)
    y = -(n + 1) / 2 * np.log1p(z * z / n) - np.log(n) / 2 - betaln(n / 2, n.dtype.type(0.5))
    y = where(finite, y, -z * z / 2 - math.log(2 * math.pi) / 2)
    return settle(y - np.log(scale))


def pdf(x, df, loc=0, scale=1):
    """The density, e^logpdf."""
    return np.exp(logpdf(x, df, loc, scale))


def cdf(x, df, loc=0, scale=1):
    """The probability of values up to x; ``df`` has no derivative."""
    z, _, (df,), settle = standardized(x, (constant("t.cdf", "df", df),), loc, scale)
    return settle(stdtr(df, z))


def logcdf(x, df, loc=0, scale=1):
    """log cdf; ``df`` has no derivative."""
    z, _, (df,), settle = standardized(x, (constant("t.logcdf", "df", df),), loc, scale)
    with np.errstate(divide="ignore"):
        y = np.where(z > 0, np.log1p(-stdtr(df, -z)), np.log(stdtr(df, z)))
    return settle(y)


def __getattr__(name):
    """SciPy's own."""
    from scipy.stats import t

    return getattr(t, name)
