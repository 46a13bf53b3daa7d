"""A genotype as a drawing: states are boxes, operations the words on the arrows."""

from autograd.draw.drawing import Drawing
from autograd.draw.model import Box, Cell, Edge, Picture, Text
from autograd.draw.theme import THEMES
from autograd.errors import ValueRangeError


def draw_genotype(genotype, direction="LR", theme="auto") -> Drawing:
    """The cell, inputs first, with the operation beside each arrow."""
    if direction not in ("LR", "TB"):
        raise ValueRangeError(f"draw: direction must be 'LR' or 'TB', got {direction!r}")
    if theme not in THEMES:
        raise ValueRangeError(f"draw: theme must be one of {', '.join(THEMES)}, got {theme!r}")
    edges, inputs, nodes = genotype
    last = inputs + nodes
    names = [f"input {k}" if inputs > 1 else "input" for k in range(inputs)]
    names += [f"state {k}" for k in range(inputs, last)]
    boxes = [_box(k, "input" if k < inputs else "result", name) for k, name in enumerate(names)] + [
        _box(last, "output", "output" if nodes == 1 else "output: states joined")
    ]
    arrows = [Edge(f"s{i}", f"s{j}", label=name) for i, j, name in edges]
    arrows += [Edge(f"s{k}", f"s{last}") for k in range(inputs, last)]
    title = ", ".join(f"{i}→{j} {name}" for i, j, name in edges)
    return Drawing(Picture(boxes, arrows, []), f"a cell: {title}", "", direction, theme)


def _box(k, kind, name):
    return Box(f"s{k}", kind, "rounded", [Cell([(Text(name, "name"),)])], tooltip=name)
