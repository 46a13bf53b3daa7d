"""A plan: what to save and which formulas to run, when exactly these inputs need a gradient."""

import inspect
from collections.abc import Callable
from types import FunctionType

import numpy as np
from numpy import float64

from autograd.cotangents import Several
from autograd.graph import Node
from autograd.memory import keep
from autograd.tensor import recorded, wrap

VARIADIC = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


class Operation:
    """What made a node: a primitive, or something else that is recorded as a whole.

    ``names``: of its arguments, in order, where they have names; ``lists``: the positions of those
    that are lists of arrays; ``formulas``: by name; ``fn``: its function of arrays, to compute it
    again, None where that cannot be.
    """

    __name__: str

    def __init__(self, name: str, names=()):
        self.__name__, self.names = name, names
        self.fn: Callable | None = None
        self.lists: set[int] = set()
        self.formulas: dict[str, Callable] = {}
        self.trusted = False  # its results and formulas hand out new memory: `listed` says so
        self.linear = self.not_everywhere = False  # what `Primitive` says of them


class Plan:
    """What to save and which formulas to run when exactly these inputs need a gradient.

    ``key`` holds the position of each such input: k, or (k, i) for element i of a list.
    """

    __slots__ = ("op", "key", "names", "save", "links", "vjps", "elementwise", "fixed")
    op: Operation
    names: tuple[str, ...]
    links: tuple
    vjps: tuple

    def __init__(self, op, key: tuple):
        self.op, self.key, self.elementwise = op, key, op.elementwise
        takes = [k for k, name in enumerate(op.names) if name in op.formulas]
        self.fixed = tuple(k for k in takes if k in op.lists or k not in key)
        places = [k if type(k) is tuple else (k, None) for k in key]
        formulas = [op.formula_at(k) for k, _ in places]
        needs = [needs_of(f) for f in formulas]
        self.names = tuple(dict.fromkeys(q for need in needs for q in need if not is_place(op, q)))
        # `save` and `vjps` are generated code: a loop that picks by name what is saved, and again
        # what a formula is given, takes several times as long.  For multiply, with both inputs:
        #
        #   save = lambda _result, a, b: ((b if type(b) is _float64 else _keep(b)),
        #                                 (a if type(a) is _float64 else _keep(a)),)
        #   vjps = lambda g, s: formula(g, s[0]), lambda g, s: formula(g, s[1])
        #
        # with ``formula`` = lambda g, b: g * b in the first, and lambda g, a: g * a in the second.
        items = "".join(f"{source(op, q)}, " for q in self.names)
        env = {"_shape": _shape, "_keep": keep, "_float64": float64, **op.defaults}
        self.save = eval(f"lambda _result, {op.head}: ({items})", env) if items else None
        self.links = tuple(self._link(q, places) for q in self.names)
        calls = {f: self._call(need) for f, need in zip(formulas, needs, strict=True)}
        self.vjps = tuple(calls[f](f, i) for f, (_, i) in zip(formulas, places, strict=True))

    def _call(self, need):
        """What makes the call of a formula: it picks what the formula needs from what was saved."""
        given = ", ".join(["g", *map(self._argument, need)])
        return eval(f"lambda formula, i: lambda g, s: formula({given})")

    def _argument(self, name):
        return "i" if is_place(self.op, name) else f"s[{self.names.index(name)}]"

    def _link(self, name, places):
        """Whose value a saved item is: 'y', a parent's number, {place in a list: number}, None."""
        if name not in self.op.names:
            return name if source(self.op, name).startswith("_result") else None
        if name not in self.op.formulas:
            return None
        at = {i: n for n, (k, i) in enumerate(places) if k == self.op.names.index(name)}
        return at.get(None, at or None)

    def relink(self, node: Node) -> tuple:
        """The saved items as Tensors in the graph, to differentiate the formulas themselves."""
        items = []
        for v, link in zip(node.saved, self.links, strict=True):
            if type(link) is int:
                v = wrap(v, node.parents[link])
            elif type(link) is dict:
                v = [wrap(a, node.parents[link[i]]) if i in link else a for i, a in enumerate(v)]
            elif link == "y":
                v = unpack(v, node) if type(v) is tuple else wrap(v, node)
            elif link is not None:
                v = _output(v, node, int(link[1:]))
            items.append(v)
        return tuple(items)

    def of(self, k: int) -> str:
        """The name of the argument that parent ``k`` is, for messages and drawings."""
        place = self.key[k]
        if type(place) is tuple:
            return f"{self.op.names[place[0]]}[{place[1]}]"
        return self.op.names[place]


def needs_of(formula) -> list[str]:
    """What a formula asks for after g."""
    if type(formula) is FunctionType and not formula.__dict__:
        code = formula.__code__  # as `inspect` would find, without the time it takes at import
        if not code.co_kwonlyargcount and not code.co_flags & VARIADIC:
            return list(code.co_varnames[1 : code.co_argcount])
    return list(inspect.signature(formula).parameters)[1:]


def is_place(op, q: str) -> bool:
    """Whether a formula that asks for ``q`` asks for its place in a list of arrays."""
    return q == "i" and q not in op.names


def source(op, q: str):
    """The code that picks what a formula calls ``q``, when ``op`` is recorded; None: unknown."""
    if q in op.names:
        return f"({q} if type({q}) is _float64 else _keep({q}))"
    if q.endswith("_shape") and q[:-6] in op.names:
        return f"_shape({q[:-6]})"
    if q[:1] == "y" and q[1:].isdigit():
        return f"_result[{q[1:]}]"
    return "_result" if q == "y" else None


def head(signature: inspect.Signature) -> tuple[str, dict]:
    """The parameters as code, and their defaults by the names they have there."""
    parts, defaults = [], {}
    for p in signature.parameters.values():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            parts.append("*" * (1 if p.kind is p.VAR_POSITIONAL else 2) + p.name)
            continue
        if p.kind is p.KEYWORD_ONLY and not any(q[0] == "*" for q in parts):
            parts.append("*")
        parts.append(p.name if p.default is p.empty else f"{p.name}=_default_{p.name}")
        if p.default is not p.empty:
            defaults[f"_default_{p.name}"] = p.default
    return ", ".join(parts), defaults


class Shapes(tuple):
    """The shapes of a list of arrays; formulas may note on it what they made of it."""


def _shape(v):
    return Shapes(map(np.shape, v)) if type(v) in (list, tuple) else np.shape(v)


class OutputPlan(Plan):
    """The plan of a node that is one of the outputs of its parent.

    What it saves says which one, and of what shapes and dtypes all of them are.
    """

    __slots__ = ()

    def __init__(self):
        self.op, self.key, self.elementwise = Operation("output", ["outputs"]), (0,), False
        self.names, self.links = ("which", "shape", "dtype"), (None, None, None)
        self.vjps = (lambda g, s: Several(s[0], g, *s[1:]),)


_OUTPUT = OutputPlan()


def is_output(node) -> bool:
    """Whether a node is one of the outputs of an operation that has several."""
    return type(node.plan) is OutputPlan


def unpack(y: tuple, node) -> tuple:
    """A Tensor per output: each with a node of its own, whose parent is the operation's node."""
    if node is None:
        return tuple(wrap(v, None) for v in y)
    return tuple(_output(v, node, which) for which, v in enumerate(y))


def _output(v, node, which):
    return recorded(_OUTPUT, (node,), v, (which, node.shape, node.dtype), ())
