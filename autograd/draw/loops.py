"""Repetitions: turns of a loop, and blocks of one structure, found by what the graph looks like."""

import functools
import heapq
import itertools
import re
from collections.abc import Iterator

from autograd.draw import merging
from autograd.draw.reading import Entry, Graph
from autograd.draw.scopes import Run, Scope

FEWEST = 3  # so many times in a row, or more, is a repetition
LONGEST = 48  # items of one turn


def find(scope: Scope, graph: Graph):
    """Put a `Run` in the place of every repetition among the items of a scope, and inside.

    Turns of loops, which use the same leaves, are looked for first; then blocks like each other.
    """
    users: dict[int, list[int]] = {}
    for e in graph.entries:
        for i in e.inputs:
            if isinstance(i, int):
                users.setdefault(i, []).append(e.index)
    _find(scope, graph, users)


def _find(scope: Scope, graph: Graph, users: dict[int, list[int]]):
    for item in scope.items:
        if isinstance(item, Scope):
            _find(item, graph, users)
    for same in (True, False):
        numbers: dict = {}  # structure -> a small number: cheap to compare
        structures = [
            numbers.setdefault(_structure(graph, item, same), len(numbers)) for item in scope.items
        ]
        later = functools.partial(_later, scope.items, users)
        items: list = []
        start = 0
        for first, period, turns in _repetitions(structures, later):
            items += scope.items[start:first]
            start = first + turns * period
            turn = range(first, start, period)
            items.append(_run(graph, [_turn(scope, scope.items[k : k + period]) for k in turn]))
        scope.items = items + scope.items[start:]


def _structure(graph: Graph, item, same: bool) -> tuple:
    """What two items have in common if one repeats the other, with the ``same`` leaves or not."""
    if isinstance(item, Run):
        return ("run", len(item.members), _structure(graph, item.members[0], same))
    if isinstance(item, Scope):
        name = re.sub(r"\d+", "", item.path)  # block1 is like block2, but not like head
        return (name, item.what, *(_structure(graph, i, same) for i in item.items))
    used = [i for e in item for i in leaves(graph, e)]
    if not same:
        used = [graph.entries[i].shape for i in used]
    return (*((e.op, e.shape, len(e.inputs)) for e in item), *used)


def leaves(graph: Graph, e: Entry):
    """Leaves that an operation uses, directly or by a view of one."""
    for i in e.inputs:
        source = graph.entries[i] if isinstance(i, int) else None
        if (
            source
            and source.op in merging.VIEWS
            and source.inputs
            and type(source.inputs[0]) is int
        ):
            source = graph.entries[source.inputs[0]]
        if source and not source.op:
            yield source.index


def _repetitions(numbers: list[int], later) -> list[tuple[int, int, int]]:
    """(first, period, turns) of stretches that repeat, the longest chosen first, in order.

    ``later(first, period, turns, slack)``: how many items later, up to ``slack``, they begin.
    """
    waiting = [(-(n - n % p), p, start, n) for p, start, n in _stretches(numbers)]
    heapq.heapify(waiting)
    taken, found = bytearray(len(numbers)), []
    while waiting:
        _, period, start, n = heapq.heappop(waiting)
        end = start + n
        if not any(taken[start:end]):
            first = start + later(start, period, n // period, n % period)
            found.append((first, period, n // period))
            taken[first : first + n - n % period] = b"\1" * (n - n % period)
            continue
        for free in re.finditer(b"\0+", taken[start:end]):  # what is left of it
            m = free.end() - free.start()
            if m >= FEWEST * period:
                heapq.heappush(waiting, (-(m - m % period), period, start + free.start(), m))
    return sorted(found)


def _stretches(numbers: list[int]) -> Iterator[tuple[int, int, int]]:
    """(period, start, length) of all stretches with at least so many turns."""
    for period in range(1, min(LONGEST, len(numbers) // FEWEST) + 1):
        same, last = 0, len(numbers) - period
        for k in range(last + 1):
            if k < last and numbers[k] == numbers[k + period]:
                same += 1
                continue
            if same >= period * (FEWEST - 1):
                yield period, k - same, same + period
            same = 0


def _later(items: list, users: dict, first: int, period: int, turns: int, slack: int) -> int:
    """How much later the turns begin: where the fewest values are used outside of their turn."""

    def leaving(start: int) -> int:
        total = 0
        for k in range(first + start, first + start + turns * period, period):
            made = {e.index for e in _entries(items[k : k + period])}
            total += sum(not made.issuperset(users.get(i, ())) for i in made)
        return total

    return min(range(slack + 1), key=leaving)


def _entries(items) -> list[Entry]:
    return [e for item in items for group in _groups(item) for e in group]


def _groups(item):
    if isinstance(item, list):
        return [item]
    members = item.members if isinstance(item, Run) else [item]
    return [group for scope in members for group in scope.groups()]


def _turn(parent: Scope, items: list) -> Scope:
    """One turn as a scope: what was called, or what lies between two turns of a loop."""
    if len(items) == 1 and isinstance(items[0], Scope):
        return items[0]
    turn = Scope(parent=parent, items=items)
    for item in items:
        for scope in item.members if isinstance(item, Run) else [item]:
            if isinstance(scope, Scope):
                scope.parent = turn
    return turn


def _run(graph: Graph, members: list[Scope]) -> Run:
    entries = [[e for group in m.groups() for e in group] for m in members]
    weights = [frozenset(i for e in some for i in leaves(graph, e)) for some in entries]
    made = [{e.index for e in some} for some in entries]
    carried = any(i in made[0] for e in entries[1] for i in e.inputs if isinstance(i, int))
    tied = bool(weights[1]) and all(w == weights[1] for w in weights[1:])
    own = all(a and not a & b for a, b in itertools.pairwise(weights))
    run = Run(members, tied, own, carried)
    if run.loop:
        for k, member in enumerate(members, 1):
            member.path = f"{member.path} t={k}".strip()
    return run
