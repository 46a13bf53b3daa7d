"""Norms of vectors and matrices.  Where a norm is 0 its gradient is 0, the least subgradient."""

import numpy as np

from autograd.errors import ValueRangeError
from autograd.ops.arithmetic import over
from autograd.ops.complex_numbers import conj
from autograd.ops.reductions import expand
from autograd.ops.register import as_floats, constant, instead_of, listed, values_only
from autograd.primitive import primitive


@listed
@primitive
def norm_2(x, axis=None, keepdims=False):
    """√Σ|x|² over axes.  dy/dx = x / y, and 0 where y = 0."""
    return np.sqrt(np.sum(np.real(x * np.conjugate(x)), axis=axis, keepdims=keepdims))


norm_2.vjp(x=lambda g, x, y, axis, keepdims: conj(x) * expand(over(g, y), x.shape, axis, keepdims))


@listed
@primitive
def norm_p(x, p, axis=None, keepdims=False):
    """(Σ|x|ᵖ)^(1/p) over axes.  dy/dx = sign(x) (|x| / y)^(p-1), and 0 where y or x = 0."""
    return np.sum(np.abs(x) ** p, axis=axis, keepdims=keepdims) ** (1 / p)


def _norm_p_vjp(g, x, y, p, axis, keepdims):
    g, y = (expand(v, x.shape, axis, keepdims) for v in (g, y))
    share = np.abs(x) / (y + (y == 0))
    if p < 1:
        share = np.where((x == 0) | (y == 0), 1, share)  # its power may be infinite there
    return g * (y != 0) * conj(np.sign(x)) * share ** (p - 1)


norm_p.vjp(x=lambda g, x, y, p, axis, keepdims: _norm_p_vjp(g, x, y, p, axis, keepdims))


def _order(op, ord):
    """The order as a number of Python's, beside which the norm keeps the dtype of the array."""
    ord = constant(op, "ord", ord)
    return ord.item() if isinstance(ord, np.generic) else ord


def _largest(x, axis, keepdims=False):
    """The largest of sizes; 0, as their sum, of none at all."""
    return (np.max if x.size else np.sum)(x, axis=axis, keepdims=keepdims)


def _of_vectors(x, ord, axis, keepdims):
    if ord is None or ord == 2:
        return norm_2(x, axis, keepdims)
    if ord == np.inf:
        return _largest(np.abs(x), axis, keepdims)
    if ord == -np.inf:
        return np.min(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueRangeError(f"norm: ord {ord!r} is for matrices; give two axes")
    if ord == 0:
        return np.sum(np.sign(np.abs(x)), axis=axis, keepdims=keepdims)
    return norm_p(x, ord, axis, keepdims)


def _of_matrices(x, ord, axes, keepdims):
    row, column = (a % x.ndim for a in axes)
    if row == column:
        raise ValueRangeError(f"norm: the two axes {axes} are the same")
    if ord is None or ord in ("fro", "f"):
        return norm_2(x, (row, column), keepdims)
    if ord in ("nuc", 2, -2):
        s = np.linalg.svdvals(np.moveaxis(x, (row, column), (-2, -1)))
        y = (np.sum if ord == "nuc" else _largest if ord == 2 else np.min)(s, axis=-1)
    elif ord in (1, -1, np.inf, -np.inf):
        if abs(ord) == np.inf:
            row, column = column, row
        sums = np.sum(np.abs(x), axis=row)
        y = (_largest if ord > 0 else np.min)(sums, axis=column - (column > row))
    else:
        raise ValueRangeError(
            f"norm: ord of a matrix must be None, 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got "
            f"{ord!r}"
        )
    return np.expand_dims(y, tuple(sorted((row, column)))) if keepdims else y


@instead_of(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    """Norm of all elements, of the vectors along one axis, or of the matrices on two axes."""
    x, ord = as_floats(x), _order("norm", ord)
    if axis is None:
        if ord is None or (x.ndim == 1 and ord == 2) or (x.ndim == 2 and ord in ("fro", "f")):
            return norm_2(x, None, keepdims)
        axis = tuple(range(x.ndim))
    axis = axis if isinstance(axis, tuple) else (axis,)
    if len(axis) == 1:
        return _of_vectors(x, ord, axis, keepdims)
    if len(axis) == 2:
        return _of_matrices(x, ord, axis, keepdims)
    raise ValueRangeError(f"norm: order {ord!r} is for one axis or two, got {axis}")


@instead_of(np.linalg.vector_norm)
def vector_norm(x, axis=None, keepdims=False, ord=2):
    """Norm of the vectors along axes, or of all elements as one vector."""
    x, ord = as_floats(x), _order("vector_norm", ord)
    axis = tuple(range(x.ndim)) if axis is None else axis
    return _of_vectors(x, ord, axis, keepdims)


@instead_of(np.linalg.matrix_norm)
def matrix_norm(x, keepdims=False, ord="fro"):
    """Norm of the matrices on the last two axes."""
    return _of_matrices(as_floats(x), ord, (-2, -1), keepdims)


@instead_of(np.linalg.cond)
def cond(x, p=None):
    """Condition number: largest over smallest singular value, or norm(x) norm(x⁻¹)."""
    if p is None or p in (2, -2):
        s = np.linalg.svdvals(x)
        return s[..., 0] / s[..., -1] if p != -2 else s[..., -1] / s[..., 0]
    return _of_matrices(x, p, (-2, -1), False) * _of_matrices(np.linalg.inv(x), p, (-2, -1), False)


values_only(np.linalg.matrix_rank)
