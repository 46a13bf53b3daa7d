"""From a picture to SVG and to files.

It is drawn by Graphviz, ``dot`` where it is installed, else the program that graphviz-pure brings;
without either by a layout of our own.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.draw.dot import dot
from autograd.draw.model import Picture
from autograd.draw.theme import Theme
from autograd.errors import AutogradError, ValueRangeError
from autograd.files import replacing

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

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


def picture(shown: Picture, theme: Theme, direction: str) -> "Element":
    """The ``<svg>`` of a picture; raises where there is no Graphviz and it is large."""
    from autograd.draw import sketch, svg  # with XML: when there is something to draw

    try:
        text = graphviz(dot(shown, theme, direction), "svg").decode()
        return svg.from_graphviz(text, shown)
    except RenderError:
        if len(shown.boxes) > sketch.MOST:
            raise
        along = "LR" if shown.rows else direction  # it has layers, but no rows
        return sketch.svg(shown, theme, along)


def save(path, what: str, **forms: Callable[[], str | bytes]) -> Path:
    """Write ``what`` (a drawing) in the form that the suffix of ``path`` asks for."""
    path = Path(path)
    content = forms.get(path.suffix.removeprefix("."))
    if content is None:
        raise ValueRangeError(
            f"save: {path.name!r} ends in {path.suffix or 'nothing'!r}; "
            f"{what} can be saved as {', '.join(f'.{form}' for form in forms)}"
        )
    written = content()
    with replacing(path) as file:
        file.write(written.encode() if isinstance(written, str) else written)
    return path


def graphviz(text: str, form: str) -> bytes:
    """The drawing of DOT text as ``svg`` or ``png``.

    Raises
    ------
    RenderError
        No program could; its text says what each answered.
    """
    failures = []
    for program in programs():
        try:
            return _run(program, text, form)
        except Exception as e:  # missing libraries, an old version: the next may do better
            failures.append(f"{program}: {str(e).strip() or type(e).__name__}")
    raise RenderError("; ".join([*failures, f"cannot draw {form}: {HINT}"]))


def _run(program: str, text: str, form: str) -> bytes:
    from graphviz.backend import execute

    done = execute.run_check(
        [program, f"-T{form}"],
        input=text.encode(),
        capture_output=True,
        quiet=True,
        timeout=SECONDS,
    )
    return done.stdout
