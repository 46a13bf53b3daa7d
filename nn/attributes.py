"""What a module is made of, read off its attributes: parameters, state, modules, lists of these."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.errors import DtypeError, ValueRangeError
from autograd.trees import flatten


class Attributes:
    """The base of `nn.Module` that knows which attributes are parts of it, and by which names."""

    _running: int | None = None  # when the call began that has not returned yet
    _results: frozenset[str] = frozenset()  # names that forward was the first to set

    def __setattr__(self, name, value):
        before = vars(self).get(name)
        if name not in self._results and _trained(before) and _numbers(value):
            raise DtypeError(
                f"{type(self).__name__}: {name} is a parameter, and would not be trained as a "
                f"plain {type(value).__name__}. Use module.{name}.assign(...) inside no_grad(), or "
                "Tensor(..., requires_grad=True)."
            )
        if self._running is not None and any(map(_array, _leaves(value))):
            if self._built(value):
                vars(self)["_results"] = self._results - {name}
            elif not any(_array(v) or isinstance(v, Attributes) for v in _leaves(before)):
                vars(self)["_results"] = self._results | {name}
        elif name in self._results and self._running is None:
            vars(self)["_results"] = self._results - {name}
        object.__setattr__(self, name, value)

    def _built(self, value) -> bool:
        """Whether this has parts to train that were made since the call began, not given to it."""
        return any(
            isinstance(v, Attributes) or (_trained(v) and v.node.order >= self._running)
            for v in _leaves(value)
        )

    def attributes(self) -> Iterator[tuple[str, Any]]:
        """(name, value) of everything this module is made of; lists give one pair per element."""
        for name, value in vars(self).items():
            if name in self._results:
                continue
            own = name.startswith("_")
            parts = (
                value.items()
                if isinstance(value, dict)
                else enumerate(value)
                if isinstance(value, (list, tuple))
                else None
            )
            if parts is None:
                if not own or isinstance(value, Attributes):
                    yield name, value
                continue
            for k, v in parts:
                if own and not isinstance(v, Attributes):
                    continue
                if isinstance(v, (list, tuple, dict)) and any(
                    isinstance(leaf, (Attributes, Tensor)) for leaf in flatten(v)[0]
                ):
                    raise ValueRangeError(
                        f"{type(self).__name__}: {name} is a list of lists of modules, which are "
                        "not searched. Make the inner lists Sequential, or attributes of their own."
                    )
                yield f"{name}.{k}", v

    def set_attribute(self, name: str, value):
        """Set what `attributes` calls ``name``."""
        name, _, key = name.partition(".")
        if not key:
            setattr(self, name, value)
            return
        box = getattr(self, name)
        if isinstance(box, tuple):
            setattr(self, name, box[: int(key)] + (value,) + box[int(key) + 1 :])
        else:
            box[key if isinstance(box, dict) else int(key)] = value


def _leaves(value) -> list:
    return flatten(value)[0] if isinstance(value, (list, tuple, dict)) else [value]


def _array(v) -> bool:
    return isinstance(v, (Tensor, np.ndarray))


def _numbers(value) -> bool:
    """Whether this is an array, a number, or a list of these."""
    leaves = _leaves(value)
    kinds = np.ndarray, np.generic, int, float, complex
    return bool(leaves) and all(isinstance(v, kinds) for v in leaves)


def _trained(v) -> bool:
    return isinstance(v, Tensor) and v.requires_grad and v.is_leaf
