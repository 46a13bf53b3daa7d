"""GoogLeNet (Szegedy et al. 2014): inception modules, basic and full, and auxiliary losses."""

from typing import NamedTuple

import numpy as np

from autograd import Tensor
from autograd.errors import ValueRangeError
from nn.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
)
from nn.models.registry import register
from nn.models.starts import he_normal
from nn.module import Module
from nn.sequential import Sequential

# table 1 of the paper: 1×1; 3×3 reduce, 3×3; 5×5 reduce, 5×5; pool projection
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


class Scores(NamedTuple):
    """What a GoogLeNet in training gives: of the last layer, and of the two heads in between."""

    logits: Tensor
    aux_logits2: Tensor | None
    aux_logits1: Tensor | None


class ConvReLU(Module):
    """Convolution, batch norm if asked for, ReLU."""

    def __init__(self, channels, filters, size, batch_norm=False, **options):
        self.conv = Conv2d(channels, filters, size, bias=not batch_norm, **options)
        if batch_norm:
            self.bn = BatchNorm2d(filters, eps=0.001)
        self.relu = ReLU()

    def forward(self, x):
        """x (N, C, H, W) -> (N, filters, H', W')."""
        y = self.conv(x)
        return self.relu(self.bn(y) if hasattr(self, "bn") else y)


