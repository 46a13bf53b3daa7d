"""`audit`: every formula of a graph, at the very values it has, against finite differences."""

from collections import Counter
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd import graph, recording, tables, wording
from autograd.calls import CallPlan
from autograd.cotangents import fitted
from autograd.errors import DtypeError, GraphError
from autograd.insight.differences import Local, Worst
from autograd.insight.lines import callers_names, line_of
from autograd.insight.values import Call, call_of, gathers, input_name, inputs_of, known_values
from autograd.plan import is_output
from autograd.tensor import Tensor

LISTED = 20  # rows of one status that are printed
RANK = ("ok", "unchecked", "kink", "failed")
HOW = "compute the graph inside `with autograd.debug():`, which keeps everything"
SYMMETRIC = ("lower_cholesky", "eigh")  # their formulas are for matrices that stay symmetric


@dataclass
class Row:
    """One input of one node: the element where formula and differences are furthest apart."""

    node: Any
    op: str
    argument: str
    shape: tuple
    status: str
    worst: Worst | None = None
    note: str = ""
    name: str = ""
    line: Any = None

    def texts(self) -> tuple[str, ...]:
        """The row as cells of a table."""
        w = self.worst
        numbers = ("", "", "")
        if w is not None:
            numbers = (str(list(w.index)), f"{w.formula + 0.0:.8g}", f"{w.numeric + 0.0:.8g}")
        where = " ".join(x for x in (self.name, str(self.line or "")) if x)
        status = {"failed": "FAILED", "unchecked": "not checked"}.get(self.status, self.status)
        shape = str(list(self.shape))
        return (self.op, self.argument, shape, *numbers, f"{status} {self.note}".strip(), where)


HEAD = ("operation", "argument", "shape", "worst at", "formula", "numeric", "", "where")


@dataclass
class Audit:
    """What `audit` found; prints as a table.

    Attributes
    ----------
    rows : list of Row
        One per input that needs a gradient, of every operation, oldest first.
    status : dict
        node -> 'ok', 'failed', 'kink' or 'unchecked', for drawings.
    """

    title: str
    rows: list[Row] = field(default_factory=list)
    status: dict = field(default_factory=dict)

    @property
    def failed(self) -> list:
        """The nodes with a wrong formula."""
        return [n for n, status in self.status.items() if status == "failed"]

    @property
    def ok(self) -> bool:
        """Whether no formula is wrong; some may not have been checked."""
        return not self.failed

    def summary(self) -> str:
        """``audit of L: 5 operations: 4 ok, 1 FAILED``."""
        counts = Counter(self.status.values())
        words = {"ok": "ok", "kink": "at a kink", "unchecked": "not checked", "failed": "FAILED"}
        parts = [f"{counts[s]:,} {words[s]}" for s in reversed(RANK) if counts[s]]
        n = wording.counted(len(self.status), "operation")
        return f"audit of {self.title}: {n}: {', '.join(parts) or 'nothing to check'}"

    def table(self) -> list[tuple[str, ...]]:
        """The rows as text, a heading first: failures, then the rest; those that agree by kind."""
        found: list[tuple[str, ...]] = [HEAD]
        for status in reversed(RANK[1:]):
            rows = [row for row in self.rows if row.status == status]
            found += [row.texts() for row in rows[:LISTED]]
            if len(rows) > LISTED:
                found.append((f"... {len(rows) - LISTED:,} more", *[""] * 5, status, ""))
        fine = Counter((r.op, r.argument) for r in self.rows if r.status == "ok")
        found += [
            (op, argument, "", "", "", "", "ok" if n == 1 else f"ok, {n:,} times", "")
            for (op, argument), n in fine.items()
        ]
        return found

    def __str__(self):
        return "\n".join([self.summary(), *tables.lines(self.table())])

    __repr__ = __str__

    def _repr_html_(self):
        return tables.as_html(self.table(), self.summary(), red=lambda row: "FAILED" in row[6])


def audit(t, seed: int = 0) -> Audit:
    """Check the derivative formulas of every operation under ``t``, each by itself.

    Every operation is computed again in double precision at the values it had, with a random
    cotangent, and each of its formulas held against central differences: element by element up to
    64 elements, else along random directions, and then at the elements that disagree.  So a wrong
    formula is found by its node, and not as a wrong total.  A graph keeps only what its formulas
    need: where a value is held by nobody and cannot be computed again, the row says so.  Inside
    `debug` everything is kept.

    Parameters
    ----------
    t : Tensor
        The result; everything it was computed from is checked.
    seed : int
        Of the random cotangents and directions.

    Returns
    -------
    Audit
        Prints as a table; ``.failed``, ``.status``, ``.rows``.

    Raises
    ------
    GraphError
        There is no graph behind ``t``, or it was released.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import Tensor, audit, primitive
    >>> cube = primitive(lambda x: x**3).vjp(x=lambda g, x: g * 2 * x**2)  # wrong: 3 x²
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> report = audit(np.sum(np.exp(cube(x))))
    >>> report.summary()
    'audit of it: 3 operations: 1 FAILED, 2 ok'
    >>> [node.plan.op.fn(2.0) for node in report.failed]
    [8.0]
    """
    if type(t) is not Tensor:
        raise DtypeError(f"audit: expected a Tensor, got {type(t).__name__}")
    if t.node is None:
        raise GraphError(
            f"audit: there is no graph behind this Tensor (shape {t.shape}): nothing to check"
        )
    nodes = graph.results(t.node)[::-1]
    for node in nodes:
        if type(node.saved) is graph.Released:
            raise GraphError(
                f"audit: {node.saved.by} has released the graph of this {node.plan.op.__name__}. "
                "Audit before the step, or compute the forward pass again."
            )
    names = callers_names()
    report = Audit(names.of_node(t.node) or "it")
    hidden = {node.parents[0] for node in nodes if gathers(node)}
    rng = np.random.default_rng(seed)
    with recording.no_grad(), np.errstate(all="ignore"):
        values = known_values(graph.reachable(t.node))
        for node in nodes:
            if node not in hidden and not is_output(node):
                rows = _Checked(node, values, rng).rows()
                for row in rows:
                    row.name, row.line = names.of_node(node) or "", line_of(node)
                report.rows += rows
                report.status[node] = max((r.status for r in rows), key=RANK.index)
    return report


