"""SVG of a picture in our own layout: what is drawn where there is no Graphviz."""

import itertools
import math
from xml.etree.ElementTree import Element, SubElement

from autograd.draw import layout
from autograd.draw.dot import SIZES
from autograd.draw.model import Box, Cell, Cluster, Edge, Line, Picture, Text
from autograd.draw.theme import Theme

MOST = 150  # boxes: beyond, crossings make the picture unreadable
PAGE, PAD, MARGIN = 12.0, 8.0, 3.0  # around the drawing, in a box, around a framed cell
LEADING = 1.25  # line height in font sizes
NARROW = {**dict.fromkeys("ijl|'", 0.23), **dict.fromkeys(" ftI.,:;!/\\[]()r-", 0.32)}
WIDTHS = NARROW | dict.fromkeys("mwMW@%", 0.9)  # in font sizes; capitals 0.7, others 0.56


def svg(picture: Picture, theme: Theme, direction: str) -> Element:
    """An ``<svg>`` with a ``<g>`` for every box and every edge, as Graphviz makes it."""
    sizes = [_size(box) for box in picture.boxes]
    across = direction == "TB"  # then x is across the flow
    at = {box.id: k for k, box in enumerate(picture.boxes)}
    edges = []
    forward = [e for e in picture.edges if not e.back]
    for e in forward:
        room = max((_width(line) for line in _said(e)), default=0.0)
        edges.append((at[e.tail], at[e.head], 0.0 if across else room))
    places, routes = layout.layered([s[::-1] if across else s for s in sizes], edges)
    if across:
        places, routes = [p[::-1] for p in places], [[p[::-1] for p in r] for r in routes]

    root = Element("svg")
    legend, legend_size = _legend(picture, theme)
    corners = [(p[0] + sign * s[0] / 2, p[1] + sign * s[1] / 2)
               for p, s in zip(places, sizes, strict=True) for sign in (-1, 1)]  # fmt: skip
    corners += [point for route in routes for point in route]
    left, top = (min(c[k] for c in corners) - PAGE for k in (0, 1))
    width = max(max(c[0] for c in corners) - left, legend_size[0] + PAGE) + PAGE
    height = max(c[1] for c in corners) - top + PAGE + legend_size[1] + PAGE
    root.set("viewBox", f"0 0 {width:.0f} {height:.0f}")

    graph = SubElement(root, "g", transform=f"translate({-left:.1f} {-top:.1f})")
    spots = {b.id: (*p, *s) for b, p, s in zip(picture.boxes, places, sizes, strict=True)}
    for cluster in picture.clusters:
        _draw_cluster(graph, cluster, spots, theme)
    for edge, route in zip(forward, routes, strict=True):
        _draw_edge(graph, edge, route, theme, across)
    for edge in picture.edges:
        if edge.back:
            _draw_edge(graph, edge, _around(spots[edge.tail], spots[edge.head]), theme, False)
    for box, place, size in zip(picture.boxes, places, sizes, strict=True):
        _draw_box(graph, box, place, size, theme)
    legend.set("transform", f"translate({PAGE} {height - legend_size[1] - PAGE / 2:.1f})")
    root.append(legend)
    return root


# -- text -----------------------------------------------------------------------------------------


def _width(line: Line) -> float:
    total = 0.0
    for run in line:
        units = sum(WIDTHS.get(c, 0.7 if c.isupper() else 1 if ord(c) > 0x2E80 else 0.56)
                    for c in run.text)  # fmt: skip
        total += units * SIZES.get(run.role, 13) * (1.08 if run.role == "name" else 1)
    return total


def _height(line: Line) -> float:
    return max(SIZES.get(run.role, 13) for run in line) * LEADING


def _write(parent, line: Line, x, y, theme, centred=True, size=None):
    """A line of text whose baseline is at ``y``."""
    anchor = "middle" if centred else "start"
    text = SubElement(parent, "text", {"x": _n(x), "y": _n(y), "text-anchor": anchor})
    for run in line:
        span = SubElement(text, "tspan", fill=theme.ink(run.role))
        span.set("font-size", str(size or SIZES.get(run.role, 13)))
        if run.role == "name":
            span.set("font-weight", "bold")
        span.text = run.text.replace("  ", " \N{NO-BREAK SPACE}")  # of two, browsers drop one
    return text


