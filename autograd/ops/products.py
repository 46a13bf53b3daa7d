"""Matrix products."""

import math

import numpy as np

from autograd.cotangents import countable
from autograd.errors import ShapeError
from autograd.kernels import products as kernel_of
from autograd.ops.register import as_array, instead_of, listed, ufunc
from autograd.primitive import primitive
from autograd.tensor import UFUNCS


def _matmul(a, b):
    matrices = type(a) is type(b) is np.ndarray and min(a.ndim, b.ndim) > 1
    return kernel_of.matmul(a, b) if matrices else np.matmul(a, b)


matmul = ufunc(
    np.matmul,
    _matmul,
    a=lambda g, a_shape, b: _matmul_da(g, a_shape, b),
    b=lambda g, a, b_shape: _matmul_db(g, a, b_shape),
)


def _matmul_da(g, a_shape, b):
    """g bᵀ, where a vector counts as a row on the left and a column on the right."""
    if b.ndim == 1:
        return np.expand_dims(g, -1) * b
    if len(a_shape) == 1:
        return np.matmul(b, np.expand_dims(g, -1))[..., 0]
    return _matmul(g, np.swapaxes(b, -1, -2))


def _matmul_db(g, a, b_shape):
    """aᵀ g."""
    if a.ndim == 1:
        return a * g if len(b_shape) == 1 else np.expand_dims(a, -1) * np.expand_dims(g, -2)
    if len(b_shape) == 1:
        return np.matmul(np.swapaxes(a, -1, -2), np.expand_dims(g, -1))[..., 0]
    if len(b_shape) == 2:  # the sum over the leading axes is in the product
        a, g = _rows(a), _rows(g)
    return _matmul(np.swapaxes(a, -1, -2), g)


@listed
@primitive
def linear(x, w, b=None):
    """x wᵀ + b, a layer: x (..., in), w (out, in), b (out,) -> (..., out)."""
    if w.ndim != 2 or x.shape[-1:] != w.shape[1:]:
        features = x.shape[-1] if x.ndim else "no"
        raise ShapeError(
            f"linear: expected x (..., in) and w (out, in), got {x.shape}, {w.shape}: x has "
            f"{features} features, w expects {' × '.join(map(str, w.shape[1:])) or 'none'}"
        )
    if b is not None and np.shape(b) not in (w.shape[:1], (1,), ()):
        raise ShapeError(f"linear: expected b (out,), got {np.shape(b)}; w (out, in) is {w.shape}")
    y = kernel_of.matmul(x, np.swapaxes(w, 0, 1))
    if b is None:
        return y
    mine = type(y) is type(b) is np.ndarray and y.dtype == b.dtype
    return np.add(y, b, out=y) if mine else y + b


# With the leading axes as one: dw = gᵀ x and db = Σ g add over the batch.
linear.vjp(
    x=lambda g, w: kernel_of.matmul(g, w),
    w=lambda g, x: kernel_of.matmul(np.swapaxes(_rows(g), 0, 1), _rows(x)),
    b=lambda g: np.sum(countable(_rows(g)), axis=0),
)


def _rows(a):
    return np.reshape(a, (math.prod(a.shape[:-1]), a.shape[-1])) if a.ndim != 2 else a


@instead_of(np.linalg.matmul)
def linalg_matmul(x1, x2):
    """`matmul`."""
    return np.matmul(x1, x2)


@instead_of(np.linalg.tensordot)
def linalg_tensordot(x1, x2, axes=2):
    """`tensordot`."""
    return tensordot(x1, x2, axes)


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


@instead_of(np.linalg.outer)
def linalg_outer(x1, x2):
    """`outer` of two vectors."""
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ShapeError(
            f"outer: np.linalg.outer is for vectors, got shapes {np.shape(x1)} and "
            f"{np.shape(x2)}; np.outer flattens"
        )
    return outer(x1, x2)


@instead_of(np.vdot)
def vdot(a, b):
    """Σ conj(a) b over all elements."""
    return np.matmul(np.conjugate(np.reshape(a, -1)), np.reshape(b, -1))


def vecdot(a, b, axis=-1):
    """Σ conj(a) b over an axis."""
    return np.sum(np.multiply(np.conjugate(a), b), axis=axis)


@instead_of(np.linalg.vecdot)
def linalg_vecdot(x1, x2, axis=-1):
    """`vecdot`."""
    return vecdot(x1, x2, axis)


def matvec(a, x):
    """Matrices times vectors: (..., m, n), (..., n) -> (..., m)."""
    return np.matmul(a, np.expand_dims(x, -1))[..., 0]


def vecmat(x, a):
    """Vectors, conjugated, times matrices: (..., m), (..., m, n) -> (..., n)."""
    return np.matmul(np.expand_dims(np.conjugate(x), -2), a)[..., 0, :]


UFUNCS[np.vecdot, "__call__"] = vecdot
if hasattr(np, "matvec"):  # since NumPy 2.2
    UFUNCS[np.matvec, "__call__"], UFUNCS[np.vecmat, "__call__"] = matvec, vecmat


@instead_of(np.kron)
def kron(a, b):
    """Every element of ``a`` times the whole of ``b``, block by block."""
    a, b = map(as_array, (a, b))
    d = max(a.ndim, b.ndim)
    m, n = ((1,) * (d - v.ndim) + tuple(v.shape) for v in (a, b))
    apart = np.reshape(a, tuple(k for size in m for k in (size, 1)))
    blocks = apart * np.reshape(b, tuple(k for size in n for k in (1, size)))
    return np.reshape(blocks, tuple(p * q for p, q in zip(m, n, strict=True)))


@instead_of(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """a x b of vectors with three components."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = map(as_array, (a, b))
    a, b = np.moveaxis(a, axisa, 0), np.moveaxis(b, axisb, 0)
    if a.shape[0] != 3 or b.shape[0] != 3:
        raise ShapeError(
            f"cross: vectors of three components are needed, got {a.shape[0]} and {b.shape[0]}. "
            "Of two components it is a[0] * b[1] - a[1] * b[0]."
        )
    parts = [a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return np.stack(parts, axis=axisc)


@instead_of(np.linalg.cross)
def linalg_cross(x1, x2, axis=-1):
    """`cross` along one axis."""
    return cross(x1, x2, axis=axis)


@instead_of(np.linalg.multi_dot)
def multi_dot(arrays):
    """The product of several matrices, in the order that takes the fewest multiplications.

    The first and the last may be vectors.
    """
    arrays = list(arrays)
    sizes = [int(np.shape(x)[0]) for x in arrays] + [int(np.shape(arrays[-1])[-1])]
    if np.ndim(arrays[0]) == 1:
        sizes[0] = 1
    if np.ndim(arrays[-1]) == 1:
        sizes[-1] = 1
    best = {(i, i): (0, 0) for i in range(len(arrays))}
    for length in range(1, len(arrays)):
        for i in range(len(arrays) - length):
            j = i + length
            best[i, j] = min(
                (best[i, k][0] + best[k + 1, j][0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )

    def product(i, j):
        k = best[i, j][1]
        return arrays[i] if i == j else np.matmul(product(i, k), product(k + 1, j))

    return product(0, len(arrays) - 1)
