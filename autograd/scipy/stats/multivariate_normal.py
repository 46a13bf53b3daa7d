"""The normal distribution of vectors: log p = -(|z|² + d log 2π) / 2 - Σ log Lᵢᵢ.

L is the lower triangular root of the covariance, L Lᵀ = cov, and L z = x - mean.  The lower
triangle of ``cov`` is read; its gradient is that among symmetric matrices.
"""

import math

import numpy as np

from autograd.errors import LinAlgError, ShapeError
from autograd.ops.register import value
from autograd.scipy.linalg import solve_triangular
from autograd.scipy.register import number_or_array

LOG_2PI = math.log(2 * math.pi)


def logpdf(x, mean=None, cov=1, allow_singular=False):
    """The logarithm of the density.

    Parameters
    ----------
    x : array_like, (..., d)
        Points; for d = 1 their axis may be left out.
    mean : array_like, (d,) or ()
        0 if None.
    cov : array_like, (d, d), (d,) or ()
        The covariance, its diagonal, or a number that is all of its diagonal.
    allow_singular : bool
        Take a singular covariance for a distribution on the space that it spans; the density of
        points outside of it is 0.  The gradient is that among matrices of the same rank.

    Returns
    -------
    number, or (...)

    Raises
    ------
    LinAlgError
        ``cov`` is not positive definite.
    """
    mean, cov = _parameters(mean, cov)
    d = mean.shape[0]
    deviation = _points(x, d) - mean
    if allow_singular:
        y = _on_its_span(deviation, cov)
    else:
        root = _root(cov)
        flat = np.reshape(deviation, (-1, d))
        z = np.reshape(solve_triangular(root, flat.T, lower=True).T, deviation.shape)
        y = -np.sum(z * z, axis=-1) / 2 - d * LOG_2PI / 2 - np.sum(np.log(np.diagonal(root)))
    return y[()] if isinstance(y, np.ndarray) else y


def pdf(x, mean=None, cov=1, allow_singular=False):
    """The density; arguments as of `logpdf`."""
    return np.exp(logpdf(x, mean, cov, allow_singular))


def entropy(mean=None, cov=1):
    """log det(2πe cov) / 2, which the mean does not matter for."""
    mean, cov = _parameters(mean, cov)
    root = _root(cov)
    return np.sum(np.log(np.diagonal(root))) + mean.shape[0] * (1 + LOG_2PI) / 2


def _parameters(mean, cov):
    """Mean (d,) and covariance (d, d)."""
    mean, cov = number_or_array(mean), number_or_array(cov)
    sizes = [np.shape(v)[-1] for v in (mean, cov) if v is not None and np.ndim(v)]
    d = max(sizes) if sizes else 1
    if mean is None:
        mean = np.zeros(d, np.result_type(getattr(value(cov), "dtype", 0.0), np.float32))
    mean = np.reshape(mean, (1,)) if np.ndim(mean) == 0 else mean
    if np.ndim(cov) < 2:
        eye = np.eye(d, dtype=getattr(cov, "dtype", mean.dtype))
        cov = cov * eye
    if mean.shape != (d,) or cov.shape != (d, d):
        raise ShapeError(
            "multivariate_normal: expected a mean of shape (d,) and a covariance of shape (d, d), "
            f"got {tuple(mean.shape)} and {tuple(cov.shape)}"
        )
    return mean, cov


def _rounding(w):
    """Up to which share of the largest eigenvalue others are taken for 0, as in SciPy."""
    return (1e3 if w.dtype == np.float32 else 1e6) * np.finfo(w.dtype).eps


def _root(cov):
    """The lower triangular root of a matrix that is positive definite beyond rounding."""
    w = np.linalg.eigvalsh(value(cov))
    if w[0] <= _rounding(w) * w[-1]:
        raise LinAlgError(
            "multivariate_normal: the covariance must be positive definite, but its eigenvalues go "
            f"from {w[0]:.3g} to {w[-1]:.3g}. Add a small number to its diagonal, or pass "
            "allow_singular=True."
        )
    return np.linalg.cholesky(cov)


def _points(x, d):
    x = number_or_array(x)
    if np.ndim(x) and np.shape(x)[-1] == d:
        return x if d > 1 or np.ndim(x) > 1 else x[:, None]
    if d == 1:
        return np.reshape(x, (*np.shape(x), 1))
    raise ShapeError(f"multivariate_normal: expected points of shape (..., {d}), got {np.shape(x)}")


def _on_its_span(deviation, cov):
    """log p of a covariance of lower rank, by its pseudo-inverse and its nonzero eigenvalues."""
    eigenvalues = np.linalg.eigvalsh(cov)
    w, v = np.linalg.eigh(value(cov))
    rounding = _rounding(w)
    kept = w > rounding * np.max(np.abs(w))
    symmetric = np.tril(cov) + np.tril(cov, -1).T
    maha = np.sum((deviation @ np.linalg.pinv(symmetric, rounding)) * deviation, axis=-1)
    log_det = np.sum(np.log(eigenvalues[kept]))
    y = -(maha + np.sum(kept) * LOG_2PI + log_det) / 2
    beside = np.linalg.norm(value(deviation) @ v[:, ~kept], axis=-1)
    return np.where(beside > 1e3 * rounding, -np.inf, y) if np.any(~kept) else y


def __getattr__(name):
    """SciPy's own."""
    from scipy.stats import multivariate_normal

    return getattr(multivariate_normal, name)
