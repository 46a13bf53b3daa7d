"""``numpy.linalg``, for scripts that import ``autograd.numpy.linalg``."""

import numpy.linalg

from autograd.numpy.arrays import of_lists

norm = of_lists(numpy.linalg.norm)

__all__ = numpy.linalg.__all__


def __getattr__(name):
    """NumPy's own."""
    return getattr(numpy.linalg, name)
