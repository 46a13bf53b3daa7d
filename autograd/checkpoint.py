"""Recompute instead of store: a checkpointed function keeps its arguments and nothing else."""

import functools

import numpy as np

from autograd import graph, recording
from autograd.backward import pulled
from autograd.calls import Arguments, record_call
from autograd.errors import GraphError
from autograd.memory import keep
from autograd.ops.shapes import copy
from autograd.plan import Operation
from autograd.tensor import Tensor, as_tensor, needs_grad, wrap
from autograd.trees import flatten, unflatten

SAMPLE = 256  # elements of a result that are kept, to see whether the second run gives the same


def checkpoint(f):
    """``f`` as one node of the graph, which runs ``f`` again when its derivative is wanted.

    Nothing that is computed inside is stored between the forward and the backward pass: a chain of
    n checkpointed segments holds the values between them, and of one segment at a time those
    inside.  The price is one more forward pass.  Derivatives of any order are right.

    Arguments and result may be nestings of lists, tuples and dicts.  Tensors that ``f`` closes over
    (the parameters of a module, say) get their gradients too: they are found in the first run, and
    must be the same, unchanged, in the second.

    Parameters
    ----------
    f : callable
        Gives the same result when it is called again with the same arguments.  What it does
        besides (printing, running statistics) happens once per run.

    Returns
    -------
    callable
        With the arguments and results of ``f``.

    Raises
    ------
    GraphError
        In the backward pass: ``f`` gave another result the second time (random numbers without a
        fixed seed), used other Tensors, or one of its inputs was changed in place.

    Examples
    --------
    >>> from autograd import grad
    >>> block = checkpoint(lambda x: np.sin(np.exp(x)))
    >>> round(float(grad(block)(0.0)), 6)  # cos 1
    0.540302
    """

    @functools.wraps(f, updated=())
    def checkpointed(*args, **options):
        if not recording.state.on:
            return f(*args, **options)
        return _Segment(f, Arguments(args, options)).run()

    return checkpointed


