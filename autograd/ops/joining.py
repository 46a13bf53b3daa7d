"""Joining arrays and taking them apart: each is the other's adjoint."""

import numpy as np

from autograd.errors import ShapeError
from autograd.ops.register import instead_of
from autograd.primitive import primitive


@instead_of(np.concatenate, np.concat)
@primitive
def concatenate(arrays, axis=0):
    """Arrays one after another along an axis.  Each gets its own slice of the cotangent."""
    return np.concatenate(arrays, axis=axis)


def _slice_of(g, i, shapes, axis):
    if axis is None:
        start = sum(int(np.prod(s)) for s in shapes[:i])
        return np.reshape(g[start : start + int(np.prod(shapes[i]))], shapes[i])
    axis %= g.ndim
    start = sum(s[axis] for s in shapes[:i])
    return g[(slice(None),) * axis + (slice(start, start + shapes[i][axis]),)]


concatenate.vjp(arrays=lambda g, i, arrays_shape, axis: _slice_of(g, i, arrays_shape, axis))


@instead_of(np.stack)
@primitive
def stack(arrays, axis=0):
    """Arrays side by side along a new axis.  Each gets its place of the cotangent."""
    return np.stack(arrays, axis=axis)


stack.vjp(
    arrays=lambda g, i, axis: g[(slice(None),) * (axis % g.ndim) + (i,)],
)


@instead_of(np.array_split)
@primitive
def array_split(x, indices_or_sections, axis=0):
    """A list of parts along an axis.  The cotangents of the parts, joined again."""
    return tuple(np.array_split(x, indices_or_sections, axis))


array_split.vjp(x=lambda g, axis: np.concatenate(g, axis=axis))


@instead_of(np.split)
def split(x, indices_or_sections, axis=0):
    """`array_split` into equal parts, or at the given indices."""
    if np.ndim(indices_or_sections) == 0 and x.shape[axis] % indices_or_sections:
        raise ShapeError(
            f"split: {x.shape[axis]} elements do not part into {indices_or_sections} equal parts; "
            "np.array_split makes parts of nearly equal size"
        )
    return list(array_split(x, indices_or_sections, axis))
