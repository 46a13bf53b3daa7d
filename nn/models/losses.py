"""The sum of the losses of a network that gives scores at several layers."""

from autograd import Tensor
from autograd.errors import DtypeError
from nn import functional as F


def auxiliary_cross_entropy(outputs, labels, weight=0.3):
    """Cross-entropy of the last scores plus ``weight`` times that of each of the others.

    Parameters
    ----------
    outputs : Tensor (N, C), or tuple of Tensors (N, C) and None
        What the network gave: the scores, first the last layer's.  In eval, one Tensor.
    labels : array of int, (N,)
    weight : float
        0.3 in GoogLeNet (Szegedy et al. 2014, section 5).

    Returns
    -------
    Tensor
        A scalar.
    """
    if isinstance(outputs, Tensor):
        return F.cross_entropy(outputs, labels)
    if not isinstance(outputs, tuple):
        raise DtypeError(
            "auxiliary_cross_entropy: expected a Tensor or a tuple of Tensors, got "
            f"{type(outputs).__name__}"
        )
    main, *others = outputs
    loss = F.cross_entropy(main, labels)
    for scores in others:
        if scores is not None:
            loss = loss + weight * F.cross_entropy(scores, labels)
    return loss
