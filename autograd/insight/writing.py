"""Formulas as LaTeX and as plain text."""

import re

from autograd.insight.algebra import Formula, negative

SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly a piece of text holds together
GREEK = re.findall(
    r"\w+",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega",
)
LATEX_NAMES = {  # what LaTeX has a command for
    "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh",
    "tanh": r"\tanh", "log": r"\log", "exp": r"\exp", "max": r"\max", "min": r"\min",
    "arcsin": r"\arcsin", "arccos": r"\arccos", "arctan": r"\arctan", "det": r"\det",
    "sigmoid": r"\sigma", "sum": r"\sum",
}  # fmt: skip


class Writer:
    """Text of formulas; ``latex`` or plain."""

    def __init__(self, latex: bool):
        self.latex = latex

    def write(self, f: Formula, level: int = SUM) -> str:
        """``f`` as text, in parentheses where it does not hold together as tightly as asked."""
        text, own = self._written(f)
        return text if own >= level else self._parentheses(text)

    def _written(self, f):
        if f.kind == "number":
            text = self.number(f.value)
            return text, SUM if text.startswith("-") else ATOM
        if f.kind == "symbol":
            return self.name(f.name), ATOM
        if f.kind == "sum":
            return self._sum(f), SUM
        if f.kind == "product":
            return self._product(f)
        return self._call(f)

    def _sum(self, f):
        text = ""
        for k, part in enumerate(f.parts):
            piece = self.write(part, PRODUCT if k and not negative(part) else SUM)
            if k == 0:
                text = piece
            elif piece.startswith("-"):
                text += " - " + piece[1:]
            else:
                text += " + " + piece
        return text

    def _product(self, f):
        sign = "-" if not isinstance(f.value, complex) and f.value < 0 else ""
        value = -f.value if sign else f.value
        top = [(b, p) for b, p in zip(f.parts, f.powers, strict=True) if p > 0]
        bottom = [(b, -p) for b, p in zip(f.parts, f.powers, strict=True) if p < 0]
        over = isinstance(value, complex) or value == 1 or not bottom or float(1 / value) % 1 != 0
        if not over and value < 1:  # 0.5 / x is 1 / (2 x)
            above, below = self._factors(1, top), self._factors(1 / value, bottom)
        else:
            above, below = self._factors(value, top), self._factors(1, bottom)
        if not bottom:
            if value == 1 and len(top) == 1 and not sign:
                return self._power(*top[0]), POWER
            if self.latex and value == 1 and len(top) == 1:
                above = self._power(*top[0])
            return sign + above, SUM if sign else PRODUCT
        if self.latex:
            return rf"{sign}\frac{{{above}}}{{{below}}}", SUM if sign else PRODUCT
        many = len(bottom) + (not over and value < 1) > 1
        below = f"({below})" if many else below
        return f"{sign}{above} / {below}", SUM if sign else PRODUCT

    def _factors(self, value, pairs):
        """A product without division; one factor alone needs no parentheses in a fraction."""
        pieces = [(self.number(value), False)] if value != 1 or not pairs else []
        arrays = [b for b, _ in pairs if b.shape not in ((), (1,))]
        outer = len(arrays) == 2 and _is_outer(*arrays)
        if self.latex and not pieces and len(pairs) == 1 and pairs[0][1] == 1:
            return self.write(pairs[0][0])  # alone in a fraction
        pieces += [(self._power(b, p), b in arrays and not outer) for b, p in pairs]
        if outer and len(arrays[1].shape) == 1 and pairs[-1] == (arrays[1], 1):
            up = r"^\top" if self.latex else "^T"
            pieces[-1] = (self.write(arrays[1], ATOM) + up, False)
        text, before = pieces[0]
        for piece, is_array in pieces[1:]:
            if before and is_array:
                text += (r" \odot " if self.latex else " * ") + piece
            elif piece[:1].isdigit():
                text += (r" \cdot " if self.latex else " * ") + piece
            else:
                text += " " + piece
            before = is_array or before
        return text

    def _power(self, b, p):
        if p == 1:
            same = b.kind == "call" and b.style == "same"
            return self.write(b.parts[0], PRODUCT) if same else self.write(b, POWER)
        if p == 0.5:
            inside = self.write(b)
            return rf"\sqrt{{{inside}}}" if self.latex else f"sqrt({inside})"
        if self.latex and b.kind == "call" and b.name in LATEX_NAMES and b.style is None:
            head, rest = LATEX_NAMES[b.name], self._arguments(b)
            return rf"{head}^{{{self.number(p)}}}{rest}"
        base, up = self.write(b, ATOM), self.number(p)
        return f"{base}^{{{up}}}" if self.latex else f"{base}^{up}"

    def _call(self, f):
        style = f.style
        if style == "same":  # another shape of the same numbers
            return self._written(f.parts[0])
        if style == "transposed":
            base = self.write(f.parts[0], ATOM)
            return (rf"{base}^\top" if self.latex else f"{base}^T"), POWER
        if style == "matmul":
            return " ".join(self.write(p, POWER) for p in f.parts), PRODUCT
        if style == "power":
            base, up = self.write(f.parts[0], ATOM), self.write(f.parts[1])
            if self.latex:
                return f"{base}^{{{up}}}", POWER
            return f"{base}^{self.write(f.parts[1], ATOM)}", POWER
        if style == "absolute":
            inside = self.write(f.parts[0])
            return (rf"\left|{inside}\right|" if self.latex else f"|{inside}|"), ATOM
        if style == "exp" and self.latex:
            return f"e^{{{self.write(f.parts[0])}}}", POWER
        if style == "index":
            return f"{self.write(f.parts[0], ATOM)}[{f.name}]", ATOM
        if self.latex:
            return self._head(f.name) + self._arguments(f), POWER
        return f.name + self._arguments(f), ATOM

    def _head(self, name):
        found = re.fullmatch(r"(\w+?)_(-?\d+)", name)
        if found:
            return f"{self._head(found[1])}_{{{found[2]}}}"
        return LATEX_NAMES.get(name) or rf"\operatorname{{{_escaped(name)}}}"

    def _arguments(self, f):
        inside = ", ".join(self.write(p) for p in f.parts)
        return rf"\left({inside}\right)" if self.latex else f"({inside})"

    def _parentheses(self, text):
        return rf"\left({text}\right)" if self.latex else f"({text})"

    def number(self, v) -> str:
        """A number with six digits."""
        if isinstance(v, complex):
            return f"({v:.6g})"
        if float(v).is_integer() and abs(v) < 1e15:
            return str(int(v))
        text = f"{v:.6g}"
        if self.latex and "e" in text:
            digits, exponent = text.split("e")
            return rf"{digits} \cdot 10^{{{int(exponent)}}}"
        return text

    def name(self, name: str) -> str:
        """A variable: ``w1`` is w with index 1, a word is upright, Greek letters are letters."""
        if not self.latex:
            return name
        stem, _, rest = name.partition("_")
        found = re.fullmatch(r"([A-Za-z]+)(\d+)", stem)
        index = rest
        if found:
            stem, index = found[1], ", ".join(x for x in (found[2], rest) if x)
        if stem.lower() in GREEK and stem.isalpha():
            stem = "\\" + (stem if stem[0].islower() else stem.capitalize())
        elif len(stem) > 1 or not stem.isalpha():
            stem = rf"\mathrm{{{_escaped(stem)}}}"
        if not index:
            return stem
        if len(index) > 1 and not index.isdigit() and "," not in index:
            index = rf"\mathrm{{{_escaped(index)}}}"
        return f"{stem}_{{{index}}}"


def _is_outer(a, b) -> bool:
    """Whether a product is that of a column with a row: a bᵀ."""
    column = len(a.shape) == 2 and a.shape[1] == 1
    return column and (len(b.shape) == 1 or (len(b.shape) == 2 and b.shape[0] == 1))


def _escaped(text: str) -> str:
    return re.sub(r"([_&%$#{}])", r"\\\1", text).replace("^", r"\hat{}")
