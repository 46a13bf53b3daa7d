"""The derivative of one operation by finite differences, held against what its formula gives."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.insight.values import Call
from autograd.primitive import settled

EACH = 64  # elements that are all checked one by one; of larger arrays, directions
DIRECTIONS = 2
SUSPECTS = 12  # elements of a large array that are looked at when a direction disagrees
STEP, RELATIVE = 1e-6, 1e-5
ROUNDING = 50 * np.finfo(float).eps


@dataclass
class Worst:
    """An element: dS/dx by the formula and by differences, S = Re Σ cotangent · result."""

    index: tuple
    formula: float
    numeric: float


@dataclass
class Local:
    """An operation near the values it had: ``call`` in double precision, a random cotangent."""

    call: Call
    rng: Any
    results: tuple = field(init=False)
    cotangents: tuple = field(init=False)

    def __post_init__(self):
        y = self.call.result()
        self.several = type(y) is tuple
        self.results = tuple(settled(v, "audit") for v in (y if self.several else (y,)))
        self.cotangents = tuple(map(self._random, self.results))

    def _random(self, y):
        g = self.rng.standard_normal(np.shape(y))
        if y.dtype.kind == "c":
            g = g + 1j * self.rng.standard_normal(np.shape(y))
        g = np.where(np.isfinite(y), g, 0) if y.dtype.kind in "fc" else np.zeros(np.shape(y))
        g = np.asarray(g)
        g.flags.writeable = False
        return g[()]

    @property
    def settled(self):
        """The result as the engine holds it."""
        return self.results if self.several else self.results[0]

    @property
    def cotangent(self):
        """dS/d(result)."""
        return self.cotangents if self.several else self.cotangents[0]

    def input(self, k: int):
        """The value of the input number ``k``."""
        at = self.call.at[k]
        return self.call.args[at[0]][at[1]] if type(at) is tuple else self.call.args[at]

    def _moved(self, inputs: dict) -> tuple:
        """The results with other values of some inputs: {number of the input: value}."""
        args = [list(a) if type(a) is list else a for a in self.call.args]
        for k, x in inputs.items():
            at = self.call.at[k]
            place, i = (args[at[0]], at[1]) if type(at) is tuple else (args, at)
            place[i] = np.asarray(x)[()]
        y = self.call.result(args)
        return tuple(map(np.asarray, y)) if self.several else (np.asarray(y),)

    def _sides(self, directions: dict, step):
        """(left, right, rounding): one-sided derivatives of S along a direction of some inputs."""
        after, before = (
            self._moved({k: np.asarray(self.input(k)) + h * u for k, u in directions.items()})
            for h in (step, -step)
        )
        left = right = noise = 0.0
        for g, y, a, b in zip(self.cotangents, self.results, after, before, strict=True):
            moved = ((a != y) | (b != y)) & (g != 0)
            left += _real_sum(np.where(moved, g * (y - b), 0))
            right += _real_sum(np.where(moved, g * (a - y), 0))
            noise += float(np.sum(np.where(moved, np.abs(g * y) ** 2, 0)))
        return left / step, right / step, ROUNDING * noise**0.5 / step

    def _judge(self, k, direction, formula, scale):
        """(status, numeric) of the derivative along ``direction``, which the formula says to be."""
        status, numeric = "failed", np.nan
        for step in (STEP * scale, STEP * scale / 30, STEP * scale * 30):
            left, right, noise = self._sides({k: direction}, step)
            middle = (left + right) / 2
            if np.isnan(numeric):
                numeric = middle
            if not np.isfinite(middle):
                status = "kink" if np.isfinite(left) or np.isfinite(right) else "unchecked"
                continue
            allowed = RELATIVE * max(abs(middle), abs(formula), 1e-2) + noise
            gap = abs(right - left)
            if abs(formula - middle) <= allowed and gap <= 1e-3 * (1 + abs(middle)) + 2 * noise:
                return "ok", middle
            near = self._sides({k: direction}, step / 8)
            jumps = max(map(abs, near[:2])) > 4 * max(abs(left), abs(right)) + noise  # the value
            if gap > allowed and abs(near[1] - near[0]) > gap / 2:  # curvature would close it
                low, high = sorted((left, right))
                kink = jumps or low - allowed <= formula <= high + allowed
                return ("kink" if kink else "failed"), middle
            if abs(formula - middle) <= allowed:
                return "ok", middle
            if jumps:
                return "kink", middle
        return status, numeric

    def compare(self, k: int, formula) -> tuple[str, Worst | None, str]:
        """(status, worst element, note) of the formula's result for the input number ``k``."""
        x = np.asarray(self.input(k))
        if formula.shape != x.shape:
            return "failed", None, f"gives shape {formula.shape} for an input of {x.shape}"
        if x.size == 0:
            return "ok", None, ""
        if not self._all_finite and not any(map(np.any, self.cotangents)):
            return "unchecked", None, "its value is not finite"
        if x.size <= EACH:
            return self._elements(k, formula, range(x.size))
        lost = np.flatnonzero(~(np.isfinite(x) & (self._all_finite | np.isfinite(formula))))
        if lost.size:
            found = self._elements(k, formula, lost[:SUSPECTS])
            if found[0] == "failed" or lost.size == x.size:
                return found
        if all(self._direction_agrees({k: formula}, lost) for _ in range(DIRECTIONS)):
            return "ok", None, ""
        return self._elements(k, formula, self._suspects(k, formula, lost))

    def compare_all(self, formulas: list) -> list:
        """`compare` of every input; many of them together, and then the halves that disagree."""
        found: list = [("ok", None, "")] * len(formulas)
        todo, failed = [range(len(formulas))], 0
        while todo:
            part = todo.pop()
            many = len(formulas) > EACH
            if many and len(part) > 1 and self._agree({k: formulas[k] for k in part}):
                continue
            if many and failed >= SUSPECTS:
                for k in part:
                    found[k] = "unchecked", None, f"{failed} inputs before it failed"
            elif many and len(part) > 1:
                half = len(part) // 2
                todo += [part[half:], part[:half]]
            else:
                for k in part:
                    found[k] = self.compare(k, formulas[k])
                    failed += found[k][0] == "failed"
        return found

    def _agree(self, formulas: dict) -> bool:
        """Whether the formulas of these inputs are right along directions of all of them."""
        shapes = (f.shape == np.shape(self.input(k)) for k, f in formulas.items())
        if not self._all_finite or not all(shapes):
            return False
        return all(self._direction_agrees(formulas, []) for _ in range(DIRECTIONS))

    @property
    def _all_finite(self) -> bool:
        return all(np.isfinite(y).all() for y in self.results if y.dtype.kind in "fc")

    def _not_finite_by(self, k, index) -> bool:
        """Whether a result that is not finite depends on this element of input ``k``, or it is so.

        It does if it is another a step away, or where the element is 1.
        """
        x = np.asarray(self.input(k))
        if not np.isfinite(x[index]):
            return True
        if self._all_finite:
            return False
        step = STEP * max(1.0, float(abs(x[index])))
        for value in (x[index] + step, x[index] - step, 1.0):
            moved = x.copy()
            moved[index] = value
            for y, a in zip(self.results, self._moved({k: moved}), strict=True):
                if np.any(~np.isfinite(y) & (a != y) & ~(np.isnan(a) & np.isnan(y))):
                    return True
        return False

    def _elements(self, k, formula, places):
        """The worst of these elements; those without a finite difference are left out."""
        x = np.asarray(self.input(k))
        rank = ("unchecked", "ok", "kink", "failed")
        worst, status = None, "unchecked"
        for place in places:
            index = tuple(map(int, np.unravel_index(place, x.shape)))
            if self._not_finite_by(k, index):
                continue
            for unit in (1, 1j) if x.dtype.kind == "c" else (1,):
                direction = np.zeros(x.shape, x.dtype)
                direction[index] = unit
                d = float(np.real(formula[index] * unit))
                scale = max(1.0, float(abs(x[index])))
                found, numeric = self._judge(k, direction, d, scale)
                if not np.isfinite(d) and np.isfinite(numeric) and found != "kink":
                    found = "failed"
                further = worst is None or abs(d - numeric) > abs(worst.formula - worst.numeric)
                if rank.index(found) > rank.index(status) or (found == status and further):
                    status, worst = found, Worst(index, d, float(numeric))
        note = "no finite difference here" if status == "unchecked" else ""
        return status, worst, note

    def _direction_agrees(self, formulas: dict, lost) -> bool:
        """Whether {number of an input: what its formula gives} is right along a direction."""
        u = {k: self._spread(k, lost) for k in formulas}
        products = [np.real(np.where(u[k] == 0, 0, f) * u[k]) for k, f in formulas.items()]
        d = float(sum(np.sum(p) for p in products))
        size = float(np.sqrt(sum(np.sum(p**2) for p in products)))
        left, right, noise = self._sides(u, STEP)
        middle = (left + right) / 2
        allowed = RELATIVE * max(size, 1e-2) + noise
        smooth = abs(right - left) <= 1e-3 * (1 + size) + 2 * noise
        return bool(abs(d - middle) <= allowed and smooth)

    def _spread(self, k, lost):
        """A random direction of input ``k``, 0 in the elements that cannot be compared."""
        x = np.asarray(self.input(k))
        u = self.rng.standard_normal(x.shape)
        u = u + 1j * self.rng.standard_normal(x.shape) if x.dtype.kind == "c" else u
        u.flat[lost] = 0
        return u

    def _suspects(self, k, formula, lost) -> list[int]:
        """Elements where the formula disagrees, by halving the directions that do."""
        x = np.asarray(self.input(k))
        u = self._spread(k, lost).ravel()
        found: list[int] = []
        todo = [(0, x.size)]
        for _ in range(40 * SUSPECTS):
            if not todo or len(found) >= SUSPECTS:
                break
            start, stop = todo.pop()
            part = np.zeros_like(u)
            part[start:stop] = u[start:stop]
            part = part.reshape(x.shape)
            products = np.real(np.where(part == 0, 0, formula) * part)
            left, right, noise = self._sides({k: part}, STEP)
            size = float(np.sqrt(np.sum(products**2)))
            off = abs(np.sum(products) - (left + right) / 2)
            gap = abs(right - left)
            if off <= RELATIVE * max(size, 1e-2) + noise and gap <= 1e-3 * (1 + size) + 2 * noise:
                continue
            if stop - start == 1:
                found.append(start)
                continue
            middle = (start + stop) // 2
            todo += [(middle, stop), (start, middle)]
        return found or list(range(min(x.size, SUSPECTS)))


def _real_sum(v) -> float:
    return float(np.sum(np.real(v)))
