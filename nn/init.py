"""First values of parameters.  The random numbers come from one generator: `seed` sets it.

Functions that end in an underscore change a parameter in place and return it, as in PyTorch:
``nn.init.kaiming_normal_(layer.weight)``.
"""

import math
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from autograd import Tensor
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from nn import missing

_generator: "np.random.Generator | None" = (
    None  # made when first used: importing numpy.random takes a while
)


# What `generator` gives instead, while a DataLoader makes a batch: a thread may be doing that.
_of_batch: "ContextVar[np.random.Generator | None]" = ContextVar("_of_batch", default=None)


def seed(n: int):
    """Start the random numbers (weights, dropout) again from ``n``."""
    global _generator
    if _of_batch.get() is not None:
        _of_batch.set(np.random.default_rng(n))
    else:
        _generator = np.random.default_rng(n)


def generator() -> "np.random.Generator":
    """The generator that `seed` set; without it, as after ``seed(0)``.

    In a data set or transform that a `DataLoader` calls, it is that of the batch: what is drawn
    there then depends on nothing outside, and disturbs nobody's numbers.
    """
    global _generator
    batchs = _of_batch.get()
    if batchs is not None:
        return batchs
    if _generator is None:
        _generator = np.random.default_rng(0)
    return _generator


@contextmanager
def drawing_from(rng: "np.random.Generator"):
    """Let `generator` give ``rng`` within the block, in this thread alone."""
    token = _of_batch.set(rng)
    try:
        yield
    finally:
        _of_batch.reset(token)


# -- new parameters ------------------------------------------------------------------------------


def uniform(shape, bound) -> Tensor:
    """A float32 parameter, uniform in [-bound, bound]."""
    values = generator().uniform(-bound, bound, shape).astype(np.float32)
    return Tensor(values, requires_grad=True)


def kaiming_uniform(shape) -> Tensor:
    """A float32 parameter of shape (out, in, ...), uniform within 1/sqrt(fan in).

    The default of PyTorch's Linear and Conv layers (He et al. 2015, with a = sqrt(5)).
    """
    return uniform(shape, 1 / math.sqrt(max(fan_in(shape), 1)))


def fan_in(shape) -> int:
    """Number of inputs that one output of a weight (out, in, ...) is computed from."""
    return math.prod(shape[1:])


def constant(shape, value) -> Tensor:
    """A float32 parameter, all ``value``."""
    return Tensor(np.full(shape, value, np.float32), requires_grad=True)


# -- parameters changed in place -----------------------------------------------------------------


def uniform_(tensor: Tensor, a=0.0, b=1.0) -> Tensor:
    """Uniform in [a, b]."""
    _leaf("uniform_", tensor)
    if not a <= b:
        raise ValueRangeError(f"uniform_: a must not exceed b, got {a!r} and {b!r}")
    return _fill("uniform_", tensor, generator().uniform(a, b, tensor.shape))


def normal_(tensor: Tensor, mean=0.0, std=1.0) -> Tensor:
    """Normal with this mean and deviation."""
    _leaf("normal_", tensor)
    if std < 0:
        raise ValueRangeError(f"normal_: std must not be negative, got {std!r}")
    return _fill("normal_", tensor, generator().normal(mean, std, tensor.shape))


def trunc_normal_(tensor: Tensor, mean=0.0, std=1.0, a=-2.0, b=2.0) -> Tensor:
    """Normal, drawn again until it is in [a, b] (not multiples of ``std``)."""
    op = "trunc_normal_"
    _leaf(op, tensor)
    if not (std > 0 and a < b):
        raise ValueRangeError(f"{op}: std > 0 and a < b expected, got std={std}, a={a}, b={b}")
    inside = (math.erf((b - mean) / std / 2**0.5) - math.erf((a - mean) / std / 2**0.5)) / 2
    if inside < 1e-3:
        raise ValueRangeError(
            f"{op}: [{a}, {b}] holds less than a thousandth of a normal distribution with mean "
            f"{mean} and std {std}; use uniform_"
        )
    values = np.full(tensor.size, np.inf)
    while np.any(outside := (values < a) | (values > b)):
        values[outside] = generator().normal(mean, std, np.count_nonzero(outside))
    return _fill(op, tensor, values.reshape(tensor.shape))


def constant_(tensor: Tensor, val) -> Tensor:
    """All ``val``."""
    _leaf("constant_", tensor)
    return _fill("constant_", tensor, val)


