"""Pooling in 1, 2, 3 dimensions: the largest or the mean element of every window."""

import math

from autograd.errors import ValueRangeError
from autograd.kernels import pooling as kernel_of
from autograd.ops.geometry import check_fits, check_image, pairs, per_axis
from autograd.ops.register import listed
from autograd.primitive import primitive
from autograd.tensor import Tensor


@listed
@primitive
def max_pool_y(x, geometry):
    """The largest element of every window; all the gradient goes to the first of equal winners."""
    return kernel_of.max_pool(x, geometry)


@listed
@primitive
def max_unpool(g, x, top, geometry):
    """``g`` added at the winners of the windows of ``x``."""
    return kernel_of.max_unpool(g, x, top, geometry)


@listed
@primitive
def max_pick(h, x, top, geometry):
    """``h`` at the winners of the windows of ``x``: the adjoint of `max_unpool`."""
    return kernel_of.max_pick(h, x, top, geometry)


def _value(x):
    return x.data if type(x) is Tensor else x  # who won does not change with x


max_pool_y.vjp(x=lambda g, x, y, geometry: max_unpool(g, _value(x), _value(y), geometry))
max_unpool.vjp(g=lambda h, x, top, geometry: max_pick(h, x, top, geometry))
max_pick.vjp(h=lambda g, x, top, geometry: max_unpool(g, x, top, geometry))


@listed
@primitive
def sum_pool_y(x, geometry):
    """The sum over every window.  Adjoint: the cotangent at every element of the window."""
    return kernel_of.sum_pool(x, geometry)


@listed
@primitive
def sum_unpool(g, x_shape, geometry):
    """``g`` added at every element of its window."""
    return kernel_of.sum_unpool(g, x_shape, geometry)


sum_pool_y.vjp(x=lambda g, x_shape, geometry: sum_unpool(g, x_shape, geometry))
sum_unpool.vjp(g=lambda h, geometry: sum_pool_y(h, geometry))


def max_pool(x, kernel, stride=None, padding=0, dilation=1):
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

    Returns
    -------
    Tensor or ndarray, (N, C, *P)

    Raises
    ------
    ShapeError
        The window is larger than the padded image.
    """
    return max_pool_y(x, _geometry("max_pool", x, kernel, stride, padding, dilation))


def avg_pool(x, kernel, stride=None, padding=0):
    """The mean of every window of the last axes, zeros of the padding counted; see `max_pool`."""
    geometry = _geometry("avg_pool", x, kernel, stride, padding, 1)
    return sum_pool_y(x, geometry) / math.prod(geometry[0])


def _geometry(op, x, kernel, stride, padding, dilation):
    d = len(x.shape) - 2
    check_image(op, x, d if d in (1, 2, 3) else 2)
    size = tuple(x.shape[2:])
    kernel = per_axis(op, "kernel", kernel, d, 1)
    stride = kernel if stride is None else per_axis(op, "stride", stride, d, 1)
    dilation = per_axis(op, "dilation", dilation, d, 1)
    padding = pairs(op, padding, size, kernel, stride, dilation)
    if any(max(p) > k // 2 for p, k in zip(padding, kernel, strict=True)):
        raise ValueRangeError(f"{op}: padding {padding} is more than half of the kernel {kernel}")
    check_fits(op, size, kernel, stride, padding, dilation)
    return kernel, stride, padding, dilation
