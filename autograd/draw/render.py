"""Running Graphviz: ``dot`` where it is installed, else the program that graphviz-pure brings."""

import shutil
from pathlib import Path

from autograd.errors import AutogradError

SECONDS = 20  # a graph of 2,000 boxes takes one; a tangled one must not take for ever
HINT = 'pip install "chalkgrad[viz]" brings the program that draws'


class RenderError(AutogradError, RuntimeError):
    """There is no program that can draw this."""


def programs() -> list[str]:
    """The paths of the programs to try, the best first."""
    found = [shutil.which("dot"), _graphviz_pure()]
    return [path for path in found if path]


def _graphviz_pure() -> str | None:
    """Where pip put the program: not always on the PATH, as in a notebook's kernel."""
    from importlib import metadata  # here and below: so that import autograd does not wait for it

    try:
        files = metadata.distribution("graphviz-pure").files or ()
    except metadata.PackageNotFoundError:
        return None
    for f in files:
        if f.name in ("graphviz-pure", "graphviz-pure.exe"):
            path = Path(str(f.locate()))
            return str(path.resolve()) if path.is_file() else None
    return None


def graphviz(dot: str, form: str) -> bytes:
    """The drawing of DOT text as ``svg`` or ``png``.

    Raises
    ------
    RenderError
        No program could; its text says what each answered.
    """
    failures = []
    for program in programs():
        try:
            return _run(program, dot, form)
        except Exception as e:  # missing libraries, an old version: the next may do better
            failures.append(f"{program}: {str(e).strip() or type(e).__name__}")
    raise RenderError("; ".join([*failures, f"cannot draw {form}: {HINT}"]))


def _run(program: str, dot: str, form: str) -> bytes:
    from graphviz.backend import execute

    done = execute.run_check(
        [program, f"-T{form}"],
        input=dot.encode(),
        capture_output=True,
        quiet=True,
        timeout=SECONDS,
    )
    return done.stdout
