"""Sums, means, products, extremes over axes; softmax and its relatives."""

import math

import numpy as np

from autograd.cotangents import countable
from autograd.kernels.elementwise import fast_as
from autograd.ops.arithmetic import over
from autograd.ops.complex_numbers import conj
from autograd.ops.register import as_floats, instead_of, listed, values_only
from autograd.primitive import primitive


def expand(g, shape, axis, keepdims):
    """A reduced array spread over the axes it was reduced over: the adjoint of the sum."""
    if axis is not None and not keepdims and shape:  # NumPy lets axis=0 be that of a scalar
        g = np.expand_dims(g, axis)
    if isinstance(g, np.generic):  # as below, in a tenth of its time
        return np.ndarray(shape, g.dtype, g, 0, (0,) * len(shape))
    return np.broadcast_to(g, shape)


def count(shape, axis) -> int:
    """How many elements each result of a reduction was made from."""
    if axis is None or not shape:
        return math.prod(shape)
    axes = axis if isinstance(axis, tuple) else (axis,)
    return math.prod(shape[k] for k in axes)


@instead_of(np.sum)
@primitive(linear=True)
def sum_(x, axis=None, keepdims=False):
    """Sum over axes.  Every summand has derivative 1."""
    return np.sum(x, axis=axis, keepdims=keepdims)


sum_.vjp(x=lambda g, x_shape, axis, keepdims: expand(g, x_shape, axis, keepdims))


@instead_of(np.mean)
@primitive(linear=True)
def mean(x, axis=None, keepdims=False):
    """Mean over axes.  Every element has derivative 1/n."""
    if type(x) is np.ndarray and x.dtype.char in "fd":  # as below, in a quarter of its time
        return np.add.reduce(x, axis, keepdims=keepdims) / count(x.shape, axis)
    return np.mean(x, axis=axis, keepdims=keepdims)


mean.vjp(
    x=lambda g, x_shape, axis, keepdims: expand(
        countable(g) / max(count(x_shape, axis), 1), x_shape, axis, keepdims
    )
)


@instead_of(np.max, np.amax)
@primitive
def max_(x, axis=None, keepdims=False):
    """Largest element.  The winner has derivative 1; equal winners share it evenly."""
    return np.max(x, axis=axis, keepdims=keepdims)


@instead_of(np.min, np.amin)
@primitive
def min_(x, axis=None, keepdims=False):
    """Smallest element.  The winner has derivative 1; equal winners share it evenly."""
    return np.min(x, axis=axis, keepdims=keepdims)


def _to_winners(g, x, y, axis, keepdims):
    won = x == expand(y, x.shape, axis, keepdims)
    return expand(g, x.shape, axis, keepdims) * won / np.sum(won, axis=axis, keepdims=True)


max_.vjp(x=lambda g, x, y, axis, keepdims: _to_winners(g, x, y, axis, keepdims))
min_.vjp(x=lambda g, x, y, axis, keepdims: _to_winners(g, x, y, axis, keepdims))


@instead_of(np.prod)
@primitive
def prod(x, axis=None, keepdims=False):
    """Product over axes.  The derivative of a factor is the product of all others, zeros or not."""
    return np.prod(x, axis=axis, keepdims=keepdims)


prod.vjp(
    x=lambda g, x, axis, keepdims: expand(g, x.shape, axis, keepdims) * product_of_others(x, axis)
)


def product_of_others(x, axis):
    """Π of all elements over ``axis`` but this one: before it times after it, no division."""
    if not x.ndim or not x.size:
        return np.ones_like(x)
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(k % x.ndim for k in axes)
    rest = tuple(k for k in range(x.ndim) if k not in axes)
    moved = np.transpose(x, rest + axes)
    flat = np.reshape(moved, moved.shape[: len(rest)] + (-1,))
    others = product_before(flat) * np.flip(product_before(np.flip(flat, -1)), -1)
    back = np.argsort(rest + axes)
    return np.transpose(np.reshape(others, moved.shape), tuple(int(k) for k in back))


def product_before(x):
    """Π of the elements before this one on the last axis, in log₂ n steps of multiplication."""
    y = np.concatenate([np.ones_like(x[..., :1]), x[..., :-1]], axis=-1)
    k = 1
    while k < y.shape[-1]:
        y = np.concatenate([y[..., :k], y[..., k:] * y[..., :-k]], axis=-1)
        k *= 2
    return y


@instead_of(np.var)
@primitive
def var(x, axis=None, ddof=0, keepdims=False):
    """Variance, Σ|x - mean|² / (n - ddof).  dy/dx = 2 (x - mean) / (n - ddof)."""
    return np.var(x, axis=axis, ddof=ddof, keepdims=keepdims)


@instead_of(np.std)
@primitive
def std(x, axis=None, ddof=0, keepdims=False):
    """Standard deviation.  dy/dx = (x - mean) / ((n - ddof) y), and 0 where y = 0."""
    return np.std(x, axis=axis, ddof=ddof, keepdims=keepdims)


def centred(x, axis):
    """The deviations from the mean (conjugated where complex)."""
    return conj(x - np.mean(x, axis=axis, keepdims=True))


def _freedom(shape, axis, ddof):
    return np.maximum(count(shape, axis) - ddof, 0) * 1.0


var.vjp(
    x=lambda g, x, axis, ddof, keepdims: (
        expand(g * 2, x.shape, axis, keepdims) * centred(x, axis) / _freedom(x.shape, axis, ddof)
    )
)
std.vjp(
    x=lambda g, x, y, axis, ddof, keepdims: (
        expand(over(g, y), x.shape, axis, keepdims)
        * centred(x, axis)
        / _freedom(x.shape, axis, ddof)
    )
)


@listed
@primitive
def logsumexp(x, axis=None, keepdims=False):
    """log Σ eˣ, without overflow.  dy/dx = e^(x - y), the softmax."""
    x = as_floats(x)
    m = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    m = np.where(np.isfinite(m), m, 0)
    with np.errstate(divide="ignore"):
        y = np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True)) + m
    return y if keepdims else np.reshape(y, np.sum(x, axis=axis).shape)


def _share(x, y, axis, keepdims):
    return np.exp(x - expand(np.where(y == -np.inf, 0, y), x.shape, axis, keepdims))


logsumexp.vjp(
    x=lambda g, x, y, axis, keepdims: (
        expand(g, x.shape, axis, keepdims) * _share(x, y, axis, keepdims)
    )
)


@listed
@primitive
@fast_as("classification", "softmax")
def softmax(x, axis=-1):
    """eˣ / Σ eˣ.  dL/dx = y (g - Σ g y): on the diagonal y_i (1 - y_i), off it -y_i y_j."""
    x = as_floats(x)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


softmax.vjp(
    x=fast_as("classification", "softmax_dx")(
        lambda g, y, axis: y * (g - np.sum(g * y, axis=axis, keepdims=True))
    )
)


@listed
@primitive
@fast_as("classification", "log_softmax")
def log_softmax(x, axis=-1):
    """x - log Σ eˣ, without overflow.  dL/dx = g - softmax(x) Σ g."""
    x = as_floats(x)
    x = x - np.max(x, axis=axis, keepdims=True)
    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))


log_softmax.vjp(
    x=fast_as("classification", "log_softmax_dx")(
        lambda g, y, axis: g - np.exp(y) * np.sum(g, axis=axis, keepdims=True)
    )
)


values_only(np.argmax, np.argmin, np.any, np.all, np.count_nonzero)
