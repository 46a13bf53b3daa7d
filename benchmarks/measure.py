"""Measure a row: agree on the values first, then time the contenders in turns (A B C, B C A, ...).

The garbage collector stays on.  Before each block it runs once, untimed, and then a few steps do:
a block begins in the state in which a long run would be, pays for the garbage that it makes, and
the threads of the contender before it have gone to sleep.
"""

import gc
import math
import statistics
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.machine import Others
from benchmarks.protocol import OURS, Row

ROUNDS, QUICK_ROUNDS = 15, 3
SETTLE = 0.05  # seconds of steps before a block is timed


class Mismatch(Exception):
    """Two contenders of a row computed different values, so that their times say nothing."""


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of some samples."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, samples) -> "Spread":
        """Of a list of numbers."""
        return cls(statistics.median(samples), min(samples), max(samples))


@dataclass(frozen=True)
class Result:
    """What was measured of a row.

    ``samples`` and ``steps``: of each contender, the time of each block in the row's unit, and how
    many steps a block took; ``compared``: how many numbers were found equal to ours; ``disturbed``:
    how many cores other processes kept busy meanwhile, None where the system does not tell.
    """

    row: Row
    samples: dict[str, list[float]]
    steps: dict[str, int]
    compared: int
    missing: list[str]
    disturbed: float | None

    def times(self) -> dict[str, Spread]:
        """The time of each contender that was measured."""
        return {name: Spread.of(s) for name, s in self.samples.items()}

    def ratios(self) -> dict[str, Spread]:
        """Ours / peer, block by block within a round, then the median."""
        ours = self.samples[OURS]
        return {
            name: Spread.of([a / b for a, b in zip(ours, peer, strict=True)])
            for name, peer in self.samples.items()
            if name not in (OURS, self.row.over)
        }


def measure(row: Row, quick: bool = False) -> Result:
    """Compare the values of all contenders, then time them.

    Parameters
    ----------
    row : Row
    quick : bool
        A few short blocks: shows that it runs, not how fast.

    Raises
    ------
    Mismatch
        A value differs, is missing or is not finite.
    """
    works = {c.name: c.make() for c in row.contenders if c.installed()}
    for work in works.values():
        work.step()
    compared = compare(row, {name: work.values() for name, work in works.items()})
    steps = {
        name: 1 if quick else _steps(work.step, row.seconds, row.steps)
        for name, work in works.items()
    }
    samples: dict[str, list[float]] = {name: [] for name in works}
    names, others = list(works), Others()
    for turn in range(QUICK_ROUNDS if quick else ROUNDS):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            seconds = _block(works[name].step, steps[name])
            samples[name].append(seconds * row.scale)
    disturbed = others.cores()
    if row.over:
        base = samples[row.over]
        for name in samples.keys() - {row.over}:
            samples[name] = [a - b for a, b in zip(samples[name], base, strict=True)]
    missing = [c.name for c in row.contenders if not c.installed()]
    return Result(row, samples, steps, compared, missing, disturbed)


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
            largest = max(np.max(np.abs(a), initial=0), np.max(np.abs(b), initial=0))
            apart = np.abs(a - b)
            if not np.all(apart <= row.tolerance * largest):  # so that NaN fails
                at = np.unravel_index(np.argmax(np.nan_to_num(apart, nan=np.inf)), a.shape)
                place = name + (str(list(map(int, at))) if at else "")
                raise Mismatch(
                    f"{row.name}: {place} is {a[at]:.9g} in {OURS} but {b[at]:.9g} in {peer}; they "
                    f"may differ by {row.tolerance:g} of the largest element, {largest:.3g}"
                )
            count += a.size if peer != OURS else 0
    return count


def _block(step, steps: int) -> float:
    """Seconds per step."""
    gc.collect()
    start = time.perf_counter()
    while True:
        step()
        if time.perf_counter() - start > SETTLE:
            break
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - start) / steps


def _steps(step, seconds: float, least: int) -> int:
    """How many steps a block needs to take ``seconds``; warms up on the way."""
    return max(least, math.ceil(seconds / min(_block(step, least) for _ in range(2))))
