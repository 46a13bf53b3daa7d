"""Shape operations.  Each is linear, and its derivative is its adjoint: the way back."""

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.register import instead_of, listed, value, values_only
from autograd.primitive import primitive
from autograd.tensor import Tensor


@instead_of(np.reshape)
@primitive(linear=True)
def reshape(x, shape):
    """The same elements in another shape.  Adjoint: reshape back."""
    return np.reshape(x, shape)


reshape.vjp(x=lambda g, x_shape: np.reshape(g, x_shape))


@instead_of(np.ravel)
def ravel(x, order="C"):
    """One axis; with order='F' the first index is the fastest, with 'K' it is as in memory."""
    if order == "K":
        strides = np.abs(getattr(value(x), "strides", ()))
        if np.any((strides == 0) & (np.array(np.shape(x)) > 1)):
            raise ValueRangeError("ravel: what is broadcast has no order 'K'. Write np.copy(t)")
        x, order = np.transpose(x, np.argsort(-strides, kind="stable").tolist()), "C"
    return np.reshape(x, -1, order=order)


@instead_of(np.transpose, np.permute_dims)
@primitive(linear=True)
def transpose(x, axes=None):
    """Axes permuted.  Adjoint: the inverse permutation."""
    return np.transpose(x, axes)


def _inverse(axes):
    return (
        None if axes is None else tuple(int(k) for k in np.argsort([a % len(axes) for a in axes]))
    )


transpose.vjp(x=lambda g, axes: np.transpose(g, _inverse(axes)))


@instead_of(np.swapaxes)
@primitive(linear=True)
def swapaxes(x, axis1, axis2):
    """Two axes exchanged.  Adjoint: itself."""
    return np.swapaxes(x, axis1, axis2)


swapaxes.vjp(x=lambda g, axis1, axis2: np.swapaxes(g, axis1, axis2))


@instead_of(np.matrix_transpose, np.linalg.matrix_transpose)
def matrix_transpose(x):
    """The last two axes exchanged."""
    return np.swapaxes(x, -1, -2)


@instead_of(np.moveaxis)
@primitive(linear=True)
def moveaxis(x, source, destination):
    """Axes moved to other places.  Adjoint: moved back."""
    return np.moveaxis(x, source, destination)


moveaxis.vjp(x=lambda g, source, destination: np.moveaxis(g, destination, source))


@instead_of(np.expand_dims)
@primitive(linear=True)
def expand_dims(x, axis):
    """New axes of size 1.  Adjoint: reshape back."""
    return np.expand_dims(x, axis)


expand_dims.vjp(x=lambda g, x_shape: np.reshape(g, x_shape))


@instead_of(np.squeeze)
@primitive(linear=True)
def squeeze(x, axis=None):
    """Axes of size 1 dropped.  Adjoint: reshape back."""
    return np.squeeze(x, axis)


squeeze.vjp(x=lambda g, x_shape: np.reshape(g, x_shape))


@instead_of(np.broadcast_to)
@primitive(linear=True)
def broadcast_to(x, shape):
    """Repeated along new axes and axes of size 1.  Adjoint: the sum, which the engine takes."""
    return np.broadcast_to(x, shape)


broadcast_to.vjp(x=lambda g: g)


@instead_of(np.flip)
@primitive(linear=True)
def flip(x, axis=None):
    """Reversed along axes.  Adjoint: itself."""
    return np.flip(x, axis)


flip.vjp(x=lambda g, axis: np.flip(g, axis))


@instead_of(np.roll)
@primitive(linear=True)
def roll(x, shift, axis=None):
    """Rolled along axes.  Adjoint: rolled back."""
    return np.roll(x, shift, axis)


def _back(shift):
    return -shift if np.ndim(shift) == 0 else tuple(-s for s in shift)


roll.vjp(x=lambda g, shift, axis: np.roll(g, _back(shift), axis))


@instead_of(np.repeat)
@primitive(linear=True)
def repeat(x, repeats, axis=None):
    """Every element several times.  Adjoint: the sum over its copies."""
    return np.repeat(x, repeats, axis)


def _sum_copies(g, x_shape, repeats, axis):
    """Σ over the copies of each element, as a product with the 0/1 matrix of who copies whom."""
    if axis is None:
        x_shape, axis = (int(np.prod(x_shape)),), 0
    n = x_shape[axis]
    source = np.repeat(np.arange(n), repeats)
    is_copy = np.equal(np.arange(n)[:, None], source).astype(g.dtype)  # (n, copies)
    return np.moveaxis(np.tensordot(is_copy, g, axes=([1], [axis])), 0, axis)


repeat.vjp(
    x=lambda g, x_shape, repeats, axis: np.reshape(_sum_copies(g, x_shape, repeats, axis), x_shape)
)


@instead_of(np.tile)
def tile(x, reps):
    """The whole array repeated: new axes broadcast, then joined."""
    reps = (reps,) if np.ndim(reps) == 0 else tuple(reps)
    d = max(len(reps), x.ndim)
    shape = (1,) * (d - x.ndim) + x.shape
    reps = (1,) * (d - len(reps)) + reps
    apart = np.reshape(x, tuple(n for s in shape for n in (1, s)))
    spread = np.broadcast_to(
        apart, tuple(n for r, s in zip(reps, shape, strict=True) for n in (r, s))
    )
    return np.reshape(spread, tuple(r * s for r, s in zip(reps, shape, strict=True)))


