"""Stepper: a walk as it was when it was made, that shows itself in a notebook and saves itself."""

import base64
import html
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

from autograd.draw import render, svg
from autograd.draw.model import Picture
from autograd.draw.stepper import page
from autograd.draw.stepper.steps import Step
from autograd.draw.theme import LIGHT, THEMES

LONG = 8  # boxes in a row, above which a graph is drawn from top to bottom
LINES = 100  # lines of a repr


class Stepper:
    """What `step_through` returns.  It holds text only, nothing of the graph.

    Attributes
    ----------
    steps : list of Step
        Each with ``phase``, ``title`` and ``lines``; `str` of one is its text.
    text : str
        All steps as text.
    svg : str
        The picture with all values and gradients, as after the last step.
    html : str
        A page of its own, with buttons, keys and a slider; it needs no network and no kernel.
    """

    def __init__(self, picture: Picture, steps: list[Step], direction: str, theme: str):
        self.steps = steps
        self._picture, self._theme = picture, theme
        long = len(picture.boxes) > 1 and picture.longest > LONG
        self._direction = ("TB" if long else "LR") if direction == "auto" else direction

    def __repr__(self):
        lines = self.text.splitlines()
        if len(lines) > LINES:
            more = f'... {len(lines) - LINES} more lines: .save("steps.txt")'
            lines = [*lines[:LINES], more]
        return "\n".join(lines)

    @property
    def title(self) -> str:
        """``Backprop through J in 9 steps``."""
        seed = next(step for step in self.steps if step.phase == "backward")
        root = seed.title.removeprefix("Backward starts at the output ")
        return f"Backprop through {root} in {len(self.steps)} steps"

    @property
    def text(self) -> str:
        """All steps, numbered."""
        width = len(str(len(self.steps)))
        return "\n".join(
            f"{k:>{width}}. " + str(step).replace("\n", "\n" + " " * (width - 2))
            for k, step in enumerate(self.steps, 1)
        )

    @property
    def svg(self) -> str:
        """The picture with everything in it.

        Raises
        ------
        RenderError
            No Graphviz, and too large for our own layout.
        """
        return svg.finished(self._drawn(), self.title, self._theme)

    @cached_property
    def html(self) -> str:
        """The page.

        Raises
        ------
        RenderError
            No Graphviz, and too large for our own layout.
        """
        root = self._drawn()
        page.mark(root)
        text = svg.finished(root, self.title, "light")
        return page.page(self.title, text, self.steps, self._picture, self._theme)

    def save(self, path) -> Path:
        """Write ``.html``, ``.svg`` or ``.txt``, whole or not at all; returns the path.

        Raises
        ------
        ValueRangeError
            Another suffix.
        RenderError
            No program that can draw it.
        """
        text = self.text + "\n"
        return render.save(
            path, "a walk", html=lambda: self.html, svg=lambda: self.svg, txt=lambda: text
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The page in a frame, the picture, and the steps as text."""
        try:
            return {
                "text/plain": repr(self),
                "image/svg+xml": self.svg,
                "text/html": self._embedded(),
            }
        except Exception as e:  # a repr never raises
            return {"text/plain": f"{self!r}\n{str(e).strip() or render.HINT}"}

    def _embedded(self) -> str:
        """The page in an ``<iframe>``; where that is stripped, the picture and the steps remain."""
        data = "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()
        height = page.height(self.svg, self.steps)
        return (
            f'<iframe class="chalkgrad-steps" title="{html.escape(self.title)}" '
            f'style="width:100%;height:{height}px;border:0" srcdoc="{html.escape(self.html)}">'
            "</iframe><noscript><style>.chalkgrad-steps{display:none}</style>"
            f'<img src="{data}" alt="{html.escape(self.title)}" style="max-width:100%"/>'
            f"<details><summary>{html.escape(self.title)}</summary>{page.listed(self.steps)}"
            "</details></noscript>"
        )

    def _drawn(self) -> ElementTree.Element:
        """The picture as SVG, in the light colours if the theme is the reader's."""
        theme = LIGHT if self._theme == "auto" else THEMES[self._theme]
        return render.picture(self._picture, theme, self._direction)
