"""Order statistics, weighted averages, covariance, and reductions that leave out NaN."""

import math

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.complex_numbers import conj
from autograd.ops.reductions import count
from autograd.ops.register import (
    as_array,
    as_floats,
    constant,
    instead_of,
    listed,
    reals,
    value,
    values_only,
)
from autograd.primitive import primitive


@listed
@primitive
def smallest(x, k):
    """The k[j]-th smallest elements along the last axis: (..., n) -> (..., *k.shape).

    Equal elements share the gradient evenly.  NaN where there is one among them.
    """
    y = np.sort(x, axis=-1)
    if not np.any(np.isnan(y[..., -1:])):
        return y[..., k]
    rest = (1,) * np.ndim(k)
    bad = np.isnan(y[..., -1])
    return np.where(np.reshape(bad, bad.shape + rest), np.nan, y[..., k])


def _to_smallest(g, x, y, k):
    """Each cotangent to the elements equal to its result."""
    each = (*x.shape[:-1], math.prod(y.shape[x.ndim - 1 :]), 1)  # (..., K, 1)
    g, y = np.reshape(g, each), np.reshape(y, each)
    won = np.expand_dims(x, -2) == y  # (..., K, n)
    return np.sum(g * won / np.sum(won, axis=-1, keepdims=True), axis=-2)


smallest.vjp(x=lambda g, x, y, k: _to_smallest(g, x, y, k))


_OF_ELEMENTS = {"inverted_cdf", "closest_observation", "lower", "higher", "nearest"}


@instead_of(np.quantile)
def quantile(x, q, axis=None, method="linear", keepdims=False, weights=None):
    """Quantiles ``q`` in [0, 1]: (1 - t) times one order statistic plus t times the next.

    All of NumPy's methods; k + t is the same quantile of 0, 1, 2, ...  Of weighted elements, with
    method='inverted_cdf', one element each; the weights themselves have no derivative.
    """
    reals("quantile", x=x, q=q)
    return quantile_of_any(x, q, axis, method, keepdims, weights)


def quantile_of_any(x, q, axis=None, method="linear", keepdims=False, weights=None):
    """`quantile` of complex numbers too, in the order that sorts them: NumPy's median of them."""
    q = as_array(constant("quantile", "q", q))
    flat, axes = axes_last(x, axis)
    n = flat.shape[-1]
    if weights is not None:
        weights = as_array(constant("quantile", "weights", weights))
        y = _weighted(flat, q, axes_last(weights, axis)[0] if weights.ndim > 1 else weights, method)
        return np.reshape(y, q.shape + with_ones(x.shape, axes)) if keepdims else y
    if not n:
        raise ShapeError(f"quantile: of no elements at all, x has shape {tuple(x.shape)}")
    flat = flat if method in _OF_ELEMENTS else as_floats(flat)
    at = np.quantile(np.arange(float(n)), q, method=method)
    below = np.floor(at).astype(int)
    t = (at - below).astype(flat.dtype)
    y = smallest(flat, below)
    if np.any(t):
        y = (1 - t) * y + t * smallest(flat, np.minimum(below + 1, n - 1))
    y = np.moveaxis(y, tuple(range(flat.ndim - 1, y.ndim)), tuple(range(q.ndim)))
    return np.reshape(y, q.shape + with_ones(x.shape, axes)) if keepdims else y


def _weighted(x, q, weights, method):
    """Which one of the sorted elements it is, is the same quantile of their ranks."""
    if method != "inverted_cdf":
        raise ValueRangeError(f"quantile: method 'inverted_cdf' alone takes weights, not {method}")
    order = np.argsort(value(x), axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1)
    k = np.quantile(rank.astype(float), q, axis=-1, method=method, weights=weights).astype(int)
    k = np.reshape(k, (q.size, *x.shape[:-1]))
    y = np.take_along_axis(np.sort(x, axis=-1), np.moveaxis(k, 0, -1), axis=-1)
    bad = np.any(np.isnan(value(x)), axis=-1, keepdims=True)
    if np.any(bad):
        y = np.where(bad, np.nan, y)
    return np.reshape(np.moveaxis(y, -1, 0), q.shape + x.shape[:-1])


