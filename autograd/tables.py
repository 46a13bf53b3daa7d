"""Tables for the terminal and for notebooks: rows of cells, which are texts, a heading first."""

import html
from collections.abc import Container, Iterable


def lines(rows: Iterable, right: Container = ()) -> list[str]:
    """A line per row, in columns; those whose numbers are in ``right`` end at their right side."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(w) if k in right else cell.ljust(w)
            for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def as_html(rows: Iterable, title="", right: Container = (), red=lambda row: False) -> str:
    """The same as a ``<table>``; rows for which ``red(row)`` holds stand out."""
    head, *body = rows
    caption = f"<caption>{html.escape(title)}</caption>" if title else ""
    found = [f"<table>{caption}", _row(head, "th", right)]
    for row in body:
        style = ' style="color:#B00020;font-weight:bold"' if red(row) else ""
        found.append(_row(row, "td", right, style))
    return "".join([*found, "</table>"])


def _row(cells, tag, right, style="") -> str:
    side = ' style="text-align:right"'
    texts = (
        f"<{tag}{side if k in right else ''}>{html.escape(c)}</{tag}>" for k, c in enumerate(cells)
    )
    return f"<tr{style}>{''.join(texts)}</tr>"
