"""Optimisers: they change parameters in place, by the gradients that ``backward`` left there."""

import numpy as np

from autograd import Tensor, graph
from autograd.errors import DtypeError, ValueRangeError


class Optimizer:
    """Base of the optimisers: the parameters, their state, and one step over them.

    A step changes the parameters in place, and lets go of the graph that fed the gradients, so that
    a training loop holds one graph at a time.
    """

    def __init__(self, parameters, lr):
        if not hasattr(parameters, "__iter__") or type(parameters) is Tensor:
            raise DtypeError(
                f"{type(self).__name__}: expected parameters to train, got "
                f"{type(parameters).__name__}. Pass model.parameters(), or a list of Tensors."
            )
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueRangeError(f"{type(self).__name__}: there are no parameters to train")
        for k, p in enumerate(self.parameters):
            if type(p) is not Tensor or not p.is_leaf:
                what = "the result of an operation" if type(p) is Tensor else type(p).__name__
                raise DtypeError(
                    f"{type(self).__name__}: parameter {k} must be a leaf Tensor, got {what}. Pass "
                    "model.parameters()."
                )
        if any(p.dtype.kind == "c" for p in self.parameters):
            raise DtypeError(
                f"{type(self).__name__}: complex parameters are not supported; train their "
                "real and imaginary parts."
            )
        self.parameters = list({id(p): p for p in self.parameters}.values())  # a shared one once
        if not lr > 0:
            raise ValueRangeError(f"{type(self).__name__}: lr must be positive, got {lr!r}")
        self.lr = lr
        self.state = [{} for _ in self.parameters]

    def step(self):
        """Change every parameter that has a gradient."""
        by, roots = f"{type(self).__name__}.step()", set()
        for p, state in zip(self.parameters, self.state, strict=True):
            if p.grad is None or p.node is None:
                continue
            with p.changing(by) as w:
                self.update(w, p.grad, state)
            root = p.node.fed_by and p.node.fed_by()
            if root is not None:
                roots.add(root)
        for root in roots:
            graph.release(root, by)

    def update(self, w, g, state):
        """Change the array ``w`` in place by its gradient ``g``; ``state`` is kept in between."""
        raise NotImplementedError

    def zero_grad(self):
        """Forget the gradients of all parameters."""
        for p in self.parameters:
            p.zero_grad()


class SGD(Optimizer):
    """Stochastic gradient descent: w <- w - lr v, with v <- momentum v + g + weight_decay w.

    Parameters
    ----------
    parameters : iterable of Tensor
    lr : float
        Learning rate.
    momentum : float
        Share of the previous step that is kept; 0 for none (Polyak 1964).
    weight_decay : float
        Strength of the L2 penalty (weight_decay/2) ‖w‖².
    """

    def __init__(self, parameters, lr=0.01, momentum=0.0, weight_decay=0.0):
        super().__init__(parameters, lr)
        if not 0 <= momentum < 1 or weight_decay < 0:
            raise ValueRangeError(
                f"SGD: momentum must be in [0, 1) and weight_decay >= 0, got {momentum!r} and "
                f"{weight_decay!r}"
            )
        self.momentum, self.weight_decay = momentum, weight_decay

    def update(self, w, g, state):
        """W <- w - lr v."""
        if self.weight_decay:
            g = g + self.weight_decay * w
        if self.momentum:
            v = state.get("velocity")
            if v is None:
                v = state["velocity"] = np.array(g)
            else:
                v *= self.momentum
                v += g
            g = v
        w -= self.lr * g
