"""Reading images between their pixels: at any places, or where a matrix leads."""

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.data.transforms import check_images

Fill = float | str


def sample(x: np.ndarray, rows: np.ndarray, columns: np.ndarray, fill: Fill = 0.0) -> np.ndarray:
    """Images at places between their pixels: the bilinear mean of the four around each place.

    ``y[n, c, i, j] = x[n, c, rows[n, i, j], columns[n, i, j]]``

    Parameters
    ----------
    x : ndarray, (N, C, H, W)
        Images, of floats.
    rows, columns : ndarray, (N, H', W')
        Where to read, in pixels from the middle of the first one.
    fill : float or 'edge'
        What is outside: a number, or the nearest pixel of the edge.

    Returns
    -------
    ndarray, (N, C, H', W')
        Of x's dtype.
    """
    check_images("sample", x)
    if rows.shape != columns.shape or rows.ndim != 3 or len(rows) != len(x):
        raise ShapeError(
            f"sample: rows and columns must be (N, H', W') with N = {len(x)}, got {rows.shape} and "
            f"{columns.shape}"
        )
    n, c, h, w = x.shape
    work = np.result_type(x.dtype, np.float32)  # float16 is too coarse for places
    edge = checked_fill("sample", fill) == "edge"
    # A border of one pixel, and channels first: then one index serves all channels.
    bordered = np.full((c, n, h + 2, w + 2), 0 if edge else fill, work)
    bordered[:, :, 1:-1, 1:-1] = x.transpose(1, 0, 2, 3)
    pixels = bordered.reshape(c, -1)
    low, high = (0, -1) if edge else (-1, 0)
    up, down, i = _neighbours(rows, low, h + high, work)
    left, right, j = _neighbours(columns, low, w + high, work)
    index = ((np.arange(n)[:, np.newaxis, np.newaxis] * (h + 2) + i) * (w + 2) + j).ravel()

    y = np.zeros((c, index.size), work)
    for offset, weight in ((0, up * left), (1, up * right), (w + 2, down * left),
                           (w + 3, down * right)):  # fmt: skip
        y += np.take(pixels, index + offset, axis=1, mode="clip") * weight.ravel()
    y = y.reshape(c, n, *rows.shape[1:]).transpose(1, 0, 2, 3)
    return np.ascontiguousarray(y, dtype=x.dtype)


def _neighbours(places, low, high, work):
    """Weights of the pixel before and after each place, and where the first is in the border."""
    places = np.clip(places, low, high).astype(work, copy=False)
    first = np.minimum(np.floor(places), high - 1)
    after = places - first
    return 1 - after, after, first.astype(np.intp) + 1


def affine(x: np.ndarray, matrices: np.ndarray, fill: Fill = 0.0) -> np.ndarray:
    """Images moved by matrices: pixel p of the result is read at place ``matrix @ p``.

    Parameters
    ----------
    x : ndarray, (N, C, H, W)
        Images, of floats.
    matrices : ndarray, (N, 3, 3) or (3, 3)
        They act on (column, row, 1), in pixels from the middle of the image, rows downwards, and
        lead from the result to the source: the inverse of how the picture is seen to move.
    fill : float or 'edge'
        What is outside: a number, or the nearest pixel of the edge.

    Returns
    -------
    ndarray, (N, C, H, W)
        Of x's dtype.

    Examples
    --------
    >>> x = np.arange(4.0).reshape(1, 1, 2, 2)
    >>> turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])  # to the left
    >>> affine(x, turn)[0, 0]
    array([[1., 3.],
           [0., 2.]])
    """
    check_images("affine", x)
    n, _, h, w = x.shape
    matrices = np.asarray(matrices)
    if matrices.shape not in ((n, 3, 3), (3, 3)):
        raise ShapeError(f"affine: matrices must be ({n}, 3, 3) or (3, 3), got {matrices.shape}")
    m = np.broadcast_to(matrices, (n, 3, 3)).astype(np.result_type(x.dtype, np.float32))
    m = m[..., np.newaxis, np.newaxis]
    middle_y, middle_x = (h - 1) / 2, (w - 1) / 2
    across = np.arange(w, dtype=m.dtype) - middle_x
    down = (np.arange(h, dtype=m.dtype) - middle_y)[:, np.newaxis]
    columns = m[:, 0, 0] * across + m[:, 0, 1] * down + m[:, 0, 2] + middle_x
    rows = m[:, 1, 0] * across + m[:, 1, 1] * down + m[:, 1, 2] + middle_y
    return sample(x, rows, columns, fill)


def checked_fill(name: str, fill: Fill) -> Fill:
    """The option ``fill``, or the error that names it."""
    if isinstance(fill, str) and fill != "edge":
        raise ValueRangeError(f"{name}: fill must be a number or 'edge', got {fill!r}")
    if not isinstance(fill, (str, int, float, np.number)):
        raise DtypeError(f"{name}: fill must be a number or 'edge', got {fill!r}")
    return fill
