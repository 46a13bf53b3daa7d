"""DenseNet (Huang et al. 2016): every layer sees all before it in its block."""

import numpy as np

from nn.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
)
from nn.models.registry import register
from nn.models.starts import he_normal
from nn.module import Module
from nn.sequential import Sequential


class DenseLayer(Module):
    """Batch norm, ReLU, 1×1 to 4 growth, batch norm, ReLU, 3×3 to ``growth`` new channels."""

    def __init__(self, channels, growth):
        self.norm1 = BatchNorm2d(channels)
        self.relu1 = ReLU()
        self.conv1 = Conv2d(channels, 4 * growth, 1, bias=False)
        self.norm2 = BatchNorm2d(4 * growth)
        self.relu2 = ReLU()
        self.conv2 = Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x):
        """x (N, C, H, W) -> (N, growth, H, W)."""
        return self.conv2(self.relu2(self.norm2(self.conv1(self.relu1(self.norm1(x))))))


class DenseBlock(Sequential):
    """Layers that each get what all before them gave: (N, C, H, W) -> (N, C + n growth, H, W)."""

    def forward(self, x):
        """x (N, C, H, W) -> (N, C + n growth, H, W)."""
        for layer in self:
            x = np.concatenate([x, layer(x)], axis=1)
        return x


@register
def densenet121(classes=1000, channels=3, growth=32) -> Sequential:
    """DenseNet-121: 7,978,856 parameters, torchvision's names of the weights.

    Blocks of 6, 12, 24 and 16 layers; between them a 1×1 convolution halves the channels and
    pooling the image.  (N, channels, H, W) -> (N, classes), H and W 32 or more.
    """
    width = 2 * growth
    features = {
        "conv0": Conv2d(channels, width, 7, stride=2, padding=3, bias=False),
        "norm0": BatchNorm2d(width),
        "relu0": ReLU(),
        "pool0": MaxPool2d(3, stride=2, padding=1),
    }
    for k, n in enumerate((6, 12, 24, 16), start=1):
        layers = {f"denselayer{i + 1}": DenseLayer(width + i * growth, growth) for i in range(n)}
        features[f"denseblock{k}"] = DenseBlock(layers)
        width += n * growth
        if k < 4:
            features[f"transition{k}"] = Sequential(
                {
                    "norm": BatchNorm2d(width),
                    "relu": ReLU(),
                    "conv": Conv2d(width, width // 2, 1, bias=False),
                    "pool": AvgPool2d(2),
                }
            )
            width //= 2
    features["norm5"] = BatchNorm2d(width)
    model = Sequential(
        {
            "features": Sequential(features),
            "relu": ReLU(),
            "avgpool": AdaptiveAvgPool2d(1),
            "flatten": Flatten(),
            "classifier": Linear(width, classes),
        }
    )
    return he_normal(model, kinds=(Conv2d,))
