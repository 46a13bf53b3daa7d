"""Formulas as trees: built simplified, evaluated with NumPy, written by `writing`.

A product is kept as a number times powers of its factors, a sum as its terms, so that constants
fold, 0 and 1 disappear, and equal terms and factors meet.  Everything knows its shape: nothing is
dropped that broadcasting would miss.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import GraphError


class Formula:
    """A node of the tree.

    ``kind``: 'number' (``value``), 'symbol' (``name``), 'sum' (``parts``), 'product'
    (``value`` times ``parts`` to their ``powers``), or 'call' (``run`` of the values of ``parts``).
    ``key``: equal for equal formulas; ``size``: symbols and numbers in it; ``depth``: how many
    formulas are inside of each other.
    """

    __slots__ = (
        "kind", "parts", "powers", "name", "value", "run", "shape", "key", "size", "depth", "style"
    )  # fmt: skip
    run: "Callable | None"

    def __init__(
        self, kind, parts=(), powers=(), name="", value=None, run=None, shape=(), style=None, tag=""
    ):
        self.kind, self.parts, self.powers, self.name = kind, tuple(parts), tuple(powers), name
        self.value, self.run, self.shape, self.style = value, run, tuple(shape), style
        inside = ",".join(p.key for p in self.parts)
        self.key = f"{kind}:{name}{tag}:{value}:{self.powers}:{self.shape}({inside})"
        self.size = sum(p.size for p in self.parts) or 1
        self.depth = 1 + max((p.depth for p in self.parts), default=0)


def number(value, shape=()) -> Formula:
    """A constant, the same everywhere."""
    value = complex(value) if np.iscomplexobj(value) else float(value)
    return Formula("number", value=value, shape=shape)


def symbol(name: str, shape=()) -> Formula:
    """A variable."""
    return Formula("symbol", name=name, shape=shape)


def call(name: str, parts, run, shape, style=None, tag="") -> Formula:
    """A function of formulas; ``tag`` tells its options apart, ``style`` says how it is written."""
    return Formula("call", parts, name=name, run=run, shape=shape, style=style, tag=tag)


def _joined(formulas) -> tuple:
    return np.broadcast_shapes(*(f.shape for f in formulas))


def product(*factors: Formula) -> Formula:
    """The product, element by element."""
    shape = _joined(factors)
    value: Any = 1.0
    powers: dict[str, list] = {}
    for f in factors:
        if f.kind == "number":
            value *= f.value
            continue
        if f.kind == "product":
            value *= f.value
            pairs = list(zip(f.parts, f.powers, strict=True))
        else:
            pairs = [(f, 1)]
        for base, p in pairs:
            powers.setdefault(base.key, [base, 0])[1] += p
    kept = [(base, p) for base, p in powers.values() if p != 0]
    if value == 0 or not kept:
        return number(value, shape)
    if np.broadcast_shapes((), *(b.shape for b, _ in kept)) != shape:
        kept.append((number(1, shape), 1))
    if value == 1 and len(kept) == 1 and kept[0][1] == 1:
        return kept[0][0]
    return Formula("product", *zip(*kept, strict=True), value=value, shape=shape)


def power(base: Formula, p: float) -> Formula:
    """``base`` to a constant power."""
    p = int(p) if float(p).is_integer() else float(p)
    if p == 0:
        return number(1, base.shape)
    if p == 1:
        return base
    if base.kind == "number" and (base.value != 0 or p > 0) and (type(p) is int or base.value > 0):
        with np.errstate(all="ignore"):
            return number(np.power(base.value, float(p)), base.shape)
    if base.kind == "product" and type(p) is int:
        powers = [q * p for q in base.powers]
        value = np.power(base.value, float(p))
        return Formula("product", base.parts, powers, value=value, shape=base.shape)
    return Formula("product", [base], [p], value=1.0, shape=base.shape)


def total(*terms: Formula) -> Formula:
    """The sum, element by element."""
    shape = _joined(terms)
    constant: Any = 0.0
    counts: dict[str, list] = {}
    for t in terms:
        for part in _terms(t):
            if part.kind == "number":
                constant += part.value
                counts.setdefault("", [None, 0.0])  # where the constant stands
                continue
            value = part.value if part.kind == "product" else 1.0
            rest = part if value == 1 else _without_number(part)
            counts.setdefault(rest.key, [rest, 0.0])[1] += value
    if "" in counts:
        counts[""][1] = constant
    kept = [
        number(n) if rest is None else product(number(n), rest)
        for rest, n in counts.values()
        if n != 0
    ] or [number(0)]
    if negative(kept[0]):  # 1 - x rather than -x + 1
        first = next((k for k, f in enumerate(kept) if not negative(f)), 0)
        kept.insert(0, kept.pop(first))
    if _joined(kept) != shape:
        kept = [f for f in kept if f.kind != "number"] + [number(constant, shape)]
    return kept[0] if len(kept) == 1 else Formula("sum", kept, shape=shape)


def _without_number(f) -> Formula:
    """The factors of a product alone."""
    if f.powers == (1,) and f.parts[0].shape == f.shape:
        return f.parts[0]
    return Formula("product", f.parts, f.powers, value=1.0, shape=f.shape)


def _terms(t) -> list[Formula]:
    """The terms of a sum, also of one with a minus before it."""
    if t.kind == "sum":
        return list(t.parts)
    minus = t.kind == "product" and t.value == -1 and t.powers == (1,)
    if minus and t.parts[0].kind == "sum" and t.parts[0].shape == t.shape:
        return [product(number(-1), part) for part in t.parts[0].parts]
    return [t]


def negative(f: Formula) -> bool:
    """Whether a formula is written with a minus in front."""
    value = f.value if f.kind in ("number", "product") else 0
    return not isinstance(value, complex) and value < 0


def _raised(v, p):
    v = np.asarray(v)
    return v ** (p if v.dtype.kind in "fc" else float(p))


def evaluate(f: Formula, values: dict):
    """The value of a formula, where ``values`` has those of its symbols."""
    if f.kind == "number":
        return np.full(f.shape, f.value)[()]
    if f.kind == "symbol":
        if values.get(f.name) is None:
            raise GraphError(f"evaluate: the value of {f.name} was not kept")
        return values[f.name]
    parts = [evaluate(p, values) for p in f.parts]
    if f.kind == "sum":
        result = parts[0]
        for v in parts[1:]:
            result = result + v
        return result
    if f.kind == "product":
        result = f.value
        for v, p in zip(parts, f.powers, strict=True):
            result = result * (v if p == 1 else _raised(v, p))
        return result
    assert f.run is not None
    return f.run(*parts)
