"""Colours of the drawings, light and dark; text and fills are checked for contrast in the tests."""

from dataclasses import dataclass

from autograd.draw.marks import HOT, WARM


@dataclass(frozen=True)
class Look:
    """Fill and border of one kind of box."""

    fill: str
    border: str


@dataclass(frozen=True)
class Theme:
    """All colours of a drawing; ``kinds``: the `Look` of each kind of box; ``marks``: of findings.

    Each mark has a light or dark of its own, so that they differ without colours, too.
    """

    page: str
    text: str
    gradient: str
    shape: str  # shapes, operand numbers and the legend
    frame: str  # around modules and turns of loops
    kinds: dict[str, Look]
    marks: dict[str, Look]

    def look(self, kind: str, mark: str = "") -> Look:
        """How a box of this kind looks, with this mark on it."""
        return self.marks.get(mark) or self.kinds[kind]

    def ink(self, role: str) -> str:
        """The colour of text in this role: gradient and shape have their own."""
        special = {"gradient": self.gradient, "shape": self.shape}
        return special.get(role, self.text)

    def colors(self) -> list[str]:
        """Every colour, in one order for all themes: what translates one theme into another."""
        looks = [*self.kinds.values(), *self.marks.values()]
        boxes = [c for look in looks for c in (look.fill, look.border)]
        return [self.page, self.text, self.gradient, self.shape, self.frame, *boxes]


LIGHT = Theme(
    page="#FFFFFF",
    text="#1A1A1A",
    gradient="#B04A00",
    shape="#5C5C5C",
    frame="#8C8C8C",
    kinds={
        "input": Look("#E8F1FA", "#0072B2"),
        "parameter": Look("#FDF1D8", "#B87700"),
        "operation": Look("#F2F2F2", "#4D4D4D"),
        "folded": Look("#F6F3F8", "#7A5C8E"),
        "result": Look("#FFFFFF", "#0072B2"),
        "output": Look("#E3F4EC", "#007A56"),
        "constant": Look("#FFFFFF", "#767676"),
    },
    marks={
        "failed": Look("#FBD9D3", "#B3261E"),
        "kink": Look("#FFF3B0", "#8A6D00"),
        "unchecked": Look("#FFFFFF", "#767676"),
        "ok": Look("#E3F4EC", "#007A56"),
        HOT: Look("#FFDCB0", "#A65A00"),
        WARM: Look("#FFF0DA", "#A65A00"),
    },
)
DARK = Theme(
    page="#1E1E1E",
    text="#F2F2F2",
    gradient="#FFB071",
    shape="#B9B9B9",
    frame="#8C8C8C",
    kinds={
        "input": Look("#12324A", "#56B4E9"),
        "parameter": Look("#4A3610", "#E0A526"),
        "operation": Look("#333333", "#A6A6A6"),
        "folded": Look("#33283A", "#B79CC9"),
        "result": Look("#1E1E1E", "#56B4E9"),
        "output": Look("#0F3D2E", "#35B58C"),
        "constant": Look("#1E1E1E", "#9A9A9A"),
    },
    marks={
        "failed": Look("#5A1A14", "#FF8A7A"),
        "kink": Look("#40390C", "#E6CF4A"),
        "unchecked": Look("#1E1E1E", "#9A9A9A"),
        "ok": Look("#0F3D2E", "#35B58C"),
        HOT: Look("#5A3208", "#FFB454"),
        WARM: Look("#3A2A14", "#FFB454"),
    },
)
THEMES = {"light": LIGHT, "dark": DARK, "auto": LIGHT}


def dark_rules() -> str:
    """CSS that turns the colours of a light drawing dark where the reader prefers dark."""
    pairs = dict(zip(LIGHT.colors(), DARK.colors(), strict=True))
    rules = "".join(
        f'[{what}="{light}"]{{{what}:{dark}}}'
        for light, dark in pairs.items()
        for what in ("fill", "stroke")
    )
    return f"@media (prefers-color-scheme: dark){{{rules}}}"
