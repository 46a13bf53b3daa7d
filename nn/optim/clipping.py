"""Limits on gradients, between ``backward`` and ``step``."""

import numpy as np

from autograd import Tensor
from autograd.errors import DtypeError, ValueRangeError


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=True) -> float:
    """Scale all gradients together so that their norm is at most ``max_norm``.

    g <- g min(1, max_norm / (‖g‖ + 1e-6)), with ‖g‖ over all the numbers of all the gradients.
    Pascanu, Mikolov and Bengio 2013.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those without a gradient are skipped.
    max_norm : float
        The limit.
    norm_type : float
        2 for the Euclidean norm, ``inf`` for the largest absolute value, any p > 0.
    error_if_nonfinite : bool
        Raise when the norm is infinite or NaN, as no scale makes that right.  PyTorch's default is
        False: the scaled gradients are then zeros and NaN.

    Returns
    -------
    float
        The norm before clipping.

    Raises
    ------
    ValueRangeError
        A gradient that is not finite; which one is said, and nothing has been changed.

    Examples
    --------
    >>> w = Tensor([3.0, 4.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> clip_grad_norm_([w], 1.0)
    10.0
    >>> w.grad.round(4)
    array([0.6, 0.8])
    """
    if not max_norm > 0 or not norm_type > 0:
        raise ValueRangeError(
            f"clip_grad_norm_: max_norm and norm_type must be positive, got {max_norm!r} and "
            f"{norm_type!r}"
        )
    held = _with_gradient("clip_grad_norm_", parameters)
    norms = [_norm(np.asarray(p.grad).ravel(), norm_type) for _, p in held]
    total = _norm(np.array(norms), norm_type)
    if not np.isfinite(total) and error_if_nonfinite:
        _raise_nonfinite(held, total)
    scale = max_norm / (total + 1e-6)
    if not scale >= 1:
        for _, p in held:
            if isinstance(p.grad, np.ndarray) and p.grad.flags.writeable:
                p.grad *= scale
            else:
                p.grad = p.grad * scale
    return total


def clip_grad_value_(parameters, clip_value):
    """Cut every number of every gradient to [-clip_value, clip_value].

    Raises
    ------
    ValueRangeError
        The limit is not positive.

    Examples
    --------
    >>> w = Tensor([3.0, 0.1], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> clip_grad_value_([w], 1.0)
    >>> w.grad
    array([1. , 0.2])
    """
    if not clip_value > 0:
        raise ValueRangeError(f"clip_grad_value_: clip_value must be positive, got {clip_value!r}")
    for _, p in _with_gradient("clip_grad_value_", parameters):
        p.grad = np.clip(p.grad, -clip_value, clip_value)


def _with_gradient(op, parameters):
    """(position, parameter) of those that have a gradient."""
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    for k, p in enumerate(parameters):
        if not isinstance(p, Tensor):
            raise DtypeError(
                f"{op}: parameter {k} must be a Tensor, got {type(p).__name__}. Pass "
                "model.parameters()."
            )
    return [(k, p) for k, p in enumerate(parameters) if p.grad is not None]


def _norm(g, order) -> float:
    """The norm of a vector.  Scaled by its largest element where squares would overflow."""
    if not g.size:
        return 0.0
    if g.dtype == np.float16:  # squares of 3e-4 and of 300 are beyond it
        g = g.astype(np.float32)
    with np.errstate(all="ignore"):
        if order == 2:
            square = float(np.vdot(g, g))
            if 1e-30 < square < np.inf:
                return square**0.5
        largest = float(np.max(np.abs(g)))
        if order == np.inf or largest == 0 or not np.isfinite(largest):
            return largest
        return largest * float(np.sum((np.abs(g.astype(float)) / largest) ** order) ** (1 / order))


def _raise_nonfinite(held, total):
    for k, p in held:
        bad = np.size(p.grad) - np.count_nonzero(np.isfinite(p.grad))
        if bad:
            called = f" {p.name!r}" if p.name else ""
            raise ValueRangeError(
                f"clip_grad_norm_: the norm is {total}: {bad} of {np.size(p.grad)} numbers in the "
                f"gradient of parameter {k}{called} of shape {p.shape} are not finite. Lower the "
                "learning rate, or look for the operation that made them; nothing was changed."
            )
    raise ValueRangeError(f"clip_grad_norm_: the norm overflows: {total}; nothing was changed")
