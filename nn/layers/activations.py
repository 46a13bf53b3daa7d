"""Activations as layers."""

from typing import Any

from nn import functional as F
from nn.functional.checks import one_of, positive
from nn.init import constant
from nn.layers.base import Elementwise, options
from nn.module import Module


class ReLU(Elementwise):
    """``max(x, 0)``."""

    def forward(self, x):
        """Elementwise."""
        return F.relu(x)


class ReLU6(Elementwise):
    """``x`` limited to [0, 6]."""

    def forward(self, x):
        """Elementwise."""
        return F.relu6(x)


class LeakyReLU(Elementwise):
    """``x`` where x > 0, else negative_slope x."""

    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, x):
        """Elementwise."""
        return F.leaky_relu(x, self.negative_slope)

    def extra_repr(self):
        """The slope."""
        return str(self.negative_slope)


class PReLU(Module):
    """``x`` where x > 0, else weight x, with a learned slope, or one per channel (axis 1).

    ``weight`` (num_parameters,), all ``init`` at first.
    """

    def __init__(self, num_parameters=1, init=0.25):
        positive("PReLU", num_parameters=num_parameters)
        self.num_parameters = num_parameters
        self.weight = constant((num_parameters,), init)

    def forward(self, x):
        """Elementwise, a slope per channel."""
        return F.prelu(x, self.weight)

    def extra_repr(self):
        """How many slopes."""
        return str(self.num_parameters)


class ELU(Elementwise):
    """``x`` where x > 0, else alpha (eˣ - 1).  Clevert, Unterthiner and Hochreiter 2016."""

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, x):
        """Elementwise."""
        return F.elu(x, self.alpha)

    def extra_repr(self):
        """The limit at -infinity, negated."""
        return str(self.alpha)


class CELU(ELU):
    """``x`` where x > 0, else alpha (e^(x/alpha) - 1): its slope is continuous.  Barron 2017."""

    def forward(self, x):
        """Elementwise."""
        return F.celu(x, self.alpha)


class SELU(Elementwise):
    """``s x`` where x > 0, else s a (eˣ - 1): keeps mean 0, variance 1.  Klambauer et al. 2017."""

    def forward(self, x):
        """Elementwise."""
        return F.selu(x)


class GELU(Module):
    """``x Φ(x)``, or with approximate='tanh' its approximation.  Hendrycks and Gimpel 2016."""

    def __init__(self, approximate="none"):
        one_of("GELU", "approximate", approximate, ("none", "tanh"))
        self.approximate = approximate

    def forward(self, x):
        """Elementwise."""
        return F.gelu(x, self.approximate)

    def extra_repr(self):
        """Which."""
        return options(self, approximate="none")[2:]


class SiLU(Elementwise):
    """``x sigmoid(x)``, also called swish."""

    def forward(self, x):
        """Elementwise."""
        return F.silu(x)


class Mish(Elementwise):
    """``x tanh(softplus(x))``.  Misra 2019."""

    def forward(self, x):
        """Elementwise."""
        return F.mish(x)


class Hardswish(Elementwise):
    """``x`` times Hardsigmoid: SiLU in straight pieces.  Howard et al. 2019."""

    def forward(self, x):
        """Elementwise."""
        return F.hardswish(x)


class Hardsigmoid(Elementwise):
    """``x/6 + 1/2`` limited to [0, 1]."""

    def forward(self, x):
        """Elementwise."""
        return F.hardsigmoid(x)


class Hardtanh(Elementwise):
    """``x`` limited to [min_val, max_val]."""

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False):
        super().__init__(inplace)
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x):
        """Elementwise."""
        return F.hardtanh(x, self.min_val, self.max_val)

    def extra_repr(self):
        """The limits."""
        return f"{self.min_val}, {self.max_val}"


class Hardshrink(Module):
    """``x`` where |x| > lambd, else 0."""

    def __init__(self, lambd=0.5):
        self.lambd = lambd

    def forward(self, x):
        """Elementwise."""
        return F.hardshrink(x, self.lambd)

    def extra_repr(self):
        """The limit."""
        return str(self.lambd)


class Softshrink(Hardshrink):
    """``x`` moved towards 0 by lambd, and 0 if it would cross it."""

    def forward(self, x):
        """Elementwise."""
        return F.softshrink(x, self.lambd)


class Tanhshrink(Module):
    """``x - tanh x``."""

    def forward(self, x):
        """Elementwise."""
        return F.tanhshrink(x)


class Threshold(Elementwise):
    """``x`` where x > threshold, else value."""

    def __init__(self, threshold, value, inplace=False):
        super().__init__(inplace)
        self.threshold, self.value = threshold, value

    def forward(self, x):
        """Elementwise."""
        return F.threshold(x, self.threshold, self.value)

    def extra_repr(self):
        """Both."""
        return f"{self.threshold}, {self.value}"


class Softplus(Module):
    """``log(1 + e^(beta x)) / beta``, and x itself where beta x > threshold."""

    def __init__(self, beta=1.0, threshold=20.0):
        self.beta, self.threshold = beta, threshold

    def forward(self, x):
        """Elementwise."""
        return F.softplus(x, self.beta, self.threshold)

    def extra_repr(self):
        """What is not the default."""
        return options(self, beta=1.0, threshold=20.0)[2:]


class Softsign(Module):
    """``x / (1 + |x|)``."""

    def forward(self, x):
        """Elementwise."""
        return F.softsign(x)


class Sigmoid(Module):
    """``1 / (1 + e⁻ˣ)``."""

    def forward(self, x):
        """Elementwise."""
        return F.sigmoid(x)


class LogSigmoid(Module):
    """``log(1 / (1 + e⁻ˣ))``, without overflow."""

    def forward(self, x):
        """Elementwise."""
        return F.logsigmoid(x)


class Tanh(Module):
    """``tanh x``."""

    def forward(self, x):
        """Elementwise."""
        return F.tanh(x)


class Softmax(Module):
    """``eˣ / Σ eˣ`` along ``dim``: scores to probabilities.  Images have their classes at dim=1."""

    function: Any = staticmethod(F.softmax)

    def __init__(self, dim=-1):
        self.dim = dim

    def forward(self, x):
        """Along one axis."""
        return type(self).function(x, self.dim)

    def extra_repr(self):
        """The axis."""
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """``x - log Σ eˣ`` along ``dim``."""

    function = staticmethod(F.log_softmax)


class Softmin(Softmax):
    """``e⁻ˣ / Σ e⁻ˣ`` along ``dim``."""

    function = staticmethod(F.softmin)


class GLU(Softmax):
    """``a sigmoid(b)``, a and b being the halves of the input along ``dim``."""

    function = staticmethod(F.glu)
