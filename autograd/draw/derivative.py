"""The graph of the derivatives: what ``gradients(t, leaves, create_graph=True)`` records."""

import numpy as np

from autograd import graph, wording
from autograd.backward import gradients
from autograd.draw import reading
from autograd.errors import ShapeError
from autograd.names import Names
from autograd.tensor import Tensor


def read(t: Tensor, nodes: list, names: Names) -> reading.Graph:
    """The entries of all derivatives of ``t`` by its leaves, and of what they are computed from.

    Raises
    ------
    ShapeError
        ``t`` has several elements.
    """
    if t.size != 1:
        raise ShapeError(
            f"draw: backward=True needs a Tensor with one element, got shape {t.shape}; draw "
            "t.sum(), say"
        )
    leaves = [x for n in nodes if n.plan is None and (x := n.out()) is not None]
    found = gradients(t, leaves, create_graph=True)
    of = names.of_node(t.node) or "y"
    called = [f"d{of}/d{names.of_node(x.node) or f'x{k}'}" for k, x in enumerate(leaves)]
    made: dict = {}
    for g in found:
        if g.node is not None:
            made.update(dict.fromkeys(graph.reachable(g.node)))
    result = reading.read(sorted(made, key=lambda n: n.order), names) if made else None
    result = result or reading.Graph([], False)
    at = {node.order: k for k, node in enumerate(sorted(made, key=lambda n: n.order))}
    result.outputs = []
    for name, g in zip(called, found, strict=True):
        if g.node is None:
            value = g.data if wording.small(g.data) else None
            result.outputs.append(reading.Constant(np.shape(g.data), value, wording.clean(name)))
            continue
        entry = result.entries[at[g.node.order]]
        taken = entry in result.outputs or not entry.op
        entry.name = f"{entry.name} = {name}" if taken and entry.name else name
        if entry not in result.outputs:
            result.outputs.append(entry)
    return result
