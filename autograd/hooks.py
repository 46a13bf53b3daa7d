"""Hooks: functions that see, and may change, the whole gradient of a Tensor in a backward pass."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from autograd.errors import DtypeError, GraphError, ShapeError, describe
from autograd.foreign import result
from autograd.tensor import Tensor

ever = False  # until the first hook, no pass looks for one


class Hook(NamedTuple):
    """What registering a hook returns."""

    hooks: list
    hook: Callable

    def remove(self):
        """Call it no more; harmless if it is removed already."""
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)


def add_hook(t, hook) -> Hook:
    """`Tensor.register_hook`."""
    global ever
    if t.node is None:
        raise GraphError("register_hook: this Tensor requires no grad, so no gradient comes by")
    if not callable(hook):
        raise DtypeError(
            f"register_hook: expected a function of the gradient, got {describe(hook)}"
        )
    if not has_hook(t.node):
        t.node.hooks = []
    hooks, ever = t.node.hooks, True
    hooks.append(hook)
    return Hook(hooks, hook)


def has_hook(node) -> bool:
    """Whether a hook waits for the gradient of this node."""
    return bool(getattr(node, "hooks", None))


def hooked(node, g):
    """The gradient ``g`` of a node after its hooks, checked."""
    for hook in list(node.hooks):
        new = hook(g)
        if new is not None:
            name = f"hook {getattr(hook, '__name__', hook)!r}"
            new = new if type(new) is Tensor else result(new, name)
            if new.shape != node.shape:
                raise ShapeError(
                    f"{name}: a gradient of shape {node.shape} came in, {new.shape} came out; "
                    "return the same shape, or None"
                )
            if not np.can_cast(new.dtype, node.dtype, "same_kind"):
                raise DtypeError(
                    f"{name}: a gradient of {node.dtype} came in, {new.dtype} came out; return "
                    "real numbers, or None"
                )
            g = new if type(new) is Tensor else np.array(new, dtype=node.dtype)[()]
    return g
