"""What belongs together: which call of which module made a node, as a tree of scopes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd import wording
from autograd.draw import merging
from autograd.draw.reading import Entry, Graph
from autograd.graph import clock


class Call(NamedTuple):
    """One call of a module: all nodes made between two readings of the clock are its own."""

    start: int
    end: int
    path: str
    what: str  # the name of its class
    module: int = 0  # which one


@dataclass(eq=False, slots=True)
class Scope:
    """A call of a module, or a turn of a loop.

    ``items``, in the order of time: groups of entries that share a box, scopes inside, and, once
    repetitions have been looked for, `Run` of scopes.  ``path`` and ``what``: '' for the whole.
    """

    path: str = ""
    what: str = ""
    parent: "Scope | None" = None
    items: list = field(default_factory=list)
    module: int = 0

    def groups(self) -> Iterator[list[Entry]]:
        """All groups below, in the order of time."""
        for item in self.items:
            if isinstance(item, list):
                yield item
            else:
                for scope in [item] if isinstance(item, Scope) else item.members:
                    yield from scope.groups()

    def above(self) -> Iterator["Scope"]:
        """This scope and those that it lies in, the whole last."""
        scope: Scope | None = self
        while scope:
            yield scope
            scope = scope.parent


@dataclass(eq=False, slots=True)
class Run:
    """Scopes of one structure, one after another; ``tied``: they share all their weights.

    ``own``: each has weights of its own.  ``carried``: each uses what the one before has made.
    """

    members: list[Scope]
    tied: bool
    own: bool
    carried: bool

    @property
    def loop(self) -> bool:
        """Whether these are turns of one loop."""
        return self.tied and self.carried


def called(modules) -> list[Call]:
    """The calls that modules remember (``_calls``), for (prefix, module) pairs."""
    return [
        Call(start, end, path, what, id(module))
        for module, path, what in _paths(modules)
        for start, end in getattr(module, "_calls", ())
    ]


def _paths(modules) -> list[tuple[Any, str, str]]:
    """(module, path, class) of the modules and those inside, each once."""
    found: dict[int, tuple[Any, str, str]] = {}
    for prefix, top in modules:
        try:
            inside = list(top.named_modules())
        except Exception:  # a half-made or foreign module among the variables
            continue
        for path, module in inside:
            name = f"{prefix}{path}" if path else prefix.rstrip(".")
            found.setdefault(id(module), (module, wording.clean(name), type(module).__name__))
    return list(found.values())


@contextmanager
def watched(prefix: str, module):
    """Notes the calls of a module and of those inside while it runs, as a list of `Call`."""
    calls: list[Call] = []
    with ExitStack() as stack:
        for part, path, what in _paths([(prefix, module)]):
            own = getattr(part, "__dict__", {})
            if callable(getattr(part, "forward", None)) and "forward" not in own:
                own["forward"] = _noting(part.forward, calls, path, what, id(part))
                stack.callback(own.pop, "forward", None)
        yield calls


def _noting(forward, calls, path, what, module):
    def noted(*inputs, **options):
        start = clock()
        y = forward(*inputs, **options)
        calls.append(Call(start, clock(), path, what, module))
        return y

    return noted


def tree(graph: Graph, rows: set[int], merge: bool, calls: list[Call]) -> Scope:
    """The whole as a scope, with the groups of entries that share a box in their scopes.

    A scope that would be one box, or all of the scope around it, says nothing and is left out.
    """
    whole = Scope()
    scope_of = _innermost(graph, rows, calls, whole)
    counts: dict[Scope, int] = {}
    for group in merging.groups(graph, rows, merge, scope_of):
        for scope in scope_of[group[0].index].above():
            counts[scope] = counts.get(scope, 0) + 1

    def kept(scope):
        """The scope that takes its place: the next around it, of those that say something."""
        return next(
            s for s in scope.above() if s is whole or 1 < counts[s] < counts[s.parent or whole]
        )

    scope_of = {index: kept(scope) for index, scope in scope_of.items()}
    for scope in list(counts):
        if scope is not whole and scope.parent:
            scope.parent = kept(scope.parent)
    placed = {whole}
    for group in merging.groups(graph, rows, merge, scope_of):
        item: list | Scope = group
        for scope in scope_of[group[0].index].above():
            scope.items.append(item)
            if scope in placed:
                break
            placed.add(scope)
            item = scope
    return whole


def _innermost(graph, rows, calls, whole) -> dict[int, Scope]:
    """The scope of every operation, by the order in which nodes were made and calls began."""
    waiting = sorted(calls, key=lambda call: (-call.start, call.end))
    ends: list[tuple[float, Scope]] = [(float("inf"), whole)]
    found = {}
    for e in graph.entries:
        if not e.op or e.index in rows:
            continue
        while waiting and waiting[-1].start < e.order:
            call = waiting.pop()
            while ends[-1][0] < call.end:
                ends.pop()
            scope = Scope(call.path, call.what, ends[-1][1], module=call.module)
            ends.append((call.end, scope))
        while ends[-1][0] < e.order:
            ends.pop()
        found[e.index] = ends[-1][1]
    return found
