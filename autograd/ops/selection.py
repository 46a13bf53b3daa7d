"""Choosing elements: by conditions, by number, by rank."""

import numpy as np

from autograd.errors import DtypeError, ValueRangeError
from autograd.ops.indexing import along, setitem
from autograd.ops.register import as_array, constant, instead_of, value, values_only
from autograd.tensor import FUNCTIONS, Tensor, needs_grad


@instead_of(np.select)
def select(condlist, choicelist, default=0):
    """The choice of the first condition that holds, else the default."""
    if len(condlist) != len(choicelist):
        raise ValueRangeError(f"select: {len(condlist)} conditions, but {len(choicelist)} choices")
    y = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        y = np.where(condition, choice, y)
    return y


@instead_of(np.choose)
def choose(a, choices, mode="raise"):
    """``choices[a[i]][i]`` at every place i, all of them broadcast together."""
    a, n = as_array(constant("choose", "a", a)), len(choices)
    if mode == "raise" and a.size and (a.min() < 0 or a.max() >= n):
        raise ValueRangeError(f"choose: a number is not in 0..{n - 1}")
    a = a % n if mode == "wrap" else np.clip(a, 0, n - 1)
    y = choices[0]
    for k in range(1, n):
        y = np.where(a == k, choices[k], y)
    return np.broadcast_to(y, np.broadcast_shapes(a.shape, *map(np.shape, choices)))


@instead_of(np.compress)
def compress(condition, a, axis=None):
    """The elements along an axis where the condition holds."""
    if axis is None:
        a, axis = np.reshape(a, -1), 0
    return np.take(a, np.flatnonzero(constant("compress", "condition", condition)), axis=axis)


@instead_of(np.extract)
def extract(condition, arr):
    """The elements of the flattened array where the condition holds."""
    condition = np.ravel(constant("extract", "condition", condition))
    return np.reshape(arr, -1)[np.flatnonzero(condition)]


def put_along_axis(x, indices, values, axis):
    """A copy of ``x`` with ``values`` at an index per value along ``axis``.

    The functional form of np.put_along_axis; at a repeated place the last value stays.
    """
    indices = as_array(constant("put_along_axis", "indices", indices))
    if axis is None:
        flat = setitem(np.reshape(x, -1), values, indices)
        return np.reshape(flat, np.shape(x))
    return setitem(x, values, along(axis, indices, np.shape(x)))


def _in_place(name, instead):
    def refuse(*args, **options):
        raise DtypeError(f"np.{name} writes into an array in place. On Tensors use {instead}.")

    return refuse


FUNCTIONS[np.put_along_axis] = _in_place(
    "put_along_axis", "autograd.ops.put_along_axis(x, indices, values, axis), a new Tensor"
)
FUNCTIONS[np.put] = _in_place("put", "x[np.unravel_index(index, x.shape)] = values")
FUNCTIONS[np.place] = _in_place("place", "x[mask] = values")
FUNCTIONS[np.putmask] = _in_place("putmask", "np.where(mask, values, x)")
FUNCTIONS[np.copyto] = _in_place("copyto", "x[...] = values")
FUNCTIONS[np.fill_diagonal] = _in_place("fill_diagonal", "np.where(np.eye(n, dtype=bool), v, x)")


@instead_of(np.partition)
def partition(x, kth, axis=-1, kind="introselect"):
    """Partitioned along an axis: every element takes its gradient along."""
    if axis is None:
        x, axis = np.reshape(x, -1), -1
    return np.take_along_axis(x, np.argpartition(x, kth, axis=axis), axis=axis)


@instead_of(np.unique)
def unique(
    x,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    equal_nan=True,
    sorted=True,
):
    """The sorted different elements; the first of equal ones gets the gradient."""
    values = x.data if type(x) is Tensor else np.asarray(x)
    _, index, inverse, counts = np.unique(values, True, True, True, axis, equal_nan=equal_nan)
    y = np.reshape(x, -1)[index] if axis is None else np.take(x, index, axis=axis)
    wanted = zip(
        (return_index, return_inverse, return_counts), (index, inverse, counts), strict=True
    )
    more = tuple(v for asked, v in wanted if asked)
    return (y, *more) if more else y


values_only(
    np.argsort, np.argpartition, np.lexsort, np.searchsorted, np.nonzero, np.flatnonzero,
    np.argwhere, np.digitize, np.isin, np.array_equiv, np.tril_indices_from, np.triu_indices_from,
    np.diag_indices_from, np.isposinf, np.isneginf,
)  # fmt: skip


@instead_of(np.ix_)
def ix_(*args):
    """Sequences as the axes of an open mesh; those that need no gradient as plain indices."""
    pairs = zip(args, np.ix_(*map(value, args)), strict=True)
    return tuple(np.reshape(a, at.shape) if needs_grad(a) else at for a, at in pairs)


@instead_of(np.resize)
def resize(a, new_shape):
    """The elements over and over, as many as fit into the new shape."""
    a = np.reshape(a, -1)
    size = int(np.prod(new_shape, dtype=int))
    if not a.size:
        return np.zeros_like(value(a), shape=new_shape)
    return np.reshape(a[np.arange(size) % a.size], new_shape)


values_only(
    np.common_type, np.min_scalar_type, np.einsum_path, np.ravel_multi_index, np.unravel_index,
    np.packbits, np.unpackbits, np.save, np.savetxt, np.savez, np.savez_compressed, np.bitwise_and,
    np.bitwise_or, np.bitwise_xor, np.bitwise_invert, np.bitwise_left_shift,
    np.bitwise_right_shift, np.bitwise_count, np.gcd, np.lcm, np.spacing,
)  # fmt: skip
