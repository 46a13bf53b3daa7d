"""How a function of SciPy gets its derivatives, and answers of numbers with no division by 0."""

import functools

import numpy as np

from autograd.numpy.arrays import asarray
from autograd.ops import register
from autograd.primitive import Primitive
from autograd.tensor import UFUNCS

operations: dict[str, Primitive] = {}  # every primitive of autograd.scipy, by name
listed = functools.partial(register.listed, entered=operations)


def differentiated(f: np.ufunc, names: str, **formulas):
    """Let SciPy's elementwise ``f`` itself take Tensors.

    ``names``: of its arguments, in order; the ``formulas`` are for those that have a derivative.
    """
    op = Primitive(f, names=names.split(), elementwise=True).vjp(**formulas)
    listed(op)
    UFUNCS[f, "__call__"] = op if f.nin == 1 else lambda *args: op(*map(number_or_array, args))


def number_or_array(v):
    """``v``; an array of what it holds where it is a list or a tuple, with Tensors in it too."""
    return asarray(v) if isinstance(v, (list, tuple)) else v


def arrays(*args):
    """Each as a floating array, lists too; numbers and integers of the dtype of the others."""
    args = [number_or_array(v) for v in args]
    dtype = np.result_type(0.0, *(v.dtype for v in args if hasattr(v, "dtype")))
    args = [v if hasattr(v, "dtype") else dtype.type(v) for v in args]
    return [v.astype(dtype) if v.dtype.kind in "biu" else v for v in args]


def valid(ok, *args):
    """Each of ``args``, made NaN where not ``ok``: then values and gradients are NaN there."""
    if np.all(ok):
        return list(args)
    return [v * np.where(ok, 1, np.nan).astype(v.dtype) for v in args]


def where(ok, v, otherwise):
    """``v`` where ``ok`` and ``otherwise`` elsewhere; ``v`` itself if that is nowhere."""
    return v if np.all(ok) else np.where(ok, v, otherwise)
