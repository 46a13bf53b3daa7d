"""The picture to step through: a box for every node, so that each can be lit."""

import itertools

from autograd import wording
from autograd.draw import parts, scalar
from autograd.draw.model import Box, Cell, Edge, Picture, Text
from autograd.draw.reading import Constant, Entry, Graph
from autograd.draw.stepper.steps import derivative
from autograd.draw.stepper.sweep import Passed

SHOW = parts.Show()


def complete(graph: Graph, nodes: list, passed: Passed):
    """Give every entry the gradient of this pass, and a name: ``t1``, ... if it has none."""
    taken = {e.name for e in graph.entries}
    fresh = (name for k in itertools.count(1) if (name := f"t{k}") not in taken)
    if graph.root.name is None:
        graph.root.name = next((name for name in "LJy" if name not in taken), None) or next(fresh)
    for e, node in zip(graph.entries, nodes, strict=True):
        e.name = e.name or next(fresh)
        e.gradient = passed.total[node] if type(e.dtype) is not tuple else None
        e.exact = True
    graph.differentiated = True


def picture(graph: Graph) -> Picture:
    """Scalars as on a blackboard, with circles for operations; arrays with a box for each node."""
    return scalar.picture(graph, SHOW) if scalar.fits(graph) else _Boxes(graph).picture()


def touched(found: Picture, entry: int) -> tuple[list[str], list[str]]:
    """The ids of the boxes and edges of an operation: its own, and the arrows to and from them."""
    own = {f"op{entry}", f"n{entry}"}
    boxes = [b.id for b in found.boxes if b.id in own]
    circle = f"op{entry}" if f"op{entry}" in boxes else f"n{entry}"
    return boxes, [e.id for e in found.edges if e.head == circle or e.tail == f"op{entry}"]


class _Boxes:
    """A box per operation, with its result in a frame, and one per leaf."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.boxes: list[Box] = []
        self.edges: list[tuple[Edge, Entry | None]] = []
        self.data: dict = {}  # id of the value of a constant -> its box

    def picture(self) -> Picture:
        for e in self.graph.entries:
            self.operation(e) if e.op else self.leaf(e)
        parts.weigh(self.edges)
        notes = [*parts.statistics(self.boxes), (Text("gradients in this colour", "gradient"),)]
        return Picture(self.boxes, [e for e, _ in self.edges], notes)

    def leaf(self, e: Entry):
        known = any(other.parameter for other in self.graph.entries)
        kind, outline = ("input", "rounded") if known and not e.parameter else ("parameter", "tag")
        lines = parts.title(e, SHOW) + self.gradient(e)
        self.boxes.append(
            Box(f"n{e.index}", kind, outline, [Cell(lines)], parts.tooltip(self.graph, e))
        )

    def operation(self, e: Entry):
        box = Box(f"n{e.index}", "operation", "box", [Cell([(Text(e.op, "name"),)])])
        shown = [i for i in e.inputs if self.is_arrow(i)]
        for k, i in enumerate(e.inputs):
            if not self.is_arrow(i):
                words = (Text(f"{wording.ordinal(k + 1)}: {self.graph.called(i)}", "shape"),)
                box.cells.append(Cell([words]))
                continue
            tail, source = self.tail(f"c{e.index}_{k}", i)
            order = wording.ordinal(k + 1) if e.ordered and len(shown) > 1 else ""
            self.edges.append((Edge(tail, box.id, order), source))
        kind = "output" if e is self.graph.root else "result"
        several = type(e.dtype) is tuple
        lines = [(Text(e.name or "", "name"),)] if several else parts.title(e, SHOW)
        box.cells.append(Cell(lines + self.gradient(e), kind))
        box.tooltip = parts.tooltip(self.graph, e)
        self.boxes.append(box)

    @staticmethod
    def is_arrow(item: "int | Constant") -> bool:
        """A small constant is written in the box, everything else points to it."""
        if isinstance(item, int) or item.name or item.value is None:
            return True
        return not wording.small(item.value)

    def tail(self, box_id: str, item: "int | Constant") -> tuple[str, Entry | None]:
        if isinstance(item, int):
            return f"n{item}", self.graph.entries[item]
        key = box_id if item.value is None else id(item.value)
        if key not in self.data:
            self.data[key] = parts.constant(box_id, item, SHOW)
            self.boxes.append(self.data[key])
        return self.data[key].id, None

    def gradient(self, e: Entry) -> list:
        """``dL/dW = [1, 2]`` or ``‖dL/dW‖ = 0.3``."""
        if e.gradient is None:
            return []
        d = derivative(self.graph, e)
        if not wording.small(e.gradient):
            text = f"‖{d}‖ = {wording.number(wording.norm(e.gradient), 3)}"
            return [(Text(text, "gradient"),)]
        lines = wording.listing(e.gradient)
        lines = [f"{d} = {lines[0]}"] if len(lines) == 1 else [f"{d} =", *lines]
        return [(Text(line, "gradient"),) for line in lines]
