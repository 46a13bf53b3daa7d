"""Whether this thread, or this asyncio task in it, records, and who watches."""

import contextlib
import functools
import inspect
import threading
from contextvars import ContextVar
from typing import Any

from autograd.errors import GraphError


class _Block:
    """What a ``with`` has set, until it ends: in tasks that were begun inside it, too."""

    __slots__ = ("value", "over")

    def __init__(self, value):
        self.value, self.over = value, True  # so that Ctrl-C on the way in leaves nothing set


_switches: ContextVar[tuple] = ContextVar("switches", default=())  # innermost last
_watchers: ContextVar[tuple] = ContextVar("watchers", default=())


def _enter(blocks: ContextVar[tuple], value) -> _Block:
    """A new block, the innermost; it holds from ``over = False`` on."""
    block = _Block(value)
    blocks.set((*[b for b in blocks.get() if not b.over], block))
    return block


class _Innermost:
    """What the innermost of the blocks that hold has set; ``plain`` where there is none."""

    def __init__(self, blocks: ContextVar[tuple], plain):
        self.blocks, self.plain = blocks, plain

    def __get__(self, state, owner) -> Any:
        for block in reversed(self.blocks.get()):
            if not block.over:
                return block.value
        return self.plain


class _State:
    """What holds in this thread and task: whether operations are recorded, who is told of them."""

    on = _Innermost(_switches, True)
    watcher = _Innermost(_watchers, None)


state = _State()
special = 0  # how many switches, in all threads, are set to something else than plain recording
_lock = threading.Lock()


def _count(n: int):
    global special
    with _lock:
        special += n


class set_recording:
    """Context manager and decorator: record, or not, in this thread and asyncio task.

    ``with no_grad():``, ``with no_grad:``, ``@no_grad`` and ``@no_grad()`` are all right.
    """

    def __init__(self, on: bool):
        self.on = on
        self._open: set[_Block] = set()

    def __enter__(self):
        block = _enter(_switches, self.on)
        _count(not self.on)
        self._open.add(block)
        block.over = False

    def __exit__(self, *exc):
        # innermost first; those of this object, where a generator went on in another thread
        for block in (*reversed(_switches.get()), *self._open):
            if block in self._open and not block.over:
                block.over = True
                self._open.remove(block)
                _count(-(not self.on))
                return

    def __call__(self, f=None):
        """Decorate ``f``: the switch is set while it runs."""
        if f is None:
            return set_recording(self.on)
        if inspect.isgeneratorfunction(f) or inspect.isasyncgenfunction(f):
            raise GraphError(
                f"no_grad or enable_grad: {f.__name__} is a generator function, whose code runs "
                "later, between its caller's. Write 'with no_grad():' inside it, around no yield."
            )

        if inspect.iscoroutinefunction(f):

            @functools.wraps(f)
            async def waits(*args, **kwargs):
                with self:
                    return await f(*args, **kwargs)

            return waits

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
    """Tell ``watcher`` what happens in this thread and task; afterwards the one before again."""
    block = _enter(_watchers, watcher)
    _count(1)
    try:
        block.over = False
        yield watcher
    finally:
        block.over = True
        _count(-1)


no_grad = set_recording(False)
no_grad.__doc__ = (
    "``with no_grad():`` results are plain values, and leaves may be changed in place."
)
enable_grad = set_recording(True)
enable_grad.__doc__ = "``with enable_grad():`` record again, inside ``no_grad``."
