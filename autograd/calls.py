"""One node for a whole call: what `checkpoint` and the primitives of `autograd.extend` share.

Arguments and results may be nestings of lists, tuples and dicts.
"""

import itertools

import numpy as np
from numpy import ndarray

from autograd.cotangents import fitted
from autograd.plan import Operation, Plan, unpack
from autograd.tensor import Tensor, recorded, wrap
from autograd.trees import flatten, unflatten


def holds_tensor(v) -> bool:
    """Whether ``v`` is a Tensor, or a nesting of lists, tuples and dicts with one in it."""
    if isinstance(v, (list, tuple)):
        return any(map(holds_tensor, v))
    if isinstance(v, dict):
        return any(map(holds_tensor, v.values()))
    return type(v) is Tensor


class Arguments:
    """The arguments of a call as a list of ``leaves``; only those with a Tensor are opened.

    ``places``: a leaf is number i in argument k (a position, or a keyword): (k, i); ``names``: that
    in words; ``structures``: of each argument.
    """

    def __init__(self, args, options):
        self.leaves, self.places, self.names, self.structures = [], [], [], {}
        for k, v in itertools.chain(enumerate(args), options.items()):
            leaves, structure = flatten(v) if holds_tensor(v) else ([v], None)
            self.structures[k] = structure
            self.leaves += leaves
            self.places += [(k, i) for i in range(len(leaves))]
            inside = [f", leaf {i}" for i in range(len(leaves))] if structure else [""]
            self.names += [f"argument {k}{where}" for where in inside]

    def values(self) -> list:
        """The leaves, with arrays for the Tensors among them."""
        return [t.data if type(t) is Tensor else t for t in self.leaves]

    def call(self, f, leaves):
        """``f`` of the arguments with these leaves."""
        rest = iter(leaves)
        built = {k: unflatten(s, rest) for k, s in self.structures.items()}
        args = [v for k, v in built.items() if type(k) is int]
        return f(*args, **{k: v for k, v in built.items() if type(k) is str})


class CallPlan(Plan):
    """The plan of a node made for one call; ``inputs`` are the names of its parents.

    ``gathered``: its one parent stands for several inputs, whose gradients come together.
    """

    __slots__ = ("inputs", "gathered")

    def __init__(self, op, inputs, vjps, names=(), links=(), gathered=False):
        self.op, self.inputs, self.vjps, self.names, self.links = op, inputs, vjps, names, links
        self.key, self.elementwise, self.gathered = tuple(range(len(inputs))), False, gathered

    def relink(self, node):
        """The saved items as Tensors in the graph."""
        parents = node.parents[0].parents if self.gathered else node.parents
        items = list(node.saved)
        for at, (v, link) in enumerate(zip(node.saved, self.links, strict=True)):
            if link == "y":
                items[at] = unpack(v, node) if len(v) > 1 else (wrap(v[0], node),)
            elif link is not None:
                items[at] = wrap(v, parents[link])
        return tuple(items)

    def of(self, k):
        """The name of the input that parent ``k`` is."""
        return self.inputs[k]


def record_call(op, results, inputs, saved, pull) -> tuple:
    """The Tensors of these results of a call, recorded as one node.

    Parameters
    ----------
    op : Operation
    results : tuple of arrays
    inputs : {name: node}
        What needs a gradient.
    saved : {name: value}
        What is needed for it: where the name is that of an input, its value; 'result', ``results``.
    pull : callable
        ``(g, saved)`` to one gradient per input, from a tuple of one per result, and the values.
    """
    several, names = len(results) > 1, tuple(inputs)
    links = tuple("y" if s == "result" else names.index(s) if s in inputs else None for s in saved)
    parents: tuple = tuple(inputs.values())
    gathered = _gathered(op, names, parents) if len(parents) > 1 else None

    def pulled(g, values):
        found = pull(g if several else (g,), values)
        if gathered is None:
            return _borrowed(found[0])
        pairs = zip(found, gathered.parents, strict=True)
        return np.concatenate([np.ravel(fitted(gp, g, p, gathered)) for gp, p in pairs])

    if gathered is not None:
        names, parents = (gathered.plan.op.__name__,), (gathered,)
    plan = CallPlan(op, names, (pulled,), tuple(saved), links, gathered is not None)
    made = recorded(plan, parents, results if several else results[0], tuple(saved.values()), ())
    return unpack(results, made) if several else (made,)


def _gathered(op, names, parents):
    """A node that stands for all inputs, so that the pull runs once for all of them.

    Its cotangent is theirs, ravelled and joined.
    """
    ends = np.cumsum([int(np.prod(p.shape)) for p in parents]).tolist()
    vjps = tuple(map(_part, [0, *ends], ends, (p.shape for p in parents)))
    plan = CallPlan(Operation(f"inputs of {op.__name__}"), names, vjps)
    nothing = np.zeros((), np.result_type(*(p.dtype for p in parents)))
    node = recorded(plan, parents, np.broadcast_to(nothing, ends[-1:]), (), ()).node
    node.value = node.shape  # there is none to show
    return node


def _part(start, stop, shape):
    return lambda g, s: np.reshape(g[start:stop], shape)


def _borrowed(g):
    """A user's gradient as read-only: nobody adds into memory that may be the user's."""
    if isinstance(g, ndarray) and g.flags.writeable:
        g = g.view()
        g.flags.writeable = False
    return g
