"""The scalar style: a box for every value, a circle for every operation, as on a blackboard."""

from autograd import wording
from autograd.draw import parts
from autograd.draw.model import Box, Cell, Edge, Picture, Text
from autograd.draw.reading import Constant, Entry, Graph

MOST = 40  # nodes; larger graphs of scalars are drawn in the tensor style


def fits(graph: Graph) -> bool:
    """Whether this graph is small enough, and all of its values are single numbers."""
    single = all(e.size == 1 for e in graph.entries)
    return single and len(graph.entries) <= MOST


def picture(graph: Graph, show: parts.Show) -> Picture:
    """Values above, gradients below, in a box each; constants dashed."""
    boxes: list[Box] = []
    edges: list[tuple[Edge, Entry | None]] = []  # with the entry whose gradient they carry
    data: dict = {}  # id of a named constant's value -> its box
    has_data = any(isinstance(i, Constant) and i.name for e in graph.entries for i in e.inputs)
    for entry in graph.entries:
        tails: list[tuple[str, Entry | None]] = []
        for k, i in enumerate(entry.inputs):
            if isinstance(i, int):
                tails.append((f"n{i}", parts.weighing(parts.part(entry, k), graph.entries[i])))
                continue
            key = id(i.value) if i.name else (entry.index, k)
            if key not in data:
                data[key] = parts.constant(f"c{entry.index}_{k}", i, show)
                boxes.append(data[key])
            tails.append((data[key].id, None))
        if entry.op:
            circle = operation(graph, entry)
            parts.mark(graph, circle, [entry])
            boxes.append(circle)
            for k, (tail, source) in enumerate(tails):
                label = wording.ordinal(k + 1) if entry.ordered else ""
                carried = parts.carried(entry, k, show)
                edges.append((Edge(tail, circle.id, label, carried=carried), source))
            edges.append((Edge(circle.id, f"n{entry.index}"), entry))
        boxes.append(value(graph, entry, has_data, show))
    for k, output in enumerate(graph.outputs):
        if not isinstance(output, Entry):  # a derivative that depends on nothing
            lines = parts.title(output, show)
            boxes.append(Box(f"out{k}", "output", "rounded", [Cell(lines)], "a constant"))
    parts.weigh(edges)
    notes = parts.notes(graph, show, "values above, ", "gradients below")
    return Picture(boxes, [e for e, _ in edges], notes)


def value(graph: Graph, entry: Entry, has_data: bool, show: parts.Show) -> Box:
    """The box of a leaf or a result.  Where there is data, leaves are parameters, to be trained."""
    lines = [*parts.title(entry, show), *parts.gradient(graph, entry, show)]
    kind, outline = ("result", "box") if entry.op else ("input", "rounded")
    if any(entry is output for output in graph.outputs):
        kind, outline = "output", "rounded"
    elif not entry.op and (entry.parameter or has_data):
        kind, outline = "parameter", "tag"
    return Box(f"n{entry.index}", kind, outline, [Cell(lines)], parts.tooltip(graph, entry))


def operation(graph: Graph, entry: Entry) -> Box:
    """The circle of an operation."""
    symbol = wording.SYMBOLS.get(entry.op, entry.op)
    line = (Text(symbol, "symbol" if len(symbol) == 1 else "value"),)
    return Box(f"op{entry.index}", "operation", "circle", [Cell([line])], graph.formula(entry))
