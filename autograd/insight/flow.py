"""How a gradient flowed: the cotangents between a result and one Tensor, edge by edge."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import MAX_EMAX, Context, Decimal, localcontext
from typing import Any

import numpy as np

from autograd import graph
from autograd.backward import contribution, cotangents
from autograd.cotangents import Several
from autograd.errors import GraphError
from autograd.insight.values import known_values

SMALL = 6  # elements up to which a contribution is written in full
MOST_PATHS = 8
LONGEST = 200  # edges of a path that is followed


@dataclass
class Edge:
    """A use of ``parent`` by the operation ``node``, as its input number ``k``.

    ``upstream``: dL/d(result of node); ``amount``: what its formula made of it, the contribution to
    dL/d(parent); ``local``: the derivative itself, where both are single numbers.
    """

    node: Any
    k: int
    parent: Any
    upstream: Any
    amount: Any
    local: float | None = None


@dataclass
class Flow:
    """The part of the graph of ``root`` that leads to ``x`` (nodes).

    ``cotangents``: {node: dL/dnode}; ``users``: {node: [(node that uses it, as input k)]};
    ``known``: the edges that were asked for.
    """

    root: Any
    x: Any
    cotangents: dict
    users: dict
    values: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)

    def edges(self, node) -> list[Edge]:
        """The uses of ``node``, with what each contributed to its gradient."""
        if node not in self.known:
            self.known[node] = [self._edge(user, k) for user, k in self.users[node]]
        return self.known[node]

    def _edge(self, user, k):
        g, parent = self.cotangents[user], user.parents[k]
        edge = Edge(user, k, parent, g, contribution(user, k, g))
        if is_single(g) and is_single(edge.amount) and np.size(g) == np.size(edge.amount) == 1:
            one = np.ones_like(g)
            local = contribution(user, k, one)
            # a conjugate or a real part is no multiple of a complex cotangent
            if not np.iscomplexobj(g) or np.allclose(contribution(user, k, 1j * one), 1j * local):
                edge.local = np.asarray(local).item()
        return edge

    def paths(self, most: int = MOST_PATHS) -> list[list[Edge]] | None:
        """Every path from the root down to ``x``, as edges; None if too many or too long."""
        if self.count() > most:
            return None
        done, open_ = [], [[edge] for edge in self.edges(self.x)]
        while open_:
            path = open_.pop()
            if path[0].node is self.root:
                done.append(path)
            else:
                open_ += [[edge, *path] for edge in self.edges(path[0].node)]
            if len(path) > LONGEST:
                return None
        return sorted(done, key=lambda path: [e.node.order for e in path])

    def count(self) -> Decimal:
        """How many paths there are, to 28 digits."""
        ways = {self.root: Decimal(1)}  # whole numbers would grow to as many bits as nodes
        with localcontext(Context(prec=28, Emax=MAX_EMAX)):
            for node in sorted(self.users, key=lambda n: n.order, reverse=True):
                if node is not self.root:
                    ways[node] = sum((ways[user] for user, _ in self.users[node]), Decimal())
        return ways[self.x]


def parts_of(g) -> list:
    """The arrays of a cotangent: of an operation with several outputs, one each."""
    if type(g) is Several:
        return list(g.parts.values())
    return list(g) if type(g) is tuple else [g]


def is_single(g) -> bool:
    """Whether a cotangent is that of one array."""
    return type(g) is not Several and type(g) is not tuple


def _check_whole(results):
    """Raise if part of the graph was let go: what is under that part cannot be told any more."""
    for node in results:
        if type(node.saved) is graph.Released:
            raise GraphError(
                f"{node.saved.by} has released this {node.plan.op.__name__} and all before it. "
                "Explain before the step, or compute the forward pass again."
            )


def trace(y, x, cotangent=None) -> Flow | None:
    """The flow from the Tensor ``y`` to the node ``x``; None if ``y`` does not depend on ``x``."""
    results = graph.results(y.node)
    leading = {x}
    users = defaultdict(list)
    for node in reversed(results):
        for k, p in enumerate(node.parents):
            if p in leading:
                leading.add(node)
                users[p].append((node, k))
    if y.node is not x and x not in users:
        _check_whole(results)
        return None
    users.setdefault(y.node, [])
    found = cotangents(y, cotangent, leading)
    return Flow(y.node, x, found, users, known_values(graph.reachable(y.node)))
