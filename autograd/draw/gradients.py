"""The gradients to show: those the Tensors hold and, for results nobody holds, computed again."""

from dataclasses import dataclass, field

import numpy as np

from autograd.backward import cotangents
from autograd.cotangents import Several, same
from autograd.errors import AutogradError
from autograd.hooks import has_hook

LARGEST = 20_000_000  # elements of a graph up to which its gradients are computed for display


@dataclass
class Gradients:
    """``of``: node -> gradient; ``exact``: those nodes whose gradient is d(root)/d(node).

    Others were added up over several backward passes, or come from another root.
    """

    of: dict = field(default_factory=dict)
    exact: set = field(default_factory=set)


def known(root, nodes) -> Gradients:
    """What is known after ``root.backward()``; nothing is stored, no hook is called."""
    held = {n: t.grad for n in nodes if (t := n.out()) is not None and t.grad is not None}
    leaves = [n for n in nodes if n.plan is None and n in held]
    if root not in held or any(n.fed_by is None or n.fed_by() is not root for n in leaves):
        return Gradients(held)
    results = {n for n in held if n.plan is not None}
    if not leaves or any(map(has_hook, nodes)) or _elements(nodes) > LARGEST:
        return Gradients(held, results)
    try:
        found = cotangents(root.out(), held[root], nodes)
    except AutogradError:  # released, or changed since: what is held is what is known
        return Gradients(held, results)
    found = {n: g for n, g in found.items() if type(g) is not Several}
    once = {n for n in leaves if same(held[n], found[n])}
    return Gradients(found | held, (found.keys() - set(leaves)) | once)


def _elements(nodes) -> int:
    return sum(int(np.prod(n.shape)) for n in nodes if type(n.dtype) is not tuple)
