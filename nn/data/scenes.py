"""Scenes: a real digit, turned, scaled and placed on clutter; where it is, and which pixels it is.

The clutter is made of pieces of other digits, as in Mnih et al. 2014, "Recurrent models of visual
attention", and of noise.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.data.collate import shapes
from nn.data.sampling import sample
from nn.data.transforms import check_images, number

INK = 0.5  # from here on a pixel belongs to the digit
PIECE = 0.25  # diameter of a piece of clutter, in proportion of the image
WIDEST = 0.7  # of a digit: then its box fits at every angle, the diagonal being below 1
_AT_ONCE = 256  # scenes, to bound the memory for sampling


class Scenes(NamedTuple):
    """Images with one whole digit each, and all there is to learn about them.

    Points are (x, y) in proportions of the image: (0, 0) is the corner at the top left and (1, 1)
    that at the bottom right, so the middle of the pixel in row i and column j of an image of
    H × W is ((j + 0.5) / W, (i + 0.5) / H).
    """

    images: np.ndarray
    """float32 in [0, 1]; shape (N, 1, size, size)."""

    labels: np.ndarray
    """int64, which digit; shape (N,)."""

    corners: np.ndarray
    """float32; shape (N, 4, 2).  Of the box around the ink, which is turned with the digit: top
    left, top right, bottom right, bottom left of the digit when it is upright."""

    key_points: np.ndarray
    """float32; shape (N, 5, 2).  Where the ink of the digit, when it is upright, is highest,
    furthest to the right, lowest, furthest to the left; and its centre of mass."""

    masks: np.ndarray
    """uint8, a label for each pixel; shape (N, size, size).  0 is background, 1 + the label is
    the digit."""

    def __repr__(self):
        return shapes(self)


def cluttered_digits(
    images: np.ndarray,
    labels: np.ndarray,
    count: int,
    size: int = 40,
    scale: tuple[float, float] = (0.4, 0.65),
    angle: float = 30.0,
    clutter: int = 8,
    noise: float = 0.1,
    seed: int | Sequence[int] = 0,
) -> Scenes:
    """Scenes in which one whole digit lies among pieces of others; the same for the same seed.

    Parameters
    ----------
    images : ndarray, (M, 1, h, w)
        Digits as ink on empty paper, floats in [0, 1], as `mnist` and `digits` give them.
    labels : array_like of int, (M,)
        In 0..254.
    count : int
        N, how many scenes.
    size : int
        Height and width of a scene.
    scale : tuple of float
        The least and the greatest length of the longer side of the digit's box, in proportion of
        ``size``; at most 0.7, then it fits at every angle.
    angle : float
        The digit is turned by up to ± this, in degrees.
    clutter : int
        Pieces of other digits in a scene, of all sizes and angles, each cut out by a circle.
    noise : float
        Deviation of the noise that is added to every pixel.
    seed : int or sequence of int
        For `numpy.random.default_rng`.  Fresh scenes for every epoch: ``seed=(0, epoch)``.

    Raises
    ------
    ShapeError, DtypeError, ValueRangeError
        Images or labels that are none or do not fit each other, an image without ink, an option
        out of range.

    Examples
    --------
    >>> cross = np.zeros((2, 1, 28, 28), np.float32)
    >>> cross[:, :, 4:24, 13:15] = cross[:, :, 13:15, 8:20] = 1
    >>> s = cluttered_digits(cross, [7, 7], count=3)
    >>> s.images.shape, s.corners.shape, s.key_points.shape, s.masks.max()
    ((3, 1, 40, 40), (3, 4, 2), (3, 5, 2), np.uint8(8))
    """
    labels = _checked(images, labels, count, size, scale, clutter)
    angle = number("cluttered_digits", "angle", angle, 0, 180)
    noise = number("cluttered_digits", "noise", noise, 0)
    images = images.astype(np.float32, copy=False)
    points = _points_of_ink(images)
    rng = np.random.default_rng(seed)

    found = Scenes(
        np.empty((count, 1, size, size), np.float32),
        np.empty(count, np.int64),
        np.empty((count, 4, 2), np.float32),
        np.empty((count, 5, 2), np.float32),
        np.empty((count, size, size), np.uint8),
    )
    for start in range(0, count, _AT_ONCE):
        n = min(_AT_ONCE, count - start)
        which = rng.integers(len(images), size=n)
        poses = _Poses.random(points[which], size, scale, angle, rng)
        digit = poses.draw(images[which], size)
        paper = _pieces(images, points, which, clutter, size, scale, rng)
        paper = np.maximum(paper, digit) + noise * rng.standard_normal(paper.shape, np.float32)
        seen = poses.forward(points[which]) / size
        parts = (
            np.clip(paper, 0, 1),
            labels[which],
            seen[:, :4],
            seen[:, 4:],
            np.where(digit[:, 0] > INK, labels[which, np.newaxis, np.newaxis] + 1, 0),
        )
        for whole, part in zip(found, parts, strict=True):
            whole[start : start + n] = part
    return found


class _Poses(NamedTuple):
    """How N digits come to lie in a scene: turned and scaled about ``middle``, put to ``place``."""

    middle: np.ndarray  # (N, 2), in pixels of the source
    place: np.ndarray  # (N, 2), in pixels of the scene
    turn: np.ndarray  # (N, 2, 2): row vectors times it are turned, to the left if positive
    factor: np.ndarray  # (N,): pixels of the scene in one of the source

    @classmethod
    def random(cls, points, size, scale, angle, rng):
        """Anywhere that all four corners, the first of the points, are in the scene."""
        corners = points[:, :4]
        n, middle = len(corners), corners.mean(axis=1)
        sides = corners[:, 2] - corners[:, 0]
        factor = size * rng.uniform(*scale, n) / sides.max(axis=1)
        angles = np.radians(rng.uniform(-angle, angle, n))
        cos, sin = np.cos(angles), np.sin(angles)
        turn = np.stack([cos, -sin, sin, cos], axis=1).reshape(n, 2, 2)
        poses = cls(middle, np.zeros((n, 2)), turn, factor)
        reach = poses.forward(corners).max(axis=1)  # the box is symmetric about its middle
        return poses._replace(place=rng.uniform(reach, size - reach))

    def forward(self, points):
        """Points (N, K, 2) of the source -> of the scene."""
        moved = (points - self.middle[:, np.newaxis]) * self.factor[:, np.newaxis, np.newaxis]
        return moved @ self.turn + self.place[:, np.newaxis]

    def draw(self, images, side):
        """The digits on empty paper (N, 1, side, side)."""
        middles = np.arange(side) + 0.5
        across = (middles - self.place[:, :1])[:, np.newaxis]  # (N, 1, side)
        down = (middles - self.place[:, 1:])[:, :, np.newaxis]  # (N, side, 1)
        back = self.turn / self.factor[:, np.newaxis, np.newaxis]
        start = self.middle - 0.5  # `sample` counts from the middle of the first pixel
        m = np.concatenate([back, start[:, :, np.newaxis]], axis=2)[..., np.newaxis, np.newaxis]
        columns, rows = (m[:, k, 0] * across + m[:, k, 1] * down + m[:, k, 2] for k in (0, 1))
        return sample(images, rows, columns)


def _pieces(images, points, which, clutter, size, scale, rng):
    """Paper (N, 1, size, size) with pieces of digits other than ``which``."""
    n, side = len(which), max(round(PIECE * size), 3)
    paper = np.zeros((n, size + 2 * side, size + 2 * side), np.float32)  # pieces reach over edges
    across = np.arange(side) + 0.5 - side / 2
    distance = np.hypot(across, across[:, np.newaxis])
    circle = np.clip(side / 2 - distance, 0, 1).astype(np.float32)
    rows = np.arange(n)[:, np.newaxis, np.newaxis]
    for _ in range(clutter):
        others = (which + rng.integers(1, len(images), size=n)) % len(images)
        poses = _Poses.random(points[others], size, scale, 180, rng)
        middle = _places_with_ink(images[others], rng)
        poses = poses._replace(middle=middle, place=np.full((n, 2), side / 2))
        piece = poses.draw(images[others], side)[:, 0] * circle
        top, left = rng.integers(side // 2, size + side - side // 2, (2, n, 1, 1))
        window = rows, top + np.arange(side)[:, np.newaxis], left + np.arange(side)
        paper[window] = np.maximum(paper[window], piece)
    return paper[:, np.newaxis, side:-side, side:-side]


def _places_with_ink(images, rng):
    """For each image the middle (x, y) of a pixel with ink, any of them."""
    chances = np.where(images[:, 0] > INK, rng.random(images[:, 0].shape), -1)
    best = chances.reshape(len(images), -1).argmax(axis=1)
    y, x = np.divmod(best, images.shape[3])
    return np.stack([x, y], axis=1) + 0.5


def _points_of_ink(images):
    """(M, 9, 2): the corners of the upright box around the ink, then the five key points."""
    ink = images[:, 0] > INK
    columns, rows = ink.any(axis=1), ink.any(axis=2)
    if not rows.any(axis=1).all():
        blank = np.flatnonzero(~rows.any(axis=1))
        raise ValueRangeError(
            f"cluttered_digits: {len(blank)} of the images have no ink, no value above {INK}; the "
            f"first is images[{blank[0]}]. Leave them out, or scale to [0, 1] with ink as 1"
        )
    h, w = ink.shape[1:]
    left, top = columns.argmax(axis=1), rows.argmax(axis=1)
    right, bottom = w - columns[:, ::-1].argmax(axis=1), h - rows[:, ::-1].argmax(axis=1)
    x, y, each = np.arange(w) + 0.5, np.arange(h) + 0.5, np.arange(len(ink))

    def mean(where, along):
        return (where @ along) / where.sum(axis=1)

    return np.stack(
        [
            np.stack(pair, axis=1)
            for pair in (
                (left, top),
                (right, top),
                (right, bottom),
                (left, bottom),
                (mean(ink[each, top], x), top),
                (right, mean(ink[each, :, right - 1], y)),
                (mean(ink[each, bottom - 1], x), bottom),
                (left, mean(ink[each, :, left], y)),
                (mean(ink.sum(axis=1), x), mean(ink.sum(axis=2), y)),
            )
        ],
        axis=1,
    ).astype(float)


def _checked(images, labels, count, size, scale, clutter):
    """The labels as an array, where everything fits."""
    name = "cluttered_digits"
    check_images(name, images)
    if images.shape[1] != 1 or not len(images):
        raise ShapeError(f"{name}: expected images (M, 1, h, w) with M > 0, got {images.shape}")
    labels = np.asarray(labels)
    if labels.shape != images.shape[:1]:
        raise ShapeError(f"{name}: {len(images)} images need as many labels, got {labels.shape}")
    if labels.dtype.kind not in "iu":
        raise DtypeError(f"{name}: labels must be integers, got {labels.dtype}")
    if labels.min() < 0 or labels.max() > 254:
        raise ValueRangeError(
            f"{name}: labels must be in 0..254, got {labels.min()} to {labels.max()}"
        )
    for what, value, least in (("count", count, 1), ("size", size, 8), ("clutter", clutter, 0)):
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise DtypeError(f"{name}: {what} must be an int, got {value!r}")
        if value < least:
            raise ValueRangeError(f"{name}: {what} must be {least} or more, got {value!r}")
    if clutter and len(images) < 2:
        raise ValueRangeError(
            f"{name}: clutter is made of other digits, got a single image; give more of them, or "
            "clutter=0"
        )
    if not isinstance(scale, (tuple, list)) or len(scale) != 2:
        raise DtypeError(f"{name}: scale must be (least, greatest), got {scale!r}")
    if not 0 < scale[0] <= scale[1] <= WIDEST:
        raise ValueRangeError(
            f"{name}: scale must be (least, greatest) with 0 < least <= greatest <= {WIDEST}, got "
            f"{scale!r}"
        )
    return labels.astype(np.int64)
