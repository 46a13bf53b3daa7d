"""Convolution layers in 1, 2, 3 dimensions: written once, with thin names."""

import math
from typing import Any

from autograd.errors import ShapeError, ValueRangeError
from nn import functional as F
from nn import init
from nn.functional.checks import one_of, positive
from nn.functional.convolution import padding_of
from nn.layers.base import options, per_axis, without
from nn.module import Module
from nn.sequential import Sequential


class Convolution(Module):
    """Base of the convolution layers: (N, in_channels, *S) -> (N, out_channels, *P).

    ``weight`` (out, in/groups, *K), ``bias`` (out,), uniform within 1/sqrt(in/groups ΠK) at first.
    """

    d = 0
    function: Any

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
        bias=True, padding_mode="zeros", strict=False,
    ):  # fmt: skip
        self._take(in_channels, out_channels, kernel_size, stride, dilation, groups)
        one_of(
            type(self).__name__, "padding_mode", padding_mode,
            ("zeros", "reflect", "replicate", "circular"),
        )  # fmt: skip
        self.padding, self.padding_mode, self.strict = padding, padding_mode, strict
        self._start((out_channels, in_channels // groups, *self.kernel_size), out_channels, bias)

    def _take(self, in_channels, out_channels, kernel_size, stride, dilation, groups):
        layer = type(self).__name__
        positive(layer, in_channels=in_channels, out_channels=out_channels, groups=groups)
        if in_channels % groups or out_channels % groups:
            raise ValueRangeError(
                f"{layer}: {in_channels} input and {out_channels} output channels do not part into "
                f"{groups} groups"
            )
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = per_axis(layer, "kernel_size", kernel_size, self.d)
        self.stride = per_axis(layer, "stride", stride, self.d)
        self.dilation = per_axis(layer, "dilation", dilation, self.d)

    def _start(self, shape, outputs, bias):
        self.weight = init.kaiming_uniform(shape)
        bound = 1 / math.sqrt(init.fan_in(shape))
        self.bias = init.uniform((outputs,), bound) if bias else None

    def forward(self, x):
        """x (N, C, *S) -> (N, O, *P)."""
        padding = self.padding
        if self.padding_mode != "zeros" and x.ndim == self.d + 2:
            x, padding = self._padded(x), 0
        return type(self).function(
            x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups, self.strict
        )

    def _padded(self, x):
        """x with the border of the padding mode."""
        widths = padding_of(
            type(self).__name__, self.padding, x.shape[2:], self.kernel_size, self.stride,
            self.dilation,
        )  # fmt: skip
        return F.pad(x, [n for pair in reversed(widths) for n in pair], self.padding_mode)

    def extra_repr(self):
        """Sizes, and options that are not the default."""
        ones = (1,) * self.d
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        text += options(
            self, stride=ones, padding=0, dilation=ones, groups=1, padding_mode="zeros",
            strict=False,
        )  # fmt: skip
        return text + without(self.bias, "bias")


class Conv1d(Convolution):
    """Convolution of sequences: (N, in_channels, L) -> (N, out_channels, L'); see `Conv2d`."""

    d = 1
    function = staticmethod(F.conv1d)


class Conv2d(Convolution):
    """Convolution of images: (N, in_channels, H, W) -> (N, out_channels, H', W').

    ``weight`` (out, in/groups, kh, kw), ``bias`` (out,), uniform within 1/sqrt(in/groups kh kw) at
    first.  H' = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size, stride, dilation : int or one per spatial axis
    padding : int, one per spatial axis, pairs, 'same' or 'valid'
        ((top, bottom), (left, right)) pads the ends differently.  'same' gives ceil(H / stride);
        with stride 2 as TensorFlow does it, the odd row behind.
    groups : int
        Parts of the channels that are convolved on their own; groups=in_channels is depth-wise.
    bias : bool
    padding_mode : str
        What the border holds: 'zeros', 'reflect', 'replicate' or 'circular'.
    strict : bool
        Refuse images whose last rows or columns no window would read.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Conv2d(3, 10, 5, padding=2)
    >>> layer(np.zeros((1, 3, 32, 32), np.float32)).shape, layer.count_parameters()
    ((1, 10, 32, 32), 760)
    """

    d = 2
    function = staticmethod(F.conv2d)


class Conv3d(Convolution):
    """Convolution of videos: (N, in_channels, D, H, W) -> (N, out_channels, D', H', W')."""

    d = 3
    function = staticmethod(F.conv3d)


class SeparableConv2d(Sequential):
    """A filter per channel, then 1x1 filters over the channels: (N, C, H, W) -> (N, O, H', W').

    C K² + C O weights instead of C O K².  Children ``depthwise`` and ``pointwise``.  Chollet 2017.
    """

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True
    ):
        super().__init__(
            {
                "depthwise": Conv2d(
                    in_channels, in_channels, kernel_size, stride, padding, dilation,
                    groups=in_channels, bias=bias,
                ),
                "pointwise": Conv2d(in_channels, out_channels, 1, bias=bias),
            }
        )  # fmt: skip


class TransposedConvolution(Convolution):
    """Base of the transposed convolutions: (N, in_channels, *S) -> (N, out_channels, *P).

    ``weight`` (in, out/groups, *K), ``bias`` (out,).
    """

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0,
        groups=1, bias=True, dilation=1,
    ):  # fmt: skip
        self._take(in_channels, out_channels, kernel_size, stride, dilation, groups)
        self.padding, self.output_padding = padding, output_padding
        self._start((in_channels, out_channels // groups, *self.kernel_size), out_channels, bias)

    def forward(self, x, output_size=None):
        """x (N, C, *S) -> (N, O, *P); ``output_size`` chooses one of the sizes P that fit."""
        more = self.output_padding if output_size is None else self._missing(x, output_size)
        return type(self).function(
            x, self.weight, self.bias, self.stride, self.padding, more, self.groups, self.dilation
        )

    def _missing(self, x, output_size):
        """The output padding that gives this size."""
        layer, d = type(self).__name__, self.d
        size = tuple(output_size)[-d:]
        if len(size) != d or x.ndim != d + 2:
            raise ShapeError(
                f"{layer}: output_size must have {d} numbers and x {d + 2} axes, got "
                f"{tuple(output_size)} and x of shape {tuple(x.shape)}"
            )
        padding = padding_of(
            layer, self.padding, x.shape[2:], self.kernel_size, self.stride, self.dilation
        )
        least = tuple(
            (n - 1) * s - sum(p) + e * (k - 1) + 1
            for n, k, s, p, e in zip(
                x.shape[2:], self.kernel_size, self.stride, padding, self.dilation, strict=True
            )
        )
        most = tuple(m + s - 1 for m, s in zip(least, self.stride, strict=True))
        if any(not m <= n <= t for m, n, t in zip(least, size, most, strict=True)):
            raise ValueRangeError(
                f"{layer}: output_size {size} must be between {least} and {most} for x of shape "
                f"{tuple(x.shape)}"
            )
        return tuple(n - m for n, m in zip(size, least, strict=True))

    def extra_repr(self):
        """Sizes, and options that are not the default."""
        ones = (1,) * self.d
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        text += options(self, stride=ones, padding=0, output_padding=0, dilation=ones, groups=1)
        return text + without(self.bias, "bias")


class ConvTranspose1d(TransposedConvolution):
    """The adjoint of `Conv1d`: (N, in_channels, L) -> (N, out_channels, L')."""

    d = 1
    function = staticmethod(F.conv_transpose1d)


class ConvTranspose2d(TransposedConvolution):
    """The adjoint of `Conv2d` as a layer: every element adds its filter to the output.

    (N, in_channels, H, W) -> (N, out_channels, H', W') with
    ``H' = (H - 1) stride - 2 padding + dilation (kh - 1) + 1 + output_padding``.
    ``weight`` (in, out/groups, kh, kw), ``bias`` (out,).

    Examples
    --------
    >>> import numpy as np
    >>> ConvTranspose2d(4, 2, 2, stride=2)(np.zeros((1, 4, 7, 7), np.float32)).shape
    (1, 2, 14, 14)
    """

    d = 2
    function = staticmethod(F.conv_transpose2d)


class ConvTranspose3d(TransposedConvolution):
    """The adjoint of `Conv3d`: (N, in_channels, D, H, W) -> (N, out_channels, D', H', W')."""

    d = 3
    function = staticmethod(F.conv_transpose3d)
