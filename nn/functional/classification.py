"""Losses between distributions: cross-entropy of classes, of yes and no, relative entropy."""

import math

import numpy as np

from autograd import ops
from autograd.errors import ShapeError, ValueRangeError
from nn.functional.checks import (
    array,
    class_axis,
    class_weights,
    floating,
    just,
    labels_for,
    numbers,
    one_of,
    reduced,
    same_shape,
    value,
)

LEAST, FLOOR = math.exp(-100), 1e-12  # of probabilities, for their logarithms


def cross_entropy(
    input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
):
    """``-log softmax(x)[label]``: the scores of C classes against the right one.

    dL/dx = (softmax(x) - one-hot label) / N.

    Parameters
    ----------
    input : Tensor or ndarray, (N, C, ...) or (C,)
        Scores, before the softmax.
    target : ndarray of int, (N, ...), or of floats, of the input's shape
        Labels in 0..C-1, or a probability for each class.
    weight : ndarray, (C,), optional
        Factor per class; the mean is then weighted, too.
    ignore_index : int
        A label that counts as nothing, also in the mean.
    reduction : str
        'mean', 'sum' or 'none'.
    label_smoothing : float
        This share of the probability is spread evenly over all classes.  Szegedy et al. 2016.

    Raises
    ------
    DtypeError, ShapeError, ValueRangeError
        Labels that are no integers, are not one per score vector, or name no class.

    Examples
    --------
    >>> float(cross_entropy(np.zeros((2, 4)), np.array([0, 3])))  # log 4
    1.3862943611198906
    """
    op = "cross_entropy"
    input, target = array(op, "input", input), array(op, "target", target)
    numbers(op, label_smoothing=label_smoothing)
    if not 0 <= label_smoothing <= 1:
        raise ValueRangeError(
            f"{op}: label_smoothing must be between 0 and 1, got {label_smoothing!r}"
        )
    axis = class_axis(op, input)
    weight = class_weights(op, weight, input.shape[axis])
    if target.dtype.kind == "f" and tuple(target.shape) == tuple(input.shape):
        logp = ops.log_softmax(input, axis=axis)
        return _against_probabilities(logp, target, axis, weight, reduction, label_smoothing)
    labels, counted = labels_for(op, input, target, ignore_index)
    if axis == 1 and just(label_smoothing, 0):
        losses = ops.cross_entropy_(input, labels)
        return _weighted(op, losses, labels, counted, weight, reduction)
    logp = ops.log_softmax(input, axis=axis)
    losses = _chosen(logp, labels, axis) * (1 - label_smoothing)
    even = np.sum(logp if weight is None else logp * _along(weight, axis, logp), axis=axis)
    if counted is not None:
        even = even * counted.astype(logp.dtype)
    even = even * (label_smoothing / logp.shape[axis])
    return _weighted(op, losses, labels, counted, weight, reduction, even)


def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean"):
    """``-x[label]`` of log probabilities: (N, C, ...) and labels (N, ...).

    Any numbers are taken, densities too.  For scores use `cross_entropy`: without the softmax they
    would rise without end.
    """
    op = "nll_loss"
    input = array(op, "input", input)
    labels, counted = labels_for(op, input, target, ignore_index)
    axis = class_axis(op, input)
    weight = class_weights(op, weight, input.shape[axis])
    return _weighted(op, _chosen(input, labels, axis), labels, counted, weight, reduction)


def _chosen(logp, labels, axis):
    """Minus the log probability of each label."""
    return -np.squeeze(np.take_along_axis(logp, np.expand_dims(labels, axis), axis=axis), axis)


def _weighted(op, losses, labels, counted, weight, reduction, even=None):
    """The losses times the weights of their labels, reduced; ``even`` is taken off, unweighted."""
    share = None if counted is None else counted.astype(losses.dtype)
    if weight is not None:
        of_label = weight.astype(losses.dtype)[labels]
        share = of_label if share is None else of_label * share
    if share is not None:
        losses = losses * share
    if even is not None:
        losses = losses - even
    if reduction != "mean" or share is None:
        return reduced(op, losses, reduction)
    total = np.sum(share)
    if total == 0:
        raise ValueRangeError(
            f"{op}: every label is ignore_index or has weight 0, and the mean of nothing is not "
            "defined. Skip this batch, or use reduction='sum'."
        )
    return reduced(op, losses, reduction, total)


