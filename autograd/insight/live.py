"""`live_graph`: which graphs are alive, how large they are, and which variable keeps them."""

import gc
import inspect
import sys
import types
import weakref
from dataclasses import dataclass, field

import numpy as np

from autograd import graph, tables, wording
from autograd.insight.lines import line_of, variables_of
from autograd.memory import owner
from autograd.tensor import Tensor

LISTED = 20  # graphs in a table
NAMES = 3  # variables that are named for each
DEEP = 4  # levels of lists, dicts and attributes that are searched for a Tensor
MOST = 200_000  # objects that are looked at for names
ASKED = 10  # graphs whose holder is asked of the garbage collector, if no variable has them

PLAIN = (
    str, bytes, int, float, np.ndarray, type, types.ModuleType, types.BuiltinFunctionType,
    *weakref.ProxyTypes,
)  # fmt: skip
SHELL = ("IPython", "ipykernel", "traitlets")  # a notebook's: it keeps what it displayed in Out
OWN = ("autograd", "numpy", "_pytest", *SHELL)


@dataclass
class LiveGraph:
    """Nodes that hang together: ``bytes`` is what they saved, shared memory counted once."""

    nodes: int
    bytes: int
    op: str
    shape: tuple
    kept_by: list[str]
    line: str = ""


@dataclass
class LiveGraphs:
    """What `live_graph` found, largest first; prints as a table.  It holds nothing of the graphs.

    ``bytes``, ``nodes``: of all graphs together, what they share counted once; ``idle``: leaves
    that no graph uses.
    """

    graphs: list[LiveGraph] = field(default_factory=list)
    bytes: int = 0
    idle: int = 0
    nodes: int = 0

    def summary(self) -> str:
        """``2 graphs: 1,204 nodes that saved 3.1 MB; 4 leaves in no graph``."""
        parts = [
            f"{wording.counted(len(self.graphs), 'graph')}: "
            f"{wording.counted(self.nodes, 'node')} that saved {_size(self.bytes)}"
        ]
        if self.idle:
            leaves = "1 leaf" if self.idle == 1 else f"{self.idle:,} leaves"
            parts.append(f"{leaves} in no graph")
        return "; ".join(parts)

    def table(self) -> list[tuple[str, ...]]:
        """The graphs as text, a heading first."""
        rows: list[tuple[str, ...]] = [("nodes", "saved", "result", "kept by", "")]
        for g in self.graphs[:LISTED]:
            result = f"{g.op} {list(g.shape)}" if g.shape else g.op
            rows.append((f"{g.nodes:,}", _size(g.bytes), result, ", ".join(g.kept_by), g.line))
        if len(self.graphs) > LISTED:
            rest = self.graphs[LISTED:]
            nodes, size = sum(g.nodes for g in rest), sum(g.bytes for g in rest)
            rows.append((f"{nodes:,}", _size(size), f"{len(rest):,} more graphs", "", ""))
        return rows

    def __str__(self):
        lines = tables.lines(self.table(), right=(0, 1)) if self.graphs else []
        return "\n".join([self.summary(), *lines])

    __repr__ = __str__

    def _repr_html_(self):
        return tables.as_html(self.table(), self.summary(), right=(0, 1))


def live_graph() -> LiveGraphs:
    """Find every graph that is alive, and the variables that keep it alive.

    Nodes that share a result belong to one graph; a leaf (a parameter) may be under many.  Looked
    through for names: the variables of the functions that are running and of their modules, and the
    lists, dicts and attributes in them.  What keeps on growing in a training loop is here: a loss
    that was added up as a Tensor, or appended to a list.

    Returns
    -------
    LiveGraphs
        Prints as a table, largest first.

    Examples
    --------
    >>> from autograd import Tensor, live_graph
    >>> w = Tensor([1.0, 2.0], requires_grad=True)
    >>> losses = [(w * w).sum() for _ in range(3)]
    >>> sum(g.kept_by == ["losses[1]"] for g in live_graph().graphs)
    1
    """
    nodes = living_nodes()
    results = [n for n in nodes if n.plan is not None and type(n.saved) is not graph.Released]
    used = {p for n in results for p in n.parents}
    tops = [n for n in results if n not in used]
    names = _Names({id(t): n for n in tops if (t := n.out()) is not None}, sys._getframe(1))
    groups = _connected(results)
    found = LiveGraphs(idle=sum(n.plan is None and n not in used for n in nodes))
    whole: dict[int, int] = {}
    asked = 0
    for group in groups:
        memory: dict[int, int] = {}
        for n in group:
            _weigh(n.saved, memory)
        whole |= memory
        newest = max(group, key=lambda n: n.order)
        mine = [n for n in group if n not in used]
        kept = list(dict.fromkeys(name for n in mine for name in names.of.get(n, ())))
        more = f"and {len(kept) - NAMES:,} more" if len(kept) > NAMES else ""
        if not kept and asked < ASKED:
            asked += 1
            kept = _holders(newest)
        line = line_of(newest)
        found.graphs.append(
            LiveGraph(
                len(group) + len({p for n in group for p in n.parents if p.plan is None}),
                sum(memory.values()),
                wording.operation(newest.plan.op),
                newest.shape if type(newest.dtype) is not tuple else (),
                kept[:NAMES] + [more] * bool(more),
                str(line or ""),
            )
        )
    found.graphs.sort(key=lambda g: (-g.bytes, -g.nodes))
    found.bytes = sum(whole.values())
    found.nodes = len(results) + sum(p.plan is None for p in used)
    return found


