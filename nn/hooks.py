"""Functions that a module calls before or after its forward pass."""

from collections.abc import Callable
from typing import Any


class Handle:
    """What registering a hook returns: ``remove()`` takes the hook away, as does leaving ``with``.

    Examples
    --------
    >>> import nn, numpy as np
    >>> shapes = []
    >>> layer = nn.Linear(2, 3)
    >>> with layer.register_forward_hook(lambda module, inputs, y: shapes.append(y.shape)):
    ...     y = layer(np.ones((4, 2), np.float32))
    >>> shapes
    [(4, 3)]
    """

    def __init__(self, module: Any, kind: str, hook: Callable):
        self.entry = (hook,)  # a tuple of its own: one function may be registered twice
        self.module, self.kind = module, kind
        setattr(module, kind, (*getattr(module, kind), self.entry))

    def remove(self):
        """Call the hook no more; harmless if it is removed already."""
        left = tuple(e for e in getattr(self.module, self.kind) if e is not self.entry)
        setattr(self.module, self.kind, left)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.remove()


def before(module, inputs: tuple) -> tuple:
    """The inputs after the hooks of `Module.register_forward_pre_hook`."""
    for (hook,) in module._forward_pre_hooks:
        changed = hook(module, inputs)
        if changed is not None:
            inputs = changed if isinstance(changed, tuple) else (changed,)
    return inputs


def after(module, inputs: tuple, output):
    """The output after the hooks of `Module.register_forward_hook`."""
    for (hook,) in module._forward_hooks:
        changed = hook(module, inputs, output)
        if changed is not None:
            output = changed
    return output
