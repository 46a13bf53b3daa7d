"""The backward pass: cotangents flow from the newest node to the oldest, each formula runs once."""

import os
import sys
import threading
import weakref
from math import isnan

import numpy as np
from numpy import float64, ndarray

from autograd import graph, hooks, memory, recording
from autograd.cotangents import fitted, lent, own
from autograd.errors import DtypeError, GraphError, ShapeError
from autograd.foreign import plain
from autograd.tensor import Tensor, as_tensor, check_leaves, described

USUAL = (ndarray, float64)  # what the value of a leaf is, mostly
_giving = threading.RLock()  # leaves may be shared by threads: one at a time adds to what they have
if hasattr(os, "register_at_fork"):  # a forked process has none of the threads that may hold it
    os.register_at_fork(
        before=_giving.acquire, after_in_parent=_giving.release, after_in_child=_giving.release
    )


def gradients(y, xs, cotangent=None, create_graph=False):
    """dL/dx of each ``x`` in ``xs``, where dL/dy is ``cotangent``; stores nothing.

    Parameters
    ----------
    y : Tensor
        The result to differentiate.
    xs : Tensor or sequence of Tensor
        Leaves or intermediate results.  Where ``y`` does not depend on one, its gradient is 0.
    cotangent : array_like or Tensor, optional
        dL/dy, of the shape of ``y``.  The default, 1, needs a ``y`` with a single element.
    create_graph : bool
        Record the pass itself: the gradients are then Tensors, to differentiate again.

    Returns
    -------
    ndarray (or Tensor), or a list of them like ``xs``
        Each of the shape and dtype of its ``x``.

    Raises
    ------
    GraphError
        ``y`` or an ``x`` is in no graph; the graph was released; a saved value was changed.
    ShapeError
        ``y`` has several elements and there is no cotangent, or it has another shape.

    Examples
    --------
    >>> x = Tensor(3.0, requires_grad=True)
    >>> dy = gradients(x**3, x, create_graph=True)
    >>> dy, gradients(dy, x)
    (Tensor(27., op=multiply), np.float64(18.0))
    """
    several = not isinstance(xs, Tensor)
    xs = list(xs) if several else [xs]
    for k, x in enumerate(xs):
        if type(x) is not Tensor or x.node is None:
            got = repr(x) if type(x) is Tensor else type(x).__name__
            raise GraphError(
                f"gradients: xs[{k}] must be a Tensor that requires grad, got {got}. Make it with "
                "requires_grad=True before computing y."
            )
        later = type(y) is Tensor and y.node is not None and x.node.order > y.node.order
        if later and not (y.is_leaf and x.is_leaf):  # two leaves: 0, and nothing hides behind it
            raise GraphError(
                f"gradients: y cannot depend on xs[{k}], which entered the graph after y was "
                "computed (a new Tensor, changed in place, or requires_grad set again since)."
            )
    got = pulled(y, xs, cotangent, create_graph)
    return got if several else got[0]


def pulled(y, xs, cotangent, create_graph) -> list:
    """`gradients` by variables that may have come after ``y``: a function can return an input."""
    found = _swept(y, cotangent, {x.node for x in xs}, create_graph)
    got = [own(found[x.node]) if x.node in found else zeros(x) for x in xs]
    if create_graph:
        return [g if type(g) is Tensor else Tensor(g) for g in got]
    return [g.copy() if any(g is h for h in got[:k]) else g for k, g in enumerate(got)]


def zeros(x):
    """The gradient 0 of a Tensor: of its kind, a NumPy scalar where it is one."""
    return own(np.zeros_like(x.data))


def backward(y, cotangent=None):
    """Fill ``.grad`` of every living Tensor under ``y``; leaves add to what they have."""
    found, root = _swept(y, cotangent, None, False), weakref.ref(y.node)
    with _giving:
        total = [
            (node, t, own(g) if node.plan or t.grad is None else _added(t, g))
            for node, g in found.items()
            if (t := node.out()) is not None
        ]
        for node, t, g in total:
            t.grad = g
            if node.plan is None:
                node.fed_by = root


def _added(t, g):
    """``.grad`` of a leaf with ``g`` added, checked: it may be what the user has set."""
    g = g[()] if g.ndim == 0 else g  # formulas may give an array of no axes
    try:
        total = t.grad + g
        fits = np.shape(t.grad) in ((), g.shape) and type(total) in (type(g), ndarray)
        fits = fits and (total.dtype == g.dtype or np.can_cast(total.dtype, g.dtype, "same_kind"))
    except (TypeError, ValueError):
        fits = False
    if not fits:
        called = f" {t.name!r}" if t.name else ""
        raise ShapeError(
            f"backward: the .grad of the leaf{called} was set to {described(t.grad)}, to which "
            f"a gradient {described(g)} cannot be added. Set an array like it, or None."
        )
    return total


def cotangents(y, cotangent, nodes) -> dict:
    """Cotangents of the ``nodes`` under ``y``, for a look at them: nothing is stored."""
    return _swept(y, cotangent, set(nodes), False)


def _swept(y, cotangent, targets, create_graph) -> dict:
    """Cotangents of the ``targets`` (nodes), or of all leaves and results that are still held."""
    pending = {_node(y): _seed(y, cotangent, create_graph)}
    oldest = min((x.order for x in targets), default=0) if targets else 0
    nodes = graph.results(y.node, oldest)  # newest first: a cotangent is whole at its node's turn
    wanted = set() if targets is None else _leading_to(targets, nodes, oldest)
    with np.errstate(all="ignore"):
        return recording.run(create_graph, _sweep, nodes, pending, targets, wanted, create_graph)


