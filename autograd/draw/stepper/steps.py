"""The steps of a walk through a graph, as data: what is lit, what becomes known, and the text."""

import itertools
from dataclasses import dataclass, field

import numpy as np

from autograd import wording
from autograd.cotangents import Several, same
from autograd.draw.reading import Constant, Entry, Graph
from autograd.draw.stepper import rules
from autograd.draw.stepper.sweep import Passed
from autograd.hooks import has_hook

WIDEST = 90  # characters of a formula in numbers
LISTED = 8  # leaves whose values are told
SIMPLE = (int, float, bool, str, type(None))


@dataclass(frozen=True, slots=True)
class Step:
    """One step.  Numbers of entries say which box is meant.

    ``at``: the operation that runs, None before, between and after; ``values``: entries whose
    value becomes known; ``gradients``: entry -> (what has arrived, whether that is all of it);
    ``waiting``: entry -> ``1 of 2`` contributions have arrived.
    """

    phase: str
    title: str
    lines: tuple[str, ...]
    at: int | None = None
    values: tuple[int, ...] = ()
    gradients: dict[int, tuple[str, bool]] = field(default_factory=dict)
    waiting: dict[int, str] = field(default_factory=dict)

    def __str__(self):
        return "\n".join([self.title, *(f"    {line}" for line in self.lines)])


def steps(graph: Graph, nodes: list, passed: Passed) -> list[Step]:
    """All steps: the leaves, each operation, the output, each operation backwards, the result."""
    return _Walk(graph, nodes, passed).steps()


def derivative(graph: Graph, entry: Entry) -> str:
    """``dJ/du``; a name that is no plain word is put in brackets."""
    words = (wording.clipped(e.name or "?") for e in (graph.root, entry))
    return "/".join(f"d{w}" if w.isidentifier() else f"d({w})" for w in words)


def described(v) -> str:
    """A small array in full; shape, mean and deviation of a large one."""
    if v is None or isinstance(v, Several):
        return ""
    if _is_short(v):
        return wording.array(v)
    mean, deviation = (wording.number(x, 3) for x in wording.moments(v))
    return f"array of shape {np.shape(v)}, {mean} ± {deviation} (mean ± std)"


def _is_short(v) -> bool:
    """Whether an array is told in full: it is small, and not deep in brackets."""
    return wording.small(v) and np.ndim(v) <= 2


def _bracketed(text: str) -> str:
    complex_number = text[-1:] == "j" and text[:-1].replace(".", "").strip("0123456789")
    return f"({text})" if text.startswith("-") or complex_number else text


def _joined(parts) -> str:
    """``a = b = c``, where neighbours that are the same, and -0, are said once."""
    texts = ("0" if p == "-0" else p for p in parts if p)
    return " = ".join(text for text, _ in itertools.groupby(texts))


