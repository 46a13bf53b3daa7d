"""Where a value left the graph: what can be known of a gradient that is None."""

import gc

import numpy as np

from autograd import graph, wording
from autograd.insight.lines import line_of, marks, unrecorded
from autograd.insight.live import living_nodes
from autograd.memory import owner
from autograd.tensor import Tensor

LISTED = 5
WAYS = (
    "t.data, t.detach(), t.item(), a comparison (t > 0), an integer result (argmax, astype(int)), "
    "no_grad"
)


def outside(t, name: str, story) -> list[str]:
    """Sentences for a Tensor that is in no graph."""
    said = [f"{name} (shape {t.shape}) is in no graph: it does not require grad."]
    if t.dtype.kind not in "fc":
        return [*said, f"Its dtype is {t.dtype}, and integers have no derivative."]
    for op, why, line, _, result in unrecorded:
        if marks(result, t.data):
            return [*said, f"{op}{f' ({line})' if line else ''}, which made it, {why}."]
    source = _whose(t.data)
    if source is not None:
        said.append(
            f"It shares the memory of {story.called(source)}, which is in one: it was cut off by "
            ".detach() or .data."
        )
        return said
    said.append(
        "It was made without requires_grad=True, or it was computed under no_grad, or from values "
        f"outside any graph ({WAYS})."
    )
    return said


def independent(x, y, story) -> list[str]:
    """Sentences for a Tensor that is not under ``y``, though it is in a graph."""
    of = story.root
    said = [f"{story.name}.grad is None for {of}: {of} does not depend on {story.name}."]
    if x.grad is not None:
        said = [f"{of} does not depend on {story.name}; its .grad comes from another result."]
    if x.node.order > y.node.order:
        return [
            *said,
            f"{story.name} entered the graph after {of} was computed (a new Tensor, changed in "
            "place, or requires_grad set since): compute the forward pass again.",
        ]
    nodes = graph.reachable(y.node)
    leaves = [story.called(n) for n in nodes if n.plan is None]
    more = f" and {len(leaves) - LISTED} more" if len(leaves) > LISTED else ""
    said.append(f"The leaves under it are {', '.join(sorted(leaves)[:LISTED])}{more}.")
    trail = [x.node, *_descendants(x.node)]
    found = _as_constant(trail, nodes, story)
    if not found:
        for node in trail:
            t = node.out()
            found = [] if t is None else _seen(t.data)
            if found:
                break
    if not found:
        found = _ends(trail, story)
    return said + found


def _as_constant(trail, nodes, story) -> list[str]:
    """Operations under the result that use the memory of x, or of what came from it, as data."""
    memory = {}
    for node in trail:
        t = node.out()
        if t is not None:
            memory[id(owner(t.data))] = (node, t.data)
    for user in reversed(nodes):
        if user.plan is None or type(user.saved) is graph.Released:
            continue
        linked = {id(owner(v)) for p in user.parents if (t := p.out()) is not None
                  for v in (t.data,)}  # fmt: skip
        for v in [*user.saved, *(c for _, c in user.constants)]:
            for a in v if type(v) in (list, tuple) else (v,):
                if not hasattr(a, "dtype") or id(owner(a)) in linked:
                    continue
                found = memory.get(id(owner(a)))
                if found is not None:
                    name, op = story.called(found[0]), wording.operation(user.plan.op)
                    line = line_of(user)
                    where = f" ({line})" if line else ""
                    return [
                        f"{op}{where} used the value of {name} as a plain number, outside the "
                        f"graph: it was given {name}.data, {name}.detach() or {name}.item()."
                    ]
    return []


def _seen(data) -> list[str]:
    """What `debug` saw happen to this memory without being recorded."""
    for op, why, line, memory, _ in unrecorded:
        if marks(memory, data):
            where = f" ({line})" if line else ""
            return [f"{op}{where} {why}, so the graph ends there."]
    return []


def _ends(trail, story) -> list[str]:
    """The last results that came from x and that nothing recorded used."""
    used = {p for node in trail for p in node.parents}
    ends = [n for n in trail if n not in used and n.plan is not None]
    if not ends:
        return [
            f"No operation in a living graph has used {story.name}. Its value may have left by "
            f"{WAYS}; computing inside `with autograd.debug():` shows where."
        ]
    names = [
        f"{story.called(n)}{f' ({line})' if (line := line_of(n)) else ''}" for n in ends[:LISTED]
    ]
    return [
        f"{story.name} was used, but the trail ends at {', '.join(names)}: what came after did not "
        f"record it ({WAYS}), or did not go into {story.root}."
    ]


def _descendants(node) -> list:
    """All living nodes computed from ``node``, oldest first."""
    living = sorted((n for n in living_nodes() if n.order > node.order), key=lambda n: n.order)
    below, found = {node}, []
    for n in living:
        if any(p in below for p in n.parents):
            below.add(n)
            found.append(n)
    return found


def _whose(data):
    """The node of a living Tensor with this memory."""
    if not isinstance(data, np.ndarray):
        return None
    whose = owner(data)
    for t in gc.get_objects():
        if type(t) is Tensor and t.node is not None and owner(t.data) is whose:
            return t.node
    return None
