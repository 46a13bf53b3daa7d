"""NumPy's names that cannot ask a Tensor what to do: arrays made of nested lists, and their kin."""

import functools

import numpy as np

from autograd.calls import holds_tensor
from autograd.errors import DtypeError
from autograd.ops.shapes import on_diagonal
from autograd.tensor import Tensor


def array(object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0, like=None):
    """``np.array``; of nested lists with Tensors in them, the Tensor of all of them, recorded.

    Examples
    --------
    >>> from autograd import jacobian
    >>> jacobian(lambda x: array([x[0] * x[1], 3.0]))(np.array([1.0, 2.0]))
    array([[2., 1.],
           [0., 0.]])
    """
    if not holds_tensor(object):
        return np.array(object, dtype, copy=copy, order=order, subok=subok, ndmin=ndmin, like=like)
    t = _joined(object)
    if t is object and copy:
        t = np.copy(t)
    if dtype is not None and t.dtype != dtype:
        t = np.astype(t, dtype)
    return np.reshape(t, (1,) * (ndmin - t.ndim) + t.shape) if ndmin > t.ndim else t


def _joined(v):
    if type(v) is Tensor or not isinstance(v, (list, tuple)):
        return v
    if not holds_tensor(v):
        return np.asarray(v)
    return np.stack([_joined(item) for item in v])


def asarray(a, dtype=None, order=None, **options):
    """``np.asarray``; a Tensor comes back as it is, nested lists with Tensors as `array` does."""
    if not holds_tensor(a):
        return np.asarray(a, dtype, order, **options)
    return array(a, dtype, copy=False)


def asanyarray(a, dtype=None, order=None, **options):
    """``np.asanyarray``; as `asarray`."""
    return asarray(a, dtype) if holds_tensor(a) else np.asanyarray(a, dtype, order, **options)


def ascontiguousarray(a, dtype=None, **options):
    """``np.ascontiguousarray``; as `asarray`, with at least one axis."""
    if not holds_tensor(a):
        return np.ascontiguousarray(a, dtype, **options)
    return array(a, dtype, copy=False, ndmin=1)


def full(shape, fill_value, dtype=None, **options):
    """``np.full``; of a Tensor, it broadcast to the shape."""
    if not holds_tensor(fill_value):
        return np.full(shape, fill_value, dtype, **options)
    return np.broadcast_to(array(fill_value, dtype), shape)


def full_like(a, fill_value, dtype=None, shape=None, **options):
    """``np.full_like``; of a Tensor, it broadcast to the shape."""
    values = a.data if type(a) is Tensor else a
    if not holds_tensor(fill_value):
        return np.full_like(values, fill_value, dtype, shape=shape, **options)
    like = np.asarray(values)
    return full(like.shape if shape is None else shape, fill_value, dtype or like.dtype)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """``np.linspace``, of lists of Tensors too."""
    start, stop = (array(v) if holds_tensor(v) else v for v in (start, stop))
    return np.linspace(start, stop, num, endpoint, retstep, dtype, axis=axis)


def make_diagonal(D, offset=0, axis1=-1, axis2=-2):
    """Matrices with the last axis of ``D`` on their diagonals: what ``np.diagonal`` takes apart."""
    n = D.shape[-1] + abs(offset)
    return on_diagonal(D, (*D.shape[:-1], n, n), offset, axis1, axis2)


def of_lists(f):
    """NumPy's ``f`` that also takes lists of Tensors for arrays, on their own or one level down."""

    def whole(v):
        return array(v) if isinstance(v, (list, tuple)) and holds_tensor(v) else v

    @functools.wraps(f)
    def call(*args, **options):
        return f(*map(whole, args), **{k: whole(v) for k, v in options.items()})

    return call


def of_sequences(f):
    """NumPy's ``f`` of a sequence of arrays, some of which may be lists of Tensors."""

    @functools.wraps(f)
    def call(arrays, *args, **options):
        if holds_tensor(arrays) and type(arrays) is not Tensor:
            arrays = [array(a) if isinstance(a, (list, tuple)) else a for a in arrays]
        return f(arrays, *args, **options)

    return call


class _ByIndex:
    """``np.r_`` or ``np.c_``; with Tensors, ``join`` of the items."""

    def __init__(self, numpys, join):
        self.numpys, self.join = numpys, join

    def __getitem__(self, items):
        items = items if isinstance(items, tuple) else (items,)
        if not holds_tensor(items):
            return self.numpys[items]
        if any(isinstance(item, str) for item in items):
            raise DtypeError(
                "r_, c_: a string of directions is not supported with Tensors; use np.concatenate "
                "or np.stack"
            )
        return self.join([self.numpys[i] if isinstance(i, slice) else asarray(i) for i in items])


def _rows(parts):
    return np.concatenate([np.reshape(p, -1) if p.ndim == 0 else p for p in parts])


def _columns(parts):
    return np.concatenate([np.reshape(p, (-1, 1)) if p.ndim < 2 else p for p in parts], axis=-1)


r_, c_ = _ByIndex(np.r_, _rows), _ByIndex(np.c_, _columns)
