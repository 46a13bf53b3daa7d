"""Interpolation, convolution of sequences, differences, integrals, polynomials."""

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from autograd.foreign import number
from autograd.ops.complex_numbers import conj, is_complex
from autograd.ops.indexing import scatter_add
from autograd.ops.register import as_array, as_floats, instead_of, listed, reals, value
from autograd.primitive import primitive


@instead_of(np.interp)
def interp(x, xp, fp, left=None, right=None, period=None):
    """The broken line through the points (xp, fp), at ``x``; differentiable in all three.

    At a corner dy/dx is the smaller of both slopes, or 0 between slopes of opposite sign: the
    subgradient of least size.
    """
    x, xp, fp = map(as_floats, (x, xp, fp))
    reals("interp", x=x, xp=xp)
    if fp.dtype.kind != "c":
        reals("interp", left=left, right=right)
    if period is not None:
        x, xp = x % period, xp % period
        order = np.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = np.concatenate([fp[-1:], fp, fp[:1]])
    n = xp.shape[0]
    flat = np.zeros_like(value(fp), shape=1)  # the slope beyond both ends
    slopes = np.concatenate([flat, np.diff(fp) / np.diff(xp), flat])
    k = np.searchsorted(value(xp), value(x), side="right")  # xp[k-1] <= x < xp[k]
    base = np.maximum(k - 1, 0)
    before, after = _pick(slopes, base), _pick(slopes, k)
    least = np.where(np.abs(before) < np.abs(after), before, after)
    least = np.where(np.real(before) * np.real(after) <= 0, 0, least)
    inside = np.clip(x, value(xp)[0], value(xp)[-1])
    slope = np.where(value(inside) == _pick(value(xp), base), least, after)
    y = _pick(fp, base) + slope * (inside - _pick(xp, base))
    if left is not None and period is None:
        y = np.where(x < xp[0], left, y)
    if right is not None and period is None:
        y = np.where(x > xp[n - 1], right, y)
    return np.where(np.isnan(x), np.nan, y) if np.any(np.isnan(x)) else y


def _pick(v, k):
    return np.reshape(np.take_along_axis(v, np.reshape(k, -1), 0), np.shape(k))


@listed
@primitive(linear=True)
def convolve_(a, v, mode):
    """Σ over j of a[k - j] v[j], for all k ('full'), or those that need no zeros ('valid')."""
    return np.convolve(a, v, mode)


def _convolve_da(g, v, mode):
    return np.convolve(g, np.flip(v), "valid" if mode == "full" else "full")


def _convolve_dv(g, a, mode):
    if mode == "full":
        return np.convolve(g, np.flip(a), "valid")
    return np.flip(np.convolve(a, np.flip(g), "valid"))


convolve_.vjp(
    a=lambda g, v, mode: _convolve_da(g, v, mode),
    v=lambda g, a, mode: _convolve_dv(g, a, mode),
)


@instead_of(np.convolve)
def convolve(a, v, mode="full"):
    """Convolution of two sequences: 'full', 'same' or 'valid'."""
    a, v = (np.reshape(x, (1,)) if np.ndim(x) == 0 else as_array(x) for x in (a, v))
    if a.ndim != 1 or v.ndim != 1 or not a.size or not v.size:
        raise ShapeError(
            f"convolve: two vectors that are not empty are needed, got shapes {tuple(a.shape)} "
            f"and {tuple(v.shape)}"
        )
    if a.size < v.size:
        a, v = v, a
    if mode in ("full", "valid"):
        return convolve_(a, v, mode)
    if mode != "same":
        raise ValueRangeError(f"convolve: mode must be 'full', 'same' or 'valid', got {mode!r}")
    start = (v.size - 1) // 2
    return convolve_(a, v, "full")[start : start + a.size]


