"""The same numbers in another shape; borders; images made larger or smaller."""

import math

import numpy as np

from autograd import ops
from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.adaptive_pooling import resized
from nn.functional.checks import array, floating, one_of, value


def one_hot(input, num_classes=-1):
    """1 at each integer label, else 0: labels (...) -> integers (..., num_classes).

    Without ``num_classes`` one more than the largest label.
    """
    labels = value(array("one_hot", "input", input))
    if num_classes == -1:
        if labels.size == 0:
            raise ValueRangeError("one_hot: without labels, num_classes must be given")
        num_classes = int(labels.max()) + 1
    return ops.one_hot(labels, num_classes, dtype=np.int64)


def flatten(input, start_dim=1, end_dim=-1):
    """Several axes as one; by default all but the first."""
    input = array("flatten", "input", input)
    d = input.ndim
    if not (-d <= start_dim < d and -d <= end_dim < d) or start_dim % d > end_dim % d:
        raise ShapeError(
            f"flatten: axes {start_dim} to {end_dim} are not in an input of shape "
            f"{tuple(input.shape)}"
        )
    start, end = start_dim % d, end_dim % d
    n = math.prod(input.shape[start : end + 1])
    return np.reshape(input, (*input.shape[:start], n, *input.shape[end + 1 :]))


