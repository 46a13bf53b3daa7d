"""The graph: nodes made while recording, the switch that records, and who changed what.

A node holds what its derivative formulas will need and points to its parents; the newest node is
always a child, so the order of creation *is* a topological order.
"""

import contextlib
import functools
import inspect
import itertools
import threading
import weakref
from operator import attrgetter
from typing import Any

import numpy as np

from autograd.errors import GraphError

clock = itertools.count(1).__next__  # one for nodes and for in-place changes
changed_at = 0  # when something was last changed in place or released: older nodes need a check
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

    def __repr__(self):
        what = self.plan.op.__name__ if self.plan else "leaf"
        return f"<{what} node, shape {self.shape}, {self.dtype}>"


class Scalar(Node):
    """A node of a float64 scalar.  Graphs of 10⁵ of them are made: two slots less to fill."""

    __slots__ = ()
    shape = ()
    dtype = FLOAT64


def nobody():
    """The ``out`` of a node whose value no Tensor has, or has any more."""


class Leaf(Node):
    """Where a graph starts: a Tensor that requires grad.  ``fed_by``: the last root it served."""

    __slots__ = ("fed_by",)

    def __init__(self, tensor):
        self.plan = self.saved = self.value = self.fed_by = None
        self.parents = self.constants = ()
        self.order, self.out = clock(), weakref.ref(tensor)
        self.shape, self.dtype = tensor.data.shape, tensor.data.dtype


# -- recording ------------------------------------------------------------------------------------


class _Recording(threading.local):
    on = True
    watcher: Any = None

    def __init__(self):
        self.before: list[bool] = []


recording = _Recording()
special = 0  # how many switches, in all threads, are set to something else than plain recording
_lock = threading.Lock()


def _count(n: int):
    global special
    with _lock:
        special += n


class set_recording:
    """Context manager and decorator: record, or not, in this thread; with parentheses or without.

    ``with no_grad():``, ``with no_grad:``, ``@no_grad`` and ``@no_grad()`` are all right.
    """

    def __init__(self, on: bool):
        self.on = on

    def __enter__(self):
        recording.before.append(recording.on)
        _count(not self.on)
        recording.on = self.on

    def __exit__(self, *exc):
        recording.on = recording.before.pop()
        _count(-(not self.on))

    def __call__(self, f=None):
        """Decorate ``f``: the switch is set while it runs."""
        if f is None:
            return self
        if inspect.isgeneratorfunction(f):
            raise GraphError(
                f"no_grad or enable_grad: {f.__name__} is a generator function, whose code runs "
                "later, between its caller's. Write 'with no_grad():' inside it, around no yield."
            )

        @functools.wraps(f)
        def call(*args, **kwargs):
            with self:
                return f(*args, **kwargs)

        return call


class Watcher:
    """What is told of everything that happens in this thread, while ``with watched(watcher):``.

    Debugging, drawing and profiling are subclasses that override what they need.
    """

    def compute(self, op, args, options):
        """Run the forward function of ``op``; returns what it returns."""
        return op.fn(*args, **options)

    def made(self, node: Node, value):
        """A node was made; ``value`` is its raw value, a tuple where there are several outputs."""

    def pull(self, node: Node, k: int, g, saved):
        """Run the formula of ``node`` for its parent number ``k``; returns what it returns."""
        return node.plan.vjps[k](g, saved)

    def passed(self, node: Node, k: int, g):
        """``g`` has gone from ``node`` to its parent number ``k``, in the parent's shape."""


@contextlib.contextmanager
def watched(watcher: Watcher):
    """Tell ``watcher`` what happens in this thread; the one before is told again afterwards."""
    before = recording.watcher
    recording.watcher = watcher
    _count(1)
    try:
        yield watcher
    finally:
        recording.watcher = before
        _count(-1)


no_grad = set_recording(False)
no_grad.__doc__ = (
    "``with no_grad():`` results are plain values, and leaves may be changed in place."
)
enable_grad = set_recording(True)
enable_grad.__doc__ = "``with enable_grad():`` record again, inside ``no_grad``."


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
            if p not in seen and p.plan is not None and p.order >= since:
                seen.add(p)
                nodes.append(p)
    nodes.sort(key=attrgetter("order"), reverse=True)
    return nodes


def reachable(root: Node) -> list[Node]:
    """All nodes under ``root``, newest first, leaves too."""
    nodes = results(root)
    found = dict.fromkeys([root, *nodes, *(p for node in nodes for p in node.parents)])
    return sorted(found, key=attrgetter("order"), reverse=True)
