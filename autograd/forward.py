"""Forward mode: tangents flow from the oldest node of a graph to the newest.

A tangent is dv/ds, where the inputs move with s.  No operation has a formula of its own for it:

- Where ``y[i]`` depends on ``x[i]`` alone, the derivative is diagonal and the same in both
  directions: the formula of backward, given the tangent of x for the cotangent of y.
- Where the operation is linear in x, it is its own derivative: the operation itself, of the
  tangent.
- Else the formula of backward is a linear function of its cotangent u, x' = Jᵀ u, and the
  derivative of <Jᵀ u, t> with respect to u is J t.
"""

import numpy as np

from autograd import graph, recording
from autograd.backward import gradients
from autograd.cotangents import cast, fitted, zero_stays
from autograd.errors import DtypeError
from autograd.graph import Node, Released
from autograd.memory import check_unchanged, keep
from autograd.plan import is_output
from autograd.recording import Watcher, watched
from autograd.tensor import Tensor, as_tensor, needs_grad, wrap


class Calls(Watcher):
    """Notes the arguments of the linear operations that are recorded, to call them again."""

    def __init__(self):
        self.outer = recording.state.watcher or Watcher()
        self.of: dict[Node, tuple] = {}
        self._latest = (None, (), {})

    def compute(self, op, args, options):
        """Compute, and note what with."""
        y = self.outer.compute(op, args, options)
        self._latest = (op, args, options)
        return y

    def made(self, node, value):
        """The node of what was computed last, or of one of its outputs."""
        op, args, options = self._latest
        if op is node.plan.op and op.linear:
            self.of[node] = keep(args), keep(options)
        self.outer.made(node, value)

    def arguments(self, node):
        """Names and values of what a linear operation was called with; else None."""
        if node in self.of:
            return zip(node.plan.op.names, self.of[node][0], strict=False)
        return None

    def pull(self, node, k, g, saved):
        """Tell the watcher around this one."""
        return self.outer.pull(node, k, g, saved)

    def passed(self, node, k, g):
        """Tell the watcher around this one."""
        self.outer.passed(node, k, g)


def followed():
    """``with followed() as calls:`` what is recorded can be given to `tangent` with ``calls``."""
    return watched(Calls())


def direction(v, x: Tensor):
    """A tangent of ``x`` as an array of its dtype; a Tensor where it is differentiated too."""
    v = as_tensor(v)
    if not np.can_cast(v.dtype, x.dtype, "same_kind"):
        raise DtypeError(f"jvp: a tangent has dtype {v.dtype}, but its input has {x.dtype}")
    v = v if v.dtype == x.dtype else v.astype(x.dtype)
    return v.data if v.node is None else v


def tangent(y: Tensor, xs, directions, calls: Calls, create_graph: bool):
    """The tangent of ``y``, or None where it does not depend on ``xs``.

    Parameters
    ----------
    y : Tensor
    xs, directions : list of Tensor, list of array or Tensor
        The inputs, and how they move: each of the shape and dtype of its input.
    calls : Calls
        What noted the run that computed ``y``.
    create_graph : bool
        Record the pass itself: its results are Tensors, to differentiate again.
    """
    known, doubtful = {x.node: v for x, v in zip(xs, directions, strict=True)}, False
    oldest = min((x.order for x in known), default=0)
    with recording.set_recording(create_graph), np.errstate(all="ignore"):
        for node in reversed(graph.results(y.node, oldest)):
            moving = {k: known[p] for k, p in enumerate(node.parents) if p in known}
            if node not in known and (moving or type(node.saved) is Released):
                check_unchanged(node, calls.arguments(node))
            if moving and node not in known:
                known[node] = _pushed(node, moving, calls, create_graph)
                doubtful = doubtful or node.plan.op.not_everywhere
        t = known.get(y.node)
        return t * _checked(y, xs, directions) if doubtful and t is not None else t


def _checked(y, xs, directions) -> float:
    """1, or NaN where backward, which knows what of a result is used, finds no derivative.

    Raises
    ------
    GraphError
        Backward refuses: the result depends on what is not determined.
    """
    rng = np.random.default_rng(0)
    g = rng.standard_normal(y.shape) + 1j * rng.standard_normal(y.shape)
    pulled = gradients(y, xs, np.astype(g if y.dtype.kind == "c" else g.real, y.dtype))
    along = (np.sum(p * as_tensor(v).data) for p, v in zip(pulled, directions, strict=True))
    return 1.0 if all(map(np.isfinite, along)) else np.nan


def _pushed(node, moving, calls, create_graph):
    """The tangent of a node, from those of its parents by number."""
    if is_output(node):
        return moving[0][node.saved[0]]
    if node in calls.of:
        t = _linear(node, moving, *calls.of[node], create_graph)
    elif type(node.dtype) is tuple:
        t = _transposed(node, moving, create_graph)
    elif node.plan.elementwise and "c" not in [n.dtype.kind for n in (node, *node.parents)]:
        t = _diagonal(node, moving, create_graph)
    else:
        t = _transposed(node, moving, create_graph)
    return t if type(t) is tuple else cast(t, node.dtype)


def _diagonal(node, moving, create_graph):
    saved = node.plan.relink(node) if create_graph else node.saved
    parts = []
    for k, v in moving.items():
        v = np.broadcast_to(v, node.shape)
        parts.append(zero_stays(node.plan.vjps[k](v, saved), v))
    return sum(parts[1:], parts[0])


def _linear(node, moving, args, options, create_graph):
    """What the operation gives with each moving argument's tangent in its place, summed.

    Of a list of arrays, which is one argument, the others are 0.
    """
    places, replaced = node.plan.key, {}
    if create_graph:
        args = _linked(args, places, node.parents)
    for k, v in moving.items():
        if type(places[k]) is tuple:
            at, i = places[k]
            replaced.setdefault(at, list(map(np.zeros_like, args[at])))[i] = v
        else:
            replaced[places[k]] = v
    parts = [node.plan.op(*args[:at], v, *args[at + 1 :], **options) for at, v in replaced.items()]
    return sum(parts[1:], parts[0])


def _linked(args, places, nodes):
    """The arguments as Tensors in the graph, where they have a node."""
    args = [list(a) if type(a) is list else a for a in args]
    for place, node in zip(places, nodes, strict=True):
        if type(place) is tuple:
            k, i = place
            args[k][i] = wrap(args[k][i], node)
        else:
            args[place] = wrap(args[place], node)
    return args


def _transposed(node, moving, create_graph):
    """J t, the derivative of <Jᵀ u, t> with respect to u: one or several outputs."""
    several = type(node.dtype) is tuple
    kinds = zip(node.shape, node.dtype, strict=True) if several else [(node.shape, node.dtype)]
    with recording.enable_grad():
        us = [Tensor(np.zeros(s, d), requires_grad=d.kind in "fc") for s, d in kinds]
        u = tuple(us) if several else us[0]
        saved = node.plan.relink(node)  # formulas that are recorded expect it
        products = [
            np.sum(fitted(node.plan.vjps[k](u, saved), u, node.parents[k], node) * v)
            for k, v in moving.items()
        ]
        dot = sum(products[1:], products[0])
    tangents = [np.zeros_like(t.data) for t in us]
    if needs_grad(dot):
        at = [k for k, t in enumerate(us) if t.requires_grad]
        got = gradients(dot, [us[k] for k in at], np.ones_like(dot.data), create_graph)
        for k, t in zip(at, got, strict=True):
            tangents[k] = t
    return tuple(tangents) if several else tangents[0]
