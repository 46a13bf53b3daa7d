"""A picture of what augmentations do."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from nn.data.affine import (
    RandomHorizontalFlip,
    RandomRescale,
    RandomRotation,
    RandomShear,
    RandomStretch,
    RandomTranslation,
    RandomVerticalFlip,
)
from nn.data.colour import ColorPCA, ColorShift
from nn.data.compose import Compose
from nn.data.crops import Cutout, RandomCrop, ten_crop
from nn.data.elastic import ElasticTransform
from nn.data.transforms import Transform
from nn.figures import new_figure


def show_augmentations(
    image: np.ndarray,
    transforms: Mapping[str, Transform] | None = None,
    columns: int = 8,
    seed: int = 0,
) -> Any:
    """A row of random variants of one image for each transform, as a matplotlib figure.

    Parameters
    ----------
    image : ndarray, (C, H, W)
        With 1 channel, which is drawn as ink, or 3; floats in [0, 1].
    transforms : mapping, optional
        Name -> transform.  By default every augmentation there is, each at its usual strength,
        then several at once, and the ten crops of a test.
    columns : int
        Variants in a row.
    seed : int
        Where the random numbers come from.

    Raises
    ------
    ImportError
        Matplotlib is missing.
    """
    if image.ndim != 3 or image.shape[0] not in (1, 3):
        raise ShapeError(f"show_augmentations: expected an image (1 or 3, H, W), got {image.shape}")
    batch = np.repeat(image[np.newaxis], columns, axis=0)
    chosen = _all(image) if transforms is None else transforms
    rows = {name: t(batch, rng=seed) for name, t in chosen.items()}
    if transforms is None:
        size = tuple(n * 7 // 8 for n in image.shape[1:])
        crops = ten_crop(image[np.newaxis], size)[:, 0]
        rows |= {"ten crops:": crops[:5], "five and mirrored": crops[5:]}

    figure = new_figure((1.1 * (columns + 1.6), 1.1 * len(rows)), layout=None)
    axes = figure.subplots(len(rows), columns + 1, squeeze=False)
    for line, (name, variants) in zip(axes, rows.items(), strict=True):
        for ax in line:
            ax.axis("off")
        _draw(line[0], image)
        for ax, variant in zip(line[1:], variants, strict=False):
            _draw(ax, variant)
        line[0].text(-0.08, 0.5, name, transform=line[0].transAxes, ha="right", va="center")
    figure.subplots_adjust(left=1.9 / (columns + 2.6), right=1, bottom=0, top=0.97, wspace=0.06,
                           hspace=0.06)  # fmt: skip
    axes[0][0].set_title("original", fontsize=9)
    return figure


def _all(image) -> dict[str, Transform]:
    c, h, w = image.shape
    small = min(h, w)
    # Photos are cut at the edge, digits lie on empty paper.
    fill: Any = 0.0 if c == 1 else "edge"
    return {
        "mirror": RandomHorizontalFlip(),
        "flip": RandomVerticalFlip(),
        "crop": RandomCrop((h, w), padding=small // 7),
        "rotate, any angle": RandomRotation(180, fill),
        "translate ±10 px": RandomTranslation(10, fill),
        "rescale 1/1.6 to 1.6": RandomRescale(1.6, fill),
        "shear ±20°": RandomShear(20, fill),
        "stretch 1/1.3 to 1.3": RandomStretch(1.3, fill),
        "warp locally": ElasticTransform(34 * max(1, small / 28), 4 * max(1, small / 56), fill),
        "shift colours": ColorShift(0.2),
        "shift colours by PCA": ColorPCA.fit(image[np.newaxis], std=0.5),
        "cut out": Cutout(small // 3, fill=0.5),
        "five at once": Compose(
            [
                RandomHorizontalFlip(),
                RandomRotation(20, fill),
                RandomRescale(1.2, fill),
                RandomShear(10, fill),
                ColorShift(0.1),
            ]
        ),
    }


def _draw(ax, image):
    ax.axis("on")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(color="0.8", linewidth=0.5)
    if len(image) == 1:
        ax.imshow(image[0], cmap="gray_r", vmin=0, vmax=1)
    else:
        ax.imshow(np.clip(image, 0, 1).transpose(1, 2, 0))