def unflatten(input, dim, sizes):
    """One axis as several: of (N, 12), axis 1 as (3, 4) -> (N, 3, 4).  One size may be -1."""
    input, sizes = array("unflatten", "input", input), tuple(sizes)
    if not -input.ndim <= dim < input.ndim:
        raise ShapeError(f"unflatten: there is no axis {dim} in an input {tuple(input.shape)}")
    dim %= input.ndim
    n = input.shape[dim]
    known = math.prod(s for s in sizes if s != -1)
    if sizes.count(-1) > 1 or (n % known if -1 in sizes and known else n != known):
        raise ShapeError(f"unflatten: axis {dim} has {n} elements, which are not {sizes}")
    return np.reshape(
        input,
        (
            *input.shape[:dim],
            *(n // known if s == -1 else s for s in sizes),
            *input.shape[dim + 1 :],
        ),
    )


MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(input, pad, mode="constant", value=0.0):
    """A border: ``pad`` = (left, right, top, bottom, ...), the last axis first, as in PyTorch.

    ``mode`` is 'constant', 'reflect' (without the edge), 'replicate' (the edge) or 'circular'.
    Negative numbers crop.
    """
    input = array("pad", "input", input)
    one_of("pad", "mode", mode, tuple(MODES))
    pad = tuple(pad)
    if len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise ValueRangeError(
            f"pad: expected two numbers per padded axis of an input {tuple(input.shape)}, got {pad}"
        )
    widths = [(0, 0)] * input.ndim
    for k in range(len(pad) // 2):
        widths[-1 - k] = pad[2 * k : 2 * k + 2]
    for axis, (before, after) in enumerate(widths):
        if not before and not after:
            continue
        n = input.shape[axis]
        most = {"reflect": n - 1, "circular": n}.get(mode)
        if most is not None and max(before, after) > most:
            raise ValueRangeError(
                f"pad: mode {mode!r} can add at most {most} at axis {axis} of "
                f"{tuple(input.shape)}, got {max(before, after)}"
            )
        if before + after + n < 0 or (mode == "replicate" and n == 0):
            raise ValueRangeError(f"pad: nothing is left of axis {axis} of {tuple(input.shape)}")
    cut = tuple(
        slice(max(-b, 0), n - max(-a, 0)) for (b, a), n in zip(widths, input.shape, strict=True)
    )
    if any(min(w) < 0 for w in widths):
        input = input[cut]
    more = tuple((max(b, 0), max(a, 0)) for b, a in widths)
    if not any(map(any, more)):
        return input
    options = {"constant_values": value} if mode == "constant" else {}
    return np.pad(input, more, mode=MODES[mode], **options)


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Images of another size: (N, C, *S) -> (N, C, *P).

    Parameters
    ----------
    input : Tensor or ndarray, (N, C, *S)
        1, 2 or 3 spatial axes.
    size : int or one per spatial axis, optional
    scale_factor : float or one per spatial axis, optional
        One of the two; P = floor(S scale_factor).
    mode : str
        'nearest', 'nearest-exact', or 'linear', 'bilinear', 'trilinear' for 1, 2, 3 axes.
    align_corners : bool, optional
        For the linear ones: the centres of the corner pixels stay where they are, rather than the
        corners of the image.

    Notes
    -----
    Every axis is multiplied by a matrix (P, S) of weights, so the gradient is the product with its
    transpose.
    """
    op = "interpolate"
    input = array(op, "input", input)
    d = input.ndim - 2
    if d not in (1, 2, 3):
        raise ShapeError(f"{op}: expected input (N, C, *S), got {tuple(input.shape)}")
    floating(op, "input", input)
    linear = {"linear": 1, "bilinear": 2, "trilinear": 3}
    one_of(op, "mode", mode, ("nearest", "nearest-exact", *linear))
    if linear.get(mode, d) != d:
        raise ValueRangeError(
            f"{op}: mode {mode!r} is for {linear[mode]} spatial axes, the input "
            f"{tuple(input.shape)} has {d}"
        )
    if align_corners is not None and mode not in linear:
        raise ValueRangeError(f"{op}: align_corners is for the linear modes, not {mode!r}")
    out, scale = _sizes(op, tuple(input.shape[2:]), size, scale_factor)
    for axis, (n, o, s) in enumerate(zip(input.shape[2:], out, scale, strict=True), start=2):
        if mode in linear:
            weights = _linear_weights(n, o, s, align_corners).astype(input.dtype)
            input = resized(input, weights, axis)
        else:
            shift = 0.5 if mode == "nearest-exact" else 0.0
            source = np.minimum(np.floor((np.arange(o) + shift) * s).astype(int), n - 1)
            if o % n == 0 and np.array_equal(source, np.arange(o) // (o // n)):
                input = np.repeat(input, o // n, axis=axis) if o > n else input
            else:
                input = np.take(input, source, axis=axis)
    return input


def _sizes(op, size, wanted, factor):
    """The new size, and how many old elements a new one stands for, per spatial axis."""
    d = len(size)
    if (wanted is None) == (factor is None):
        raise ValueRangeError(f"{op}: give size or scale_factor, one of them")
    given = wanted if factor is None else factor
    given = tuple(given) if isinstance(given, (tuple, list)) else (given,) * d
    name = "size" if factor is None else "scale_factor"
    if len(given) != d or not all(v > 0 for v in given):
        raise ValueRangeError(
            f"{op}: {name} must be positive, one number or {d}, got {given if d > 1 else given[0]}"
        )
    if factor is None:
        if not all(hasattr(v, "__index__") for v in given):
            raise ValueRangeError(f"{op}: size must be integers, got {given}")
        return given, tuple(n / o for n, o in zip(size, given, strict=True))
    out = tuple(math.floor(n * f) for n, f in zip(size, given, strict=True))
    if min(out) < 1:
        raise ValueRangeError(f"{op}: scale_factor {given} leaves nothing of {size}")
    return out, tuple(1 / f for f in given)


def _linear_weights(n, o, scale, align_corners):
    """The matrix (o, n) that takes n samples to o by linear interpolation."""
    place = np.arange(o)
    if align_corners:
        x = place * ((n - 1) / (o - 1) if o > 1 else 0.0)
    else:
        x = np.maximum((place + 0.5) * scale - 0.5, 0)
    low = np.minimum(np.floor(x).astype(int), n - 1)
    high, share = np.minimum(low + 1, n - 1), x - low
    weights = np.zeros((o, n))
    np.add.at(weights, (place, low), 1 - share)
    np.add.at(weights, (place, high), share)
    return weights


def pixel_shuffle(input, upscale_factor):
    """Channels as pixels: (N, C r², H, W) -> (N, C, H r, W r).  Shi et al. 2016."""
    input = array("pixel_shuffle", "input", input)
    n, c, h, w = _image("pixel_shuffle", input)
    r = upscale_factor
    if r < 1 or c % (r * r):
        raise ShapeError(f"pixel_shuffle: {c} channels are no multiple of {r}² = {r * r}")
    x = np.reshape(input, (n, c // r**2, r, r, h, w))
    return np.reshape(np.transpose(x, (0, 1, 4, 2, 5, 3)), (n, c // r**2, h * r, w * r))


def pixel_unshuffle(input, downscale_factor):
    """The inverse of `pixel_shuffle`: (N, C, H r, W r) -> (N, C r², H, W)."""
    input = array("pixel_unshuffle", "input", input)
    n, c, h, w = _image("pixel_unshuffle", input)
    r = downscale_factor
    if r < 1 or h % r or w % r:
        raise ShapeError(f"pixel_unshuffle: an image {h}x{w} does not part into blocks {r}x{r}")
    x = np.reshape(input, (n, c, h // r, r, w // r, r))
    return np.reshape(np.transpose(x, (0, 1, 3, 5, 2, 4)), (n, c * r**2, h // r, w // r))


def _image(op, x):
    if x.ndim != 4:
        raise ShapeError(f"{op}: expected input of shape (N, C, H, W), got {tuple(x.shape)}")
    return x.shape
