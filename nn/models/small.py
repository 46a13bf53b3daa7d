"""Networks with few parameters: network in network, MobileNet v1, SqueezeNet 1.1."""

import numpy as np

from nn.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
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


@register
def network_in_network(classes=10, channels=3) -> Sequential:
    """Network in network for CIFAR-10 (Lin, Chen and Yan 2013): 966,986 parameters.

    After each convolution two of 1×1, a small network at every pixel; no linear layer: the mean
    of the last maps are the scores.  (N, channels, H, W) -> (N, classes), 32×32 in the paper.
    """
    layers: dict = {}
    blocks = ((5, 192, 160, 96), (5, 192, 192, 192), (3, 192, 192, classes))
    for k, (size, *widths) in enumerate(blocks, start=1):
        for i, width in enumerate(widths):
            name = f"conv{k}" if i == 0 else f"cccp{2 * k - 2 + i}"
            one = size if i == 0 else 1
            layers[name] = Conv2d(channels, width, one, padding=one // 2)
            layers[f"relu_{name}"] = ReLU()
            channels = width
        if k < 3:
            pool = MaxPool2d if k == 1 else AvgPool2d
            layers[f"pool{k}"] = pool(3, stride=2, ceil_mode=True)
            layers[f"drop{k}"] = Dropout(0.5)
    del layers["relu_cccp6"]  # scores may be negative
    layers |= {"avgpool": AdaptiveAvgPool2d(1), "flatten": Flatten()}
    return he_normal(Sequential(layers))


def separable(channels, filters, stride=1) -> Sequential:
    """A depth-wise separable convolution: 3×3 on each channel alone, then 1×1 across channels.

    9 C + C·filters weights for 9 C·filters.  (N, C, H, W) -> (N, filters, H/stride, W/stride).

    Examples
    --------
    >>> separable(64, 128)["depthwise"].weight.size + separable(64, 128)["pointwise"].weight.size
    8768
    """
    return Sequential(
        {
            "depthwise": Conv2d(
                channels, channels, 3, stride, padding=1, groups=channels, bias=False
            ),
            "bn1": BatchNorm2d(channels),
            "relu1": ReLU(),
            "pointwise": Conv2d(channels, filters, 1, bias=False),
            "bn2": BatchNorm2d(filters),
            "relu2": ReLU(),
        }
    )


@register
def mobilenet_v1(classes=1000, channels=3) -> Sequential:
    """MobileNet v1 (Howard et al. 2017, table 1): 4,231,976 parameters.

    A convolution, 13 depth-wise `separable` ones, a linear layer.  (N, channels, H, W) ->
    (N, classes), H and W 32 or more.
    """
    features: dict = {
        "conv": Conv2d(channels, 32, 3, stride=2, padding=1, bias=False),
        "bn": BatchNorm2d(32),
        "relu": ReLU(),
    }
    # the filters of each block, and its stride
    blocks = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    blocks += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
    width = 32
    for k, (filters, stride) in enumerate(blocks, start=1):
        features[f"block{k}"] = separable(width, filters, stride)
        width = filters
    model = Sequential(
        {
            "features": Sequential(features),
            "avgpool": AdaptiveAvgPool2d(1),
            "flatten": Flatten(),
            "fc": Linear(width, classes),
        }
    )
    return he_normal(model, "fan_out", kinds=(Conv2d,))


class Fire(Module):
    """Squeeze to few channels by 1×1, expand by 1×1 and 3×3 side by side."""

    def __init__(self, channels, squeeze, expand):
        self.squeeze = Conv2d(channels, squeeze, 1)
        self.squeeze_activation = ReLU()
        self.expand1x1 = Conv2d(squeeze, expand, 1)
        self.expand1x1_activation = ReLU()
        self.expand3x3 = Conv2d(squeeze, expand, 3, padding=1)
        self.expand3x3_activation = ReLU()

    def forward(self, x):
        """x (N, C, H, W) -> (N, 2 expand, H, W)."""
        x = self.squeeze_activation(self.squeeze(x))
        one = self.expand1x1_activation(self.expand1x1(x))
        three = self.expand3x3_activation(self.expand3x3(x))
        return np.concatenate([one, three], axis=1)


@register
def squeezenet1_1(classes=1000, channels=3) -> Sequential:
    """SqueezeNet 1.1 (Iandola et al. 2016): 1,235,496 parameters, torchvision's names.

    (N, channels, H, W) -> (N, classes), H and W 32 or more.
    """
    features = Sequential(
        Conv2d(channels, 64, 3, stride=2), ReLU(), MaxPool2d(3, stride=2, ceil_mode=True),
        Fire(64, 16, 64), Fire(128, 16, 64), MaxPool2d(3, stride=2, ceil_mode=True),
        Fire(128, 32, 128), Fire(256, 32, 128), MaxPool2d(3, stride=2, ceil_mode=True),
        Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256),
    )  # fmt: skip
    classifier = Sequential(Dropout(0.5), Conv2d(512, classes, 1), ReLU(), AdaptiveAvgPool2d(1))
    model = Sequential({"features": features, "classifier": classifier, "flatten": Flatten()})
    return he_normal(model)
