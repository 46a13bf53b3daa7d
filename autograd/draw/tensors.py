"""The tensor style: a box per operation, its parameters as rows, shapes where they change."""

import itertools
from collections.abc import Iterator

from autograd import wording
from autograd.draw import folded, merging, parts
from autograd.draw.folding import Frame, Unit
from autograd.draw.model import Box, Cell, Cluster, Edge, Line, Picture, Text
from autograd.draw.reading import Constant, Entry, Graph

LISTED = 6  # operations of a longer chain are not all listed


def picture(graph: Graph, show: parts.Show, frame: Frame, rows: set[int]) -> Picture:
    """The picture of what `folding` shows; ``rows``: parameters in the boxes of their users."""
    return _Tensors(graph, show, frame, rows).picture()


class _Tensors:
    def __init__(self, graph: Graph, show: parts.Show, frame: Frame, rows: set[int]):
        self.graph, self.show, self.frame, self.rows = graph, show, frame, rows
        self.plan = folded.Plan(frame, graph, rows)
        self.home = self.plan.home  # entry -> the id of the box that it is in
        self.boxes: list[Box] = []
        self.edges: list = []  # with the entry whose gradient they carry, None for a constant
        self.data: dict = {}  # id of the value of a constant -> its box
        self.changed: set[int] = set()  # entries whose box changed the shape

    def picture(self) -> Picture:
        graph = self.graph
        for e in graph.entries:
            if not e.op and e.index not in self.rows and e.index not in self.plan.within:
                if any(e is output for output in graph.outputs) and not e.uses:
                    continue
                self.home[e.index] = f"n{e.index}"
                self.leaf(e)
        for unit in self.plan.units:
            if unit.scopes:
                self.folded(unit)
            else:
                self.operations(unit.groups[0])
        for k, output in enumerate(graph.outputs):
            self.output(output, f"out{k}" if k else "out")
        self.back_edges()
        parts.weigh(self.edges)
        for box in self.boxes:
            box.group = self.plan.lines.get(box.id, "")
        for edge, _ in self.edges:
            edge.straight = bool(edge.tail in self.plan.lines) and edge.head in self.plan.turns
        edges = [edge for edge, _ in self.edges]
        clusters = self.clusters(self.frame)
        return Picture(self.boxes, edges, self.notes(), clusters, self.plan.rows)

    def notes(self) -> list[Line]:
        notes = parts.notes(self.graph, self.show, "", "gradients in this colour")
        return parts.statistics(self.boxes) + notes + self.plan.notes()

    def clusters(self, frame: Frame) -> list[Cluster]:
        """A frame around every open scope; none around rows: Graphviz then mixes these up."""
        in_rows = {box for row in self.plan.rows for box in row}
        numbers = itertools.count()

        def inside(frame: Frame, cluster: Cluster) -> Cluster:
            for item in frame.items:
                if isinstance(item, Unit):
                    cluster.boxes.append(f"n{item.last.index}")
                else:
                    inner = Cluster(f"m{next(numbers)}", self.plan.title(item.scope))
                    cluster.clusters.append(inside(item, inner))
            return cluster

        def without_rows(clusters: list[Cluster]) -> Iterator[Cluster]:
            for cluster in clusters:
                if in_rows.isdisjoint(cluster.inside()):
                    yield cluster
                else:
                    yield from without_rows(cluster.clusters)

        return list(without_rows(inside(frame, Cluster("", "")).clusters))

    def lines(self, item: Entry | Constant) -> list[Line]:
        """Name, value and gradient."""
        lines = parts.title(item, self.show)
        if isinstance(item, Entry):
            lines += parts.gradient(self.graph, item, self.show)
        return lines

    def leaf(self, e: Entry):
        """An input that requires grad, or a parameter with several uses."""
        known = self.graph.has_parameters
        kind, outline = ("input", "rounded") if known and not e.parameter else ("parameter", "tag")
        cell, tooltip = Cell(self.lines(e)), parts.tooltip(self.graph, e)
        self.boxes.append(Box(f"n{e.index}", kind, outline, [cell], tooltip))

    def operations(self, group: list[Entry]):
        """The box of an operation, or of several in a row."""
        first, last = group[0], group[-1]
        box = Box(f"n{last.index}", "operation", "box", [])
        flow = [(k, i) for k, i in enumerate(first.inputs) if not merging.is_row(i, self.rows)]
        start = len(self.edges)
        several: dict[str, int] = {}  # folded box -> how many arrows it has to this one
        for k, i in flow:
            if isinstance(i, int) and i in self.plan.away:
                continue
            tail, source = self.tail(f"c{first.index}_{k}", i)
            order = wording.ordinal(k + 1) if first.ordered and len(flow) > 1 else ""
            label = f"{order} {self.new_shape(i)}".strip()
            if tail in self.plan.folded:
                several[tail] = several.get(tail, 0) + 1
                if several[tail] > 1:
                    continue
            edge = Edge(tail, box.id, label, carried=parts.carried(first, k, self.show))
            self.edges.append((edge, parts.weighing(parts.part(first, k), source)))
        for edge, _ in self.edges[start:]:
            if several.get(edge.tail, 0) > 1:
                edge.label, edge.carried = f"{wording.TIMES}{several[edge.tail]}", ""
        self.note_change(flow, last)
        named = [e for e in group if e is first or not merging.picks(self.graph, e)]
        listed = named if len(named) <= LISTED else [*named[: LISTED - 2], named[-1]]
        for e in listed:
            if e is listed[-1] and len(listed) < len(named):
                more = f"... {len(named) - len(listed)} more"
                box.cells.append(Cell([(Text(more, "shape"),)]))
            box.cells.append(Cell([(Text(e.op, "name"),)]))
            box.cells += [
                self.row(e, k, i) for k, i in enumerate(e.inputs) if merging.is_row(i, self.rows)
            ]
        result = self.result(last)
        box.cells += [Cell(result, "result")] if result else []
        formulas = [self.graph.formula(e) for e in listed if e is not last]
        box.tooltip = "\n".join([*formulas, parts.tooltip(self.graph, last)])
        parts.mark(self.graph, box, group)
        self.boxes.append(box)

    def note_change(self, flow, last: Entry):
        """Remember whether a box changes the shape: then the edge that leaves it says so."""
        came = [self.entry(i).shape for _, i in flow[:1]]
        if last.size > 1 and came != [last.shape]:
            self.changed.add(last.index)

    def folded(self, unit: Unit):
        """One box for scopes that are folded together."""
        box = Box(f"n{unit.last.index}", "folded", "box", [Cell(self.plan.heading(unit))])
        flow = self.plan.inputs(unit)
        arrows: dict[str, list] = {}  # one for all that come from the same box
        for e, k, i in flow:
            tail, source = self.tail(f"c{e.index}_{k}", i)
            arrows.setdefault(tail, []).append((e, k, i, source))
        for tail, uses in arrows.items():
            _, _, i, source = uses[0]
            part = parts.together([(e, k) for e, k, *_ in uses if all(u[2] is i for u in uses)])
            edge = Edge(tail, box.id, self.new_shape(i), carried=parts.said(part, self.show))
            self.edges.append((edge, parts.weighing(part, source)))
        lines = []
        for e in self.plan.results(unit):
            self.note_change([(k, i) for _, k, i in flow], e)
            lines += self.plan.result(unit, e, self.show)
        box.cells += [Cell(lines, "result")] if lines else []
        box.tooltip = self.plan.tooltip(unit)
        parts.mark(self.graph, box, [e for group in unit.groups for e in group])
        self.boxes.append(box)

    def result(self, e: Entry) -> list[Line]:
        """Name, value and gradient of what an operation gives; an output has a box for that."""
        if any(e is output for output in self.graph.outputs):
            return []
        name = [(Text(wording.clipped(e.name), "name"),)] if e.name else []
        return name + parts.value(e, self.show) + parts.gradient(self.graph, e, self.show)

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
            return self.home[item], self.graph.entries[item]
        key = box_id if item.value is None else id(item.value)
        if key not in self.data:
            self.data[key] = parts.constant(box_id, item, self.show)
            self.boxes.append(self.data[key])
        return self.data[key].id, None

    def new_shape(self, item: int | Constant) -> str:
        """The label of an edge: the shape, where the box that it comes from changed it."""
        e = self.graph.entries[item] if isinstance(item, int) else None
        return str(e.shape) if e and self.show.shapes and item in self.changed else ""

    def output(self, e: Entry | Constant, box_id: str):
        """The box of a result."""
        box = Box(box_id, "output", "rounded", [Cell(self.lines(e))], "no gradient flows here")
        if isinstance(e, Entry):
            box.tooltip = parts.tooltip(self.graph, e)
            if e.op:
                edge = Edge(self.home[e.index], box.id, self.new_shape(e.index))
                self.edges.append((edge, e))
            elif e.uses:
                self.edges.append((Edge(self.home[e.index], box.id), e))
        self.boxes.append(box)

    def back_edges(self):
        """What the turn of a rolled loop gives to the next one."""
        at = {box.id: k for k, box in enumerate(self.boxes)}
        there = {(edge.tail, edge.head) for edge, _ in self.edges}
        for e, k, i in self.plan.rolled_inputs():
            pair = (self.home[i], self.home[e.index])
            if pair not in there:
                there.add(pair)
                back = at[pair[0]] >= at[pair[1]]
                edge = Edge(*pair, "next turn" if back else "", back=back)
                self.edges.append((edge, parts.weighing(parts.part(e, k), self.graph.entries[i])))
