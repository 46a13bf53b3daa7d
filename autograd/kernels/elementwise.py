"""Functions of large arrays element by element: by several threads, in one pass over memory."""

import functools
import inspect

import numpy as np

from autograd.kernels import compilable

ELEMENT = 30  # multiply-adds that BLAS does while NumPy does an element


def fast_as(twin):
    """Decorator of a function that is compiled, too: in `compiled.elementwise`, or as 'module.f'.

    Options are given to the twin in their order.
    """

    def decorate(f):
        where = twin if "." in twin else f"elementwise.{twin}"
        of_arrays = compilable(lambda *args: ELEMENT * args[0].size, twin=where)(f)
        names = () if isinstance(f, np.ufunc) else tuple(inspect.signature(f).parameters)

        @functools.wraps(f)
        def call(*args, **options):
            more = names[len(args) : len(args) + len(options)]
            if type(args[0]) is not np.ndarray or options.keys() != set(more):
                return f(*args, **options)
            return of_arrays(*args, *(options[n] for n in more))

        return call

    return decorate
