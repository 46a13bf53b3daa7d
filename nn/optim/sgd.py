"""Descent along the gradient, with and without memory of the last steps."""

import numpy as np

from autograd.errors import ValueRangeError
from nn.optim.optimizer import Optimizer, fast_as
from nn.optim.options import within


class SGD(Optimizer):
    """Stochastic gradient descent: w <- w - lr v, with v <- momentum v + g.

    ::

        g = dL/dw + weight_decay w
        v <- momentum v + (1 - dampening) g          (v = g at its first step)
        w <- w - lr v                                (nesterov: w - lr (g + momentum v))

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        See `Optimizer`.
    lr : float
        Learning rate.
    momentum : float
        Share of the previous step that is kept; 0 for none (Polyak 1964).
    dampening : float
        Share of the gradient that the memory does not take.
    weight_decay : float
        Strength of the L2 penalty (weight_decay/2) ‖w‖².
    nesterov : bool
        Look ahead by one step of the momentum (Sutskever et al. 2013).

    Raises
    ------
    ValueRangeError
        An option out of range; nesterov without momentum, or with dampening.

    Examples
    --------
    >>> from autograd import Tensor
    >>> w = Tensor([3.0], requires_grad=True)
    >>> (w * w).backward()
    >>> SGD([w], lr=0.1).step()
    >>> w.data
    array([2.4])
    """

    def __init__(
        self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False
    ):
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
        )

    def check(self, lr, momentum, dampening, weight_decay, nesterov):
        """Raise ValueRangeError if an option is out of range."""
        within(self, 0, 1, momentum=momentum)
        within(self, 0, np.inf, weight_decay=weight_decay)
        within(self, -np.inf, np.inf, dampening=dampening)
        if nesterov and (not momentum or dampening):
            raise ValueRangeError(
                f"{type(self).__name__}: nesterov needs momentum > 0 and dampening = 0, got "
                f"{momentum!r} and {dampening!r}"
            )

    def buffers(self, momentum, **options):
        """The velocity, if there is momentum."""
        return {"momentum_buffer": 0.0} if momentum else {}

    def _completed(self, p, options):
        """Steps are counted from the velocity's first, whenever momentum was switched on."""
        if options["momentum"] and "momentum_buffer" not in self.state.get(p, ()):
            self.state[p] = {"step": 0}
        return super()._completed(p, options)

    @fast_as("sgd", 20)
    def update(self, w, g, state, lr, momentum, dampening, weight_decay, nesterov):
        """w <- w - lr v."""
        if weight_decay:
            g = g + weight_decay * w
        if momentum:
            v = state["momentum_buffer"]
            v *= momentum
            v += g if state["step"] == 1 or not dampening else (1 - dampening) * g
            g = g + momentum * v if nesterov else v
        w -= lr * g


class Rprop(Optimizer):
    """Only the signs of the gradients count; every number has a step size of its own.

    ::

        s <- clip(s eta, *step_sizes)     eta = etas[1] where the sign stayed, etas[0] where it
        w <- w - s sign(g)                changed (there g counts as 0), else 1

    For full batches only: the noise of mini-batches turns signs.  Riedmiller and Braun 1993.

    Parameters
    ----------
    params : iterable of Tensor, or of dicts
        See `Optimizer`.
    lr : float
        The first step size.
    etas : (float, float)
        How step sizes shrink and grow.
    step_sizes : (float, float)
        The smallest and the largest.
    """

    pairs = ("etas", "step_sizes")

    def __init__(self, params, lr=0.01, etas=(0.5, 1.2), step_sizes=(1e-6, 50.0)):
        super().__init__(params, lr=lr, etas=etas, step_sizes=step_sizes)

    def check(self, lr, etas, step_sizes):
        """Raise ValueRangeError if an option is out of range."""
        if not 0 < etas[0] < 1 < etas[1] or not 0 < step_sizes[0] <= step_sizes[1]:
            raise ValueRangeError(
                f"{type(self).__name__}: expected etas with 0 < etas[0] < 1 < etas[1] and rising "
                f"step_sizes, got {etas!r} and {step_sizes!r}"
            )

    def buffers(self, lr, **options):
        """The previous gradient, and the step sizes."""
        return {"prev": 0.0, "step_size": lr}

    def update(self, w, g, state, lr, etas, step_sizes):
        """w <- w - s sign(g)."""
        last, size = state["prev"], state["step_size"]
        turn = np.sign(g * last)
        size *= np.where(turn > 0, etas[1], np.where(turn < 0, etas[0], 1)).astype(size.dtype)
        np.clip(size, *step_sizes, out=size)
        last[...] = np.where(turn < 0, 0, g)
        w -= size * np.sign(last)
