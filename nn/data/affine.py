"""Augmentations that move pixels: by one matrix per image, or by a smooth random field.

All go through `sample`, which reads images between their pixels.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.data.transforms import Transform, check_images, number

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
    edge = _checked_fill("sample", fill) == "edge"
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


class Affine(Transform):
    """Base of the transforms by one matrix per image; subclasses define ``matrices(n, rng)``."""

    fill: Fill | None = None  # None: it reads no pixel outside

    def matrices(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n, 3, 3), from the result to the source, as `affine` takes them."""
        raise NotImplementedError(f"{type(self).__name__} has no matrices(self, n, rng)")

    def apply(self, x, rng):
        """Each image by its own matrix."""
        return affine(x, self.matrices(len(x), rng), self.fill or 0.0)


def merged(transforms: Iterable[Callable]) -> Iterator[Callable]:
    """The transforms, where neighbours that are matrices with one fill have become one."""
    group: list[Affine] = []
    for t in transforms:
        fills = {member.fill for member in [*group, t] if isinstance(member, Affine)} - {None}
        if group and not (isinstance(t, Affine) and len(fills) <= 1):
            yield _product(group)
            group = []
        if isinstance(t, Affine):
            group.append(t)
        else:
            yield t
    if group:
        yield _product(group)


def _product(group):
    return group[0] if len(group) == 1 else _Product(group)


class _Product(Affine):
    def __init__(self, parts):
        self.parts = parts
        self.fill = next((part.fill for part in parts if part.fill is not None), 0.0)

    def matrices(self, n, rng):
        m = np.eye(3)
        for part in self.parts:
            m = m @ part.matrices(n, rng)
        return m


class RandomHorizontalFlip(Affine):
    """Mirror left and right, with probability ``p``.

    Examples
    --------
    >>> RandomHorizontalFlip(p=1)(np.array([[[[1.0, 2.0]]]]))
    array([[[[2., 1.]]]])
    """

    _axis = 3

    def __init__(self, p: float = 0.5):
        self.p = number(type(self).__name__, "p", p, 0, 1)

    def _chosen(self, n, rng):
        return rng.random(n) < self.p

    def matrices(self, n, rng):
        """-1 for the mirrored axis of those chosen."""
        m = _identities(n)
        m[self._chosen(n, rng), 3 - self._axis, 3 - self._axis] = -1
        return m

    def apply(self, x, rng):
        """Alone, without sampling."""
        chosen = self._chosen(len(x), rng)
        y = x.copy()
        y[chosen] = np.flip(x[chosen], self._axis)
        return y


class RandomVerticalFlip(RandomHorizontalFlip):
    """Mirror top and bottom, with probability ``p``."""

    _axis = 2


class RandomRotation(Affine):
    """Turn by an angle uniform in ±``degrees``, to the left if positive; by default any angle."""

    def __init__(self, degrees: float = 180.0, fill: Fill = 0.0):
        self.degrees = number("RandomRotation", "degrees", degrees, 0)
        self.fill = _checked_fill("RandomRotation", fill)

    def matrices(self, n, rng):
        """[[cos, -sin], [sin, cos]]."""
        angles = np.radians(rng.uniform(-self.degrees, self.degrees, n))
        # A right angle is exact: its cosine is 0, not 6e-17.
        cos, sin = np.cos(angles).round(15), np.sin(angles).round(15)
        m = _identities(n)
        m[:, 0, 0], m[:, 0, 1], m[:, 1, 0], m[:, 1, 1] = cos, -sin, sin, cos
        return m


class RandomTranslation(Affine):
    """Move by up to ``pixels`` in both directions, uniform, also by parts of a pixel."""

    def __init__(self, pixels: float = 10.0, fill: Fill = 0.0):
        self.pixels = number("RandomTranslation", "pixels", pixels, 0)
        self.fill = _checked_fill("RandomTranslation", fill)

    def matrices(self, n, rng):
        """The identity and an offset."""
        m = _identities(n)
        m[:, :2, 2] = rng.uniform(-self.pixels, self.pixels, (n, 2))
        return m


