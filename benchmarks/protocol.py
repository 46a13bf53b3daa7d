"""What a row of the benchmark is: a name, a unit, and contenders that do the same work."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

OURS = "chalkgrad"


class Work(Protocol):
    """The work of one contender, ready to run."""

    def step(self) -> None:
        """Do it once: this is what is timed."""

    def values(self) -> dict[str, Any]:
        """Give the numbers that the last step computed, by name: equal for all contenders."""


@dataclass(frozen=True)
class Contender:
    """Who takes part: ``make()`` prepares its `Work`; ``package`` is what must be importable."""

    name: str
    make: Callable[[], Work]
    package: str | None = None

    def installed(self) -> bool:
        """Whether its package can be imported here."""
        return self.package is None or importlib.util.find_spec(self.package) is not None


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    name, title, unit : str
        For the command line, for readers, and of the numbers shown.
    contenders : tuple of Contender
        Ours is among them; the ratios are ours / each other.
    scale : float
        The number shown is the seconds of one step times this: 1e3 for ms.
    tolerance : float
        Largest difference allowed between two contenders' values, relative to the largest element.
    seconds, steps : float, int
        A block that is timed takes at least so long and so many steps.  Three steps or more make
        an engine whose graphs are reference cycles pay for its garbage inside its own block.
    over : str, optional
        A contender whose time, of the same round, is taken off the time of all others.
    """

    name: str
    title: str
    unit: str
    contenders: tuple[Contender, ...]
    scale: float
    tolerance: float = 1e-9
    seconds: float = 0.25
    steps: int = 3
    over: str | None = None
