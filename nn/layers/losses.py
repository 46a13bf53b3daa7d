"""Losses as modules: `nn.functional` with its options."""

import numpy as np

from autograd.errors import DtypeError
from autograd.tensor import needs_grad
from nn import functional as F
from nn.functional.checks import array, one_of, value
from nn.layers.base import options
from nn.module import Module


class Loss(Module):
    """Base of the losses: ``reduction`` is 'mean', 'sum' or 'none'."""

    def __init__(self, reduction="mean"):
        one_of(type(self).__name__, "reduction", reduction, ("mean", "sum", "none"))
        self.reduction = reduction

    def extra_repr(self):
        """What is not the default."""
        return options(self, reduction="mean")[2:]


class ClassLoss(Loss):
    """Base of the losses with a weight per class, kept as state like PyTorch's."""

    def __init__(self, weight=None, reduction="mean"):
        super().__init__(reduction)
        self.weight = _numbers(type(self).__name__, "weight", weight)


def _numbers(layer, name, v):
    """A copy of a constant as an ndarray, so that it is state and not a parameter."""
    if needs_grad(v):
        raise DtypeError(
            f"{layer}: {name} is a constant here, but got a Tensor that requires grad. Pass its "
            ".detach(), or call the loss of nn.functional, where it has a gradient."
        )
    return None if v is None else np.array(value(array(layer, name, v)))


class LabelLoss(ClassLoss):
    """Base of the losses whose mean is over the labels that count, by the weights of classes."""

    ignore_index: int

    def mean_over(self, target):
        """What the mean is divided by: the labels that count, or the sum of their weights.

        None if it is no mean of labels.  It says how means of several batches are put together.
        """
        labels = value(array(type(self).__name__, "target", target))
        if self.reduction != "mean" or labels.dtype.kind not in "iu":
            return None
        labels = labels[labels != self.ignore_index]
        if self.weight is None:
            return labels.size
        known = (labels >= 0) & (labels < len(self.weight))
        unknown = labels.size - np.sum(known)  # they count, so that the loss is asked, and refuses
        return float(np.sum(self.weight[labels[known]], dtype=float) + unknown)


class CrossEntropyLoss(LabelLoss):
    """``-log softmax(x)[label]``, the mean over the batch.

    Parameters
    ----------
    weight : array_like, (C,), optional
        Factor per class.
    ignore_index : int
        A label that counts as nothing.
    reduction : str
        'mean', 'sum' or 'none'.
    label_smoothing : float
        Share of the probability that is spread over all classes.

    See Also
    --------
    nn.functional.cross_entropy : the same as a function; says what targets may be.
    """

    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__(weight, reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input, target):
        """Scores (N, C, ...), labels (N, ...) or probabilities (N, C, ...) -> a scalar."""
        return F.cross_entropy(
            input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing
        )


class NLLLoss(LabelLoss):
    """``-x[label]`` of log probabilities, as `LogSoftmax` gives them."""

    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__(weight, reduction)
        self.ignore_index = ignore_index

    def forward(self, input, target):
        """Log probabilities (N, C, ...), labels (N, ...) -> a scalar."""
        return F.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class BCELoss(ClassLoss):
    """``-(t log p + (1 - t) log(1 - p))`` of probabilities p."""

    def forward(self, input, target):
        """Two arrays of one shape -> a scalar."""
        return F.binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(ClassLoss):
    """``-(t log σ(x) + (1 - t) log σ(-x))`` of scores x; pos_weight for the first part."""

    def __init__(self, weight=None, reduction="mean", pos_weight=None):
        super().__init__(weight, reduction)
        self.pos_weight = _numbers("BCEWithLogitsLoss", "pos_weight", pos_weight)

    def forward(self, input, target):
        """Two arrays of one shape -> a scalar."""
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, self.reduction, self.pos_weight
        )


class KLDivLoss(Loss):
    """``t (log t - x)``: relative entropy of t from the distribution whose log is x.

    reduction='batchmean' is the divergence, averaged over the batch.
    """

    def __init__(self, reduction="mean", log_target=False):
        one_of("KLDivLoss", "reduction", reduction, ("mean", "batchmean", "sum", "none"))
        self.reduction, self.log_target = reduction, log_target

    def forward(self, input, target):
        """Log probabilities, probabilities (or their logs) -> a scalar."""
        return F.kl_div(input, target, self.reduction, self.log_target)


class MSELoss(Loss):
    """``(x - target)²``, the mean over all elements."""

    def forward(self, input, target):
        """Two arrays of one shape -> a scalar."""
        return F.mse_loss(input, target, self.reduction)


class HalfMSELoss(Loss):
    """``1/(2N) Σ ‖x - target‖²`` over N samples: the squared error of textbooks."""

    def forward(self, input, target):
        """Two arrays (N, ...) -> a scalar."""
        return F.half_mse_loss(input, target, self.reduction)


class L1Loss(Loss):
    """``|x - target|``, the mean over all elements."""

    def forward(self, input, target):
        """Two arrays of one shape -> a scalar."""
        return F.l1_loss(input, target, self.reduction)


class SmoothL1Loss(Loss):
    """``(x - t)² / (2 beta)`` near the target, ``|x - t| - beta/2`` from beta on."""

    def __init__(self, reduction="mean", beta=1.0):
        super().__init__(reduction)
        self.beta = beta

    def forward(self, input, target):
        """Two arrays of one shape -> a scalar."""
        return F.smooth_l1_loss(input, target, self.reduction, self.beta)


class HuberLoss(Loss):
    """``(x - t)² / 2`` near the target, ``delta (|x - t| - delta/2)`` from delta on."""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction)
        self.delta = delta

    def forward(self, input, target):
        """Two arrays of one shape -> a scalar."""
        return F.huber_loss(input, target, self.reduction, self.delta)


class HingeLoss(Loss):
    """``max(0, 1 - t x)`` for targets t of -1 or 1: the support vector machine's."""

    def forward(self, input, target):
        """Scores and targets of one shape -> a scalar."""
        return F.hinge_loss(input, target, self.reduction)


class MultiMarginLoss(ClassLoss):
    """``Σ over the wrong classes i of max(0, margin - x[label] + x[i])ᵖ / C``."""

    def __init__(self, p=1, margin=1.0, weight=None, reduction="mean"):
        super().__init__(weight, reduction)
        one_of("MultiMarginLoss", "p", p, (1, 2))
        self.p, self.margin = p, margin

    def forward(self, input, target):
        """Scores (N, C), labels (N,) -> a scalar."""
        return F.multi_margin_loss(input, target, self.p, self.margin, self.weight, self.reduction)


class MarginRankingLoss(Loss):
    """``max(0, -t (x1 - x2) + margin)``: t = 1 asks for x1 > x2, -1 for the opposite."""

    def __init__(self, margin=0.0, reduction="mean"):
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        """Three arrays of one shape -> a scalar."""
        return F.margin_ranking_loss(input1, input2, target, self.margin, self.reduction)


class CosineEmbeddingLoss(Loss):
    """``1 - cos`` of pairs with target 1, ``max(0, cos - margin)`` of those with -1."""

    def __init__(self, margin=0.0, reduction="mean"):
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        """Vectors (N, D) twice, targets (N,) -> a scalar."""
        return F.cosine_embedding_loss(input1, input2, target, self.margin, self.reduction)


class TripletMarginLoss(Loss):
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)``."""

    def __init__(self, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
        super().__init__(reduction)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor, positive, negative):
        """Vectors (N, D), three times -> a scalar."""
        return F.triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, self.reduction
        )
