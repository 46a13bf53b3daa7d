"""From the Node graph to a list of entries: everything a drawing may want to say of each node."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from autograd import graph, memory, wording
from autograd.draw import gradients
from autograd.draw.marks import Marks
from autograd.errors import GraphError
from autograd.names import Names
from autograd.plan import is_output

SHORT = 12  # characters of the two names in dJ/du
CHANGED = 3  # leaves with a newer value that are named
ORDER_MATTERS = {
    "subtract", "divide", "power", "float_power", "matmul", "remainder", "fmod", "floor_divide",
    "arctan2", "copysign", "where",
}  # fmt: skip


@dataclass(slots=True)
class Constant:
    """An input without a gradient: its value if small or kept for backward, and its shape.

    ``turns``: it stands for so many, one for every turn of a loop that is drawn once.
    """

    shape: tuple
    value: Any = None
    name: str | None = None
    turns: int = 0


@dataclass(slots=True)
class Entry:
    """One node; ``op`` is empty for a leaf.

    ``inputs``, in the order of the arguments: indices of entries, or Constants.  ``exact``: the
    gradient is d(root)/d(this), from one backward pass.  ``uses``: by other entries.  ``order``:
    when it was made.  ``carried``: what it gave to each entry among its inputs in the backward
    pass, in their order; ``sums``: the gifts that its own gradient is the sum of.  ``finding``:
    what `Marks` say of it.
    """

    index: int
    op: str
    inputs: list
    shape: tuple
    dtype: Any
    name: str | None = None
    parameter: bool = False
    value: Any = None
    gradient: Any = None
    exact: bool = False
    uses: int = 0
    order: int = 0
    carried: list = field(default_factory=list)
    sums: list = field(default_factory=list)
    finding: Any = None

    @property
    def ordered(self) -> bool:
        """Whether the operands cannot be swapped."""
        return self.op in ORDER_MATTERS and len(self.inputs) > 1

    @property
    def size(self) -> int:
        """Number of elements; 0 for an operation with several outputs."""
        return 0 if type(self.dtype) is tuple else int(np.prod(self.shape))


@dataclass
class Graph:
    """Entries from the oldest to the root, the last; ``differentiated``: some gradient is known.

    ``outputs``: what to draw as a result, by name: entries, or numbers that depend on nothing.
    """

    entries: list[Entry]
    differentiated: bool
    notes: list[str] = field(default_factory=list)
    outputs: "list[Entry | Constant]" = field(default_factory=list)
    marks: Marks | None = None

    @cached_property
    def has_parameters(self) -> bool:
        """Whether some leaf is a module's parameter; then other leaves are inputs."""
        return any(e.parameter for e in self.entries)

    @property
    def root(self) -> Entry:
        """What was computed from all others."""
        return self.entries[-1]

    def derivative(self, entry) -> str:
        """What its gradient is called: ``dJ/du`` where it is that, else ``grad``."""
        of, by = self.root.name, entry.name
        if entry.exact and of and by and len(of + by) <= SHORT and "." not in by:
            return f"d{of}/d{by}"
        return "grad"

    def called(self, item: "int | Constant") -> str:
        """An input in a formula: its name, else its value, else its shape."""
        found = self.entries[item] if isinstance(item, int) else item
        if found.name:
            return found.name
        if found.value is not None and wording.small(found.value):
            return wording.array(found.value)
        return f"array{found.shape}"

    def formula(self, entry) -> str:
        """``u = multiply(b, c)``, for tooltips."""
        left = f"{entry.name} = " if entry.name else ""
        return f"{left}{entry.op}({', '.join(map(self.called, entry.inputs))})"


def nodes_of(t) -> list:
    """The nodes under a Tensor, oldest first; an error where there is no graph to draw."""
    if t.node is None:
        raise GraphError(
            f"draw: there is no graph behind this Tensor (shape {t.shape}). Nothing it was "
            "computed from requires grad, or it was computed under no_grad or detached."
        )
    if type(t.node.saved) is graph.Released:
        raise GraphError(
            f"draw: {t.node.saved.by} has released the graph of this {t.node.plan.op.__name__}. "
            "Draw it before the step, or compute the forward pass again."
        )
    return graph.reachable(t.node)[::-1]


