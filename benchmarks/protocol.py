"""What a row of the benchmark is: a name, a unit, and contenders that do the same work."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parent.parent
OURS, OURS_NUMPY = "chalkgrad", "chalkgrad, NumPy kernels"
PYTORCH = "PyTorch"
HIPS_PYTHON = ROOT / ".venv-bench-hips" / "bin" / "python"


class Work(Protocol):
    """The work of one contender, ready to run."""

    def step(self) -> None:
        """Do it once: this is what is timed."""

    def values(self) -> dict[str, Any]:
        """Give the numbers that the last step computed, by name: equal for all contenders."""


@dataclass(frozen=True)
class Contender:
    """Who takes part.

    Parameters
    ----------
    name : str
    make : callable
        ``make()`` prepares its `Work`.
    package : str, optional
        What must be importable.
    imports : tuple of str
        Modules imported before ``make``: memory is given with them and without them.
    environment : mapping of str to str
        Environment variables of its process.
    python : Path, optional
        The interpreter of another environment.
    """

    name: str
    make: Callable[[], Work]
    package: str | None = None
    imports: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    python: Path | None = None

    def installed(self) -> bool:
        """Whether its interpreter is there, and its package can be imported here."""
        if self.python is not None:
            return self.python.exists()
        return self.package is None or importlib.util.find_spec(self.package) is not None


@dataclass(frozen=True)
class Targets:
    """What the ratios must not exceed.

    ``time``: ours / each peer; ``numpy``: with NumPy kernels alone / PyTorch; ``memory``: the peak
    of our process / PyTorch's.
    """

    time: Mapping[str, float] = field(default_factory=dict)
    numpy: float | None = None
    memory: float | None = None


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
    by_norm : bool
        Arrays are compared by the norm of their difference instead.  In a deep network rounding
        puts a few relus on the other side of their kink, and single gradients apart: in PyTorch
        and JAX, too.
    seconds, steps : float, int
        A block that is timed takes at least so long and so many steps.  Three steps or more make
        an engine whose graphs are reference cycles pay for its garbage inside its own block.
    over : str, optional
        A contender whose time, of the same round, is taken off the time of all others.
    rate : (float, str), optional
        How much of what a step does: (0.8, "GFLOP") shows GFLOP/s beside the time.
    targets : Targets
    memory : bool
        Whether the peak of the contender's process says anything.
    """

    name: str
    title: str
    unit: str
    contenders: tuple[Contender, ...]
    scale: float
    tolerance: float = 1e-9
    by_norm: bool = False
    seconds: float = 0.25
    steps: int = 3
    over: str | None = None
    rate: tuple[float, str] | None = None
    targets: Targets = Targets()
    memory: bool = True


def ours(make: Callable[[], Work], kernels: bool = True) -> tuple[Contender, ...]:
    """Chalkgrad as it is installed and, where that compiles kernels, with NumPy's alone beside it.

    ``kernels``: whether the work has any.
    """
    base = ("autograd", "nn")
    if not kernels:
        return (Contender(OURS, make, imports=base),)
    compiled = importlib.util.find_spec("numba") is not None
    if not compiled:
        return (Contender(OURS, make, imports=base),)
    return (
        Contender(OURS, make, "numba", (*base, "numba")),
        Contender(OURS_NUMPY, make, "numba", base, {"AUTOGRAD_KERNELS": "numpy"}),
    )


def pytorch(make: Callable[[], Work]) -> Contender:
    """PyTorch."""
    return Contender(PYTORCH, make, "torch", ("torch",))


def jax(make: Callable[..., Work], compiled: bool, double: bool = False) -> Contender:
    """JAX, compiled as a whole or one operation after another; ``make(compiled)``."""
    name = "JAX, jit" if compiled else "JAX, op by op"
    settings = {"JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": str(int(double))}
    return Contender(name, lambda: make(compiled), "jax", ("jax",), settings)


def both_jax(make: Callable[..., Work]) -> tuple[Contender, ...]:
    """JAX, both ways."""
    return jax(make, True), jax(make, False)


def hips(make: Callable[[], Work]) -> Contender:
    """HIPS autograd, which needs an environment of its own: its import name is ours."""
    return Contender(
        "HIPS autograd", make, imports=("autograd", "autograd.numpy"), python=HIPS_PYTHON
    )
