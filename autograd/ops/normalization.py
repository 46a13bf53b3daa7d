"""Normalisation, and the loss of classification: layers that would be many small steps."""

import math

import numpy as np

from autograd.cotangents import countable
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.foreign import plain
from autograd.kernels import classification
from autograd.kernels import normalization as kernel_of
from autograd.ops.passes import once_per_pass
from autograd.ops.reductions import softmax
from autograd.ops.register import as_array, constant, listed
from autograd.primitive import primitive


@listed
@primitive
def batch_norm_(x, weight, bias, eps):
    """y = (x - mean) / sqrt(var + eps) weight + bias, with mean and var over all axes but 1.

    Returns (y, mean, var): var is Σ (x - mean)² / m over m values.
    """
    return kernel_of.batch_norm(x, weight, bias, eps)


def _backward(name, g, x, weight, mean, var, eps):
    """dx, dweight or dbias by the output y: one walk over g and x finds all three."""
    return _one_of_three(name, kernel_of.batch_norm_backward, (g[0], x, weight, mean, var), eps)


def _one_of_three(name, kernel, arrays, *numbers):
    def walk():
        return dict(zip(("dx", "dweight", "dbias"), kernel(*arrays, *numbers), strict=True))

    found = once_per_pass(walk, *(a for a in arrays if a is not None), numbers=numbers)
    if name not in found:
        found.update(walk())
    return found.pop(name)  # nobody else has it: it may be added into


def _dx(g, x, weight, mean, var, eps):
    """What x gets through y, and through mean and var: (g_mean + 2 (x - mean) g_var) / m."""
    dx = _backward("dx", g, x, weight, mean, var, eps)
    if all(type(v) is np.ndarray and not v.any() for v in g[1:]):
        return dx
    m = x.size // x.shape[1]
    g_mean, g_var, mean = (kernel_of.along_channels(v, x.ndim) for v in (*g[1:], mean))
    return dx + (g_mean + 2 * (x - mean) * g_var) / m


# Ioffe and Szegedy 2015, section 3, put together; Σ is over all axes but 1, x̂ = (x - mean) r:
# dx = weight r (g - Σg / m - x̂ Σ(g x̂) / m), dweight = Σ g x̂, dbias = Σ g; r = 1 / sqrt(var + eps).
batch_norm_.vjp(
    x=lambda g, x, weight, y1, y2, eps: _dx(g, x, weight, y1, y2, eps),
    weight=lambda g, x, weight, y1, y2, eps: _backward("dweight", g, x, weight, y1, y2, eps),
    bias=lambda g, x, weight, y1, y2, eps: _backward("dbias", g, x, weight, y1, y2, eps),
)


def batch_norm(x, weight=None, bias=None, eps=1e-5):
    """Batch normalisation by the statistics of this batch, per channel (axis 1).

    Parameters
    ----------
    x : Tensor or ndarray, (N, C, *S)
        More than one value per channel.
    weight, bias : Tensor or ndarray, (C,), optional
        1 and 0 by default.
    eps : float
        Added to the variance, under the root.

    Returns
    -------
    y : like x
    mean, var : (C,)
        Of this batch; var is the mean of (x - mean)².  Sums are taken in float32 if x is float16,
        and so are these.

    Raises
    ------
    DtypeError
        x is not real and floating: the result would be cut to integers.
    ShapeError
        Fewer than two values per channel, or a weight or bias of another shape.
    """
    x = _real("batch_norm", x)
    if x.ndim < 2 or not x.shape[1] or x.size < 2 * x.shape[1]:
        raise ShapeError(
            "batch_norm: expected x of shape (N, C, ...) with more than one value per channel, "
            f"got {tuple(x.shape)}"
        )
    for name, v in (("weight", weight), ("bias", bias)):
        if v is not None and np.shape(v) != (x.shape[1],):
            raise ShapeError(
                f"batch_norm: expected a {name} of shape ({x.shape[1]},), one per channel, got "
                f"{np.shape(v)}"
            )
    return batch_norm_of(x, weight, bias, eps)


def batch_norm_of(x, weight=None, bias=None, eps=1e-5):
    """`batch_norm` of shapes that are known to fit, of a single value per channel too."""
    x, eps = _real("batch_norm", x), not_negative("batch_norm", "eps", eps)
    weight, bias = _affinity(x, x.shape[1:2], weight, bias)
    if x.dtype == np.float16:
        wide = (np.astype(v, np.float32) for v in (x, weight, bias))
        y, mean, var = batch_norm_(*wide, eps)
        return np.astype(y, np.float16), mean, var
    return batch_norm_(x, weight, bias, eps)


def _real(op, x):
    x = as_array(x)
    if x.dtype.kind != "f":
        raise DtypeError(
            f"{op}: x must be real and floating, got {x.dtype}"
            + ("" if x.dtype.kind == "c" else "; write x.astype(np.float32)")
        )
    return x


def not_negative(op, name, v) -> float:
    """An option as a number of Python, which has no dtype, from 0 on."""
    v = constant(op, name, v)
    if np.ndim(v) or np.asarray(v).dtype.kind not in "biuf":
        raise DtypeError(f"{op}: {name} must be a number, got {v!r}")
    v = float(v)
    if not 0 <= v < math.inf:
        raise ValueRangeError(f"{op}: {name} must be a number from 0 on, got {v!r}")
    return v


@listed
@primitive
def layer_norm_(x, weight, bias, eps):
    """y = (x - mean) / sqrt(var + eps) weight + bias, with mean and var over the last axis."""
    return kernel_of.layer_norm(x, weight, bias, eps, True)


