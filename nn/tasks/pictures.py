"""Boxes, key points and masks drawn on pictures, as matplotlib figures."""

import math

import numpy as np

from autograd.errors import DtypeError, IndexRangeError, ShapeError

TRUE, PREDICTED = "tab:green", "tab:orange"
# Ten colours that are told apart from each other, and from ink and paper.
CLASSES = (
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
    "#8c564b", "#f781bf", "#f0c800", "#9acd32", "#17becf",
)  # fmt: skip


def draw_points(images, predicted, true=None, titles=None, closed=True, columns=6):
    """Predicted points on pictures, and true ones if given: boxes, or key points.

    Parameters
    ----------
    images : ndarray, (N, 1 or 3, H, W)
        In [0, 1]; a single channel is drawn as ink.
    predicted, true : ndarray, (N, points, 2)
        (x, y) in proportions of the image.
    titles : sequence of str, optional
        One above each picture.
    closed : bool
        Join the points to a box, the first of them marked by a dot; else a mark for each.
    columns : int
        Pictures in a row.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        Points or titles that are not one for each image.
    ImportError
        Matplotlib is missing.
    """
    kinds = [("predicted", predicted, PREDICTED, "-", "o", "full")]
    if true is not None:
        kinds.insert(0, ("true", true, TRUE, "--", "s", "none"))
    for name, points, *_ in kinds:
        shape = np.shape(points)
        if len(shape) != 3 or shape[0] != len(images) or shape[2] != 2:
            raise ShapeError(
                f"draw_points: expected {name} points ({len(images)}, points, 2), got {shape}"
            )
    figure, axes = _page("draw_points", images, titles, columns)
    h, w = np.shape(images)[2:]
    for n, ax in enumerate(axes):
        for _, points, colour, style, mark, fill in kinds:
            x, y = (np.asarray(points[n]) * (w, h)).T
            if closed:
                ax.plot([*x, x[0]], [*y, y[0]], style, color=colour, linewidth=1.8)
                ax.plot(x[:1], y[:1], mark, color=colour, markersize=4)
            else:
                ax.plot(x, y, mark, color=colour, markersize=5, fillstyle=fill)
    if len(kinds) > 1:
        _legend(figure, [(colour, name) for name, _, colour, *_ in kinds])
    return figure


def draw_masks(images, masks, names, titles=None, columns=6):
    """Masks over pictures, a colour for each class; label 0, the background, is left clear.

    Parameters
    ----------
    images : ndarray, (N, 1 or 3, H, W)
        In [0, 1]; a single channel is drawn as ink.
    masks : ndarray of int, (N, H, W)
        0 for background, k for ``names[k - 1]``.
    names : sequence of str
        Of the classes but the background.
    titles, columns
        As in `draw_points`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError, DtypeError, IndexRangeError
        Masks that do not fit the images, or labels without a name.
    ImportError
        Matplotlib is missing.
    """
    masks, shape = np.asarray(masks), np.shape(images)
    if len(shape) != 4 or masks.shape != (shape[0], *shape[2:]):
        raise ShapeError(f"draw_masks: masks {masks.shape} do not fit images {shape}")
    if masks.dtype.kind not in "iu":
        raise DtypeError(f"draw_masks: masks must be integers, got {masks.dtype}")
    if masks.size and not (masks.min() >= 0 and masks.max() <= len(names)):
        raise IndexRangeError(
            f"draw_masks: masks must be in 0..{len(names)} for {len(names)} names, got "
            f"{masks.min()} to {masks.max()}"
        )
    figure, axes = _page("draw_masks", images, titles, columns)
    from matplotlib.colors import to_rgba_array

    h, w = shape[2:]
    colours = [CLASSES[k % len(CLASSES)] for k in range(len(names))]
    table = to_rgba_array(["none", *colours])
    table[1:, 3] = 0.75  # some of the picture shines through
    for ax, mask in zip(axes, masks, strict=True):
        ax.imshow(table[mask], extent=(0, w, h, 0), interpolation="nearest")
    seen = [k for k in range(len(names)) if (masks == k + 1).any()]
    _legend(figure, [(colours[k], names[k]) for k in seen])
    return figure


def _page(name, images, titles, columns):
    """A figure with the pictures, and the axes of each; x and y are in pixels."""
    from nn.figures import new_figure

    images = np.asarray(images)
    if images.ndim != 4 or images.shape[1] not in (1, 3) or not len(images):
        raise ShapeError(f"{name}: expected images (N, 1 or 3, H, W), got {images.shape}")
    if titles is not None and len(titles) != len(images):
        raise ShapeError(f"{name}: {len(images)} images need as many titles, got {len(titles)}")
    h, w = images.shape[2:]
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    figure = new_figure((1.5 * columns, (1.5 * h / w + 0.25) * rows + 0.4))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for n, (ax, image) in enumerate(zip(axes, images, strict=False)):
        ink = {"cmap": "gray_r", "vmin": 0, "vmax": 1} if len(image) == 1 else {}
        picture = image[0] if len(image) == 1 else np.clip(image, 0, 1).transpose(1, 2, 0)
        ax.imshow(picture, extent=(0, w, h, 0), **ink)
        ax.set(xlim=(0, w), ylim=(h, 0))
        if titles is not None:
            ax.set_title(titles[n], fontsize=9)
    return figure, axes[: len(images)]


def _legend(figure, entries):
    from matplotlib.patches import Patch

    handles = [Patch(color=colour, label=name) for colour, name in entries]
    if handles:
        figure.legend(
            handles=handles,
            loc="outside lower center",
            ncols=len(handles),
            frameon=False,
            fontsize=9,
            handlelength=1,
        )
