"""Borders around an array: in every mode that is linear in it."""

import numpy as np

from autograd.errors import ValueRangeError
from autograd.ops.register import constant, instead_of, listed
from autograd.primitive import primitive

OF_INDICES = ("edge", "reflect", "symmetric", "wrap")  # the border holds elements of the array


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

    ``mode`` is 'constant', 'edge', 'reflect', 'symmetric', 'wrap', 'linear_ramp' or 'mean'.

    Raises
    ------
    ValueRangeError
        Another mode, or reflect_type='odd'.
    """
    widths = _per_axis(pad_width, x.ndim, int)
    if mode == "constant":
        return pad_constant(x, widths, constant("pad", "constant_values", constant_values))
    if mode not in (*OF_INDICES, "linear_ramp", "mean"):
        raise ValueRangeError(
            f"pad: mode {mode!r} is not supported on Tensors. Use 'constant', 'edge', 'reflect', "
            "'symmetric', 'wrap', 'linear_ramp' or 'mean', or join parts with np.concatenate."
        )
    if reflect_type != "even":
        raise ValueRangeError(f"pad: reflect_type must be 'even' on Tensors, got {reflect_type!r}")
    ends = _per_axis(constant("pad", "end_values", end_values), x.ndim, None)
    lengths = _per_axis(stat_length, x.ndim, None)
    for axis, ((before, after), end, length) in enumerate(zip(widths, ends, lengths, strict=True)):
        if before or after:
            x = np.moveaxis(x, axis, 0)
            if mode in OF_INDICES:
                borders = _of_indices(x, before, after, mode)
            elif mode == "mean":
                borders = _means(x, before, after, length)
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


def _of_indices(x, before, after, mode):
    n = x.shape[0]
    source = np.pad(np.arange(n), (before, after), mode=mode)
    return x[source[:before]], x[source[before + n :]]


def _means(x, before, after, length):
    n = x.shape[0]
    first, last = (n if k is None else min(k, n) for k in length)
    return tuple(
        np.broadcast_to(np.mean(part, axis=0, keepdims=True), (width, *x.shape[1:]))
        for part, width in ((x[:first], before), (x[n - last :], after))
    )


def _ramps(x, before, after, end):
    """From the end value, at the far side, towards the edge of the array."""
    up = np.reshape(np.arange(before) / max(before, 1), (-1,) + (1,) * (x.ndim - 1))
    down = np.reshape(np.arange(after)[::-1] / max(after, 1), (-1,) + (1,) * (x.ndim - 1))
    up, down = up.astype(x.dtype), down.astype(x.dtype)
    return end[0] + (x[:1] - end[0]) * up, end[1] + (x[-1:] - end[1]) * down
