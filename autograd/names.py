"""What the caller calls things: the names of the Tensors and arrays in a drawing."""

import sys
from pathlib import Path

import numpy as np

from autograd.errors import DtypeError
from autograd.tensor import Tensor
from autograd.wording import clean

PACKAGE = str(Path(__file__).parent)  # where autograd lies
NESTS = (list, tuple, dict)
MOST = 100  # elements of a list or dict of Tensors that are looked at


class Names:
    """In this order: ``names=``, ``Tensor.name``, the caller's variables, paths in modules.

    Parameters
    ----------
    given : dict of str to Tensor, or None
        What the caller passed as ``names=``.
    frame : frame or None
        Where ``draw`` was called: its local and global variables are names.
    module : object, optional
        What is drawn, if it has ``named_parameters()``.
    """

    def __init__(self, given=None, frame=None, module=None):
        self.given, self.nodes, self.data, self.arrays = {}, {}, {}, []
        self.parameters = set()  # nodes that are parameters of a module
        self.modules = []  # (prefix of paths, module) of all that were found
        for name, t in _checked(given).items():
            self._add(clean(name), t)
        self.given = dict(self.nodes)
        variables = {**frame.f_globals, **frame.f_locals} if frame else {}
        variables = {k: v for k, v in variables.items() if not k.startswith("_")}
        for name, v in variables.items():
            self._add(name, v)
        for name, v in variables.items():
            for path, element in _elements(name, v):
                self._add(clean(path), element)
        modules = {k: v for k, v in variables.items() if v is not module and _is_module(v)}
        if _is_module(module):
            self._add_module("", module)
        for k, v in modules.items():
            self._add_module(f"{k}." if module is not None or len(modules) > 1 else "", v)

    def _add(self, name: str, v):
        if type(v) is Tensor:
            if v.node is None:
                self.data.setdefault(id(v.data), clean(v.name or "") or name)
            else:
                self.nodes.setdefault(v.node, name)
        elif isinstance(v, np.ndarray) and v.dtype.kind in "biufc":
            self.data.setdefault(id(v), name)
            self.arrays.append((name, v))

    def _add_module(self, prefix: str, module):
        self.modules.append((prefix, module))
        try:
            found = list(module.named_parameters())
        except Exception:  # a half-made or foreign module among the variables: no names from it
            return
        for path, t in found:
            if type(t) is Tensor:
                self.parameters.add(t.node)
                self._add(clean(f"{prefix}{path}"), t)

    def of_node(self, node) -> str | None:
        """The name of the Tensor that ``node`` made."""
        t = node.out()
        own = clean(t.name) if t is not None and t.name is not None else None
        return self.given.get(node) or own or self.nodes.get(node)

    def of_data(self, data) -> str | None:
        """The name of an array without a gradient: a variable is this array, or it was copied."""
        name = self.data.get(id(data))
        if name is None and np.size(data) > 1:
            for candidate, a in self.arrays:
                if a.shape == np.shape(data) and np.array_equal(a, data):
                    return candidate
        return name


def caller():
    """The frame of the user's code: the nearest one that is not in this package."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    return frame


def _checked(given) -> dict:
    given = {} if given is None else given
    if not isinstance(given, dict):
        raise DtypeError(
            f"draw: names= expects a dict such as names={{'u': u}}, got {type(given).__name__}"
        )
    for name, t in given.items():
        if not isinstance(name, str) or type(t) is not Tensor:
            raise DtypeError(
                "draw: names= expects name -> Tensor, such as names={'u': u}; got "
                f"{type(name).__name__} -> {type(t).__name__}"
            )
    return given


def _elements(name, v, inside=1):
    """(``name[k]``, Tensor) of a list, tuple or dict, and ``name[k][j]`` of those in it."""
    if type(v) not in NESTS or len(v) > MOST:
        return
    for key, x in v.items() if type(v) is dict else enumerate(v):
        if type(x) is Tensor:
            yield f"{name}[{key!r}]", x
        elif inside and type(x) in NESTS:
            yield from _elements(f"{name}[{key!r}]", x, inside - 1)


def _is_module(v) -> bool:
    return callable(getattr(type(v), "named_parameters", None))
