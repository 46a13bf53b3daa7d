"""Pooling to a given size, to a single element, and over neighbouring channels."""

import math

import numpy as np

from autograd.errors import ValueRangeError
from autograd.ops.geometry import check_image, per_axis
from autograd.ops.pooling import avg_pool, lp_pool, max_pool
from autograd.ops.register import as_floats, listed, value
from autograd.primitive import primitive


def adaptive_avg_pool(x, output_size):
    """The mean of windows that part the image into ``output_size`` places per spatial axis.

    Window i of n elements into o places is floor(i n / o) ... ceil((i + 1) n / o) - 1; they differ
    in length and may overlap by one.  None keeps the size of an axis.  (N, C, *S) -> (N, C, *P).
    """
    size, out = _sizes("adaptive_avg_pool", x, output_size)
    if not any(n % o for n, o in zip(size, out, strict=True)):
        return avg_pool(x, tuple(n // o for n, o in zip(size, out, strict=True)))
    for axis, (n, o) in enumerate(zip(size, out, strict=True), start=2):
        first, end = _windows(n, o)
        place = np.arange(n)
        inside = (place >= first[:, None]) & (place < end[:, None])
        x = resized(x, (inside / (end - first)[:, None]).astype(x.dtype), axis)
    return x


@listed
@primitive(linear=True)
def weighted_sums(x, weights):
    """``y[..., p] = Σ_s weights[p, s] x[..., s]``: (..., S) with weights (P, S) -> (..., P)."""
    return np.matmul(x, weights.T)


weighted_sums.vjp(x=lambda g, weights: weighted_sums(g, weights.T))


def resized(x, weights, axis):
    """`weighted_sums` along any axis."""
    return np.moveaxis(weighted_sums(np.moveaxis(x, axis, -1), weights), -1, axis)


def adaptive_max_pool(x, output_size):
    """The largest element of the windows of `adaptive_avg_pool`; the first of equal ones wins."""
    size, out = _sizes("adaptive_max_pool", x, output_size)
    d = len(size)
    if not any(n % o for n, o in zip(size, out, strict=True)):
        return max_pool(x, tuple(n // o for n, o in zip(size, out, strict=True)))
    places = np.reshape(np.arange(math.prod(size)), size)
    for axis, (n, o) in enumerate(zip(size, out, strict=True)):
        first, end = _windows(n, o)
        longest = np.arange(max(end - first))
        index = np.minimum(first[:, None] + longest, end[:, None] - 1)  # the last one repeated
        places = np.take(places, index, axis=2 * axis)
    order = (*range(0, 2 * d, 2), *range(1, 2 * d, 2))
    places = np.reshape(np.transpose(places, order), (math.prod(out), -1))  # (P, K)
    flat = np.reshape(x, (*x.shape[:2], math.prod(size)))
    best = np.argmax(value(flat)[..., places], axis=-1)  # (N, C, P)
    every = np.broadcast_to(places, (*best.shape, places.shape[-1]))
    winners = np.take_along_axis(every, best[..., None], axis=-1)[..., 0]
    return np.reshape(np.take_along_axis(flat, winners, axis=-1), (*x.shape[:2], *out))


def _sizes(op, x, output_size):
    d = len(x.shape) - 2
    check_image(op, x, d if d in (1, 2, 3) else 2)
    size = tuple(x.shape[2:])
    if isinstance(output_size, (tuple, list)) and len(output_size) == d:
        output_size = tuple(n if o is None else o for n, o in zip(size, output_size, strict=True))
    out = per_axis(op, "output_size", output_size, d, 1)
    if min(size) < 1:
        raise ValueRangeError(f"{op}: the image {size} is empty")
    return size, out


def _windows(n, o):
    """First element and end of the windows that part n elements into o places."""
    i = np.arange(o)
    return i * n // o, -(-(i + 1) * n // o)


def global_avg_pool(x):
    """The mean of every channel: (N, C, *S) -> (N, C, 1, ...)."""
    return adaptive_avg_pool(x, 1)


def global_max_pool(x):
    """The largest element of every channel, the first of equals: (N, C, *S) -> (N, C, 1, ...)."""
    return adaptive_max_pool(x, 1)


def global_lp_pool(x, p):
    """(Σ|x|ᵖ)^(1/p) of every channel: (N, C, *S) -> (N, C, 1, ...)."""
    return lp_pool(x, p, tuple(x.shape[2:]))


def local_response_norm(x, size, alpha=1e-4, beta=0.75, k=1.0):
    """x / (k + alpha mean of x² over ``size`` neighbouring channels)^beta: (N, C, ...) -> same.

    Channels beyond the ends count as 0.  Krizhevsky, Sutskever and Hinton 2012, section 3.3.
    """
    x = as_floats(x)
    channels = x.shape[1]
    widths = [(0, 0)] * x.ndim
    widths[1] = (size // 2, (size - 1) // 2)
    squares = np.pad(x * x, widths)
    total = sum(squares[:, i : i + channels] for i in range(size))
    return x / (k + alpha / size * total) ** beta