@instead_of(np.correlate)
def correlate(a, v, mode="valid"):
    """Σ over j of a[k + j] conj(v[j]): convolution with the flipped conjugate."""
    a, v = (np.reshape(x, (1,)) if np.ndim(x) == 0 else as_array(x) for x in (a, v))
    v = np.flip(conj(v))
    if mode == "same" and a.size < v.size:
        start = a.size // 2
        return convolve(a, v, "full")[start : start + v.size]
    return convolve(a, v, mode)


@instead_of(np.diff)
def diff(a, n=1, axis=-1, prepend=None, append=None):
    """Differences of neighbours along an axis, ``n`` times."""
    if n < 0:
        raise ValueRangeError(f"diff: n must be at least 0, got {n}")
    a = as_array(a)
    if n == 0:
        return a  # without what is before and after it, as in NumPy
    axis %= max(a.ndim, 1)
    one = a.shape[:axis] + (1,) + a.shape[axis + 1 :]
    parts = [
        np.broadcast_to(p, one) if np.ndim(p) == 0 else p
        for p in (prepend, a, append)
        if p is not None
    ]
    a = np.concatenate(parts, axis=axis) if len(parts) > 1 else a
    lead = (slice(None),) * axis
    for _ in range(n):
        a = a[(*lead, slice(1, None))] - a[(*lead, slice(None, -1))]
    return a


@instead_of(np.ediff1d)
def ediff1d(a, to_end=None, to_begin=None):
    """Differences of neighbours of the flattened array, between the given ends."""
    a = np.reshape(a, -1)
    parts = [np.reshape(e, -1) if e is not None else a[:0] for e in (to_begin, to_end)]
    parts.insert(1, np.diff(a))
    return np.concatenate([np.astype(p, a.dtype) for p in parts])


