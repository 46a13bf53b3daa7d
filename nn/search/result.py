"""What a search found: the best configuration, all trials as a table, and a figure of them."""

import html
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd import tables
from autograd.errors import ValueRangeError

SHOWN = 20  # rows of the table


@dataclass(frozen=True)
class TrialRecord:
    """One configuration and what came of it.

    ``state``: complete, stopped (by a bandit method; its value is the last report) or failed.
    ``curve``: step -> reported value.  ``error``: of a failed trial.
    """

    number: int
    config: dict[str, Any]
    value: float
    state: str
    seconds: float
    curve: dict[int, float] = field(default_factory=dict)
    error: str = ""


class SearchResult:
    """What `nn.search` returns.

    Attributes
    ----------
    trials : list of TrialRecord
        All of them, in the order of their numbers.
    direction : str
        ``"minimize"`` or ``"maximize"``.
    """

    def __init__(self, trials: list[TrialRecord], direction: str, name: str, logarithmic=()):
        self.trials, self.direction, self.name = trials, direction, name
        self._logarithmic = set(logarithmic)  # names of parameters to be drawn so

    @property
    def best(self) -> TrialRecord:
        """The trial with the best value, of those that were not stopped.

        Raises
        ------
        ValueRangeError
            No trial was completed; the message has the first error.
        """
        done = [t for t in self.trials if t.state == "complete"]
        if not done:
            errors = [t.error for t in self.trials if t.error]
            raise ValueRangeError(
                f"search: none of the {len(self.trials)} trials was completed"
                + (f"; the first error was: {errors[0]}" if errors else "")
            )
        return min(done, key=self._rank)

    @property
    def config(self) -> dict[str, Any]:
        """The best configuration."""
        return self.best.config

    @property
    def value(self) -> float:
        """The best value."""
        return self.best.value

    @property
    def values(self) -> np.ndarray:
        """The value of every trial, NaN where it failed: (trials,)."""
        return np.array([t.value for t in self.trials], float)

    def best_so_far(self) -> np.ndarray:
        """The best value of the first 1, 2, 3, ... trials, NaN before there is one: (trials,)."""
        values = np.array([t.value if t.state == "complete" else np.nan for t in self.trials])
        best = np.fmin if self.direction == "minimize" else np.fmax
        return best.accumulate(values) if len(values) else values

    def _rank(self, trial):
        return trial.value if self.direction == "minimize" else -trial.value

    def _rows(self):
        """Heads and rows of the table, the best trial first, failed ones last."""
        order = {"complete": 0, "stopped": 1, "failed": 2}
        trials = sorted(
            self.trials,
            key=lambda t: (order[t.state], 0 if t.state == "failed" else self._rank(t)),
        )
        names = list(self.trials[0].config) if self.trials else []
        heads = ["trial", "value", *names, "steps", "seconds", "state"]
        rows = [
            [
                str(t.number),
                f"{t.value:.5g}",
                *(_short(t.config.get(n, "")) for n in names),
                str(max(t.curve, default="")),
                f"{t.seconds:.3g}",
                f"failed: {t.error}"[:60] if t.state == "failed" else t.state,
            ]
            for t in trials
        ]
        return heads, rows

    def _summary(self):
        counts = {s: sum(t.state == s for t in self.trials) for s in ("stopped", "failed")}
        extra = "".join(f", {n} {s}" for s, n in counts.items() if n)
        return f"{self.name}: {len(self.trials)} trials{extra}; {self.direction}"

    def __repr__(self):
        return f"<SearchResult of {self._summary()}>"

    def __str__(self):
        heads, rows = self._rows()
        lines = tables.lines([heads, *rows[:SHOWN]], right=range(len(heads) - 1))
        lines.insert(1, "-" * max(map(len, lines)))
        left = [f"... and {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []
        return "\n".join([self._summary(), *lines, *left])

    def _repr_html_(self):
        heads, rows = self._rows()
        table = tables.as_html([heads, *rows[:SHOWN]])
        left = f"<p>... and {len(rows) - SHOWN} more</p>" if len(rows) > SHOWN else ""
        return f"<p>{html.escape(self._summary())}</p>{table}{left}"

    def figure(self):
        """A matplotlib figure: values over trials, over each parameter, and reported curves.

        Raises
        ------
        ImportError
            Matplotlib is missing.
        """
        from nn.search.plots import result_figure

        return result_figure(self)


def _short(v):
    return f"{v:.4g}" if isinstance(v, float) else getattr(v, "__name__", None) or str(v)
