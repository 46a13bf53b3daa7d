"""Guided backprop and deconvnet: the gradient, with another rule for relu on the way back."""

from typing import Any

import numpy as np

from autograd import ops
from autograd.errors import ValueRangeError
from autograd.recording import Watcher, watched
from nn.insight.attribution import Attribution, gradient_of_score
from nn.insight.running import evaluating, examples
from nn.module import Module

RECTIFIERS = (ops.relu, ops.relu6)


class Rectified(Watcher):
    """Lets only what is positive back through a rectifier.

    ``by_input``: and only where the rectifier let the input through, as the gradient does.
    """

    def __init__(self, by_input: bool):
        self.by_input, self.met = by_input, False

    def pull(self, node, k, g, saved):
        """The formula of the operation; of a rectifier, that of the positive part."""
        if node.plan.op not in RECTIFIERS:
            return super().pull(node, k, g, saved)
        self.met = True
        g = np.maximum(g, 0)
        return super().pull(node, k, g, saved) if self.by_input else g


def guided_backprop(model: Module, x: Any, target: Any = None) -> Attribution:
    """The gradient of a score, in which no relu lets a negative gradient pass.

    Back through y = relu(x), ``dL/dx = max(g, 0) (x > 0)``; of relu6 too.

    Parameters, errors : see `saliency`.  A network without relu raises ValueRangeError.  The relu
    inside `nn.RNN` is not changed.

    Notes
    -----
    J. T. Springenberg et al., "Striving for simplicity: the all convolutional net", 2015.

    Examples
    --------
    >>> import nn
    >>> found = nn.insight.guided_backprop(nn.models.lenet(), np.ones((2, 1, 28, 28), np.float32))
    >>> found.array.shape
    (2, 1, 28, 28)
    """
    return _rectified("guided_backprop", model, x, target, "guided backprop", True)


def deconvnet(model: Module, x: Any, target: Any = None) -> Attribution:
    """A score taken back to the pixels by a deconvolutional network.

    As the gradient, but back through y = relu(x) goes ``dL/dx = max(g, 0)``, whether x was positive
    or not; of relu6 too.

    Parameters, errors : see `guided_backprop`.

    Notes
    -----
    M. D. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", 2014.

    Examples
    --------
    >>> import nn
    >>> found = nn.insight.deconvnet(nn.models.lenet(), np.ones((2, 1, 28, 28), np.float32))
    >>> found.array.shape
    (2, 1, 28, 28)
    """
    return _rectified("deconvnet", model, x, target, "deconvnet", False)


def _rectified(op, model, x, target, method, by_input):
    x = examples(op, x)
    with evaluating(op, model), watched(Rectified(by_input)) as rule:
        g, target, scores = gradient_of_score(op, model, x, target)
    if not rule.met:
        raise ValueRangeError(
            f"{op}: no relu or relu6 lies between the input and the scores of "
            f"{type(model).__name__}; without one this is the plain gradient: use saliency."
        )
    return Attribution(g, x, target, scores, method, False)
