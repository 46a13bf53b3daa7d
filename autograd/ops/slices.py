"""Functions called slice by slice, and reductions that leave out NaN slice by slice."""

import functools
import itertools
import math

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.register import as_array, as_floats, constant, instead_of, reals
from autograd.ops.statistics import axes_last, quantile_of_any, with_ones


@instead_of(np.apply_along_axis)
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """``func1d`` of every slice along an axis: its results take the place of the axis."""
    arr = as_array(arr)
    rows = np.moveaxis(arr, axis, -1)
    places = list(itertools.product(*map(range, rows.shape[:-1])))
    if not places:
        raise ShapeError(f"apply_along_axis: there is no slice in shape {tuple(arr.shape)}")
    results = [as_array(func1d(rows[k], *args, **kwargs)) for k in places]
    y = np.reshape(np.stack(results), rows.shape[:-1] + results[0].shape)
    new = results[0].ndim
    first, last = len(rows.shape) - 1, axis % arr.ndim
    return np.moveaxis(y, tuple(range(first, first + new)), tuple(range(last, last + new)))


@instead_of(np.apply_over_axes)
def apply_over_axes(func, a, axes):
    """``func(a, axis)`` for one axis after the other, the axes kept."""
    for axis in (axes,) if np.ndim(axes) == 0 else axes:
        a, before = func(a, axis), a
        if a.ndim != before.ndim:
            a = np.expand_dims(a, axis)
    return a


@instead_of(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    """Where a condition holds, its function (or number) of x; the last one that holds counts."""
    x = as_array(x)
    if hasattr(condlist, "dtype") and condlist.ndim < 2:
        condlist = [condlist]  # a single condition
    elif x.ndim and np.ndim(condlist[0]) == 0:
        condlist = [np.asarray(condlist, dtype=bool)]
    conditions = [constant("piecewise", "condlist", c) != 0 for c in condlist]
    if len(funclist) == len(conditions) + 1:
        conditions.append(np.logical_not(functools.reduce(np.logical_or, conditions)))
    if len(funclist) != len(conditions):
        raise ValueRangeError(
            f"piecewise: {len(funclist)} functions for {len(conditions)} conditions; give one for "
            "each, or one more for where none holds"
        )
    y = np.where(False, x, 0)
    for where, f in zip(conditions, funclist, strict=True):
        if np.any(where):
            part = f(x[where], *args, **kw) if callable(f) else f
            y = _put(y, where, part)
    return y


def _put(y, where, part):
    """``y`` with ``part`` in place of the elements chosen by the mask ``where``."""
    y = y + 0
    y[where] = part
    return y


@instead_of(np.nanquantile)
def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    """Quantiles of the elements that are not NaN; NaN where there is none."""
    reals("nanquantile", x=x, q=q)
    return _nanquantile(x, q, axis, method, keepdims)


def _nanquantile(x, q, axis=None, method="linear", keepdims=False):
    x, q = as_array(x), as_array(constant("nanquantile", "q", q))
    flat, axes = axes_last(x, axis)
    lead = flat.shape[:-1]
    rows = np.reshape(flat, (math.prod(lead), flat.shape[-1]))
    full = ~np.isnan(rows)
    results = [
        quantile_of_any(rows[k][full[k]], q, method=method)
        if np.any(full[k])
        else np.full(q.shape, np.nan, x.dtype)
        for k in range(rows.shape[0])
    ]
    y = np.stack(results, axis=-1) if results else as_floats(x)
    return np.reshape(y, q.shape + (with_ones(x.shape, axes) if keepdims else lead))


@instead_of(np.nanpercentile)
def nanpercentile(x, q, axis=None, method="linear", keepdims=False):
    """`nanquantile` of q / 100."""
    reals("nanpercentile", x=x, q=q)
    q = np.true_divide(constant("nanpercentile", "q", q), 100)
    return _nanquantile(x, q, axis, method, keepdims)


@instead_of(np.nanmedian)
def nanmedian(x, axis=None, keepdims=False):
    """The median of the elements that are not NaN."""
    return _nanquantile(x, 0.5, axis, "linear", keepdims)
