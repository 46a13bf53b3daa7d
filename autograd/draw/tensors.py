"""The tensor style: a box per operation, its parameters as rows, shapes where they change."""

from autograd.draw import merging, parts, wording
from autograd.draw.model import Box, Cell, Edge, Line, Picture, Text
from autograd.draw.reading import Constant, Entry, Graph

LISTED = 6  # operations of a longer chain are not all listed


def picture(graph: Graph, show: parts.Show, merge: bool) -> Picture:
    """The picture; ``merge``: chains of operations of one input share a box."""
    return _Tensors(graph, show).picture(merge)


class _Tensors:
    def __init__(self, graph: Graph, show: parts.Show):
        self.graph, self.show = graph, show
        self.rows = merging.rows(graph)
        self.boxes: list[Box] = []
        self.edges: list = []  # with the entry whose gradient they carry, None for a constant
        self.data: dict = {}  # id of the value of a constant -> its box
        self.changed: set[int] = set()  # entries whose box changed the shape

    def picture(self, merge: bool) -> Picture:
        graph, show = self.graph, self.show
        for e in graph.entries[:-1]:
            if not e.op and e.index not in self.rows:
                self.leaf(e)
        for group in merging.groups(graph, self.rows, merge):
            self.operations(group)
        self.output()
        parts.weigh(self.edges)
        notes = parts.notes(graph, show, "", "gradients in this colour")
        runs = (run for b in self.boxes for c in b.cells for line in c.lines for run in line)
        if any("±" in run.text for run in runs):
            notes.insert(0, (Text("large arrays: mean ± standard deviation", "shape"),))
        return Picture(self.boxes, [e for e, _ in self.edges], notes)

    def lines(self, item: Entry | Constant) -> list[Line]:
        """Name, value and gradient."""
        lines = parts.title(item, self.show)
        if isinstance(item, Entry):
            lines += parts.gradient(self.graph, item, self.show, always=False)
        return lines

    def leaf(self, e: Entry):
        """An input that requires grad, or a parameter with several uses."""
        known = any(other.parameter for other in self.graph.entries)
        kind, outline = ("input", "rounded") if known and not e.parameter else ("parameter", "tag")
        cell, tooltip = Cell(self.lines(e)), parts.tooltip(self.graph, e)
        self.boxes.append(Box(f"n{e.index}", kind, outline, [cell], tooltip))

    def operations(self, group: list[Entry]):
        """The box of an operation, or of several in a row."""
        first, last = group[0], group[-1]
        box = Box(f"n{last.index}", "operation", "box", [])
        flow = [(k, i) for k, i in enumerate(first.inputs) if not merging.is_row(i, self.rows)]
        for k, i in flow:
            tail, source = self.tail(f"c{first.index}_{k}", i)
            order = wording.ordinal(k + 1) if first.ordered and len(flow) > 1 else ""
            label = f"{order} {self.new_shape(i)}".strip()
            self.edges.append((Edge(tail, box.id, label), source))
        came = [self.entry(i).shape for _, i in flow[:1]]
        if last.size > 1 and came != [last.shape]:
            self.changed.add(last.index)
        listed = group if len(group) <= LISTED else [*group[: LISTED - 2], last]
        for e in listed:
            if e is last and len(listed) < len(group):
                more = f"... {len(group) - len(listed)} more"
                box.cells.append(Cell([(Text(more, "shape"),)]))
            box.cells.append(Cell([(Text(e.op, "name"),)]))
            box.cells += [
                self.row(e, k, i) for k, i in enumerate(e.inputs) if merging.is_row(i, self.rows)
            ]
        result = self.result(last)
        box.cells += [Cell(result, "result")] if result else []
        formulas = [self.graph.formula(e) for e in listed if e is not last]
        box.tooltip = "\n".join([*formulas, parts.tooltip(self.graph, last)])
        self.boxes.append(box)

    def result(self, e: Entry) -> list[Line]:
        """Name, value and gradient of what an operation gives; the root has a box for that."""
        if e is self.graph.root:
            return []
        name = [(Text(wording.clipped(e.name), "name"),)] if e.name else []
        gradient = parts.gradient(self.graph, e, self.show, always=False)
        return name + parts.value(e, self.show) + gradient

    def row(self, e: Entry, k: int, i: int | Constant) -> Cell:
        """A parameter, maybe seen through a transpose, or a small constant, in the box of ``e``."""
        item, seen = self.entry(i), []
        while isinstance(item, Entry) and item.op:
            seen.append(item.op)
            item = self.entry(item.inputs[0])
        lines = self.lines(item)
        if e.ordered and e.op != "matmul":
            lines[0] = (Text(f"{wording.ordinal(k + 1)}: ", "shape"), *lines[0])
        if seen and self.show.shapes:
            lines[0] = (*lines[0], Text(f" {', '.join(reversed(seen))}", "shape"))
        if isinstance(item, Entry) and item.uses > 1:
            lines.insert(1, (Text(f"{wording.TIMES}{item.uses}, the same", "shape"),))
        return Cell(lines, "parameter" if isinstance(item, Entry) else "constant")

    def entry(self, item: int | Constant) -> Entry | Constant:
        return self.graph.entries[item] if isinstance(item, int) else item

    def tail(self, box_id: str, item: int | Constant) -> tuple[str, Entry | None]:
        """Where an edge starts, and whose gradient it carries; data gets its one box here."""
        if isinstance(item, int):
            return f"n{item}", self.graph.entries[item]
        key = box_id if item.value is None else id(item.value)
        if key not in self.data:
            self.data[key] = parts.constant(box_id, item, self.show)
            self.boxes.append(self.data[key])
        return self.data[key].id, None

    def new_shape(self, item: int | Constant) -> str:
        """The label of an edge: the shape, where the box that it comes from changed it."""
        e = self.graph.entries[item] if isinstance(item, int) else None
        return str(e.shape) if e and self.show.shapes and item in self.changed else ""

    def output(self):
        """The box of the root's value."""
        root = self.graph.root
        lines = self.lines(root)
        if self.show.gradients and root.gradient is None:
            lines += parts.gradient(self.graph, root, self.show, always=True)
        self.boxes.append(
            Box("out", "output", "rounded", [Cell(lines)], parts.tooltip(self.graph, root))
        )
        if root.op:
            self.edges.append((Edge(f"n{root.index}", "out", self.new_shape(root.index)), root))
