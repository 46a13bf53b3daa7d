"""Einstein sums: one operation, whose derivatives are Einstein sums again."""

import math

import numpy as np

from autograd.errors import ShapeError
from autograd.kernels import products as kernel_of
from autograd.ops.register import as_array, instead_of, listed
from autograd.primitive import primitive

EINSUM = 100_000  # multiply-adds up to which a sum takes less time than to look for a better way


@listed
@primitive
def einsum_(operands, subscripts):
    """Einstein sum; ``subscripts`` with an arrow and no ellipsis."""
    if len(operands) == 2:
        y = _of_matrices(*operands, *subscripts.replace("->", ",").split(","))
        return np.einsum(subscripts, *operands) if y is NotImplemented else y
    if len(operands) == 1:
        return np.einsum(subscripts, *operands)
    kind = np.result_type(*operands)  # else two of 8 bits are multiplied in 8 bits
    return np.einsum(subscripts, *[as_array(x).astype(kind) for x in operands], optimize=True)


def _of_matrices(a, b, in_a, in_b, out):
    """A large sum of two operands as products of matrices, where it has any.

    An axis that both have lies inside the products, or counts them if the result has it, too; what
    one of them has alone are its rows or columns, and is summed first if the result has it not.
    """
    sizes = dict(zip(in_a + in_b, (*np.shape(a), *np.shape(b)), strict=True))
    if math.prod(sizes.values()) <= EINSUM:
        return NotImplemented
    both = [c for c in in_a if c in in_b]
    inner, many = [c for c in both if c not in out], [c for c in out if c in both]
    (rows, a_alone), (columns, b_alone) = _apart(in_a, in_b, out), _apart(in_b, in_a, out)
    if (
        not inner
        or not rows + columns
        or any(type(v) is not np.ndarray or v.dtype.kind not in "fc" for v in (a, b))
        or np.float16 in (a.dtype, b.dtype)
        or any(len(set(s)) < len(s) for s in (in_a, in_b))  # a diagonal
        or any(sizes[c] != n for c, n in zip(in_a, a.shape, strict=True))  # 1 by many
    ):
        return NotImplemented
    if rows and columns and out.index(columns[0]) < out.index(rows[0]):
        return _of_matrices(b, a, in_b, in_a, out)
    a = _in_order(a, in_a, a_alone, many, rows, inner)
    b = _in_order(b, in_b, b_alone, many, inner, columns)
    axes = many + rows + columns
    y = kernel_of.matmul(a, b).reshape([sizes[c] for c in axes])
    return y.transpose([axes.index(c) for c in out])


def _apart(mine, others, out):
    """The letters that are mine alone: those of the result, and those that are not."""
    alone = [c for c in mine if c not in others]
    return [c for c in alone if c in out], [c for c in alone if c not in out]


def _in_order(x, letters, alone, *groups):
    """The axes by groups, the last two as one axis each; those alone are summed over."""
    x = x.transpose([letters.index(c) for group in (alone, *groups) for c in group])
    x = np.sum(x, axis=tuple(range(len(alone)))) if alone else x
    lead = len(groups[0])
    middle = lead + len(groups[1])
    return x.reshape(*x.shape[:lead], math.prod(x.shape[lead:middle]), math.prod(x.shape[middle:]))


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
    if tuple(d.shape) != sizes:
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
    """``np.einsum``: subscripts as text, or a list of numbers after every operand."""
    if not isinstance(subscripts, str):
        subscripts, operands = _as_text(subscripts, *operands)
    return einsum_(list(operands), _explicit(subscripts, operands))


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _as_text(*args):
    """The operands x, [0, 1], y, [1, 2], [0, 2] as "AB,BC->AC" and [x, y]."""
    operands, lists = args[0 : len(args) // 2 * 2 : 2], args[1::2]
    texts = ["".join("..." if k is Ellipsis else LETTERS[k] for k in s) for s in lists]
    out = args[-1] if len(args) % 2 else None
    arrow = "" if out is None else "->" + _as_text(0, out)[0]
    return ",".join(texts) + arrow, operands


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
    spare = [c for c in LETTERS if c not in text]
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
