"""What `gradcheck` found, as a table."""

from dataclasses import dataclass, field

from autograd import tables


@dataclass
class Row:
    """One argument at one order: its worst element.

    ``status`` is 'ok', 'kink' (left and right derivatives differ, and the gradient lies between),
    'edge' (the function ends here), or 'FAIL'.
    """

    order: int
    argument: str
    shape: tuple
    index: tuple
    formula: float
    numeric: float
    status: str
    checked: int
    note: str = ""

    @property
    def difference(self) -> float:
        """|formula - numeric|."""
        return abs(self.formula - self.numeric)


@dataclass
class Report:
    """What `gradcheck` found; prints as a table.

    ``left_out``: the arguments that were not differentiated, because they are not floating.
    """

    function: str
    rows: list[Row] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether no row failed."""
        return all(row.status != "FAIL" for row in self.rows)

    @property
    def kinks(self) -> list[Row]:
        """The rows at a point without a derivative."""
        return [row for row in self.rows if row.status in ("kink", "edge")]

    def table(self) -> list[tuple[str, ...]]:
        """The rows as text, a heading first."""
        head: tuple[str, ...] = (
            "order",
            "argument",
            "shape",
            "checked",
            "worst at",
            "formula",
            "numeric",
            "",
        )
        return [head] + [
            (
                str(r.order), r.argument, str(r.shape), str(r.checked), str(list(r.index)),
                f"{r.formula + 0.0:.8g}", f"{r.numeric + 0.0:.8g}", f"{r.status} {r.note}".strip(),
            )
            for r in self.rows
        ]  # fmt: skip

    def __str__(self):
        lines = tables.lines(self.table())
        verdict = "all agree" if self.ok else "DISAGREES"
        title = f"gradcheck of {self.function}: {verdict} with finite differences"
        if self.left_out:
            lines.append(
                f"not differentiated, being no floating numbers: {', '.join(self.left_out)}"
            )
        return "\n".join([title, *lines])

    __repr__ = __str__

    def _repr_html_(self):
        title = str(self).partition("\n")[0]
        return tables.as_html(self.table(), title, red=lambda row: row[-1].startswith("FAIL"))
