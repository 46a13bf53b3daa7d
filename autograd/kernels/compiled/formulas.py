"""Formulas of NumPy functions, element by element, compiled from their own source.

    lambda g, x, slope: np.where(x > 0, g, slope * g)

is compiled as a function of numbers: its ``np`` is `elements`, its constants are of the arrays'
dtype, and functions of `autograd.ops` that it calls are compiled so, too.
"""

import functools
import hashlib
import inspect
import math
from types import FunctionType

import numpy as np

from autograd.kernels.compiled import elements
from autograd.kernels.compiled.jobs import shared, take
from autograd.kernels.compiled.parts import in_parts, part


def mapped(f, *args):
    """``f`` of arrays, then numbers; see `autograd.kernels.elementwise.fast`."""
    arrays = [a for a in args if type(a) is np.ndarray]
    x, numbers = arrays[0], args[len(arrays) :]
    if any(a.shape != x.shape for a in arrays) or any(type(n) not in (int, float) for n in numbers):
        return NotImplemented
    if x.dtype != np.float32 and _is_single(f):
        return NotImplemented
    y, number = np.empty(x.shape, x.dtype), x.dtype.type
    kernel = _kernel(f, number, len(arrays))
    in_parts(kernel, (*map(np.ascontiguousarray, arrays), y), tuple(map(number, numbers)))
    return y


def _one(todo, jobs, a, y, numbers):
    job = take(todo)
    while job < jobs:
        u, v = part(a, job, jobs), part(y, job, jobs)
        for i in range(v.size):
            v[i] = f(u[i], *numbers)  # noqa: F821
        job = take(todo)


def _two(todo, jobs, a, b, y, numbers):
    job = take(todo)
    while job < jobs:
        u, v, w = part(a, job, jobs), part(b, job, jobs), part(y, job, jobs)
        for i in range(w.size):
            w[i] = f(u[i], v[i], *numbers)  # noqa: F821
        job = take(todo)


def _three(todo, jobs, a, b, c, y, numbers):
    job = take(todo)
    while job < jobs:
        s, u = part(a, job, jobs), part(b, job, jobs)
        v, w = part(c, job, jobs), part(y, job, jobs)
        for i in range(w.size):
            w[i] = f(s[i], u[i], v[i], *numbers)  # noqa: F821
        job = take(todo)


@functools.cache
def _kernel(f, number, arrays):
    """The kernel of a formula; numba's cache has it under a name for all that it is made from."""
    loop = (_one, _two, _three)[arrays - 1]
    kernel = FunctionType(loop.__code__, globals() | {"f": _scalar(f, number)}, loop.__name__)
    kernel.__module__, kernel.__qualname__ = __name__, f"{loop.__name__}.{_digest(f)}"
    return shared(kernel)


def _scalar(f, number):
    """``f`` as a compiled function of numbers."""
    if (known := _known(f)) is not None:
        return known
    names = {n: _meaning(v, number) for n, v in _globals(f).items()} | {"__name__": __name__}
    consts, defaults = (
        tuple(number(c) if type(c) in (int, float) else c for c in constants)
        for constants in (f.__code__.co_consts, f.__defaults__ or ())
    )
    code = f.__code__.replace(co_consts=consts)
    return elements.inline(FunctionType(code, names, f.__name__, defaults))


def _known(f):
    """What `elements` has for a function of NumPy's, or an operation's; None for any other."""
    named = isinstance(f, np.ufunc) or (f.__module__ or "").startswith("autograd.ops.")
    return getattr(elements, f.__name__, None) if named else None


def _globals(f) -> dict:
    """What a function finds by name outside of it; of an operation, its function of arrays."""
    found = {n: f.__globals__[n] for n in f.__code__.co_names if n in f.__globals__}
    return {n: inspect.unwrap(getattr(v, "fn", v)) for n, v in found.items()}


def _meaning(v, number):
    if v is np or v is math:
        return elements
    return number(v) if isinstance(v, (int, float)) else _scalar(v, number)


def _functions(f) -> list:
    """``f`` and the functions that it calls, but those of `elements`."""
    if _known(f) is not None:
        return []
    called = [v for v in _globals(f).values() if callable(v)]
    return [f, *(h for v in called for h in _functions(v))]


@functools.cache
def _is_single(f) -> bool:
    """Whether something in ``f`` is for float32 alone."""
    names = {f.__name__, *(n for h in _functions(f) for n in h.__code__.co_names)}
    return not names.isdisjoint(elements.SINGLE)


def _digest(f) -> str:
    parts = [f.__name__]
    for h in _functions(f):
        meant = {n: getattr(v, "__name__", v) for n, v in _globals(h).items()}
        parts += [h.__code__.co_code, h.__code__.co_consts, h.__code__.co_names, h.__defaults__]
        parts += [meant]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
