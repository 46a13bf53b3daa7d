"""What a drawing shows: boxes and arrows of plain text; knows neither graph nor renderer."""

from dataclasses import dataclass, field

from autograd.draw.layout import layers

KINDS = ("input", "parameter", "constant", "operation", "folded", "result", "output")


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text; ``role``: name (bold), value, symbol, statistic, shape, gradient, mark."""

    text: str
    role: str = "value"


Line = tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines of text in a box; ``kind``: framed, as a box of that kind inside the box."""

    lines: list[Line]
    kind: str | None = None


@dataclass(slots=True)
class Box:
    """A box; ``id`` is the topological index of its node after a letter for what of it is shown.

    ``outline``: rounded, box, tag or circle.  ``dashed``: no gradient arrives here.  ``mark``: a
    finding about it, which has a colour of its own.  ``group``: boxes to be put on one line.
    """

    id: str
    kind: str
    outline: str
    cells: list[Cell]
    tooltip: str = ""
    dashed: bool = False
    mark: str = ""
    group: str = ""


@dataclass(slots=True)
class Edge:
    """An arrow between boxes, named by their ids; ``id`` comes from its `Picture`.

    ``label``: the shape or which operand; ``carried``: the gradient that comes back along it.
    ``back``: to the next turn of a loop that is drawn once.  ``straight``: the backbone.
    """

    tail: str
    head: str
    label: str = ""
    dashed: bool = False
    width: float = 1.0
    carried: str = ""
    back: bool = False
    straight: bool = False
    id: str = ""


@dataclass(slots=True)
class Cluster:
    """A dashed frame around boxes and other frames: a module, or one turn of a loop."""

    id: str
    title: str
    boxes: list[str] = field(default_factory=list)
    clusters: list["Cluster"] = field(default_factory=list)

    def inside(self) -> list[str]:
        """The ids of all boxes in it."""
        return [*self.boxes, *(box for c in self.clusters for box in c.inside())]


@dataclass(slots=True)
class Picture:
    """Boxes, each after those that point to it, and edges; ``notes``: lines under the legend.

    ``rows``: boxes to be put side by side, in this order.
    """

    boxes: list[Box]
    edges: list[Edge]
    notes: list[Line]
    clusters: list[Cluster] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        times: dict[str, int] = {}
        for edge in self.edges:
            between = f"{edge.tail}-{edge.head}"
            times[between] = times.get(between, 0) + 1
            edge.id = between if times[between] == 1 else f"{between}-{times[between]}"

    @property
    def kinds(self) -> dict[str, bool]:
        """The kinds of boxes, for the legend: kind -> whether all are dashed.  None for one box."""
        found: dict[str, bool] = {}
        for box in self.boxes:
            found[box.kind] = found.get(box.kind, True) and box.dashed
            for cell in box.cells:
                if cell.kind:
                    found.setdefault(cell.kind, cell.kind == "constant")
        return {kind: found[kind] for kind in KINDS if kind in found and self.edges}

    @property
    def marks(self) -> list[str]:
        """The marks of boxes, for the legend, in the order in which they occur."""
        return list(dict.fromkeys(box.mark for box in self.boxes if box.mark))

    @property
    def longest(self) -> int:
        """Boxes on the longest path."""
        return 1 + max(self._layers().values(), default=0)

    @property
    def tangle(self) -> int:
        """Layers that edges pass on their way, in all: what makes a layout slow."""
        layer = self._layers()
        return sum(layer[e.head] - layer[e.tail] - 1 for e in self.edges if not e.back)

    def _layers(self) -> dict[str, int]:
        at = {box.id: k for k, box in enumerate(self.boxes)}
        forward = [(at[e.tail], at[e.head]) for e in self.edges if not e.back]
        return dict(zip(at, layers(len(at), forward), strict=True))
