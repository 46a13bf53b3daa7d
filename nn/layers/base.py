"""What layers share: checks of sizes, the text of their options, layers without parameters."""

import numpy as np

from autograd.errors import DtypeError, ValueRangeError
from nn.module import Module


def per_axis(layer, name, n, d):
    """A positive integer, or one per spatial axis, as a tuple of ``d``."""
    values = tuple(n) if isinstance(n, (tuple, list)) else (n,) * d
    if len(values) != d or any(
        not hasattr(v, "__index__") or isinstance(v, bool) or np.ndim(v) or v < 1 for v in values
    ):
        raise ValueRangeError(
            f"{layer}: {name} must be a positive integer or {d} of them, got {n!r}"
        )
    return tuple(int(v) for v in values)


def options(layer, **defaults) -> str:
    """The options of a layer that are not the default: ", stride=2, padding=1"."""
    return "".join(
        f", {name}={getattr(layer, name)!r}"
        for name, default in defaults.items()
        if getattr(layer, name) != default
    )


def without(given, name) -> str:
    """The text ', bias=False' where there is none."""
    return "" if given is not None else f", {name}=False"


class Elementwise(Module):
    """A layer that is a function of its input, with options and no parameters.

    ``inplace`` is taken so that PyTorch's code runs: the value is the same, and the input, which
    the graph may need, is left alone.
    """

    def __init__(self, inplace=False):
        if not isinstance(inplace, int):  # True and False are
            raise DtypeError(
                f"{type(self).__name__}: inplace must be True or False, got {inplace!r}"
            )
        self.inplace = inplace
