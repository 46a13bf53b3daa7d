"""Sets of numbers, and ends and orders of arrays: choices among elements, with their gradients.

Of equal elements the first gets the gradient.
"""

import numpy as np

from autograd.errors import ValueRangeError
from autograd.ops.complex_numbers import is_complex
from autograd.ops.register import as_array, instead_of, value
from autograd.ops.selection import unique

AllResult = type(np.unique_all(np.zeros(1)))
CountsResult = type(np.unique_counts(np.zeros(1)))
InverseResult = type(np.unique_inverse(np.zeros(1)))


@instead_of(np.unique_all)
def unique_all(x):
    """The sorted different elements, their places, how to get back, and how many of each."""
    return AllResult(*unique(x, True, True, True, equal_nan=False))


@instead_of(np.unique_counts)
def unique_counts(x):
    """The sorted different elements, and how many of each."""
    return CountsResult(*unique(x, return_counts=True, equal_nan=False))


@instead_of(np.unique_inverse)
def unique_inverse(x):
    """The sorted different elements, and how to get back."""
    return InverseResult(*unique(x, return_inverse=True, equal_nan=False))


@instead_of(np.unique_values)
def unique_values(x):
    """The sorted different elements."""
    return unique(x, equal_nan=False)


@instead_of(np.union1d)
def union1d(ar1, ar2):
    """The sorted different elements of both."""
    return unique(np.concatenate([np.reshape(ar1, -1), np.reshape(ar2, -1)]))


@instead_of(np.intersect1d)
def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    """The sorted elements that both have: those of ``ar1``; on request their places in both."""
    a, b = value(ar1), value(ar2)
    y, first, second = np.intersect1d(a, b, assume_unique, return_indices=True)
    y = np.astype(np.reshape(ar1, -1)[first], y.dtype)
    return (y, first, second) if return_indices else y


@instead_of(np.setdiff1d)
def setdiff1d(ar1, ar2, assume_unique=False):
    """The elements of ``ar1`` that are not in ``ar2``."""
    ar1 = np.reshape(ar1, -1) if assume_unique else unique(ar1)
    return ar1[~np.isin(value(ar1), value(ar2))]


@instead_of(np.setxor1d)
def setxor1d(ar1, ar2, assume_unique=False):
    """The sorted elements that only one of both has."""
    both = [np.reshape(a, -1) if assume_unique else unique(a) for a in (ar1, ar2)]
    y, _, counts = unique(np.concatenate(both), return_inverse=True, return_counts=True)
    return y[np.flatnonzero(counts == 1)]


@instead_of(np.trim_zeros)
def trim_zeros(filt, trim="fb", axis=None):
    """Without the zeros at the front ('f') and at the back ('b'), along an axis or all."""
    filt = as_array(filt)
    if trim.lower() not in ("f", "b", "fb", "bf"):
        raise ValueRangeError(f"trim_zeros: trim must be 'f', 'b' or 'fb', got {trim!r}")
    axes = range(filt.ndim) if axis is None else (axis,) if np.ndim(axis) == 0 else axis
    axes = {a % filt.ndim for a in axes}
    places = np.nonzero(value(filt))
    index = []
    for a, at in enumerate(places):
        start, stop = 0, filt.shape[a]
        if "f" in trim.lower():
            start = np.min(at).item() if at.size else stop
        if "b" in trim.lower():
            stop = np.max(at).item() + 1 if at.size else 0
        index.append(slice(start, stop) if a in axes else slice(None))
    return filt[tuple(index)]


@instead_of(np.sort_complex)
def sort_complex(a):
    """Sorted along the last axis by real, then imaginary part; complex always."""
    y = np.sort(a)
    if is_complex(y):
        return y
    kinds = {"g": np.clongdouble} | dict.fromkeys("bhBH", np.complex64)  # as NumPy does
    return np.astype(y, kinds.get(y.dtype.char, complex))


@instead_of(np.real_if_close)
def real_if_close(a, tol=100):
    """The real part, if no imaginary part is more than ``tol`` roundings away from 0."""
    if not is_complex(a):
        return a
    limit = tol * np.finfo(a.dtype).eps if tol > 1 else tol
    return np.real(a) if np.all(np.absolute(np.imag(value(a))) < limit) else a
