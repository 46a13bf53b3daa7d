"""How convolution and pooling read and check their stride, padding and dilation."""

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.kernels.windows import Geometry


def per_axis(op, name, value, d, least):
    """An integer, or one per spatial axis, as a tuple of ``d`` integers."""
    if type(value) is int and value >= least:
        return (value,) * d
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,) * d
    if len(values) != d or any(
        not hasattr(v, "__index__") or isinstance(v, bool) or np.ndim(v) for v in values
    ):
        raise ValueRangeError(f"{op}: {name} must be an integer or {d} integers, got {value!r}")
    if min(values) < least:
        raise ValueRangeError(f"{op}: {name} must be at least {least}, got {value!r}")
    return tuple(int(v) for v in values)


def pairs(op, padding, size, kernel, stride, dilation):
    """Padding as ((before, after), ...): from an integer, one per axis, pairs, 'same', 'valid'.

    'same' gives ceil(n / stride) places; the odd element of padding goes behind.
    """
    d = len(size)
    if isinstance(padding, str) and padding == "valid":
        return ((0, 0),) * d
    if isinstance(padding, str) and padding == "same":
        totals = [
            max((-(-n // s) - 1) * s + e * (k - 1) + 1 - n, 0)
            for n, k, s, e in zip(size, kernel, stride, dilation, strict=True)
        ]
        return tuple((t // 2, t - t // 2) for t in totals)
    if isinstance(padding, str):
        raise ValueRangeError(f"{op}: padding must be numbers, 'same' or 'valid', got {padding!r}")
    if isinstance(padding, (tuple, list)) and any(isinstance(p, (tuple, list)) for p in padding):
        if len(padding) != d:
            raise ValueRangeError(f"{op}: padding must have {d} pairs, got {padding!r}")
        return tuple(per_axis(op, "padding", p, 2, 0) for p in padding)
    return tuple((p, p) for p in per_axis(op, "padding", padding, d, 0))


def check_image(op, x, d, channels=None):
    """``x`` must be (N, C, *S) with ``d`` spatial axes and, if given, that many channels."""
    names = "N, C, " + ", ".join("DHW"[3 - d :])
    if len(x.shape) != d + 2:
        one = len(x.shape) == d + 1
        more = " Add the missing axis: x[None] the batch, x[:, None] a channel." * one
        raise ShapeError(f"{op}: expected x of shape ({names}), got {tuple(x.shape)}.{more}")
    if x.dtype.kind not in "fc":
        raise DtypeError(f"{op}: expected floating x, got {x.dtype}; use x.astype(np.float32)")
    if channels is not None and x.shape[1] != channels:
        last = x.shape[-1] == channels
        raise ShapeError(
            f"{op}: x of shape {tuple(x.shape)} has {x.shape[1]} channels, but the weights expect "
            f"{channels}" + (". If they come last, np.moveaxis(x, -1, 1) brings them here" * last)
        )


def geometry_of(op, size, kernel, stride, padding, dilation) -> Geometry:
    """Windows over an image of this size, from the ways in which users give them."""
    d, size = len(size), tuple(size)
    kernel = per_axis(op, "kernel", kernel, d, 1)
    stride = per_axis(op, "stride", stride, d, 1)
    dilation = per_axis(op, "dilation", dilation, d, 1)
    padding = pairs(op, padding, size, kernel, stride, dilation)
    return Geometry(kernel, stride, padding, dilation)


def fitting(op, size, geometry) -> Geometry:
    """The windows, of which one must fit into the padded image."""
    if min(geometry.out(size), default=1) < 1:
        kernel, _, padding, dilation = geometry
        reach = tuple(e * (k - 1) + 1 for k, e in zip(kernel, dilation, strict=True))
        raise ShapeError(
            f"{op}: the window {reach} is larger than the padded image {geometry.padded(size)} "
            f"(image {size}, padding {padding}, kernel {kernel}, dilation {dilation}). Pad more, "
            "or use a smaller kernel."
        )
    return geometry