def axes_last(x, axis):
    """``x`` with the axes to reduce (None: all) as one at its end; and their numbers."""
    axes = tuple(range(x.ndim)) if axis is None else tuple(np.reshape(axis, -1) % x.ndim)
    rest = tuple(a for a in range(x.ndim) if a not in axes)
    lead = tuple(x.shape[a] for a in rest)
    return np.reshape(np.transpose(x, rest + axes), (*lead, count(x.shape, axes))), axes


def with_ones(shape, axes) -> tuple:
    """The shape of a result that keeps the reduced axes, of size 1."""
    return tuple(1 if a in axes else m for a, m in enumerate(shape))


@instead_of(np.percentile)
def percentile(x, q, axis=None, method="linear", keepdims=False, weights=None):
    """`quantile` of q / 100."""
    reals("percentile", x=x, q=q)
    q = np.true_divide(constant("percentile", "q", q), 100)
    return quantile_of_any(x, q, axis, method, keepdims, weights)


@instead_of(np.median)
def median(x, axis=None, keepdims=False):
    """The middle element, or the mean of the two in the middle."""
    return quantile_of_any(x, 0.5, axis, "linear", keepdims)


@instead_of(np.ptp)
def ptp(x, axis=None, keepdims=False):
    """Largest minus smallest element."""
    return np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims)


@instead_of(np.average)
def average(x, axis=None, weights=None, returned=False, keepdims=False):
    """Σ w x / Σ w.  Weights have the shape of ``x``, or one entry per element of the axis."""
    if weights is None:
        y = np.mean(x, axis=axis, keepdims=keepdims)
        total = np.full_like(y, count(np.shape(x), axis))
    else:
        x, weights = map(as_array, (x, weights))
        exact = np.result_type(x, weights, *([float] if x.dtype.kind in "biu" else []))
        weights = np.astype(weights, exact)  # their sum is of the dtype of the result
        if weights.shape != x.shape:
            if axis is None or weights.shape != tuple(
                x.shape[a] for a in (axis if isinstance(axis, tuple) else (axis,))
            ):
                raise ShapeError(
                    f"average: weights of shape {tuple(weights.shape)} fit neither x of shape "
                    f"{tuple(x.shape)} nor its axis {axis}"
                )
            axes = tuple(a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,)))
            weights = np.transpose(weights, np.argsort(axes).tolist())
            weights = np.reshape(
                weights, tuple(n if a in axes else 1 for a, n in enumerate(x.shape))
            )
        total = np.sum(np.broadcast_to(weights, x.shape), axis=axis, keepdims=keepdims)
        if np.any(total == 0):
            raise ZeroDivisionError("average: the weights sum to 0")
        y = np.sum(x * weights, axis=axis, keepdims=keepdims) / total
    return (y, total) if returned else y


