"""What is open and what is folded: so that a drawing can be read, and as the caller wishes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from autograd.draw.reading import Entry
from autograd.draw.scopes import Run, Scope
from autograd.errors import DtypeError, ValueRangeError

MOST, MOST_FULL = 40, 400  # boxes up to which scopes are opened
TURNS = 8  # so many turns of a loop are all shown; of more the first two and the last two
CELL = 3  # boxes of a turn that is folded where all could be shown
Wish = str | Callable | list | tuple | None


@dataclass(eq=False, slots=True)
class Unit:
    """One box: a group of entries, or scopes that are folded together.

    ``run``: what the folded scopes are a part of.
    """

    groups: list[list[Entry]]
    scopes: list[Scope]
    run: Run | None = None

    @property
    def last(self) -> Entry:
        """The newest of its entries."""
        return self.groups[-1][-1]


@dataclass(eq=False, slots=True)
class Frame:
    """An open scope: units and frames in it."""

    scope: Scope
    items: list


class Folding:
    """Decides what is open: all, if that makes at most 40 boxes, else the outermost first.

    Turns of a loop stay folded, unless they are tiny: side by side they show what goes from one
    to the next.

    Parameters
    ----------
    whole : Scope
        With runs in it, as `loops.find` leaves it.
    full : bool
        Open scopes up to 400 boxes instead of 40.
    fold, open : str, callable or list of these, optional
        Names or globs of paths or classes, or functions of a path: what the caller wants.
    rolled : bool
        Draw one turn of every loop.
    """

    def __init__(
        self, whole: Scope, fold: Wish = None, open: Wish = None, rolled=False, full=False
    ):
        self.whole, self.limit, self.rolled = whole, MOST_FULL if full else MOST, rolled
        self.scopes = list(_inside(whole))
        self.closed = self._wished("fold", fold)
        wanted = self._wished("open", open)
        self.wanted = {s for w in wanted for s in w.above()} - self.closed
        self.turns = {
            m
            for run in _runs(whole)
            if run.loop and sum(1 for _ in run.members[0].groups()) >= CELL
            for m in run.members
        } - self.wanted
        self.open = {whole, *self.scopes} - self.closed - self.turns
        self.shown = len(self.scopes) + self.limit if full else TURNS  # of blocks that are alike
        if self.size(whole) > self.limit:
            self.shown = 0
            self.open = {whole} | self.wanted
            self._open_what_fits()

    def _wished(self, option: str, wish: Wish) -> set[Scope]:
        found = set()
        for one in wish if isinstance(wish, (list, tuple)) else [] if wish is None else [wish]:
            if not isinstance(one, str) and not callable(one):
                raise DtypeError(
                    f"draw: {option}= expects a name such as 'layer1', a glob such as 'layer*' or "
                    f"a function of a name, got {type(one).__name__}"
                )
            matching = {s for s in self.scopes if s.path and _matches(one, s)}
            if not matching and isinstance(one, str):
                paths = list(dict.fromkeys(s.path for s in self.scopes if s.path))
                there = ", ".join(paths[:20]) + (", ..." if len(paths) > 20 else "")
                raise ValueRangeError(
                    f"draw: {option}={one!r} matches nothing; there is {there or 'no module'}"
                )
            found |= matching
        return found

    def _open_what_fits(self):
        """Level by level, each as a whole; what has no modules inside, such as a norm, last."""
        for with_modules in (True, False):
            while level := [s for s in self._next(self.whole) if _has_scopes(s) == with_modules]:
                before = set(self.open)
                self.open.update(level)
                if self.size(self.whole) > self.limit:
                    self.open = before
                    break

    def _next(self, scope: Scope) -> Iterator[Scope]:
        """What can be opened: folded scopes in open ones; of blocks in a row the first."""
        for item in scope.items:
            parts = self.parts(item) if isinstance(item, Run) else [[item]]
            for inner in [part[0] for part in parts if len(part) == 1]:
                if isinstance(inner, Scope) and inner in self.open:
                    yield from self._next(inner)
                elif isinstance(inner, Scope) and inner not in self.closed | self.turns:
                    yield inner

    def size(self, scope: Scope) -> int:
        """How many boxes it is drawn with."""
        if scope not in self.open:
            return 1
        total = 0
        for item in scope.items:
            if isinstance(item, Scope):
                total += self.size(item)
            elif isinstance(item, Run):
                total += sum(self.size(p[0]) if len(p) == 1 else 1 for p in self.parts(item))
            else:
                total += 1
        return total

    def parts(self, run: Run) -> list[list[Scope]]:
        """Its members, those in one list to be folded together."""
        n, members = len(run.members), run.members
        loop = run.loop
        if loop and self.rolled:
            return [[members[1]]]
        if n <= (TURNS if loop else self.shown):
            return [[m] for m in members]
        shown = {0, 1, n - 2, n - 1} if loop else {0}
        parts: list[list[Scope]] = []
        apart = True
        for k, member in enumerate(members):
            alone = k in shown or member in self.wanted
            if alone or apart:
                parts.append([member])
            else:
                parts[-1].append(member)
            apart = alone
        return parts

    def frame(self, scope: Scope | None = None) -> Frame:
        """What to draw of a scope that is open, of the whole by default."""
        scope = scope or self.whole
        items: list = []
        for item in scope.items:
            if isinstance(item, list):
                items.append(Unit([item], []))
                continue
            run = item if isinstance(item, Run) else None
            for part in self.parts(item) if isinstance(item, Run) else [[item]]:
                groups = [group for s in part for group in s.groups()]
                if len(groups) == 1:
                    items.append(Unit(groups, [], run))
                elif len(part) == 1 and part[0] in self.open:
                    items.append(self.frame(part[0]))
                else:
                    items.append(Unit(groups, part, run))
        return Frame(scope, items)


def _inside(scope: Scope) -> Iterator[Scope]:
    for item in scope.items:
        inner = [item] if isinstance(item, Scope) else item.members if isinstance(item, Run) else []
        for s in inner:
            yield s
            yield from _inside(s)


def _has_scopes(scope: Scope) -> bool:
    return any(not isinstance(item, list) for item in scope.items)


def _runs(scope: Scope) -> Iterator[Run]:
    for s in (scope, *_inside(scope)):
        yield from (item for item in s.items if isinstance(item, Run))


def _matches(wish: str | Callable, scope: Scope) -> bool:
    if callable(wish):
        return bool(wish(scope.path))
    return fnmatchcase(scope.path, wish) or fnmatchcase(scope.what, wish)
