"""Indexing, item assignment, selection.  Reading at an index and adding there are adjoint."""

import numpy as np

from autograd.cotangents import countable
from autograd.errors import DtypeError, IndexRangeError, ValueRangeError
from autograd.kernels.scatter import sum_rows
from autograd.memory import InPlace
from autograd.ops.register import as_array, instead_of, listed, value
from autograd.primitive import primitive
from autograd.temporaries import FEWEST, references_to, refuse_lost
from autograd.tensor import Tensor


@listed
@primitive(linear=True)
def getitem(x, index):
    """``x[index]``.  Adjoint: the cotangent added into zeros at the index."""
    return x[index]


@listed
@primitive(linear=True)
def scatter_add(x, index, shape):
    """Zeros of ``shape`` with ``x`` added at ``index``, repeated places adding up."""
    if _takes_rows(index, x, shape):
        places = np.reshape(index.astype(np.intp) % shape[0], -1)
        y = sum_rows(np.reshape(countable(x), (places.size, -1)), places, shape[0])
        return np.reshape(y, shape).astype(x.dtype, copy=False)
    if is_basic(index):
        y = np.zeros_like(x, shape=shape)
        y[index] = x
        return y
    y = np.zeros_like(countable(x), shape=shape)
    np.add.at(y, index, countable(x))
    return y.astype(x.dtype, copy=False)


def _takes_rows(index, x, shape) -> bool:
    """Whether the index is an array of numbers of whole rows, all of them there."""
    if not type(index) is type(x) is np.ndarray or index.dtype.kind not in "iu" or not x.size:
        return False
    whole = len(shape) > 1 and x.shape == (*index.shape, *shape[1:])
    return whole and -shape[0] <= index.min() and index.max() < shape[0]


getitem.vjp(x=lambda g, x_shape, index: scatter_add(g, index, x_shape))
scatter_add.vjp(x=lambda g, index: g[index])


@listed
@primitive
def setitem(x, value, index):
    """A copy of ``x`` with ``x[index] = value``; at a repeated place the last one stays.

    dL/dx is g with zeros at the index; dL/dvalue is g there, for the values that stayed.
    """
    y = np.copy(x)
    y[index] = value
    return y


def _stayed(index, shape):
    """Which elements of an assigned value are still there afterwards: 1.0 or 0.0."""
    if is_basic(index) or getattr(getattr(index, "dtype", None), "kind", "") == "b":
        return 1.0
    places = np.reshape(np.arange(np.prod(shape, dtype=int)), shape)[index]
    last = np.empty(np.prod(shape, dtype=int), dtype=int)
    last[places] = np.reshape(np.arange(places.size), places.shape)
    return np.equal(last[places], np.reshape(np.arange(places.size), places.shape)) * 1.0


setitem.vjp(
    x=lambda g, index: setitem(g, 0.0, index),
    value=lambda g, index, value_shape, x_shape: _drop_leading(
        g[index] * _stayed(index, x_shape), value_shape
    ),
)


def _drop_leading(g, shape):
    """Assignment lets a value have leading axes of size 1 that the place has not: add them back."""
    return np.reshape(g, (1,) * (len(shape) - g.ndim) + g.shape)


def is_basic(index) -> bool:
    """Whether an index is made of integers, slices, ... and None alone: it repeats no place."""
    parts = index if type(index) is tuple else (index,)
    return all(
        p is None
        or p is Ellipsis
        or (isinstance(p, (slice, int, np.integer)) and not isinstance(p, (bool, np.bool_)))
        for p in parts
    )


def _plain(index):
    """An index with the values of the Tensors in it."""
    if type(index) is tuple:
        return tuple(map(_plain, index))
    if type(index) is Tensor:
        if index.dtype.kind == "f":
            raise DtypeError(f"getitem: an index must be integer or bool, got {index.dtype}")
        return index.data
    return index


def _assign(x, index, v):
    """``x[index] = v``."""
    if references_to(x) <= FEWEST:
        refuse_lost(x.shape)
    InPlace._change(x, _plain(index), v, "item assignment")


METHODS = {
    "__getitem__": lambda x, index: getitem(x, _plain(index)),
    "__setitem__": _assign,
    "_with_item": lambda x, index, value: setitem(x, value, index),
}


@listed
@primitive(elementwise=True)
def where_(a, b, condition):
    """``a`` where the condition holds, else ``b``."""
    return np.where(condition, a, b)


where_.vjp(
    a=lambda g, condition: np.where(condition, g, np.zeros_like(g)),
    b=lambda g, condition: np.where(condition, np.zeros_like(g), g),
)


@instead_of(np.where)
def where(condition, x=None, y=None):
    """``np.where(condition, x, y)``: the gradient goes to the branch that was taken."""
    condition = condition.data if type(condition) is Tensor else condition
    if x is None or y is None:
        return np.where(condition)
    return where_(x, y, condition)


@instead_of(np.take)
def take(x, indices, axis=None, mode="raise"):
    """``x`` at integer ``indices`` along ``axis``; without an axis, of the flattened array.

    Indices beyond the ends count round and round with mode='wrap', as the ends with 'clip'.
    """
    if axis is None:
        x, axis = np.reshape(x, -1), 0
    at = as_array(value(indices))
    if at.dtype.kind == "b":
        at = indices = at.astype(np.intp)  # the places 0 and 1, not a mask
    if mode != "raise":
        n = np.intp(x.shape[axis])  # may be beyond the bits of indices
        indices = at % n if mode == "wrap" else np.clip(at, 0, n - 1)
    return x[(slice(None),) * (axis % x.ndim) + (indices,)]


@instead_of(np.take_along_axis)
def take_along_axis(x, indices, axis=-1):
    """``x`` at an index per result along ``axis``."""
    indices = as_array(value(indices))
    if axis is None:
        x, axis = np.reshape(x, -1), 0
    return x[along(axis, indices, x.shape)]


def along(axis, indices, shape):
    """The index that picks ``indices`` along one axis of an array, and everything of the others."""
    if indices.dtype.kind == "b":
        raise IndexRangeError("the indices along an axis are integers, got bool; a mask is x[mask]")
    if not -len(shape) <= axis < len(shape):
        raise ValueRangeError(f"axis {axis} is out of bounds for an array of shape {shape}")
    grid = list(np.ogrid[tuple(slice(n) for n in shape)])
    grid[axis] = indices
    return tuple(grid)


@instead_of(np.sort)
def sort(x, axis=-1, kind=None, order=None, stable=None):
    """Sorted along an axis: every element takes its gradient along.  It is stable always."""
    if order is not None:
        raise DtypeError("sort: order= is for structured arrays, a Tensor holds numbers")
    if axis is None:
        x, axis = np.reshape(x, -1), -1
    return np.take_along_axis(x, np.argsort(x, axis=axis, kind="stable"), axis=axis)
