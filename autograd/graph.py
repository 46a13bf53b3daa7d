"""The graph: nodes made while recording, and when something they know was changed.

A node holds what its derivative formulas will need and points to its parents; the newest node is
always a child, so the order of creation *is* a topological order.
"""

import itertools
import weakref
from operator import attrgetter
from typing import Any

import numpy as np
from numpy import ndarray

clock = itertools.count(1).__next__  # one for nodes and for in-place changes
changed_at = 0  # when something was last changed in place or released: older nodes need a check
SMALL = 6  # values of up to this many elements stay with their node, for drawings
FLOAT64 = np.dtype(np.float64)


class Node:
    """One recorded operation.

    ``plan``: which formulas to run (None: a leaf); ``parents``: the nodes of the inputs that need
    a gradient; ``saved``: the arrays the formulas name; ``order``: when it was made; ``out``: weak
    reference to its Tensor; ``shape``, ``dtype`` of its value.  For drawings: ``value`` if small,
    and ``constants``, the inputs that need no gradient.  ``hooks``: set where there is one.
    """

    __slots__ = (
        "plan", "parents", "saved", "order", "out", "shape", "dtype", "value", "constants",
        "hooks", "__weakref__",
    )  # fmt: skip
    plan: Any
    parents: tuple["Node", ...]
    saved: Any
    constants: tuple
    order: int
    out: Any
    shape: tuple
    dtype: Any
    value: Any
    hooks: list
    scalar = False  # whether the value is a NumPy float64, no array

    def __repr__(self):
        what = self.plan.op.__name__ if self.plan else "leaf"
        return f"<{what} node, shape {self.shape}, {self.dtype}>"


class Scalar(Node):
    """A node of a float64 scalar.  Graphs of 10⁵ of them are made: two slots less to fill."""

    __slots__ = ()
    shape = ()
    dtype = FLOAT64
    scalar = True


def nobody():
    """The ``out`` of a node whose value no Tensor has, or has any more."""


def replaced():
    """The ``out`` of a leaf whose Tensor was changed while frozen, and then unfrozen."""


class Leaf(Node):
    """Where a graph starts: a Tensor that requires grad.  ``fed_by``: the last root it served."""

    __slots__ = ("fed_by", "scalar")

    def __init__(self, tensor):
        self.plan = self.saved = self.value = self.fed_by = None
        self.parents = self.constants = ()
        self.order, self.out = clock(), weakref.ref(tensor)
        self.shape, self.dtype = tensor.data.shape, tensor.data.dtype
        self.scalar = type(tensor.data) is np.float64


def shown(v):
    """What a node keeps of a value for drawings: the value if it is small, else its shape."""
    if type(v) is ndarray:
        return v if v.size <= SMALL else v.shape
    if isinstance(v, (float, int, np.generic)):
        return v
    if isinstance(v, (list, tuple)):  # a tuple would be a shape
        return shown(np.asarray(v))
    return v if np.size(v) <= SMALL else np.shape(v)


class Released:
    """Stands in ``saved`` of a node whose graph was let go; says by whom."""

    def __init__(self, by: str):
        self.by = by


def release(root: Node, by: str):
    """Let go of everything the graph under ``root`` saved, at once."""
    global changed_at
    changed_at = clock()
    gone, todo = Released(by), [root]
    while todo:
        node = todo.pop()
        if node.plan is not None and type(node.saved) is not Released:
            todo.extend(node.parents)
            node.saved, node.parents = gone, ()


def results(root: Node, since: int = 0) -> list[Node]:
    """All nodes under ``root`` that are no leaves, newest first: children before their parents.

    Without those made before ``since``: nothing that was made later is under them.
    """
    if root.plan is None:
        return []
    seen, nodes = {root}, [root]
    for node in nodes:
        for p in node.parents:
            if p.plan is not None and p not in seen and p.order >= since:
                seen.add(p)
                nodes.append(p)
    nodes.sort(key=attrgetter("order"), reverse=True)
    return nodes


def reachable(root: Node) -> list[Node]:
    """All nodes under ``root``, newest first, leaves too."""
    nodes = results(root)
    found = dict.fromkeys([root, *nodes, *(p for node in nodes for p in node.parents)])
    return sorted(found, key=attrgetter("order"), reverse=True)
