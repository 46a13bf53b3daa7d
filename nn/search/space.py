"""The words of a search space: a list is a choice, `uniform`, `log` and `integer` are ranges."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograd.errors import DtypeError, ValueRangeError


@dataclass(frozen=True)
class Range:
    """Numbers from ``low`` to ``high``; made by `uniform`, `log` or `integer`."""

    kind: str
    low: float
    high: float

    def __repr__(self):
        return f"{self.kind}({self.low!r}, {self.high!r})"

    def suggest(self, trial, name):
        """The value of an Optuna trial."""
        if self.kind == "integer":
            return trial.suggest_int(name, self.low, self.high)
        return trial.suggest_float(name, self.low, self.high, log=self.kind == "log")

    def value(self, suggested):
        """What the objective gets."""
        return suggested

    def by_factors(self):
        """Whether the values are uniform in their logarithm."""
        return self.kind == "log"

    def points(self):
        """All values, for a grid; None if they cannot be counted."""
        return list(range(self.low, self.high + 1)) if self.kind == "integer" else None


@dataclass(frozen=True)
class Choice:
    """One of several values, of any type."""

    values: tuple

    def __repr__(self):
        return repr(list(self.values))

    def suggest(self, trial, name):
        """The position of the value: Optuna stores numbers and text only."""
        return trial.suggest_categorical(name, range(len(self.values)))

    def value(self, suggested):
        """What the objective gets."""
        return self.values[suggested]

    def by_factors(self):
        """Whether these are positive numbers over more than a decade."""
        numbers = all(isinstance(v, (int, float)) and v > 0 for v in self.values)
        return numbers and max(self.values) > 10 * min(self.values)

    def points(self):
        """The positions of all values."""
        return list(range(len(self.values)))


def uniform(low: float, high: float) -> Range:
    """A number between ``low`` and ``high``, all alike."""
    return _range("uniform", low, high)


def log(low: float, high: float) -> Range:
    """A positive number whose logarithm is uniform: for rates, which differ by factors."""
    if _number("log", low) <= 0:
        raise ValueRangeError(f"log: low must be positive, got {low!r}; use uniform from 0 on")
    return _range("log", low, high)


def integer(low: int, high: int) -> Range:
    """A whole number from ``low`` to ``high``, both included."""
    for v in (low, high):
        if isinstance(v, bool) or not isinstance(v, int):
            raise DtypeError(f"integer: expected whole numbers, got {v!r}")
    return _range("integer", low, high)


def _range(kind, low, high):
    if not _number(kind, low) < _number(kind, high):
        raise ValueRangeError(f"{kind}: low must be below high, got {low!r} and {high!r}")
    return Range(kind, *((low, high) if kind == "integer" else (float(low), float(high))))


def _number(kind, v):
    if isinstance(v, bool) or not isinstance(v, (int, float)) or not math.isfinite(v):
        raise DtypeError(f"{kind}: expected finite numbers, got {v!r}")
    return v


class Space:
    """A space read from what a user wrote: name -> list, `range`, or a word of this module.

    Raises
    ------
    ValueRangeError
        It is empty, or one of its lists is.
    DtypeError
        It is not a dict, or a value of it is none of these.
    """

    def __init__(self, space: Mapping[str, Any]):
        if not isinstance(space, Mapping):
            raise DtypeError(
                f"search: the space must be a dict of name -> values, got {type(space).__name__}. "
                'Write {"lr": nn.search.log(1e-4, 1e-1), "units": [32, 64]}, say.'
            )
        if not space:
            raise ValueRangeError("search: the space is empty, there is nothing to search")
        self.parts = {self._name(name): self._part(name, v) for name, v in space.items()}

    @staticmethod
    def _name(name):
        if not isinstance(name, str):
            raise DtypeError(f"search: names in a space must be str, got {name!r}")
        return name

    @staticmethod
    def _part(name, v):
        if isinstance(v, Range):
            return v
        if isinstance(v, tuple):
            raise DtypeError(
                f"search: {name!r} is the tuple {v!r}, which may mean two things. For a choice "
                f"write the list {list(v)!r}; for a range nn.search.uniform(low, high), "
                "nn.search.log(low, high) or nn.search.integer(low, high)"
            )
        if not isinstance(v, (list, range)):
            raise DtypeError(
                f"search: {name!r} is a {type(v).__name__}; expected a list of values, "
                "nn.search.uniform(low, high), nn.search.log(low, high) or "
                "nn.search.integer(low, high)"
            )
        if not len(v):
            raise ValueRangeError(f"search: {name!r} has no values to choose from")
        return Choice(tuple(v))

    def describe(self) -> dict[str, str]:
        """The space as text, to compare with that of a storage."""
        return {name: repr(part) for name, part in self.parts.items()}

    def logarithmic(self) -> list[str]:
        """The names whose values differ by factors: to be drawn on a logarithmic axis."""
        return [name for name, part in self.parts.items() if part.by_factors()]

    def suggest(self, trial) -> dict[str, Any]:
        """A configuration, from an Optuna trial."""
        return {name: p.value(p.suggest(trial, name)) for name, p in self.parts.items()}

    def config(self, suggested) -> dict[str, Any]:
        """The configuration of what Optuna stored."""
        return {n: p.value(suggested[n]) for n, p in self.parts.items() if n in suggested}

    def grid(self) -> list[dict[str, Any]]:
        """Every combination, as Optuna stores it; the last name changes first.

        Raises
        ------
        ValueRangeError
            There is a range of real numbers.
        """
        endless = [name for name, part in self.parts.items() if part.points() is None]
        if endless:
            raise ValueRangeError(
                f"search: a grid needs a list of values for {', '.join(map(repr, endless))}, got "
                f"{self.parts[endless[0]]!r}. Write numpy.geomspace(1e-4, 1e-1, 4).tolist(), say, "
                "or use method='random'."
            )
        every = itertools.product(*(part.points() for part in self.parts.values()))
        return [dict(zip(self.parts, values, strict=True)) for values in every]
