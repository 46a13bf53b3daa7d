"""From the nodes of a graph to a formula: names for its leaves, for constants, for long parts."""

from collections import Counter
from collections.abc import Callable

import numpy as np

from autograd import graph, recording, wording
from autograd.errors import GraphError
from autograd.insight import algebra
from autograd.insight.algebra import Formula
from autograd.insight.values import GONE, call_of, known_values
from autograd.plan import is_output
from autograd.primitive import owned

WIDE = 60  # symbols in a formula, above which its parts get names of their own
PART = 16  # symbols in such a part
DEEP = 20  # formulas inside of each other, above which the inner ones do
MOST = 500  # operations that are written, the newest; of older ones, their present values
SAME = ("reshape", "copy", "astype", "broadcast_to", "expand_dims", "squeeze", "positive")


class Reader:
    """From nodes to formulas, oldest first; a part that grows too long gets a name."""

    def __init__(self, names):
        self.names = names
        self.arrays: set = set()  # constants without a name of the user's
        self.definitions: dict[str, Formula] = {}
        self.values: dict = {}
        self.taken: set[str] = set()
        self.numbers: dict[str, int] = {}  # of each stem, the number that was given last
        self.variables: set[str] = set()  # symbols of nodes: not of their values, as constants
        self.of: dict = {}
        self.lost: set = set()  # constants whose values nobody holds
        self.ends: set = set()  # results that are symbols here, because the graph is too large
        self.cut = 0  # nodes that are left out

    def read(self, t) -> Formula:
        """The formula of a Tensor; fills ``definitions`` and ``values``."""
        if t.node is None:
            return self._constant(t.data)
        nodes = graph.reachable(t.node)
        if len(nodes) > 4 * MOST:
            self.cut = len(nodes) - MOST
            nodes = nodes[:MOST]
            below = {p for node in nodes for p in node.parents} - set(nodes)
            nodes += sorted(below, key=lambda n: n.order, reverse=True)
            self.ends = below
        nodes = nodes[::-1]
        for node in nodes:
            if type(node.saved) is graph.Released:
                raise GraphError(
                    f"expression: {node.saved.by} has released the graph of this "
                    f"{node.plan.op.__name__}. Write it before the step."
                )
        self.known = known_values(nodes)
        with recording.no_grad(), np.errstate(all="ignore"):
            uses = Counter(p for node in nodes for p in node.parents)
            sizes = self._whole_size(nodes)
            for node in nodes:
                end = node.plan is None or node in self.ends
                f = self._leaf(node) if end else self._result(node)
                if node is not t.node:
                    own = self.names.of_node(node) is not None or uses[node] > 1
                    long = sizes[t.node] > WIDE and f.size > (PART if not own else 2)
                    if long or f.depth > DEEP:
                        f = self._define(node, f)
                self.of[node] = f
        return self.of[t.node]

    @staticmethod
    def _whole_size(nodes) -> dict:
        """Symbols in the formula of each node, if it were written out."""
        sizes: dict = {}
        for node in nodes:
            n = sum(sizes.get(p, 1) for p in node.parents) + len(node.constants)
            sizes[node] = min(max(n, 1), 10 * WIDE)
        return sizes

    def _name(self, wanted, stem) -> str:
        stem = f"{wanted}_" if wanted else stem
        k = self.numbers.get(stem, 1)
        name = wanted or f"{stem}{k}"
        while name in self.taken:
            k += 1
            name = f"{stem}{k}"
        self.numbers[stem] = k
        self.taken.add(name)
        return name

    def _leaf(self, node) -> Formula:
        name = self._name(self.names.of_node(node), "x" if node.plan is None else "v")
        self.values[name] = self.known.get(node)
        self.variables.add(name)
        return algebra.symbol(name, node.shape)

    def _define(self, node, f) -> Formula:
        name = self._name(self.names.of_node(node), "v")
        self.definitions[name] = f
        return algebra.symbol(name, f.shape)

    def _constant(self, v) -> Formula:
        if isinstance(v, (bool, np.bool_)):
            v = float(v)
        array = np.asarray(v)
        name = self.names.of_data(v) if hasattr(v, "dtype") else None
        if name is None and array.size and array.dtype.kind in "biufc":
            first = array.flat[0]
            if np.all(array == first):
                return algebra.number(first, array.shape)
        name = self._array_name(name, v)
        return algebra.symbol(name, array.shape)

    def _array_name(self, name, v) -> str:
        """The symbol of a constant array; the same array has the same."""
        for known, value in self.values.items():
            if value is v and known not in self.variables:
                return known
        if name is None and np.size(v) <= 6:
            name = wording.array(v)  # with four digits: another may be written like that
            if name in self.taken:
                if name in self.values and np.array_equal(self.values[name], v):
                    return name
                name = None
        unnamed = name is None
        name = self._name(name, "C")
        if unnamed:
            self.arrays.add(name)
        self.values[name] = v
        return name

    def _result(self, node) -> Formula:
        op = node.plan.op
        if is_output(node):
            which = node.saved[0]
            inputs = [self.of[node.parents[0]]]
            return algebra.call(
                str(which), inputs, lambda v: v[which], node.shape, "index", str(which)
            )
        if not op.names:
            return self._unknown(node, [self.of[p] for p in node.parents])
        called = call_of(node, self.known)
        parts = self._arguments(node, called)
        rule = RULES.get(op.__name__) if op.trusted else None  # not of a user's own "add"
        if rule and len(parts) == len(op.formulas):
            found = rule(*parts)
            if found.shape == node.shape:
                return found
        return self._call(node, called, parts)

    def _arguments(self, node, called) -> list[Formula]:
        """The differentiable arguments of an operation, in order: results and constants."""
        op, found = node.plan.op, []
        for k, (name, v) in enumerate(zip(op.names, called.args, strict=False)):
            if k in called.at:
                found.append(self.of[node.parents[called.at.index(k)]])
            elif type(v) is list:
                at = [p for p in called.at if type(p) is tuple and p[0] == k]
                found += [self.of[node.parents[called.at.index(p)]] for p in at]
            elif name not in op.formulas or v is None:
                continue
            elif v is GONE or name in called.stand_ins:
                shapes = {op.names[i]: s for i, s in node.constants if type(s) is tuple}
                lost = self._name(None, "C")
                self.lost.add(lost)
                found.append(algebra.symbol(lost, shapes.get(name, ())))
            else:
                found.append(self._constant(v))
        return found

    def _call(self, node, called, parts) -> Formula:
        """Any operation: written as a function of its inputs, evaluated by running it again."""
        op, name = node.plan.op, wording.operation(node.plan.op)
        inputs = [self.of[p] for p in node.parents]
        style, tag = _style(node, name, called)
        if style == "same" and inputs[0].kind == "number":
            return algebra.number(inputs[0].value, node.shape)
        gone = [op.names[k] for k, a in enumerate(called.args) if _lacks(a, k, called.at)]
        if called.guessed and not gone:
            if called.gone or node not in self.known:
                gone = called.guessed
            else:
                y = op.fn(*called.args, **called.options)
                same = np.array_equal(y, self.known[node], equal_nan=True)
                gone = [] if same else called.guessed
        shape = () if type(node.dtype) is tuple else node.shape
        tag += f"; {id(op)}" + (f"; node {node.order}" if gone else "")  # unlike any other

        def run(*values):
            if gone:
                raise GraphError(f"evaluate: {name} needs {', '.join(gone)}, which was not kept")
            args = [list(a) if type(a) is list else a for a in called.args]
            for v, at in zip(values, called.at, strict=False):
                if type(at) is tuple:
                    args[at[0]][at[1]] = v
                else:
                    args[at] = v
            with recording.no_grad():
                y = op.fn(*args, **called.options)
            return y if type(y) is tuple else owned(np.asarray(y))[()]

        if style == "index":
            name = tag.partition(";")[0]
        elif style is None:
            name += _axes(called, op)
        if len(parts) == len(inputs):  # in the order of the arguments, constants between them
            return algebra.call(name, inputs, run, shape, style, tag)
        places = [k for k, f in enumerate(parts) if any(f is i for i in inputs)]

        def run_of(*values):
            return run(*(values[k] for k in places))

        return algebra.call(name, parts, run_of, shape, style, tag)

    def _unknown(self, node, inputs) -> Formula:
        name = wording.operation(node.plan.op)

        def run(*values):
            raise GraphError(f"evaluate: {name} cannot be computed again from here")

        shape = () if type(node.dtype) is tuple else node.shape
        return algebra.call(name, inputs, run, shape, tag=f"node {node.order}")


