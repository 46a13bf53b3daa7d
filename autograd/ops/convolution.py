"""Convolution (cross-correlation) in 1, 2, 3 dimensions.

Three bilinear primitives closed under differentiation: each one's derivatives are the other two.
"""

from autograd.errors import ShapeError, ValueRangeError
from autograd.kernels import convolution as kernel_of
from autograd.ops.geometry import check_fits, check_image, pairs, per_axis
from autograd.ops.register import listed
from autograd.primitive import primitive


@listed
@primitive
def conv_y(x, w, stride, padding, dilation, groups):
    """y[n, o, p] = Σ over c, k of w[o, c, k] x[n, c, stride p + dilation k]."""
    return kernel_of.conv(x, w, stride, padding, dilation, groups)


@listed
@primitive
def conv_dx(g, w, x_shape, stride, padding, dilation, groups):
    """The adjoint of `conv_y` in x: a convolution of g with the flipped filter."""
    return kernel_of.conv_dx(g, w, x_shape, stride, padding, dilation, groups)


@listed
@primitive
def conv_dw(x, g, w_shape, stride, padding, dilation, groups):
    """The adjoint of `conv_y` in w: a convolution of x with g; shared weights add up."""
    return kernel_of.conv_dw(x, g, w_shape, stride, padding, dilation, groups)


conv_y.vjp(
    x=lambda g, w, x_shape, stride, padding, dilation, groups: conv_dx(
        g, w, x_shape, stride, padding, dilation, groups
    ),
    w=lambda g, x, w_shape, stride, padding, dilation, groups: conv_dw(
        x, g, w_shape, stride, padding, dilation, groups
    ),
)
conv_dx.vjp(
    g=lambda h, w, stride, padding, dilation, groups: conv_y(
        h, w, stride, padding, dilation, groups
    ),
    w=lambda h, g, w_shape, stride, padding, dilation, groups: conv_dw(
        h, g, w_shape, stride, padding, dilation, groups
    ),
)
conv_dw.vjp(
    x=lambda h, g, x_shape, stride, padding, dilation, groups: conv_dx(
        g, h, x_shape, stride, padding, dilation, groups
    ),
    g=lambda h, x, stride, padding, dilation, groups: conv_y(
        x, h, stride, padding, dilation, groups
    ),
)


def conv(x, w, stride=1, padding=0, dilation=1, groups=1):
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
    kernel = tuple(w.shape[2:])
    stride = per_axis("conv", "stride", stride, d, 1)
    dilation = per_axis("conv", "dilation", dilation, d, 1)
    padding = pairs("conv", padding, x.shape[2:], kernel, stride, dilation)
    check_fits("conv", tuple(x.shape[2:]), kernel, stride, padding, dilation)
    return conv_y(x, w, stride, padding, dilation, groups)
