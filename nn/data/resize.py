"""Images scaled to another size, on arrays alone."""

import numpy as np

from nn.data.transforms import check_images, height_width


def resize(x: np.ndarray, size: int | tuple[int, int]) -> np.ndarray:
    """Images scaled to a size, by cubic interpolation that blurs first where it makes smaller.

    Each axis is a product with a matrix: ``rows @ x @ columnsᵀ``, whose weights are those of
    Keys 1981 with a = -1/2, spread over as many pixels as become one.  Pillow's BICUBIC.

    Parameters
    ----------
    x : ndarray, (N, C, H, W)
        Images, of floats.
    size : int or (height, width)
        Of the result.  Proportions are not kept: see `center_crop`.

    Returns
    -------
    ndarray, (N, C, height, width)
        Of x's dtype.  Near sharp edges values may leave the range of x's by some percent.

    Examples
    --------
    >>> resize(np.ones((2, 3, 10, 20)), (5, 5)).shape
    (2, 3, 5, 5)
    """
    check_images("resize", x)
    height, width = height_width("resize", "size", size)
    work = np.result_type(x.dtype, np.float32)
    rows, columns = (
        _weights(n, m).astype(work) for n, m in zip(x.shape[2:], (height, width), strict=True)
    )
    return (rows @ (x.astype(work, copy=False) @ columns.T)).astype(x.dtype, copy=False)


def _weights(n: int, m: int) -> np.ndarray:
    """(m, n): how each of m places is made of n pixels; the sum of every row is 1."""
    scale = n / m
    spread = max(scale, 1.0)  # an enlarged picture is only interpolated
    middles = (np.arange(m) + 0.5) * scale - 0.5
    t = abs(np.arange(n) - middles[:, np.newaxis]) / spread
    near = 1.5 * t**3 - 2.5 * t**2 + 1
    far = -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2
    weights = np.where(t < 1, near, np.where(t < 2, far, 0.0))
    return weights / weights.sum(axis=1, keepdims=True)