def _lacks(a, k, at) -> bool:
    """Whether an argument that is no result of the graph is not known."""
    if type(a) is list:
        return any(v is GONE and (k, i) not in at for i, v in enumerate(a))
    return a is GONE and k not in at


def _style(node, name, called):
    """How a call is written, and what tells its options apart."""
    options = [a for k, a in enumerate(called.args) if k not in called.at]
    if not node.plan.op.trusted:
        name = ""
    tag = "".join(map(_told, [*options, *called.options.items()]))
    if name == "expand_dims" and len(node.shape) == 2 and node.shape[0] == 1 != node.shape[1]:
        return "transposed", tag
    if name in ("transpose", "swapaxes") and len(node.shape) == 2:
        return "transposed", tag
    if name in SAME:
        return "same", tag
    if name == "getitem" and options and options[0] is not GONE:
        last = type(options[0]) is tuple and len(options[0]) == 2 and options[0][0] is Ellipsis
        if last and type(options[0][1]) is int and node.parents[0].shape[-1] == 1:
            return "same", tag
        return "index", _index(options[0])
    return {"absolute": "absolute", "exp": "exp", "matmul": "matmul"}.get(name), tag


def _told(v) -> str:
    """An option as text that differs where the option does."""
    if isinstance(v, np.ndarray):
        return f"array {id(v)}"
    if type(v) in (list, tuple):
        return f"[{', '.join(map(_told, v))}]"
    return repr(v)


