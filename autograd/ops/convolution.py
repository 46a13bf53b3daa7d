"""Convolution (cross-correlation) in 1, 2, 3 dimensions.

Three bilinear primitives closed under differentiation: each one's derivatives are the other two.
"""

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from autograd.kernels import convolution as kernel_of
from autograd.kernels.normalization import over_channels
from autograd.ops.geometry import check_image, fitting, geometry_of, per_axis
from autograd.ops.register import listed
from autograd.primitive import primitive


@listed
@primitive
def conv_(x, w, b, geometry, groups):
    """y[n, o, p] = b[o] + Σ over c, k of w[o, c, k] x[n, c, stride p + dilation k]."""
    return kernel_of.conv(x, w, b, geometry, groups)


@listed
@primitive(linear=True)
def conv_dx(g, w, x_shape, geometry, groups):
    """The adjoint of `conv_` in x: a convolution of g with the flipped filter."""
    return kernel_of.conv_dx(g, w, x_shape, geometry, groups)


@listed
@primitive(linear=True)
def conv_dw(x, g, w_shape, geometry, groups):
    """The adjoint of `conv_` in w: a convolution of x with g; shared weights add up."""
    return kernel_of.conv_dw(x, g, w_shape, geometry, groups)


conv_.vjp(
    x=lambda g, w, x_shape, geometry, groups: conv_dx(g, w, x_shape, geometry, groups),
    w=lambda g, x, w_shape, geometry, groups: conv_dw(x, g, w_shape, geometry, groups),
    b=lambda g: over_channels(g),
)
conv_dx.vjp(
    g=lambda h, w, geometry, groups: conv_(h, w, None, geometry, groups),
    w=lambda h, g, w_shape, geometry, groups: conv_dw(h, g, w_shape, geometry, groups),
)
conv_dw.vjp(
    x=lambda h, g, x_shape, geometry, groups: conv_dx(g, h, x_shape, geometry, groups),
    g=lambda h, x, geometry, groups: conv_(x, h, None, geometry, groups),
)


def conv(x, w, stride=1, padding=0, dilation=1, groups=1, bias=None):
    """Convolution without flipping the filter, as in every network library.

    Parameters
    ----------
    x : Tensor or ndarray, (N, C, *S)
        1, 2 or 3 spatial axes S.
    w : Tensor or ndarray, (O, C/groups, *K)
        O filters.
    stride, dilation : int or one per spatial axis
    padding : int, one per spatial axis, a (before, after) pair per axis, 'same' or 'valid'
        Zeros around the image.
    groups : int
        Input and output channels are parted into this many groups without connections.
    bias : Tensor or ndarray, (O,), optional
        Added to each output channel.

    Returns
    -------
    Tensor or ndarray, (N, O, *P)
        P = floor((S + padding - dilation (K - 1) - 1) / stride) + 1 per axis.

    Raises
    ------
    ShapeError
        The filter is larger than the padded image, or the channels do not agree.
    """
    d = w.ndim - 2
    if d not in (1, 2, 3):
        raise ShapeError(f"conv: expected filters w of shape (O, C, *K), got {tuple(w.shape)}")
    (groups,) = per_axis("conv", "groups", groups, 1, 1)
    check_image("conv", x, d, w.shape[1] * groups)
    if w.shape[0] % groups:
        raise ValueRangeError(f"conv: {w.shape[0]} filters do not part into {groups} groups")
    if bias is not None and np.shape(bias) != (w.shape[0],):
        raise ShapeError(
            f"conv: expected a bias of shape ({w.shape[0]},), one per filter, got {np.shape(bias)}"
        )
    size = tuple(x.shape[2:])
    geometry = geometry_of("conv", size, tuple(w.shape[2:]), stride, padding, dilation)
    return conv_(x, w, bias, fitting("conv", size, geometry), groups)


def conv_transpose(x, w, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    """The adjoint of `conv` as a layer: every element of ``x`` adds its filter to the result.

    Parameters
    ----------
    x : Tensor or ndarray, (N, C, *S)
        1, 2 or 3 spatial axes S.
    w : Tensor or ndarray, (C, O/groups, *K)
    stride, padding, dilation, groups
        Those of the convolution that this one is the adjoint of; padding as numbers.
    output_padding : int or one per spatial axis, less than the stride or the dilation
        Added to the size of the result, at the end: several sizes give the same S.

    Returns
    -------
    Tensor or ndarray, (N, O, *P)
        P = (S - 1) stride - padding + dilation (K - 1) + 1 + output_padding per axis.

    Raises
    ------
    ShapeError
        The channels do not agree, or nothing would be left.
    """
    op, d = "conv_transpose", w.ndim - 2
    if d not in (1, 2, 3):
        raise ShapeError(f"{op}: expected filters w of shape (C, O, *K), got {tuple(w.shape)}")
    (groups,) = per_axis(op, "groups", groups, 1, 1)
    check_image(op, x, d, w.shape[0])
    if w.shape[0] % groups:
        raise ValueRangeError(f"{op}: {w.shape[0]} channels do not part into {groups} groups")
    if isinstance(padding, str):
        raise ValueRangeError(f"{op}: padding must be numbers, got {padding!r}")
    geometry = geometry_of(op, x.shape[2:], tuple(w.shape[2:]), stride, padding, dilation)
    more = per_axis(op, "output_padding", output_padding, d, 0)
    if any(m >= max(s, e) for _, s, _, e, m in zip(*geometry, more, strict=True)):
        raise ValueRangeError(
            f"{op}: output_padding {more} must be less than the stride {geometry.stride} or the "
            f"dilation {geometry.dilation}"
        )
    size = tuple(
        (n - 1) * s - p - q + e * (k - 1) + 1 + m
        for n, k, s, (p, q), e, m in zip(x.shape[2:], *geometry, more, strict=True)
    )
    steps = [m // s for m, s in zip(more, geometry.stride, strict=True)]
    if any(steps):  # the convolution finds places past the end of x
        x = np.pad(x, ((0, 0), (0, 0), *((0, n) for n in steps)))
    if min(size) < 1:
        raise ShapeError(f"{op}: the result would have the size {size}; use less padding")
    shape = (x.shape[0], w.shape[1] * groups, *size)
    return conv_dx(x, w, shape, geometry, groups)
