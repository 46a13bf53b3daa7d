"""Module: a network, or a part of one, as a tree of plain attributes.

A Tensor is a parameter, an ndarray is state (a running mean), a Module or a list of them a child.
There is nothing to register: what a module is made of is read off its attributes.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Tensor, no_grad
from autograd.errors import ShapeError, ValueRangeError
from autograd.trees import flatten


class Module:
    """Base of all layers and networks: set attributes in ``__init__``, compute in ``forward``.

    Attributes whose name starts with an underscore are the module's own business.

    Examples
    --------
    >>> class Scale(Module):
    ...     def __init__(self):
    ...         self.factor = Tensor(2.0, requires_grad=True)
    ...     def forward(self, x):
    ...         return self.factor * x
    >>> [name for name, p in Scale().named_parameters()]
    ['factor']
    """

    training = True

    def forward(self, *inputs):
        """Compute the output; each module says from what."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(self, ...) method")

    def __call__(self, *inputs, **options):
        """``forward``."""
        return self.forward(*inputs, **options)

    def attributes(self) -> Iterator[tuple[str, Any]]:
        """(name, value) of everything this module is made of; lists give one pair per element."""
        for name, value in vars(self).items():
            if name.startswith("_"):
                continue
            parts = (
                value.items()
                if isinstance(value, dict)
                else enumerate(value)
                if isinstance(value, (list, tuple))
                else None
            )
            if parts is None:
                yield name, value
                continue
            for k, v in parts:
                if isinstance(v, (list, tuple, dict)) and any(
                    isinstance(leaf, (Module, Tensor)) for leaf in flatten(v)[0]
                ):
                    raise ValueRangeError(
                        f"{type(self).__name__}: {name} is a list of lists of modules, which are "
                        "not searched. Make the inner lists Sequential, or attributes of their own."
                    )
                yield f"{name}.{k}", v

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """(name, module) of the modules right below this one."""
        return ((n, v) for n, v in self.attributes() if isinstance(v, Module))

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, "Module"]]:
        """(path, module) of this module (path '') and all below, each once, parents first."""
        seen, todo = set(), [(prefix, self)]
        while todo:
            path, module = todo.pop()
            if module in seen:
                continue
            seen.add(module)
            yield path, module
            dot = "." if path else ""
            children = [(f"{path}{dot}{n}", m) for n, m in module.named_children()]
            todo += reversed(children)

    def modules(self) -> Iterator["Module"]:
        """This module and all below."""
        return (m for _, m in self.named_modules())

    def _named(self, kind) -> Iterator[tuple[str, "Module", str, Any]]:
        for path, module in self.named_modules():
            dot = "." if path else ""
            for name, v in module.attributes():
                if isinstance(v, kind):
                    yield f"{path}{dot}{name}", module, name, v

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """(path, Tensor) of every Tensor in the tree, a shared one once; frozen ones too."""
        seen = set()
        for path, _, _, p in self._named(Tensor):
            if id(p) not in seen:
                seen.add(id(p))
                yield path, p

    def parameters(self) -> Iterator[Tensor]:
        """Every Tensor in the tree; those that require grad are the ones to train."""
        return (p for _, p in self.named_parameters())

    def count_parameters(self) -> int:
        """Number of trained numbers."""
        return sum(p.size for p in self.parameters() if p.requires_grad)

    def zero_grad(self):
        """Forget the gradients of all parameters."""
        for p in self.parameters():
            p.zero_grad()

    def requires_grad_(self, on: bool = True) -> "Module":
        """Train all parameters below, or freeze them; returns the module."""
        for p in self.parameters():
            p.requires_grad_(on)
        return self

    def train(self, on: bool = True) -> "Module":
        """Behave as in training (dropout drops, batch norm uses the batch); returns the module."""
        for m in self.modules():
            m.training = on
        return self

    def eval(self) -> "Module":
        """Behave as in use; returns the module."""
        return self.train(False)

    def astype(self, dtype) -> "Module":
        """Change parameters and floating state to another dtype in place; returns the module."""
        for _, module, name, v in list(self._named((Tensor, np.ndarray))):
            if v.dtype.kind != "f":
                continue
            if isinstance(v, Tensor):
                trained = v.requires_grad
                v.node, v.grad = None, None
                v.data = Tensor(v.data, dtype=dtype).data
                v.requires_grad_(trained)
            else:
                module.set_attribute(name, v.astype(dtype))
        return self

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

    def state_dict(self) -> dict[str, np.ndarray]:
        """Path -> array (a copy) of every parameter and state, PyTorch's names."""
        return {
            path: np.array(v.data if isinstance(v, Tensor) else v)
            for path, _, _, v in self._named((Tensor, np.ndarray))
        }

    def load_state_dict(self, state, strict: bool = True) -> "Module":
        """Take over the arrays of a state dict, in place; returns the module.

        Parameters
        ----------
        state : dict of str to array_like
            As `state_dict` gives it.
        strict : bool
            Refuse missing and unknown names.  Shapes must agree in any case.

        Raises
        ------
        ValueRangeError
            Missing or unknown names, all of them listed.
        ShapeError
            Other shapes, all of them listed.  Nothing has been changed then.
        """
        mine = {
            path: (module, name, v) for path, module, name, v in self._named((Tensor, np.ndarray))
        }
        missing, unknown = sorted(mine.keys() - state), sorted(state.keys() - mine)
        if strict and (missing or unknown):
            raise ValueRangeError(
                f"load_state_dict of {type(self).__name__}: "
                + "; ".join(
                    f"{what}: {', '.join(names)}"
                    for what, names in (("missing", missing), ("unknown", unknown))
                    if names
                )
                + ". Use strict=False to load what fits by name."
            )
        new = {
            path: np.asarray(getattr(state[path], "data", state[path]))
            if isinstance(state[path], Tensor)
            else np.asarray(state[path])
            for path in mine
            if path in state
        }
        wrong = [
            f"{path} is {mine[path][2].shape}, got {a.shape}"
            for path, a in new.items()
            if a.shape != mine[path][2].shape
        ]
        if wrong:
            raise ShapeError(
                f"load_state_dict of {type(self).__name__}: shapes differ: {'; '.join(wrong)}"
            )
        with no_grad():
            for path, a in new.items():
                module, name, v = mine[path]
                if isinstance(v, Tensor):
                    v.assign(a)
                else:
                    module.set_attribute(name, a.astype(v.dtype))
        return self

    def extra(self) -> str:
        """What `repr` shows between the parentheses of a module without children."""
        return ""

    def __repr__(self):
        lines = [
            f"  ({name}): " + repr(child).replace("\n", "\n  ")
            for name, child in self.named_children()
        ]
        if not lines:
            return f"{type(self).__name__}({self.extra()})"
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])


class Sequential(Module):
    """Modules (or functions) one after another: ``Sequential(Linear(2, 3), ReLU())``.

    Children are named '0', '1', ... as in PyTorch; or by the keys of a dict.
    """

    def __init__(self, *layers):
        if len(layers) == 1 and isinstance(layers[0], dict):
            self.layers = dict(layers[0])
        else:
            self.layers = {str(k): layer for k, layer in enumerate(layers)}
        for name, layer in self.layers.items():
            if not callable(layer):
                raise ValueRangeError(
                    f"Sequential: layer {name!r} must be a module or function, got {layer!r}"
                )

    def attributes(self):
        """The layers, by their own names."""
        yield from self.layers.items()

    def set_attribute(self, name, value):
        """Replace a layer."""
        self.layers[name] = value

    def forward(self, x):
        """The output of the last layer."""
        for layer in self.layers.values():
            x = layer(x)
        return x

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers.values())

    def __getitem__(self, k):
        if isinstance(k, str):
            return self.layers[k]
        layers = list(self.layers.items())[k]
        return Sequential(dict(layers)) if isinstance(k, slice) else layers[1]