def _against_probabilities(logp, target, axis, weight, reduction, smoothing):
    if not just(smoothing, 0):
        target = target * (1 - smoothing) + smoothing / logp.shape[axis]
    if weight is not None:
        logp = logp * _along(weight, axis, logp)
    losses = -np.sum(logp * target, axis=axis)
    return reduced("cross_entropy", losses, reduction)


def _along(weight, axis, like):
    """One number per class, in the shape that multiplies the class axis."""
    weight = weight.astype(like.dtype)
    return np.reshape(weight, (1,) * axis + (-1,) + (1,) * (like.ndim - axis - 1))


def binary_cross_entropy(input, target, weight=None, reduction="mean"):
    """``-(t log p + (1 - t) log(1 - p))`` of probabilities p; logarithms end at -100.

    `binary_cross_entropy_with_logits` takes scores, and loses no digits where p is near 0 or 1.
    """
    op = "binary_cross_entropy"
    input, target = _two(op, input, target)
    p = value(input)
    if p.size and not (np.min(p) >= 0 and np.max(p) <= 1):
        raise ValueRangeError(
            f"{op}: probabilities between 0 and 1 expected, got {np.min(p):g} to {np.max(p):g}. "
            "For scores use binary_cross_entropy_with_logits."
        )
    losses = -(target * _log(input) + (1 - target) * _log(1 - input))
    return reduced(op, _times(op, losses, weight), reduction)


def _log(p):
    """Log p, but -100 at p = 0, where its derivative is 1e12 rather than infinite."""
    zero = (value(p) < LEAST).astype(p.dtype)
    return np.log(p + zero * FLOOR) - zero * (100 + math.log(FLOOR))


def binary_cross_entropy_with_logits(input, target, weight=None, reduction="mean", pos_weight=None):
    """``-(t log σ(x) + (1 - t) log σ(-x))`` of scores x; pos_weight multiplies the first part.

    dL/dx = σ(x) - t.

    Parameters
    ----------
    input, target : Tensor or ndarray, of one shape
        Scores; probabilities to meet, mostly 0 or 1.
    weight : ndarray, optional
        Factor per element, broadcast.
    reduction : str
        'mean', 'sum' or 'none'.
    pos_weight : ndarray, optional
        Factor for the positives, broadcast: > 1 asks for recall, < 1 for precision.
    """
    op = "binary_cross_entropy_with_logits"
    input, target = _two(op, input, target)
    negative = (1 - target) * input
    tail = ops.softplus(-input)
    if pos_weight is not None:
        pos_weight = _broadcasts(op, "pos_weight", pos_weight, input)
        tail = tail * (1 + (pos_weight - 1) * target)
    return reduced(op, _times(op, negative + tail, weight), reduction)


def kl_div(input, target, reduction="mean", log_target=False):
    """``t (log t - x)``: relative entropy of t from the distribution whose log is x.

    ``log_target``: the target is given as log t.  'batchmean' sums and divides by the batch: that
    is the divergence of distributions; 'mean' divides by all elements, as in PyTorch.
    """
    op = "kl_div"
    input, target = _two(op, input, target)
    one_of(op, "reduction", reduction, ("mean", "batchmean", "sum", "none"))
    if log_target:
        losses = np.exp(target) * (target - input)
    else:
        positive = value(target) > 0
        entropy = target * np.log(np.where(positive, target, np.ones((), target.dtype)))
        losses = entropy - target * input
    if reduction == "batchmean":
        return np.sum(losses) / input.shape[0]
    return reduced(op, losses, reduction)


def _two(op, input, target):
    input, target = array(op, "input", input), array(op, "target", target)
    floating(op, "input", input)
    same_shape(op, input, target)
    if target.dtype.kind != "f":
        target = value(target).astype(input.dtype)
    return input, target


def _times(op, losses, weight):
    return losses if weight is None else losses * _broadcasts(op, "weight", weight, losses)


def _broadcasts(op, name, v, like):
    """``v`` in the dtype of ``like``, to whose shape it broadcasts."""
    v = array(op, name, v)
    try:
        fits = np.broadcast_shapes(v.shape, like.shape) == tuple(like.shape)
    except ValueError:
        fits = False
    if not fits or v.dtype.kind not in "fiub":
        raise ShapeError(
            f"{op}: {name} of shape {v.shape} and {v.dtype} does not broadcast to the input's "
            f"{tuple(like.shape)}"
        )
    return v.astype(like.dtype)
