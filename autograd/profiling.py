"""What a computation spends its time and memory on, by operation."""

import time
import weakref
from contextlib import AbstractContextManager
from dataclasses import dataclass

from autograd import recording, tables


@dataclass
class Row:
    """What one operation took: calls, seconds and bytes of results, forward and backward."""

    calls: int = 0
    seconds: float = 0.0
    bytes: int = 0
    backward_calls: int = 0
    backward_seconds: float = 0.0
    backward_bytes: int = 0
    saved_bytes: int = 0

    @property
    def total(self) -> float:
        """Seconds, forward and backward."""
        return self.seconds + self.backward_seconds


class Profile(recording.Watcher, AbstractContextManager):
    """Time, memory and calls per operation in this thread, while ``with autograd.profile() as p:``.

    ``p.rows``: dict of operation name to `Row`; ``p.of(t)``: the `Row` of the one node that made
    the Tensor ``t``; ``print(p)``: a table, what took longest first.  Backward times are those of
    the derivative formulas.  What is left of ``p.seconds``, the wall time, went to Python, the
    engine and everything that is not an operation, and to the profile itself: about 1 µs a call.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import Tensor
    >>> x = Tensor(np.ones((64, 64)), requires_grad=True)
    >>> with profile() as p:
    ...     np.sum(np.tanh(x @ x)).backward()
    >>> sorted(p.rows)
    ['matmul', 'sum', 'tanh']
    >>> p.rows["tanh"].calls, p.rows["tanh"].backward_calls
    (1, 1)
    """

    def __init__(self):
        self.rows: dict[str, Row] = {}
        self.seconds = 0.0
        self._nodes = weakref.WeakKeyDictionary()
        self._last, self._inside = (0.0, 0), False

    def __enter__(self):
        self._start = time.perf_counter()
        self._watch = watch = recording.watching(self)
        watch.over = False
        return self

    def __exit__(self, *exc):
        self._watch.over = True
        recording.special.discard(self._watch)
        self.seconds += time.perf_counter() - self._start

    def compute(self, op, args, options):
        """Run the operation and count it, unless it is part of a formula, which is counted."""
        if self._inside:
            return super().compute(op, args, options)
        start = time.perf_counter()
        y = super().compute(op, args, options)
        row, took, size = self._row(op), time.perf_counter() - start, _size(y)
        row.calls += 1
        row.seconds += took
        row.bytes += size
        self._last = took, size
        return y

    def made(self, node, value):
        """Count what the node keeps, and remember its own row."""
        if self._inside:
            return
        saved = sum(map(_size, node.saved))
        self._row(node.plan.op).saved_bytes += saved
        took, size = self._last
        self._nodes[node] = Row(1, took, size, saved_bytes=saved)

    def pull(self, node, k, g, saved):
        """Run the formula and count it."""
        start, self._inside = time.perf_counter(), True
        try:
            gp = super().pull(node, k, g, saved)
        finally:
            self._inside = False
        took, size = time.perf_counter() - start, _size(gp)
        for row in (self._row(node.plan.op), self._nodes.get(node)):
            if row is not None:
                row.backward_calls += 1
                row.backward_seconds += took
                row.backward_bytes += size
        return gp

    def _row(self, op) -> Row:
        return self.rows.setdefault(op.__name__, Row())

    def of(self, t) -> Row | None:
        """The row of the node that made the Tensor ``t``; None if it was not seen."""
        return self._nodes.get(t.node) if t.node is not None else None

    def nodes(self) -> dict:
        """The row of every node that is still alive."""
        return dict(self._nodes)

    def _table(self):
        rows = sorted(self.rows.items(), key=lambda item: -item[1].total)
        head = ("operation", "calls", "forward", "backward", "share", "results", "saved")
        total = max(self.seconds, 1e-12)
        body = [
            (
                name, str(r.calls), _time(r.seconds), _time(r.backward_seconds),
                f"{r.total / total:.0%}", _bytes(r.bytes), _bytes(r.saved_bytes),
            )
            for name, r in rows
        ]  # fmt: skip
        known = sum(r.total for r in self.rows.values())
        foot = ("the rest", "", _time(total - known), "", f"{1 - known / total:.0%}", "", "")
        return [head, *body, foot]

    def __str__(self):
        lines = tables.lines(self._table(), right=range(1, 7))
        return "\n".join([*lines, f"in all: {_time(self.seconds)}"])

    def __repr__(self):
        return f"<profile of {len(self.rows)} operations, {_time(self.seconds)}: print it>"

    def _repr_html_(self):
        return tables.as_html(self._table(), right=range(1, 7))


def profile() -> Profile:
    """Time, memory and calls per operation: ``with autograd.profile() as p:``, then ``print(p)``.

    ``p.rows``: dict of operation name to calls, seconds and bytes, forward and backward;
    ``p.of(t)``: those of the one node that made the Tensor ``t``; ``p.seconds``: the wall time.
    ``help(autograd.profiling.Profile)`` says more.
    """
    return Profile()


def _size(v) -> int:
    """Bytes of an array, or of all in a tuple or list."""
    if type(v) in (tuple, list):
        return sum(map(_size, v))
    return getattr(v, "nbytes", 0)


def _time(seconds) -> str:
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def _bytes(n) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n >= size:
            return f"{n / size:.3g} {unit}"
    return f"{n} B" if n else ""
