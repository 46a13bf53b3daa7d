"""From a `Trace` to the rows of the table."""

import math
from collections.abc import Iterator
from fractions import Fraction

from nn.module import Module
from nn.summary.costs import multiply_adds
from nn.summary.fields import of_node
from nn.summary.spans import Span, Step, first_shape
from nn.summary.table import ReceptiveField, Row
from nn.summary.trace import Call, Trace, owned

SHOWN = 3  # operations that a row of a composite module's own names


class Reader:
    """Walks the calls and the nodes between them in the order of time, and makes rows."""

    def __init__(self, trace: Trace, depth: int | None, batch_axis: int):
        self.trace, self.depth, self.batch_axis = trace, depth, batch_axis
        self.fields = self._fields()
        self.steps = [Step(n) for n in trace.nodes if n.plan is not None]
        self.counted: set[int] = set()
        self.at = 0  # the next node

    def _fields(self):
        """Node -> spans; only nodes that depend on a floating input are there."""
        self.without_rule = {}
        one = Fraction(1)
        fields = {
            node: tuple(Span(a, 0 * one, 0 * one, one) for a in self._places(len(node.shape)))
            for node in self.trace.inputs
            if node is not None
        }
        if len({len(f) for f in fields.values()}) > 1:
            return {}  # an image and a vector, say: there is no one field
        for node in self.trace.nodes:
            if node.plan is not None:
                found, known = of_node(Step(node), fields)
                if found:
                    fields[node] = found
                    if not known:
                        self.without_rule[node.plan.op.__name__] = None
        return fields

    def _places(self, d) -> range:
        """The axes of an input that are places: behind batch and channels, or time before them."""
        return range(1) if self.batch_axis == 1 else range(2, d)

    def _of_example(self, shape) -> tuple[int, ...]:
        """A shape without the batch axis, where there is one."""
        k = self.batch_axis
        return tuple(shape[:k] + shape[k + 1 :] if shape[k : k + 1] == (1,) else shape)

    def rows(self) -> list[Row]:
        """A row per run of a layer, and per stretch of operations that a composite does itself."""
        return list(self._of_call(self.trace.root))

    def _of_call(self, call: Call) -> Iterator[Row]:
        depth = call.path.count(".") + 1 if call.path else 0
        if not call.inside or (self.depth is not None and depth >= self.depth):
            steps = self._until(call.end)
            yield self._row(call, steps, call.module.parameters())
            return
        own = [p for _, p in owned(call.module)]
        for child in call.inside:
            yield from self._between(call, child.start, own)
            yield from self._of_call(child)
        yield from self._between(call, call.end, own)

    def _until(self, time) -> list[Step]:
        first = self.at
        while self.at < len(self.steps) and self.steps[self.at].node.order < time:
            self.at += 1
        return self.steps[first : self.at]

    def _between(self, call, time, own) -> Iterator[Row]:
        """The row of what a composite module computes itself, if it does."""
        steps = self._until(time)
        names = list(dict.fromkeys(s.name for s in steps if s.name != "output"))
        if not names:
            return
        more = f", … {len(names)} operations" if len(names) > SHOWN else ""
        last = steps[-1].node
        shape = first_shape(last)
        yield Row(
            name=call.path,
            kind=", ".join(names[:SHOWN]) + more,
            output=self._of_example(shape),
            parameters=self._count(own),
            multiply_adds=sum(map(multiply_adds, steps)),
            memory=math.prod(shape) * _itemsize(last),
            field=self._field(last),
            is_view=all(s.node in self.trace.views for s in steps),
        )

    def _row(self, call, steps, parameters) -> Row:
        parameters = list(parameters)
        again = bool(parameters) and all(id(p) in self.counted for p in parameters)
        return Row(
            name=call.path,
            kind=type(call.module).__name__,
            output=self._of_example(call.shapes[0]) if call.shapes else (),
            parameters=self._count(parameters),
            multiply_adds=sum(map(multiply_adds, steps)),
            memory=call.bytes,
            field=self._field(call.node),
            is_reused=again,
            is_view=all(s.node in self.trace.views for s in steps),
        )

    def _count(self, parameters) -> int:
        new = {id(p): p.size for p in parameters if id(p) not in self.counted}
        self.counted |= new.keys()
        return sum(new.values())

    def _field(self, node) -> ReceptiveField | None:
        spans = self.fields.get(node)
        if not spans:
            return None
        return ReceptiveField(
            size=tuple(_whole(s.high - s.low + 1) for s in spans),
            stride=tuple(None if s.axis is None else _whole(s.step) for s in spans),
            start=tuple(_whole(s.low) for s in spans),
        )


def never_ran(model: Module, trace: Trace) -> list[str]:
    """The highest modules with parameters that did not run."""
    ran, todo = set(), [trace.root]
    while todo:
        call = todo.pop()
        ran.add(call.module)
        todo += call.inside
    found: list[str] = []
    for path, module in model.named_modules():
        below = any(path.startswith(f + ".") for f in found)
        if not below and not any(m in ran for m in module.modules()) and list(module.parameters()):
            found.append(path)
    return found


def _itemsize(node) -> int:
    dtype = node.dtype[0] if isinstance(node.dtype, tuple) else node.dtype
    return dtype.itemsize


def _whole(n: Fraction):
    return int(n) if n.denominator == 1 else n
