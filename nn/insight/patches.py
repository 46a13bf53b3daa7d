"""Which parts of a data set's pictures excite a unit most."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from nn.functional.checks import positive
from nn.insight.results import Drawn, grid, headline, image_of, show
from nn.insight.running import layer_outputs, pictures
from nn.module import Module
from nn.summary import ReceptiveField, summary


@dataclass(frozen=True, eq=False, repr=False)
class TopPatches(Drawn):
    """The patches for U units, k each, the strongest first.

    Attributes
    ----------
    units : ndarray, (U,)
        Numbers of channels.
    values : ndarray, (U, k)
        How strongly each patch activates the unit.
    indices : ndarray, (U, k)
        Which picture it is in.
    places : ndarray, (U, k, 2)
        Row and column in the unit's map.
    boxes : ndarray, (U, k, 4)
        Top, left, bottom, right of what the unit sees there: its receptive field, as pixels of the
        picture.  May reach over the edge, into the padding.
    patches : list of U lists of k ndarrays (C, h, w)
        The patches without the padding.
    layer : str
    """

    units: np.ndarray
    values: np.ndarray
    indices: np.ndarray
    places: np.ndarray
    boxes: np.ndarray
    patches: list[list[np.ndarray]]
    layer: str
    span: tuple[float, float]

    def figure(self):
        """A row per unit; what lies outside the picture is grey."""
        figure, axes = grid(*self.values.shape, 0.95, 1.1)
        for u, line in enumerate(axes):
            line[0].set_ylabel(f"unit {self.units[u]}", fontsize=9)
            for k, ax in enumerate(line):
                top, left, bottom, right = self.boxes[u, k]
                patch = image_of(self.patches[u][k])
                show(ax, patch, *self.span)
                row, column = max(-top, 0), max(-left, 0)
                ax.images[0].set_extent(
                    (column, column + patch.shape[2], row + patch.shape[1], row)
                )
                ax.set(xlim=(0, right - left), ylim=(bottom - top, 0), facecolor="0.75")
                ax.set_title(f"{self.values[u, k]:.2f}", fontsize=7, pad=2)
        headline(figure, f"{self.layer}: the patches that activate each unit most")
        return figure


def top_patches(
    model: Module,
    images: Any,
    layer: str,
    unit: int | Sequence[int],
    k: int = 9,
    batch_size: int = 64,
    progress: bool = True,
) -> TopPatches:
    """The patches of pictures that activate a unit most, and where they are.

    Of each picture the place counts where the unit is most active, and the k best pictures are
    taken.  The patch is the receptive field of that place, as `nn.summary` finds it.  Zeiler and
    Fergus 2014; Girshick et al. 2014.

    Parameters
    ----------
    model : Module
    images : array_like, (N, C, H, W)
    layer : str
        Its name; of a layer without maps, such as `nn.Linear`, the patches are whole pictures.
    unit : int, or sequence of int
        Which channels of the layer.
    k : int
        Patches for each; all pictures if they are fewer.
    batch_size : int
    progress : bool

    Raises
    ------
    ValueRangeError
        There is no such layer, or no such channel.
    ShapeError
        ``images`` are not (N, C, H, W).

    Examples
    --------
    >>> import nn
    >>> digits, _ = nn.data.digits()
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2))
    >>> top = nn.insight.top_patches(model, digits.images[:100], "2", unit=[0, 3], k=5)
    >>> top.values.shape, top.patches[0][0].shape
    ((2, 5), (1, 4, 4))
    """
    op = "top_patches"
    x = pictures(op, images, "images")
    positive(op, k=k)
    units = np.atleast_1d(np.asarray(unit))
    best, where = [], []
    for y in layer_outputs(op, model, x, layer, batch_size, progress):
        _check(op, layer, units, y)
        maps = y[:, units].reshape(len(y), len(units), -1)  # (n, U, places)
        best.append(maps.max(2))
        where.append(maps.argmax(2))
    size = y.shape[2:] or (1, 1)
    values, flat = np.concatenate(best).T, np.concatenate(where).T  # (U, N)
    indices = np.argsort(-values, axis=1, kind="stable")[:, :k]
    values, flat = (np.take_along_axis(a, indices, 1) for a in (values, flat))
    places = np.stack(np.unravel_index(flat, size), axis=-1)
    boxes = _boxes(model, x.shape[1:], layer, places)
    cut = np.clip(boxes, 0, np.array(x.shape[2:] * 2))
    patches = [
        [np.array(x[i, :, t:b, le:r]) for i, (t, le, b, r) in zip(*row, strict=True)]
        for row in zip(indices, cut, strict=True)
    ]
    span = (float(x.min()), float(x.max()))
    return TopPatches(units, values, indices, places, boxes, patches, layer, span)


def _check(op, layer, units, y):
    if y.ndim not in (2, 4):
        raise ShapeError(
            f"{op}: the layer {layer!r} returns the shape {y.shape}, expected maps (N, C, H, W) or "
            "features (N, C)"
        )
    if units.dtype.kind not in "iu" or units.ndim != 1 or not units.size:
        raise ValueRangeError(f"{op}: unit must be the number of a channel, or several")
    wrong = units[(units < 0) | (units >= y.shape[1])]
    if wrong.size:
        raise ValueRangeError(
            f"{op}: the layer {layer!r} has no unit {wrong[0]}; it has {y.shape[1]}, from 0 on"
        )


def _boxes(model, shape, layer, places) -> np.ndarray:
    """What the units at these places (..., 2) see: top, left, bottom, right."""
    module = model.get_submodule(layer)
    name = next(path for path, m in model.named_modules() if m is module)  # of several, the first
    depth = name.count(".") + 1 if name else 0
    rows = [row for row in summary(model, shape, depth=depth).rows if row.name == name]
    field = rows[-1].field or ReceptiveField(shape[1:], (None, None), (0, 0))
    ends = np.empty((*places.shape, 2), int)  # (..., axis, first or last)
    for axis, n in enumerate(shape[1:]):
        low = field.start[axis] + places[..., axis] * (field.stride[axis] or 0)
        ends[..., axis, 0] = np.vectorize(math.ceil, otypes=[int])(low)
        ends[..., axis, 1] = np.vectorize(math.floor, otypes=[int])(low + field.size[axis])
        if field.size[axis] > n:  # it sees all there is
            ends[..., axis, :] = 0, n
    return ends[..., [0, 1, 0, 1], [0, 0, 1, 1]]
