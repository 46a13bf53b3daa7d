"""Activations, element by element unless said otherwise.

What `autograd.ops` has under PyTorch's name is used as it is; its derivative stands there.
"""

import numpy as np

from autograd import ops
from autograd.errors import ShapeError, ValueRangeError
from nn.functional.checks import just, one_of

relu, relu6, elu, celu, selu = ops.relu, ops.relu6, ops.elu, ops.celu, ops.selu
sigmoid, silu, mish, softsign = ops.sigmoid, ops.silu, ops.mish, ops.softsign
tanh = np.tanh
logsigmoid = ops.log_sigmoid
hardsigmoid = ops.hard_sigmoid
hardswish = ops.hard_swish


def leaky_relu(input, negative_slope=0.01):
    """``x`` where x > 0, else negative_slope x."""
    return ops.leaky_relu(input, negative_slope)


def prelu(input, weight):
    """``x`` where x > 0, else weight x, with one learned slope, or one per channel (axis 1).

    dL/dweight = Σ over x < 0 of x dL/dy.  He et al. 2015.
    """
    slopes = weight.size
    if slopes > 1:
        if input.ndim < 2 or input.shape[1] != slopes:
            raise ShapeError(
                f"prelu: {slopes} slopes need an input (N, {slopes}, ...), got {tuple(input.shape)}"
            )
        weight = np.reshape(weight, (1, -1) + (1,) * (input.ndim - 2))
    return ops.prelu(input, weight)


def gelu(input, approximate="none"):
    """``x Φ(x)`` with Φ the normal distribution, or its approximation by 'tanh'."""
    one_of("gelu", "approximate", approximate, ("none", "tanh"))
    return ops.gelu(input, approximate)


def softplus(input, beta=1.0, threshold=20.0):
    """``log(1 + e^(beta x)) / beta``, and x itself where beta x > threshold."""
    if not beta > 0:
        raise ValueRangeError(f"softplus: beta must be positive, got {beta!r}")
    if just(beta, 1) and threshold >= 20:
        return ops.softplus(input)  # as large an x is its softplus, but for rounding
    return np.where(input * beta > threshold, input, ops.softplus(input * beta) / beta)


def hardtanh(input, min_val=-1.0, max_val=1.0):
    """``x`` limited to [min_val, max_val]; the derivative is 0 at the bounds too."""
    if not min_val < max_val:
        raise ValueRangeError(f"hardtanh: min_val {min_val} must be less than max_val {max_val}")
    if just(min_val, -1) and just(max_val, 1):
        return ops.hard_tanh(input)
    return threshold(-threshold(-input, -max_val, -max_val), min_val, min_val)


def threshold(input, threshold, value):
    """``x`` where x > threshold, else value."""
    return np.where(input > threshold, input, np.asarray(value, input.dtype))


def hardshrink(input, lambd=0.5):
    """``x`` where |x| > lambd, else 0."""
    return np.where(np.abs(input) > lambd, input, np.asarray(0, input.dtype))


def softshrink(input, lambd=0.5):
    """``x`` moved towards 0 by lambd, and 0 if it would cross it."""
    if lambd < 0:
        raise ValueRangeError(f"softshrink: lambd must not be negative, got {lambd!r}")
    return relu(input - lambd) - relu(-input - lambd)


def tanhshrink(input):
    """``x - tanh x``."""
    return input - np.tanh(input)


def glu(input, dim=-1):
    """``a sigmoid(b)``, a and b being the halves of the input along ``dim``.

    Dauphin et al. 2017.
    """
    n = input.shape[dim]
    if n % 2:
        raise ShapeError(
            f"glu: axis {dim} of {tuple(input.shape)} has {n} elements, which cannot be halved"
        )
    a, b = np.split(input, 2, axis=dim)
    return a * sigmoid(b)


def softmax(input, dim=-1):
    """``eˣ / Σ eˣ`` along ``dim``.  dL/dx = p (g - Σ g p)."""
    return ops.softmax(input, axis=dim)


def log_softmax(input, dim=-1):
    """``x - log Σ eˣ`` along ``dim``."""
    return ops.log_softmax(input, axis=dim)


def softmin(input, dim=-1):
    """``e⁻ˣ / Σ e⁻ˣ`` along ``dim``."""
    return ops.softmax(-input, axis=dim)