def _connected(nodes) -> list[list]:
    """The nodes that are no leaves, in groups that hang together."""
    group_of: dict = {n: n for n in nodes}

    def find(n):
        root = n
        while group_of[root] is not root:
            root = group_of[root]
        while group_of[n] is not root:
            group_of[n], n = root, group_of[n]
        return root

    for n in nodes:
        for p in n.parents:
            if p in group_of:
                group_of[find(p)] = find(n)
    groups: dict = {}
    for n in nodes:
        groups.setdefault(find(n), []).append(n)
    return list(groups.values())


def _weigh(saved, memory: dict):
    """Add the bytes of what a node saved: {id of the memory: bytes}."""
    for v in saved or ():
        if type(v) is np.float64:
            memory[id(v)] = 8
        elif type(v) in (list, tuple):
            _weigh(v, memory)
        elif isinstance(v, (np.ndarray, np.generic)):
            base = owner(v) if isinstance(v, np.ndarray) else v
            memory[id(base)] = getattr(base, "nbytes", v.nbytes)


class _Names:
    """``of``: {node: names of the variables that hold its Tensor}, for the Tensors asked for."""

    def __init__(self, wanted: dict, frame):
        self.wanted = wanted
        self.of: dict = {}
        self.seen: set[int] = set()
        mine = {id(self), id(wanted), id(self.of), id(self.seen)}
        self.seen |= mine
        for variables in self._scopes(frame):
            self.seen.add(id(variables))
            out = variables.get("Out") if "get_ipython" in variables else None
            shown = set(map(id, out.values())) if type(out) is dict else set()
            for hidden in (False, True):  # what begins with _, and Out of a notebook: last
                for name, v in list(variables.items()):
                    own = name.startswith("_") or name in ("In", "Out")
                    if own is hidden and not (own and (name == "_oh" or id(v) in shown)):
                        self._search(name, v)

    @staticmethod
    def _scopes(frame):
        done = set()
        while frame is not None:
            if _package(frame.f_globals.get("__name__")) in SHELL:
                frame = frame.f_back
                continue
            if frame.f_code.co_flags & inspect.CO_OPTIMIZED:
                yield variables_of(frame)
            if id(frame.f_globals) not in done:
                done.add(id(frame.f_globals))
                yield frame.f_globals
            frame = frame.f_back
        main = sys.modules.get("__main__")
        if main is not None and id(vars(main)) not in done:
            yield vars(main)

    def _search(self, name, v):
        todo = [(name, v, 0)]
        while todo and len(self.seen) < MOST:
            name, v, depth = todo.pop()
            if type(v) is Tensor:
                node = self.wanted.get(id(v))
                if node is not None:
                    names = self.of.setdefault(node, [])
                    if name not in names and len(names) < NAMES:
                        names.append(name)
                continue
            if depth == DEEP or id(v) in self.seen or _plain(v):
                continue
            self.seen.add(id(v))
            todo += reversed([(inner, x, depth + 1) for inner, x in _inside(name, v)])


def _plain(v) -> bool:
    kind = type(v)  # not isinstance: a dead weak proxy raises when it is asked for its class
    return issubclass(kind, PLAIN) or _package(kind.__module__) in OWN


def _package(module) -> str:
    return (module or "").partition(".")[0]


def _inside(name, v):
    """The parts of a container or an object, with their names."""
    kind = type(v)
    if issubclass(kind, (list, tuple)):
        return [(f"{name}[{k}]", x) for k, x in enumerate(v)]
    if issubclass(kind, dict):
        return [(f"{name}[{k!r}]", x) for k, x in list(v.items()) if type(k) in (str, int)]
    if kind is types.FunctionType:
        cells = zip(v.__code__.co_freevars, v.__closure__ or (), strict=False)
        return [(f"{name}'s {free}", c.cell_contents) for free, c in cells if _filled(c)]
    inside = getattr(v, "__dict__", None)
    if isinstance(inside, dict):
        return [(f"{name}.{k}", x) for k, x in list(inside.items())]
    return []


def _filled(cell) -> bool:
    try:
        cell.cell_contents  # noqa: B018, raises where it is empty
    except ValueError:
        return False
    return True


def living_nodes() -> list:
    """All nodes there are.  By their type: to ask a dead weak proxy for its class raises."""
    return [v for v in gc.get_objects() if issubclass(type(v), graph.Node)]


def _holders(node) -> list[str]:
    """What refers to the Tensor of a node that no variable holds, as far as can be told."""
    t = node.out()
    target = node if t is None else t
    said = []
    for v in gc.get_referrers(target):
        if isinstance(v, types.FrameType):
            if v.f_code.co_filename != __file__:
                said.append(f"a variable of {v.f_code.co_name}()")
        elif isinstance(v, (list, tuple)) and len(v) < 1_000 and type(target) is Tensor:
            said.append(f"a {type(v).__name__} of {len(v)}")
        elif isinstance(v, dict) and type(target) is Tensor:
            keys = [k for k, x in list(v.items()) if x is target]
            said += [f"key {k!r} of a dict" for k in keys[:1]]
        elif (module := type(v).__module__ or "").startswith("autograd.insight."):
            said.append(f"a result of {module.rpartition('.')[2]}()")
        elif not isinstance(v, (list, tuple, dict, set, graph.Node, types.CellType)):
            said.append(f"a {type(v).__name__}")
    return list(dict.fromkeys(said))[:NAMES] or ["unknown"]


def _size(n: float) -> str:
    for unit in ("B", "kB", "MB"):
        if n < 1000:
            return f"{n:.0f} {unit}" if unit == "B" else f"{n:.3g} {unit}"
        n /= 1000
    return f"{n:.3g} GB"
