"""Options that NumPy's functions have and the operations by themselves do not: order, dtype, ..."""

import numpy as np

from autograd.errors import DtypeError, ValueRangeError
from autograd.ops.register import as_array, value, with_options


@with_options(np.reshape)
def reshape_in_order(x, shape, order="C", copy=None):
    """`reshape` that counts through the elements with the first index fastest, for order='F'.

    ``copy`` means nothing here: Tensors share memory that nobody writes to.
    """
    if order == "A":
        order = "F" if getattr(getattr(value(x), "flags", None), "fnc", False) else "C"
    if order not in ("C", "F"):
        raise ValueRangeError(f"reshape, ravel: order must be 'C', 'F' or 'A', got {order!r}")
    if order == "C":
        return np.reshape(x, shape)
    shape = (shape,) if np.ndim(shape) == 0 else tuple(shape)
    return np.transpose(np.reshape(np.transpose(x), shape[::-1]))


def _of_dtype(join):
    @with_options(join)
    def call(arrays, dtype=None, casting="same_kind", **options):
        y = join(arrays, **options)
        if dtype is None:
            return y
        if not np.can_cast(y.dtype, dtype, casting):
            raise DtypeError(f"{join.__name__}: {y.dtype} does not become {dtype} by {casting!r}")
        return np.astype(y, dtype)

    return call


for _join in (np.concatenate, np.stack, np.vstack, np.hstack):
    _of_dtype(_join)


def _running(op):
    @with_options(op)
    def call(x, dtype=None, **options):
        x = as_array(x)
        return op(x if dtype is None else np.astype(x, dtype), **options)

    return call


for _op in (np.cumsum, np.cumprod, np.cumulative_sum, np.cumulative_prod, np.nancumsum):
    _running(_op)
_running(np.nancumprod)


@with_options(np.linalg.pinv)
def pinv_to(a, rcond=None, hermitian=False, rtol=None):
    """`pinv` of singular values above ``rtol`` times the largest; a Hermitian ``a`` is as any."""
    return np.linalg.pinv(a, rtol if rcond is None else rcond)
