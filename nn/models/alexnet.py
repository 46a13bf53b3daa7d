"""AlexNet (Krizhevsky, Sutskever and Hinton 2012), its ablations, and ZFNet."""

from autograd.errors import ValueRangeError
from nn.layers import (
    AdaptiveAvgPool2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
)
from nn.models.registry import register
from nn.module import Module
from nn.sequential import Sequential

REMOVABLE = ("conv3", "conv4", "fc6", "fc7")


class Features(Module):
    """``features``, pooled to a fixed size, flattened, then ``classifier``.

    Weights have torchvision's names: 'features.0.weight', 'classifier.1.weight'.
    """

    def __init__(self, features, classifier, pooled):
        self.features = features
        self.avgpool = AdaptiveAvgPool2d(pooled)
        self.flatten = Flatten()
        self.classifier = classifier

    def forward(self, x):
        """x (N, C, H, W) -> scores (N, classes)."""
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


@register
def alexnet(classes=1000, channels=3, hidden=4096) -> Features:
    """AlexNet in a single tower, as torchvision has it: 61,100,840 parameters.

    From Krizhevsky 2014, "One weird trick", with 64, 192, 384, 256 and 256 filters, without
    response norm.  (N, channels, H, W) -> (N, classes), H and W 63 or more, 224 in the paper.
    """
    features = Sequential(
        Conv2d(channels, 64, 11, stride=4, padding=2), ReLU(), MaxPool2d(3, 2),
        Conv2d(64, 192, 5, padding=2), ReLU(), MaxPool2d(3, 2),
        Conv2d(192, 384, 3, padding=1), ReLU(),
        Conv2d(384, 256, 3, padding=1), ReLU(),
        Conv2d(256, 256, 3, padding=1), ReLU(), MaxPool2d(3, 2),
    )  # fmt: skip
    classifier = Sequential(
        Dropout(0.5), Linear(256 * 6 * 6, hidden), ReLU(),
        Dropout(0.5), Linear(hidden, hidden), ReLU(), Linear(hidden, classes),
    )  # fmt: skip
    return Features(features, classifier, 6)


@register
def alexnet_original(classes=1000, channels=3, hidden=4096, without=()) -> Sequential:
    """The AlexNet of 2012: two towers as groups, and response norm; 60,965,224 parameters.

    Convolutions 2, 4 and 5 see the channels of their own tower (``groups=2``).  Pooling windows
    overlap.  (N, channels, H, W) -> (N, classes) for H and W of 224 (padded by 2; 227 in the
    towers' arithmetic).

    Parameters
    ----------
    hidden : int
        Units of fc6 and fc7.
    without : sequence of str
        Layers to leave out, of 'conv3', 'conv4', 'fc6' and 'fc7': the ablation of section 6 of
        Zeiler and Fergus 2013.

    Examples
    --------
    >>> whole, cut = (alexnet_original(hidden=64, without=w) for w in ((), ("fc7",)))
    >>> whole.count_parameters() - cut.count_parameters() == 64 * 64 + 64
    True
    """
    unknown = [name for name in without if name not in REMOVABLE]
    if isinstance(without, str) or unknown:
        raise ValueRangeError(
            f"alexnet_original: without must be a list of names from {', '.join(REMOVABLE)}; got "
            f"{without!r}"
        )
    # the paper adds alpha to each square; PyTorch's layer takes the mean over the 5 channels
    norm = {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0}
    layers = {
        "conv1": Conv2d(channels, 96, 11, stride=4, padding=2), "relu1": ReLU(),
        "norm1": LocalResponseNorm(**norm), "pool1": MaxPool2d(3, 2),
        "conv2": Conv2d(96, 256, 5, padding=2, groups=2), "relu2": ReLU(),
        "norm2": LocalResponseNorm(**norm), "pool2": MaxPool2d(3, 2),
    }  # fmt: skip
    width = 256
    for k, (filters, groups) in ((3, (384, 1)), (4, (384, 2)), (5, (256, 2))):
        if f"conv{k}" not in without:
            layers[f"conv{k}"] = Conv2d(width, filters, 3, padding=1, groups=groups)
            layers[f"relu{k}"] = ReLU()
            width = filters
    layers |= {"pool5": MaxPool2d(3, 2), "flatten": Flatten()}
    return Sequential(layers | _head(256 * 6 * 6, hidden, classes, without))


@register
def zfnet(classes=1000, channels=3, hidden=4096) -> Sequential:
    """ZFNet (Zeiler and Fergus 2013, figure 3): AlexNet with a finer start; 62,357,608 parameters.

    The first layer has 7×7 filters at stride 2 where AlexNet has 11×11 at stride 4, and nothing is
    grouped.  (N, channels, 224, 224) -> (N, classes).
    """
    norm = {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0}
    layers = {
        "conv1": Conv2d(channels, 96, 7, stride=2, padding=1), "relu1": ReLU(),
        "pool1": MaxPool2d(3, 2, padding=1), "norm1": LocalResponseNorm(**norm),
        "conv2": Conv2d(96, 256, 5, stride=2), "relu2": ReLU(),
        "pool2": MaxPool2d(3, 2, padding=1), "norm2": LocalResponseNorm(**norm),
        "conv3": Conv2d(256, 384, 3, padding=1), "relu3": ReLU(),
        "conv4": Conv2d(384, 384, 3, padding=1), "relu4": ReLU(),
        "conv5": Conv2d(384, 256, 3, padding=1), "relu5": ReLU(),
        "pool5": MaxPool2d(3, 2), "flatten": Flatten(),
    }  # fmt: skip
    return Sequential(layers | _head(256 * 6 * 6, hidden, classes))


def _head(width, hidden, classes, without=()):
    layers = {}
    for name in ("fc6", "fc7"):
        if name not in without:
            layers[f"drop{name[2]}"] = Dropout(0.5)
            layers[name] = Linear(width, hidden)
            layers[f"relu{name[2]}"] = ReLU()
            width = hidden
    return layers | {"fc8": Linear(width, classes)}