def _sweep(nodes, pending, targets, wanted, create_graph) -> dict:
    """Run the formulas of ``nodes`` from the ``pending`` cotangents on, as `_swept` says."""
    found, look, watcher = {}, hooks.ever, recording.state.watcher
    for node in nodes:
        g = pending.pop(node, None)
        if g is None:
            continue
        if type(g) is not float64:
            g = lent(g)
        if look and hooks.has_hook(node):
            g = lent(hooks.hooked(node, g))
        if targets is None:
            if node.out() is not None:
                found[node] = g
        else:
            if node in targets:
                found[node] = g
            if wanted.isdisjoint(node.parents):
                continue
        if node.order < graph.changed_at:  # by a hook or another thread, maybe just now
            memory.check_unchanged(node)
        plan, saved = node.plan, node.saved
        if create_graph:
            saved = plan.relink(node)
        vjps = plan.vjps if watcher is None else _watched(watcher, node)
        k = -1  # counted here: zip and enumerate take a quarter of a scalar's time
        for p in node.parents:
            k += 1
            if wanted and p not in wanted:
                continue
            try:
                gp = vjps[k](g, saved)
                if watcher is None and (type(gp) is not float64 or not p.scalar or isnan(gp)):
                    gp = fitted(gp, g, p, node)
            except Exception as e:
                check_leaves(node.parents)
                _note(e, node)
                raise
            before = pending.get(p)
            if before is None:
                pending[p] = gp
            elif type(before) is ndarray is type(gp) and before.flags.writeable:
                before += gp
            else:
                pending[p] = before + gp
    for leaf, g in pending.items():
        t = leaf.out()
        if targets is None and leaf.out is graph.replaced:
            raise GraphError(
                "backward: a leaf was changed while its requires_grad was False, and requires "
                "grad again: this graph is of the old value. Compute the forward pass again."
            )
        if t is not None:
            v = t.data
            if type(v) not in USUAL or v.shape != leaf.shape or v.dtype != leaf.dtype:
                check_leaves((leaf,))
        if targets is None or leaf in targets:
            found[leaf] = hooks.hooked(leaf, g) if look and hooks.has_hook(leaf) else g
    return found


def _note(error, node):
    """Note in an error whose formula raised it, and the source line where `debug` knows it."""
    lines = sys.modules.get("autograd.insight.lines")
    line = lines and lines.line_of(node)
    where = f", recorded in {line}" if line else ""
    error.add_note(f"in the derivative formula of {node.plan.op.__name__}{where}")


def contribution(node, k: int, g):
    """What ``node`` gives its parent number ``k`` for the cotangent ``g``: only to look at."""
    g = lent(g)
    with recording.set_recording(False), np.errstate(all="ignore"):
        try:
            return fitted(node.plan.vjps[k](g, node.saved), g, node.parents[k], node)
        except Exception as e:
            _note(e, node)
            raise


def _watched(watcher, node):
    """The formulas of ``node``, run by the watcher and with their results shown to it."""

    def formula(k):
        def vjp(g, saved):
            gp = fitted(watcher.pull(node, k, g, saved), g, node.parents[k], node)
            watcher.passed(node, k, gp)
            return gp

        return vjp

    return [formula(k) for k in range(len(node.parents))]


def _node(y):
    if type(y) is not Tensor:
        raise GraphError(f"backward: expected a Tensor to differentiate, got {type(y).__name__}")
    if y.node is None:
        raise GraphError(
            f"backward: there is no graph behind this Tensor (shape {y.shape}). Nothing it was "
            "computed from requires grad, or it was detached, or computed under no_grad or in a "
            "hook, where `with enable_grad():` around the computation records it."
        )
    return y.node


def _seed(y, cotangent, create_graph):
    """dL/dy, checked; read-only, because the memory may be the caller's."""
    if cotangent is None:
        if y.size != 1:
            raise ShapeError(
                f"backward: a Tensor of shape {y.shape} is not a scalar, so dL/dy must be given. "
                f"Use y.sum().backward(), or pass a cotangent of shape {y.shape}."
            )
        if y.dtype.kind == "c":
            raise DtypeError(
                f"backward: {y.data} is complex, and its real and imaginary part have a gradient "
                "each. Start from np.real(y) or np.abs(y), or pass the cotangent you mean."
            )
        return y.dtype.type(1) if isinstance(y.data, np.generic) else np.ones_like(y.data)
    cotangent = cotangent if type(cotangent) is Tensor else plain(cotangent, "the cotangent")
    kept = create_graph or hooks.ever  # somebody may keep it, beyond this pass
    g = cotangent if type(cotangent) is Tensor else (Tensor if kept else as_tensor)(cotangent)
    if g.shape != y.shape:
        raise ShapeError(f"backward: the cotangent has shape {g.shape}, expected {y.shape}")
    if not np.can_cast(g.dtype, y.dtype, "same_kind"):
        raise DtypeError(f"backward: the cotangent has dtype {g.dtype}, expected {y.dtype}")
    if create_graph:
        return g if g.dtype == y.dtype else g.astype(y.dtype)
    g = g.data if g.dtype == y.dtype else np.astype(g.data, y.dtype)
    return lent(g.view()) if type(g) is ndarray else g[()]


def _leading_to(targets, nodes, oldest) -> set:
    """The targets and every result with one of them under it.

    What a released node led to is not known any more: it is refused if that may be a target.
    """
    wanted = set(targets)
    for node in reversed(nodes):
        if type(node.saved) is graph.Released and targets and node.order > oldest:
            memory.check_unchanged(node)
        if any(p in wanted for p in node.parents):
            wanted.add(node)
    return wanted