def _n(x) -> str:
    return f"{x:.1f}"


# -- boxes ----------------------------------------------------------------------------------------


def _cell_size(cell: Cell) -> tuple[float, float]:
    frame = 2 * MARGIN if cell.kind else 0.0
    width = max(map(_width, cell.lines), default=0.0) + 2 * frame
    return width, sum(map(_height, cell.lines)) + 2 * frame


def _size(box: Box) -> tuple[float, float]:
    cells = [_cell_size(cell) for cell in box.cells]
    width = max((w for w, _ in cells), default=0.0) + 2 * PAD
    height = sum(h for _, h in cells) + PAD
    if box.outline == "circle":
        return max(30.0, width * 1.2), 30.0
    return width + (PAD if box.outline == "tag" else 0), height


def _draw_box(parent, box: Box, place, size, theme: Theme):
    group = SubElement(parent, "g", {"id": box.id, "class": f"node {box.kind}"})
    if box.tooltip:
        SubElement(group, "title").text = box.tooltip
    (x, y), (w, h) = place, size
    look = theme.look(box.kind, box.mark)
    shape = _outline(group, box.outline, x, y, w, h)
    shape.attrib |= {"fill": look.fill, "stroke": look.border}
    if box.kind == "output":
        shape.set("stroke-width", "2")
    if box.dashed:
        shape.set("stroke-dasharray", "5,3")
    centred = not (box.kind == "operation" and box.outline == "box")
    top = y - sum(_cell_size(cell)[1] for cell in box.cells) / 2
    for cell in box.cells:
        _draw_cell(group, cell, x, top, w - 2 * PAD, theme, centred)
        top += _cell_size(cell)[1]


def _outline(group, outline, x, y, w, h):
    left, right, top, bottom = x - w / 2, x + w / 2, y - h / 2, y + h / 2
    if outline == "circle":
        return SubElement(group, "ellipse", cx=_n(x), cy=_n(y), rx=_n(w / 2), ry=_n(h / 2))
    if outline == "tag":
        corners = [(left, top), (right - PAD, top), (right, y), (right - PAD, bottom),
                   (left, bottom)]  # fmt: skip
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
        return SubElement(group, "polygon", points=points)
    corner = "8" if outline == "rounded" else "0"
    box = {"x": _n(left), "y": _n(top), "width": _n(w), "height": _n(h), "rx": corner}
    return SubElement(group, "rect", box)


def _draw_cell(group, cell: Cell, x, top, width, theme: Theme, centred):
    frame = MARGIN if cell.kind else 0.0
    if cell.kind:
        look = theme.kinds[cell.kind]
        box = {"x": x - width / 2, "y": top + frame, "width": width,
               "height": _cell_size(cell)[1] - 2 * frame}  # fmt: skip
        rect = SubElement(group, "rect", {k: _n(v) for k, v in box.items()})
        rect.attrib |= {"fill": look.fill, "stroke": look.border}
        if cell.kind == "constant":
            rect.set("stroke-dasharray", "5,3")
    y = top + 2 * frame
    for line in cell.lines:
        y += _height(line)
        start = x if centred else x - width / 2 + 2 * frame
        _write(group, line, start, y - 0.3 * _height(line), theme, centred)


# -- edges and legend -----------------------------------------------------------------------------