# Ba, Kiros and Hinton 2016; as above, with Σ over the last axis, g weight for weight g, and dweight
# and dbias summed over the others.
layer_norm_.vjp(
    x=lambda g, x, weight, eps: _of_layer("dx", g, x, weight, eps),
    weight=lambda g, x, weight, eps: _of_layer("dweight", g, x, weight, eps),
    bias=lambda g, x, weight, eps: _of_layer("dbias", g, x, weight, eps),
)


def _of_layer(name, g, x, weight, eps, centred=True):
    return _one_of_three(name, kernel_of.layer_norm_backward, (g, x, weight), eps, centred)


@listed
@primitive
def rms_norm_(x, weight, eps):
    """y = x / sqrt(mean x² + eps) weight, with the mean over the last axis."""
    return kernel_of.layer_norm(x, weight, None, eps, False)


# Zhang and Sennrich 2019; as above, with 0 for the mean of x, and for that of g.
rms_norm_.vjp(
    x=lambda g, x, weight, eps: _of_layer("dx", g, x, weight, eps, False),
    weight=lambda g, x, weight, eps: _of_layer("dweight", g, x, weight, eps, False),
)


def layer_norm(x, weight=None, bias=None, eps=1e-5):
    """Normalise the last axis to mean 0 and variance 1: (..., n), weight and bias (n,) -> (..., n).

    Raises
    ------
    DtypeError
        x is not real and floating: the result would be cut to integers.
    ShapeError
        A weight or bias of another shape.
    """
    x = _rows("layer_norm", x, weight=weight, bias=bias)
    if weight is not None or bias is not None:
        weight, bias = _affinity(x, x.shape[-1:], weight, bias)
    return _in_single(layer_norm_, x, weight, bias, not_negative("layer_norm", "eps", eps))


def rms_norm(x, weight=None, eps=None):
    """x / sqrt(mean x² + eps) weight, with the mean over the last axis: (..., n) -> (..., n).

    ``weight`` (n,); ``eps`` is the smallest step of the dtype at 1 by default, 1.2e-7 in float32
    and in float16, which is computed in float32.  Raises what `layer_norm` raises.
    """
    x = _rows("rms_norm", x, weight=weight)
    if eps is None:
        eps = float(np.finfo(np.float32 if x.dtype == np.float16 else x.dtype).eps)
    return _in_single(rms_norm_, x, weight, not_negative("rms_norm", "eps", eps))


def _rows(op, x, **affinity):
    """``x`` checked, with a weight and a bias for its last axis."""
    x = _real(op, x)
    shape = tuple(x.shape[-1:])
    if not shape:
        raise ShapeError(f"{op}: expected x of shape (..., n), got a number")
    for name, v in affinity.items():
        if v is not None and np.shape(v) != shape:
            raise ShapeError(
                f"{op}: expected a {name} of shape {shape}, one per element of the last axis of "
                f"{tuple(x.shape)}, got {np.shape(v)}"
            )
    return x


def _in_single(op, x, weight, *more):
    """``op`` in float32 where x is float16, whose squares overflow soon."""
    if x.dtype != np.float16:
        return op(x, weight, *more)
    y = op(np.astype(x, np.float32), weight, *more)
    return y if weight is not None and weight.dtype != np.float16 else np.astype(y, np.float16)


def _affinity(x, shape, weight, bias):
    """Both, 1 and 0 by default."""
    like = getattr(x, "data", x)
    weight = np.ones_like(like, shape=shape) if weight is None else weight
    return weight, np.zeros_like(like, shape=shape) if bias is None else bias


@listed
@primitive
def scale_channels(x, weight, bias):
    """x weight + bias, one of each per channel: x (N, C, *S), weight and bias (C,)."""
    return kernel_of.scale_channels(x, weight, bias)


scale_channels.vjp(
    x=lambda g, weight: kernel_of.scale_channels(g, weight, None),
    weight=lambda g, x: kernel_of.dot_over_channels(countable(g), countable(x)),
    bias=lambda g: kernel_of.over_channels(countable(g)),
)


@listed
@primitive
def cross_entropy_(x, labels):
    """log Σ exp(x) - x[label] along axis 1: x (N, C, *S), labels (N, *S) -> (N, *S)."""
    return classification.cross_entropy(x, labels)


# dy/dx = softmax(x) - one-hot label.  exp(x - x[label] - y) would save its sum and its maximum, but
# is wrong where x[label] is so far below the others that the rounding of y matters.
cross_entropy_.vjp(
    x=lambda g, x, labels: (
        classification.cross_entropy_dx(g, x, labels)
        if type(g) is type(x) is np.ndarray
        else np.expand_dims(g, 1) * (softmax(x, axis=1) - _one_hot(labels, x.shape))
    )
)


def _one_hot(labels, shape):
    classes = np.reshape(np.arange(shape[1]), (-1,) + (1,) * (len(shape) - 2))
    return np.equal(np.expand_dims(labels, 1), classes)


def cross_entropy(x, labels):
    """-log softmax(x)[label], the loss of classification, per example.

    Parameters
    ----------
    x : Tensor or ndarray, (N, C, *S)
        Scores of C classes along axis 1.
    labels : integer ndarray, (N, *S)
        In 0..C-1.

    Returns
    -------
    Tensor or ndarray, (N, *S)
        dy/dx = softmax(x) - one-hot label.

    Raises
    ------
    DtypeError, ShapeError, ValueRangeError
        Labels that are no integers, of another shape, or out of range.
    """
    x = _real("cross_entropy", x)
    labels = labels.data if hasattr(labels, "node") else np.asarray(plain(labels, "cross_entropy"))
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
    return cross_entropy_(x, labels)