def zeros_(tensor: Tensor) -> Tensor:
    """All 0."""
    _leaf("zeros_", tensor)
    return _fill("zeros_", tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """All 1."""
    _leaf("ones_", tensor)
    return _fill("ones_", tensor, 1.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix: a linear layer that passes its input on."""
    _leaf("eye_", tensor)
    if tensor.ndim != 2:
        raise ShapeError(f"eye_: expected a matrix, got shape {tensor.shape}")
    return _fill("eye_", tensor, np.eye(tensor.shape[0], tensor.shape[1]))


def dirac_(tensor: Tensor, groups=1) -> Tensor:
    """Convolution filters (out, in/groups, *K) that pass their input channels on."""
    _leaf("dirac_", tensor)
    if tensor.ndim not in (3, 4, 5):
        raise ShapeError(f"dirac_: expected filters (out, in, *K), got shape {tensor.shape}")
    outputs, inputs = tensor.shape[:2]
    if groups < 1 or outputs % groups:
        raise ValueRangeError(f"dirac_: {outputs} filters do not part into {groups} groups")
    values = np.zeros(tensor.shape)
    centre = tuple(k // 2 for k in tensor.shape[2:])
    for k in range(outputs):
        if k % (outputs // groups) < inputs:
            values[(k, k % (outputs // groups), *centre)] = 1
    return _fill("dirac_", tensor, values)


def xavier_uniform_(tensor: Tensor, gain=1.0) -> Tensor:
    """Uniform within gain sqrt(6 / (fan in + fan out)).  Glorot and Bengio 2010."""
    bound = gain * math.sqrt(6 / max(sum(fans("xavier_uniform_", tensor)), 1))
    return _fill("xavier_uniform_", tensor, generator().uniform(-bound, bound, tensor.shape))


def xavier_normal_(tensor: Tensor, gain=1.0) -> Tensor:
    """Normal with deviation gain sqrt(2 / (fan in + fan out)).  Glorot and Bengio 2010."""
    std = gain * math.sqrt(2 / max(sum(fans("xavier_normal_", tensor)), 1))
    return _fill("xavier_normal_", tensor, generator().normal(0, std, tensor.shape))


def kaiming_uniform_(tensor: Tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu") -> Tensor:
    """Uniform within gain sqrt(3 / fan): keeps the variance through a ReLU.  He et al. 2015.

    ``a`` is the slope of a leaky ReLU; ``mode`` 'fan_in' keeps the values' variance, 'fan_out' that
    of the gradients.
    """
    bound = math.sqrt(3) * _deviation("kaiming_uniform_", tensor, a, mode, nonlinearity)
    return _fill("kaiming_uniform_", tensor, generator().uniform(-bound, bound, tensor.shape))


def kaiming_normal_(tensor: Tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu") -> Tensor:
    """Normal with deviation gain / sqrt(fan); see `kaiming_uniform_`.  He et al. 2015."""
    std = _deviation("kaiming_normal_", tensor, a, mode, nonlinearity)
    return _fill("kaiming_normal_", tensor, generator().normal(0, std, tensor.shape))


def orthogonal_(tensor: Tensor, gain=1.0) -> Tensor:
    """Rows (or columns, of which there are fewer) orthogonal, of length gain.  Saxe et al. 2014."""
    _leaf("orthogonal_", tensor)
    if tensor.ndim < 2:
        raise ShapeError(f"orthogonal_: expected 2 axes or more, got shape {tensor.shape}")
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    flat = generator().normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(flat)
    q = q * np.where(np.diagonal(r) < 0, -1, 1)  # so that it is uniform over orthogonal matrices
    q = q.T if rows < columns else q
    return _fill("orthogonal_", tensor, gain * q.reshape(tensor.shape))


GAINS = {
    "linear": 1.0, "identity": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2),
    "selu": 0.75, **{f"conv{d}d": 1.0 for d in (1, 2, 3)},
    **{f"conv_transpose{d}d": 1.0 for d in (1, 2, 3)},
}  # fmt: skip


def calculate_gain(nonlinearity: str, param=None) -> float:
    """By how much an activation must be made up for, to keep the variance.

    1 for linear and sigmoid, 5/3 for tanh, sqrt(2) for relu, sqrt(2 / (1 + param²)) for leaky_relu,
    3/4 for selu.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity not in GAINS:
        raise ValueRangeError(
            f"calculate_gain: unknown nonlinearity {nonlinearity!r}; known: leaky_relu, "
            f"{', '.join(GAINS)}"
        )
    return GAINS[nonlinearity]


def fans(op: str, tensor: Tensor) -> tuple[int, int]:
    """(fan in, fan out) of a weight (out, in, *K): inputs and outputs of one element's channel."""
    _leaf(op, tensor)
    if tensor.ndim < 2:
        raise ShapeError(
            f"{op}: fan in and fan out need 2 axes or more, got shape {tensor.shape}. For a bias "
            "use zeros_ or uniform_."
        )
    places = math.prod(tensor.shape[2:])
    return tensor.shape[1] * places, tensor.shape[0] * places


def _deviation(op, tensor, a, mode, nonlinearity):
    if mode not in ("fan_in", "fan_out"):
        raise ValueRangeError(f"{op}: mode must be 'fan_in' or 'fan_out', got {mode!r}")
    fan = fans(op, tensor)[0 if mode == "fan_in" else 1]
    return calculate_gain(nonlinearity, a) / math.sqrt(max(fan, 1))


def _leaf(op, tensor):
    if type(tensor) is not Tensor:
        raise DtypeError(
            f"{op}: expected a Tensor to change in place, got {type(tensor).__name__}. Pass "
            "layer.weight, say."
        )
    if not tensor.is_leaf:
        raise GraphError(
            f"{op}: expected a parameter, got the result of {tensor.node.plan.op.__name__}"
        )


def _fill(op, tensor, values):
    with tensor.changing(f"init.{op}") as array:
        array[...] = values
    return tensor


def __getattr__(name):
    raise AttributeError(missing.message(__name__, name, missing.INIT))
