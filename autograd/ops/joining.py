"""Joining arrays and taking them apart: each is the other's adjoint."""

import itertools
import math

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.indexing import scatter_add
from autograd.ops.register import as_array, instead_of
from autograd.primitive import primitive


@instead_of(np.concatenate, np.concat)
@primitive(linear=True)
def concatenate(arrays, axis=0):
    """Arrays one after another along an axis.  Each gets its own slice of the cotangent."""
    return np.concatenate(arrays, axis=axis)


def _slice_of(g, i, shapes, axis):
    """What array ``i`` was in the result."""
    starts = getattr(shapes, "starts", None)
    if starts is None:  # added up once, for thousands of arrays
        sizes = [math.prod(s) if axis is None else s[axis] for s in shapes]
        starts = shapes.starts = list(itertools.accumulate(sizes, initial=0))
    part = slice(starts[i], starts[i + 1])
    if axis is None:
        return np.reshape(g[part], shapes[i])
    return g[(slice(None),) * (axis % g.ndim) + (part,)]


concatenate.vjp(arrays=lambda g, i, arrays_shape, axis: _slice_of(g, i, arrays_shape, axis))


@instead_of(np.stack)
@primitive(linear=True)
def stack(arrays, axis=0):
    """Arrays side by side along a new axis.  Each gets its place of the cotangent."""
    return np.stack(arrays, axis=axis)


stack.vjp(
    arrays=lambda g, i, axis: g[(slice(None),) * (axis % g.ndim) + (i,)],
)


@instead_of(np.array_split)
@primitive(linear=True)
def array_split(x, indices_or_sections, axis=0):
    """A list of parts along an axis.  The cotangents of the parts, joined again."""
    return tuple(np.array_split(x, indices_or_sections, axis))


def _rejoined(g, x_shape, indices_or_sections, axis):
    """The parts one after another; where indices do not rise, parts overlap and add up."""
    joined = np.concatenate(g, axis=axis)
    if joined.shape == x_shape:
        return joined
    places = np.array_split(np.arange(x_shape[axis]), indices_or_sections)
    index = (slice(None),) * (axis % len(x_shape)) + (np.concatenate(places),)
    return scatter_add(joined, index, x_shape)


array_split.vjp(
    x=lambda g, x_shape, indices_or_sections, axis: _rejoined(g, x_shape, indices_or_sections, axis)
)


@instead_of(np.split)
def split(x, indices_or_sections, axis=0):
    """`array_split` into equal parts, or at the given indices."""
    if np.ndim(indices_or_sections) == 0 and x.shape[axis] % indices_or_sections:
        raise ShapeError(
            f"split: {x.shape[axis]} elements do not part into {indices_or_sections} equal parts; "
            "np.array_split makes parts of nearly equal size"
        )
    return list(array_split(x, indices_or_sections, axis))


@instead_of(np.hsplit)
def hsplit(x, indices_or_sections):
    """`split` along the second axis (the first of a vector)."""
    return split(x, indices_or_sections, 0 if x.ndim == 1 else 1)


@instead_of(np.vsplit)
def vsplit(x, indices_or_sections):
    """`split` along the first axis."""
    return split(x, indices_or_sections, 0)


@instead_of(np.dsplit)
def dsplit(x, indices_or_sections):
    """`split` along the third axis."""
    return split(x, indices_or_sections, 2)


@instead_of(np.unstack)
def unstack(x, axis=0):
    """The slices along an axis, as a tuple: the way back from `stack`."""
    return tuple(np.moveaxis(x, axis, 0))


@instead_of(np.atleast_1d)
def atleast_1d(*arrays):
    """An array of at least one axis, for each."""
    return _each(lambda x: np.reshape(x, (1,)) if np.ndim(x) == 0 else x, arrays)


@instead_of(np.atleast_2d)
def atleast_2d(*arrays):
    """At least two axes: a vector is a row."""
    return _each(lambda x: np.reshape(x, (1, -1)) if np.ndim(x) < 2 else x, arrays)


@instead_of(np.atleast_3d)
def atleast_3d(*arrays):
    """At least three axes: (N,) becomes (1, N, 1), and (M, N) becomes (M, N, 1)."""
    shapes = {0: (1, 1, 1), 1: (1, -1, 1)}

    def three(x):
        return x if np.ndim(x) > 2 else np.reshape(x, shapes.get(np.ndim(x), np.shape(x) + (1,)))

    return _each(three, arrays)


