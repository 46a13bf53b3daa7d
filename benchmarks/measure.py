"""Measure a row: agree on the values first, then time the contenders in turns (A B C, B C A, ...).

The values are those of the first step, in processes that then end.  What the contenders compile is
in their caches when the memory of the next processes is read, and copies of values are not in it.
"""

import math
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np

from benchmarks.machine import Others
from benchmarks.processes import Own
from benchmarks.protocol import OURS, Row

ROUNDS, QUICK_ROUNDS = 15, 3
MB = 2**20
WARM = 3  # steps before memory is read


class Mismatch(Exception):
    """Two contenders of a row computed different values, so that their times say nothing."""


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of some samples."""

    median: float
    lower: float
    upper: float

    @classmethod
    def of(cls, samples) -> "Spread":
        """Of a list of numbers."""
        lower, median, upper = (float(v) for v in np.quantile(samples, (0.25, 0.5, 0.75)))
        return cls(median, lower, upper)


@dataclass(frozen=True)
class Memory:
    """Bytes: the peak of a contender's process, and that less what it held after its imports."""

    peak: int
    work: int


@dataclass(frozen=True)
class Result:
    """What was measured of a row.

    ``samples`` and ``steps``: of each contender, the time of each block in the row's unit, and how
    many steps a block took; ``memory``: of each contender, where it can be told; ``compared``: how
    many numbers were found equal to ours; ``missing``: who is not installed; ``disturbed``: how
    many cores other processes kept busy meanwhile, None where the system does not tell.
    """

    row: Row
    samples: dict[str, list[float]]
    steps: dict[str, int]
    memory: dict[str, Memory]
    compared: int
    missing: list[str]
    disturbed: float | None

    def times(self) -> dict[str, Spread]:
        """The time of each contender that was measured."""
        return {name: Spread.of(s) for name, s in self.samples.items()}

    def ratios(self, of: str = OURS) -> dict[str, Spread]:
        """One contender / each other, block by block within a round, then the quartiles."""
        if of not in self.samples:
            return {}
        return {
            name: Spread.of([a / b for a, b in zip(self.samples[of], other, strict=True)])
            for name, other in self.samples.items()
            if name not in (of, self.row.over)
        }


def measure(
    row: Row, quick: bool = False, rounds: int | None = None, place: Callable = Own
) -> Result:
    """Compare the values of all contenders, then time them.

    Parameters
    ----------
    row : Row
    quick : bool
        A few short blocks: shows that it runs, not how fast.
    rounds : int, optional
        Blocks of each contender; 15, or 3 if quick.
    place : callable
        Where a contender runs: `Own` or `Shared`.

    Raises
    ------
    Mismatch
        A value differs, is missing or is not finite.
    Failed
        A contender raised an exception.
    """
    here = [c for c in row.contenders if c.installed()]
    values = {}
    for c in here:
        with closing(place(row, c, 1)) as p:
            values[c.name] = p.ask("values")
    compared = compare(row, values)
    with ExitStack() as stack:
        places = {c.name: stack.enter_context(closing(place(row, c, WARM))) for c in here}
        memory = {name: p.ask("memory") for name, p in places.items()}
        steps = {name: 1 if quick else _steps(p, row) for name, p in places.items()}
        others = Others(lambda: sum(p.ask("processor seconds") for p in places.values()))
        samples = _samples(row, places, steps, rounds or (QUICK_ROUNDS if quick else ROUNDS))
        disturbed = others.cores()
    if row.over:
        base = samples[row.over]
        for name in samples.keys() - {row.over}:
            samples[name] = [a - b for a, b in zip(samples[name], base, strict=True)]
    known = {
        name: Memory(m["peak"], m["peak"] - m["imported"])
        for name, m in memory.items()
        if row.memory and m["peak"]
    }
    missing = [c.name for c in row.contenders if not c.installed()]
    return Result(row, samples, steps, known, compared, missing, disturbed)


def compare(row: Row, values: dict[str, dict]) -> int:
    """Raise `Mismatch` where a peer's values differ from ours; return how many were compared."""
    ours, count = values[OURS], 0
    for peer, theirs in values.items():
        if theirs.keys() != ours.keys():
            raise Mismatch(
                f"{row.name}: {OURS} computed {sorted(ours)}, {peer} computed {sorted(theirs)}"
            )
        for name in ours:
            a, b = (np.asarray(v, dtype=float) for v in (ours[name], theirs[name]))
            if a.shape != b.shape:
                raise Mismatch(
                    f"{row.name}: {name} has shape {a.shape} in {OURS}, {b.shape} in {peer}"
                )
            _compare(row, name, peer, a, b)
            count += a.size if peer != OURS else 0
    return count


def _compare(row, name, peer, a, b):
    if row.by_norm:
        apart, largest = np.linalg.norm(a - b), max(np.linalg.norm(a), np.linalg.norm(b))
        if not apart <= row.tolerance * largest:  # so that NaN fails
            raise Mismatch(
                f"{row.name}: {name} in {peer} is {apart:.3g} away from that in {OURS}; it may be "
                f"{row.tolerance:g} of its norm, {largest:.3g}"
            )
        return
    apart = np.abs(a - b)
    largest = max(np.max(np.abs(a), initial=0), np.max(np.abs(b), initial=0))
    if not np.all(apart <= row.tolerance * largest):
        at = np.unravel_index(np.argmax(np.nan_to_num(apart, nan=np.inf)), a.shape)
        place = name + (str(list(map(int, at))) if at else "")
        raise Mismatch(
            f"{row.name}: {place} is {a[at]:.9g} in {OURS} but {b[at]:.9g} in {peer}; they may "
            f"differ by {row.tolerance:g} of the largest element, {largest:.3g}"
        )


def _samples(row, places, steps, rounds):
    """The time of every block of every contender, each of whom is first in turn."""
    names, samples = list(places), {name: [] for name in places}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            samples[name].append(places[name].ask("block", steps[name]) * row.scale)
    return samples


def _steps(place, row: Row) -> int:
    """How many steps a block needs to take the row's seconds; warms up on the way."""
    quickest = min(place.ask("block", row.steps) for _ in range(2))
    return max(row.steps, math.ceil(row.seconds / quickest))
