"""Which operation made a gradient 0, or very small, and why."""

import numpy as np

from autograd import wording
from autograd.insight.explanation import Cause
from autograd.insight.finite import unsummed
from autograd.insight.flow import Edge, is_single, parts_of
from autograd.insight.lines import line_of
from autograd.insight.phrases import at_line, shown
from autograd.insight.reasons import why_zero
from autograd.insight.values import GONE, call_of, input_name
from autograd.wording import norm

MOST_CUTS = 40  # places that are found
MOST_SEEN = 500  # nodes that are searched for them
MOST_SUMMANDS = 6
DROP = 1e-3  # a single edge that leaves less than this share of the norm is worth a remark


def zeros(flow, called, partly=False) -> list[Cause]:
    """The edges where a cotangent that is not 0 became 0, nearest to x first.

    ``called``: the name of a node; ``partly``: became 0 at some of its elements.
    """
    causes: list[Cause] = []
    todo, seen = [flow.x], {flow.x}
    while todo and len(causes) <= MOST_CUTS:
        node = todo.pop(0)
        edges = flow.edges(node)
        if not partly and len(edges) > 1 and any(any_in(e.amount) for e in edges):
            causes.append(_cancelled(node, edges, called))
            continue
        for e in edges:
            if _more_zeros(e) if partly else any_in(e.upstream) and not any_in(e.amount):
                causes.append(_cause(flow, e))
            elif e.node in seen or len(seen) > MOST_SEEN:
                continue
            elif partly or not any_in(e.upstream):
                seen.add(e.node)
                todo.append(e.node)
    if not causes and not partly and not any_in(flow.cotangents[flow.root]):
        causes.append(Cause("the cotangent", "", "what backward was given is 0"))
    if not causes and not partly:
        reason = (
            f"the place where it became 0 is not among the {MOST_SEEN} operations nearest to it"
        )
        causes.append(Cause("", "", reason))
    return causes


def _cancelled(node, edges, called):
    amounts = " and ".join(shown(e.amount) for e in edges[:MOST_SUMMANDS])
    ops = ", ".join(dict.fromkeys(wording.operation(e.node.plan.op) for e in edges))
    reason = f"the contributions of its uses cancel in {called(node)}: {amounts}"
    return Cause(ops, "", reason, line_of(edges[0].node))


def _cause(flow, e):
    op, argument = wording.operation(e.node.plan.op), input_name(e.node, e.k)
    values = _where_cut(e, _arguments(e.node, flow.values))
    own = not e.node.plan.op.trusted  # a user's, whatever it is called
    alone = e.node.plan.elementwise and not np.iscomplexobj(e.upstream)
    summed = alone and np.shape(e.amount) != e.node.shape and not any_in(e.amount)
    if summed and any_in(unsummed(e.node, e.k, e.upstream)):
        reason = f"what the copies of {argument!r} get, made by broadcasting in {op}, cancels"
        return Cause(op, argument, reason, line_of(e.node))
    reason = why_zero("" if own else op, argument, values, op, alone)
    return Cause(op, argument, reason, line_of(e.node))


def least(flow, known) -> list[str]:
    """The edge on the way that left the least of a gradient, if it left very little."""
    worst, least = None, DROP
    for node in flow.users:
        for e in flow.edges(node) if len(flow.users) <= MOST_SEEN else ():
            if not (is_single(e.upstream) and is_single(e.amount)) or not any_in(e.amount):
                continue
            share = norm(e.amount) / norm(e.upstream)
            if share < least:
                worst, least = e, share
    if worst is None:
        return []
    cause = _cause(flow, worst)
    why = f" ({cause.reason})" if "at these values" not in cause.reason else ""
    why = "" if any(cause.reason == c.reason for c in known) else why
    return [
        f"Least of it is left by {cause.op}{at_line(cause.line)}: its norm goes from "
        f"{norm(worst.upstream):.3g} to {norm(worst.amount):.3g}{why}."
    ]


def journey(flow, called) -> list[str]:
    """What each kind of operation did to the norm, if it vanished or exploded on the way.

    Along the path of the largest contributions, from the result to ``flow.x``.
    """
    start, end = flow.cotangents[flow.root], flow.cotangents[flow.x]
    if not norm(start) or DROP <= norm(end) / norm(start) <= 1 / DROP:
        return []
    factors: dict[str, list] = {}
    node = flow.x
    for _ in range(MOST_SEEN):
        edges = [e for e in flow.edges(node) if is_single(e.upstream) and is_single(e.amount)]
        if not edges:
            return []
        e = max(edges, key=lambda e: norm(e.amount))
        share = norm(e.amount) / (norm(e.upstream) or 1.0)
        factors.setdefault(wording.operation(e.node.plan.op), []).append(share)
        node = e.node
        if node is flow.root:
            break
    else:
        return []
    shrinks = norm(end) < norm(start)
    products = sorted(((np.prod(f), op, len(f)) for op, f in factors.items()), reverse=not shrinks)
    said = [
        f"{op} {wording.TIMES} {p:.2g}" + (f" in {n} steps" if n > 1 else "")
        for p, op, n in products[:MOST_SUMMANDS]
    ]
    verb = "vanishes" if shrinks else "explodes"
    return [
        f"It {verb} on its way from {called(flow.root)}: the norm goes from {norm(start):.3g} to "
        f"{norm(end):.3g} ({', '.join(said)})."
    ]


def _arguments(node, values) -> dict:
    """{argument: value} of an operation, those that are known, and its result ``y``."""
    found = {"y": values[node]} if node in values else {}
    if node.plan.op.names:
        args = call_of(node, values).args
        found |= {
            name: v
            for name, v in zip(node.plan.op.names, args, strict=False)
            if v is not GONE and type(v) is not list
        }
    return found


def _where_cut(e: Edge, values: dict) -> dict:
    """The values at the places where a cotangent was not 0 and became 0."""
    if not is_single(e.upstream) or not is_single(e.amount):
        return values
    g = np.asarray(e.upstream)
    if not e.node.plan.elementwise or g.shape != e.node.shape:
        return {**values, "g": g}
    gone = g != 0
    if np.shape(e.amount) == g.shape and any_in(e.amount):
        small = np.abs(e.amount) <= DROP * np.abs(g)
        gone = gone & small if np.any(gone & small) else gone
    found = {}
    for name, v in {**values, "g": g}.items():
        try:
            found[name] = v if v is None else np.broadcast_to(v, g.shape)[gone]
        except (ValueError, TypeError):
            found[name] = v
    return found


def _more_zeros(e: Edge) -> bool:
    """Whether an edge between arrays of the same shape made zeros."""
    if not is_single(e.amount) or not is_single(e.upstream):
        return False
    if np.shape(e.amount) != np.shape(e.upstream):
        picks = wording.operation(e.node.plan.op) in ("max", "min", "max_pool", "getitem")
        return picks and not np.all(e.amount)
    return bool(np.any((np.asarray(e.amount) == 0) & (np.asarray(e.upstream) != 0)))


def any_in(g) -> bool:
    """Whether a cotangent is not 0 everywhere."""
    return any(map(np.any, parts_of(g)))
