"""Transforms of a batch of images: what they have in common, and checks of their arguments."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn import init

Rng = np.random.Generator | int | None


class Transform:
    """Base of the augmentations: ``transform(x)`` changes images (N, C, H, W), each differently.

    The random numbers come from ``rng``, a Generator or a seed; without it, from
    `nn.init.generator`.  A `DataLoader` gives every batch a generator of its own.

    Subclasses define ``apply(x, rng)``.
    """

    def __call__(self, x: np.ndarray, rng: Rng = None) -> np.ndarray:
        """The transformed images, a new array of the same dtype.

        Raises
        ------
        ShapeError
            If x is not (N, C, H, W).
        DtypeError
            If x is no array of floats.
        """
        check_images(type(self).__name__, x)
        return self.apply(x, init.generator() if rng is None else np.random.default_rng(rng))

    def apply(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Transform images that have been checked."""
        raise NotImplementedError(f"{type(self).__name__} has no apply(self, x, rng)")

    def extra(self) -> str:
        """What `repr` shows between the parentheses."""
        options = {k: v for k, v in vars(self).items() if not k.startswith("_")}
        return ", ".join(f"{k}={v!r}" for k, v in options.items())

    def __repr__(self):
        return f"{type(self).__name__}({self.extra()})"


def apply(transform: Callable, x: Any, rng: np.random.Generator) -> Any:
    """``transform(x, rng=rng)``, or ``transform(x)`` if it has no parameter of that name."""
    try:
        takes_rng = "rng" in inspect.signature(transform).parameters
    except (TypeError, ValueError):  # a function of C that does not say
        takes_rng = False
    return transform(x, rng=rng) if takes_rng else transform(x)


def check_images(name: str, x: Any) -> None:
    """Raise the error that says why x is no batch of images, if it is none."""
    if not isinstance(x, np.ndarray):
        raise DtypeError(
            f"{name}: expected an array of images, got {type(x).__name__}. A Tensor: pass its .data"
        )
    if x.ndim != 4 or 0 in x.shape[1:]:
        raise ShapeError(
            f"{name}: expected images of shape (N, C, H, W), got {x.shape}. One image needs an "
            "axis in front: x[np.newaxis]"
        )
    if x.dtype.kind != "f":
        raise DtypeError(
            f"{name}: expected floats, got {x.dtype}. Convert: x.astype(np.float32) / 255"
        )


def number(name: str, what: str, value: float, least: float, most: float = np.inf) -> float:
    """The option as a float, or the error that names it."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise DtypeError(f"{name}: {what} must be a number, got {value!r}")
    if not least <= value <= most or not np.isfinite(value):
        upper = f" and at most {most:g}" if np.isfinite(most) else ""
        raise ValueRangeError(f"{name}: {what} must be at least {least:g}{upper}, got {value!r}")
    return float(value)


def height_width(name: str, what: str, value: Any, least: int = 1) -> tuple[int, int]:
    """A size given as one int or as (height, width)."""
    pair = value if isinstance(value, (tuple, list)) else (value, value)
    if len(pair) != 2 or not all(hasattr(n, "__index__") for n in pair):
        raise DtypeError(f"{name}: {what} must be an int or (height, width), got {value!r}")
    if min(pair) < least:
        raise ValueRangeError(f"{name}: {what} must be {least} or more, got {value!r}")
    return int(pair[0]), int(pair[1])
