"""Matrix products and sums of products."""

import operator

import numpy as np

from autograd.errors import ShapeError
from autograd.ops.register import instead_of, ufunc
from autograd.primitive import primitive

matmul = ufunc(
    np.matmul,
    operator.matmul,
    a=lambda g, a_shape, b: _matmul_da(g, a_shape, b),
    b=lambda g, a, b_shape: _matmul_db(g, a, b_shape),
)


def _matmul_da(g, a_shape, b):
    """G Bᵀ, where a vector counts as a row on the left and a column on the right."""
    if b.ndim == 1:
        return np.expand_dims(g, -1) * b
    if len(a_shape) == 1:
        return np.matmul(b, np.expand_dims(g, -1))[..., 0]
    return np.matmul(g, np.swapaxes(b, -1, -2))


def _matmul_db(g, a, b_shape):
    """Aᵀ G."""
    if a.ndim == 1:
        return a * g if len(b_shape) == 1 else np.expand_dims(a, -1) * np.expand_dims(g, -2)
    if len(b_shape) == 1:
        return np.matmul(np.swapaxes(a, -1, -2), np.expand_dims(g, -1))[..., 0]
    return np.matmul(np.swapaxes(a, -1, -2), g)


@instead_of(np.tensordot)
def tensordot(a, b, axes=2):
    """Sum of products over the given axes of both: one matrix product."""
    if np.ndim(axes) == 0:
        axes = (range(np.ndim(a) - axes, np.ndim(a)), range(axes))
    over_a, over_b = ((k,) if np.ndim(k) == 0 else tuple(k) for k in axes)
    over_a = tuple(k % np.ndim(a) for k in over_a)
    over_b = tuple(k % np.ndim(b) for k in over_b)
    if [np.shape(a)[k] for k in over_a] != [np.shape(b)[k] for k in over_b]:
        raise ShapeError(
            f"tensordot: shapes {np.shape(a)} and {np.shape(b)} differ in the axes to sum over, "
            f"{over_a} and {over_b}"
        )
    free_a = tuple(k for k in range(np.ndim(a)) if k not in over_a)
    free_b = tuple(k for k in range(np.ndim(b)) if k not in over_b)
    summed = int(np.prod([np.shape(a)[k] for k in over_a]))
    shape = tuple(np.shape(a)[k] for k in free_a) + tuple(np.shape(b)[k] for k in free_b)
    rows = np.reshape(np.transpose(a, free_a + over_a), (_size(a, free_a), summed))
    columns = np.reshape(np.transpose(b, over_b + free_b), (summed, _size(b, free_b)))
    return np.reshape(np.matmul(rows, columns), shape)


def _size(x, axes):
    return int(np.prod([np.shape(x)[k] for k in axes]))


@instead_of(np.dot)
def dot(a, b):
    """Product of vectors and matrices; over the last axis of ``a``, the last but one of ``b``."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    if np.ndim(b) <= 2:
        return np.matmul(a, b)
    return tensordot(a, b, ([-1], [-2]))


@instead_of(np.inner)
def inner(a, b):
    """Sum of products over the last axes."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return tensordot(a, b, ([-1], [-1]))


@instead_of(np.outer)
def outer(a, b):
    """Every element of ``a`` times every element of ``b``: (M, N)."""
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


@primitive
def einsum_(operands, subscripts):
    """Einstein sum; ``subscripts`` with an arrow and no ellipsis."""
    return np.einsum(subscripts, *operands, optimize=len(operands) > 2)


def _einsum_vjp(g, i, operands, subscripts):
    """The same sum with g in the place of operand i, and operand i's letters as the result."""
    *inputs, out = subscripts.replace("->", ",").split(",")
    mine, others = inputs[i], inputs[:i] + inputs[i + 1 :]
    letters = "".join(dict.fromkeys(mine))
    found = "".join(c for c in letters if c in out or any(c in o for o in others))
    rest = [x for k, x in enumerate(operands) if k != i]
    d = einsum(",".join([out, *others]) + "->" + found, g, *rest)
    # letters that were summed over in this operand alone: spread; letters twice in it: a diagonal
    shape = dict(zip(mine, operands[i].shape, strict=True))
    for k, c in enumerate(letters):
        if c not in found:
            d = np.expand_dims(d, k)
    sizes = tuple(shape[c] if d.shape[k] == 1 else d.shape[k] for k, c in enumerate(letters))
    d = np.broadcast_to(d, sizes)
    for k, c in enumerate(mine):
        first = mine.index(c)
        if first < k:  # a second axis for the same letter, nonzero where both are equal
            d = np.expand_dims(d, k)
            grid = np.ogrid[tuple(slice(shape[c] if j in (first, k) else 1) for j in range(d.ndim))]
            d = d * np.equal(grid[first], grid[k])
    return d


einsum_.vjp(operands=lambda g, i, operands, subscripts: _einsum_vjp(g, i, operands, subscripts))


@instead_of(np.einsum)
def einsum(subscripts, *operands, optimize=None):
    """``np.einsum`` with subscripts as text."""
    if not isinstance(subscripts, str):
        raise TypeError(f"einsum: expected the subscripts as text first, got {type(subscripts)}")
    return einsum_(list(operands), _explicit(subscripts, operands))


def _explicit(subscripts, operands) -> str:
    """Subscripts with the arrow written out and every ellipsis replaced by letters."""
    text = subscripts.replace(" ", "")
    left, arrow, out = text.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise ShapeError(f"einsum: {subscripts!r} is for {len(inputs)} arrays, got {len(operands)}")
    for s, x in zip(inputs, operands, strict=True):
        named = len(s.replace("...", ""))
        if named > np.ndim(x) or ("..." not in s and named != np.ndim(x)):
            raise ShapeError(f"einsum: {s!r} in {subscripts!r} got an array of shape {np.shape(x)}")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in text]
    wide = [np.ndim(x) - len(s) + 3 for s, x in zip(inputs, operands, strict=True) if "..." in s]
    dots = "".join(spare[: max(wide, default=0)])
    inputs = [
        s.replace("...", dots[len(dots) - (np.ndim(x) - len(s) + 3) :]) if "..." in s else s
        for s, x in zip(inputs, operands, strict=True)
    ]
    if not arrow:
        joined = "".join(inputs)
        out = dots + "".join(sorted(c for c in set(joined) - set(dots) if joined.count(c) == 1))
    return ",".join(inputs) + "->" + out.replace("...", dots)
