"""First values of parameters.  The random numbers come from one generator: `seed` sets it."""

import math

import numpy as np

from autograd import Tensor

_generator = np.random.default_rng(0)


def seed(n: int):
    """Start the random numbers (weights, dropout) again from ``n``."""
    global _generator
    _generator = np.random.default_rng(n)


def generator() -> np.random.Generator:
    """The generator that `seed` set."""
    return _generator


def uniform(shape, bound) -> Tensor:
    """A float32 parameter, uniform in [-bound, bound]."""
    values = _generator.uniform(-bound, bound, shape).astype(np.float32)
    return Tensor(values, requires_grad=True)


def kaiming_uniform(shape) -> Tensor:
    """A float32 parameter of shape (out, in, ...), uniform within 1/sqrt(fan in).

    The default of PyTorch's Linear and Conv layers (He et al. 2015, with a = sqrt(5)).
    """
    return uniform(shape, 1 / math.sqrt(max(fan_in(shape), 1)))


def fan_in(shape) -> int:
    """Number of inputs that one output of a weight (out, in, ...) is computed from."""
    return math.prod(shape[1:])


def constant(shape, value) -> Tensor:
    """A float32 parameter, all ``value``."""
    return Tensor(np.full(shape, value, np.float32), requires_grad=True)
