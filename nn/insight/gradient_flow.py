"""How much gradient reaches each step of a sequence: vanishing and exploding over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, gradients
from autograd.errors import DtypeError, GraphError, ValueRangeError
from nn.insight.results import Drawn
from nn.insight.running import depends


@dataclass(frozen=True, eq=False, repr=False)
class GradientFlow(Drawn):
    """What `gradient_flow` finds; shows itself as a plot in a notebook."""

    norms: np.ndarray
    """‖dL/dh_t‖ over the whole batch: (T,)."""

    def rate(self) -> float:
        """The factor per step back in time: below 1 gradients vanish, above 1 they explode.

        The slope of a straight line through log ‖dL/dh_t‖, over the steps where it is above 0.
        NaN where fewer than two are.
        """
        t = np.flatnonzero((self.norms > 0) & np.isfinite(self.norms))
        if len(t) < 2:
            return float("nan")
        return float(np.exp(-np.polyfit(t, np.log(self.norms[t].astype(float)), 1)[0]))

    def figure(self):
        """A matplotlib figure of the norms over time."""
        return plot_gradient_flow({"": self})


def gradient_flow(loss: Tensor, states: Sequence[Any]) -> GradientFlow:
    """‖dL/dh_t‖ for every step t: how much the loss would change with the state at t.

    Parameters
    ----------
    loss : Tensor
        A scalar computed from these states.
    states : sequence of T Tensors (N, H)
        As ``layer.unroll(x)`` of `nn.RNN`, `nn.GRU` and `nn.LSTM` gives them, or a loop over a
        cell.  Of pairs (h, c) the norm of both together is taken.

    Returns
    -------
    GradientFlow
        ``.norms`` (T,), ``.rate()``, ``.figure()``.

    Raises
    ------
    DtypeError
        ``states`` is not a list of Tensors: the output of a layer, in particular, is one Tensor for
        all steps, and gradients from step to step do not pass through it.
    ValueRangeError
        There are no states.
    GraphError
        The loss was computed from none of them.

    Notes
    -----
    Y. Bengio, P. Simard, P. Frasconi, "Learning long-term dependencies with gradient descent is
    difficult", 1994.

    Examples
    --------
    >>> import nn
    >>> states = nn.RNN(3, 5).unroll(np.ones((7, 2, 3), np.float32))
    >>> flow = gradient_flow((states[-1] ** 2).sum(), states)
    >>> flow.norms.shape, bool(flow.rate() < 1)
    ((7,), True)
    """
    if isinstance(states, (Tensor, np.ndarray)):
        raise DtypeError(
            "gradient_flow: states must be a list of one Tensor per step, got one "
            f"{type(states).__name__} of shape {tuple(states.shape)}. Take states = "
            "layer.unroll(x), and compute the loss from them."
        )
    rows = [s if isinstance(s, (tuple, list)) else (s,) for s in states]
    if not rows:
        raise ValueRangeError("gradient_flow: there are no states")
    flat = [s for row in rows for s in row]
    for s in flat:
        if type(s) is not Tensor or s.node is None:
            raise DtypeError(
                f"gradient_flow: states must be Tensors in the graph of the loss, got a "
                f"{type(s).__name__}{'' if type(s) is not Tensor else ' outside any graph'}. Take "
                "states = layer.unroll(x), not under no_grad."
            )
    found = iter(gradients(loss, flat))
    if not depends(loss, *flat):
        raise GraphError(
            "gradient_flow: the loss does not depend on any of the states, so all norms would be "
            "0. Take states = layer.unroll(x) once, and compute the loss from these."
        )
    squares = [sum(float(np.sum(np.square(next(found), dtype=float))) for _ in row) for row in rows]
    return GradientFlow(np.sqrt(squares))


def plot_gradient_flow(flows: Mapping[str, GradientFlow]):
    """One figure of several flows by name: ‖dL/dh_t‖ over t, on a logarithmic axis.

    Raises
    ------
    ImportError
        Matplotlib is missing.
    """
    from nn.figures import new_figure

    figure = new_figure((7.5, 3.2))
    axes = figure.subplots()
    for name, flow in flows.items():
        norms = np.where(flow.norms > 0, flow.norms, np.nan)
        axes.plot(norms, marker=".", markersize=3, linewidth=1, label=name or None)
    axes.set(xlabel="step t", ylabel="‖dL/dh$_t$‖", title="gradient that reaches each step")
    axes.xaxis.get_major_locator().set_params(integer=True)
    if any(np.any(flow.norms > 0) for flow in flows.values()):
        axes.set_yscale("log")
    axes.grid(alpha=0.3)
    if any(flows):
        figure.legend(loc="outside right upper", frameon=False)
    return figure
