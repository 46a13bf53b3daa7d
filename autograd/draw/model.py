"""What a drawing shows: boxes and arrows of plain text; knows neither graph nor renderer."""

from dataclasses import dataclass

from autograd.draw.layout import layers

KINDS = ("input", "parameter", "constant", "operation", "result", "output")


@dataclass(frozen=True, slots=True)
class Text:
    """A run of text; ``role``: name (bold), value, symbol, statistic, shape, gradient, missing."""

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

    ``outline``: rounded, box, tag or circle.  ``dashed``: no gradient arrives here.
    """

    id: str
    kind: str
    outline: str
    cells: list[Cell]
    tooltip: str = ""
    dashed: bool = False


@dataclass(slots=True)
class Edge:
    """An arrow between boxes, named by their ids; ``id`` comes from its `Picture`."""

    tail: str
    head: str
    label: str = ""
    dashed: bool = False
    width: float = 1.0
    id: str = ""


@dataclass(slots=True)
class Picture:
    """Boxes, each after those that point to it, and edges; ``notes``: lines under the legend."""

    boxes: list[Box]
    edges: list[Edge]
    notes: list[Line]

    def __post_init__(self):
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
    def longest(self) -> int:
        """Boxes on the longest path."""
        return 1 + max(self._layers().values())

    @property
    def tangle(self) -> int:
        """Layers that edges pass on their way, in all: what makes a layout slow."""
        layer = self._layers()
        return sum(layer[edge.head] - layer[edge.tail] - 1 for edge in self.edges)

    def _layers(self) -> dict[str, int]:
        at = {box.id: k for k, box in enumerate(self.boxes)}
        found = layers(len(at), [(at[edge.tail], at[edge.head]) for edge in self.edges])
        return dict(zip(at, found, strict=True))
