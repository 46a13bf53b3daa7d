"""What is written on folded scopes and on frames, and which box every entry is in."""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from autograd import wording
from autograd.draw import loops, merging, parts
from autograd.draw.folding import Frame, Unit
from autograd.draw.model import Line, Text
from autograd.draw.parts import Show
from autograd.draw.reading import Constant, Entry, Graph
from autograd.draw.scopes import Run, Scope

LISTED = 6  # operations of a turn that are listed
LONGEST_LABEL = 18  # characters of a norm's name
MOST_RESULTS = 3  # of a folded scope that are shown


class Plan:
    """Where everything goes.

    ``units``, in topological order.  ``home``: entry -> the id of its box.  ``rows``: the cells of
    loops, side by side.  ``lines``: box -> the line it is put on; ``turns``: boxes of turns.
    ``within``: leaves that only one folded scope uses; they are counted in its box, one of
    ``folded``.

    ``hidden``: parameters, and views of them, that are rows of their operation's box.
    """

    def __init__(self, frame: Frame, graph: Graph, hidden: set[int]):
        self.graph, self.hidden = graph, hidden
        self.units = sorted(_units(frame), key=lambda unit: unit.last.index)
        self.home = {
            e.index: f"n{unit.last.index}"
            for unit in self.units
            for group in unit.groups
            for e in group
        }
        self.folded = {f"n{unit.last.index}" for unit in self.units if unit.scopes}
        self.users: dict[int, list[Entry]] = {}
        for e in graph.entries:
            for i in e.inputs:
                if isinstance(i, int):
                    self.users.setdefault(i, []).append(e)
        self.away: set[int] = set()  # entries of turns that are not shown
        self.rolled: set[Run] = set()
        self.run_of: dict[Scope, tuple[Run, int]] = {}
        self.loops: list[Run] = []
        self.rows: list[list[str]] = []
        self.lines: dict[str, str] = {}
        self.turns: set[str] = set()
        for run in _runs(frame.scope):
            for k, member in enumerate(run.members):
                self.run_of[member] = (run, k)
            if run.loop:
                self.loops.append(run)
                self._lay_out(run)
        self.within = self._within()

    def _lay_out(self, run: Run):
        """Homes for the turns that are not shown, a line for what goes over, a row of cells."""
        turns = [_entries(m.groups()) for m in run.members]
        shown = next((t for t in turns[1:] if t[0].index in self.home), None)
        if shown is None:
            return
        for turn in turns:
            if turn[0].index not in self.home:
                self.away.update(e.index for e in turn)
                self.rolled.add(run)
                self.home.update(
                    (e.index, self.home[s.index]) for e, s in zip(turn, shown, strict=True)
                )
        for before, after in itertools.pairwise(turns):
            made = {e.index for e in before}
            over = [i for e in after for i in e.inputs if isinstance(i, int) and i in made]
            if over:
                self.lines[self.home[max(over)]] = f"h{turns[0][0].index}"
        boxes = list(dict.fromkeys(self.home[t[-1].index] for t in turns))
        homes = [{self.home[e.index] for e in t} for t in turns]
        self.turns.update(box for home in homes for box in home)
        if len(boxes) > 1 and all(len(home) == 1 for home in homes):
            self.rows.append(boxes)

    def _within(self) -> set[int]:
        """Parameters that one folded scope uses; of hand-written blocks all leaves."""
        blocks = {f"n{u.last.index}" for u in self.units if u.scopes and not u.scopes[0].what}
        found = set()
        for e in self.graph.entries:
            if not e.op and e.index in self.users:
                homes = {self.home.get(user.index) for user in self.users[e.index]}
                if len(homes) == 1 and homes <= (self.folded if e.parameter else blocks):
                    found.add(e.index)
        return found

    def inputs(self, unit: Unit) -> list[tuple[Entry, int, int | Constant]]:
        """What comes into folded scopes from outside: user, place, what."""
        inside = {e.index for e in _entries(unit.groups)} | self.within | self.away
        cell = bool(unit.run and unit.run.loop) and len(unit.scopes) == 1

        def drawn(item: Constant) -> bool:
            return bool(item.name) or (cell and math.prod(item.shape) > 1)

        return [
            (e, k, i)
            for group in unit.groups
            for e in group
            for k, i in enumerate(self._given(unit, e))
            if not (isinstance(i, int) and i in self.hidden)
            and (i not in inside if isinstance(i, int) else drawn(i))
        ]

    def _given(self, unit: Unit, e: Entry) -> list[int | Constant]:
        """The inputs of an entry; in a loop that is drawn once, what all turns are given."""
        if unit.run not in self.rolled:
            return e.inputs
        given = []
        for k, item in enumerate(e.inputs):
            items = [x.inputs[k] for x in self._in_all_turns(unit.run, e)]
            if isinstance(item, Constant) and not all(_same(x, item) for x in items):
                name = getattr(items[-1], "name", None)  # the variable names the last
                item = Constant(item.shape, None, name, len(items))
            given.append(item)
        return given

    def _in_all_turns(self, run: Run, e: Entry) -> list[Entry]:
        """What has the place of this entry of the second turn in each of them."""
        turns = [_entries(m.groups()) for m in run.members]
        place = next(k for k, x in enumerate(turns[1]) if x is e)
        return [turn[place] for turn in turns]

    def results(self, unit: Unit) -> list[Entry]:
        """Entries of folded scopes that are used outside of them, the newest first.

        Of several turns those of the last; none of blocks that stand side by side.
        """
        inside = {e.index for e in _entries(unit.groups)}
        if len(unit.scopes) > 1 and not (unit.run and unit.run.carried):
            return []
        used = [
            e
            for e in _entries(unit.scopes[-1].groups())
            if any(user.index not in inside for user in self.users.get(e.index, ()))
            or any(e is output for output in self.graph.outputs)
        ]
        return used[::-1][:MOST_RESULTS]

    def result(self, unit: Unit, e: Entry, show: Show) -> list[Line]:
        """Name, statistics and norm of the gradient of a result of folded scopes.

        An output has a box for that; the norm, which is not in it, stands in each turn of a loop.
        """
        names = [e.name, self._in_the_last_turn(unit, e)]
        name = next(filter(None, names[::-1] if unit.run in self.rolled else names), "")
        lines: list[Line] = [(Text(wording.clipped(name), "name"),)] if name else []
        if unit.run in self.rolled:
            return lines + self._over_time(unit.run, e, show)
        turn = bool(unit.run and unit.run.loop) and e.size > 1
        if not turn and any(e is output for output in self.graph.outputs):
            return []
        if e.size == 1:
            return lines + parts.value(e, show) + parts.gradient(self.graph, e, show)
        if show.statistics and e.value is not None:
            lines.append((Text(wording.statistic(e.value), "statistic"),))
        if show.gradients and e.gradient is not None and show.statistics:
            norm = wording.number(wording.norm(e.gradient), 3)
            lines.append((Text(f"{self._norm_of(unit, e)} {norm}", "gradient"),))
        return lines

    def _over_time(self, run: Run, e: Entry, show: Show) -> list[Line]:
        """The norms of the gradients of this result in the first and the last turn."""
        turns = self._in_all_turns(run, e)
        lines: list[Line] = []
        for k in (0, len(turns) - 1):
            g = turns[k].gradient
            if show.gradients and g is not None:
                text = f"t = {k + 1}: ‖grad‖ {wording.number(wording.norm(g), 3)}"
                lines.append((Text(text, "gradient"),))
        return lines

    def _norm_of(self, unit: Unit, e: Entry) -> str:
        """``‖dL/dh_3‖`` for what a turn of a loop gives to the next, if it has a name."""
        name, of = self._in_the_last_turn(unit, e), self.graph.root.name
        if name.isidentifier() and e.exact and of:
            label = f"‖d{of}/d{name}_{self.run_of[unit.scopes[-1]][1] + 1}‖"
            if len(label) <= LONGEST_LABEL:
                return label
        return "‖grad‖"

    def _in_the_last_turn(self, unit: Unit, e: Entry) -> str:
        """What a result is called in the last turn of its loop: the variable names no other."""
        if not unit.run or not unit.run.loop:
            return ""
        turn = [x.index for x in _entries(unit.scopes[-1].groups())]
        return _entries(unit.run.members[-1].groups())[turn.index(e.index)].name or ""

    def notes(self) -> list[Line]:
        """What all turns of each loop share."""
        lines: list[Line] = []
        for run in self.loops:
            used: dict[str, None] = {}
            for group in run.members[0].groups():
                for e in group:
                    for leaf in loops.leaves(self.graph, e):
                        entry = self.graph.entries[leaf]
                        used[f"{entry.name or 'parameter'} {entry.shape}"] = None
            text = f"{len(run.members)} turns with the same {', '.join(used)}"
            lines.append((Text(text, "shape"),))
        return lines

    def rolled_inputs(self) -> Iterator[tuple[Entry, int, int]]:
        """Inputs of the turns that are not drawn; of what is drawn, from those turns."""
        for e in self.graph.entries:
            for k, i in enumerate(e.inputs):
                known = isinstance(i, int) and i in self.home and e.index in self.home
                if known and (e.index in self.away or i in self.away) and i not in self.hidden:
                    yield e, k, i

    # -- words -----------------------------------------------------------------------------------

    def title(self, scope: Scope) -> str:
        """What a frame is called."""
        run, k = self.run_of.get(scope, (None, 0))
        if run and run.loop:
            title = f"{_loop_name(scope)}  {self._turns(run, k, 1)}".strip()
            return f"{title}, shown: t = {k + 1}" if run in self.rolled else title
        if run and not scope.path and not scope.what:
            return f"{k + 1} of {len(run.members)}"
        return f"{scope.path}  {scope.what}".strip()

    def _turns(self, run: Run, first: int, n: int) -> str:
        if run in self.rolled:
            return f"t = 1 ... {len(run.members)}"
        return f"t = {first + 1}" + (f" ... {first + n}" if n > 1 else "")

    def heading(self, unit: Unit) -> list[Line]:
        """Name, class and size of folded scopes."""
        first, run, n = unit.scopes[0], unit.run, len(unit.scopes)
        if run and run.loop:
            title = f"{_loop_name(first)}  {self._turns(run, run.members.index(first), n)}"
            same = len(run.members) if run in self.rolled else n
            lines: list[Line] = [(Text(title.strip(), "name"),)]
            if same > 1:
                lines.append((Text(f"{wording.TIMES}{same}, same weights", "shape"),))
            turn = [e.op for e in _entries(first.groups())]
            if len(turn) <= LISTED:
                half = (len(turn) + 1) // 2 if len(turn) > 3 else len(turn)
                for some in (turn[:half], turn[half:]):
                    lines += [(Text(", ".join(some), "shape"),)] if some else []
                return lines
        elif run and n > 1:
            like = run.members[0].path or run.members[0].what
            ops = ", ".join(e.op for e in _entries(first.groups())[:LISTED])
            lines = [(Text(f"{n} more like {like}" if like else f"{n} more: {ops}", "name"),)]
            weights = "own weights" if run.own else "same weights" if run.tied else ""
            paths = f"{first.path} ... {unit.scopes[-1].path}" if first.path else ""
            more = ", ".join(text for text in (paths, weights) if text)
            lines += [(Text(more, "shape"),)] if more else []
        else:
            name = [Text(wording.clipped(first.path), "name")] if first.path else []
            gap = "  " if name else ""
            lines = [(*name, Text(f"{gap}{first.what or 'steps'}", "shape"))]
        return [*lines, (Text(self.size(unit), "shape"),)]

    def size(self, unit: Unit) -> str:
        """``30 operations, 75,008 parameters``."""
        entries = _entries(unit.groups)
        text = wording.counted(len(entries), "operation")
        leaves: dict[int, Entry] = {}
        for e in entries:
            todo = [i for i in e.inputs if isinstance(i, int)]
            for i in todo:
                source = self.graph.entries[i]
                if source.op in merging.VIEWS and source.inputs and type(source.inputs[0]) is int:
                    source = self.graph.entries[source.inputs[0]]
                if not source.op and (source.parameter or not self.graph.has_parameters):
                    leaves[source.index] = source
        numbers = sum(e.size for e in leaves.values())
        return f"{text}, {wording.counted(numbers, 'parameter')}" if numbers else text

    def tooltip(self, unit: Unit) -> str:
        """All about folded scopes."""
        ends = (f"{s.path} {s.what}".strip() for s in (unit.scopes[0], unit.scopes[-1]))
        counts: dict[str, int] = {}
        for e in _entries(unit.groups):
            counts[e.op] = counts.get(e.op, 0) + 1
        most = sorted(counts.items(), key=lambda count: -count[1])
        lines = [
            " ... ".join(dict.fromkeys(ends)),
            self.size(unit),
            ", ".join(f"{n:,} {op}" for op, n in most),
        ]
        return "\n".join(line for line in lines if line)


def _entries(groups) -> list[Entry]:
    return [e for group in groups for e in group]


def _same(item: int | Constant, other: Constant) -> bool:
    """Whether it is the same constant; a formula may have kept a copy."""
    return isinstance(item, Constant) and (
        item.value is other.value or np.array_equal(item.value, other.value)
    )


def _loop_name(turn: Scope) -> str:
    return turn.path.rpartition("t=")[0].strip()


def _units(frame: Frame) -> Iterator[Unit]:
    for item in frame.items:
        if isinstance(item, Unit):
            yield item
        else:
            yield from _units(item)


def _runs(scope: Scope) -> Iterator[Run]:
    """All runs, those inside of others first."""
    for item in scope.items:
        for inner in item.members if isinstance(item, Run) else [item]:
            if isinstance(inner, Scope):
                yield from _runs(inner)
        if isinstance(item, Run):
            yield item
