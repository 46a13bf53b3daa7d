"""Layers and losses as functions, with PyTorch's signatures.

Compositions only: no derivative is written here.
"""

import numpy as np

from autograd import Tensor, ops
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.ops import log_softmax, relu, sigmoid, softmax

tanh = np.tanh
__all__ = [
    "avg_pool2d", "batch_norm", "conv2d", "cross_entropy", "flatten", "linear", "log_softmax",
    "max_pool2d", "mse_loss", "relu", "sigmoid", "softmax", "tanh",
]  # fmt: skip


def linear(x, w, b=None):
    """``x wᵀ + b``: x (..., in), w (out, in), b (out,) -> (..., out)."""
    if x.shape[-1:] != w.shape[1:]:
        raise ShapeError(
            f"linear: x of shape {tuple(x.shape)} has {x.shape[-1] if x.ndim else 'no'} features, "
            f"the weight {tuple(w.shape)} expects {w.shape[1]}"
        )
    y = x @ w.T
    return y if b is None else y + b


def conv2d(x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolution: x (N, C, H, W), w (O, C/groups, kh, kw), b (O,) -> (N, O, H', W').

    See `autograd.ops.conv` for the options and errors.
    """
    if w.ndim != 4:
        raise ShapeError(f"conv2d: expected w of shape (O, C, kh, kw), got {tuple(w.shape)}")
    y = ops.conv(x, w, stride, padding, dilation, groups)
    return y if b is None else y + np.reshape(b, (1, -1, 1, 1))


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1):
    """Largest element of every window: (N, C, H, W) -> (N, C, H', W')."""
    _images("max_pool2d", x)
    return ops.max_pool(x, kernel_size, stride, padding, dilation)


def avg_pool2d(x, kernel_size, stride=None, padding=0):
    """Mean of every window, zeros of the padding counted: (N, C, H, W) -> (N, C, H', W')."""
    _images("avg_pool2d", x)
    return ops.avg_pool(x, kernel_size, stride, padding)


def flatten(x, start_dim=1, end_dim=-1):
    """Several axes as one; by default all but the first."""
    end = end_dim % x.ndim
    return np.reshape(x, x.shape[:start_dim] + (-1,) + x.shape[end + 1 :])


def batch_norm(
    x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):
    """(x - mean) / sqrt(var + eps) * weight + bias, per channel (axis 1).

    In training by the mean and variance of this batch, and the running ndarrays, if given, move
    towards them in place: r <- (1 - momentum) r + momentum batch (with the unbiased variance).
    Else by the running ones.  Ioffe and Szegedy 2015, algorithm 1.
    """
    axes = (0,) + tuple(range(2, x.ndim))
    shape = (1, -1) + (1,) * (x.ndim - 2)
    if training:
        n = x.size // x.shape[1]
        if n < 2:
            raise ShapeError(
                f"batch_norm: in training more than one value per channel is needed, got {x.shape}"
            )
        mean, var = np.mean(x, axis=axes, keepdims=True), np.var(x, axis=axes, keepdims=True)
        if running_mean is not None:
            batch_mean, batch_var = (np.ravel(getattr(v, "data", v)) for v in (mean, var))
            running_mean += momentum * (batch_mean - running_mean)
            running_var += momentum * (batch_var * (n / (n - 1)) - running_var)
    else:
        mean, var = np.reshape(running_mean, shape), np.reshape(running_var, shape)
    y = (x - mean) / np.sqrt(var + eps)
    if weight is not None:
        y = y * np.reshape(weight, shape)
    return y if bias is None else y + np.reshape(bias, shape)


def cross_entropy(x, labels, reduction="mean"):
    """-log softmax(x)[label]: x (N, C, ...) scores, labels (N, ...) integers in 0..C-1.

    dL/dx = (softmax(x) - one-hot label) / N.
    """
    labels = labels.data if isinstance(labels, Tensor) else np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise DtypeError(f"cross_entropy: labels must be integers, got {labels.dtype}")
    if x.ndim < 2 or labels.shape != x.shape[:1] + x.shape[2:]:
        raise ShapeError(
            f"cross_entropy: scores (N, C, ...) and labels (N, ...) expected, got {tuple(x.shape)} "
            f"and {labels.shape}"
        )
    classes = x.shape[1]
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        bad = labels[(labels < 0) | (labels >= classes)].flat[0]
        raise ValueRangeError(
            f"cross_entropy: a label is {bad}, but with {classes} scores labels go from 0 to "
            f"{classes - 1}"
        )
    p = np.take_along_axis(log_softmax(x, axis=1), np.expand_dims(labels, 1), axis=1)
    return _reduced("cross_entropy", -np.squeeze(p, 1), reduction)


def mse_loss(x, target, reduction="mean"):
    """(x - target)²."""
    _same_shape("mse_loss", x, target)
    return _reduced("mse_loss", (x - target) ** 2, reduction)


def _same_shape(op, x, target):
    if np.shape(x) != np.shape(target):
        raise ShapeError(
            f"{op}: x and target differ in shape, {np.shape(x)} and {np.shape(target)}"
        )


def _reduced(op, losses, reduction):
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise ValueRangeError(f"{op}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
    return np.mean(losses) if reduction == "mean" else np.sum(losses)


def _images(op, x):
    if x.ndim != 4:
        raise ShapeError(f"{op}: expected x of shape (N, C, H, W), got {tuple(x.shape)}")
