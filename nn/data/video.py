"""Short videos of moving digits: what moves is a picture of a real digit, how is the label."""

from typing import NamedTuple

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.data.collate import shapes
from nn.data.transforms import check_images

DIRECTIONS = ("right", "down right", "down", "down left", "left", "up left", "up", "up right")
_STEPS = np.array([(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)])


class Videos(NamedTuple):
    """Clips, how their digit moves, and which digit it is."""

    clips: np.ndarray
    """float32 in [0, 1]; shape (N, 1, T, size, size)."""

    directions: np.ndarray
    """int64, the number in `DIRECTIONS`; shape (N,)."""

    digits: np.ndarray
    """int64 in 0..9; shape (N,)."""

    def __repr__(self):
        return shapes(self)


def moving_digits(images, labels, count, frames=8, size=32, speed=2, noise=0.1, seed=0) -> Videos:
    """Clips in which one digit moves on a straight line, in one of eight directions.

    A single frame does not tell the direction: a network has to compare frames.

    Parameters
    ----------
    images : (M, 1, h, h) floats in [0, 1]
        Digits, as `mnist` and `digits` give them.  Those of 28 pixels are halved to 14.
    labels : (M,) of int
    count : int
        N, how many clips.
    frames, size : int
        T, and the height and width of a frame.
    speed : int
        Pixels a frame; the digit stays within the frame.
    noise : float
        Deviation of the noise that is added to every pixel of every frame.
    seed : int

    Examples
    --------
    >>> clips, directions, digits = moving_digits(np.ones((3, 1, 8, 8)), [0, 1, 2], 5, size=24)
    >>> clips.shape, directions.shape
    ((5, 1, 8, 24, 24), (5,))
    """
    images, labels = np.asarray(images), np.asarray(labels)
    check_images("moving_digits", images)
    images = images.astype(np.float32, copy=False)
    if not len(images) or images.shape[1] != 1 or images.shape[2] != images.shape[3]:
        raise ShapeError(f"moving_digits: expected images (M, 1, h, h), M > 0, got {images.shape}")
    if labels.shape != images.shape[:1]:
        raise ShapeError(
            f"moving_digits: {len(images)} images need as many labels, got {labels.shape}"
        )
    if labels.dtype.kind not in "iu":
        raise DtypeError(f"moving_digits: labels must be integers, got {labels.dtype}")
    for name, n in (("count", count), ("frames", frames), ("size", size), ("speed", speed)):
        if not hasattr(n, "__index__"):
            raise DtypeError(f"moving_digits: {name} must be an int, got {n!r}")
    if images.shape[2] == 28:
        images = images.reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
    side, way = images.shape[2], speed * (frames - 1)
    room = size - side - way
    if frames < 2 or speed < 1:
        raise ValueRangeError(
            "moving_digits: frames must be 2 or more and speed 1 or more, so that something "
            f"moves, got {frames} and {speed}"
        )
    if room < 0:
        raise ValueRangeError(
            f"moving_digits: a digit of {side} pixels that moves {speed} pixels in each of "
            f"{frames} frames needs a size of at least {side + way}, got {size!r}"
        )
    rng = np.random.default_rng(seed)
    which, directions = rng.integers(len(images), size=count), rng.integers(8, size=count)
    step = _STEPS[directions] * speed  # (N, 2): rows and columns a frame
    along = step != 0
    start = rng.integers(0, np.where(along, room, size - side) + 1) + np.where(step < 0, way, 0)
    clips = noise * rng.standard_normal((count, 1, frames, size, size), dtype=np.float32)
    for n in range(count):
        for t in range(frames):
            y, x = start[n] + t * step[n]
            clips[n, 0, t, y : y + side, x : x + side] += images[which[n], 0]
    np.clip(clips, 0, 1, out=clips)
    return Videos(clips, directions, labels[which].astype(np.int64))
