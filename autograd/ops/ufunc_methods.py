"""Methods of ufuncs: ``np.add.outer``, ``np.maximum.accumulate``, ``np.logaddexp.reduce``, ..."""

import functools
import inspect

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.ops.reductions import logsumexp
from autograd.ops.register import as_array, constant, value
from autograd.tensor import FUNCTIONS, UFUNCS, refused


def outer(f):
    """``f`` of every element of one array with every element of another."""

    def call(a, b):
        a, b = as_array(a), as_array(b)
        return f(np.reshape(a, a.shape + (1,) * b.ndim), b)

    return call


def steps(f):
    """``f.accumulate``: f(f(x0, x1), x2), ... with all results on the way."""

    def call(x, axis=0):
        x = np.moveaxis(x, axis, 0)
        results = [x[0]] if x.shape[0] else []
        for k in range(1, x.shape[0]):
            results.append(f(results[-1], x[k]))
        return np.moveaxis(np.stack(results), 0, axis) if results else np.moveaxis(x, 0, axis)

    return call


def fold(f):
    """``f.reduce`` along one axis: f(f(x0, x1), x2), ..., from f's identity if it has one."""

    def call(x, axis=0, keepdims=False):
        if not isinstance(axis, int):
            raise ValueRangeError(f"{f.__name__}.reduce: give one axis, not {axis!r}")
        if x.shape[axis] == 0:
            raise ShapeError(f"{f.__name__}.reduce: axis {axis} of shape {x.shape} is empty")
        start = () if f.identity is None else (f.identity,)  # hypot's is 0: of one x, it is |x|
        y = functools.reduce(f, (*start, *np.moveaxis(x, axis, 0)))
        return np.expand_dims(y, axis) if keepdims else y

    return call


def reduced_parts(f):
    """``f.reduceat``: ``f.reduce`` of x[i:j] for neighbours i + 1 < j of the indices, else x[i]."""

    def call(x, indices, axis=0):
        indices = [int(i) for i in np.asarray(constant(f.__name__, "indices", indices))]
        x = np.moveaxis(x, axis, 0)
        ends = [*indices[1:], x.shape[0]]
        parts = [
            f.reduce(x[i:j], axis=0) if i + 1 < j else x[i]
            for i, j in zip(indices, ends, strict=True)
        ]
        return np.moveaxis(np.stack(parts), 0, axis)

    return call


def running(f):
    """Running largest (smallest) elements; the first of equal ones gets the gradient."""

    def call(x, axis=0):
        v = np.moveaxis(value(x), axis, 0)
        y = f.accumulate(v, axis=0)
        better = (y[1:] != y[:-1]) & ~np.isnan(y[:-1])
        place = np.reshape(np.arange(1, v.shape[0]), (-1,) + (1,) * (v.ndim - 1))
        at = np.concatenate([np.zeros_like(v[:1], dtype=int), np.where(better, place, 0)])
        at = np.maximum.accumulate(at, axis=0)
        return np.take_along_axis(x, np.moveaxis(at, 0, axis), axis)

    return call


def _reduction(f):
    """``f``, which calls this one in turn where an option alone is a Tensor, as it is for Tensors.

    NumPy passes all of its options on, dtype=None too.
    """

    def call(x, axis=0, **options):
        options = {name: v for name, v in options.items() if v is not None}
        return FUNCTIONS[f](x, axis=axis, **options)

    return call


def _sum_of_logs(base):
    def call(x, axis=0, keepdims=False):
        return logsumexp(x * base, axis, keepdims) / base

    return call


def _in_place(name):
    def refuse(*args, **options):
        raise DtypeError(
            f"np.{name}.at writes into an array in place. On Tensors use x[index] = values, or "
            "x + ops.scatter_add(values, index, x.shape), which adds up at repeated places."
        )

    return refuse


def _of_values(f, method):
    def call(*args, **options):
        args = (value(a) for a in args)
        return getattr(f, method)(*args, **{k: value(v) for k, v in options.items()})

    return call


def _method(f, name, call):
    """Enter ``call`` as a method of a ufunc; options that it does not have are refused by name."""
    code = call.__code__
    known, takes_any = code.co_varnames[: code.co_argcount], code.co_flags & inspect.CO_VARKEYWORDS

    def checked(*args, **options):
        if not takes_any and options.keys() - set(known):
            raise refused(f"{f.__name__}.{name}", options)
        return call(*args, **options)

    UFUNCS[f, name] = checked


_BOOLEAN = (
    np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal, np.logical_and,
    np.logical_or, np.logical_xor, np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.gcd, np.lcm,
)  # fmt: skip

for _f in [f for f, method in UFUNCS if method == "__call__" and (f.nin, f.nout) == (2, 1)]:
    if _f.signature is None and _f not in _BOOLEAN:
        _method(_f, "outer", outer(_f))
        _method(_f, "accumulate", steps(_f))
        _method(_f, "reduceat", reduced_parts(_f))
        _method(_f, "reduce", fold(_f))
        _method(_f, "at", _in_place(_f.__name__))
for _f in _BOOLEAN:
    for _name in ("reduce", "accumulate", "reduceat", "outer"):
        _method(_f, _name, _of_values(_f, _name))

_method(np.add, "reduce", _reduction(np.sum))
_method(np.multiply, "reduce", _reduction(np.prod))
_method(np.maximum, "reduce", _reduction(np.max))
_method(np.minimum, "reduce", _reduction(np.min))
_method(np.add, "accumulate", lambda x, axis=0: np.cumsum(x, axis=axis))
_method(np.multiply, "accumulate", lambda x, axis=0: np.cumprod(x, axis=axis))
_method(np.maximum, "accumulate", running(np.maximum))
_method(np.minimum, "accumulate", running(np.minimum))
_method(np.logaddexp, "reduce", _sum_of_logs(1.0))
_method(np.logaddexp2, "reduce", _sum_of_logs(float(np.log(2))))