@instead_of(np.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    """The integral by the trapezoidal rule: Σ (y[k] + y[k+1]) / 2 times the width."""
    y = np.moveaxis(as_array(y), axis, -1)
    if x is None:
        width = dx
    elif np.ndim(x) == 1:
        width = np.diff(x)
    else:
        width = np.diff(np.moveaxis(as_array(x), axis, -1))
    return np.sum(width * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)


@instead_of(np.gradient)
def gradient(f, *varargs, axis=None, edge_order=1):
    """Slopes along axes: central differences inside, one-sided at the ends.

    With edge_order=2 the slopes at the ends are those of the parabola through three points.
    The spacing is a number or the coordinates, for all axes or one each.  A list for several axes.
    """
    if edge_order not in (1, 2):
        raise ValueRangeError(f"gradient: edge_order must be 1 or 2, got {edge_order!r}")
    f = as_floats(f)
    axes = tuple(range(f.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    spacings = varargs * len(axes) if len(varargs) == 1 else varargs or (1.0,) * len(axes)
    if len(spacings) != len(axes):
        raise ValueRangeError(f"gradient: {len(spacings)} spacings for {len(axes)} axes")
    slopes = [
        _slope(np.moveaxis(f, a, 0), h, a, edge_order) for h, a in zip(spacings, axes, strict=True)
    ]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _slope(f, h, axis, edge_order):
    n = f.shape[0]
    if n <= edge_order:
        raise ShapeError(
            f"gradient: at least {edge_order + 1} elements are needed along an axis, got {n}"
        )
    if np.ndim(h) == 0:
        inner = (f[2:] - f[:-2]) / (2 * h)
        first, last = (f[1:2] - f[:1]) / h, (f[-1:] - f[-2:-1]) / h
        if edge_order == 2:  # a parabola's slopes at both ends of a step have its slope for mean
            first, last = 2 * first - inner[:1], 2 * last - inner[-1:]
    else:
        d = np.reshape(np.diff(as_floats(h)), (-1,) + (1,) * (f.ndim - 1))
        if d.shape[0] != n - 1:
            raise ShapeError(f"gradient: {d.shape[0] + 1} coordinates for {n} elements")
        left, right = d[:-1], d[1:]
        inner = (
            -right / (left * (left + right)) * f[:-2]
            + (right - left) / (left * right) * f[1:-1]
            + left / (right * (left + right)) * f[2:]
        )
        first, last = (f[1:2] - f[:1]) / d[:1], (f[-1:] - f[-2:-1]) / d[-1:]
        if edge_order == 2:
            first, last = 2 * first - inner[:1], 2 * last - inner[-1:]
    y = np.moveaxis(np.concatenate([first, inner, last], axis=0), 0, axis)
    return np.astype(y, f.dtype)


@instead_of(np.polyval)
def polyval(p, x):
    """p[0] xⁿ + p[1] xⁿ⁻¹ + ... + p[n], by Horner's rule."""
    x, p = as_array(x), as_array(p)
    y = np.zeros_like(value(x))
    for c in p:
        y = y * x + c
    return y


def _ends(op, start, stop, num, axis):
    """Both as arrays of one dtype, which is floating; the numbers of Python have none."""
    start, stop = (number(v, op) for v in (start, stop))
    try:
        d = len(np.broadcast_shapes(np.shape(start), np.shape(stop)))
    except ValueError:
        raise ShapeError(
            f"{op}: start of shape {tuple(np.shape(start))} and stop of shape "
            f"{tuple(np.shape(stop))} do not fit; give two of one shape, or one as a number"
        ) from None
    if not hasattr(num, "__index__") or num < 0:
        raise ValueRangeError(f"{op}: num must be an integer, 0 or more, got {num!r}")
    if not -d - 1 <= axis <= d:
        raise ValueRangeError(f"{op}: axis must be in {-d - 1}..{d} of the result, got {axis!r}")
    exact = np.result_type(start, stop, 0.0)
    return [np.astype(as_array(v), exact) for v in (start, stop)]


@instead_of(np.linspace)
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """``num`` numbers from ``start`` in equal steps to ``stop``; with ``retstep`` the step too."""
    start, stop = _ends("linspace", start, stop, num, axis)
    d = max(start.ndim, stop.ndim)
    t = np.linspace(0, 1, num, endpoint=endpoint).astype(start.dtype)
    t = np.reshape(t, (-1,) + (1,) * d)
    y = np.moveaxis(start * (1 - t) + stop * t, 0, axis)
    y = y if dtype is None else np.astype(y, dtype)
    steps = num - bool(endpoint)
    return (y, (stop - start) / steps if steps > 0 else (stop - start) * np.nan) if retstep else y


@instead_of(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """``num`` numbers from ``start`` in equal factors to ``stop``, of one sign unless complex."""
    start, stop = _ends("geomspace", start, stop, num, axis)
    sign = np.sign(value(start))
    same = np.sign(value(stop)) * sign
    if np.any(same == 0 if is_complex(start) else same <= 0):
        raise ValueRangeError("geomspace: start and stop must have one sign, and not be 0")
    logs = np.linspace(np.log(start / sign), np.log(stop / sign), num, endpoint)
    y = np.moveaxis(np.exp(logs) * sign, 0, axis)
    return y if dtype is None else np.astype(y, dtype)


@instead_of(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    """``base`` to the power of numbers in equal steps."""
    start, stop = _ends("logspace", start, stop, num, axis)
    y = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return y if dtype is None else np.astype(y, dtype)


@instead_of(np.unwrap)
def unwrap(p, discont=None, axis=-1, period=2 * np.pi):
    """Angles without their jumps: what is added is constant, so dy/dp = 1."""
    p = as_array(p)
    return p + (np.unwrap(value(p), discont, axis, period=period) - value(p))


@instead_of(np.bincount)
def bincount(x, weights=None, minlength=0):
    """Σ of the weights at each integer; linear in the weights."""
    index = np.asarray(value(x))
    reals("bincount", weights=weights)
    if weights is None:
        return np.bincount(index, minlength=minlength)
    index = index.astype(np.intp) if index.dtype.kind == "b" else index  # 0 and 1, not a mask
    size = max(minlength, int(index.max()) + 1 if index.size else 0)
    return scatter_add(np.astype(as_array(weights), float), index, (size,))
