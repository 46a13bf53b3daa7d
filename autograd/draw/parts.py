"""What both styles are made of: lines in a box, tooltips, the legend, the width of an edge."""

import math
from dataclasses import dataclass, replace

import numpy as np

from autograd import wording
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
    statistics: bool = True
    paths: bool = False


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
    if item.value is None:
        return []
    small = wording.small(item.value)
    if not (show.values if small else show.statistics):
        return []
    lines = wording.listing(item.value) if small else [wording.value(item.value)]
    return [(Text(line, "statistic"),) for line in lines]


def gradient(graph: Graph, entry: Entry, show: Show) -> list[Line]:
    """``dJ/db = 6``, or the norm, where it is known; where paths meet, as the sum it is."""
    g = entry.gradient
    if not show.gradients or g is None:
        return []
    label = f"{graph.derivative(entry)} ="
    met = entry.sums if len(entry.sums) > 1 else []
    if math.prod(entry.shape) == 1:
        terms = " + ".join(map(wording.term, met))
        lines = [f"{label} {terms} = {wording.array(g)}" if met else f"{label} {wording.array(g)}"]
    elif wording.small(g):
        lines = wording.listing(g)
        short = len(lines) == 1 and len(label + lines[0]) < wording.WIDE
        lines = [f"{label} {lines[0]}"] if short else [label, *lines]
        lines += [f"the sum of {len(met)} paths"] if met else []
    elif show.statistics:
        lines = [f"‖grad‖ {wording.number(wording.norm(g), 3)}"]
        if met:
            norms = ", ".join(wording.number(wording.norm(part), 3) for part in met)
            lines.append(f"the sum of {len(met)} paths: {norms}")
    else:
        lines = []
    return [(Text(line, "gradient"),) for line in lines]


def carried(entry: Entry, place: int, show: Show) -> str:
    """What goes back along the edge into ``place``: local derivative times upstream, or its norm.

    ``3 · 2 = 6`` where all are single numbers.
    """
    given, up = part(entry, place), entry.gradient
    text = said(given, show)
    if not text or np.size(given) != 1 or up is None or np.size(up) != 1 or not np.all(up):
        return text
    if np.iscomplexobj(given) or not np.all(np.isfinite(up)):
        return text  # that of a conjugate is no product, and inf / inf tells nothing
    with np.errstate(all="ignore"):
        local = np.reshape(given, ()) / np.reshape(up, ())
    return f"{wording.array(np.reshape(up, ()))} · {wording.term(local)} = {text}"


def said(given, show: Show) -> str:
    """What was given, in full if small, else its norm; nothing if it is not known or not wanted."""
    if given is None or not show.paths:
        return ""
    if wording.small(given):
        return wording.array(given)
    return f"‖·‖ {wording.number(wording.norm(given), 3)}"


def part(entry: Entry, place: int):
    """What an entry gave to its input at ``place``, None where that is not known."""
    if not entry.carried or not isinstance(entry.inputs[place], int):
        return None
    return entry.carried[sum(isinstance(i, int) for i in entry.inputs[:place])]


def together(uses: list[tuple[Entry, int]]):
    """The sum of what was given at several places to one and the same entry."""
    given = [part(entry, place) for entry, place in uses]
    return sum(given) if given and all(g is not None for g in given) else None


def weighing(given, tail: Entry | None) -> Entry | None:
    """Whose gradient gives an edge its width: what goes along it, if known, else the tail's."""
    return tail if given is None or tail is None else replace(tail, gradient=given)


def mark(graph: Graph, box: Box, entries: list[Entry]):
    """Put what was found about the entries in a box on it."""
    found = [e.finding for e in entries if e.finding is not None]
    if not found or not graph.marks:
        return
    box.mark, line, tooltip = graph.marks.together(found)
    box.tooltip = f"{box.tooltip}\n{tooltip}"
    if line and box.outline == "circle":
        line = f"{box.cells[0].lines[0][0].text}: {line}"
        box.cells = [Cell([(Text(line, "mark"),)])]
    elif line:
        box.cells.insert(0, Cell([(Text(line, "mark"),)]))


def unknown(graph: Graph, entry: Entry) -> str:
    """What to say where there is no gradient to show; never 0."""
    lost = entry.op and graph.differentiated
    return "gradient: not kept" if lost else "gradient: not computed"


def constant(box_id: str, item: Constant, show: Show) -> Box:
    """A dashed box: no gradient flows there.  With a name it is data, an input."""
    kind, outline = ("input", "rounded") if item.name else ("constant", "box")
    lines = title(item, show)
    if item.turns:
        lines.append((Text(f"{wording.TIMES}{item.turns}, one per turn", "shape"),))
    return Box(
        box_id,
        kind,
        outline,
        [Cell(lines)],
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
    elif not entry.op:
        lines.append("value: gone; nobody holds this leaf any more")
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


def statistics(boxes: list[Box]) -> list[Line]:
    """What the legend says of ``0.1 ± 2``, where there is one."""
    runs = (run for box in boxes for c in box.cells for line in c.lines for run in line)
    if any("±" in run.text for run in runs):
        return [(Text("large arrays: mean ± standard deviation", "shape"),)]
    return []


def notes(graph: Graph, show: Show, value: str, gradient: str) -> list[Line]:
    """The legend in words: ``value``, ``gradient`` say where these are written."""
    lines = []
    if show.gradients and graph.differentiated:
        runs = [Text(value, "shape")] if show.values and value else []
        runs += [Text(gradient, "gradient"), Text("; wider arrow: larger gradient", "shape")]
        lines.append(tuple(runs))
        if show.paths:
            why = "on an arrow: what goes back along it, gradient · local derivative"
            lines.append((Text(why, "gradient"),))
        without = [e for e in graph.entries if e.gradient is None and e.size]
        if any(not e.exact for e in graph.entries if e.gradient is not None):
            why = "grad: as .grad has it, maybe from several backward passes or another output"
            lines.append((Text(why, "shape"),))
        if without:
            lines.append((Text(f"where none is written: {unknown(graph, without[-1])}", "shape"),))
    elif show.gradients:
        root = graph.root
        of = wording.clipped(root.name or "output") if root.size == 1 else "loss"
        why = f"gradient: not computed; {of}.backward() computes it"
        lines.append((Text(why, "shape"),))
    return lines + [(Text(note, "shape"),) for note in graph.notes]
