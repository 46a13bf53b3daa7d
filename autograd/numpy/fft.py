"""``numpy.fft``, for scripts that import ``autograd.numpy.fft``."""

import numpy.fft

__all__ = numpy.fft.__all__


def __getattr__(name):
    """NumPy's own."""
    return getattr(numpy.fft, name)
