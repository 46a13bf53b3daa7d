"""Activations of networks, element by element: y = f(x), and dL/dx = g f'(x).

Where a kink is convex or concave the derivative is its subgradient of least size, for slopes and
alphas from 0 to 1; for others it is the one from below.
"""

import functools
import math

import numpy as np

from autograd.errors import DtypeError, IndexRangeError, ValueRangeError
from autograd.foreign import plain
from autograd.kernels.elementwise import fast
from autograd.ops.elementwise import erfc
from autograd.ops.register import listed, reals
from autograd.primitive import primitive
from autograd.tensor import Tensor


def activation(f):
    """Decorator: a primitive of real numbers, element by element, compiled for large arrays."""
    compiled, name = fast(f), f.__name__.strip("_")

    @functools.wraps(f)
    def of_reals(*args, **options):
        if np.iscomplexobj(args[0] if args else 0):
            reals(name, x=args[0])
        return compiled(*args, **options)

    return listed(primitive(of_reals, elementwise=True))


@activation
def relu(x):
    """max(x, 0).  dy/dx = 1 where x > 0, else 0 (the minimum-norm subgradient at 0)."""
    return np.maximum(x, 0)


relu.vjp(x=fast(lambda g, y: g * (y > 0)))


@activation
def leaky_relu(x, slope=0.01):
    """x where x > 0, else slope x.  dy/dx = 1 or slope."""
    return np.where(x > 0, x, slope * x)


leaky_relu.vjp(x=fast(lambda g, x, slope: np.where(x > 0, g, slope * g)))


@activation
def prelu(x, slope):
    """x where x > 0, else slope x, with a learned slope: dL/dslope = sum of g x over x <= 0."""
    return np.where(x > 0, x, slope * x)


prelu.vjp(
    x=fast(lambda g, x, slope: np.where(x > 0, g, slope * g)),
    slope=lambda g, x: g * np.where(x > 0, 0, x),
)


@activation
def elu(x, alpha=1.0):
    """x where x > 0, else alpha (eˣ - 1).  dy/dx = 1, or alpha eˣ."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


# not y + alpha, which has few digits left where eˣ is small
elu.vjp(x=fast(lambda g, x, alpha: np.where(x > 0, g, g * (alpha * np.exp(np.minimum(x, 0))))))


@activation
def sigmoid(x):
    """1 / (1 + e⁻ˣ), without overflow.  dy/dx = y (1 - y)."""
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.fabs(x)))


sigmoid.vjp(x=fast(lambda g, y: g * y * (1 - y)))


@activation
def softplus(x):
    """log(1 + eˣ), without overflow.  dy/dx = sigmoid(x)."""
    return np.logaddexp(x, 0)


softplus.vjp(x=fast(lambda g, x: g * sigmoid(x)))


@activation
def silu(x):
    """x sigmoid(x).  dy/dx = s (1 + x (1 - s)), with s = sigmoid(x)."""
    return x * sigmoid(x)


def _silu_slope(x):
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


silu.vjp(x=fast(lambda g, x: g * _silu_slope(x)))


@activation
def log_sigmoid(x):
    """log(1 / (1 + e⁻ˣ)), without overflow.  dy/dx = sigmoid(-x)."""
    return -np.logaddexp(0, -1.0 * x)  # -x of unsigned integers goes round


log_sigmoid.vjp(x=fast(lambda g, x: g * sigmoid(-x)))


@activation
def gelu_(x):
    """x Φ(x), with Φ the normal distribution.  dy/dx = Φ(x) + x φ(x)."""
    return x * (erfc(x * -math.sqrt(0.5)) / 2)


gelu_.vjp(
    x=fast(
        lambda g, x: (
            g * (erfc(x * -math.sqrt(0.5)) / 2 + x * (np.exp(-x * x / 2) / math.sqrt(2 * math.pi)))
        )
    )
)


@activation
def gelu_tanh(x):
    """x (1 + tanh u) / 2 = x sigmoid(2u), u = √(2/π) (x + 0.044715 x³)."""
    return x * sigmoid(_twice_u(x))


def _twice_u(x):
    return 2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)


def _gelu_tanh_slope(x):
    s = sigmoid(_twice_u(x))
    steep = s * (1 - s)
    slope = steep * (2 * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x))
    return s + x * np.where(steep == 0, 0, slope)  # where x² may be infinite


gelu_tanh.vjp(x=fast(lambda g, x: g * _gelu_tanh_slope(x)))


def gelu(x, approximate="none"):
    """x Φ(x), with Φ the normal distribution; with approximate="tanh", something near to it.

    Hendrycks and Gimpel 2016.
    """
    if approximate not in ("none", "tanh"):
        raise ValueRangeError(f"gelu: approximate must be 'none' or 'tanh', got {approximate!r}")
    return gelu_(x) if approximate == "none" else gelu_tanh(x)


@activation
def mish(x):
    """x tanh(softplus(x)).  dy/dx = t + x (1 - t²) sigmoid(x), with t = tanh(softplus(x))."""
    return x * np.tanh(softplus(x))


def _mish_slope(x):
    t = np.tanh(softplus(x))
    return t + x * (1 - t * t) * sigmoid(x)


mish.vjp(x=fast(lambda g, x: g * _mish_slope(x)))

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


@activation
def selu(x):
    """s x where x > 0, else s a (eˣ - 1).  dy/dx = s, or s a eˣ.  Klambauer et al. 2017."""
    return SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0)))


selu.vjp(
    x=fast(
        lambda g, x: g * (SELU_SCALE * np.where(x >= 0, 1, SELU_ALPHA * np.exp(np.minimum(x, 0))))
    )
)


@activation
def celu(x, alpha=1.0):
    """x where x > 0, else alpha (e^(x/alpha) - 1).  dy/dx = 1, or e^(x/alpha)."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


