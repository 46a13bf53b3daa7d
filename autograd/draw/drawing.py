"""Drawing: a picture of a graph as it was, that shows itself in a notebook and saves to a file."""

import html
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.draw import render
from autograd.draw.dot import dot
from autograd.draw.model import Picture
from autograd.draw.theme import THEMES

DPI = 192  # of PNG files: sharp on a projector
LEGIBLE = 0.6  # a notebook narrower than this share of a picture scrolls it
LARGEST = 1_000_000  # characters of SVG that a notebook is given


class Drawing:
    """What `draw` returns.  It holds text only, nothing of the graph.

    Attributes
    ----------
    dot : str
        The graph in Graphviz's language; needs no program.
    svg : str
        The picture, by ``dot``, by graphviz-pure, or (up to 150 boxes) by a layout of our own.
    """

    def __init__(self, picture: Picture, title: str, table: str, direction: str, theme: str):
        self._picture, self._title, self._table = picture, title, table
        self._direction, self._theme = direction, theme

    def __repr__(self):
        return f"<Drawing of {self._title}>" + (f"\n{self._table}" if self._table else "")

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            raise AttributeError(
                f"a Drawing has no attribute {name!r}: a notebook shows it as the last line of a "
                'cell, a script saves it, drawing.save("graph.svg")'
            )

    @property
    def dot(self) -> str:
        """The graph as DOT text."""
        return dot(self._picture, THEMES[self._theme], self._direction)

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text.

        Raises
        ------
        RenderError
            No Graphviz, and too large for our own layout.
        """
        from autograd.draw import svg  # with XML: not before it is needed

        root = render.picture(self._picture, THEMES[self._theme], self._direction)
        return svg.finished(root, self._title, self._theme)

    def save(self, path) -> Path:
        """Write ``.svg``, ``.png``, ``.html`` or ``.dot``, whole or not at all; returns the path.

        Raises
        ------
        ValueRangeError
            Another suffix.
        RenderError
            No program that can draw it: PNG needs Graphviz.
        """
        return render.save(
            path,
            "a drawing",
            dot=lambda: self.dot,
            html=self._page,
            png=self._png,
            svg=lambda: self.svg,
        )

    def _png(self) -> bytes:
        text = dot(self._picture, THEMES[self._theme], self._direction, DPI)
        return render.graphviz(text, "png")

    def _page(self) -> str:
        """A page of its own, with the picture in it."""
        theme = THEMES[self._theme]
        dark = f"@media (prefers-color-scheme: dark){{body{{background:{THEMES['dark'].page}}}}}"
        return (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>{html.escape(self._title)}</title><style>body{{margin:1em;"
            f"background:{theme.page}}}{dark if self._theme == 'auto' else ''}</style></head>\n"
            f"<body>\n{self.svg}</body></html>\n"
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        """SVG, HTML and text for notebooks; without a program to draw, text and what to do."""
        try:
            if len(self.svg) > LARGEST:
                size = f"{len(self.svg) / 1e6:.1f} MB of SVG are too much for a notebook"
                return {"text/plain": f'{self!r}\n{size}: use .save("graph.svg")'}
            return {
                "text/plain": repr(self),
                "image/svg+xml": self.svg,
                "text/html": self._embedded(),
            }
        except Exception as e:  # a repr never raises
            return {"text/plain": f"{self!r}\n{str(e).strip() or render.HINT}"}

    def _embedded(self) -> str:
        """The picture inside a notebook.

        An ``<object>`` keeps ids and styles apart from other drawings and shows tooltips; where a
        notebook is not trusted it is stripped, and the ``<img>`` inside it is what remains.
        """
        import base64

        data = "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()
        width = float(self.svg.split('width="', 1)[1].split('"', 1)[0])
        style = f"width:100%;min-width:{LEGIBLE * width:.0f}px;max-width:{width:.0f}px"
        return (
            f'<div style="overflow-x:auto"><object type="image/svg+xml" data="{data}" '
            f'style="{style}"><img src="{data}" alt="{html.escape(self._title)}" '
            f'style="{style}"/></object></div>'
        )