class Inception(Module):
    """The full module: 1×1, 3×3, 5×5 and pooling side by side, each through 1×1 bottlenecks.

    Figure 2(b).  (N, C, H, W) -> (N, c1 + c3 + c5 + pool, H, W).
    """

    def __init__(self, channels, c1, reduce3, c3, reduce5, c5, pool, batch_norm=False):
        self.width = c1 + c3 + c5 + pool
        # torchvision's weights have 3×3 filters in the branch that is 5×5 in the paper
        size = 3 if batch_norm else 5
        self.branch1 = ConvReLU(channels, c1, 1, batch_norm)
        self.branch2 = Sequential(
            ConvReLU(channels, reduce3, 1, batch_norm),
            ConvReLU(reduce3, c3, 3, batch_norm, padding=1),
        )
        self.branch3 = Sequential(
            ConvReLU(channels, reduce5, 1, batch_norm),
            ConvReLU(reduce5, c5, size, batch_norm, padding=size // 2),
        )
        self.branch4 = Sequential(
            MaxPool2d(3, stride=1, padding=1), ConvReLU(channels, pool, 1, batch_norm)
        )

    def forward(self, x):
        """x (N, C, H, W) -> (N, width, H, W)."""
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return np.concatenate([branch(x) for branch in branches], axis=1)


class BasicInception(Module):
    """The basic ("naive") module: 1×1, 3×3, 5×5 and pooling of the input itself, side by side.

    Figure 2(a).  All channels of the input come out again through the pooling, so the width grows
    from module to module.  (N, C, H, W) -> (N, c1 + c3 + c5 + C, H, W).
    """

    def __init__(self, channels, c1, c3, c5, batch_norm=False):
        self.width = c1 + c3 + c5 + channels
        self.branch1 = ConvReLU(channels, c1, 1, batch_norm)
        self.branch2 = ConvReLU(channels, c3, 3, batch_norm, padding=1)
        self.branch3 = ConvReLU(channels, c5, 5, batch_norm, padding=2)
        self.branch4 = MaxPool2d(3, stride=1, padding=1)

    def forward(self, x):
        """x (N, C, H, W) -> (N, width, H, W)."""
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return np.concatenate([branch(x) for branch in branches], axis=1)


class Auxiliary(Module):
    """A classifier in between: pooled to 4×4, a 1×1 convolution, two linear layers."""

    def __init__(self, channels, classes, batch_norm=False):
        self.avgpool = AdaptiveAvgPool2d(4)  # 5×5 windows at stride 3 of the paper's 14×14
        self.conv = ConvReLU(channels, 128, 1, batch_norm)
        self.flatten = Flatten()
        self.fc1 = Linear(128 * 4 * 4, 1024)
        self.relu = ReLU()
        self.dropout = Dropout(0.7)
        self.fc2 = Linear(1024, classes)

    def forward(self, x):
        """x (N, C, H, W) -> scores (N, classes)."""
        x = self.flatten(self.conv(self.avgpool(x)))
        return self.fc2(self.dropout(self.relu(self.fc1(x))))


class GoogLeNet(Module):
    """22 layers with nine inception modules, torchvision's names of the weights."""

    def __init__(self, classes, channels, module, aux, batch_norm):
        self.conv1 = ConvReLU(channels, 64, 7, batch_norm, stride=2, padding=3)
        self.maxpool1 = MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = ConvReLU(64, 64, 1, batch_norm)
        self.conv3 = ConvReLU(64, 192, 3, batch_norm, padding=1)
        self.maxpool2 = MaxPool2d(3, stride=2, ceil_mode=True)
        width, aux_widths = 192, []
        for name, (c1, reduce3, c3, reduce5, c5, pool) in MODULES.items():
            if module == "full":
                made = Inception(width, c1, reduce3, c3, reduce5, c5, pool, batch_norm)
            else:
                made = BasicInception(width, c1, c3, c5, batch_norm)
            setattr(self, f"inception{name}", made)
            width = made.width
            if name in ("4a", "4d"):
                aux_widths.append(width)
            if name in ("3b", "4e"):
                size = 3 if name == "3b" or not batch_norm else 2  # 2 in torchvision
                setattr(self, f"maxpool{name[0]}", MaxPool2d(size, stride=2, ceil_mode=True))
        if aux:
            self.aux1 = Auxiliary(aux_widths[0], classes, batch_norm)
            self.aux2 = Auxiliary(aux_widths[1], classes, batch_norm)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.dropout = Dropout(0.2 if batch_norm else 0.4)
        self.fc = Linear(width, classes)

    def forward(self, x):
        """x (N, channels, H, W) -> scores (N, classes); `Scores` in training with heads."""
        heads = self.training and hasattr(self, "aux1")
        x = self.conv3(self.conv2(self.maxpool1(self.conv1(x))))
        x = self.inception3b(self.inception3a(self.maxpool2(x)))
        x = self.inception4a(self.maxpool3(x))
        aux1 = self.aux1(x) if heads else None
        x = self.inception4d(self.inception4c(self.inception4b(x)))
        aux2 = self.aux2(x) if heads else None
        x = self.maxpool4(self.inception4e(x))
        x = self.inception5b(self.inception5a(x))
        scores = self.fc(self.dropout(self.flatten(self.avgpool(x))))
        return Scores(scores, aux2, aux1) if heads else scores


@register
def googlenet(classes=1000, channels=3, module="full", aux=True, batch_norm=False) -> GoogLeNet:
    """GoogLeNet: 6,998,552 parameters, and 6,379,728 of the two auxiliary classifiers.

    These are the numbers of Caffe's ``bvlc_googlenet``, the paper's network with its biases
    (13,378,280 in all).  (N, channels, H, W) -> (N, classes), 224×224 in the paper.

    Parameters
    ----------
    module : str
        'full', with 1×1 bottlenecks, or 'basic', without: the paper's figure 2 (b) and (a).
    aux : bool
        In training give `Scores` of three classifiers; see `auxiliary_cross_entropy`.
    batch_norm : bool
        As torchvision builds it: batch norm and no bias, 3×3 filters in the branch that is 5×5 in
        the paper, 2×2 for 3×3 in the fourth pooling; 13,004,888 parameters, 6,624,904 without
        ``aux``.  Only for the full module these are torchvision's weights by name.

    Raises
    ------
    ValueRangeError
        Another module.
    """
    if module not in ("full", "basic"):
        raise ValueRangeError(f"googlenet: module must be 'full' or 'basic', got {module!r}")
    model = GoogLeNet(classes, channels, module, aux, batch_norm)
    return he_normal(model, kinds=(Conv2d,))
