"""NumPy, under the name that scripts for HIPS autograd import: ``import autograd.numpy as np``.

Tensors speak NumPy's protocols, so nearly every name here *is* NumPy's: ``autograd.numpy.exp is
numpy.exp``.  Others are `array` and its kin, which NumPy cannot dispatch (``array([t, u])`` of
Tensors records), and functions that here also take lists of Tensors for arrays.

In a function that is being differentiated arguments are Tensors, so ``isinstance(x, np.ndarray)``
is false; ask ``autograd.builtins.isinstance``, or for ``autograd.numpy.numpy_boxes.ArrayBox``.
"""

import numpy

from autograd.numpy import fft, linalg, random
from autograd.numpy.arrays import (
    array,
    asanyarray,
    asarray,
    ascontiguousarray,
    c_,
    full,
    full_like,
    linspace,
    make_diagonal,
    of_lists,
    of_sequences,
    r_,
)

_OF_LISTS = (
    "amax", "amin", "append", "argmax", "argmin", "argsort", "cumsum", "dot", "inner", "max",
    "mean", "median", "min", "outer", "prod", "ravel", "reshape", "sort", "std", "sum", "transpose",
    "var",
)  # fmt: skip
_OF_SEQUENCES = ("column_stack", "concatenate", "dstack", "hstack", "stack", "vstack")
for _name in _OF_LISTS:
    globals()[_name] = of_lists(getattr(numpy, _name))
for _name in _OF_SEQUENCES:
    globals()[_name] = of_sequences(getattr(numpy, _name))
row_stack = globals()["vstack"]

_NOT_ARRAYS = {"char", "core", "ctypeslib", "dtypes", "exceptions", "f2py", "lib", "ma", "matlib",
               "polynomial", "rec", "strings", "test", "testing", "typing"}  # fmt: skip
__all__ = [n for n in numpy.__all__ if n not in _NOT_ARRAYS] + ["make_diagonal", "row_stack"]


def __getattr__(name):
    """NumPy's, kept here once it has been asked for."""
    if name.startswith("__") and name not in numpy.__all__:
        raise AttributeError(f"module 'autograd.numpy' has no attribute {name!r}")
    value = globals()[name] = getattr(numpy, name)
    return value


def __dir__():
    return [*__all__, *(n for n in globals() if n not in __all__)]
