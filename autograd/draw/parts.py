"""What both styles are made of: lines in a box, tooltips, the legend, the width of an edge."""

import math
from dataclasses import dataclass

from autograd.draw import wording
from autograd.draw.model import Box, Cell, Edge, Line, Text
from autograd.draw.reading import Constant, Entry, Graph

THIN, THICK = 0.6, 3.0  # edges, by the logarithm of the gradient's norm
DECADES = 4.0  # at least so many powers of ten lie between thin and thick
BLANK = (Text("·"),)


@dataclass(frozen=True)
class Show:
    """What the caller wants to see."""

    values: bool = True
    gradients: bool = True
    shapes: bool = True


def title(item: Entry | Constant, show: Show) -> list[Line]:
    """``b = 3``, or the name and the shape, and the value of an array below."""
    runs = [Text(wording.clipped(item.name), "name")] if item.name else []
    if math.prod(item.shape) != 1:
        if show.shapes:
            runs.append(Text(f" {item.shape}" if runs else str(item.shape), "shape"))
        return [tuple(runs), *value(item, show)] if runs else value(item, show) or [BLANK]
    if show.values and item.value is not None:
        text = wording.array(item.value)
        runs.append(Text(f" = {text}" if runs else text))
    return [tuple(runs)] if runs else [BLANK]


def value(item: Entry | Constant, show: Show) -> list[Line]:
    """A small array in full; mean ± standard deviation of a large one."""
    if not show.values or item.value is None:
        return []
    small = wording.small(item.value)
    lines = wording.listing(item.value) if small else [wording.value(item.value)]
    return [(Text(line, "statistic"),) for line in lines]


def gradient(graph: Graph, entry: Entry, show: Show, always: bool) -> list[Line]:
    """``dJ/db = 6``, or the norm; ``always``: say so, too, where it is not known."""
    if not show.gradients:
        return []
    g = entry.gradient
    if g is None:
        return [(Text(unknown(graph, entry), "missing"),)] if always else []
    label = f"{graph.derivative(entry)} ="
    if math.prod(entry.shape) == 1:
        lines = [f"{label} {wording.array(g)}"]
    elif wording.small(g):
        lines = wording.listing(g)
        short = len(lines) == 1 and len(label + lines[0]) < wording.WIDE
        lines = [f"{label} {lines[0]}"] if short else [label, *lines]
    else:
        lines = [f"‖grad‖ {wording.number(wording.norm(g), 3)}"]
    return [(Text(line, "gradient"),) for line in lines]


def unknown(graph: Graph, entry: Entry) -> str:
    """What to say where there is no gradient to show; never 0."""
    lost = entry.op and graph.differentiated
    return "gradient: not kept" if lost else "gradient: not computed"


def constant(box_id: str, item: Constant, show: Show) -> Box:
    """A dashed box: no gradient flows there.  With a name it is data, an input."""
    kind, outline = ("input", "rounded") if item.name else ("constant", "box")
    return Box(
        box_id,
        kind,
        outline,
        [Cell(title(item, show))],
        f"{item.name or 'constant'}: no gradient",
        True,
    )


def tooltip(graph: Graph, entry: Entry) -> str:
    """All about an entry: formula, shape, dtype, value, gradient."""
    lines = [graph.formula(entry) if entry.op else graph.called(entry.index)]
    if type(entry.dtype) is not tuple:
        lines.append(f"shape {entry.shape}, {entry.dtype}")
    if entry.value is not None:
        lines.append(f"value {_described(entry.value)}")
    if entry.gradient is None:
        lines.append(unknown(graph, entry))
    else:
        lines.append(f"{graph.derivative(entry)} {_described(entry.gradient)}")
    return "\n".join(lines)


def _described(v) -> str:
    if wording.small(v):
        return wording.array(v)
    return f"{wording.value(v)} (mean ± std), norm {wording.number(wording.norm(v), 3)}"


def weigh(edges: list[tuple[Edge, Entry | None]]):
    """Set widths and dashes: wide where the tail's gradient is large, dashed where it has none."""
    logs = {}
    for edge, entry in edges:
        edge.dashed = entry is None
        if entry is not None and entry.gradient is not None:
            norm = wording.norm(entry.gradient)
            if 0 < norm < math.inf:
                logs[id(edge)] = math.log10(norm)
            else:
                edge.width = THIN if norm == 0 else THICK
    if not logs:
        return
    low, high = min(logs.values()), max(logs.values())
    span = max(high - low, DECADES)
    for edge, _ in edges:
        if id(edge) in logs:
            share = 0.5 + (logs[id(edge)] - (low + high) / 2) / span
            edge.width = round(THIN + (THICK - THIN) * share, 2)


def notes(graph: Graph, show: Show, value: str, gradient: str) -> list[Line]:
    """The legend in words: ``value``, ``gradient`` say where these are written."""
    lines = []
    if show.gradients and graph.differentiated:
        runs = [Text(value, "shape")] if show.values and value else []
        runs += [Text(gradient, "gradient"), Text("; wider arrow: larger gradient", "shape")]
        lines.append(tuple(runs))
        if any(e.gradient is not None and not e.exact for e in graph.entries):
            why = "grad: as .grad has it, maybe from several backward passes or another output"
            lines.append((Text(why, "shape"),))
    elif show.gradients:
        of = wording.clipped(graph.root.name or "output") if graph.root.size == 1 else "loss"
        lines.append((Text(f"no gradients yet: {of}.backward() computes them", "shape"),))
    return lines + [(Text(note, "shape"),) for note in graph.notes]
