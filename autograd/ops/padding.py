"""Borders around an array: in every mode that is linear in it."""

import numpy as np

from autograd.errors import ValueRangeError
from autograd.ops.register import constant, instead_of, listed
from autograd.primitive import primitive

OF_INDICES = ("edge", "reflect", "symmetric", "wrap")  # the border holds elements of the array
OF_A_PART = {"mean": np.mean, "median": np.median, "maximum": np.max, "minimum": np.min}


@listed
@primitive
def pad_constant(x, pad_width, values):
    """A border of constants.  Adjoint: the border cropped."""
    return np.pad(x, pad_width, constant_values=values)


pad_constant.vjp(
    x=lambda g, x_shape, pad_width: g[
        tuple(slice(b, b + n) for (b, _), n in zip(pad_width, x_shape, strict=True))
    ]
)


@instead_of(np.pad)
def pad(
    x,
    pad_width,
    mode="constant",
    constant_values=0,
    end_values=0,
    stat_length=None,
    reflect_type="even",
):
    """A border, axis after axis.

    ``mode`` is 'constant', 'edge', 'reflect', 'symmetric', 'wrap', 'linear_ramp', 'mean', 'median',
    'maximum', 'minimum' or 'empty' (zeros here).

    Raises
    ------
    ValueRangeError
        Another mode, such as a function, which NumPy lets write into the array.
    """
    widths = _per_axis(pad_width, x.ndim, int)
    if mode == "empty":
        return pad_constant(x, widths, 0)
    if mode == "constant":
        return pad_constant(x, widths, constant("pad", "constant_values", constant_values))
    if mode not in (*OF_INDICES, *OF_A_PART, "linear_ramp"):
        raise ValueRangeError(
            f"pad: mode {mode!r} is not supported on Tensors. Use 'constant', 'edge', 'reflect', "
            "'symmetric', 'wrap', 'linear_ramp', 'mean', 'median', 'maximum' or 'minimum', or join "
            "parts with np.concatenate."
        )
    odd = mode in ("reflect", "symmetric") and reflect_type == "odd"
    ends = _per_axis(constant("pad", "end_values", end_values), x.ndim, None)
    lengths = _per_axis(stat_length, x.ndim, None)
    for axis, ((before, after), end, length) in enumerate(zip(widths, ends, lengths, strict=True)):
        if before or after:
            x = np.moveaxis(x, axis, 0)
            if mode in OF_INDICES:
                borders = _of_indices(x, before, after, mode, odd)
            elif mode in OF_A_PART:
                borders = _of_parts(OF_A_PART[mode], x, before, after, length)
            else:
                borders = _ramps(x, before, after, end)
            x = np.moveaxis(np.concatenate([borders[0], x, borders[1]], axis=0), 0, axis)
    return x


def _per_axis(values, d, kind):
    """What np.pad takes, as ((before, after), ...)."""
    if isinstance(values, dict):
        full = [(0, 0)] * d
        for axis, v in values.items():
            full[axis] = (v, v) if np.ndim(v) == 0 else tuple(v)
        return tuple(full)
    pairs = np.broadcast_to(np.asarray(values), (d, 2))
    if kind is int and pairs.dtype.kind not in "iu":
        raise ValueRangeError(f"pad: pad_width must be integers, got {values!r}")
    return tuple(tuple(pair) for pair in pairs.tolist())


def _of_indices(x, before, after, mode, odd):
    n = x.shape[0]
    source = np.pad(np.arange(n), (before, after), mode=mode)
    sides = source[:before], source[before + n :]
    if not odd:
        return tuple(x[k] for k in sides)
    # 2 edge - x[source], over and over: a matrix times x, which is the border of the unit vectors.
    rows = [np.pad(e, (before, after), mode, reflect_type="odd") for e in np.eye(n, dtype=x.dtype)]
    rows = np.stack(rows, axis=1)
    return tuple(np.tensordot(part, x, axes=1) for part in (rows[:before], rows[before + n :]))


def _of_parts(f, x, before, after, length):
    n = x.shape[0]
    first, last = (n if k is None else min(k, n) for k in length)
    return tuple(
        np.broadcast_to(_as_of(x, f(part, axis=0, keepdims=True)), (width, *x.shape[1:]))
        for part, width in ((x[:first], before), (x[n - last :], after))
    )


def _as_of(x, y):
    """``y`` rounded to integers where ``x`` is of integers."""
    return np.astype(np.round(y), x.dtype) if x.dtype.kind in "iu" else y


def _ramps(x, before, after, end):
    """From the end value, at the far side, towards the edge of the array."""
    up = np.reshape(np.arange(before) / max(before, 1), (-1,) + (1,) * (x.ndim - 1))
    down = np.reshape(np.arange(after)[::-1] / max(after, 1), (-1,) + (1,) * (x.ndim - 1))
    up, down = up.astype(x.dtype), down.astype(x.dtype)
    return end[0] + (x[:1] - end[0]) * up, end[1] + (x[-1:] - end[1]) * down
