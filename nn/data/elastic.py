"""An augmentation that warps: every pixel moves by a smooth random field."""

import numpy as np

from nn.data.sampling import Fill, checked_fill, sample
from nn.data.transforms import Transform, number


class ElasticTransform(Transform):
    """Local warping: every pixel moves by a random field that is smooth over ``sigma`` pixels.

    Each displacement is uniform in ±1 at first, then smoothed by a Gaussian of deviation
    ``sigma`` and multiplied by ``alpha``.  Simard, Steinkraus and Platt 2003, with its numbers
    for handwritten digits.
    """

    def __init__(self, alpha: float = 34.0, sigma: float = 4.0, fill: Fill = 0.0):
        self.alpha = number("ElasticTransform", "alpha", alpha, 0)
        self.sigma = number("ElasticTransform", "sigma", sigma, 1e-3)
        self.fill = checked_fill("ElasticTransform", fill)

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
