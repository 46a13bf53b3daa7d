"""Normalisation: to mean 0 and deviation 1 over the batch, over channels, over features."""

import math

import numpy as np

from autograd import ops
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.ops.normalization import not_negative
from autograd.ops.register import constant
from nn.functional.checks import array, floating, optional, positive_int, ranks, value


def batch_norm(
    input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):
    """``(x - mean) / sqrt(var + eps) * weight + bias``, per channel (axis 1).

    In training by the mean and variance of this batch, and the running ndarrays, if given, move
    towards them in place: ``r <- (1 - momentum) r + momentum batch`` (with the unbiased variance).
    Else by the running ones.  Without running ones always by this batch.

    Parameters
    ----------
    input : Tensor or ndarray, (N, C) or (N, C, *S)
    running_mean, running_var : ndarray, (C,), or None
    weight, bias : Tensor or ndarray, (C,), optional
        γ and β.
    training : bool
    momentum, eps : float

    Raises
    ------
    ShapeError
        Other numbers of channels, or a single value per channel in training, whose variance is 0.

    Notes
    -----
    Ioffe and Szegedy 2015, algorithm 1.  With x̂ the normalised input and n values per channel,
    ``dL/dx = weight / sqrt(var + eps) (g - mean g - x̂ mean(g x̂))``.
    """
    op = "batch_norm"
    input, (weight, bias) = array(op, "input", input), _affinity(op, weight, bias)
    eps = not_negative(op, "eps", eps)
    running_mean, running_var = _running(op, running_mean, running_var, training, momentum)
    check_batch_norm(input, weight, bias, running_mean, running_var, training)
    if training or running_mean is None:
        y, mean, var = ops.batch_norm_of(input, weight, bias, eps)
        if running_mean is not None:
            n = input.size // input.shape[1]
            running_mean += momentum * (value(mean) - running_mean)
            running_var += momentum * (value(var) * (n / (n - 1)) - running_var)
        return y
    return _by(running_mean, running_var, input, weight, bias, eps)


def check_batch_norm(input, weight, bias, mean, var, training):
    """Raise what `batch_norm` raises, before anything is counted or moved."""
    if input.ndim < 2:
        raise ShapeError(f"batch_norm: expected input (N, C, ...), got {tuple(input.shape)}")
    floating("batch_norm", "input", input)
    _per_channel("batch_norm", input.shape[1], weight, bias, mean, var)
    if mean is None and input.size == 0:
        raise ShapeError(f"batch_norm: an empty batch has no mean, got {tuple(input.shape)}")
    if training and input.size < 2 * input.shape[1]:
        raise ShapeError(
            "batch_norm: in training more than one value per channel is needed, got "
            f"{tuple(input.shape)}. Use a larger batch, or eval()."
        )


def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
    momentum=0.1, eps=1e-5,
):  # fmt: skip
    """Normalise every channel of every sample by its own mean and variance: (N, C, *S) -> same.

    With running ones given, they follow the mean over the batch; ``use_input_stats=False`` uses
    them.  Ulyanov, Vedaldi and Lempitsky 2016.
    """
    op = "instance_norm"
    input, (weight, bias) = array(op, "input", input), _affinity(op, weight, bias)
    eps = not_negative(op, "eps", eps)
    running_mean, running_var = _running(op, running_mean, running_var, use_input_stats, momentum)
    ranks("instance_norm", input, (3, 4, 5), "(N, C, *S)")
    floating("instance_norm", "input", input)
    _per_channel("instance_norm", input.shape[1], weight, bias, running_mean, running_var)
    shape = (1, -1) + (1,) * (input.ndim - 2)
    if use_input_stats:
        n = int(np.prod(input.shape[2:]))
        if n < 2:
            raise ShapeError(
                "instance_norm: more than one value per channel and sample is needed, got "
                f"{tuple(input.shape)}"
            )
        x = np.reshape(input, (*input.shape[:2], n))
        y = np.reshape(ops.layer_norm(x, eps=eps), input.shape)
        if running_mean is not None:
            x = value(x)
            running_mean += momentum * (np.mean(x, axis=(0, 2)) - running_mean)
            running_var += momentum * (np.mean(np.var(x, axis=2, ddof=1), axis=0) - running_var)
        return _affine(y, weight, bias, shape)
    if running_mean is None:
        raise ValueRangeError(
            "instance_norm: use_input_stats=False needs running_mean and running_var"
        )
    return _by(running_mean, running_var, input, weight, bias, eps)


def _affinity(op, weight, bias):
    return optional(op, "weight", weight), optional(op, "bias", bias)


