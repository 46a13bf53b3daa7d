"""The χ² distribution with df > 0 degrees of freedom: the gamma distribution of df/2, doubled."""

from autograd.ops.register import constant
from autograd.scipy.register import number_or_array
from autograd.scipy.stats import gamma


def _as_gamma(df, scale):
    return number_or_array(df) / 2, number_or_array(scale) * 2


def pdf(x, df, loc=0, scale=1):
    """The density, 0 left of the support."""
    half, twice = _as_gamma(df, scale)
    return gamma.pdf(x, half, loc, twice)


def logpdf(x, df, loc=0, scale=1):
    """The logarithm of the density, -∞ left of the support."""
    half, twice = _as_gamma(df, scale)
    return gamma.logpdf(x, half, loc, twice)


def cdf(x, df, loc=0, scale=1):
    """The probability of values up to x; ``df`` has no derivative."""
    half, twice = _as_gamma(constant("chi2.cdf", "df", df), scale)
    return gamma.cdf(x, half, loc, twice)


def __getattr__(name):
    """SciPy's own."""
    from scipy.stats import chi2

    return getattr(chi2, name)