def changed(nodes: list) -> dict:
    """Leaves that have another value now than some node saw: {leaf: (that node, by what)}."""
    found: dict = {}
    for node in nodes:
        for p in node.parents if node.order < graph.changed_at else ():
            t = p.out() if p.plan is None else None
            if t is not None and (by := memory.changed_by(t.data, node.order)):
                found.setdefault(p, (node, by))
    return found


def read(nodes: list, names: Names, marks: Marks | None = None, passed=None) -> Graph:
    """The entries of these nodes (oldest first, the root last).

    ``marks``: findings about them.  ``passed``: what every edge carried.
    """
    known = gradients.known(nodes[-1], nodes)
    gradient_of = passed.total if passed else known.of
    at = {node: k for k, node in enumerate(nodes)}
    entries: list[Entry] = []
    notes: dict[str, None] = {}  # in order, each once
    if newer := [names.of_node(n) or "a leaf" for n in changed(nodes)]:
        more = f" and {len(newer) - CHANGED} more" if len(newer) > CHANGED else ""
        called = f"{', '.join(newer[:CHANGED])}{more}"
        notes[f"changed in place since the results were computed: {called}"] = None
    saved = _saved(nodes)
    for k, node in enumerate(nodes):
        plan = node.plan
        released = type(node.saved) is graph.Released
        if released:
            by = wording.clean(node.saved.by)
            notes[f"{by} has released what {wording.operation(plan.op)} was computed from"] = None
        g = gradient_of.get(node)
        entry = Entry(
            index=k,
            op="" if plan is None else _operation(node, released),
            inputs=[] if plan is None or released else _inputs(node, at, names),
            shape=node.shape,
            dtype=node.dtype,
            name=names.of_node(node),
            parameter=node in names.parameters,
            value=_value(node, saved),
            gradient=None if type(node.dtype) is tuple else g,
            exact=node in known.exact or bool(passed),
            order=node.order,
            finding=marks.of.get(node) if marks else None,
        )
        if plan is None and entry.value is None and entry.name is None and entry.size == 1:
            notes["·: a leaf that nobody holds any more; its value is gone"] = None
        for i in entry.inputs:
            if isinstance(i, int):
                entries[i].uses += 1
        if passed and node in passed.parts and not is_output(node):
            entry.carried = _carried(node, passed.parts[node])
            for i, part in zip((i for i in entry.inputs if isinstance(i, int)), entry.carried,
                               strict=True):  # fmt: skip
                entries[i].sums.append(part)
        entries.append(entry)
    return Graph(entries, bool(gradient_of), list(notes), [entries[-1]], marks)


def _operation(node, released) -> str:
    if is_output(node) and not released:
        return f"output {node.saved[0]}"
    return wording.operation(node.plan.op)


def _place(k) -> tuple:
    return k if type(k) is tuple else (k, 0)


def _carried(node, parts) -> list:
    """What a node gave to its parents, in the order of its arguments."""
    order = sorted(range(len(parts)), key=lambda n: _place(node.plan.key[n]))
    return [parts[n] for n in order]


def _inputs(node, at, names) -> list:
    plan = node.plan
    found = {_place(k): at[p] for k, p in zip(plan.key, node.parents, strict=True)}
    for k, v in node.constants:
        if v is not None:
            argument = plan.op.names[k[0] if type(k) is tuple else k]
            found.setdefault(_place(k), _constant(node, argument, v, names))
    return [found[place] for place in sorted(found)]


def _constant(node, argument, v, names) -> Constant:
    """``v`` is the value if it is small, else the shape: the value may be among the saved."""
    if type(v) is not tuple:
        return Constant(np.shape(v), v, names.of_data(v))
    saved = node.saved[node.plan.names.index(argument)] if argument in node.plan.names else None
    if isinstance(saved, list):
        saved = None
    return Constant(v, saved, None if saved is None else names.of_data(saved))


def _saved(nodes) -> dict:
    """The values that formulas keep of the nodes: what is left of a leaf that nobody holds."""
    found: dict = {}
    for node in nodes:
        plan = node.plan
        if plan is None or type(node.saved) is graph.Released or getattr(plan, "gathered", False):
            continue
        for v, link in zip(node.saved, plan.links, strict=True):
            if type(link) is int:
                found.setdefault(node.parents[link], v)
    return found


def _value(node, saved):
    t = node.out()
    if t is not None:
        return t.data
    if node.plan is None:
        return saved.get(node)
    return None if type(node.value) is tuple else node.value
