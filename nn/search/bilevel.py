"""The gradient of the validation loss by the architecture, while the weights follow it.

    min_α L_val(w*(α), α)   where   w*(α) = argmin_w L_train(w, α)

One gradient step w' = w - ξ ∇_w L_train(w, α) stands for w*(α).
"""

from collections.abc import Callable
from contextlib import contextmanager

import numpy as np

from autograd import Tensor, enable_grad, gradients
from autograd.errors import GraphError, ValueRangeError
from nn import init
from nn.insight.running import depends
from nn.module import Module
from nn.search.cell import architecture


def architecture_gradient(
    model: Module,
    train_loss: Callable[[], Tensor],
    validation_loss: Callable[[], Tensor],
    lr: float,
    order: int = 2,
    exact: bool = True,
) -> list[np.ndarray]:
    """dL_val(w', α)/dα, the step that DARTS makes with the architecture weights.

    ::

        first order    ∇_α L_val(w, α)
        second order   ∇_α L_val(w', α) - ξ ∇²_{α,w} L_train(w, α) · ∇_{w'} L_val(w', α)
                       with w' = w - ξ ∇_w L_train(w, α)

    Liu, Simonyan and Yang 2019, equations 6 to 8.  The weights, and state such as running means,
    are afterwards as they were.

    Parameters
    ----------
    model : Module
        Has one `Cell` or more.
    train_loss, validation_loss : callable
        ``() -> Tensor``, the loss of ``model`` on a batch of each: it is called several times.
    lr : float
        ξ, the rate of the step that stands for training.
    order : int
        1, which takes ξ for 0, or 2.
    exact : bool
        Of the mixed second derivative: exact, by differentiating the gradient's own graph; or, as
        in the paper, by central differences with ε = 0.01 / ‖∇_{w'} L_val‖.

    Returns
    -------
    list of ndarray
        One of the shape of ``alpha`` for each different ``alpha`` of the model's cells.

    Raises
    ------
    ValueRangeError
        There is no cell, or ``order`` is neither 1 nor 2.
    GraphError
        The validation loss does not depend on the architecture.
    """
    if order not in (1, 2):
        raise ValueRangeError(f"architecture_gradient: order must be 1 or 2, got {order!r}")
    alphas = architecture(model)
    weights = inner_weights(model, alphas)
    with state_kept(model), enable_grad():
        if order == 1:
            return _by_architecture(validation_loss, alphas, alphas)
        noise = init.generator().bit_generator.state  # each run drops the same units
        slopes = gradients(train_loss(), weights)
        now = [w.data for w in weights]
        with weights_at(weights, [w - lr * s for w, s in zip(now, slopes, strict=True)]):
            found = _by_architecture(validation_loss, alphas, alphas + weights)
        direct, v = found[: len(alphas)], found[len(alphas) :]
        after = init.generator().bit_generator.state
        init.generator().bit_generator.state = noise
        mixed = (_mixed if exact else _mixed_by_differences)(train_loss, alphas, weights, v)
        init.generator().bit_generator.state = after
    return [np.asarray(d - lr * m, a.dtype) for d, m, a in zip(direct, mixed, alphas, strict=True)]


def _by_architecture(loss, alphas, variables):
    """The gradients of a loss by ``variables``; GraphError if it does not depend on α at all."""
    y = loss()
    found = gradients(y, variables)
    if not depends(y, *alphas):
        raise GraphError(
            "architecture_gradient: the validation loss does not depend on the alpha of any Cell "
            "of the model, so its gradient would be 0. Is it the loss of another model, or does "
            "this one leave the graph behind its cells, by .data?"
        )
    return found


def _mixed(loss, alphas, weights, v):
    """∇²_{α,w} L · v: the gradient by α of ⟨∇_w L, v⟩."""
    slopes = gradients(loss(), weights, create_graph=True)
    along = sum(np.sum(s * d) for s, d in zip(slopes, v, strict=True))
    if along.node is None:  # L is linear in the weights, and α is not in its slope
        return [np.zeros_like(a.data) for a in alphas]
    return gradients(along, alphas)


def _mixed_by_differences(loss, alphas, weights, v):
    """(∇_α L(w + εv) - ∇_α L(w - εv)) / 2ε."""
    norm = np.sqrt(sum(float(np.sum(np.square(d, dtype=float))) for d in v))
    if norm == 0:
        return [np.zeros_like(a.data) for a in alphas]
    step = 0.01 / norm
    noise = init.generator().bit_generator.state
    sides = []
    for sign in (1, -1):
        init.generator().bit_generator.state = noise
        there = [w.data + sign * step * d for w, d in zip(weights, v, strict=True)]
        with weights_at(weights, there):
            sides.append(gradients(loss(), alphas))
    return [(up - down) / (2 * step) for up, down in zip(*sides, strict=True)]


def inner_weights(model, alphas) -> list[Tensor]:
    """The trained parameters of a model without its architecture weights, each once."""
    mine = set(alphas)
    weights = [p for p in dict.fromkeys(model.parameters()) if p.requires_grad and p not in mine]
    if not weights:
        raise ValueRangeError(
            f"darts: {type(model).__name__} has no weights besides those of the architecture"
        )
    return weights


@contextmanager
def weights_at(weights, values):
    """Parameters with other values, and afterwards with their own again."""
    before = [w.data.copy() for w in weights]
    try:
        for w, v in zip(weights, values, strict=True):
            with w.changing("architecture_gradient") as array:
                array[...] = v
        yield
    finally:
        for w, v in zip(weights, before, strict=True):
            with w.changing("architecture_gradient") as array:
                array[...] = v


@contextmanager
def state_kept(model):
    """Running means and the like are afterwards as they were."""
    modules = [
        (m, name, v.copy())
        for _, m in model.named_modules()
        for name, v in m.attributes()
        if isinstance(v, np.ndarray)
    ]
    try:
        yield
    finally:
        for m, name, v in modules:
            m.set_attribute(name, v)
