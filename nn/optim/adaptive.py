"""A step size of its own for every number, from the squares of its gradients so far."""

import numpy as np

from nn.optim.optimizer import Optimizer
from nn.optim.options import within


class Adagrad(Optimizer):
    """Steps shrink with the sum of all squared gradients: for rare features.

    ::

        g = dL/dw + weight_decay w
        s <- s + g²
        w <- w - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)

    Duchi, Hazan and Singer 2011.

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        See `Optimizer`.
    lr, lr_decay, weight_decay, initial_accumulator_value, eps : float
        As in the formulas; the accumulator s starts at its initial value.
    """

    def __init__(
        self,
        params,
        lr=0.01,
        lr_decay=0.0,
        weight_decay=0.0,
        initial_accumulator_value=0.0,
        eps=1e-10,
    ):
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )

    def check(self, lr, **options):
        """Raise ValueRangeError if an option is out of range."""
        within(self, 0, np.inf, **options)

    def buffers(self, initial_accumulator_value, **options):
        """The sum of squares."""
        return {"sum": initial_accumulator_value}

    def update(self, w, g, state, lr, lr_decay, weight_decay, initial_accumulator_value, eps):
        """w <- w - lr g / sqrt(sum of g²)."""
        if weight_decay:
            g = g + weight_decay * w
        s = state["sum"]
        s += g * g
        w -= lr / (1 + (state["step"] - 1) * lr_decay) * g / (np.sqrt(s) + eps)


class Adadelta(Optimizer):
    """Steps in units of the last steps: no learning rate to choose.

    ::

        g = dL/dw + weight_decay w
        s <- rho s + (1 - rho) g²
        d = sqrt(u + eps) / sqrt(s + eps) g
        u <- rho u + (1 - rho) d²
        w <- w - lr d

    Zeiler 2012.

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        See `Optimizer`.
    lr, rho, eps, weight_decay : float
        As in the formulas.
    """

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0.0):
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def check(self, lr, rho, eps, weight_decay):
        """Raise ValueRangeError if an option is out of range."""
        within(self, 0, 1, rho=rho)
        within(self, 0, np.inf, eps=eps, weight_decay=weight_decay)

    def buffers(self, **options):
        """Means of the squared gradients and of the squared steps."""
        return {"square_avg": 0.0, "acc_delta": 0.0}

    def update(self, w, g, state, lr, rho, eps, weight_decay):
        """w <- w - lr d."""
        if weight_decay:
            g = g + weight_decay * w
        s, u = state["square_avg"], state["acc_delta"]
        s += (1 - rho) * (g * g - s)
        d = np.sqrt(u + eps) / np.sqrt(s + eps) * g
        u += (1 - rho) * (d * d - u)
        w -= lr * d


class RMSprop(Optimizer):
    """Steps divided by the running root mean square of the gradient.

    ::

        g = dL/dw + weight_decay w
        s <- alpha s + (1 - alpha) g²
        d = g / (sqrt(s) + eps)                      (centered: s - (running mean of g)²)
        w <- w - lr d                                (momentum: v <- momentum v + d, w - lr v)

    Tieleman and Hinton 2012; centered: Graves 2013.

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        See `Optimizer`.
    lr, alpha, eps, weight_decay, momentum : float
        As in the formulas.
    centered : bool
        Divide by the running standard deviation instead.
    """

    def __init__(
        self,
        params,
        lr=0.01,
        alpha=0.99,
        eps=1e-8,
        weight_decay=0.0,
        momentum=0.0,
        centered=False,
    ):
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
        )

    def check(self, lr, alpha, eps, weight_decay, momentum, centered):
        """Raise ValueRangeError if an option is out of range."""
        within(self, 0, 1, alpha=alpha, momentum=momentum)
        within(self, 0, np.inf, eps=eps, weight_decay=weight_decay)

    def buffers(self, momentum, centered, **options):
        """Running means, and the velocity if there is momentum."""
        names = ["square_avg", *["grad_avg"] * centered, *["momentum_buffer"] * bool(momentum)]
        return dict.fromkeys(names, 0.0)

    def update(self, w, g, state, lr, alpha, eps, weight_decay, momentum, centered):
        """w <- w - lr g / sqrt(mean of g²)."""
        if weight_decay:
            g = g + weight_decay * w
        s = state["square_avg"]
        s += (1 - alpha) * (g * g - s)
        if centered:
            mean = state["grad_avg"]
            mean += (1 - alpha) * (g - mean)
            s = np.maximum(s - mean * mean, 0)  # rounding may take it below
        d = g / (np.sqrt(s) + eps)
        if momentum:
            v = state["momentum_buffer"]
            v *= momentum
            v += d
            d = v
        w -= lr * d
