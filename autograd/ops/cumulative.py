"""Running sums and products."""

import numpy as np

from autograd.errors import ShapeError
from autograd.ops.reductions import product_before
from autograd.ops.register import instead_of
from autograd.primitive import primitive


@instead_of(np.cumsum)
@primitive(linear=True)
def cumsum(x, axis=None):
    """Running sum.  The cotangent is summed from the other end."""
    return np.cumsum(x, axis=axis)


cumsum.vjp(
    x=lambda g, x_shape, axis: np.reshape(
        np.flip(np.cumsum(np.flip(g, axis or 0), axis or 0), axis or 0), x_shape
    )
)


@instead_of(np.cumprod)
@primitive
def cumprod(x, axis=None):
    """Running product.  dL/dx_i = (Π of x before i) Σ_(j >= i) g_j (Π of x after i, up to j)."""
    return np.cumprod(x, axis=axis)


def _cumprod_vjp(g, x, axis):
    """Right with any number of zeros, to any order: there is no division."""
    axis = axis if x.ndim else None
    flat = np.reshape(x, -1) if axis is None else np.moveaxis(x, axis, -1)
    g = g if axis is None else np.moveaxis(g, axis, -1)
    after = np.concatenate([flat[..., 1:], np.zeros_like(flat[..., :1])], axis=-1)
    d = product_before(flat) * linear_recurrence(g, after)
    return np.reshape(d, x.shape) if axis is None else np.moveaxis(d, -1, axis)


def linear_recurrence(g, a):
    """The sᵢ = gᵢ + aᵢ sᵢ₊₁ along the last axis, from its end, in log₂ n steps."""
    k, n = 1, g.shape[-1]
    while k < n:
        g = np.concatenate([g[..., :-k] + a[..., :-k] * g[..., k:], g[..., -k:]], axis=-1)
        a = np.concatenate([a[..., :-k] * a[..., k:], 0 * a[..., -k:]], axis=-1)
        k *= 2
    return g


cumprod.vjp(x=lambda g, x, axis: _cumprod_vjp(g, x, axis))


@instead_of(np.cumulative_sum)
def cumulative_sum(x, axis=None, include_initial=False):
    """`cumsum`, with the 0 it starts from if asked for."""
    return _from(0, np.cumsum, x, axis, include_initial)


@instead_of(np.cumulative_prod)
def cumulative_prod(x, axis=None, include_initial=False):
    """`cumprod`, with the 1 it starts from if asked for."""
    return _from(1, np.cumprod, x, axis, include_initial)


def _from(start, f, x, axis, include_initial):
    if axis is None and x.ndim != 1:
        raise ShapeError(f"{f.__name__}: an axis is needed for an array of shape {tuple(x.shape)}")
    y = f(x, axis=axis)
    if not include_initial:
        return y
    axis = 0 if axis is None else axis % y.ndim
    first = np.full_like(y, start, shape=(*y.shape[:axis], 1, *y.shape[axis + 1 :]))
    return np.concatenate([first, y], axis=axis)


@instead_of(np.nancumsum)
def nancumsum(x, axis=None):
    """`cumsum` that takes NaN as 0."""
    return np.cumsum(np.where(np.isnan(x), 0, x), axis=axis)


@instead_of(np.nancumprod)
def nancumprod(x, axis=None):
    """`cumprod` that takes NaN as 1."""
    return np.cumprod(np.where(np.isnan(x), 1, x), axis=axis)
