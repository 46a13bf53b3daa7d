"""Distributions, for scripts that import ``autograd.scipy.stats``: a module each, of functions.

Compositions of `autograd.scipy.special`: values as SciPy's, with the dtype of their arguments.  All
parameters have derivatives, except those of integrals that have none in closed form (``df`` in
``t.cdf``), which refuse a Tensor that requires grad.
"""

from autograd.scipy.stats import (
    beta,
    chi2,
    dirichlet,
    gamma,
    multivariate_normal,
    norm,
    poisson,
    t,
)


def __getattr__(name):
    """SciPy's own."""
    import scipy.stats

    return getattr(scipy.stats, name)