@instead_of(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
    """Covariance matrix of the rows of ``m``: X Xᴴ / (n - ddof), X the deviations.

    Observations count ``fweights`` (integers) times, or as ``aweights``, which have a derivative.
    """
    x = np.atleast_2d(m) if rowvar or np.ndim(m) < 2 else np.transpose(m)
    if y is not None:
        y = np.atleast_2d(y) if rowvar or np.ndim(y) < 2 else np.transpose(y)
        x = np.concatenate([x, y], axis=0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    if fweights is None and aweights is None:
        x = x - np.mean(x, axis=1, keepdims=True)
        c = np.matmul(x, np.transpose(conj(x))) / max(x.shape[1] - ddof, 0)
        return np.squeeze(c)
    a = 1.0 if aweights is None else as_array(aweights) * 1.0
    w = a if fweights is None else a * as_array(constant("cov", "fweights", fweights))
    w = as_array(w)
    if tuple(w.shape) != (x.shape[1],):
        raise ShapeError(f"cov: {x.shape[1]} observations, but weights of shape {tuple(w.shape)}")
    total = np.sum(w)
    x = x - np.sum(x * w, axis=1, keepdims=True) / total
    lost = ddof * np.sum(w * a) / total if aweights is not None else ddof
    return np.squeeze(np.matmul(x * w, np.transpose(conj(x))) / np.maximum(total - lost, 0))


@instead_of(np.corrcoef)
def corrcoef(m, y=None, rowvar=True):
    """Correlation coefficients: the covariances over both standard deviations."""
    c = cov(m, y, rowvar)
    if c.ndim == 0:
        return c / c
    s = np.sqrt(np.real(np.diagonal(c)))
    return c / s[:, None] / s[None, :]


# -- without NaN ----------------------------------------------------------------------------------


def _but_nan(x, otherwise):
    """``x`` with its NaNs replaced, which then get no gradient."""
    return np.where(np.isnan(x), otherwise, x)


def _number(x, axis, keepdims):
    return how_many(~np.isnan(x), x, axis, keepdims)


def how_many(chosen, x, axis, keepdims):
    """How many elements are chosen, in the real dtype that a mean of ``x`` has."""
    dtype = np.finfo(x.dtype).dtype if x.dtype.kind in "fc" else float
    return np.sum(chosen, axis=axis, keepdims=keepdims, dtype=dtype)


@instead_of(np.nansum)
def nansum(x, axis=None, keepdims=False):
    """Sum of what is not NaN."""
    return np.sum(_but_nan(x, 0), axis=axis, keepdims=keepdims)


@instead_of(np.nanprod)
def nanprod(x, axis=None, keepdims=False):
    """Product of what is not NaN."""
    return np.prod(_but_nan(x, 1), axis=axis, keepdims=keepdims)


@instead_of(np.nanmean)
def nanmean(x, axis=None, keepdims=False):
    """Mean of what is not NaN."""
    return nansum(x, axis, keepdims) / _number(x, axis, keepdims)


@instead_of(np.nanmax)
def nanmax(x, axis=None, keepdims=False):
    """Largest element that is not NaN."""
    if x.dtype.kind in "biu":
        return np.max(x, axis=axis, keepdims=keepdims)
    y = np.max(_but_nan(x, -np.inf), axis=axis, keepdims=keepdims)
    return np.where(_number(x, axis, keepdims) == 0, np.nan, y)


@instead_of(np.nanmin)
def nanmin(x, axis=None, keepdims=False):
    """Smallest element that is not NaN."""
    if x.dtype.kind in "biu":
        return np.min(x, axis=axis, keepdims=keepdims)
    y = np.min(_but_nan(x, np.inf), axis=axis, keepdims=keepdims)
    return np.where(_number(x, axis, keepdims) == 0, np.nan, y)


@instead_of(np.nanvar)
def nanvar(x, axis=None, ddof=0, keepdims=False):
    """Variance of what is not NaN."""
    n = _number(x, axis, True)
    mean = np.sum(_but_nan(x, 0), axis=axis, keepdims=True) / n
    far = np.where(np.isnan(x), 0, x - mean)
    total = np.sum(np.real(far * conj(far)), axis=axis, keepdims=True)
    y = np.where(n > ddof, total, np.nan) / np.maximum(n - ddof, 1)
    return y if keepdims else np.reshape(y, np.sum(np.isnan(x), axis=axis).shape)


@instead_of(np.nanstd)
def nanstd(x, axis=None, ddof=0, keepdims=False):
    """Standard deviation of what is not NaN; its derivative is 0 where it is 0."""
    v = nanvar(x, axis, ddof, keepdims)
    return np.where(v == 0, 0, np.sqrt(v))


values_only(np.nanargmax, np.nanargmin)
