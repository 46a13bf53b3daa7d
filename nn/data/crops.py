"""What cuts: random crops and holes, the middle, and the ten crops of a test."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograd.errors import ShapeError
from nn.data.transforms import Transform, check_images, height_width, number


class RandomCrop(Transform):
    """Cut out a part of ``size`` at a random place, after adding ``padding`` pixels all around.

    Parameters
    ----------
    size : int or (height, width)
        Of what is cut out.
    padding : int or (height, width)
        Rows and columns added on both sides, so that a crop may have the whole image's size.
    fill : float
        What is added.

    Raises
    ------
    ShapeError
        At a call, if the padded images are smaller than the crop.

    Examples
    --------
    >>> RandomCrop(24)(np.zeros((5, 3, 32, 32)), rng=0).shape
    (5, 3, 24, 24)
    """

    def __init__(
        self,
        size: int | tuple[int, int],
        padding: int | tuple[int, int] = 0,
        fill: float = 0.0,
    ):
        self.size = height_width("RandomCrop", "size", size)
        self.padding = height_width("RandomCrop", "padding", padding, least=0)
        self.fill = number("RandomCrop", "fill", fill, -np.inf)

    def apply(self, x, rng):
        """Each image at its own place."""
        (down, across), (h, w) = self.padding, self.size
        if down or across:
            around = ((0, 0), (0, 0), (down, down), (across, across))
            x = np.pad(x, around, constant_values=self.fill)
        _check_fits("RandomCrop", x, self.size)
        top = rng.integers(x.shape[2] - h + 1, size=len(x))
        left = rng.integers(x.shape[3] - w + 1, size=len(x))
        windows = sliding_window_view(x, (h, w), axis=(2, 3))  # (N, C, top, left, h, w)
        return windows[np.arange(len(x)), :, top, left]


class Cutout(Transform):
    """Put a square of zeros at a random place, which may stick out: DeVries and Taylor 2017.

    Parameters
    ----------
    size : int or (height, width)
        Of the hole.
    fill : float
        What is put there; 0 is the mean, after normalisation.
    """

    def __init__(self, size: int | tuple[int, int], fill: float = 0.0):
        self.size = height_width("Cutout", "size", size)
        self.fill = number("Cutout", "fill", fill, -np.inf)

    def apply(self, x, rng):
        """Each image at its own place."""
        rows, columns = (
            self._inside(length, size, len(x), rng)
            for length, size in zip(x.shape[2:], self.size, strict=True)
        )
        hole = rows[:, np.newaxis, :, np.newaxis] & columns[:, np.newaxis, np.newaxis, :]
        return np.where(hole, x.dtype.type(self.fill), x)

    @staticmethod
    def _inside(length, size, n, rng):
        """(n, length): which rows, or columns, the hole covers; its middle is in the image."""
        first = rng.integers(length, size=(n, 1)) - size // 2
        place = np.arange(length)
        return (place >= first) & (place < first + size)


def center_crop(x: np.ndarray, size: int | tuple[int, int]) -> np.ndarray:
    """The middle of images: (N, C, H, W) -> (N, C, height, width), a view.

    Raises
    ------
    ShapeError
        If the images are smaller.

    Examples
    --------
    >>> center_crop(np.zeros((2, 3, 256, 300)), 224).shape
    (2, 3, 224, 224)
    """
    check_images("center_crop", x)
    h, w = size = height_width("center_crop", "size", size)
    _check_fits("center_crop", x, size)
    top, left = round((x.shape[2] - h) / 2), round((x.shape[3] - w) / 2)
    return x[:, :, top : top + h, left : left + w]


def ten_crop(x: np.ndarray, size: int | tuple[int, int]) -> np.ndarray:
    """Ten views of each image: the four corners and the middle, and these five mirrored.

    The mean of a network's predictions over them is better than that for the image alone:
    ``nn.Ensemble(model, views=lambda x: nn.data.ten_crop(x, 224))``.  Krizhevsky, Sutskever and
    Hinton 2012.

    Parameters
    ----------
    x : ndarray, (N, C, H, W)
        Images, of floats.
    size : int or (height, width)
        Of the views.

    Returns
    -------
    ndarray, (10, N, C, height, width)
        Top left, top right, bottom left, bottom right, middle; then these, mirrored.

    Raises
    ------
    ShapeError
        If the images are smaller than the crops.

    Examples
    --------
    >>> ten_crop(np.zeros((4, 3, 256, 256)), 224).shape
    (10, 4, 3, 224, 224)
    """
    check_images("ten_crop", x)
    h, w = size = height_width("ten_crop", "size", size)
    _check_fits("ten_crop", x, size)
    bottom, right = x.shape[2] - h, x.shape[3] - w
    corners = [(0, 0), (0, right), (bottom, 0), (bottom, right)]
    middle = (round(bottom / 2), round(right / 2))
    five = np.stack([x[:, :, top : top + h, left : left + w] for top, left in [*corners, middle]])
    return np.concatenate([five, five[..., ::-1]])


def _check_fits(name, x, size):
    if x.shape[2] < size[0] or x.shape[3] < size[1]:
        raise ShapeError(
            f"{name}: images of {x.shape[2]} x {x.shape[3]} pixels are smaller than the crop of "
            f"{size[0]} x {size[1]}. Take a smaller crop, or resize them first."
        )
