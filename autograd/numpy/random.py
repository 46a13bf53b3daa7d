"""``numpy.random``, for scripts that import ``autograd.numpy.random``."""

import numpy.random

__all__ = numpy.random.__all__


def __getattr__(name):
    """NumPy's own."""
    return getattr(numpy.random, name)
