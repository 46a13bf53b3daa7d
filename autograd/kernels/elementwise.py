"""Functions of large arrays element by element: by several threads, in one pass over memory."""

import functools

import numpy as np

from autograd.kernels import compilable

ELEMENT = 30  # multiply-adds that BLAS does while NumPy does an element


def fast_as(twin):
    """Decorator of an elementwise function that is compiled in `compiled.elementwise`, too."""

    def decorate(f):
        of_arrays = compilable(lambda *args: ELEMENT * args[0].size, twin=f"elementwise.{twin}")(f)

        @functools.wraps(f)
        def call(*args, **options):
            if options or type(args[0]) is not np.ndarray:
                return f(*args, **options)
            return of_arrays(*args)

        return call

    return decorate
