"""Augmentations that move pixels by one matrix per image."""

import numpy as np

from nn.data.sampling import Fill, affine, checked_fill
from nn.data.transforms import Transform, number


class Affine(Transform):
    """Base of the transforms by one matrix per image; subclasses define ``matrices(n, rng)``."""

    fill: Fill | None = None  # None: it reads no pixel outside

    def matrices(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n, 3, 3), from the result to the source, as `affine` takes them."""
        raise NotImplementedError(f"{type(self).__name__} has no matrices(self, n, rng)")

    def apply(self, x, rng):
        """Each image by its own matrix."""
        return affine(x, self.matrices(len(x), rng), self.fill or 0.0)


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
        self.fill = checked_fill("RandomRotation", fill)

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
        self.fill = checked_fill("RandomTranslation", fill)

    def matrices(self, n, rng):
        """The identity and an offset."""
        m = _identities(n)
        m[:, :2, 2] = rng.uniform(-self.pixels, self.pixels, (n, 2))
        return m


class RandomRescale(Affine):
    """Enlarge by a factor between 1/``factor`` and ``factor``, uniform on the logarithm's scale."""

    def __init__(self, factor: float = 1.6, fill: Fill = 0.0):
        self.factor = number("RandomRescale", "factor", factor, 1)
        self.fill = checked_fill("RandomRescale", fill)

    def matrices(self, n, rng):
        """1 / factor on both axes."""
        m = _identities(n)
        m[:, 0, 0] = m[:, 1, 1] = _factors(self.factor, n, rng)
        return m


class RandomShear(Affine):
    """Slant: vertical lines lean over by an angle uniform in ±``degrees``."""

    def __init__(self, degrees: float = 20.0, fill: Fill = 0.0):
        self.degrees = number("RandomShear", "degrees", degrees, 0, 89)
        self.fill = checked_fill("RandomShear", fill)

    def matrices(self, n, rng):
        """Columns move by tan(angle) per row."""
        m = _identities(n)
        m[:, 0, 1] = np.tan(np.radians(rng.uniform(-self.degrees, self.degrees, n)))
        return m


class RandomStretch(Affine):
    """Wider by a factor between 1/``factor`` and ``factor`` and as much lower: same area."""

    def __init__(self, factor: float = 1.3, fill: Fill = 0.0):
        self.factor = number("RandomStretch", "factor", factor, 1)
        self.fill = checked_fill("RandomStretch", fill)

    def matrices(self, n, rng):
        """Factor on one axis, 1 / factor on the other."""
        factors = _factors(self.factor, n, rng)
        m = _identities(n)
        m[:, 0, 0], m[:, 1, 1] = 1 / factors, factors
        return m


def _identities(n):
    return np.tile(np.eye(3), (n, 1, 1))


def _factors(factor, n, rng):
    """Between 1/factor and factor, as often above 1 as below."""
    return np.exp(rng.uniform(-1, 1, n) * np.log(factor))
