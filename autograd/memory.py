"""Memory: what a node saved must be what backward finds there.

A graph shares memory with the Tensors it was made from.  Three rules keep that safe: memory that
someone else can write to is copied when it is saved (`keep`); a Tensor's own memory is read-only
except inside `InPlace.changing`; and that leaves a stamp, which `check_unchanged` compares with the
age of a node before its formulas run.
"""

import contextlib
import operator
import weakref
from typing import Any

import numpy as np
from numpy import ndarray

from autograd import graph, recording
from autograd.errors import DtypeError, GraphError, ShapeError
from autograd.foreign import plain

_changes: dict[int, tuple[int, str]] = {}  # id of the object that owns the memory: when, by whom


def keep(v):
    """``v`` as a node may hold it: shared if nobody else can write to its memory, else copied."""
    if isinstance(v, ndarray):
        a = v
        while isinstance(a, ndarray) and not a.flags.writeable:
            a = a.base
        if a is not None and not isinstance(a, bytes):
            v = v.copy()
            v.flags.writeable = False
    elif type(v) in (list, tuple):
        v = type(v)(map(keep, v))
    elif type(v) is dict:
        v = {k: keep(x) for k, x in v.items()}
    return v


def owner(a):
    """The object whose memory the array ``a`` lives in."""
    while (base := getattr(a, "base", None)) is not None and base is not a:  # a dtype is its own
        a = base
    return a


def note_change(data, by: str):
    """Stamp the memory of ``data`` as changed now.

    Ids are reused, yet a stamp never misleads: a node older than the stamp that holds memory of
    this id has kept that memory alive since before the stamp.
    """
    graph.changed_at = graph.clock()
    _changes[id(owner(data))] = (graph.changed_at, by)


def changed_by(data, order) -> str:
    """What has changed the memory of ``data`` after that tick of the clock, or ''."""
    when, by = _changes.get(id(owner(data)), (0, ""))
    return by if when > order else ""


def check_unchanged(node, held=None):
    """Raise if ``node`` was released, or memory that it saved was changed after it was made.

    ``held``: pairs of name and value that are needed in the place of what it saved.
    """
    if type(node.saved) is graph.Released:
        raise GraphError(
            f"{node.saved.by} has released this {node.plan.op.__name__}, part of the "
            "graph whose gradients it used. Compute the forward pass again; to carry a state over "
            "from step to step, .detach() it."
        )
    for name, v in held or zip(node.plan.names, node.saved, strict=True):
        for a in v if type(v) in (list, tuple) else (v,):
            if by := changed_by(a, node.order):
                raise GraphError(
                    f"the derivative of {node.plan.op.__name__} needs {name!r} as it was, but {by} "
                    "has changed it in place since. Differentiate before the change, or compute "
                    "the forward pass again after it."
                )


def _is_fixed(a):
    """Whether elements of ``a`` share memory, or nobody may write to it."""
    if not a.flags.c_contiguous:
        reach = a.itemsize
        for step, n in sorted(zip(map(abs, a.strides), a.shape, strict=True)):
            if n > 1 and step < reach:
                return True  # so may some that lie interleaved, which no slice of an array does
            reach += step * (n - 1)
    while isinstance(a.base, ndarray):
        a = a.base
    if a.base is None or a.flags.writeable:
        return False
    try:
        return memoryview(a.base).readonly
    except TypeError:
        return True


class InPlace:
    """The operators of a Tensor that change it in place."""

    __slots__ = ()
    data: Any
    node: Any
    name: str | None

    @contextlib.contextmanager
    def changing(self, by: str):
        """``with t.changing(by="SGD.step()") as array:`` write into the memory of a leaf.

        Views see the change.  A graph that saved this memory refuses to run backward from then on,
        and names ``by``.  A Tensor outside any graph gets new memory instead, and so does one whose
        memory is not to be written to: elements share it (`np.broadcast_to`), or it is ``bytes``.
        """
        data, frozen = self.data, []
        who = f"{by} on {self.name!r}" if self.name else by
        if self.node is None or not isinstance(data, ndarray) or _is_fixed(data):
            array = np.array(data)
            yield array
            array.flags.writeable = False
            self.data, old = array if array.ndim else array[()], self.data
            if self.node is not None:
                note_change(old, who)
                note_change(self.data, who)
            return
        while isinstance(data, ndarray) and not data.flags.writeable:
            frozen.append(data)
            data = data.base
        note_change(self.data, who)  # who writes, and is interrupted, has changed it
        try:
            for a in reversed(frozen):
                a.flags.writeable = True
            yield self.data
        finally:
            for a in frozen:
                a.flags.writeable = False
            note_change(self.data, who)

    def assign(self, value):
        """Change the value in place to ``value``, broadcast to this shape; returns the Tensor."""
        return self._change(..., value, "assign")

    def __iadd__(self, other):
        return self._change(..., other, "+=", operator.add)

    def __isub__(self, other):
        return self._change(..., other, "-=", operator.sub)

    def __imul__(self, other):
        return self._change(..., other, "*=", operator.mul)

    def __itruediv__(self, other):
        return self._change(..., other, "/=", operator.truediv)

    def __ipow__(self, other):
        return self._change(..., other, "**=", operator.pow)

    def __imatmul__(self, other):
        return self._change(..., other, "@=", operator.matmul)

    def _change(self, index, value, by, op=None):
        """``self[index] = value`` or, with ``op``, ``self = op(self, value)``.

        While recording, this Tensor becomes the result of a new node; else its memory changes.
        """
        if not isinstance(value, InPlace):
            value = plain(value, by)
        node, called = self.node, f" {self.name!r}" if self.name else ""
        record = recording.state.on and (
            node is not None or getattr(value, "node", None) is not None
        )
        if record and node is not None and node.plan is None:
            raise GraphError(
                f"{by}: the Tensor{called} is a leaf that requires grad, and recording is on. "
                "Change its value inside `with no_grad():`, or make a new one: t = t + u."
            )
        if node is not None and node.plan is not None and not record:
            raise GraphError(
                f"{by}: the Tensor{called} is the result of {node.plan.op.__name__}, and under "
                "no_grad its graph would not know. Change it while recording, or its .detach()."
            )
        if op is not None:
            value = op(self, value)
            if value.shape != self.shape:
                raise ShapeError(
                    f"{by}: the result has shape {value.shape}, which does not fit in "
                    f"place into {self.shape}. Write t = t {by[:-1]} u for a new Tensor."
                )
        dtype = value.dtype if hasattr(value, "dtype") else np.asarray(value).dtype
        if not np.can_cast(dtype, self.dtype, "same_kind"):
            raise DtypeError(f"{by}: cannot put {dtype} into a Tensor of {self.dtype}")
        if record:
            if op is None:
                value = self._with_item(index, value)
            if value.dtype != self.dtype:
                value = value.astype(self.dtype)
            if node is not None:
                node.out = graph.nobody
            self.data, self.node = value.data, value.node
            self.node.out = weakref.ref(self)
            return self
        value = value.data if isinstance(value, InPlace) else value
        place = np.broadcast_to(np.empty_like(self.data, shape=()), self.shape)[index]
        fitted = np.empty_like(self.data, shape=place.shape)
        try:
            fitted[...] = value  # a trial: what does not fit raises before anything has changed
        except ValueError:
            raise ShapeError(
                f"{by}: a value of shape {np.shape(value)} does not fit into the selected shape "
                f"{place.shape} of the Tensor{called}"
            ) from None
        with self.changing(by) as array:
            array[index] = fitted
        return self
