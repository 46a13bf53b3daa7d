"""Attention: means of values, weighted by how well their keys match a query."""

import math

import numpy as np

from autograd import Tensor, ops
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.functional.checks import array, floating, proportion, value
from nn.functional.noise import dropout


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None
):
    """``softmax(scale query keyᵀ + mask) value``, the softmax over the keys.

    Parameters
    ----------
    query : Tensor or ndarray, (..., L, E)
        What is asked for, at L places.  Leading axes are broadcast.
    key : Tensor or ndarray, (..., S, E)
        What is on offer, at S places.
    value : Tensor or ndarray, (..., S, V)
        What the places have to say.
    attn_mask : Tensor or ndarray, broadcast to the scores (..., L, S), optional
        Of bools: True where a query may look at a key; or of numbers to add to the scores, -inf
        where it may not.  A query that may look at nothing gets zeros.
    dropout_p : float
        Proportion of the weights to drop.  There is no ``training``: give 0 in use.
    is_causal : bool
        A query looks at no place after its own: key j <= i.  Not together with a mask.
    scale : float, optional
        1 / sqrt(E) by default.

    Returns
    -------
    Tensor or ndarray, (..., L, V)

    Raises
    ------
    ShapeError
        Shapes that do not fit.
    DtypeError
        Integers; a mask of integers.
    ValueRangeError
        A mask with ``is_causal``; dropout_p not in [0, 1].

    Notes
    -----
    Vaswani et al. 2017, equation 1.

    Examples
    --------
    A query like the first key:

    >>> key, values = np.eye(2), np.array([[1.0], [0.0]])
    >>> scaled_dot_product_attention(key[:1], key, values, scale=10.0).round(3)
    array([[1.]])
    """
    op = "scaled_dot_product_attention"
    query, key, value = (
        array(op, name, v) for name, v in (("query", query), ("key", key), ("value", value))
    )
    _check(op, query, key, value)
    proportion(op, dropout_p)
    if is_causal:
        if attn_mask is not None:
            raise ValueRangeError(
                f"{op}: is_causal makes the mask: give one of them, or attn_mask=mask & "
                "np.tri(L, S, dtype=bool)"
            )
        attn_mask = np.tri(query.shape[-2], key.shape[-2], dtype=bool)
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    elif type(scale) is not Tensor and np.ndim(scale) == 0:  # np.float64 would make all float64
        scale = float(scale)
    scores = (query * scale) @ key.mT
    if attn_mask is None:
        weights = ops.softmax(scores, axis=-1)
    else:
        weights = _masked(op, scores, array(op, "attn_mask", attn_mask))
    return dropout(weights, dropout_p) @ value


def _check(op, query, key, value):
    for name, v in (("query", query), ("key", key), ("value", value)):
        floating(op, name, v)
        if v.ndim < 2:
            raise ShapeError(f"{op}: expected {name} (..., places, E), got {tuple(v.shape)}")
    if query.shape[-1] != key.shape[-1] or query.shape[-1] == 0:
        raise ShapeError(
            f"{op}: query and key differ in their last axis, or it is empty: "
            f"{tuple(query.shape)} and {tuple(key.shape)}"
        )
    if key.shape[-2] != value.shape[-2]:
        raise ShapeError(
            f"{op}: there are {key.shape[-2]} keys, {tuple(key.shape)}, but "
            f"{value.shape[-2]} values, {tuple(value.shape)}"
        )


def _masked(op, scores, mask):
    """The weights where a mask forbids some: 0 there, and all 0 where it forbids all."""
    try:
        fits = np.broadcast_shapes(mask.shape, scores.shape) == scores.shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            f"{op}: attn_mask {tuple(mask.shape)} does not broadcast to the scores "
            f"{tuple(scores.shape)}"
        )
    if mask.dtype.kind == "b":
        allowed = value(mask)
    elif mask.dtype.kind == "f":
        with np.errstate(over="ignore"):
            mask = mask.astype(scores.dtype)  # first: what it cannot hold becomes -inf
        allowed = ~np.isneginf(value(mask))
        scores = scores + np.where(allowed, mask, mask.dtype.type(0))
    else:
        raise DtypeError(f"{op}: attn_mask must hold bools or floats, got {mask.dtype}")
    some = np.atleast_1d(allowed).any(axis=-1, keepdims=True)
    forbidden = np.asarray(-np.inf, scores.dtype)
    weights = ops.softmax(np.where(allowed | ~some, scores, forbidden), axis=-1)
    return weights if some.all() else weights * some