class _Segment(Operation):
    """One call of a checkpointed function, as one node."""

    def __init__(self, f, given: Arguments):
        super().__init__(getattr(f, "__name__", type(f).__name__).strip("<>_"))
        self.f, self.given = f, given

    def run(self):
        """The forward pass: the results, without the graph that made them."""
        given, leaves = self.given, self.given.leaves
        values = [keep(v) for v in given.values()]  # before the function may change them
        inside = [_leaf_like(t) if needs_grad(t) else t for t in leaves]
        own = {t.node for t in inside if needs_grad(t)}
        start = graph.clock()
        outs, structure = flatten(given.call(self.f, inside))
        self.outs = [k for k, y in enumerate(outs) if needs_grad(y)]
        if not self.outs:
            return unflatten(structure, outs)
        results = tuple(outs[k].data for k in self.outs)
        self.samples = [_sample(y) for y in results]
        ends = _ends([outs[k].node for k in self.outs], start)
        closures = tuple(node for node in ends if node not in own)
        names = given.names + [f"closure {k}" for k in range(len(closures))]
        nodes = [t.node if needs_grad(t) else None for t in leaves] + list(closures)
        values += [_value(n, self.__name__) for n in closures]
        self.tensors = [j for j, t in enumerate(leaves) if type(t) is Tensor and t.node is None]
        given.leaves = []  # the graph must not keep the user's Tensors alive
        self.inputs = [j for j, node in enumerate(nodes) if node is not None]
        inputs = {names[j]: nodes[j] for j in self.inputs}
        saved = {"closures": closures, **dict(zip(names, values, strict=True))}
        made = record_call(self, results, inputs, saved, self.pull)
        for k, y in zip(self.outs, made, strict=True):
            outs[k] = y
        return unflatten(structure, outs)

    def pull(self, g, saved):
        """The gradients of arguments and closures, from a second run."""
        again = recording.state.on  # the pass itself is recorded: derivatives of derivatives
        closures, *inside = saved
        n = len(inside) - len(closures)
        with recording.enable_grad():
            for j in self.tensors:
                inside[j] = wrap(inside[j], None)
            for j in self.inputs:
                v = inside[j]
                inside[j] = copy(v) if again else as_tensor(v, requires_grad=True)
            start = graph.clock()
            outs = flatten(self.given.call(self.f, inside[:n]))[0]
            ys = self._same(outs)
            variables = [inside[j] for j in self.inputs]
            instead = dict(zip(closures, (v.node for v in inside[n:]), strict=True))
            self._cut(ys, start, {v.node for v in variables}, instead)
            if len(ys) > 1:
                ys, g = ([np.concatenate([np.ravel(v) for v in vs])] for vs in (ys, g))
        return pulled(ys[0], variables, g[0], create_graph=again)

    def _same(self, outs):
        """The results of the second run that need a gradient, checked to be those of the first."""
        ys = [outs[k] for k in self.outs if k < len(outs)]
        same = len(ys) == len(self.samples) and all(map(needs_grad, ys))
        if not same or not all(map(_agree, (_sample(y.data) for y in ys), self.samples)):
            raise GraphError(
                f"checkpoint: {self.__name__} gave another result when it was run again for its "
                "derivative. It must give the same each time: seed the random numbers inside it, "
                "and do not change what it reads before backward."
            )
        return ys

    def _cut(self, ys, start, own, instead):
        """End the new graph at the closures: variables of their own are put in their place."""
        for k, y in enumerate(ys):
            ys[k] = wrap(y.data, instead.get(y.node, y.node))
        seen = {y.node for y in ys}
        todo = list(seen)
        while todo:
            node = todo.pop()
            if node in own or _is_inner(node, start):
                continue
            if node.plan is None or node.order < start:
                raise GraphError(
                    f"checkpoint: {self.__name__} uses a Tensor that requires grad which it did "
                    "not use in the forward pass. Pass it as an argument, and do not replace what "
                    "the function closes over before backward."
                )
            node.parents = tuple(instead.get(p, p) for p in node.parents)
            for p in node.parents:
                if p not in seen:
                    seen.add(p)
                    todo.append(p)


def _leaf_like(t):
    u = as_tensor(t.data, requires_grad=True)
    u.name = t.name
    return u


def _ends(roots, start):
    """The nodes under ``roots`` where the graph made since ``start`` ends."""
    found, seen, todo = [], set(roots), list(dict.fromkeys(roots))
    while todo:
        node = todo.pop()
        if node.plan is None or node.order < start:
            if not _is_inner(node, start):
                found.append(node)
            continue
        for p in node.parents:
            if p not in seen:
                seen.add(p)
                todo.append(p)
    return sorted(found, key=lambda node: node.order)


def _is_inner(node, start) -> bool:
    """Whether a node is the variable of a transform inside the function, which is done."""
    return node.plan is None and node.order > start and node.out() is None


def _value(node, name):
    t = node.out()
    if t is None:
        raise GraphError(
            f"checkpoint: {name} uses a Tensor that requires grad which is gone after the call, so "
            "that it cannot run again. Pass it as an argument."
        )
    return t.data


def _sample(y):
    """The shape, and some of the elements, spread over all of them."""
    flat = np.reshape(y, -1)
    return np.shape(y), np.array(flat[:: max(1, flat.size // SAMPLE)])


def _agree(one, other) -> bool:
    """Whether two samples are equal up to rounding."""
    (shape, a), (expected, b) = one, other
    if shape != expected or a.dtype != b.dtype:
        return False
    finite = np.abs(b[np.isfinite(b)])
    rounding = float(np.sqrt(np.finfo(b.dtype).eps))
    most = float(finite.max()) if finite.size else 0.0
    return bool(np.allclose(a, b, rtol=rounding, atol=rounding * most, equal_nan=True))
