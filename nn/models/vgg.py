"""VGG (Simonyan and Zisserman 2014), configurations A, A-LRN, B, C, D and E."""

from autograd.errors import ValueRangeError
from nn.layers import BatchNorm2d, Conv2d, Dropout, Linear, LocalResponseNorm, MaxPool2d, ReLU
from nn.models.alexnet import Features
from nn.models.registry import register
from nn.models.starts import he_normal
from nn.sequential import Sequential

# table 1 of the paper, a line per stage: n a 3×3 convolution of n filters, -n one of 1×1
CONFIGURATIONS: dict[str, tuple[tuple, ...]] = {
    "A": ((64,), (128,), (256,) * 2, (512,) * 2, (512,) * 2),
    "A-LRN": ((64, "LRN"), (128,), (256,) * 2, (512,) * 2, (512,) * 2),
    "B": ((64,) * 2, (128,) * 2, (256,) * 2, (512,) * 2, (512,) * 2),
    "C": ((64,) * 2, (128,) * 2, (256, 256, -256), (512, 512, -512), (512, 512, -512)),
    "D": ((64,) * 2, (128,) * 2, (256,) * 3, (512,) * 3, (512,) * 3),
    "E": ((64,) * 2, (128,) * 2, (256,) * 4, (512,) * 4, (512,) * 4),
}


@register
def vgg(configuration="D", classes=1000, channels=3, batch_norm=False, hidden=4096) -> Features:
    """A VGG network: stages of 3×3 convolutions, each halved by pooling, and three linear layers.

    (N, channels, H, W) -> (N, classes), H and W 32 or more, 224 in the paper; weights are named
    as torchvision's.  Starts from He's normal distribution, with which even E trains at once.

    Parameters
    ----------
    configuration : str
        'A' (11 layers), 'A-LRN', 'B' (13), 'C' (16, some of them 1×1), 'D' (16) or 'E' (19).
    batch_norm : bool
        Batch norm after every convolution.
    hidden : int
        Units of the two hidden linear layers, which hold most of the parameters.

    Examples
    --------
    >>> vgg("A", classes=10, hidden=512).count_parameters()
    22333834
    """
    if configuration not in CONFIGURATIONS:
        raise ValueRangeError(
            f"vgg: configuration {configuration!r} is none of {', '.join(CONFIGURATIONS)}"
        )
    layers: list = []
    for stage in CONFIGURATIONS[configuration]:
        for filters in stage:
            if filters == "LRN":  # the constants of AlexNet, whose alpha is not divided by 5
                layers.append(LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0))
                continue
            n, size = abs(filters), 3 if filters > 0 else 1
            layers.append(Conv2d(channels, n, size, padding=size // 2))
            layers += [BatchNorm2d(n), ReLU()] if batch_norm else [ReLU()]
            channels = n
        layers.append(MaxPool2d(2))
    classifier = Sequential(
        Linear(512 * 7 * 7, hidden), ReLU(), Dropout(0.5),
        Linear(hidden, hidden), ReLU(), Dropout(0.5), Linear(hidden, classes),
    )  # fmt: skip
    return he_normal(Features(Sequential(*layers), classifier, 7))


@register
def vgg11(classes=1000, **options) -> Features:
    """Configuration A of `vgg`: 132,863,336 parameters."""
    return vgg("A", classes, **options)


@register
def vgg13(classes=1000, **options) -> Features:
    """Configuration B of `vgg`: 133,047,848 parameters."""
    return vgg("B", classes, **options)


@register
def vgg16(classes=1000, **options) -> Features:
    """Configuration D of `vgg`: 138,357,544 parameters."""
    return vgg("D", classes, **options)


@register
def vgg19(classes=1000, **options) -> Features:
    """Configuration E of `vgg`: 143,667,240 parameters."""
    return vgg("E", classes, **options)
