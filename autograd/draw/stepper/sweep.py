"""A backward pass that remembers what every edge carried.

Nothing is stored in the graph and no hook is called, so it is not the engine's own pass, but it is
made of the engine's own pieces.
"""

from dataclasses import dataclass, field

import numpy as np

from autograd import graph, memory
from autograd.backward import contribution


@dataclass
class Passed:
    """``total``: node -> its cotangent; ``parts``: node -> what it gave each of its parents."""

    total: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)


def passed(nodes: list) -> Passed:
    """The pass from the root, the last of ``nodes`` (oldest first), with dL/dL = 1.

    Raises
    ------
    GraphError
        A part of the graph was released, or a value that it needs was changed in place.
    """
    root = nodes[-1]
    found = Passed({root: np.ones(root.shape, root.dtype)[()]})
    for node in reversed(nodes):
        if node.plan is None:
            continue
        if node.order < graph.changed_at:
            memory.check_unchanged(node)
        g = found.total[node]
        found.parts[node] = parts = [contribution(node, k, g) for k in range(len(node.parents))]
        with np.errstate(all="ignore"):
            for p, part in zip(node.parents, parts, strict=True):
                found.total[p] = found.total[p] + part if p in found.total else part
    return found
