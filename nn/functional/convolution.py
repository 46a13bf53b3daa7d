"""Convolution and its adjoint in 1, 2, 3 dimensions, with a bias."""

import numpy as np

from autograd import ops
from autograd.errors import ShapeError
from autograd.ops.geometry import geometry_of
from nn.functional.checks import array, images, optional


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1, strict=False):
    """Convolution of sequences: (N, C, L) -> (N, O, L'); see `conv2d`."""
    return _conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups, strict)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1, strict=False):
    """Convolution (cross-correlation) of images: (N, C, H, W) -> (N, O, H', W').

    ``H' = floor((H + before + after - dilation (kh - 1) - 1) / stride) + 1``

    Parameters
    ----------
    input : Tensor or ndarray, (N, C, H, W)
    weight : Tensor or ndarray, (O, C/groups, kh, kw)
    bias : Tensor or ndarray, (O,), optional
    stride, dilation : int or one per spatial axis
    padding : int, one per spatial axis, pairs, 'same' or 'valid'
        Zeros around the image; ((top, bottom), (left, right)) for different ones at both ends.
        'same' gives ceil(H / stride); with an odd number of zeros one more goes behind, as
        TensorFlow does.
    groups : int
        Parts of the channels that are convolved on their own; groups = C is depth-wise.
    strict : bool
        Refuse sizes where the last rows or columns would not be read: (7 - 3) / 3 is not whole.

    Raises
    ------
    ShapeError
        Channels that differ, a filter larger than the image, or a size refused by ``strict``.
    """
    return _conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups, strict)


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1, strict=False):
    """Convolution of volumes or videos: (N, C, D, H, W) -> (N, O, D', H', W'); see `conv2d`."""
    return _conv("conv3d", 3, input, weight, bias, stride, padding, dilation, groups, strict)


def conv_transpose1d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The adjoint of `conv1d`: (N, C, L) -> (N, O, L'); see `conv_transpose2d`."""
    return _conv_transpose(
        "conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups,
        dilation,
    )  # fmt: skip


def conv_transpose2d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The adjoint of `conv2d`: every element of the input adds its filter to the output.

    ``H' = (H - 1) stride - 2 padding + dilation (kh - 1) + 1 + output_padding``

    Parameters
    ----------
    input : Tensor or ndarray, (N, C, H, W)
    weight : Tensor or ndarray, (C, O/groups, kh, kw)
    bias : Tensor or ndarray, (O,), optional
    stride, padding, dilation, groups
        Those of the convolution that this one is the adjoint of.
    output_padding : int or one per spatial axis, less than the stride or the dilation
        Rows and columns to add at the end, since several sizes are convolved to the same H.
    """
    return _conv_transpose(
        "conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups,
        dilation,
    )  # fmt: skip


def conv_transpose3d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
):
    """The adjoint of `conv3d`: (N, C, D, H, W) -> (N, O, D', H', W'); see `conv_transpose2d`."""
    return _conv_transpose(
        "conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups,
        dilation,
    )  # fmt: skip


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Every window as a column: (N, C, *S) -> (N, C ΠK, places); im2col.

    ``weight.reshape(O, -1) @ unfold(x)`` is a convolution.
    """
    input = array("unfold", "input", input)
    return ops.unfold(input, kernel_size, stride, padding, dilation)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """The adjoint of `unfold`: columns added up in an image (N, C, *output_size)."""
    input = array("fold", "input", input)
    return ops.fold(input, output_size, kernel_size, stride, padding, dilation)


def _conv(op, d, x, weight, bias, stride, padding, dilation, groups, strict):
    x, weight, bias = images(op, x, d), array(op, "weight", weight), optional(op, "bias", bias)
    _check(op, d, weight, bias, "(O, C, *K)", weight.shape[0])
    if strict:
        _refuse_leftover(op, x.shape[2:], weight.shape[2:], stride, padding, dilation)
    return ops.conv(x, weight, stride, padding, dilation, groups, bias)


def _conv_transpose(op, d, x, weight, bias, stride, padding, output_padding, groups, dilation):
    x, weight, bias = images(op, x, d), array(op, "weight", weight), optional(op, "bias", bias)
    _check(op, d, weight, bias, "(C, O, *K)", weight.shape[1] * groups)
    y = ops.conv_transpose(x, weight, stride, padding, output_padding, dilation, groups)
    return y if bias is None else y + np.reshape(bias, (1, -1) + (1,) * d)


def _check(op, d, weight, bias, expected, outputs):
    names = expected.replace("*K", ", ".join(("kd", "kh", "kw")[3 - d :]))
    if weight.ndim != d + 2:
        raise ShapeError(f"{op}: expected w of shape {names}, got {tuple(weight.shape)}")
    if bias is not None and tuple(bias.shape) != (outputs,):
        raise ShapeError(
            f"{op}: expected a bias for {outputs} output channels, got shape {tuple(bias.shape)}"
        )


def _refuse_leftover(op, size, kernel, stride, padding, dilation):
    d = len(size)
    geometry = geometry_of(op, size, tuple(kernel), stride, padding, dilation)
    for name, n, k, s, (p, q), e in zip("DHW"[3 - d :], size, *geometry, strict=True):
        span = e * (k - 1) + 1
        left = (n + p + q - span) % s
        if left and span <= n + p + q:
            raise ShapeError(
                f"{op}: strict: {name} = {n} with filter {span}, padding {p} + {q} and stride {s} "
                f"gives ({n} + {p + q} - {span}) / {s} + 1 = {(n + p + q - span) / s + 1:.4g} "
                f"places, which is no whole number. Pad by {s - left} more, crop by {left}, "
                f"choose another stride, or leave the last {left} out with strict=False."
            )
