"""Colours of the drawings, light and dark; text and fills are checked for contrast in the tests."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """Fill and border of one kind of box."""

    fill: str
    border: str


@dataclass(frozen=True)
class Theme:
    """All colours of a drawing; ``kinds`` holds the `Look` of each kind of box."""

    page: str
    text: str
    gradient: str
    shape: str  # shapes, operand numbers and the legend
    kinds: dict[str, Look]

    def ink(self, role: str) -> str:
        """The colour of text in this role: gradient and shape have their own."""
        special = {"gradient": self.gradient, "missing": self.gradient, "shape": self.shape}
        return special.get(role, self.text)

    def colors(self) -> list[str]:
        """Every colour, in one order for all themes: what translates one theme into another."""
        kinds = [c for look in self.kinds.values() for c in (look.fill, look.border)]
        return [self.page, self.text, self.gradient, self.shape, *kinds]


LIGHT = Theme(
    page="#FFFFFF",
    text="#1A1A1A",
    gradient="#B04A00",
    shape="#5C5C5C",
    kinds={
        "input": Look("#E8F1FA", "#0072B2"),
        "parameter": Look("#FDF1D8", "#B87700"),
        "operation": Look("#F2F2F2", "#4D4D4D"),
        "result": Look("#FFFFFF", "#0072B2"),
        "output": Look("#E3F4EC", "#007A56"),
        "constant": Look("#FFFFFF", "#767676"),
    },
)
DARK = Theme(
    page="#1E1E1E",
    text="#F2F2F2",
    gradient="#FFB071",
    shape="#B9B9B9",
    kinds={
        "input": Look("#12324A", "#56B4E9"),
        "parameter": Look("#4A3610", "#E0A526"),
        "operation": Look("#333333", "#A6A6A6"),
        "result": Look("#1E1E1E", "#56B4E9"),
        "output": Look("#0F3D2E", "#35B58C"),
        "constant": Look("#1E1E1E", "#9A9A9A"),
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
