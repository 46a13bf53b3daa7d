"""The page of a stepper: one HTML text with the picture, the steps and a little JavaScript."""

import html
import json
import math
from functools import cache
from importlib import resources
from xml.etree import ElementTree

from autograd.draw.drawing import LEGIBLE
from autograd.draw.model import Picture
from autograd.draw.stepper.picture import touched
from autograd.draw.stepper.steps import Step
from autograd.draw.theme import DARK, LIGHT

PICTURE = 460  # pixels that the picture may be high; a higher one scrolls
BAR, LINE = 130, 22  # pixels of the buttons, and of a line of text


def page(title: str, svg: str, steps: list[Step], picture: Picture, theme: str) -> str:
    """A whole page.  ``theme``: light, dark, or auto, as where it is shown."""
    most = max(len(step.lines) for step in steps) + 1
    buttons = "".join(
        f'<button type="button" id="{key}" title="{hint}">{label}</button>'
        for key, label, hint in (
            ("first", "First", "Home"),
            ("back", "Back", "arrow left"),
            ("play", "Play", "space"),
            ("next", "Next", "arrow right"),
            ("last", "Last", "End"),
        )
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en" class="{theme}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_file('stepper.css')}{_dark()}</style>"
        "<noscript><style>.bar,.now{display:none}</style></noscript></head>\n<body>"
        f'<div class="picture" tabindex="0" role="group" aria-label="The graph" '
        f'style="--least:{LEGIBLE * size(svg)[0]:.0f}px">{svg}</div>\n'
        f'<div class="bar" role="group" aria-label="Steps">{buttons}'
        f'<input type="range" id="slider" min="0" max="{len(steps) - 1}" value="0" '
        'aria-label="Step"><output id="count" for="slider"></output></div>\n'
        f'<div class="now" id="now" role="status" aria-live="polite" aria-atomic="true" '
        f'style="min-height:{most * LINE}px"></div>\n'
        '<details class="all" id="all"><summary>All steps as text</summary>'
        f"{listed(steps)}</details>\n"
        f'<script type="application/json" id="data">{_json(steps, picture)}</script>\n'
        f"<script>{_file('stepper.js')}</script></body></html>\n"
    )


def listed(steps: list[Step]) -> str:
    """All steps as an HTML list."""
    items = (
        f"<li><b>{html.escape(s.title)}</b><br/>{'<br/>'.join(map(html.escape, s.lines))}</li>"
        for s in steps
    )
    return f"<ol>{''.join(items)}</ol>"


def height(svg: str, steps: list[Step]) -> int:
    """How high the page will be about; where it may, it corrects this itself."""
    most = max(len(step.lines) for step in steps) + 1
    return math.ceil(min(size(svg)[1], PICTURE) + BAR + most * LINE)


def size(svg: str) -> tuple[float, float]:
    """Width and height of a picture."""
    of = {side: svg.split(f'{side}="', 1)[1].split('"', 1)[0] for side in ("width", "height")}
    return float(of["width"]), float(of["height"])


def mark(root: ElementTree.Element):
    """Give the text of values and gradients in nodes a class, by its colour, to show it in time."""
    of_gradient = {LIGHT.gradient, DARK.gradient}
    of_value = {LIGHT.text, DARK.text}
    for group in root.iter("g"):
        kinds = group.get("class", "").split()
        if kinds[:1] != ["node"] or not group.get("id", "").startswith("n"):
            continue
        for text in group.iter("text"):
            for run in list(text.iter("tspan")) or [text]:
                if run.get("fill") in of_gradient:
                    run.set("class", "gradient")
                elif run.get("fill") in of_value and run.get("font-weight") != "bold":
                    run.set("class", "value")


def _json(steps: list[Step], picture: Picture) -> str:
    """The steps for the page, by the ids of boxes and edges; safe inside a script element."""
    constants = {edge.id for edge in picture.edges if edge.dashed}
    found = []
    for step in steps:
        boxes, edges = touched(picture, step.at) if step.at is not None else ([], [])
        if step.phase == "backward":
            edges = [e for e in edges if e not in constants]
            boxes += [f"n{k}" for k in step.gradients]
        if step.phase == "start":
            boxes = [f"n{k}" for k in step.values]
        found.append(
            {
                "phase": step.phase,
                "title": step.title,
                "lines": step.lines,
                "boxes": list(dict.fromkeys(boxes)),
                "edges": edges,
                "values": [f"n{k}" for k in step.values],
                "gradients": {f"n{k}": v for k, v in step.gradients.items()},
                "waiting": {f"n{k}": v for k, v in step.waiting.items()},
            }
        )
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    escaped = {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
    return "".join(escaped.get(c, c) for c in text)


def _dark() -> str:
    """CSS that turns the light colours of the picture dark."""
    pairs = dict(zip(LIGHT.colors(), DARK.colors(), strict=True))
    return "".join(
        f'.dark [{what}="{light}"]{{{what}:{dark}}}'
        for light, dark in pairs.items()
        for what in ("fill", "stroke")
    )


@cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