def _axes(called, op) -> str:
    """``_1`` for a function over axis 1, if that is not the axis it takes by itself."""
    given = dict(zip(op.names, called.args, strict=False)) | called.options
    if "axis" not in given:
        return ""
    axis = given["axis"]
    if type(axis) is tuple and len(axis) == 1:
        axis = axis[0]
    default = op.__signature__.parameters["axis"].default
    return f"_{axis}" if isinstance(axis, int) and axis != default else ""


def _index(index) -> str:
    parts = index if type(index) is tuple else (index,)
    said = []
    for p in parts:
        if isinstance(p, slice):
            ends = ["" if e is None else str(e) for e in (p.start, p.stop, p.step)]
            said.append(":".join(ends if ends[2] else ends[:2]))
        else:
            said.append("..." if p is Ellipsis else str(p) if np.size(p) == 1 else "index")
    return ", ".join(said)


def _raised(a, b):
    if b.kind == "number" and not isinstance(b.value, complex):
        return algebra.power(algebra.product(a, algebra.number(1, b.shape)), b.value)
    shape = np.broadcast_shapes(a.shape, b.shape)
    return algebra.call("power", [a, b], np.power, shape, "power")


MINUS_ONE = algebra.number(-1)
RULES: dict[str, Callable[..., Formula]] = {
    "add": algebra.total,
    "subtract": lambda a, b: algebra.total(a, algebra.product(MINUS_ONE, b)),
    "multiply": algebra.product,
    "divide": lambda a, b: algebra.product(a, algebra.power(b, -1)),
    "negative": lambda x: algebra.product(MINUS_ONE, x),
    "positive": lambda x: x,
    "square": lambda x: algebra.power(x, 2),
    "reciprocal": lambda x: algebra.power(x, -1),
    "sqrt": lambda x: algebra.power(x, 0.5),
    "power": _raised,
    "float_power": _raised,
}  # fmt: skip
