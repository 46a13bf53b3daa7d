"""What a network loses when it cannot see a part of the picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from nn.data.transforms import height_width
from nn.functional.checks import array, positive, value
from nn.insight.attribution import SHOWN
from nn.insight.results import Drawn, grid, heat, image_of, show
from nn.insight.running import all_scores, bar, classes_of, evaluating, pictures
from nn.module import Module


@dataclass(frozen=True, eq=False, repr=False)
class Occlusion(Drawn):
    """The score of a class with a patch over the picture, for every place of the patch.

    Attributes
    ----------
    array : ndarray, (N, rows, columns)
        The score of the class, with the patch in this row and column.
    tops, lefts : ndarray, (rows,), (columns,)
        Where the patch's upper left corner was.
    size : ndarray, (2,)
        Height and width of the patch.
    inputs : ndarray, (N, C, H, W)
    target : ndarray, (N,)
    scores : ndarray, (N,)
        The score without a patch.
    """

    array: np.ndarray
    tops: np.ndarray
    lefts: np.ndarray
    size: np.ndarray
    inputs: np.ndarray
    target: np.ndarray
    scores: np.ndarray

    def map(self) -> np.ndarray:
        """(N, H, W): how much the score falls, on average over the patches that hide a pixel.

        0 where none does, which a stride longer than the patch leaves out.
        """
        drop = self.scores[:, np.newaxis, np.newaxis] - self.array
        down, across = (
            ((at >= first) & (at < first + n)).astype(drop.dtype)
            for at, first, n in zip(
                (np.arange(m)[:, np.newaxis] for m in self.inputs.shape[2:]),
                (self.tops, self.lefts),
                self.size,
                strict=True,
            )
        )  # (H, rows), (W, columns)
        hidden = np.maximum(np.outer(down.sum(1), across.sum(1)), 1)
        return down @ drop @ across.T / hidden

    def figure(self):
        """The first pictures; the score for every place of the patch; where it matters."""
        image_of(self.inputs[0])
        n, maps = min(len(self.inputs), SHOWN), self.map()
        figure, axes = grid(n, 3, 2.3, 2.1)
        for k, line in enumerate(axes):
            show(line[0], self.inputs[k])
            line[0].set_ylabel(f"class {self.target[k]}: {self.scores[k]:.1f}", fontsize=9)
            drawn = line[1].imshow(self.array[k], cmap="viridis")
            figure.colorbar(drawn, ax=line[1], shrink=0.8)
            heat(line[2], maps[k], signed=True)
        titles = ("picture", "score, patch there", "fall of the score")
        for ax, text in zip(axes[0], titles, strict=True):
            ax.set_title(text, fontsize=9)
        return figure


def occlusion(
    model: Module,
    x: Any,
    target: Any = None,
    size: int | tuple[int, int] = 8,
    stride: int = 4,
    fill: float = 0.0,
    batch_size: int = 64,
    progress: bool = True,
) -> Occlusion:
    """The score of a class while a grey patch slides over the picture.

    Parameters
    ----------
    model : Module
        Gives scores (N, classes).  It is run in eval mode, and is afterwards as it was.
    x : array_like, (N, C, H, W)
    target : int or N ints, optional
        The class; by default, for each picture, the one with the best score.
    size : int or (height, width)
        Of the patch.
    stride : int
        By how much it moves; the last place of a row touches the edge.
    fill : float
        The value of its pixels: 0 is the grey of normalised photos.
    batch_size : int
        Pictures in one run of the model.
    progress : bool

    Raises
    ------
    ShapeError
        ``x`` is no batch of pictures, or smaller than the patch.
    ValueRangeError
        There is no such class.

    Notes
    -----
    M. D. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", 2014.

    Examples
    --------
    >>> import nn
    >>> x = np.ones((2, 1, 28, 28), np.float32)
    >>> found = nn.insight.occlusion(nn.models.lenet5(), x, progress=False)
    >>> found.array.shape, found.map().shape
    ((2, 6, 6), (2, 28, 28))
    """
    op = "occlusion"
    x = pictures(op, x)
    h, w = height_width(op, "size", size)
    positive(op, stride=stride, batch_size=batch_size)
    paint = value(array(op, "fill", fill))
    if paint.size != 1 and paint.shape != (x.shape[1], 1, 1):
        raise ShapeError(
            f"{op}: fill must be a number, or one for each channel ({x.shape[1]}, 1, 1), got the "
            f"shape {paint.shape}"
        )
    if h > x.shape[2] or w > x.shape[3]:
        raise ShapeError(
            f"{op}: a patch of {h} x {w} does not fit in pictures of {x.shape[2]} x {x.shape[3]}"
        )
    tops, lefts = _starts(x.shape[2], h, stride), _starts(x.shape[3], w, stride)
    places = [(top, left) for top in tops for left in lefts]
    with evaluating(op, model):
        plain = all_scores(op, model, x, batch_size)
        target = classes_of(op, plain, target)
        lines = []
        for image, k in zip(bar(x, op, progress and len(x) > 1), target, strict=True):
            hidden = _Hidden(image, places, (h, w), paint)
            scores = all_scores(op, model, hidden, batch_size, progress and len(x) == 1)
            lines.append(scores[:, k].reshape(len(tops), len(lefts)))
    scores = plain[np.arange(len(x)), target]
    return Occlusion(np.stack(lines), tops, lefts, np.array([h, w]), x, target, scores)


class _Hidden:
    """Copies of an image with a patch at each of the places, made batch by batch."""

    def __init__(self, image, places, size, fill):
        self.image, self.places, self.size, self.fill = image, places, size, fill

    def __len__(self):
        return len(self.places)

    def __getitem__(self, part):
        places = self.places[part]
        copies = np.repeat(self.image[np.newaxis], len(places), axis=0)
        for copy, (top, left) in zip(copies, places, strict=True):
            copy[:, top : top + self.size[0], left : left + self.size[1]] = self.fill
        return copies


def _starts(n, size, stride):
    return np.unique(np.append(np.arange(0, n - size + 1, stride), n - size))
