"""Every error a user can cause: which operation, what it got, what it expected, what to do."""

import numpy as np


class AutogradError(Exception):
    """Base of all errors raised by ``autograd`` and ``nn``."""


class ShapeError(AutogradError, ValueError):
    """Shapes that do not fit the operation."""


class DtypeError(AutogradError, TypeError):
    """A dtype or a type that the operation cannot take."""


class ValueRangeError(AutogradError, ValueError):
    """A value outside what the operation accepts: a label, an axis, an option."""


class IndexRangeError(AutogradError, IndexError):
    """An index that is not in the array."""


class LinAlgError(AutogradError, np.linalg.LinAlgError):
    """A matrix that is singular, not positive definite, or whose decomposition fails."""


class GraphError(AutogradError, RuntimeError):
    """The graph cannot be differentiated: not recorded, released, or changed since."""


class GradcheckError(AutogradError, RuntimeError):
    """A derivative disagrees with finite differences.  ``report`` holds the whole check."""

    def __init__(self, message: str, report=None):
        super().__init__(message)
        self.report = report


def explained(e, op, inputs):
    """The error to raise for a failure inside an operation: which one, and what it got."""
    if isinstance(e, AutogradError):
        return e
    got = ", ".join(describe(v) for v in inputs) or "no arguments by position"
    if isinstance(e, ValueError) and "is read-only" in str(e):
        return DtypeError(
            f"{op}: the function writes into its input, and an operation must not change what it "
            f"gets: copy first, x = x.copy(). It got {got}."
        )
    for base, ours in (
        (np.linalg.LinAlgError, LinAlgError),
        (TypeError, DtypeError),
        (ValueError, ShapeError),  # an AxisError is both, a ValueError first of all
        (IndexError, IndexRangeError),
    ):
        if isinstance(e, base):
            return ours(f"{op}: {_plainly(str(e), op)}. It got {got}.")
    e.add_note(f"in {op}, which got {got}")
    return e


def _plainly(text, op):
    """NumPy's message without the operation's name, which is said already."""
    if "core dimension" in text and op == "matmul":
        return "expected (..., n, k) and (..., k, m), or (k,) for a vector; .mT turns a matrix"
    return text.removeprefix(f"{op}: ").rstrip(" .")


def describe(v):
    """A value in an error message: what it is, its shape and dtype."""
    if hasattr(v, "dtype"):
        return f"{v.dtype}{list(v.shape)}" if v.shape else f"{v.dtype} {v}"
    if type(v) in (list, tuple) and len(v) <= 8:
        return "[" + ", ".join(map(describe, v)) + "]"
    plain = v is None or isinstance(v, (int, float, complex, str))
    return repr(v) if plain else type(v).__name__


def reraise(e, op, inputs):
    """Raise what `explained` makes of ``e``.

    No error refers to itself, not by this frame in its traceback either: what the frames of the
    caller hold, a whole graph, goes with the error, not with the next garbage collection.
    """
    error = explained(e, op, inputs)
    try:
        raise error from (e if error is not e else None)
    finally:
        del e, error
