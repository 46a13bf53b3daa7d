"""Several opinions as one: the mean of the probabilities of several networks, or views."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd import no_grad, ops
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.module import Module


class Ensemble(Module):
    """The mean of the class probabilities of several networks, over several views of the input.

    ``y = log mean_{m, v} softmax(model_m(view_v(x)))``: scores like those of one network, whose
    softmax are the mean probabilities, so that ``argmax`` and `cross_entropy` take them.
    No graph is kept: it is for use, not for training.

    Parameters
    ----------
    *models : Module
        Networks (N, ...) -> scores (N, classes), of the same classes.  They are put into `eval`.
    views : callable, optional
        Gives the inputs to look at, along a first axis or in a list:
        ``lambda x: nn.data.ten_crop(x, 224)``.  By default x alone.

    Raises
    ------
    ValueRangeError
        If there is no network, or there are no views.
    ShapeError
        At a call, if scores differ in shape or are not (N, classes).

    Examples
    --------
    >>> import nn
    >>> both = Ensemble(nn.Linear(4, 3), nn.Linear(4, 3))
    >>> both(np.ones((5, 4), np.float32)).shape
    (5, 3)
    """

    def __init__(self, *models: Module, views: Callable[[Any], Iterable[Any]] | None = None):
        if not models:
            raise ValueRangeError("Ensemble: expected at least one network, got none")
        for model in models:
            if not isinstance(model, Module):
                raise DtypeError(f"Ensemble: expected networks, got {type(model).__name__}")
        if views is not None and not callable(views):
            raise DtypeError(f"Ensemble: views must be callable, got {type(views).__name__}")
        self.models, self.views = list(models), views
        self.eval()

    def forward(self, x):
        """x (N, ...) -> logarithms of the mean probabilities (N, classes)."""
        total, count = None, 0
        with no_grad():
            for view in [x] if self.views is None else self.views(x):
                for model in self.models:
                    scores = model(view)
                    if scores.ndim != 2 or (total is not None and scores.shape != total.shape):
                        raise ShapeError(
                            f"Ensemble: {type(model).__name__} gave scores {tuple(scores.shape)}, "
                            "expected (N, classes)"
                            + ("" if total is None else f" = {tuple(total.shape)} as the others")
                        )
                    p = ops.log_softmax(scores, axis=1)
                    # In logarithms: the probability of a class may be too small for a float.
                    total = p if total is None else np.logaddexp(total, p)
                    count += 1
        if total is None:
            raise ValueRangeError("Ensemble: views gave nothing to look at")
        return total - math.log(count)
