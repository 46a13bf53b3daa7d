"""Affine and bilinear maps; rows looked up in a table."""

import numpy as np

from autograd import ops
from autograd.errors import DtypeError, IndexRangeError, ShapeError
from nn.functional.checks import array, floating, optional, value


def linear(input, weight, bias=None):
    """``input weightᵀ + bias``: (..., in) with weight (out, in), bias (out,) -> (..., out).

    dL/dweight = (dL/dy)ᵀ input, dL/dbias = Σ dL/dy, dL/dinput = dL/dy weight.
    """
    input, weight = array("linear", "input", input), array("linear", "weight", weight)
    bias = optional("linear", "bias", bias)
    floating("linear", "input", input)
    return ops.linear(input, weight, bias)


def bilinear(input1, input2, weight, bias=None):
    """``y[k] = input1ᵀ weight[k] input2 + bias[k]``.

    Inputs (..., in1) and (..., in2), weight (out, in1, in2), bias (out,) -> (..., out).
    """
    input1 = array("bilinear", "input1", input1)
    input2 = array("bilinear", "input2", input2)
    weight, bias = array("bilinear", "weight", weight), optional("bilinear", "bias", bias)
    if input1.shape[:-1] != input2.shape[:-1]:
        raise ShapeError(
            f"bilinear: the inputs differ in their leading axes, {tuple(input1.shape)} and "
            f"{tuple(input2.shape)}"
        )
    if (input1.shape[-1], input2.shape[-1]) != tuple(weight.shape[1:]):
        raise ShapeError(
            f"bilinear: inputs with {input1.shape[-1]} and {input2.shape[-1]} features do not fit "
            f"the weight {tuple(weight.shape)}"
        )
    y = np.einsum("...i,kij,...j->...k", input1, weight, input2)
    return y if bias is None else y + bias


def embedding(input, weight, padding_idx=None):
    """Rows of a table: integers (...) and weight (V, D) -> (..., D).

    The gradient of a row is the sum over all places where it was used; the row ``padding_idx``
    gets none.
    """
    index = value(array("embedding", "input", input))
    if index.dtype.kind not in "iu":
        raise DtypeError(
            f"embedding: input must be integers, got {index.dtype}; use input.astype(int)"
        )
    weight = array("embedding", "weight", weight)
    rows = weight.shape[0]
    if index.size and (index.min() < 0 or index.max() >= rows):
        bad = index[(index < 0) | (index >= rows)].flat[0]
        raise IndexRangeError(f"embedding: an index is {bad}, but the table has rows 0..{rows - 1}")
    y = weight[index]
    if padding_idx is None:
        return y
    if not hasattr(padding_idx, "__index__") or not -rows <= padding_idx < rows:
        raise IndexRangeError(
            f"embedding: padding_idx {padding_idx!r} is no row of a table with {rows}"
        )
    padded = (index == padding_idx % rows)[..., None]
    return np.where(padded, value(y), y)
