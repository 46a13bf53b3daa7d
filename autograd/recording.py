"""Whether this thread, or this asyncio task in it, records, and who watches."""

import functools
import inspect
from contextvars import ContextVar
from typing import Any

from autograd.errors import GraphError


class Block:
    """What a ``with`` has set, until it ends: in tasks that were begun inside it, too.

    It holds from ``over = False`` to ``over = True``.  Python looks for Ctrl-C where a call begins
    or ends, never at such a line: where no call lies between it and the end of an ``__enter__``,
    or the beginning of a ``finally``, Ctrl-C finds both done or neither.
    """

    __slots__ = ("value", "over")

    def __init__(self, value):
        self.value, self.over = value, True


_switches: ContextVar[tuple] = ContextVar("switches", default=())  # innermost last
_watchers: ContextVar[tuple] = ContextVar("watchers", default=())
special: set[Block] = set()  # in all threads, those that set something else than plain recording


def _enter(blocks: ContextVar[tuple], value) -> Block:
    """A new block, the innermost; it holds from ``over = False`` on."""
    block, before = Block(value), blocks.get()
    special.difference_update([b for b in before if b.over])  # Ctrl-C can have left them there
    blocks.set((*[b for b in before if not b.over], block))
    if value is not True:
        special.add(block)
    return block


def watching(watcher: "Watcher") -> Block:
    """A block for ``watcher``, which is told from ``over = False`` on; see `watched`."""
    return _enter(_watchers, watcher)


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


def run(on: bool, f, *args, **options):
    """``f(*args, **options)``, recording or not; Ctrl-C at any moment leaves nothing set."""
    block = _enter(_switches, on)
    try:
        block.over = False
        return f(*args, **options)
    finally:
        block.over = True
        special.discard(block)


class set_recording:
    """Context manager and decorator: record, or not, in this thread and asyncio task.

    ``with no_grad():``, ``with no_grad:``, ``@no_grad`` and ``@no_grad()`` are all right.
    """

    def __init__(self, on: bool):
        self.on = on
        self._open: list[Block] = []

    def __enter__(self):
        block = _enter(_switches, self.on)
        self._open.append(block)
        block.over = False

    def __exit__(self, *exc):
        *others, block = self._open or (None,)
        if others:  # innermost first; those of this object, where a generator changed its thread
            inner = [b for b in reversed(_switches.get()) if b in self._open and not b.over]
            block = (*inner, *others)[0]
        if block:
            block.over = True
            self._open.remove(block)
            special.discard(block)

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
            return run(self.on, f, *args, **kwargs)

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


class watched:
    """Tell ``watcher`` what happens in this thread and task; afterwards the one before again."""

    def __init__(self, watcher: Watcher):
        self.watcher = watcher

    def __enter__(self):
        self._block = block = watching(self.watcher)
        block.over = False
        return self.watcher

    def __exit__(self, *exc):
        self._block.over = True
        special.discard(self._block)


no_grad = set_recording(False)
no_grad.__doc__ = (
    "``with no_grad():`` results are plain values, and leaves may be changed in place."
)
enable_grad = set_recording(True)
enable_grad.__doc__ = "``with enable_grad():`` record again, inside ``no_grad``."
