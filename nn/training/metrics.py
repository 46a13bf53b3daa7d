"""Measures of a batch: functions of outputs and targets, each a mean over the samples."""

import numpy as np

from autograd import Tensor
from autograd.errors import DtypeError, IndexRangeError, ShapeError
from nn.functional.checks import positive


def accuracy(scores, labels) -> float:
    """Share of the samples whose highest score is that of their label.

    Parameters
    ----------
    scores : array_like, shape (N, C, ...)
        Of a tuple, the outputs of a network with several heads, the first counts.
    labels : array_like of int, shape (N, ...)

    Raises
    ------
    ShapeError, DtypeError, IndexRangeError
        Labels that do not fit the scores, are no integers, or name no class.

    Examples
    --------
    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    """
    return top_k_accuracy(1)(scores, labels)


def top_k_accuracy(k):
    """The measure: share of the samples whose label is among the ``k`` highest scores.

    Examples
    --------
    >>> top_k_accuracy(2)([[0.1, 0.9, 0.5]], [2])
    1.0
    """
    positive("top_k_accuracy", k=k)

    def measure(scores, labels):
        scores = scores[0] if isinstance(scores, tuple) else scores
        scores, labels = (np.asarray(getattr(v, "data", v)) for v in (scores, labels))
        if scores.ndim < 2 or labels.shape != scores.shape[:1] + scores.shape[2:]:
            raise ShapeError(
                "accuracy: scores (N, C, ...) and labels (N, ...) expected, got "
                f"{scores.shape} and {labels.shape}"
            )
        if not labels.size:
            return 0.0
        if labels.dtype.kind not in "iu":
            raise DtypeError(f"accuracy: labels must be integers, got {labels.dtype}")
        if labels.min() < 0 or labels.max() >= scores.shape[1]:
            raise IndexRangeError(
                f"accuracy: labels must be in 0..{scores.shape[1] - 1}, got {labels.min()} to "
                f"{labels.max()}; leave out those that do not count, in the scores too"
            )
        own = np.take_along_axis(scores, np.expand_dims(labels, 1), axis=1)
        better = np.sum(scores > own, axis=1)  # of equal scores the first counts as the highest
        before = np.arange(scores.shape[1]).reshape(1, -1, *[1] * (scores.ndim - 2))
        ties = np.sum((scores == own) & (before < np.expand_dims(labels, 1)), axis=1)
        right = (better + ties < k) & ~np.isnan(np.squeeze(own, 1))
        return float(np.mean(right))

    return measure


def measured(metrics, outputs, target) -> dict[str, float]:
    """What each of the metrics, by name, gives for a batch, as arrays.

    Raises
    ------
    ShapeError
        One gives more than a single number.
    """
    if not metrics:
        return {}
    outputs, target = _plain(outputs), _plain(target)
    return {name: _number(name, f(outputs, target)) for name, f in metrics.items()}


def _plain(v):
    """Arrays in the place of Tensors, in tuples and lists too."""
    if isinstance(v, (tuple, list)):
        return type(v)(map(_plain, v)) if not hasattr(v, "_fields") else tuple(map(_plain, v))
    return v.data if isinstance(v, Tensor) else v


def _number(name, v):
    """What a metric gave, as a float."""
    v = _plain(v)
    if np.size(v) != 1:
        raise ShapeError(
            f"Trainer: the metric {name!r} must give one number for a batch, got shape "
            f"{np.shape(v)}; take the .mean()"
        )
    return float(np.reshape(v, ()))
