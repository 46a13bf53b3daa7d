"""Augmentations of colour: the pixels stay where they are."""

from typing import Any

import numpy as np

from autograd.errors import ShapeError
from nn.data.collate import first_part, frozen
from nn.data.loader import DataLoader
from nn.data.transforms import Transform, check_images, number


class ColorShift(Transform):
    """Add a number to each channel of each image, uniform in ±``amount``."""

    def __init__(self, amount: float = 0.1):
        self.amount = number("ColorShift", "amount", amount, 0)

    def apply(self, x, rng):
        """The same number for all pixels of a channel."""
        shift = rng.uniform(-self.amount, self.amount, (*x.shape[:2], 1, 1))
        return x + shift.astype(x.dtype)


class ColorPCA(Transform):
    """Shift colours as they vary in the data: along the principal components of their pixels.

    ``x + Σ_i a_i s_i v_i``, with a_i normal of deviation ``std``, for each image its own; v_i are
    the components of the training set's pixels and s_i the deviations along them, by `fit`.
    Krizhevsky, Sutskever and Hinton 2012, section 4.1, who write the variances in place of s_i:
    the size of the shift would then depend on the unit of the pixels.

    Parameters
    ----------
    components : array_like, (C, C)
        v_i in the rows.
    deviations : array_like, (C,)
        s_i.
    std : float
        How far to shift, in deviations.

    Examples
    --------
    >>> x = np.random.default_rng(0).random((10, 3, 8, 8), np.float32)
    >>> ColorPCA.fit(x)(x).shape
    (10, 3, 8, 8)
    """

    def __init__(self, components: Any, deviations: Any, std: float = 0.1):
        self.components = frozen(np.array(components, np.float64))
        self.deviations = frozen(np.array(deviations, np.float64))
        c = self.deviations.size
        if self.deviations.shape != (c,) or self.components.shape != (c, c):
            raise ShapeError(
                "ColorPCA: expected components (C, C) and deviations (C,), got "
                f"{self.components.shape} and {self.deviations.shape}"
            )
        self.std = number("ColorPCA", "std", std, 0)

    @classmethod
    def fit(cls, dataset: Any, std: float = 0.1) -> "ColorPCA":
        """With the components of all pixels of a data set.

        Parameters
        ----------
        dataset : anything that `DataLoader` takes
            Images (N, C, H, W); of tuples and dicts the first part.  Read once, in batches.
        std : float
            How far to shift, in deviations.
        """
        count, total, products = 0, 0.0, 0.0
        for images in map(first_part, DataLoader(dataset, 256)):
            check_images("ColorPCA.fit", images)
            pixels = np.moveaxis(images, 1, 0).reshape(images.shape[1], -1).astype(np.float64)
            count += pixels.shape[1]
            total = total + pixels.sum(1)
            products = products + pixels @ pixels.T
        mean = total / count
        variances, vectors = np.linalg.eigh(products / count - np.outer(mean, mean))
        return cls(vectors.T[::-1], np.sqrt(np.maximum(variances[::-1], 0)), std)

    def apply(self, x, rng):
        """The same shift for all pixels of an image."""
        c = self.deviations.size
        if x.shape[1] != c:
            raise ShapeError(f"ColorPCA: fitted on {c} channels, got images of shape {x.shape}")
        lengths = rng.normal(0, self.std, (len(x), c)) * self.deviations
        shift = lengths @ self.components  # (N, C)
        return x + shift[..., np.newaxis, np.newaxis].astype(x.dtype)

    def extra(self):
        """How far, and along what."""
        return f"deviations={self.deviations.round(4).tolist()}, std={self.std}"