def _each(f, arrays):
    results = tuple(f(as_array(x)) for x in arrays)
    return results[0] if len(arrays) == 1 else results


@instead_of(np.vstack)
def vstack(arrays):
    """Joined along the first axis, vectors as rows."""
    return np.concatenate([np.atleast_2d(x) for x in arrays], axis=0)


@instead_of(np.hstack)
def hstack(arrays):
    """Joined along the second axis, vectors along their only one."""
    arrays = [np.atleast_1d(x) for x in arrays]
    return np.concatenate(arrays, axis=0 if arrays[0].ndim == 1 else 1)


@instead_of(np.dstack)
def dstack(arrays):
    """Joined along the third axis."""
    return np.concatenate([np.atleast_3d(x) for x in arrays], axis=2)


@instead_of(np.column_stack)
def column_stack(arrays):
    """Joined along the second axis, vectors as columns."""
    return np.concatenate([np.reshape(x, (-1, 1)) if np.ndim(x) < 2 else x for x in arrays], axis=1)


@instead_of(np.append)
def append(x, values, axis=None):
    """``values`` joined to the end of ``x``; without an axis both are flattened."""
    if axis is None:
        x, values, axis = np.reshape(x, -1), np.reshape(values, -1), 0
    return np.concatenate([x, values], axis=axis)


@instead_of(np.block)
def block(arrays):
    """A nested list of blocks joined: the innermost lists along the last axis."""

    def depth(v):
        return 1 + max(map(depth, v), default=0) if isinstance(v, list) else 0

    def leaves(v):
        return [x for part in v for x in leaves(part)] if isinstance(v, list) else [v]

    levels = depth(arrays)
    d = max([levels, *map(np.ndim, leaves(arrays))])

    def join(v, level):
        if not isinstance(v, list):
            return np.reshape(v, (1,) * (d - np.ndim(v)) + np.shape(v))
        return np.concatenate([join(part, level + 1) for part in v], axis=level - levels)

    return join(arrays, 0)


@instead_of(np.broadcast_arrays)
def broadcast_arrays(*arrays):
    """All of them in their common shape."""
    shape = np.broadcast_shapes(*map(np.shape, arrays))
    return tuple(np.broadcast_to(x, shape) for x in arrays)


@instead_of(np.meshgrid)
def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    """Coordinates of a grid: each vector along an axis of its own, repeated over the others."""
    if indexing not in ("xy", "ij"):
        raise ValueRangeError(f"meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}")
    d = len(xi)
    axes = list(range(d))
    if indexing == "xy" and d > 1:
        axes[:2] = 1, 0
    grids = [
        np.reshape(x, (1,) * a + (-1,) + (1,) * (d - 1 - a)) for x, a in zip(xi, axes, strict=True)
    ]
    return tuple(grids) if sparse else broadcast_arrays(*grids)


@instead_of(np.delete)
def delete(x, obj, axis=None):
    """``x`` without the elements at ``obj`` along an axis."""
    if axis is None:
        x, axis = np.reshape(x, -1), 0
    return np.take(x, np.delete(np.arange(x.shape[axis]), obj), axis=axis)


@instead_of(np.insert)
def insert(x, obj, values, axis=None):
    """``x`` with ``values`` put in before the places ``obj`` along an axis."""
    if axis is None:
        x, axis = np.reshape(x, -1), 0
    axis %= np.ndim(x)
    place = np.arange(np.shape(x)[axis])[obj] if isinstance(obj, slice) else np.asarray(obj)
    if place.dtype == bool:
        place = np.flatnonzero(place)
    values = np.reshape(values, (1,) * (np.ndim(x) - np.ndim(values)) + np.shape(values))
    values = np.astype(values, x.dtype)
    if place.ndim == 0:
        values = np.moveaxis(values, 0, axis)
        place = np.full(values.shape[axis], place)
    shape = np.shape(x)[:axis] + (place.size,) + np.shape(x)[axis + 1 :]
    joined = np.concatenate([x, np.broadcast_to(values, shape)], axis=axis)
    n = np.shape(x)[axis]
    return np.take(joined, np.insert(np.arange(n), place, n + np.arange(place.size)), axis=axis)