celu.vjp(x=fast(lambda g, x, alpha: g * np.exp(np.minimum(x, 0) / alpha)))


@activation
def softsign(x):
    """x / (1 + |x|).  dy/dx = 1 / (1 + |x|)²."""
    return x / (1 + np.fabs(x))


softsign.vjp(x=fast(lambda g, x: g / (1 + np.fabs(x)) ** 2))


@activation
def hard_tanh(x):
    """``x`` limited to [-1, 1].  dy/dx = 1 inside, 0 outside and at the bounds."""
    return np.clip(x, -1, 1)


hard_tanh.vjp(x=fast(lambda g, x: g * (np.fabs(x) < 1)))


@activation
def relu6(x):
    """``x`` limited to [0, 6].  dy/dx = 1 inside, 0 outside and at the bounds."""
    return np.clip(x, 0, 6)


relu6.vjp(x=fast(lambda g, x: g * ((x > 0) & (x < 6))))


@activation
def hard_sigmoid(x):
    """x/6 + 1/2 limited to [0, 1].  dy/dx = 1/6 for |x| < 3, else 0."""
    return np.clip(x / 6 + 0.5, 0, 1)


hard_sigmoid.vjp(x=fast(lambda g, x: g / 6 * (np.fabs(x) < 3)))


@activation
def hard_swish(x):
    """x hard_sigmoid(x).  dy/dx = hard_sigmoid(x) + x/6 where |x| < 3.  Howard et al. 2019."""
    return x * hard_sigmoid(x)


hard_swish.vjp(x=fast(lambda g, x: g * (hard_sigmoid(x) + np.where(np.fabs(x) < 3, x / 6, 0))))


@activation
def huber(x, delta=1.0):
    """x²/2 where |x| < delta, else delta (|x| - delta/2).  dy/dx = x limited to ±delta.

    Huber 1964.
    """
    size = np.fabs(x)
    return np.where(size < delta, x * x / 2, delta * (size - delta / 2))


huber.vjp(
    x=fast(lambda g, x, delta: g * np.clip(x, -delta, delta)),
    delta=lambda g, x, delta: g * np.where(np.fabs(x) < delta, 0, np.fabs(x) - delta),
)


def one_hot(labels, classes, dtype=float):
    """1 at each integer label, else 0: labels (...) -> (..., classes).  It has no derivative.

    Raises
    ------
    DtypeError
        Labels that are no integers.
    ValueRangeError
        ``classes`` is no positive integer.
    IndexRangeError
        A label is not in 0..classes-1.

    Examples
    --------
    >>> one_hot([0, 2], 3)
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    labels = labels.data if type(labels) is Tensor else np.asarray(plain(labels, "one_hot"))
    if labels.dtype.kind not in "iu":
        raise DtypeError(f"one_hot: labels must be integers, got {labels.dtype}")
    if not hasattr(classes, "__index__") or classes < 1:
        raise ValueRangeError(f"one_hot: classes must be a positive integer, got {classes!r}")
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        bad = labels[(labels < 0) | (labels >= classes)].flat[0]
        raise IndexRangeError(f"one_hot: a label is {bad}, but labels go from 0 to {classes - 1}")
    return np.equal(labels[..., None], np.arange(classes)).astype(dtype)