class _Walk:
    def __init__(self, graph: Graph, nodes: list, passed: Passed):
        self.graph, self.nodes, self.passed = graph, nodes, passed
        self.at = {node: k for k, node in enumerate(nodes)}
        self.operations = [e for e in graph.entries if e.op]
        self.uses = [0] * len(nodes)
        for node in nodes:
            for p in node.parents:
                self.uses[self.at[p]] += 1
        self.arrived = [0] * len(nodes)
        self.sums: dict = {}  # entry -> what has arrived so far

    def steps(self) -> list[Step]:
        forward = [self.forward(e) for e in self.operations]
        backward = [self.backward(e) for e in reversed(self.operations)]
        return [self.start(), *forward, self.seed(), *backward, self.end()]

    # -- forward ----------------------------------------------------------------------------------

    def start(self) -> Step:
        leaves = [e for e in self.graph.entries if not e.op]
        lines = [
            f"{e.name} = {described(e.value)}"
            if e.value is not None
            else f"{e.name}, of shape {e.shape}: gone, nobody holds this leaf any more"
            for e in leaves[:LISTED]
        ]
        return Step(
            "start",
            "Start: the leaves have their values",
            tuple(_cut(lines, len(leaves))),
            values=tuple(e.index for e in leaves),
        )

    def forward(self, e: Entry) -> Step:
        numbers = [n for i in e.inputs if (n := self.number(i)) is not None]
        parts = [e.name, self.formula(e)]
        if len(numbers) == len(e.inputs):
            parts.append(self.short(rules.forward(e.op, numbers)))
        result = f"{len(e.shape)} results" if _has_several(e) else described(e.value)
        line = _joined([*parts, result or f"array of shape {e.shape}"])
        return Step("forward", f"Forward: {e.op}", (line,), e.index, (e.index,))

    def formula(self, e: Entry) -> str:
        return rules.forward(e.op, [self.symbol(i) for i in e.inputs])

    def symbol(self, item: "int | Constant") -> str:
        return _bracketed(self.graph.called(item))

    def number(self, item: "int | Constant") -> str | None:
        """The value of an input, if it is small."""
        v = self.item(item).value
        known = v is not None and _is_short(v)
        return _bracketed(wording.array(v)) if known else None

    def item(self, item: "int | Constant") -> "Entry | Constant":
        return self.graph.entries[item] if isinstance(item, int) else item

    @staticmethod
    def short(text: str | None) -> str | None:
        return text if text and len(text) <= WIDEST else None

    # -- backward ---------------------------------------------------------------------------------

    def seed(self) -> Step:
        root = self.graph.root
        line = f"{self.d(root.index)} = {wording.array(self.total(root.index))}"
        others = [k for k, n in enumerate(self.uses) if n > 1]
        return Step(
            "backward",
            f"Backward starts at the output {root.name}",
            (line,),
            gradients={root.index: (line, True)},
            waiting={k: f"0 of {self.uses[k]}" for k in others},
        )

    def backward(self, e: Entry) -> Step:
        lines: list[str] = []
        gradients, waiting = {}, {}
        parts = self.passed.parts[self.nodes[e.index]]
        for k, (p, part) in enumerate(zip(self.nodes[e.index].parents, parts, strict=True)):
            to = self.at[p]
            before = self.sums.get(to)
            with np.errstate(all="ignore"):
                self.sums[to] = part if before is None else before + part
            self.arrived[to] += 1
            complete = self.arrived[to] == self.uses[to]
            lines.append(self.passes(e, k, to, part))
            if self.uses[to] > 1:
                lines.append(self.meets(to, before, part, complete))
                waiting[to] = f"{self.arrived[to]} of {self.uses[to]}"
            gradients[to] = (self.so_far(self.sums[to]), complete)
        title = f"Backward through {e.name} = {self.formula(e)}"
        return Step("backward", title, tuple(lines), e.index, (), gradients, waiting)

    def passes(self, e: Entry, k: int, to: int, part) -> str:
        """``dJ/db = dJ/du * c = 3 * 2 = 6``, for what one edge carries."""
        symbolic, in_numbers = self.rule(e, k)
        shape, made = self.graph.entries[to].shape, self.nodes[e.index]
        if made.plan.elementwise and shape != made.shape:
            symbolic, in_numbers = f"{symbolic}, summed to shape {shape},", None
        sign = "+=" if self.uses[to] > 1 else "="
        return f"{self.d(to)} {sign} " + _joined([symbolic, in_numbers, self.result(part)])

    def rule(self, e: Entry, k: int) -> tuple[str, str | None]:
        """The local rule for the parent ``k``, with names and with numbers."""
        node = self.nodes[e.index]
        symbols, numbers, arguments = self.terms(e)
        rule = rules.rule(node, k, arguments)
        if not isinstance(rule, str):
            symbolic = rules.written(rule, symbols)
            if symbolic is not None:
                return symbolic, self.short(rules.written(rule, numbers))
            rule = rules.documented(node, k)
        for name, text in (symbols | {"g": symbols["G"]}).items():
            rule = rule.replace(f"{{{name}}}", text)
        return rule, None

    def terms(self, e: Entry) -> tuple[dict, dict, dict]:
        """What stands for G, y and the arguments: names, numbers, and the values themselves."""
        node = self.nodes[e.index]
        op, total = node.plan.op, self.total(e.index)
        symbols = {"G": self.d(e.index), "y": e.name or ""}
        numbers: dict[str, str | None] = {"y": self.number(e.index)}
        values = dict.fromkeys(op.names)
        for name, v in zip(node.plan.names, node.saved, strict=True):
            if name not in op.formulas and name not in ("y", "outputs") and _is_simple(v):
                symbols[name] = numbers[name] = repr(v)
        for name, item in self.arguments(e):
            found = self.item(item)
            symbols[name], symbols[f"{name}_shape"] = self.symbol(item), str(found.shape)
            numbers[f"{name}_shape"] = str(found.shape)
            numbers[name] = self.number(item)
            if found.value is not None:
                values[name] = found.value
            elif not _has_several(found):
                values[name] = np.broadcast_to(np.nan, found.shape)
        if not isinstance(total, Several) and _is_short(total):
            numbers["G"] = _bracketed(wording.array(total))
        return symbols, {k: v for k, v in numbers.items() if v is not None}, values

    def arguments(self, e: Entry) -> list:
        """The inputs of an entry, each with the name of its argument; not the data in a list."""
        node = self.nodes[e.index]
        names, lists = node.plan.op.names, node.plan.op.lists
        named = [(rules.argument_of(node, k), self.at[p]) for k, p in enumerate(node.parents)]
        data = [i for i in e.inputs if isinstance(i, Constant)]
        if not lists:
            at = sorted(k for k, v in node.constants if v is not None)
            named += [(names[k], item) for k, item in zip(at, data, strict=True)]
        return named

    def meets(self, to: int, before, part, complete: bool) -> str:
        """The ``+=`` where paths meet, and how many are still awaited."""
        counter = f"{self.arrived[to]} of {self.uses[to]} paths arrived"
        if before is None:
            return f"{self.d(to)} waits: {counter}"
        added = None
        if not isinstance(part, Several) and _is_short(part):
            added = self.short(f"{wording.array(before)} + {_bracketed(wording.array(part))}")
        line = _joined([self.d(to), added, self.result(self.sums[to])])
        return f"{line}, {'complete' if complete else 'waits'}: {counter}"

    @staticmethod
    def so_far(v) -> str:
        """What stands in a box until the last path has arrived; no wider than the whole."""
        if isinstance(v, Several):
            return "so far a part"
        if np.size(v) == 1:
            return f"so far {wording.array(np.reshape(v, ()), 3)}"
        return f"so far norm {wording.number(wording.norm(v), 2)}"

    def d(self, k: int) -> str:
        return derivative(self.graph, self.graph.entries[k])

    def total(self, k: int):
        return self.passed.total[self.nodes[k]]

    def result(self, v) -> str:
        if isinstance(v, Several):
            return "a gradient for each result that is used"
        if _is_short(v):
            return wording.array(v)
        return f"array of shape {np.shape(v)}, norm {wording.number(wording.norm(v), 3)}"

    def end(self) -> Step:
        leaves = [e for e in self.graph.entries if not e.op]
        root = self.graph.root.name
        lines = [f"{self.d(e.index)} = {self.result(self.total(e.index))}" for e in leaves[:LISTED]]
        lines = _cut(lines, len(leaves))
        gone = [e.name or "?" for e in leaves if self.nodes[e.index].out() is None]
        held = " that are held" if gone else ""
        if len(gone) < len(leaves):
            lines.append(f"{root}.backward() adds these to the .grad of the leaves{held}")
        if gone:
            names = ", ".join(_cut(gone[:LISTED], len(gone)))
            lines.append(f"nobody holds {names} any more: there is no .grad to add to")
        why = "from several backward passes, or another output"
        if any(map(has_hook, self.nodes)):
            why += ", or from hooks, which no step calls"
        for e in leaves[:LISTED]:
            t = self.nodes[e.index].out()
            grad = None if t is None else t.grad
            if grad is not None and not same(grad, self.total(e.index)):
                lines.append(f"{e.name}.grad is {self.result(grad)}: {why}")
        return Step("end", "Done: every gradient is known", tuple(lines))


def _cut(lines: list[str], n: int) -> list[str]:
    return lines if n <= len(lines) else [*lines, f"… and {n - len(lines)} more leaves"]


def _has_several(item) -> bool:
    return isinstance(item, Entry) and type(item.dtype) is tuple


def _is_simple(v) -> bool:
    return isinstance(v, SIMPLE) or (type(v) is tuple and all(isinstance(x, int) for x in v))
