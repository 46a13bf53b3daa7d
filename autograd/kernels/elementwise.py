"""Functions of large arrays compiled: by several threads, in one pass over memory."""

import functools
import inspect

import numpy as np

from autograd.kernels import twin_for

ELEMENT = 30  # multiply-adds that BLAS does while NumPy does an element


def fast(f):
    """Decorator of a formula of one to three arrays, then numbers: compiled for large arrays.

    From the same source, by `compiled.formulas`; what it may use is in `compiled.elements`.
    """
    return _with_twin(f, "formulas", "mapped", f)


def fast_as(module, name):
    """Decorator of a function of arrays and options that has a twin of its own."""
    return functools.partial(_with_twin, module=module, name=name)


def _with_twin(f, module, name, *first):
    names = () if isinstance(f, np.ufunc) else tuple(inspect.signature(f).parameters)

    @functools.wraps(f)
    def call(*args, **options):
        more = names[len(args) : len(args) + len(options)]
        if args and type(args[0]) is np.ndarray and options.keys() == set(more):
            given = (*args, *(options[n] for n in more))
            twin = twin_for(ELEMENT * args[0].size, given, module, name)
            y = NotImplemented if twin is None else twin(*first, *given)
            if y is not NotImplemented:
                return y
        return f(*args, **options)

    return call
