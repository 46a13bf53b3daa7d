"""Residual networks (He et al. 2015), for photos and for CIFAR, and the plain nets beside them."""

import numpy as np

from autograd.errors import ValueRangeError
from nn.layers import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU
from nn.models.registry import register
from nn.models.starts import he_normal
from nn.module import Module
from nn.sequential import Sequential


class BasicBlock(Module):
    """relu(x + F(x)), F two 3×3 convolutions: (N, C, H, W) -> (N, width, H/stride, W/stride)."""

    expansion = 1

    def __init__(self, channels, width, stride=1, downsample=None, residual=True):
        self.conv1 = Conv2d(channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(width)
        self.relu = ReLU()
        self.conv2 = Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(width)
        self.downsample = downsample
        self.residual = residual

    def forward(self, x):
        """x (N, C, H, W) -> (N, width, H', W')."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.residual:
            y = y + (x if self.downsample is None else self.downsample(x))
        return self.relu(y)


class Bottleneck(Module):
    """relu(x + F(x)), F 1×1, 3×3 and 1×1 convolutions: (N, C, H, W) -> (N, 4 width, H', W').

    The 3×3 one has the stride, as in torchvision ("v1.5"); in the paper it is the first.
    """

    expansion = 4

    def __init__(self, channels, width, stride=1, downsample=None):
        self.conv1 = Conv2d(channels, width, 1, bias=False)
        self.bn1 = BatchNorm2d(width)
        self.conv2 = Conv2d(width, width, 3, stride, padding=1, bias=False)
        self.bn2 = BatchNorm2d(width)
        self.conv3 = Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = BatchNorm2d(4 * width)
        self.relu = ReLU()
        self.downsample = downsample

    def forward(self, x):
        """x (N, C, H, W) -> (N, 4 width, H', W')."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(Module):
    """Four stages of residual blocks, with torchvision's names of the weights."""

    def __init__(self, block, blocks, classes=1000, channels=3):
        self.conv1 = Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = BatchNorm2d(64)
        self.relu = ReLU()
        self.maxpool = MaxPool2d(3, stride=2, padding=1)
        width = 64
        for k, n in enumerate(blocks):
            out, stride = 64 << k, 1 if k == 0 else 2
            stage = []
            for i in range(n):
                step = stride if i == 0 else 1
                shortcut = None
                if step > 1 or width != out * block.expansion:
                    shortcut = projection(width, out * block.expansion, step)
                stage.append(block(width, out, step, shortcut))
                width = out * block.expansion
            setattr(self, f"layer{k + 1}", Sequential(*stage))
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.fc = Linear(width, classes)

    def forward(self, x):
        """x (N, channels, H, W) -> scores (N, classes)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.flatten(self.avgpool(x)))


class Subsample(Module):
    """Option A of the paper: every stride-th pixel, and channels of zeros.  No parameters."""

    def __init__(self, channels, width, stride):
        self.channels, self.width, self.stride = channels, width, stride

    def forward(self, x):
        """x (N, channels, H, W) -> (N, width, H', W')."""
        more = self.width - self.channels
        x = x[:, :, :: self.stride, :: self.stride]
        return np.pad(x, ((0, 0), (more // 2, more - more // 2), (0, 0), (0, 0)))

    def extra_repr(self):
        """Channels and stride."""
        return f"{self.channels}, {self.width}, stride={self.stride}"


class CifarResNet(Module):
    """6n + 2 layers: a convolution, three stages of n blocks, a linear layer."""

    def __init__(self, n, classes=10, channels=3, shortcut="A", residual=True):
        self.conv1 = Conv2d(channels, 16, 3, padding=1, bias=False)
        self.bn1 = BatchNorm2d(16)
        self.relu = ReLU()
        make = {"A": Subsample, "B": projection}[shortcut]
        width = 16
        for k in range(3):
            out, stage = 16 << k, []
            for i in range(n):
                stride = 2 if k > 0 and i == 0 else 1
                change = make(width, out, stride) if residual and width != out else None
                stage.append(BasicBlock(width, out, stride, change, residual))
                width = out
            setattr(self, f"layer{k + 1}", Sequential(*stage))
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.fc = Linear(64, classes)

    def forward(self, x):
        """x (N, channels, H, W) -> scores (N, classes)."""
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(self.flatten(self.avgpool(x)))


def projection(channels, width, stride) -> Sequential:
    """Option B of the paper: a 1×1 convolution and batch norm on the shortcut."""
    return Sequential(Conv2d(channels, width, 1, stride, bias=False), BatchNorm2d(width))


@register
def resnet18(classes=1000, channels=3) -> ResNet:
    """ResNet-18: 11,689,512 parameters.  (N, channels, H, W) -> (N, classes)."""
    return _started(ResNet(BasicBlock, (2, 2, 2, 2), classes, channels))


@register
def resnet34(classes=1000, channels=3) -> ResNet:
    """ResNet-34: 21,797,672 parameters.  (N, channels, H, W) -> (N, classes)."""
    return _started(ResNet(BasicBlock, (3, 4, 6, 3), classes, channels))


@register
def resnet50(classes=1000, channels=3) -> ResNet:
    """ResNet-50: 25,557,032 parameters.  (N, channels, H, W) -> (N, classes)."""
    return _started(ResNet(Bottleneck, (3, 4, 6, 3), classes, channels))


@register
def resnet101(classes=1000, channels=3) -> ResNet:
    """ResNet-101: 44,549,160 parameters.  (N, channels, H, W) -> (N, classes)."""
    return _started(ResNet(Bottleneck, (3, 4, 23, 3), classes, channels))


@register
def resnet152(classes=1000, channels=3) -> ResNet:
    """ResNet-152: 60,192,808 parameters.  (N, channels, H, W) -> (N, classes)."""
    return _started(ResNet(Bottleneck, (3, 8, 36, 3), classes, channels))


@register
def resnet_cifar(depth=20, classes=10, channels=3, shortcut="A", residual=True) -> CifarResNet:
    """The residual network of the paper's section 4.2, for images of about 32×32.

    Depth 20 has 269,722 parameters, 32 has 464,154, 44 has 658,586, 56 has 853,018, 110 has
    1,727,962 and 1202 has 19,421,274: table 6 of the paper.

    Parameters
    ----------
    depth : int
        6n + 2: 20, 32, 44, 56, 110, 1202.
    shortcut : str
        Where the size changes: 'A', as in the paper, takes every second pixel and adds channels
        of zeros; 'B' has a 1×1 convolution and batch norm, and more parameters.
    residual : bool
        False builds the plain network of the same layers, to compare with.

    Raises
    ------
    ValueRangeError
        A depth that is not 6n + 2, or another shortcut.
    """
    if not hasattr(depth, "__index__") or depth < 8 or depth % 6 != 2:
        raise ValueRangeError(
            f"resnet_cifar: depth must be 6n + 2 (20, 32, 44, ...), got {depth!r}"
        )
    if shortcut not in ("A", "B"):
        raise ValueRangeError(f"resnet_cifar: shortcut must be 'A' or 'B', got {shortcut!r}")
    return _started(CifarResNet((depth - 2) // 6, classes, channels, shortcut, residual))


@register
def resnet20(classes=10, **options) -> CifarResNet:
    """`resnet_cifar` of 20 layers: 269,722 parameters."""
    return resnet_cifar(20, classes, **options)


@register
def resnet56(classes=10, **options) -> CifarResNet:
    """`resnet_cifar` of 56 layers: 853,018 parameters."""
    return resnet_cifar(56, classes, **options)


@register
def resnet110(classes=10, **options) -> CifarResNet:
    """`resnet_cifar` of 110 layers: 1,727,962 parameters."""
    return resnet_cifar(110, classes, **options)


@register
def resnet1202(classes=10, **options) -> CifarResNet:
    """`resnet_cifar` of 1,202 layers: 19,421,274 parameters."""
    return resnet_cifar(1202, classes, **options)


def _started(model):
    """He's normal distribution on the convolutions, by what leaves them."""
    return he_normal(model, "fan_out", kinds=(Conv2d,))
