"""Multiply-adds of one recorded operation.

A product and the addition of it to a sum count as one; adding a bias, activations, normalisation,
pooling and changes of an image's size are not counted, as is usual.
"""

import math
from collections.abc import Callable

from nn.summary.spans import Step, first_shape


def multiply_adds(step: Step) -> int:
    """How many of them the operation of this node needs; 0 where it is no sum of products."""
    cost = COSTS.get(step.known)
    return cost(step) if cost else 0


def _convolution(step):
    """Every element of the result is a sum over a window and the channels of its group."""
    return math.prod(step.shape) * math.prod(_weight(step)[1:])


def _transposed_convolution(step):
    """Every element of the input is spread over a window and the channels of its group."""
    given = (first_shape(p) for k, p in enumerate(step.node.parents) if step.place(k)[0] == 0)
    x = step.saved["g"].shape if "g" in step.saved else next(given)
    return math.prod(x) * math.prod(_weight(step)[1:])


def _weight(step):
    return step.saved["w"].shape if "w" in step.saved else step.saved["w_shape"]


def _matrix_product(step):
    """Every element of the result is a sum over the shared axis."""
    s = step.saved
    shared = s["a_shape"][-1] if "a_shape" in s else s["a"].shape[-1]
    return math.prod(step.shape) * shared


def _linear(step):
    """Every element of the result is a sum over the features."""
    s = step.saved
    return math.prod(step.shape) * (s["w"] if "w" in s else s["x"]).shape[-1]


def _einsum(step):
    """Every combination of indices is one product per operand but the first."""
    inputs = step.saved["subscripts"].split("->")[0].split(",")
    sizes = {}
    for letters, operand in zip(inputs, step.saved["operands"], strict=True):
        for letter, n in zip(letters, operand.shape, strict=True):
            sizes[letter] = max(n, sizes.get(letter, 1))  # an axis of 1 is stretched
    return math.prod(sizes.values()) * max(len(inputs) - 1, 0)


def _recurrent(step):
    """Every step in time is a product with the input's weights and one with the state's."""
    s = step.saved
    return math.prod(s["x"].shape[:2]) * (s["w_ih"].size + s["w_hh"].size)


COSTS: dict[str, Callable[[Step], int]] = {
    "conv": _convolution,
    "conv_dx": _transposed_convolution,
    "matmul": _matrix_product,
    "linear": _linear,
    "einsum": _einsum,
} | dict.fromkeys(("rnn_tanh", "rnn_relu", "lstm", "gru"), _recurrent)
