"""Whether this thread records, and who watches."""

import contextlib
import functools
import inspect
import threading
from typing import Any

from autograd.errors import GraphError


class _State(threading.local):
    on = True
    watcher: Any = None

    def __init__(self):
        self.before: list[bool] = []


state = _State()
special = 0  # how many switches, in all threads, are set to something else than plain recording
_lock = threading.Lock()


def _count(n: int):
    global special
    with _lock:
        special += n


class set_recording:
    """Context manager and decorator: record, or not, in this thread; with parentheses or without.

    ``with no_grad():``, ``with no_grad:``, ``@no_grad`` and ``@no_grad()`` are all right.
    """

    def __init__(self, on: bool):
        self.on = on

    def __enter__(self):
        state.before.append(state.on)
        _count(not self.on)
        state.on = self.on

    def __exit__(self, *exc):
        state.on = state.before.pop()
        _count(-(not self.on))

    def __call__(self, f=None):
        """Decorate ``f``: the switch is set while it runs."""
        if f is None:
            return self
        if inspect.isgeneratorfunction(f):
            raise GraphError(
                f"no_grad or enable_grad: {f.__name__} is a generator function, whose code runs "
                "later, between its caller's. Write 'with no_grad():' inside it, around no yield."
            )

        @functools.wraps(f)
        def call(*args, **kwargs):
            with self:
                return f(*args, **kwargs)

        return call


class Watcher:
    """What is told of everything that happens in this thread, while ``with watched(watcher):``.

    Debugging, drawing and profiling are subclasses that override what they need.
    """

    def compute(self, op, args, options):
        """Run the forward function of ``op``; returns what it returns."""
        return op.fn(*args, **options)

    def made(self, node, value):
        """A node was made; ``value`` is its raw value, a tuple where there are several outputs."""

    def pull(self, node, k: int, g, saved):
        """Run the formula of ``node`` for its parent number ``k``; returns what it returns."""
        return node.plan.vjps[k](g, saved)

    def passed(self, node, k: int, g):
        """``g`` has gone from ``node`` to its parent number ``k``, in the parent's shape."""


@contextlib.contextmanager
def watched(watcher: Watcher):
    """Tell ``watcher`` what happens in this thread; the one before is told again afterwards."""
    before = state.watcher
    state.watcher = watcher
    _count(1)
    try:
        yield watcher
    finally:
        state.watcher = before
        _count(-1)


no_grad = set_recording(False)
no_grad.__doc__ = (
    "``with no_grad():`` results are plain values, and leaves may be changed in place."
)
enable_grad = set_recording(True)
enable_grad.__doc__ = "``with enable_grad():`` record again, inside ``no_grad``."
