"""Dropout: elements or whole channels zeroed at random in training.

The random numbers come from `nn.init.generator`, which `nn.init.seed` sets.
"""

import numpy as np

from autograd.errors import ShapeError
from nn import init
from nn.functional.checks import array, floating, not_inplace, proportion


def dropout(input, p=0.5, training=True, inplace=False):
    """Zero a proportion p of the elements and scale the others by 1/(1-p); identity in use.

    The mean of an element stays what it was.  Srivastava et al. 2014.
    """
    not_inplace("dropout", inplace)
    input = array("dropout", "input", input)
    return _dropped("dropout", input, p, training, input.shape)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """Whole channels zeroed: (N, C, L) -> same.  Tompson et al. 2015."""
    return _channels("dropout1d", input, p, training, inplace, 1)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """Whole channels zeroed: (N, C, H, W) -> same.  Tompson et al. 2015."""
    return _channels("dropout2d", input, p, training, inplace, 2)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """Whole channels zeroed: (N, C, D, H, W) -> same."""
    return _channels("dropout3d", input, p, training, inplace, 3)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout that keeps mean 0 and variance 1 after SELU: dropped elements become -1.7581.

    Klambauer et al. 2017, section 1.  As in PyTorch ``training`` is False here, and True for
    `dropout`.
    """
    not_inplace("alpha_dropout", inplace)
    input = array("alpha_dropout", "input", input)
    floating("alpha_dropout", "input", input)
    proportion("alpha_dropout", p)
    if not training or p == 0:
        return input
    if p == 1:
        return input * input.dtype.type(0)
    low = -1.7580993408473766  # selu(-inf)
    scale = ((1 - p) * (1 + p * low**2)) ** -0.5
    kept = _kept(input.shape, p, input.dtype)
    shift = input.dtype.type(scale * low)
    return input * (kept * input.dtype.type(scale)) + ((1 - kept) * shift - p * shift)


def _channels(op, x, p, training, inplace, d):
    not_inplace(op, inplace)
    x = array(op, "input", x)
    if x.ndim != d + 2:
        names = "N, C, " + ", ".join("DHW"[3 - d :])
        raise ShapeError(f"{op}: expected input of shape ({names}), got {tuple(x.shape)}")
    return _dropped(op, x, p, training, tuple(x.shape[:2]) + (1,) * d)


def _dropped(op, x, p, training, shape):
    floating(op, "input", x)
    proportion(op, p)
    if not training or p == 0:
        return x
    if p == 1:
        return x * x.dtype.type(0)
    return x * (_kept(shape, p, x.dtype) * x.dtype.type(1 / (1 - p)))


def _kept(shape, p, dtype):
    """1 with probability 1 - p, else 0."""
    return (init.generator().random(shape, dtype=np.float32) >= p).astype(dtype)
