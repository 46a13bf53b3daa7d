"""Options of reductions: some elements alone (``where``), a start (``initial``), a ``dtype``."""

import numpy as np

from autograd.errors import ValueRangeError
from autograd.ops.complex_numbers import conj
from autograd.ops.register import as_array, constant, value, with_options
from autograd.ops.statistics import how_many


def _chosen(op, x, where, otherwise):
    """``x`` with the elements that do not take part replaced; and which do, of the same shape."""
    where = np.broadcast_to(constant(op, "where", where), x.shape)
    return (x if where.all() else np.where(where, x, otherwise)), where


def _as_of(y, initial):
    """``initial`` in the dtype of the result, as in NumPy, but for integers: they have no inf."""
    initial = as_array(initial)
    return np.astype(initial, y.dtype) if y.dtype.kind in "fc" else initial


def _typed(x, dtype):
    return x if dtype is None else np.astype(x, dtype)


@with_options(np.sum)
def sum_of_some(x, axis=None, dtype=None, keepdims=False, initial=0, where=True):
    """Sum of the elements where ``where`` holds, and of ``initial``."""
    x, _ = _chosen("sum", _typed(as_array(x), dtype), where, 0)
    y = np.sum(x, axis=axis, keepdims=keepdims)
    return y if type(initial) is int and initial == 0 else y + _as_of(y, initial)


@with_options(np.prod)
def prod_of_some(x, axis=None, dtype=None, keepdims=False, initial=1, where=True):
    """Product of the elements where ``where`` holds, and of ``initial``."""
    x, _ = _chosen("prod", _typed(as_array(x), dtype), where, 1)
    y = np.prod(x, axis=axis, keepdims=keepdims)
    return y if type(initial) is int and initial == 1 else y * _as_of(y, initial)


def _extreme_of_some(op, larger):
    @with_options(op)
    def call(x, axis=None, keepdims=False, initial=None, where=True):
        if initial is None:
            raise ValueRangeError(f"{op.__name__}: with where= an initial= value is needed")
        x = as_array(x)
        initial = _as_of(x, initial)
        x, _ = _chosen(op.__name__, x, where, initial)
        if not x.size:
            return np.astype(np.sum(x, axis=axis, keepdims=keepdims) + initial, x.dtype)
        return larger(op(x, axis=axis, keepdims=keepdims), initial)

    return call


for _op, _larger in ((np.max, np.maximum), (np.min, np.minimum)):
    _extreme_of_some(_op, _larger)
_extreme_of_some(np.amax, np.maximum)
_extreme_of_some(np.amin, np.minimum)


@with_options(np.mean)
def mean_of_some(x, axis=None, dtype=None, keepdims=False, where=True):
    """Mean of the elements where ``where`` holds."""
    x, where = _chosen("mean", _typed(as_array(x), dtype), where, 0)
    return np.sum(x, axis=axis, keepdims=keepdims) / how_many(where, x, axis, keepdims)


@with_options(np.var)
def var_of_some(
    x, axis=None, dtype=None, ddof=0, keepdims=False, where=True, mean=None, correction=None
):
    """Variance of the elements where ``where`` holds, around ``mean`` if it is given.

    ``correction`` is another name of ``ddof``.
    """
    if correction is not None and ddof != 0:
        raise ValueRangeError("var, std: ddof and correction are the same; give one of them")
    ddof = ddof if correction is None else correction
    x, where = _chosen("var", _typed(as_array(x), dtype), where, 0)
    if mean is None and where.all():
        return np.var(x, axis=axis, ddof=ddof, keepdims=keepdims)
    n = how_many(where, x, axis, True)
    mean = np.sum(x, axis=axis, keepdims=True) / n if mean is None else mean
    far = np.where(where, x - mean, 0)
    total = np.sum(np.real(far * conj(far)), axis=axis, keepdims=keepdims)
    return total / np.maximum(np.reshape(n, total.shape) - ddof, 0)


@with_options(np.std)
def std_of_some(
    x, axis=None, dtype=None, ddof=0, keepdims=False, where=True, mean=None, correction=None
):
    """The root of `var_of_some`; its derivative is 0 where it is 0."""
    v = var_of_some(x, axis, dtype, ddof, keepdims, where, mean, correction)
    return np.where(value(v) == 0, 0, np.sqrt(v))


def _but_some(op):
    @with_options(op)
    def call(x, where=True, **options):
        x, _ = _chosen(op.__name__, as_array(x), where, np.nan)
        return op(x, **options)

    return call


for _without_nan in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd):
    _but_some(_without_nan)
