"""Operands of other kinds: which are taken as they are, which as arrays, and which are refused.

Derivative formulas are NumPy's arithmetic of arrays.  An operand that multiplies in another way, or
carries what an array has no place for (a mask, a unit), would give wrong gradients silently.
"""

import functools
from fractions import Fraction

import numpy as np
from numpy import float64, ndarray

from autograd.errors import DtypeError, ShapeError, describe

PYTHONS = frozenset({float, int, bool, complex})
NUMBERS = PYTHONS | {ndarray, float64, np.float32}
PLAIN = NUMBERS | {tuple, type(None), type}  # taken without a look, options of all kinds too

_OPERATORS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
_ARITHMETIC = (
    "__array_ufunc__", "__array_function__", "__neg__", "__abs__",
    *(f"__{side}{name}__" for name in _OPERATORS for side in ("", "r")),
)  # fmt: skip


def plain(a, op):
    """An argument of ``op``; what another library would compute with, a pandas Series, as an array.

    A Series aligns by its index, where a Tensor goes by position: gradients would be mixed up.
    Arrays that speak NumPy's protocols, CuPy's, say, stay what they are.

    Raises
    ------
    DtypeError
        A matrix, a masked array, an array with units, a sparse matrix.  Where ``op`` is None these
        come back as they are, and so do all other arrays that are more than an ndarray.
    """
    if type(a) in PLAIN or isinstance(a, np.generic):
        return a
    if isinstance(a, ndarray):
        if op is not None and not _own_arithmetic(type(a)):
            return a.view(ndarray)  # a memmap, say
    elif hasattr(a, "__array_function__"):
        return a
    elif hasattr(a, "__array__"):
        return np.asarray(a)
    elif not (hasattr(a, "shape") and hasattr(a, "dtype")):
        return float(a) if type(a) is Fraction else a
    if op is None:
        return a
    raise DtypeError(f"{op}: {_reason(a)}")


def number(a, op):
    """An operand of ``op`` as an array or a number; those of Python stay as they are.

    Raises
    ------
    DtypeError, ShapeError
        It is refused by `plain`, or is not made of numbers; lists of different lengths.
    """
    a = plain(a, op)
    if type(a) in PYTHONS:
        return a
    try:
        v = a if hasattr(a, "dtype") else np.asarray(a)
    except ValueError as e:
        raise ShapeError(f"{op}: {describe(a)} is not a full array of numbers ({e})") from None
    if getattr(v.dtype, "kind", "f") not in "biufc":
        text = f"{describe(a)}. Encode text or objects as numbers first."
        got = "None (a forgotten `return`?)" if a is None else text
        raise DtypeError(f"{op}: expected numbers, got {got}")
    return v if v is a else v[()]


def result(y, op):
    """`number`, and those of Python as NumPy's: what functions and formulas returned."""
    y = number(y, op)
    return y if hasattr(y, "dtype") else number(np.asarray(y), op)[()]


@functools.cache
def _own_arithmetic(kind) -> bool:
    """Whether this subclass of ndarray computes in another way than ndarray does."""
    return any(getattr(kind, name) is not getattr(ndarray, name) for name in _ARITHMETIC)


def _reason(a) -> str:
    """Why an operand is refused, and what to write."""
    kind = type(a).__name__
    if isinstance(a, np.matrix):
        return f"* and ** of a {kind} are matrix products. Write np.asarray(m), and @ for these."
    if not isinstance(a, ndarray):
        return (
            f"a {kind} is no array: its products go ways of their own. Write S.toarray(); or, as "
            "it is, primitive(lambda x: S @ x).vjp(x=lambda g: S.T @ g)"
        )
    if hasattr(a, "mask") and hasattr(a, "filled"):
        return (
            f"the mask of a {kind} would be lost. Write m.filled(0.0), or take m.data and leave "
            "out what is masked: np.where(m.mask, 0, y), or weights that are 0 there."
        )
    return (
        f"a {kind} has arithmetic of its own (units, say), which a derivative would lose. For the "
        "plain numbers write np.asarray(a)."
    )