class _Checked:
    """One node: computed again in double precision, and its formulas with it."""

    def __init__(self, node, values, rng):
        self.node, self.values, self.rng = node, values, rng
        self.op = wording.operation(node.plan.op)

    def rows(self) -> list[Row]:
        call = call_of(self.node, self.values)
        note = self._missing(call) or self._differs(call)
        if note:
            return self._all("unchecked", note)
        try:
            double = replace(
                call,
                args=[_double(a) for a in call.args],
                options={k: _double(v) for k, v in call.options.items()},
            )
            symmetric = self.op in SYMMETRIC
            local = Local(_of_symmetric(double) if symmetric else double, self.rng)
            formulas = self._formulas(double, local)
            formulas = list(map(_symmetric, formulas)) if symmetric else formulas
        except GraphError as e:  # the formula itself says that there is no derivative
            return self._all("unchecked", str(e))
        except Exception as e:
            return self._all("failed", f"{type(e).__name__}: {e}")
        found = local.compare_all(formulas)
        return [self._row(k, local, *of) for k, of in enumerate(found)]

    def _missing(self, call) -> str:
        if call.fn is None:
            return call.gone[0]
        if call.gone:
            whose = " and ".join(repr(name) for name in call.gone)
            return f"the value of {whose} is gone: {HOW}"
        if call.guessed and self.node not in self.values:
            return f"its options {', '.join(call.guessed)} were not kept: {HOW}"
        return ""

    def _differs(self, call) -> str:
        """Whether the operation, computed again, gives what it gave; its value is kept if new."""
        try:
            y = call.result()
        except Exception as e:
            return f"computed again it raises {type(e).__name__}: {e}"
        if call.stand_ins:
            return ""
        known = self.values.setdefault(self.node, y)
        if known is y:
            y = call.result()
        pairs = zip(y, known, strict=False) if type(known) is tuple else ((y, known),)
        if all(_alike(a, b) for a, b in pairs):
            return ""
        if call.guessed:
            return f"its options {', '.join(call.guessed)} were not kept: {HOW}"
        return "computed again it gives another result: random, or what it used has changed"

    def _formulas(self, call, local) -> list:
        """What each formula gives for the cotangent of ``local``, as the engine would take it."""
        node, plan = self.node, self.node.plan
        raw, y = call.args, local.settled
        if isinstance(plan, CallPlan):
            saved = tuple(self._saved_again(name, call, y) for name in plan.names)
        else:
            saved = plan.save(y, *raw, **call.options) if plan.save else ()
        g = local.cotangent
        parents = tuple(
            SimpleNamespace(shape=np.shape(x), dtype=np.asarray(x).dtype)
            for x in map(local.input, range(len(inputs_of(node))))
        )
        if gathers(node):
            whole = plan.vjps[0](g, saved)
            second = node.parents[0]
            return [np.asarray(second.plan.vjps[k](whole, ())) for k in range(len(second.parents))]
        stand_in = SimpleNamespace(plan=plan, parents=parents)
        return [
            np.asarray(fitted(vjp(g, saved), g, p, stand_in))
            for p, vjp in zip(parents, plan.vjps, strict=True)
        ]

    def _saved_again(self, name, call, y):
        if name == "result":
            return y if type(y) is tuple else (y,)
        key = name.removeprefix("argument ")
        return call.args[int(key)] if key.isdigit() else call.options[key]

    def _row(self, k, local, status, worst, note) -> Row:
        shape = np.shape(local.input(k))
        return Row(self.node, self.op, input_name(self.node, k), shape, status, worst, note)

    def _all(self, status, note) -> list[Row]:
        node = self.node
        return [
            Row(node, self.op, input_name(node, k), p.shape, status, note=note)
            for k, p in enumerate(inputs_of(node))
        ]


def _of_symmetric(call) -> Call:
    """The same operation of the symmetric part of its matrix."""
    return replace(call, fn=lambda a, *rest, **options: call.fn(_symmetric(a), *rest, **options))


def _symmetric(a):
    return (a + np.conj(np.swapaxes(a, -1, -2))) / 2


def _double(v):
    """``v`` in double precision: arrays, numbers, lists of them; a dtype too."""
    if type(v) in (list, tuple):
        return type(v)(map(_double, v))
    if isinstance(v, type) and issubclass(v, np.floating):
        return np.float64
    if isinstance(v, np.dtype) and v.kind in "fc":
        return np.dtype(complex if v.kind == "c" else float)
    kind = getattr(getattr(v, "dtype", None), "kind", "")
    if isinstance(v, (np.ndarray, np.generic)) and kind in ("f", "c"):
        a = np.array(v, dtype=complex if kind == "c" else float)
        a.flags.writeable = False
        return a[()]
    return v


def _alike(a, b) -> bool:
    """Whether two results are the same, up to rounding."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype.kind not in "fc":
        return a.shape == b.shape
    size = float(np.max(np.abs(b[np.isfinite(b)]), initial=0.0))
    eps = float(np.finfo(b.dtype).eps) if b.dtype.kind in "fc" else 0.0
    return bool(np.allclose(a, b, rtol=1e3 * eps, atol=1e3 * eps * size, equal_nan=True))