@instead_of(np.diagonal)
@primitive(linear=True)
def diagonal(x, offset=0, axis1=0, axis2=1):
    """The diagonal of two axes, as the last axis.  Adjoint: written onto the diagonal of zeros."""
    return np.diagonal(x, offset, axis1, axis2)


@listed
@primitive(linear=True)
def on_diagonal(x, shape, offset=0, axis1=0, axis2=1):
    """Zeros of ``shape`` with ``x`` on the diagonal.  Adjoint: that diagonal."""
    y = np.zeros_like(x, shape=shape)
    at = np.moveaxis(y, (axis1, axis2), (-2, -1))
    k = np.arange(x.shape[-1])
    at[..., k + max(-offset, 0), k + max(offset, 0)] = x
    return y


diagonal.vjp(
    x=lambda g, x_shape, offset, axis1, axis2: on_diagonal(g, x_shape, offset, axis1, axis2)
)
on_diagonal.vjp(x=lambda g, offset, axis1, axis2: np.diagonal(g, offset, axis1, axis2))


@instead_of(np.tril)
@primitive(linear=True)
def tril(x, k=0):
    """The lower triangle, zeros above.  Adjoint: itself."""
    return np.tril(x, k)


tril.vjp(x=lambda g, k: np.tril(g, k))


@instead_of(np.triu)
@primitive(linear=True)
def triu(x, k=0):
    """The upper triangle, zeros below.  Adjoint: itself."""
    return np.triu(x, k)


triu.vjp(x=lambda g, k: np.triu(g, k))


@instead_of(np.trace)
def trace(x, offset=0, axis1=0, axis2=1):
    """Sum of the diagonal of two axes."""
    return np.sum(np.diagonal(x, offset, axis1, axis2), axis=-1)


@instead_of(np.linalg.diagonal)
def matrix_diagonal(x, offset=0):
    """The diagonals of the matrices on the last two axes."""
    return np.diagonal(x, offset, -2, -1)


@instead_of(np.linalg.trace)
def matrix_trace(x, offset=0):
    """The traces of the matrices on the last two axes."""
    return trace(x, offset, -2, -1)


@instead_of(np.diag)
def diag(v, k=0):
    """The diagonal of a matrix, or the matrix with a vector on its diagonal."""
    if v.ndim == 2:
        return np.diagonal(v, k)
    if v.ndim != 1:
        raise ShapeError(f"diag: expected one or two axes, got shape {tuple(v.shape)}")
    n = v.shape[0] + abs(k)
    return on_diagonal(v, (n, n), k)


@instead_of(np.diagflat)
def diagflat(v, k=0):
    """The matrix with all elements of ``v`` on its diagonal."""
    return diag(np.reshape(v, -1), k)


@instead_of(np.rot90)
def rot90(x, k=1, axes=(0, 1)):
    """Turned ``k`` quarters, from the first of two axes towards the second."""
    first, second = axes
    k %= 4
    if k == 0:
        return np.copy(x)
    if k == 2:
        return np.flip(x, axes)
    if k == 1:
        return np.swapaxes(np.flip(x, second), first, second)
    return np.flip(np.swapaxes(x, first, second), second)


@instead_of(np.fliplr)
def fliplr(x):
    """Reversed along the second axis."""
    return np.flip(x, 1)


@instead_of(np.flipud)
def flipud(x):
    """Reversed along the first axis."""
    return np.flip(x, 0)


@instead_of(np.rollaxis)
def rollaxis(x, axis, start=0):
    """An axis moved before ``start``; `moveaxis` is easier to read."""
    axis, start = axis % x.ndim, start + x.ndim if start < 0 else start
    return np.moveaxis(x, axis, start - (axis < start))


@instead_of(np.copy)
@primitive(linear=True)
def copy(x):
    """The same values in new memory."""
    return np.copy(x)


copy.vjp(x=lambda g: g)


@instead_of(np.astype)
@primitive(linear=True)
def astype(x, dtype):
    """Another dtype; the engine casts the cotangent back.  An integer dtype ends the graph."""
    return np.astype(x, dtype)


astype.vjp(x=lambda g: g)

values_only(
    np.shape,
    np.ndim,
    np.size,
    np.result_type,
    np.zeros_like,
    np.ones_like,
    np.empty_like,
)
values_only(np.array_equal, np.allclose, np.isclose, np.can_cast, np.array2string)
values_only(np.array_repr, np.array_str, np.may_share_memory, np.shares_memory, np.iscomplexobj)


@instead_of(np.full_like)
def full_like(a, fill_value, dtype=None, shape=None):
    """``fill_value`` spread over the shape of ``a``; it is what gets the gradient."""
    a = a.data if type(a) is Tensor else a
    shape = np.shape(a) if shape is None else shape
    if type(fill_value) is not Tensor:
        return np.full_like(a, fill_value, dtype, shape=shape)
    return np.broadcast_to(np.astype(fill_value, dtype or a.dtype), shape)
