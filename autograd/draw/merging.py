"""What shares a box in the tensor style: parameters with their operation, chains of operations."""

from typing import Any

from autograd import wording
from autograd.draw.reading import Constant, Entry, Graph

VIEWS = {"transpose", "swapaxes", "moveaxis", "reshape", "expand_dims", "squeeze", "broadcast_to"}
TIED = 4  # so many uses of a parameter, or more, are no arrows any more
CHAIN = 3  # so many operations of one input in a row, or more, share a box


def rows(graph: Graph) -> set[int]:
    """Parameters, and views of them, that are rows of what uses them: with one use, or many."""
    found: set[int] = set()
    known = graph.has_parameters  # then other leaves are inputs
    outputs = {id(e) for e in graph.outputs}
    for e in graph.entries:
        if id(e) in outputs:
            continue
        leaf = not e.op and (e.parameter or not known)
        view = e.op in VIEWS and len(e.inputs) == 1 and e.inputs[0] in found and not e.name
        if (e.uses == 1 or e.uses >= TIED) and (leaf or view):
            found.add(e.index)
    return found


def is_row(item: int | Constant, rows: set[int]) -> bool:
    """Whether this input is a row of its operation: a parameter or a small constant."""
    if isinstance(item, Constant):
        return not item.name and item.value is not None and wording.small(item.value)
    return item in rows


def groups(
    graph: Graph, rows: set[int], merge: bool, scope_of: dict[int, Any]
) -> list[list[Entry]]:
    """The operations, in topological order, those that share a box together.

    Three or more operations of one input in a row do, and ``+ b`` with the product or convolution
    that the parameter ``b`` is added to; unless what is between them has a name or another use,
    or they belong to different scopes.  So does the only output that is used of several.
    """
    found: list[list[Entry]] = []
    group_of: dict[int, list[Entry]] = {}
    for e in graph.entries:
        if not e.op or e.index in rows:
            continue
        flow = [i for i in e.inputs if not is_row(i, rows)]
        chain = group_of.get(flow[0], []) if len(flow) == 1 and type(flow[0]) is int else []
        alike = chain and scope_of[chain[-1].index] is scope_of[e.index]
        if merge and alike and chain[-1].uses == 1 and not chain[-1].name:
            unary = len(e.inputs) == 1 and all(len(c.inputs) == 1 for c in chain)
            bias = len(chain) == 1 and _is_bias(e, chain[0], rows)
            if unary or bias or picks(graph, e):
                chain.append(e)
                group_of[e.index] = chain
                continue
        group_of[e.index] = [e]
        found.append(group_of[e.index])
    parted = []
    for group in found:
        short = len(group) < CHAIN and len(group[-1].inputs) == 1
        short = short and not any(picks(graph, e) for e in group[1:])
        parted += [[e] for e in group] if short else [group]
    return sorted(parted, key=lambda group: group[-1].index)


def picks(graph: Graph, e: Entry) -> bool:
    """Whether ``e`` is one of the outputs of an operation that has several."""
    return isinstance(e.inputs[0], int) and type(graph.entries[e.inputs[0]].dtype) is tuple


def _is_bias(e: Entry, before: Entry, rows: set[int]) -> bool:
    """Whether ``e`` adds a parameter to a product or convolution with a parameter."""
    both = all(any(i in rows for i in x.inputs if isinstance(i, int)) for x in (e, before))
    return both and e.op == "add" != before.op