def _draw_edge(parent, edge: Edge, route, theme: Theme, across):
    """A smooth curve through the route, along the flow at every point of it, and an arrowhead."""
    color = theme.kinds["operation"].border
    group = SubElement(parent, "g", {"id": edge.id, "class": "edge"})
    tip = 6 + edge.width
    (x, y), back = route[-1], (0, tip) if across else (tip, 0)
    points = [*route[:-1], (x - back[0], y - back[1])]
    path = f"M{_n(points[0][0])},{_n(points[0][1])}"
    for (a, b), (c, d) in itertools.pairwise(points):
        bend = (a, (b + d) / 2, c, (b + d) / 2) if across else ((a + c) / 2, b, (a + c) / 2, d)
        path += "C{},{} {},{} {},{}".format(*map(_n, (*bend, c, d)))
    line = SubElement(group, "path", d=path, fill="none", stroke=color)
    line.set("stroke-width", str(edge.width))
    if edge.dashed:
        line.set("stroke-dasharray", "5,3")
    side = 3 + edge.width / 2
    half = (side, 0) if across else (0, side)
    corners = [(x, y), *((x - back[0] + s * half[0], y - back[1] + s * half[1]) for s in (-1, 1))]
    SubElement(
        group, "polygon", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in corners), fill=color
    )
    (a, b), (c, d) = points[1:3] if edge.back else points[:2]
    said = _said(edge)
    for k, line_of_text in enumerate(said):
        lift = 12 * (len(said) - 1 - k)
        shift = (_width(line_of_text) / 2 + 4, 3 - lift) if across else (0, -5 - lift)
        text = _write(group, line_of_text, (a + c) / 2 + shift[0], (b + d) / 2 + shift[1], theme)
        text.attrib |= {"stroke": theme.page, "stroke-width": "4", "paint-order": "stroke"}


def _said(edge: Edge) -> list[Line]:
    """The lines of text on an edge."""
    texts = ((edge.label, "shape"), (edge.carried, "gradient"))
    return [(Text(text, role),) for text, role in texts if text]


def _around(tail, head) -> list[tuple[float, float]]:
    """The way of an edge back: out of the bottom, below both, into the bottom."""
    low = max(tail[1] + tail[3] / 2, head[1] + head[3] / 2) + 14
    return [
        (tail[0] + tail[2] / 2, tail[1]),
        (tail[0] + tail[2] / 2 + 6, low),
        (head[0] - head[2] / 2 - 10, low),
        (head[0] - head[2] / 2, head[1]),
    ]


def _draw_cluster(parent, cluster: Cluster, spots, theme: Theme):
    """A frame around boxes; none where it would go around others, too."""
    inside = cluster.inside()
    sides = [_extent(*spots[box]) for box in inside]
    left, right = min(s[0] for s in sides) - 9, max(s[1] for s in sides) + 9
    top, bottom = min(s[2] for s in sides) - 22, max(s[3] for s in sides) + 9
    others = [_extent(*spot) for box, spot in spots.items() if box not in set(inside)]
    if not any(a < right and b > left and c < bottom and d > top for a, b, c, d in others):
        group = SubElement(parent, "g", {"id": cluster.id, "class": "cluster"})
        box = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        frame = SubElement(group, "rect", {k: _n(v) for k, v in box.items()})
        frame.attrib |= {"fill": "none", "stroke": theme.frame, "stroke-dasharray": "5,3"}
        _write(group, (Text(cluster.title, "shape"),), left + 5, top + 13, theme, centred=False)
    for inner in cluster.clusters:
        _draw_cluster(parent, inner, spots, theme)


def _extent(x, y, width, height) -> tuple[float, float, float, float]:
    """Left, right, top and bottom."""
    return x - width / 2, x + width / 2, y - height / 2, y + height / 2


def _legend(picture: Picture, theme: Theme):
    """The legend as a group at the origin, and its size."""
    group, x = Element("g", {"class": "legend"}), 0.0
    for kind, dashed in [*picture.kinds.items(), *((mark, False) for mark in picture.marks)]:
        width = 0.8 * _width((Text(kind),)) + 12
        look = theme.marks.get(kind) or theme.kinds[kind]
        box = {"x": _n(x), "y": "0", "width": _n(width), "height": "16", "rx": "5"}
        swatch = SubElement(group, "rect", box, fill=look.fill, stroke=look.border)
        if dashed:
            swatch.set("stroke-dasharray", "5,3")
        _write(group, (Text(kind),), x + width / 2, 11.5, theme, size=10)
        x += width + 5
    y = 16.0
    for line in picture.notes:
        y += 14
        _write(group, line, 0, y, theme, centred=False, size=10)
        x = max(x, _width(line))
    return group, (math.ceil(x), y + 4)
