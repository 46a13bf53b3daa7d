"""Pooling layers in 1, 2, 3 dimensions: written once, with thin names."""

from typing import Any

from nn import functional as F
from nn.layers.base import options, per_axis
from nn.module import Module


class Pooling(Module):
    """Base of the layers with windows: (N, C, *S) -> (N, C, *P)."""

    d = 0
    function: Any

    def _take(self, kernel_size, stride):
        layer = type(self).__name__
        per_axis(layer, "kernel_size", kernel_size, self.d)
        if stride is not None:
            per_axis(layer, "stride", stride, self.d)
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride


class MaxPooling(Pooling):
    """Base of the max pools."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, *, ceil_mode=False):
        self._take(kernel_size, stride)
        self.padding, self.dilation, self.ceil_mode = padding, dilation, ceil_mode

    def forward(self, x):
        """x (N, C, *S) -> (N, C, *P)."""
        return type(self).function(
            x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        )

    def extra_repr(self):
        """The window."""
        return f"{self.kernel_size}, stride={self.stride}" + options(
            self, padding=0, dilation=1, ceil_mode=False
        )


class MaxPool1d(MaxPooling):
    """Largest element of every window: (N, C, L) -> (N, C, L')."""

    d = 1
    function = staticmethod(F.max_pool1d)


class MaxPool2d(MaxPooling):
    """Largest element of every window: (N, C, H, W) -> (N, C, H', W').

    The stride is the kernel by default.  The gradient goes to the winner of each window.
    """

    d = 2
    function = staticmethod(F.max_pool2d)


class MaxPool3d(MaxPooling):
    """Largest element of every window: (N, C, D, H, W) -> (N, C, D', H', W')."""

    d = 3
    function = staticmethod(F.max_pool3d)


class AvgPooling(Pooling):
    """Base of the average pools."""

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True
    ):
        self._take(kernel_size, stride)
        self.padding, self.ceil_mode = padding, ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, x):
        """x (N, C, *S) -> (N, C, *P)."""
        return type(self).function(
            x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def extra_repr(self):
        """The window."""
        return f"{self.kernel_size}, stride={self.stride}" + options(
            self, padding=0, ceil_mode=False, count_include_pad=True
        )


class AvgPool1d(AvgPooling):
    """Mean of every window: (N, C, L) -> (N, C, L')."""

    d = 1
    function = staticmethod(F.avg_pool1d)


class AvgPool2d(AvgPooling):
    """Mean of every window: (N, C, H, W) -> (N, C, H', W'); zeros of the padding count."""

    d = 2
    function = staticmethod(F.avg_pool2d)


class AvgPool3d(AvgPooling):
    """Mean of every window: (N, C, D, H, W) -> (N, C, D', H', W')."""

    d = 3
    function = staticmethod(F.avg_pool3d)


class LPPooling(Pooling):
    """Base of the p-norm pools."""

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        self._take(kernel_size, stride)
        self.norm_type, self.ceil_mode = norm_type, ceil_mode

    def forward(self, x):
        """x (N, C, *S) -> (N, C, *P)."""
        return type(self).function(x, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self):
        """The norm and the window."""
        return f"{self.norm_type}, {self.kernel_size}, stride={self.stride}" + options(
            self, ceil_mode=False
        )


class LPPool1d(LPPooling):
    """``(Σ|x|ᵖ)^(1/p)`` of every window: (N, C, L) -> (N, C, L')."""

    d = 1
    function = staticmethod(F.lp_pool1d)


class LPPool2d(LPPooling):
    """``(Σ|x|ᵖ)^(1/p)`` of every window: (N, C, H, W) -> (N, C, H', W')."""

    d = 2
    function = staticmethod(F.lp_pool2d)


class LPPool3d(LPPooling):
    """``(Σ|x|ᵖ)^(1/p)`` of every window: (N, C, D, H, W) -> (N, C, D', H', W')."""

    d = 3
    function = staticmethod(F.lp_pool3d)


class AdaptivePooling(Module):
    """Base of the pools to a given size: (N, C, *S) -> (N, C, *output_size)."""

    function: Any

    def __init__(self, output_size):
        self.output_size = output_size

    def forward(self, x):
        """x (N, C, *S) -> (N, C, *output_size)."""
        return type(self).function(x, self.output_size)

    def extra_repr(self):
        """The size."""
        return str(self.output_size)


class AdaptiveAvgPool1d(AdaptivePooling):
    """Means of windows that part L into output_size places."""

    function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(AdaptivePooling):
    """Means of windows that part the image into output_size places per axis; None keeps an axis."""

    function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(AdaptivePooling):
    """Means of windows that part the volume into output_size places per axis."""

    function = staticmethod(F.adaptive_avg_pool3d)


class AdaptiveMaxPool1d(AdaptivePooling):
    """Largest elements of windows that part L into output_size places."""

    function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(AdaptivePooling):
    """Largest elements of windows that part the image into output_size places per axis."""

    function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(AdaptivePooling):
    """Largest elements of windows that part the volume into output_size places per axis."""

    function = staticmethod(F.adaptive_max_pool3d)


class GlobalAvgPool2d(Module):
    """Mean of every channel: (N, C, H, W) -> (N, C), ready for a Linear layer.  Lin et al. 2014."""

    def forward(self, x):
        """x (N, C, H, W) -> (N, C)."""
        return F.flatten(F.adaptive_avg_pool2d(x, 1))


class GlobalMaxPool2d(Module):
    """Largest element of every channel: (N, C, H, W) -> (N, C)."""

    def forward(self, x):
        """x (N, C, H, W) -> (N, C)."""
        return F.flatten(F.adaptive_max_pool2d(x, 1))
