"""Activations, element by element unless said otherwise.

Functions of `autograd.ops` with PyTorch's signatures; their derivatives stand there.
"""

import numpy as np

from autograd import ops
from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.register import as_floats
from nn.functional.checks import array, just, not_inplace, numbers, one_of


def relu(input, inplace=False):
    """``max(x, 0)``."""
    not_inplace("relu", inplace)
    return ops.relu(input)


def relu6(input, inplace=False):
    """``x`` limited to [0, 6]."""
    not_inplace("relu6", inplace)
    return ops.relu6(input)


def elu(input, alpha=1.0, inplace=False):
    """``x`` where x > 0, else alpha (eˣ - 1).  Clevert, Unterthiner and Hochreiter 2016."""
    not_inplace("elu", inplace)
    return ops.elu(input, alpha)


def celu(input, alpha=1.0, inplace=False):
    """``x`` where x > 0, else alpha (e^(x/alpha) - 1).  Barron 2017."""
    not_inplace("celu", inplace)
    if just(alpha, 0):
        raise ValueRangeError("celu: alpha must not be 0: x is divided by it")
    return ops.celu(input, alpha)


def selu(input, inplace=False):
    """``s x`` where x > 0, else s a (eˣ - 1).  Klambauer et al. 2017."""
    not_inplace("selu", inplace)
    return ops.selu(input)


def sigmoid(input):
    """``1 / (1 + e⁻ˣ)``."""
    return ops.sigmoid(input)


def logsigmoid(input):
    """``log(1 / (1 + e⁻ˣ))``, without overflow."""
    return ops.log_sigmoid(input)


def tanh(input):
    """``tanh x``."""
    return np.tanh(array("tanh", "input", input))


def silu(input, inplace=False):
    """``x sigmoid(x)``, also called swish."""
    not_inplace("silu", inplace)
    return ops.silu(input)


def mish(input, inplace=False):
    """``x tanh(softplus(x))``.  Misra 2019."""
    not_inplace("mish", inplace)
    return ops.mish(input)


def softsign(input):
    """``x / (1 + |x|)``."""
    return ops.softsign(input)


def hardsigmoid(input, inplace=False):
    """``x/6 + 1/2`` limited to [0, 1]."""
    not_inplace("hardsigmoid", inplace)
    return ops.hard_sigmoid(input)


def hardswish(input, inplace=False):
    """``x`` times `hardsigmoid`.  Howard et al. 2019."""
    not_inplace("hardswish", inplace)
    return ops.hard_swish(input)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """``x`` where x > 0, else negative_slope x."""
    not_inplace("leaky_relu", inplace)
    return ops.leaky_relu(input, negative_slope)


def prelu(input, weight):
    """``x`` where x > 0, else weight x, with one learned slope, or one per channel (axis 1).

    dL/dweight = Σ over x < 0 of x dL/dy.  He et al. 2015.
    """
    input, weight = array("prelu", "input", input), array("prelu", "weight", weight)
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
    numbers("softplus", beta=beta, threshold=threshold)
    if not beta > 0:
        raise ValueRangeError(f"softplus: beta must be positive, got {beta!r}")
    input = array("softplus", "input", input)
    if just(beta, 1) and threshold >= 20:
        return ops.softplus(input)  # as large an x is its softplus, but for rounding
    return np.where(input * beta > threshold, input, ops.softplus(input * beta) / beta)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """``x`` limited to [min_val, max_val]; the derivative is 0 at the bounds too."""
    not_inplace("hardtanh", inplace)
    numbers("hardtanh", min_val=min_val, max_val=max_val)
    if not min_val < max_val:
        raise ValueRangeError(f"hardtanh: min_val {min_val} must be less than max_val {max_val}")
    input = _floats("hardtanh", input)
    if just(min_val, -1) and just(max_val, 1):
        return ops.hard_tanh(input)
    return threshold(-threshold(-input, -max_val, -max_val), min_val, min_val)


def threshold(input, threshold, value, inplace=False):
    """``x`` where x > threshold, else value; NaN stays."""
    not_inplace("threshold", inplace)
    numbers("threshold", threshold=threshold, value=value)
    input = _floats("threshold", input)
    return np.where(input <= threshold, np.asarray(value, input.dtype), input)


def hardshrink(input, lambd=0.5):
    """``x`` where |x| > lambd, else 0."""
    numbers("hardshrink", lambd=lambd)
    input = _floats("hardshrink", input)
    return np.where(np.abs(input) <= lambd, np.asarray(0, input.dtype), input)


def softshrink(input, lambd=0.5):
    """``x`` moved towards 0 by lambd, and 0 if it would cross it."""
    numbers("softshrink", lambd=lambd)
    if lambd < 0:
        raise ValueRangeError(f"softshrink: lambd must not be negative, got {lambd!r}")
    input = _floats("softshrink", input)
    return relu(input - lambd) - relu(-input - lambd)


def tanhshrink(input):
    """``x - tanh x``."""
    input = array("tanhshrink", "input", input)
    return input - np.tanh(input)


def glu(input, dim=-1):
    """``a sigmoid(b)``, a and b being the halves of the input along ``dim``.

    Dauphin et al. 2017.
    """
    input = array("glu", "input", input)
    if not hasattr(dim, "__index__") or not -input.ndim <= dim < input.ndim:
        raise ValueRangeError(f"glu: dim must be an axis of {tuple(input.shape)}, got {dim!r}")
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
    return ops.softmax(-_floats("softmin", input), axis=dim)


def _floats(op, v):
    """The input as an array; integers as floats: -v of unsigned ones, and v = 2.5, go wrong."""
    return as_floats(array(op, "input", v))
