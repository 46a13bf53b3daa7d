"""From a picture to DOT, the text that Graphviz draws."""

import html
import itertools
from collections.abc import Iterator

from autograd.draw.model import Box, Cluster, Edge, Line, Picture, Text
from autograd.draw.theme import Theme

FONT = "Arial"
SIZES = {"gradient": 11, "shape": 11, "statistic": 11, "symbol": 16, "mark": 11}
TANGLED = 1500  # layers passed by edges: above, Graphviz needs minutes unless it is told to hurry
SHAPES = {
    "rounded": "shape=box",
    "box": "shape=box",
    "tag": 'shape=cds margin="0.16,0.09"',
    "circle": 'shape=ellipse width=0.4 height=0.4 margin="0.02,0"',
}


def dot(picture: Picture, theme: Theme, direction: str = "LR", dpi: int | None = None) -> str:
    """The DOT text of a picture; ``dpi`` for pixels."""
    spread = 'ranksep="0.32" nodesep="0.22"' if direction == "LR" else 'ranksep="0.34"'
    end = ":e" if direction == "LR" else ":s"
    ports = {box.id: end for box in picture.boxes if box.outline == "tag"}  # leave at the tip
    hasty = " nslimit=1 nslimit1=1 splines=line" if picture.tangle > TANGLED else ""
    side = " newrank=true" if picture.rows or picture.clusters else ""
    beside = {(a, b) for row in picture.rows for a, b in itertools.pairwise(row)}
    lines = [
        "digraph {",
        f'graph [rankdir={direction} bgcolor="{theme.page}" pad="0.15" {spread}{hasty}{side}'
        f' fontname="{FONT}" fontsize=10 labelloc=b labeljust=l'
        f"{f' dpi={dpi}' if dpi else ''}{_legend(picture, theme)}]",
        f'node [fontname="{FONT}" fontsize=13 margin="0.1,0.05" width=0.4 height=0.3]',
        f'edge [fontname="{FONT}" fontsize=10 fontcolor="{theme.shape}"'
        f' color="{theme.kinds["operation"].border}" arrowsize=0.7]',
        *_boxes(picture, theme),
        *(f"{{rank=same; {'; '.join(row)}}}" for row in picture.rows),
        *(_edge(e, ports.get(e.tail, ""), theme, beside) for e in picture.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _boxes(picture: Picture, theme: Theme) -> Iterator[str]:
    """The boxes, those in clusters inside of these."""
    texts = {box.id: _box(box, theme) for box in picture.boxes}
    framed = {box for cluster in picture.clusters for box in cluster.inside()}
    yield from (text for key, text in texts.items() if key not in framed)
    for cluster in picture.clusters:
        yield from _cluster(cluster, texts, theme)


def _cluster(cluster: Cluster, texts: dict[str, str], theme: Theme) -> Iterator[str]:
    title = _run(Text(cluster.title or " ", "shape"), theme, 11)
    yield (
        f'subgraph cluster_{cluster.id} {{\ngraph [id="{cluster.id}" style="dashed" '
        f'color="{theme.frame}" label=<{title}> labeljust=l labelloc=t margin=8]'
    )
    yield from (texts[box] for box in cluster.boxes)
    for inner in cluster.clusters:
        yield from _cluster(inner, texts, theme)
    yield "}"


def _box(box: Box, theme: Theme) -> str:
    look = theme.look(box.kind, box.mark)
    styles = ["filled"]
    if box.outline == "rounded":
        styles.append("rounded")
    if box.dashed:
        styles.append("dashed")
    return (
        f'{box.id} [id="{box.id}" class="{box.kind}" {SHAPES[box.outline]}'
        f' style="{",".join(styles)}" fillcolor="{look.fill}" color="{look.border}"'
        f" penwidth={2 if box.kind == 'output' or box.mark == 'failed' else 1}"
        f"{f' group={box.group}' if box.group else ''}"
        f" tooltip={_quoted(box.tooltip)} label=<{_cells(box, theme)}>]"
    )


def _cells(box: Box, theme: Theme) -> str:
    if box.outline == "circle":  # a table would stretch it
        return _line(box.cells[0].lines[0], theme)
    rows = []
    align = ' ALIGN="LEFT"' if box.kind == "operation" and box.outline == "box" else ""
    for cell in box.cells:
        look = theme.kinds[cell.kind] if cell.kind else None
        frame = f' BGCOLOR="{look.fill}" COLOR="{look.border}" BORDER="1"' if look else ""
        frame += ' CELLPADDING="3"' if look else ""
        dashed = ' STYLE="dashed"' if cell.kind == "constant" else ""
        text = "".join(f"{_line(line, theme)}<BR{align}/>" for line in cell.lines)
        rows.append(f"<TR><TD{align}{frame}{dashed}>{text}</TD></TR>")
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="0">{"".join(rows)}</TABLE>'
    )


def _line(line: Line, theme: Theme) -> str:
    return "".join(_run(run, theme, SIZES.get(run.role, 13)) for run in line)


def _run(run: Text, theme: Theme, size: int) -> str:
    # A backslash ends its piece: before an N in the same piece it would stand for the node's id.
    pieces = run.text.replace("\\", "\\\n").split("\n")
    texts = [html.escape(p) for p in pieces if p]  # an empty FONT is a syntax error
    if run.role == "name":
        texts = [f"<B>{text}</B>" for text in texts]
    font = f'<FONT COLOR="{theme.ink(run.role)}" POINT-SIZE="{size}">'
    return "".join(f"{font}{text}</FONT>" for text in texts)


def _edge(edge: Edge, port: str, theme: Theme, beside: set) -> str:
    style = " style=dashed" if edge.dashed else ""
    runs = [Text(f" {edge.label} ", "shape")] if edge.label else []
    runs += [Text(f" {edge.carried} ", "gradient")] if edge.carried else []
    label = f" label=<{'<BR/>'.join(_run(run, theme, 10) for run in runs)}>" if runs else ""
    if edge.straight or (edge.tail, edge.head) in beside:
        style += " weight=100"
    if edge.back:
        style += " constraint=false"
    start = f'{edge.tail}{port} -> {edge.head} [id="{edge.id}"'
    return f"{start} penwidth={edge.width}{style}{label}]"


def _legend(picture: Picture, theme: Theme) -> str:
    rows = ["".join(_run(run, theme, 10) for run in line) for line in picture.notes]
    if picture.kinds:
        cells = "".join(_swatch(kind, "", dashed, theme) for kind, dashed in picture.kinds.items())
        cells += "".join(_swatch("", mark, False, theme) for mark in picture.marks)
        swatches = f'<TABLE BORDER="0" CELLSPACING="4" CELLPADDING="2"><TR>{cells}</TR></TABLE>'
        rows.insert(0, swatches)
    if not rows:
        return ""
    lines = "".join(f'<TR><TD ALIGN="LEFT">{row}</TD></TR>' for row in rows)
    return (
        f' label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{lines}</TABLE>>'
    )


def _swatch(kind: str, mark: str, dashed: bool, theme: Theme) -> str:
    look = theme.look(kind, mark)
    style = "rounded,dashed" if dashed else "rounded"
    return (
        f'<TD BGCOLOR="{look.fill}" COLOR="{look.border}" BORDER="1" STYLE="{style}">'
        f"{_run(Text(kind or mark), theme, 10)}</TD>"
    )


def _quoted(text: str) -> str:
    """A quoted DOT string that Graphviz shows as ``text``; it reads backslashes twice."""
    lines = [html.escape(line).replace("\\", "\\" * 4) for line in text.split("\n")]
    return '"' + "\\n".join(lines) + '"'