def _running(op, mean, var, moving, momentum):
    """Both as arrays; lists are refused where new values would be written into a copy."""
    if moving and mean is not None and not_negative(op, "momentum", momentum) > 1:
        raise ValueRangeError(f"{op}: momentum must be between 0 and 1, got {momentum!r}")
    if (mean is None) != (var is None):
        name = "running_mean" if mean is None else "running_var"
        raise DtypeError(f"{op}: give both running statistics, or neither; {name} is None")
    for name, v in (("running_mean", mean), ("running_var", var)):
        if moving and isinstance(v, (list, tuple)):
            raise DtypeError(
                f"{op}: {name} is changed in place and must be an ndarray, got a "
                f"{type(v).__name__}. Make it one first: {name} = np.array({name})"
            )
    return optional(op, "running_mean", mean), optional(op, "running_var", var)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Normalise groups of channels of every sample: (N, C, ...) -> same.  Wu and He 2018."""
    input = array("group_norm", "input", input)
    if input.ndim < 2:
        raise ShapeError(f"group_norm: expected input (N, C, ...), got {tuple(input.shape)}")
    floating("group_norm", "input", input)
    channels = input.shape[1]
    positive_int("group_norm", "num_groups", num_groups)
    if channels % num_groups:
        raise ValueRangeError(
            f"group_norm: {channels} channels do not part into {num_groups} groups"
        )
    eps = not_negative("group_norm", "eps", eps)
    weight, bias = _affinity("group_norm", weight, bias)
    _per_channel("group_norm", channels, weight, bias)
    each = math.prod(input.shape[1:]) // num_groups
    x = np.reshape(input, (input.shape[0], num_groups, each))
    y = np.reshape(ops.layer_norm(x, eps=eps), input.shape)
    return _affine(y, weight, bias, (1, -1) + (1,) * (input.ndim - 2))


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Normalise the last axes, of this shape: (..., *normalized_shape) -> same.

    ``weight`` and ``bias`` have that shape.  Ba, Kiros and Hinton 2016.
    """
    weight, bias = _affinity("layer_norm", weight, bias)
    return _over_last(ops.layer_norm, input, normalized_shape, eps, weight=weight, bias=bias)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """``x / sqrt(mean x² + eps) * weight`` over the last axes: (..., *normalized_shape) -> same.

    Layer norm without the mean: only the scale of the input goes.

    Parameters
    ----------
    input : Tensor or ndarray, (..., *normalized_shape)
    normalized_shape : int or tuple of int
        The last axes.
    weight : Tensor or ndarray, of that shape, optional
    eps : float, optional
        By default the smallest step of the dtype at 1: 1.2e-7 in float32.  Float16 is computed in
        float32, and has its step.

    Raises
    ------
    ShapeError
        The last axes, or the weight, are of another shape.
    DtypeError
        Integers.

    Notes
    -----
    Zhang and Sennrich 2019, equation 4.
    """
    weight = optional("rms_norm", "weight", weight)
    return _over_last(ops.rms_norm, input, normalized_shape, eps, weight=weight)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """``x / (k + alpha mean of x² over size neighbouring channels)^beta``: (N, C, ...) -> same.

    Krizhevsky, Sutskever and Hinton 2012, section 3.3 (alpha there is ours / size).
    """
    input = array("local_response_norm", "input", input)
    if input.ndim < 3:
        raise ShapeError(
            f"local_response_norm: expected input (N, C, *S), got {tuple(input.shape)}"
        )
    if not hasattr(size, "__index__") or size < 1:
        raise ValueRangeError(f"local_response_norm: size must be at least 1, got {size!r}")
    return ops.local_response_norm(input, size, alpha, beta, k)


def normalize(input, p=2.0, dim=1, eps=1e-12):
    """``x / max(‖x‖_p, eps)`` along ``dim``: vectors of length 1."""
    input = array("normalize", "input", input)
    p = constant("normalize", "p", p)
    length = np.linalg.norm(input, p, axis=dim, keepdims=True)
    return input / np.maximum(length, np.asarray(eps, input.dtype))


def _over_last(norm, x, shape, eps, **parameters):
    """``norm`` over the last axes, which must be these, as one; parameters have their shape."""
    op = norm.__name__
    x = array(op, "input", x)
    shape = tuple(shape) if hasattr(shape, "__iter__") else (shape,)
    lead = x.ndim - len(shape)
    if not shape or lead < 0 or tuple(x.shape[lead:]) != shape:
        raise ShapeError(f"{op}: the last axes of the input {tuple(x.shape)} must be {shape}")
    floating(op, "input", x)
    for name, v in parameters.items():
        if v is not None and tuple(v.shape) != shape:
            raise ShapeError(f"{op}: expected a {name} {shape}, got {tuple(v.shape)}")
    if len(shape) == 1:
        return norm(x, **parameters, eps=eps)
    flat = {k: None if v is None else np.reshape(v, -1) for k, v in parameters.items()}
    rows = np.reshape(x, (*x.shape[:lead], math.prod(shape)))
    return np.reshape(norm(rows, **flat, eps=eps), x.shape)


def _by(mean, var, x, weight, bias, eps):
    """(x - mean) / sqrt(var + eps) weight + bias as x times one number per channel, plus one."""
    scale = (1 if weight is None else weight) / np.sqrt(var + eps)
    shift = -mean * scale if bias is None else bias - mean * scale
    return ops.scale_channels(x, scale, shift)


def _affine(y, weight, bias, shape):
    if weight is not None and bias is not None:
        return ops.scale_channels(y, weight, bias)
    if weight is not None:
        y = y * np.reshape(weight, shape)
    return y if bias is None else y + np.reshape(bias, shape)


def _per_channel(op, channels, weight, bias, mean=None, var=None):
    for name, v in (
        ("weight", weight), ("bias", bias), ("running_mean", mean), ("running_var", var),
    ):  # fmt: skip
        if v is not None and tuple(v.shape) != (channels,):
            raise ShapeError(
                f"{op}: the input has {channels} channels, but {name} has shape {tuple(v.shape)}"
            )
