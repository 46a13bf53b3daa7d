"""Networks with more to say than a class: boxes, key points, a label for every pixel."""

from typing import NamedTuple

import numpy as np

from autograd import Tensor, no_grad
from autograd.errors import ShapeError, ValueRangeError
from nn import functional as F
from nn.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
)
from nn.models.registry import register
from nn.models.starts import he_normal
from nn.module import Module
from nn.sequential import Sequential


class Located(NamedTuple):
    """What a multi-task network gives: ``scores`` (N, classes), ``points`` (N, points, 2)."""

    scores: Tensor
    points: Tensor


class MultiTask(Module):
    """One trunk, two heads: class scores, and the places of some points.

    Parameters
    ----------
    trunk : Module
        Images (N, C, H, W) -> features (N, width).
    width, classes, points : int
        4 points for the corners of a box, 14 for the joints of a person, ...
    hidden : int
        Units of the hidden layer of the head that finds the points.
    """

    def __init__(self, trunk, width, classes, points=4, hidden=128):
        self.trunk = trunk
        self.scores = Linear(width, classes)
        self.points = Sequential(Linear(width, hidden), ReLU(), Linear(hidden, 2 * points))

    def forward(self, x):
        """x (N, C, H, W) -> `Located`."""
        features = self.trunk(x)
        if features.ndim != 2:
            raise ShapeError(
                f"MultiTask: the trunk must give features (N, width), got {tuple(features.shape)}; "
                "add Flatten() to it"
            )
        points = self.points(features)
        return Located(self.scores(features), np.reshape(points, (len(x), -1, 2)))


def multitask_loss(outputs, labels, points, weight=1.0):
    """Cross-entropy of the class plus ``weight`` times the squared distance of the points.

    ``mean over n of (-log p[label]) + weight · mean over n of Σ over points of |p - p̂|²``

    Parameters
    ----------
    outputs : Located
        ``scores`` (N, classes) and ``points`` (N, points, 2) of a `MultiTask` network.
    labels : array of int, (N,)
    points : array, (N, points, 2)
        Where they are.  In proportions of the image (0 to 1) rather than pixels, else this loss
        drowns the other.

    Raises
    ------
    ShapeError
        Labels or points that do not fit the outputs.
    """
    if np.shape(points) != outputs.points.shape:
        raise ShapeError(
            f"multitask_loss: expected points of shape {outputs.points.shape}, got "
            f"{np.shape(points)}"
        )
    squares = np.sum((outputs.points - points) ** 2) / len(outputs.points)
    return F.cross_entropy(outputs.scores, labels) + weight * squares


@register
def multitask(classes=10, channels=1, points=4, widths=(16, 32, 64), grid=4) -> MultiTask:
    """A small network that classifies an object and finds its box: four corners, 8 numbers.

    Stages of a 3×3 convolution, batch norm, ReLU and pooling, then the mean in each field of a
    ``grid`` × ``grid`` grid, which keeps where things are.  Give ``points=K`` for K key
    points of a pose.

    Parameters
    ----------
    classes, channels, points : int
        (N, channels, H, W) -> `Located` of scores (N, classes) and points (N, points, 2).
    widths : sequence of int
        Filters of each stage; H and W are at least 2 to the power of their number.
    grid : int
        Places per axis that the heads see.

    Examples
    --------
    >>> model = multitask(classes=10)
    >>> model(np.zeros((2, 1, 32, 32), np.float32)).points.shape
    (2, 4, 2)
    """
    layers: dict = {}
    for k, width in enumerate(widths, start=1):
        layers |= _stage(k, channels, width) | {f"pool{k}": MaxPool2d(2)}
        channels = width
    layers |= {"avgpool": AdaptiveAvgPool2d(grid), "flatten": Flatten()}
    trunk = he_normal(Sequential(layers), kinds=(Conv2d,))
    return MultiTask(trunk, channels * grid * grid, classes, points)


class FullyConvolutional(Module):
    """Stages that halve the image, then transposed convolutions back, each adding a skip.

    Long, Shelhamer and Darrell 2015: every stage is scored by a 1×1 convolution; the coarsest
    scores are enlarged by 2 and added to those of the stage before, up to the size of the image.
    """

    def __init__(self, classes, channels, widths):
        self.stages, self.scores, self.enlarge = [], [], []
        for k, width in enumerate(widths):
            pool = {"pool": MaxPool2d(2)} if k else {}
            stage = pool | _stage(1, channels, width) | _stage(2, width, width)
            self.stages.append(he_normal(Sequential(stage), kinds=(Conv2d,)))
            self.scores.append(Conv2d(width, classes, 1))
            if k:
                up = ConvTranspose2d(classes, classes, 4, stride=2, padding=1, bias=False)
                with no_grad():
                    up.weight.assign(_bilinear(classes))
                self.enlarge.append(up)
            channels = width

    def forward(self, x):
        """x (N, C, H, W) -> scores (N, classes, H, W)."""
        least = 1 << (len(self.stages) - 1)
        if x.ndim == 4 and min(x.shape[2:]) < least:
            raise ShapeError(
                f"FullyConvolutional: expected images of {least}×{least} or more, got "
                f"{tuple(x.shape)}"
            )
        seen = []
        for stage in self.stages:
            x = stage(x)
            seen.append(x)
        scores = self.scores[-1](seen[-1])
        for k in range(len(self.enlarge) - 1, -1, -1):
            skip = self.scores[k](seen[k])
            larger = self.enlarge[k](scores)
            if larger.shape != skip.shape:  # pooling dropped the last row of an odd size
                missing = [(0, n - m) for n, m in zip(skip.shape, larger.shape, strict=True)]
                larger = np.pad(larger, missing, mode="edge")
            scores = larger + skip
        return scores


@register
def fully_convolutional(classes=2, channels=3, widths=(16, 32, 64)) -> FullyConvolutional:
    """A network that labels each pixel: (N, channels, H, W) -> scores (N, classes, H, W).

    `nn.functional.cross_entropy` takes these scores with labels (N, H, W).  Any H and W from
    2^(stages - 1) on.

    Parameters
    ----------
    widths : sequence of int
        Filters of each stage, at the full size of the image, a half, a quarter, ...

    Examples
    --------
    >>> model = fully_convolutional(classes=3)
    >>> model(np.zeros((1, 3, 21, 30), np.float32)).shape
    (1, 3, 21, 30)
    """
    if len(widths) < 2:
        raise ValueRangeError(f"fully_convolutional: expected two widths or more, got {widths!r}")
    return FullyConvolutional(classes, channels, widths)


def _stage(k, channels, width):
    return {
        f"conv{k}": Conv2d(channels, width, 3, padding=1, bias=False),
        f"bn{k}": BatchNorm2d(width),
        f"relu{k}": ReLU(),
    }


def _bilinear(classes):
    """Filters (classes, classes, 4, 4) that enlarge each channel by 2, as interpolation does."""
    row = np.array([0.25, 0.75, 0.75, 0.25], np.float32)
    weights = np.zeros((classes, classes, 4, 4), np.float32)
    weights[range(classes), range(classes)] = np.outer(row, row)
    return weights
