"""The Dirichlet distribution on the simplex: Π xᵢ^(αᵢ - 1) Γ(Σ α) / Π Γ(αᵢ)."""

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.register import value
from autograd.scipy.products import xlogy
from autograd.scipy.register import number_or_array
from autograd.scipy.special import gammaln


def logpdf(x, alpha):
    """The logarithm of the density.

    Parameters
    ----------
    x : array_like, (k,) or (k, n)
        Components on the *first* axis, each at least 0, their sum 1; the last may be left out.
        Its gradient is that of k components free of that sum.
    alpha : array_like, (k,)
        Positive.

    Returns
    -------
    number, or (n,)
    """
    x, alpha = number_or_array(x), number_or_array(alpha)
    x = _components(x, alpha)
    a = np.reshape(alpha, (-1,) + (1,) * (x.ndim - 1))
    return np.sum(xlogy(a - 1, x), axis=0) - np.sum(gammaln(alpha)) + gammaln(np.sum(alpha))


def pdf(x, alpha):
    """The density; arguments as of `logpdf`."""
    return np.exp(logpdf(x, alpha))


def _components(x, alpha):
    """All k components, checked."""
    k = alpha.shape[0] if np.ndim(alpha) == 1 else None
    if k is None or np.ndim(x) not in (1, 2) or x.shape[0] not in (k, k - 1):
        raise ShapeError(
            "dirichlet: expected alpha of shape (k,) and x of shape (k,), (k, n) or one component "
            f"less, got {np.shape(alpha)} and {np.shape(x)}"
        )
    if not np.all(np.greater(alpha, 0)):
        raise ValueRangeError(f"dirichlet: alpha must be positive, got {value(alpha)}")
    if x.shape[0] < k:
        x = np.concatenate([x, 1 - np.sum(x, axis=0, keepdims=True)])
    v = value(x)
    if v.min() < 0 or v.max() > 1 or np.any(np.abs(v.sum(0) - 1) > _rounding(v)):
        raise ValueRangeError(
            "dirichlet: x must lie on the simplex, its components between 0 and 1 and their sum 1, "
            f"got a sum of {v.sum(0)} of components from {v.min()} to {v.max()}"
        )
    return x


def _rounding(v):
    return 1e-9 if v.dtype == np.float64 else 1e-5


def __getattr__(name):
    """SciPy's own."""
    from scipy.stats import dirichlet

    return getattr(dirichlet, name)
