"""Normalisation: the training set's mean and deviation, for all sets."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.data.collate import first_part
from nn.data.loader import DataLoader


class Normalize:
    """``(x - mean) / std`` per channel (axis 1): (N, C, ...) -> the same shape and dtype.

    Fit it on the training set, and apply the same numbers to all others.

    Parameters
    ----------
    mean, std : float or C floats
        One for all channels, or one for each.  Deviations are positive.

    Raises
    ------
    ValueRangeError
        If a deviation is not positive, or a number not finite.
    ShapeError
        If mean and std are not numbers or one for each channel; at a call, if x has not C
        channels.
    DtypeError
        At a call, if x is no array of floats.

    Examples
    --------
    >>> x = np.arange(12.0).reshape(3, 2, 2)
    >>> normalize = Normalize.fit(x)
    >>> normalize
    Normalize(mean=[4.5, 6.5], std=[3.304, 3.304])
    >>> abs(normalize(x).mean(axis=(0, 2))).max() < 1e-12
    np.True_
    """

    def __init__(self, mean: ArrayLike, std: ArrayLike):
        self.mean, self.std = (np.atleast_1d(np.asarray(v, np.float64)) for v in (mean, std))
        if self.mean.ndim > 1 or self.std.ndim > 1:
            raise ShapeError(
                f"Normalize: mean and std must be numbers or one for each channel, got shapes "
                f"{self.mean.shape} and {self.std.shape}"
            )
        self.mean, self.std = np.broadcast_arrays(self.mean, self.std)
        if not (np.isfinite(self.mean).all() and np.isfinite(self.std).all()):
            raise ValueRangeError(f"Normalize: not finite: mean {mean!r}, std {std!r}")
        if not (self.std > 0).all():
            raise ValueRangeError(f"Normalize: std must be positive, got {std!r}")

    @classmethod
    def fit(cls, dataset: Any) -> "Normalize":
        """The mean and deviation of each channel over a data set.

        A channel that never changes gets deviation 1: it becomes 0.

        Parameters
        ----------
        dataset : anything that `DataLoader` takes
            Arrays (N, C, ...); of tuples and dicts the first part.  It is read once, in batches.
        """
        count, mean, squares = 0, np.zeros(1), np.zeros(1)
        for part in map(first_part, DataLoader(dataset, 256)):
            x = _floats(part).astype(np.float64)
            axes = (0,) + tuple(range(2, x.ndim))
            n, m = x.size // x.shape[1], x.mean(axis=axes)
            # Chan, Golub and LeVeque 1983: two sets' sums of squares about their means, as one.
            apart = m - mean
            squares = squares + x.var(axis=axes) * n + apart**2 * (count * n / (count + n))
            mean = mean + apart * (n / (count + n))
            count += n
        std = np.sqrt(squares / count)
        # Rounding leaves a constant channel with a deviation of a few units in the last place.
        return cls(mean, np.where(std <= 1e-12 * abs(mean), 1.0, std))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """x (N, C, ...) with mean 0 and deviation 1 per channel, if it is like what was fitted."""
        mean, std = self._for(x)
        return (x - mean) / std

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Undo it: to show a picture, say."""
        mean, std = self._for(x)
        return x * std + mean

    def _for(self, x):
        x = _floats(x)
        if len(self.mean) not in (1, x.shape[1]):
            raise ShapeError(
                f"Normalize: x of shape {x.shape} has {x.shape[1]} channels, expected "
                f"{len(self.mean)} as fitted: (N, {len(self.mean)}, ...)"
            )
        shape = (1, -1) + (1,) * (x.ndim - 2)
        return (v.astype(x.dtype).reshape(shape) for v in (self.mean, self.std))

    def __repr__(self):
        mean, std = ([float(f"{v:.4g}") for v in values] for values in (self.mean, self.std))
        return f"Normalize(mean={mean}, std={std})"


def _floats(x):
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        raise DtypeError(
            f"Normalize: expected an array of floats, got {getattr(x, 'dtype', type(x).__name__)}. "
            "Convert it: x.astype(np.float32)"
        )
    if x.ndim < 2:
        raise ShapeError(f"Normalize: expected x of shape (N, C, ...), got {x.shape}")
    return x
