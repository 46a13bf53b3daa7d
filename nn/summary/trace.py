"""One forward pass, written down: which module ran when, and the graph that it recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd import Tensor, enable_grad
from autograd.errors import AutogradError, DtypeError
from autograd.graph import Node, clock
from autograd.memory import owner
from autograd.plan import is_output
from autograd.recording import Watcher, state, watched
from autograd.trees import flatten, unflatten
from nn.modes import evaluating
from nn.module import Module


@dataclass
class Call:
    """One run of a module: its clock at the start and the end, and what it returned."""

    path: str
    module: Module
    start: int
    end: int = 0
    parent: "Call | None" = None
    inside: list["Call"] = field(default_factory=list)
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    bytes: int = 0
    node: Node | None = None  # of the first result


@dataclass
class Trace:
    """The calls as a tree, and every recorded node in the order of its making."""

    root: Call
    inputs: list[Node | None]
    nodes: list[Node]
    unrecorded: list[str]
    views: set[Node]


def trace(model: Module, inputs: list[Any]) -> Trace:
    """Run ``model`` in eval mode; afterwards it is as it was."""
    calls: list[Call] = []
    roots: dict[Node, None] = {}
    kept = Kept()
    with (
        watched(kept),
        evaluating(model),
        _trained(model),
        _watched(model, calls, roots, kept),
        enable_grad(),
    ):
        model(*inputs)
        nodes = _under(roots)
    starts = [x.node if isinstance(x, Tensor) else None for x in inputs]
    return Trace(calls[0], starts, nodes, list(kept.unrecorded), kept.views)


class Kept(Watcher):
    """Which results are views, and what the model's own ``no_grad`` would keep out of the graph.

    Modules called there record all the same, and the caller gets plain values, as it expects, to
    write into arrays for instance; a module that is given those goes on from what was recorded.
    Operations outside of modules cannot be told from changes of state: they are named.
    """

    def __init__(self):
        self.unrecorded: dict[str, None] = {}
        self.views: set[Node] = set()
        self.pairs: dict[int, tuple[Tensor, Tensor]] = {}  # both live on, so that ids stay theirs

    def compute(self, op, args, options):
        """As ever; notes what is not recorded."""
        if not state.on:
            self.unrecorded[op.__name__] = None
        return op.fn(*args, **options)

    def made(self, node, value):
        """Notes whether the result lies in the memory of what it was made from."""
        given = [t.data for p in node.parents if (t := p.out()) is not None]
        if is_output(node) or any(owner(value) is owner(v) for v in given):
            self.views.add(node)

    def plain(self, tree):
        """The values of Tensors that are recorded."""
        return self._each(tree, self._detached)

    def recorded(self, tree):
        """The Tensors that those values are of."""
        return self._each(tree, lambda v: self.pairs[id(v)][1] if id(v) in self.pairs else v)

    def _detached(self, v):
        if not isinstance(v, Tensor) or v.node is None:
            return v
        value = v.detach()
        self.pairs[id(value)] = value, v
        return value

    def _each(self, tree, f):
        leaves, structure = flatten(tree)
        return unflatten(structure, map(f, leaves))


@contextmanager
def _trained(model):
    """Frozen parameters require grad for a while, so that what they take part in is recorded."""
    frozen = [p for p in model.parameters() if not p.requires_grad and p.dtype.kind == "f"]
    for p in frozen:
        p.requires_grad_()
    try:
        yield
    finally:
        for p in frozen:
            p.requires_grad_(False)


@contextmanager
def _watched(model, calls, roots, kept):
    """Each module's ``forward`` also writes a `Call`; undone on the way out, whatever happens."""
    before = {m: vars(m).get("forward") for m in model.modules()}
    uncalled = [m for m in before if "_calls" not in vars(m)]
    running = []
    for path, module in model.named_modules():
        vars(module)["forward"] = _noted(path, module, module.forward, running, calls, roots, kept)
    try:
        yield
    finally:
        for module, forward in before.items():
            del vars(module)["forward"]
            if forward is not None:
                vars(module)["forward"] = forward
        for module in uncalled:
            vars(module).pop("_calls", None)


def _noted(path, module, forward, running, calls, roots, kept):
    def noted(*args, **options):
        call = Call(path, module, clock(), parent=running[-1] if running else None)
        if running:
            running[-1].inside.append(call)
        calls.append(call)
        running.append(call)
        try:
            with enable_grad():
                y = forward(*kept.recorded(args), **kept.recorded(options))
        except Exception as e:
            _explain(e, call, args)
        finally:
            running.pop()
        call.end = clock()
        values = [v for v in flatten(y)[0] if isinstance(v, (Tensor, np.ndarray, np.generic))]
        call.shapes = [tuple(v.shape) for v in values]
        call.bytes = sum(v.size * v.dtype.itemsize for v in values)
        tensors = [v for v in values if isinstance(v, Tensor)]
        call.node = tensors[0].node if tensors else None
        roots.update((v.node, None) for v in tensors if v.node is not None)
        return y if state.on else kept.plain(y)

    return noted


def _explain(e, call, args):
    """Raise what went wrong again, once with the name of the layer that it went wrong in."""
    if getattr(e, "_summary_layer", None) is not None:
        raise e
    got = ", ".join(str(tuple(np.shape(getattr(a, "data", a)))) for a in args)
    where = f"{call.path or 'the model'} ({type(call.module).__name__})"
    if not isinstance(e, AutogradError):
        e.add_note(f"summary: in {where}, which got the shape {got}")
        e._summary_layer = call.path
        raise e
    text = f"summary: {where} cannot take the shape {got}: {e}"
    if isinstance(e, DtypeError) and "must be integers" in str(e):
        text += ". Inputs are floats unless dtype says otherwise: summary(model, shape, dtype=int)"
    explained = type(e)(text)
    explained._summary_layer = call.path  # type: ignore[attr-defined]
    raise explained from e


def _under(roots) -> list[Node]:
    """Every node that the roots were computed from, oldest first."""
    seen = dict.fromkeys(roots)
    todo = list(seen)
    while todo:
        for p in todo.pop().parents:
            if p not in seen:
                seen[p] = None
                todo.append(p)
    return sorted(seen, key=lambda node: node.order)


def owned(module: Module) -> Iterator[tuple[str, Tensor]]:
    """(name, parameter) of a module's own, not those of the modules below it."""
    return ((name, v) for name, v in module.attributes() if isinstance(v, Tensor))
