"""What `nn.summary` returns: rows to compute with, shown as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd import tables
from autograd.errors import IndexRangeError

if TYPE_CHECKING:
    from fractions import Fraction

    Number = int | Fraction
else:
    Number = object  # so that `import nn` stays quick


@dataclass(frozen=True)
class ReceptiveField:
    """The part of the input that one element of an output sees, per spatial axis.

    Element i sees the positions ``start + i stride`` to ``start + i stride + size - 1``; those
    below 0 or beyond the input lie in the padding.

    Attributes
    ----------
    size : tuple of int
        Length of the part.
    stride : tuple of int or None
        How far the parts of neighbours lie apart; None where all elements see the same.  A
        fraction where the output is larger than the input, as after a transposed convolution;
        negative after a flip.
    start : tuple of int
        Where the part of the first element starts.
    """

    size: tuple[Number, ...]
    stride: tuple[Number | None, ...]
    start: tuple[Number, ...]

    def of(self, *place: int) -> tuple[slice, ...]:
        """What the element at this place sees, as slices of the input, without the padding.

        The end may lie beyond the input, which slicing ignores.

        Examples
        --------
        >>> ReceptiveField((5, 5), (2, 2), (-2, -2)).of(0, 3)
        (slice(0, 3, None), slice(4, 9, None))
        """
        if len(place) != len(self.size):
            raise IndexRangeError(
                f"ReceptiveField.of: expected {len(self.size)} places, got {len(place)}: {place}"
            )
        slices = []
        for i, size, stride, start in zip(place, self.size, self.stride, self.start, strict=True):
            low = start + i * (stride or 0)
            slices.append(slice(max(int(-(-low // 1)), 0), max(int((low + size) // 1), 0)))
        return tuple(slices)


@dataclass(frozen=True)
class Row:
    """One run of a layer, or what a composite module computes between its layers.

    Attributes
    ----------
    name : str
        Path of the module: 'layer1.0.conv1'.
    kind : str
        The layer's class, or the names of the operations: 'add'.
    output : tuple of int
        Shape of the (first) output for one example, without the batch axis; with the first axis
        where other things than examples stand there, as the frames of a video.
    parameters : int
        Numbers of the layer that no row above has counted, trained or frozen.
    multiply_adds : int
        For one example.
    memory : int
        Bytes of the output for one example.
    field : ReceptiveField or None
        None where the input has no spatial axes, or the output does not depend on it.
    is_reused : bool
        The layer's parameters were counted in a row above.
    is_view : bool
        The output is the input's memory in another shape; it is not in the sum of the memory.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    parameters: int
    multiply_adds: int
    memory: int
    field: ReceptiveField | None
    is_reused: bool = False
    is_view: bool = False


class Summary:
    """The rows of a network and their sums; prints as a table, and shows itself in a notebook.

    Attributes
    ----------
    rows : list of Row
    parameters, trained : int
        Of the whole model, each once; how many of them require grad.
    multiply_adds : int
    memory : int
        Bytes of all outputs, views not counted.
    notes : list of str
        What the table leaves out.
    """

    def __init__(self, title, rows, parameters, trained, notes):
        self.title, self.rows, self.notes = title, rows, notes
        self.parameters, self.trained = parameters, trained
        self.multiply_adds = sum(row.multiply_adds for row in rows)
        self.memory = sum(row.memory for row in rows if not row.is_view)

    def __getitem__(self, name: str) -> Row:
        """The row of a layer by its path, the first one where it ran several times."""
        for row in self.rows:
            if row.name == name:
                return row
        raise IndexRangeError(
            f"summary: no layer {name!r} has a row; there are "
            + ", ".join(dict.fromkeys(row.name for row in self.rows[:20]))
            + (", ..." if len(self.rows) > 20 else "")
        )

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        head = ["Layer", "Type", "Output", "Parameters", "Multiply-adds", "Memory"]
        with_fields = any(row.field for row in self.rows)
        if with_fields:
            head += ["Field", "Stride", "Start"]
        return head, [_cells_of(row, with_fields) for row in self.rows]

    def _sums(self) -> list[str]:
        frozen = self.parameters - self.trained
        trained = f" ({self.trained:,} trained, {frozen:,} frozen)" if frozen else ""
        return [
            f"{self.parameters:,} parameters{trained}",
            f"{self.multiply_adds:,} multiply-adds for one example",
            f"{size_of(self.memory)} of outputs for one example",
        ]

    def __str__(self):
        head, rows = self._cells()
        texts = tables.lines([head, *rows], right=range(2, len(head)))
        rule = "-" * len(texts[0])
        return "\n".join(
            [self.title, rule, texts[0], rule, *texts[1:], rule, *self._sums(), *self.notes]
        )

    __repr__ = __str__

    def _repr_html_(self):
        import html

        head, lines = self._cells()

        def line(cells, tag):
            return "".join(
                f'<{tag} style="text-align:{"left" if k < 2 else "right"};padding:2px 8px;'
                f'white-space:nowrap">{html.escape(c)}</{tag}>'
                for k, c in enumerate(cells)
            )

        body = "".join(f"<tr>{line(cells, 'td')}</tr>" for cells in lines)
        below = "<br>".join(html.escape(text) for text in (*self._sums(), *self.notes))
        return (
            f"<table><caption>{html.escape(self.title)}</caption>"
            f"<thead><tr>{line(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>{below}</p>"
        )


def _cells_of(row: Row, with_fields: bool) -> list[str]:
    cells = [
        row.name or "(all)",
        row.kind,
        "×".join(map(str, row.output)) or "1",
        "again" if row.is_reused else f"{row.parameters:,}",
        f"{row.multiply_adds:,}",
        size_of(row.memory),
    ]
    if with_fields:
        f = row.field
        cells += [_axes(f.size), _axes(f.stride), _axes(f.start)] if f else [""] * 3
    return cells


def _axes(values) -> str:
    """One number where all axes agree."""
    texts = ["all" if v is None else f"{float(v):.4g}" if v % 1 else str(v) for v in values]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)


def size_of(n: int) -> str:
    """Bytes as a short text: 9.8 kB."""
    for unit in ("B", "kB", "MB"):
        if n < 1000:
            return f"{n:.0f} {unit}" if unit == "B" or n >= 100 else f"{n:.1f} {unit}"
        n /= 1000  # type: ignore[assignment]
    return f"{n:.2f} GB"
