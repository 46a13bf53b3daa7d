"""Where in the user's code a node was made, and the value it had: what `debug` writes down."""

import collections
import inspect
import linecache
import sys
import weakref
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd.memory import owner
from autograd.names import Names

HERE = str(Path(__file__).parents[1])  # autograd/
WIDE = 80  # characters of a line that are shown
LIBRARY = tuple(
    str(p) + "/" for p in (HERE, Path(HERE).parent / "nn", Path(np.__file__).parent)
) + ("<frozen", "<string>", "<__array_function__")  # fmt: skip


class Line(NamedTuple):
    """A place in a source file; ``function`` is the one it is in."""

    file: str
    number: int
    function: str

    @property
    def code(self) -> str:
        """The text of the line, without its indentation; empty where it cannot be read."""
        return linecache.getline(self.file, self.number).strip()

    @property
    def place(self) -> str:
        """``train.py:12``, or ``cell:3`` in a notebook."""
        file = self.file
        name = "cell" if "ipykernel" in file or file.startswith("<ipython") else Path(file).name
        return f"{name}:{self.number}"

    def __str__(self):
        code = self.code if len(self.code) <= WIDE else f"{self.code[: WIDE - 3]}..."
        return f"{self.place}: `{code}`" if code else self.place


class Record(NamedTuple):
    """What `debug` keeps of a node: its line, its value, and what it was computed from.

    ``call``: (args, options) as the forward function got them, None for a whole-call node.
    """

    line: Line | None
    value: Any
    call: tuple | None


class Unrecorded(NamedTuple):
    """An operation on values that `debug` saw, and that made no node: ``why`` not.

    ``memory``: what its arguments live in, as weak references, or as numbers; ``result``: its own.
    """

    op: str
    why: str
    line: Line | None
    memory: tuple
    result: tuple


records: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # node -> Record
unrecorded: collections.deque = collections.deque(maxlen=10_000)  # the latest, of all threads


def line_of(node) -> Line | None:
    """The source line of a node that was made inside `debug`."""
    found = records.get(node)
    return found.line if found else None


def users_line(frame=None) -> Line | None:
    """The nearest frame outside this library and NumPy: from ``frame``, or from the caller, up."""
    frame = frame or sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(LIBRARY):
            return Line(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        frame = frame.f_back
    return None


def callers_names() -> Names:
    """The names of what calls the function this is called from; of a comprehension, around it."""
    frame = sys._getframe(2)
    while frame.f_back and frame.f_code.co_name in (
        "<listcomp>",
        "<genexpr>",
        "<dictcomp>",
        "<setcomp>",
    ):
        frame = frame.f_back
    names = Names(None, frame)
    variables_of(frame)  # forgets what reading them has left behind
    return names


def variables_of(frame) -> dict:
    """The local variables of a frame, without keeping them alive.

    Before Python 3.13 a frame whose ``f_locals`` was read holds a copy of its variables from then
    on, also of those that are deleted later: what is in that copy is dropped.
    """
    kept = frame.f_locals
    if not frame.f_code.co_flags & inspect.CO_OPTIMIZED:  # a module or class: the variables proper
        return kept
    found = dict(kept)
    if type(kept) is dict:
        kept.clear()
    return found


def mark(v):
    """The memory of a value, to be recognised later: weakly, or the number itself."""
    return weakref.ref(owner(v)) if isinstance(v, np.ndarray) and weak(owner(v)) else v


def weak(v) -> bool:
    """Whether a weak reference to ``v`` is possible."""
    return getattr(type(v), "__weakrefoffset__", 0) != 0


def marks(memory: tuple, v) -> bool:
    """Whether ``memory`` has the mark of the memory that ``v`` lives in."""
    whose = owner(v)
    return any((m() if type(m) is weakref.ref else m) is whose for m in memory)
