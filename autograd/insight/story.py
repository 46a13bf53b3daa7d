"""How an explanation is told: which result, what flowed from it, where it was lost."""

import numpy as np

from autograd import graph, wording
from autograd.backward import contribution
from autograd.cotangents import same
from autograd.errors import AutogradError
from autograd.hooks import has_hook
from autograd.insight import blame, cuts, finite
from autograd.insight.explanation import Cause, Contribution, Explanation
from autograd.insight.flow import Edge, Flow, is_single, parts_of, trace
from autograd.insight.lines import line_of
from autograd.insight.phrases import at_line, capital, count, extent, joined, places, shown, times
from autograd.insight.values import input_name

MOST_CUTS = 4  # places that are named where a gradient became 0
MOST_USES = 6  # contributions that are written out


class Story:
    """An explanation in the making: the Tensor ``x``, the result ``of``, the names of both."""

    def __init__(self, x, of, names):
        self.x, self.names = x, names
        self.name = self.called(x.node) if x.node is not None else _own_name(x, names)
        self.of = of

    def told(self) -> Explanation:
        """The explanation; what backward would raise is one, too."""
        try:
            return self._told()
        except AutogradError as e:  # released, changed since: what backward itself would say
            return self._say("none", str(e))

    def _told(self):
        if self.x.node is None:
            return self._say("none", *cuts.outside(self.x, self.name, self))
        y = self.of if self.of is not None else self._last_root()
        if y is None:
            return self._say("none", self._no_pass())
        if y.node is None:
            return self._say("none", *cuts.outside(y, _own_name(y, self.names), self))
        self.y, self.root = y, _own_name(y, self.names)
        cotangent = None
        if y.size != 1:
            cotangent = y.grad if y.grad is not None else np.ones(y.shape, y.dtype)
        flow = trace(y, self.x.node, cotangent)
        if flow is None:
            return self._say("none", *cuts.independent(self.x, y, self))
        told = self._of_flow(flow)
        if y.size != 1 and y.grad is None:
            told.sentences.append(f"(For a cotangent of ones: {self.root} has {y.size} elements.)")
        return told

    # -- which result ---------------------------------------------------------------------------

    def _last_root(self):
        """The Tensor whose backward pass reached ``x`` last, if it is still held."""
        if self.x.node.plan is None:
            leaves = [self.x.node]
        else:
            leaves = [n for n in graph.reachable(self.x.node) if n.plan is None]
        for leaf in leaves:
            root = leaf.fed_by() if leaf.fed_by is not None else None
            t = root.out() if root is not None else None
            if t is not None and self.x.node in graph.reachable(root):
                return t
        return None

    def _no_pass(self):
        if self.x.node.plan is None and self.x.node.fed_by is not None:
            return (
                f"A backward pass has reached {self.name}, but its result is not held any more. "
                f"Pass it: explain({self.name}, of=L)."
            )
        return (
            f"No backward pass has reached {self.name} (shape {self.x.shape}), so its gradient is "
            f"None. Call backward() on a result that depends on it, or ask "
            f"explain({self.name}, of=L)."
        )

    # -- what flowed ----------------------------------------------------------------------------

    def _of_flow(self, flow: Flow) -> Explanation:
        g = flow.cotangents.get(self.x.node)
        d = self.derivative(self.x.node)
        if flow.root is self.x.node:
            return self._say("fine", f"{d} = {shown(g)}: it is the result itself.", gradient=g)
        if self.x.size == 0:
            told = self._say("fine", f"{d} is empty: {self.name} has no elements.", gradient=g)
        elif not finite.is_finite(g):
            told = self._not_finite(flow, g, d)
        elif not np.any(g):
            told = self._zero(flow, g, d)
        else:
            told = self._fine(flow, g, d)
        told.sentences += self._held(g)
        told.sentences += [
            f"A hook on {self.called(n)} may change what passes." for n in flow.users if has_hook(n)
        ]
        return told

    def _fine(self, flow, g, d):
        edges = flow.edges(self.x.node)
        parts = [self._contribution(e) for e in edges]
        told = self._say("fine", gradient=g, contributions=parts)
        say = told.sentences.append
        if len(edges) == 1:
            say(f"{d} = {shown(g)}: {self._words(edges[0], parts[0])}.")
        else:
            say(f"{d} = {shown(g)}, the sum of {len(edges)} contributions:")
            listed = [self._words(e, c) for e, c in zip(edges, parts, strict=True)]
            more = f"; and {len(edges) - MOST_USES} more" if len(edges) > MOST_USES else ""
            say("; ".join(listed[:MOST_USES]) + more + ".")
        told.sentences += self._paths(flow)
        zeros = int(np.size(g) - np.count_nonzero(g))
        if zeros:
            say(f"{zeros:,} of its {np.size(g):,} elements are 0.")
            told.causes = blame.zeros(flow, self.called, partly=True)
            told.sentences += [f"{capital(c.reason)}{at_line(c.line)}." for c in told.causes[:2]]
        told.sentences += blame.least(flow, told.causes) or blame.journey(flow, self.called)
        return told

    def _paths(self, flow):
        """The product of the local derivatives along every path, where all are numbers."""
        paths = flow.paths()
        if any(map(has_hook, flow.users)):  # what they change is in no product
            return []
        if not paths or any(e.local is None for path in paths for e in path):
            n = flow.count()
            return [f"It came by {count(n)} paths from {self.root}."] if n > 1 else []
        if len(paths) == 1 and len(paths[0]) == 1:
            return []
        said = []
        for path in paths:
            g = np.asarray(flow.cotangents[flow.root]).item()
            product = g * np.prod([e.local for e in path])
            factors = [_factor(g)] * bool(g != 1) + [_factor(e.local) for e in path]
            route = [self.root, *(self.called(e.parent) for e in path)]
            result = f" = {wording.number(product)}" if len(factors) > 1 else ""
            said.append(f"{joined(route, ' → ')}: {joined(factors, ' × ')}{result}")
        return [("By path: " if len(said) > 1 else "Its path: ") + "; ".join(said) + "."]

    def _zero(self, flow, g, d):
        causes = blame.zeros(flow, self.called)
        told = self._say("zero", f"{d} = 0{extent(g)}.", gradient=g, causes=causes)
        told.contributions = [self._contribution(e) for e in flow.edges(self.x.node)]
        for c in causes[:MOST_CUTS]:
            told.sentences.append(f"{capital(c.reason)}{at_line(c.line)}.")
        if len(causes) > MOST_CUTS:
            told.sentences.append(f"And so do {len(causes) - MOST_CUTS} more operations.")
        return told

    def _not_finite(self, flow, g, d):
        what = finite.word(g)
        told = self._say("nan" if what == "NaN" else "infinite", gradient=g)
        bad = np.isnan(g) if what == "NaN" else ~np.isfinite(g)
        where = f" at {places(bad)}" if np.size(g) > 1 else ""
        told.sentences.append(f"{d} is {what}{where}.")
        node = self.x.node
        while True:  # up, to the first formula that gave it from finite numbers
            edges = flow.edges(node)
            e = next((e for e in edges if not _finite(e.amount)), None)
            if e is None:
                told.causes.append(Cause("+", "", "the sum of its contributions overflows"))
                told.sentences.append(
                    f"Each contribution to {self.called(node)} is finite; their sum is not."
                )
                return told
            if _infinities_meet([e.amount for e in edges if is_single(e.amount)]):
                told.sentences.append(
                    f"In {self.called(node)} contributions of inf and -inf meet: their sum is NaN."
                )
            if _finite(e.upstream) or not _finite(contribution(e.node, e.k, _tamed(e.upstream))):
                break
            node = e.node
            if node is flow.root:
                told.sentences.append("The cotangent that backward was given is not finite.")
                return told
        found = finite.described(e.node, e.k, e.amount, _tamed(e.upstream), flow.values)
        told.causes.append(Cause(found.op, found.argument or "", found.reason, found.line))
        told.sentences.append(f"{capital(str(found))}")
        told.sentences += self._forward(flow, e.node)
        return told

    def _forward(self, flow, node):
        """Where a value that is not finite came from, in the forward pass."""
        nodes = sorted(graph.reachable(node), key=lambda n: n.order)
        bad = [n for n in nodes if n in flow.values and not finite.is_finite(flow.values[n])]
        if not bad:
            return []
        if bad[0].plan is None:
            what = finite.word(flow.values[bad[0]])
            return [f"In the forward pass {self.called(bad[0])} itself holds {what}."]
        found = (finite.forward(n, flow.values[n], flow.values) for n in bad)
        return [f"In the forward pass: {first}" for first in found if first][:1]

    # -- words ----------------------------------------------------------------------------------

    def _held(self, g):
        """How ``.grad`` differs from this gradient, if it does."""
        held = self.x.grad
        if held is None:
            fed = self.x.node.plan is None and self.x.node.fed_by is not None
            if fed:
                return [f"{self.name}.grad is None: it was forgotten (zero_grad) since."]
            return [f"{self.name}.grad is None: {self.root}.backward() has not been called."]
        if np.shape(held) != np.shape(g) or same(held, g):
            return []
        n = times(held, g)
        if n > 1:
            return [
                f"{self.name}.grad is {n} times that, as after {n} backward passes without "
                "zero_grad."
            ]
        return [
            f"{self.name}.grad = {shown(held)} is another: other backward passes were added to it, "
            "or it was changed since."
        ]

    def _contribution(self, e: Edge) -> Contribution:
        op, line = wording.operation(e.node.plan.op), line_of(e.node)
        local = wording.number(e.local, 6) if e.local is not None else ""
        up = shown(e.upstream) if is_single(e.upstream) else ""
        came = shown(e.amount) if is_single(e.amount) else ""
        through = self.names.of_node(e.node)
        through = f"{through} = {op}" if through else op
        argument = input_name(e.node, e.k)
        return Contribution(op, argument, through, str(line or ""), local, up, came, e.amount)

    def _words(self, e, c):
        """``through u = multiply (as 'a'): local derivative 2 × upstream 3 = 6``."""
        text = f"through {c.through}{at_line(line_of(e.node))} as {c.argument!r}"
        if c.local:
            return f"{text}: local derivative {c.local} × upstream {c.upstream} = {c.shown}"
        result = f" in {self.called(e.node)}" if c.upstream else ""
        copies = np.size(e.upstream) // max(np.size(e.amount), 1) if c.upstream else 1
        if e.node.plan.elementwise and copies > 1:
            result += f", summed over the {copies:,} copies that broadcasting made"
        return f"{text}: {c.shown}, from an upstream gradient {c.upstream}{result}".rstrip()

    def derivative(self, node) -> str:
        """``dJ/db``."""
        return f"d{self.root}/d{self.called(node)}"

    def called(self, node) -> str:
        """The name of a node's Tensor, else its operation."""
        own = self.names.of_node(node)
        if own or node.plan is None:
            return own or (f"leaf{list(node.shape)}" if node.shape else "leaf")
        return wording.operation(node.plan.op)

    def _say(self, kind, *sentences, **found):
        return Explanation(kind, self.name, sentences=list(sentences), **found)


def _own_name(t, names) -> str:
    if t.node is not None:
        return names.of_node(t.node) or "L"
    return wording.clean(t.name or "") or names.data.get(id(t.data)) or "it"


def _factor(v) -> str:
    return f"({wording.number(v)})" if isinstance(v, complex) else wording.number(v)


def _infinities_meet(amounts) -> bool:
    """Whether inf and -inf are added, and no NaN was there before."""
    if any(np.iscomplexobj(v) or np.isnan(v).any() for v in amounts):
        return False
    high = any(np.isposinf(v).any() for v in amounts)
    return high and any(np.isneginf(v).any() for v in amounts)


def _finite(g) -> bool:
    return all(map(finite.is_finite, parts_of(g)))


def _tamed(g):
    """A cotangent with 0 where it is not finite."""
    if type(g) is tuple:
        return tuple(map(_tamed, g))
    return np.where(np.isfinite(g), g, 0).astype(g.dtype)[()]
