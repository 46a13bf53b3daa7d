"""Layers: functions of `nn.functional` with their parameters."""

import math

import numpy as np

from autograd.errors import ValueRangeError
from nn import functional as F
from nn import init
from nn.module import Module


class Linear(Module):
    """y = x Wᵀ + b: (..., in_features) -> (..., out_features).

    ``weight`` (out, in), ``bias`` (out,), uniform within 1/sqrt(in) at first.
    """

    def __init__(self, in_features, out_features, bias=True):
        _positive("Linear", in_features=in_features, out_features=out_features)
        self.in_features, self.out_features = in_features, out_features
        self.weight = init.kaiming_uniform((out_features, in_features))
        self.bias = init.uniform((out_features,), 1 / math.sqrt(in_features)) if bias else None

    def forward(self, x):
        """X (..., in) -> (..., out)."""
        return F.linear(x, self.weight, self.bias)

    def extra(self):
        """Sizes."""
        return f"{self.in_features}, {self.out_features}" + _unless(self.bias, "bias")


class Conv2d(Module):
    """Convolution: (N, in_channels, H, W) -> (N, out_channels, H', W').

    ``weight`` (out, in/groups, kh, kw), ``bias`` (out,), uniform within 1/sqrt(in/groups kh kw) at
    first.  H' = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1.
    """

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
        bias=True,
    ):  # fmt: skip
        _positive("Conv2d", in_channels=in_channels, out_channels=out_channels, groups=groups)
        if in_channels % groups or out_channels % groups:
            raise ValueRangeError(
                f"Conv2d: {in_channels} input and {out_channels} output channels do not part into "
                f"{groups} groups"
            )
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = (
            (kernel_size,) * 2 if isinstance(kernel_size, int) else tuple(kernel_size)
        )
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = init.kaiming_uniform(shape)
        bound = 1 / math.sqrt(init.fan_in(shape))
        self.bias = init.uniform((out_channels,), bound) if bias else None

    def forward(self, x):
        """X (N, C, H, W) -> (N, O, H', W')."""
        return F.conv2d(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )

    def extra(self):
        """Sizes, and options that are not the default."""
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        for name, default in (("stride", 1), ("padding", 0), ("dilation", 1), ("groups", 1)):
            if getattr(self, name) != default:
                text += f", {name}={getattr(self, name)!r}"
        return text + _unless(self.bias, "bias")


class MaxPool2d(Module):
    """Largest element of every window: (N, C, H, W) -> (N, C, H', W')."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1):
        self.kernel_size, self.stride = kernel_size, stride
        self.padding, self.dilation = padding, dilation

    def forward(self, x):
        """X (N, C, H, W) -> (N, C, H', W')."""
        return F.max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation)

    def extra(self):
        """The window."""
        return f"{self.kernel_size}, stride={self.stride or self.kernel_size}"


class AvgPool2d(Module):
    """Mean of every window: (N, C, H, W) -> (N, C, H', W')."""

    def __init__(self, kernel_size, stride=None, padding=0):
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding

    def forward(self, x):
        """X (N, C, H, W) -> (N, C, H', W')."""
        return F.avg_pool2d(x, self.kernel_size, self.stride, self.padding)

    def extra(self):
        """The window."""
        return f"{self.kernel_size}, stride={self.stride or self.kernel_size}"


class BatchNorm2d(Module):
    """Batch normalisation per channel: (N, C, H, W) -> the same shape.

    ``weight`` (C,) and ``bias`` (C,) are learned; ``running_mean`` and ``running_var`` (C,) are
    gathered in training and used in eval.
    """

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        _positive("BatchNorm2d", num_features=num_features)
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = init.constant((num_features,), 1.0)
        self.bias = init.constant((num_features,), 0.0)
        self.running_mean = np.zeros(num_features, np.float32)
        self.running_var = np.ones(num_features, np.float32)

    def forward(self, x):
        """X (N, C, H, W) -> (N, C, H, W)."""
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, self.training,
            self.momentum, self.eps,
        )  # fmt: skip

    def extra(self):
        """Channels."""
        return str(self.num_features)


class Flatten(Module):
    """All axes but the first as one: (N, ...) -> (N, D)."""

    def forward(self, x):
        """X (N, ...) -> (N, D)."""
        return F.flatten(x)


class ReLU(Module):
    """max(x, 0)."""

    def forward(self, x):
        """Elementwise."""
        return F.relu(x)


class Tanh(Module):
    """tanh x."""

    def forward(self, x):
        """Elementwise."""
        return np.tanh(x)


class Sigmoid(Module):
    """1 / (1 + e⁻ˣ)."""

    def forward(self, x):
        """Elementwise."""
        return F.sigmoid(x)


class CrossEntropyLoss(Module):
    """-log softmax(x)[label], the mean over the batch; see `nn.functional.cross_entropy`."""

    def __init__(self, reduction="mean"):
        self.reduction = reduction

    def forward(self, x, labels):
        """Scores (N, C), labels (N,) -> a scalar, or (N,) with reduction 'none'."""
        return F.cross_entropy(x, labels, self.reduction)


class MSELoss(Module):
    """(x - target)², the mean over all elements."""

    def __init__(self, reduction="mean"):
        self.reduction = reduction

    def forward(self, x, target):
        """Two arrays of one shape -> a scalar."""
        return F.mse_loss(x, target, self.reduction)


def _positive(layer, **sizes):
    for name, n in sizes.items():
        if not hasattr(n, "__index__") or n < 1:
            raise ValueRangeError(f"{layer}: {name} must be a positive integer, got {n!r}")


def _unless(given, name):
    return "" if given is not None else f", {name}=False"
