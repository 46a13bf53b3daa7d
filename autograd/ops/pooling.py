"""Pooling in 1, 2, 3 dimensions: the largest element, mean or p-norm of every window."""

import math

import numpy as np

from autograd.errors import ValueRangeError
from autograd.kernels import pooling as kernel_of
from autograd.ops.complex_numbers import conj
from autograd.ops.geometry import check_image, fitting, geometry_of, per_axis
from autograd.ops.register import listed
from autograd.primitive import primitive
from autograd.tensor import Tensor


@listed
@primitive
def max_pool_(x, geometry):
    """The largest element of every window; all the gradient goes to the first of equal winners."""
    return kernel_of.max_pool(x, geometry)


@listed
@primitive(linear=True)
def max_unpool(g, x, top, geometry):
    """``g`` added at the winners of the windows of ``x``."""
    return kernel_of.max_unpool(g, x, top, geometry)


@listed
@primitive(linear=True)
def max_pick(h, x, top, geometry):
    """``h`` at the winners of the windows of ``x``: the adjoint of `max_unpool`."""
    return kernel_of.max_pick(h, x, top, geometry)


def _value(x):
    return x.data if type(x) is Tensor else x  # who won does not change with x


max_pool_.vjp(x=lambda g, x, y, geometry: max_unpool(g, _value(x), _value(y), geometry))
max_unpool.vjp(g=lambda h, x, top, geometry: max_pick(h, x, top, geometry))
max_pick.vjp(h=lambda g, x, top, geometry: max_unpool(g, x, top, geometry))


@listed
@primitive(linear=True)
def avg_pool_(x, geometry, count):
    """The sum over every window, divided by ``count``, a number or one for each window."""
    return kernel_of.sum_pool(x, geometry, count)


@listed
@primitive(linear=True)
def avg_unpool(g, x_shape, geometry, count):
    """``g`` divided by ``count`` added at every element of its window."""
    return kernel_of.sum_unpool(g, x_shape, geometry, count)


avg_pool_.vjp(x=lambda g, x_shape, geometry, count: avg_unpool(g, x_shape, geometry, count))
avg_unpool.vjp(g=lambda h, geometry, count: avg_pool_(h, geometry, count))


@listed
@primitive
def lp_pool_(x, p, geometry):
    """(Σ|x|ᵖ)^(1/p) over every window.  dy/dx = sign(x) (|x| / y)^(p-1), and 0 where y = 0."""
    return kernel_of.sum_pool(np.abs(x) ** p, geometry, 1) ** (1 / p)


lp_pool_.vjp(
    x=lambda g, x, y, p, geometry: (
        conj(np.sign(x))
        * np.abs(x) ** (p - 1)
        * avg_unpool(g * (y + (y == 0)) ** (1 - p), np.shape(x), geometry, 1)
    )
)


def max_pool(x, kernel, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The largest element of every window of the last axes.

    Parameters
    ----------
    x : Tensor or ndarray, (N, C, *S)
        1, 2 or 3 spatial axes S.
    kernel : int or one per spatial axis
    stride : like kernel, optional
        Default: the kernel, so that windows do not overlap.
    padding : int, one or a pair per spatial axis, 'same' or 'valid'
        At most half the kernel; never wins.
    ceil_mode : bool
        Also take a last window that reaches beyond the padded image, if it starts before its
        right padding.

    Returns
    -------
    Tensor or ndarray, (N, C, *P)

    Raises
    ------
    ShapeError
        The window is larger than the padded image.
    """
    geometry = window_geometry("max_pool", x, kernel, stride, padding, dilation, ceil_mode)
    return max_pool_(x, geometry)


def avg_pool(x, kernel, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The mean of every window of the last axes; see `max_pool`.

    The zeros of the padding are counted unless count_include_pad=False; what ``ceil_mode`` adds
    beyond the padding never is.
    """
    geometry = window_geometry("avg_pool", x, kernel, stride, padding, 1, ceil_mode)
    if count_include_pad and not ceil_mode:
        return avg_pool_(x, geometry, math.prod(geometry.kernel))
    asked = geometry_of("avg_pool", x.shape[2:], *geometry[:2], padding, 1)
    return avg_pool_(x, geometry, _elements(x, geometry, asked.padding, count_include_pad))


def _elements(x, geometry, padding, count_include_pad):
    """How many elements each window has within the image, or the padded image."""
    per_axis_counts, axes = [], (geometry.kernel, geometry.stride, padding)
    for n, o, k, s, (p, q) in zip(x.shape[2:], geometry.out(x.shape[2:]), *axes, strict=True):
        first = np.arange(o) * s - p
        end = np.minimum(first + k, n + q if count_include_pad else n)
        per_axis_counts.append(end - (first if count_include_pad else np.maximum(first, 0)))
    return math.prod(np.ix_(*per_axis_counts)).astype(x.dtype)


def lp_pool(x, p, kernel, stride=None, padding=0, ceil_mode=False):
    """(Σ|x|ᵖ)^(1/p) over every window of the last axes, p >= 1; see `max_pool`."""
    if not 1 <= p < math.inf:
        raise ValueRangeError(f"lp_pool: p must be a number of at least 1, got {p!r}")
    geometry = window_geometry("lp_pool", x, kernel, stride, padding, 1, ceil_mode)
    return lp_pool_(x, p, geometry)


def window_geometry(op, x, kernel, stride, padding, dilation, ceil_mode=False):
    """The windows over ``x``, checked."""
    d = len(x.shape) - 2
    check_image(op, x, d if d in (1, 2, 3) else 2)
    size, kernel = tuple(x.shape[2:]), per_axis(op, "kernel", kernel, d, 1)
    stride = kernel if stride is None else stride
    geometry = geometry_of(op, size, kernel, stride, padding, dilation)
    padding = geometry.padding
    if any(max(p) > k // 2 for p, k in zip(padding, kernel, strict=True)):
        raise ValueRangeError(f"{op}: padding {padding} is more than half of the kernel {kernel}")
    if ceil_mode:
        axes = zip(size, *geometry, strict=True)
        padding = tuple((p, _reach(n, k, s, p, q, e)) for n, k, s, (p, q), e in axes)
    return fitting(op, size, geometry._replace(padding=padding))


def _reach(n, k, s, p, q, e):
    """The right padding that makes the number of windows of one axis round up."""
    span = e * (k - 1) + 1
    out = -(-(n + p + q - span) // s) + 1
    if (out - 1) * s >= n + p:  # a window must start in the image or its left padding
        out -= 1
    return max((out - 1) * s + span - n - p, 0)