class RandomRescale(Affine):
    """Enlarge by a factor between 1/``factor`` and ``factor``, uniform on the logarithm's scale."""

    def __init__(self, factor: float = 1.6, fill: Fill = 0.0):
        self.factor = number("RandomRescale", "factor", factor, 1)
        self.fill = _checked_fill("RandomRescale", fill)

    def matrices(self, n, rng):
        """1 / factor on both axes."""
        m = _identities(n)
        m[:, 0, 0] = m[:, 1, 1] = _factors(self.factor, n, rng)
        return m


class RandomShear(Affine):
    """Slant: vertical lines lean over by an angle uniform in ±``degrees``."""

    def __init__(self, degrees: float = 20.0, fill: Fill = 0.0):
        self.degrees = number("RandomShear", "degrees", degrees, 0, 89)
        self.fill = _checked_fill("RandomShear", fill)

    def matrices(self, n, rng):
        """Columns move by tan(angle) per row."""
        m = _identities(n)
        m[:, 0, 1] = np.tan(np.radians(rng.uniform(-self.degrees, self.degrees, n)))
        return m


class RandomStretch(Affine):
    """Wider by a factor between 1/``factor`` and ``factor`` and as much lower: same area."""

    def __init__(self, factor: float = 1.3, fill: Fill = 0.0):
        self.factor = number("RandomStretch", "factor", factor, 1)
        self.fill = _checked_fill("RandomStretch", fill)

    def matrices(self, n, rng):
        """Factor on one axis, 1 / factor on the other."""
        factors = _factors(self.factor, n, rng)
        m = _identities(n)
        m[:, 0, 0], m[:, 1, 1] = 1 / factors, factors
        return m


class ElasticTransform(Transform):
    """Local warping: every pixel moves by a random field that is smooth over ``sigma`` pixels.

    Each displacement is uniform in ±1 at first, then smoothed by a Gaussian of deviation
    ``sigma`` and multiplied by ``alpha``.  Simard, Steinkraus and Platt 2003, with its numbers
    for handwritten digits.
    """

    def __init__(self, alpha: float = 34.0, sigma: float = 4.0, fill: Fill = 0.0):
        self.alpha = number("ElasticTransform", "alpha", alpha, 0)
        self.sigma = number("ElasticTransform", "sigma", sigma, 1e-3)
        self.fill = _checked_fill("ElasticTransform", fill)

    def apply(self, x, rng):
        """Each image by its own field."""
        n, _, h, w = x.shape
        field = rng.uniform(-1, 1, (n, 2, h, w))
        field = self.alpha * (_gaussian(h, self.sigma) @ field @ _gaussian(w, self.sigma))
        rows, columns = field[:, 0] + np.arange(h)[:, np.newaxis], field[:, 1] + np.arange(w)
        return sample(x, rows, columns, self.fill)


def _gaussian(size, sigma):
    """Smoothing along an axis of this size as a matrix; zeros are beyond the ends."""
    distance = np.arange(size) - np.arange(size)[:, np.newaxis]
    return np.exp(-0.5 * (distance / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))


def _identities(n):
    return np.tile(np.eye(3), (n, 1, 1))


def _factors(factor, n, rng):
    """Between 1/factor and factor, as often above 1 as below."""
    return np.exp(rng.uniform(-1, 1, n) * np.log(factor))


def _checked_fill(name, fill):
    if isinstance(fill, str) and fill != "edge":
        raise ValueRangeError(f"{name}: fill must be a number or 'edge', got {fill!r}")
    if not isinstance(fill, (str, int, float, np.number)):
        raise DtypeError(f"{name}: fill must be a number or 'edge', got {fill!r}")
    return fill
