"""Losses between numbers, margins between scores, distances between vectors."""

import numpy as np

from autograd import ops
from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.register import constant
from nn.functional.checks import (
    array,
    class_axis,
    class_weights,
    floating,
    labels_for,
    numbers,
    one_of,
    reduced,
    same_shape,
    value,
)


def mse_loss(input, target, reduction="mean"):
    """``(x - t)²``, the mean over all elements.  dL/dx = 2 (x - t) / n."""
    input, target = _pair("mse_loss", input, target)
    return reduced("mse_loss", (input - target) ** 2, reduction)


def half_mse_loss(input, target, reduction="mean"):
    """``‖x - t‖² / 2`` per sample, the mean over the N samples: 1/(2N) Σ (x - t)².

    dL/dx = (x - t) / N.  The textbook's squared error; PyTorch's `mse_loss` divides by the number
    of elements and has no 1/2.
    """
    op = "half_mse_loss"
    input, target = _pair(op, input, target)
    axes = tuple(range(1, input.ndim))
    return reduced(op, np.sum((input - target) ** 2, axis=axes) / 2, reduction)


def l1_loss(input, target, reduction="mean"):
    """``|x - t|``, the mean over all elements."""
    input, target = _pair("l1_loss", input, target)
    return reduced("l1_loss", np.abs(input - target), reduction)


def smooth_l1_loss(input, target, reduction="mean", beta=1.0):
    """``(x - t)² / (2 beta)`` where |x - t| < beta, else ``|x - t| - beta/2``.

    Girshick 2015.  `huber_loss` is beta times this.
    """
    numbers("smooth_l1_loss", beta=beta)
    if beta < 0:
        raise ValueRangeError(f"smooth_l1_loss: beta must not be negative, got {beta!r}")
    input, target = _pair("smooth_l1_loss", input, target)
    if beta == 0:
        constant("smooth_l1_loss", "beta", beta)
        return reduced("smooth_l1_loss", np.abs(input - target), reduction)
    return reduced("smooth_l1_loss", ops.huber(input - target, beta) / beta, reduction)


def huber_loss(input, target, reduction="mean", delta=1.0):
    """``(x - t)² / 2`` where |x - t| < delta, else ``delta (|x - t| - delta/2)``.  Huber 1964."""
    numbers("huber_loss", delta=delta)
    if not delta > 0:
        raise ValueRangeError(f"huber_loss: delta must be positive, got {delta!r}")
    input, target = _pair("huber_loss", input, target)
    return reduced("huber_loss", ops.huber(input - target, delta), reduction)


def hinge_loss(input, target, reduction="mean"):
    """``max(0, 1 - t x)`` for scores x and targets t of -1 or 1: the support vector machine's.

    dL/dx = -t where t x < 1, else 0.  Cortes and Vapnik 1995.
    """
    op = "hinge_loss"
    input, target = array(op, "input", input), array(op, "target", target)
    if input.ndim == 2 and input.shape[1] > 1 and tuple(target.shape) == (input.shape[0],):
        raise ShapeError(
            f"{op}: a target of -1 or 1 for each score expected, got scores {tuple(input.shape)} "
            f"and targets {tuple(target.shape)}. For labels of classes use multi_margin_loss."
        )
    input, target = _pair(op, input, target)
    t = value(target)
    if not np.all(np.abs(t) == 1):
        raise ValueRangeError(
            f"{op}: targets must be -1 or 1, got {t[np.abs(t) != 1].flat[0]}. Of classes 0 and 1 "
            "make 2 * target - 1."
        )
    return reduced(op, np.maximum(1 - target * input, 0), reduction)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, reduction="mean"):
    """``Σ over the wrong classes i of max(0, margin - x[label] + x[i])ᵖ / C``.

    Scores (N, C) and labels (N,).  The hinge loss of several classes.  Crammer and Singer 2001.
    """
    op = "multi_margin_loss"
    input = array(op, "input", input)
    if input.ndim != 2:
        raise ShapeError(f"{op}: expected scores (N, C), got {tuple(input.shape)}")
    one_of(op, "p", p, (1, 2))
    labels, _ = labels_for(op, input, target)
    weight = class_weights(op, weight, input.shape[class_axis(op, input)])
    right = np.take_along_axis(input, labels[:, None], axis=1)
    wrong = (labels[:, None] != np.arange(input.shape[1])).astype(input.dtype)
    over = np.maximum(margin - right + input, 0)
    over = (over if p == 1 else over * over) * wrong
    losses = np.sum(over, axis=1) / input.shape[1]
    if weight is not None:
        losses = losses * weight.astype(input.dtype)[labels]
    return reduced(op, losses, reduction)


def margin_ranking_loss(input1, input2, target, margin=0.0, reduction="mean"):
    """``max(0, -t (x1 - x2) + margin)``: t = 1 asks for x1 > x2, -1 for the opposite."""
    op = "margin_ranking_loss"
    input1, input2 = _pair(op, input1, input2, ("input1", "input2"))
    target = _pair(op, input1, target, ("input1", "target"))[1]
    return reduced(op, np.maximum(margin - target * (input1 - input2), 0), reduction)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """``x1·x2 / (max(‖x1‖, eps) max(‖x2‖, eps))`` along ``dim``."""
    op = "cosine_similarity"
    x1, x2 = _pair(op, x1, x2, ("x1", "x2"))
    lengths = [np.maximum(np.linalg.norm(x, axis=dim), x.dtype.type(eps)) for x in (x1, x2)]
    return np.sum(x1 * x2, axis=dim) / (lengths[0] * lengths[1])


def cosine_embedding_loss(input1, input2, target, margin=0.0, reduction="mean"):
    """``1 - cos`` of pairs with target 1, ``max(0, cos - margin)`` of those with -1.

    Vectors (N, D), targets (N,).
    """
    op = "cosine_embedding_loss"
    target = value(array(op, "target", target))
    cosine = cosine_similarity(input1, input2, dim=-1)
    same_shape(op, cosine, target, ("the batch of pairs", "target"))
    if not np.all(np.abs(target) == 1):
        raise ValueRangeError(f"{op}: targets must be -1 or 1")
    apart = np.maximum(cosine - margin, 0)
    return reduced(op, np.where(target == 1, 1 - cosine, apart), reduction)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """``‖x1 - x2 + eps‖_p`` along the last axis."""
    op = "pairwise_distance"
    x1, x2 = _pair(op, x1, x2, ("x1", "x2"))
    p = constant(op, "p", p)
    return np.linalg.norm(x1 - x2 + x1.dtype.type(eps), p, axis=-1, keepdims=keepdim)


def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"
):
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)`` of vectors (N, D).

    With ``swap`` the negative's distance is the smaller of those to anchor and positive.  Schroff,
    Kalenichenko and Philbin 2015.
    """
    op = "triplet_margin_loss"
    anchor, positive = _pair(op, anchor, positive, ("anchor", "positive"))
    anchor, negative = _pair(op, anchor, negative, ("anchor", "negative"))
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = np.minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced(op, np.maximum(near - far + margin, 0), reduction)


def _pair(op, input, target, names=("input", "target")):
    input, target = array(op, names[0], input), array(op, names[1], target)
    floating(op, names[0], input)
    same_shape(op, input, target, names)
    return input, target
