"""A primitive is a NumPy function with its derivative formulas beside it.

    @primitive
    def tanh(x):
        return np.tanh(x)

    tanh.vjp(x=lambda g, y: g * (1 - y * y))

A formula takes the cotangent ``g`` = dL/dy first and then, by name, exactly what it needs: an
input (``x``), the output (``y``; of several outputs ``y0``, ``y1``, ...), an option (``axis``), an
input's shape (``x_shape``) or, where the argument is a list of arrays, the position ``i`` in it.
Only that is saved, and only for the arguments that need a gradient.  Formulas are plain NumPy: in a
first backward pass they get arrays, and where derivatives are themselves differentiated, Tensors.
"""

import inspect
from itertools import repeat
from operator import is_
from types import FunctionType
from weakref import ref

import numpy as np
from numpy import float64, ndarray

from autograd import errors, recording
from autograd.backward import Several
from autograd.foreign import PLAIN, number, plain, result
from autograd.graph import Node, Scalar, clock, nobody
from autograd.memory import keep
from autograd.tensor import Tensor, wrap

new = object.__new__
VARIADIC = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
KEPT = 32  # plans for up to this many inputs are kept
SMALL = 6  # values of up to this many elements stay with their node, for drawings


class Plan:
    """What to save and which formulas to run when exactly these inputs need a gradient.

    ``key`` holds the position of each such input: k, or (k, i) for element i of a list.
    """

    __slots__ = ("op", "key", "names", "save", "links", "vjps", "elementwise", "fixed")
    names: tuple[str, ...]
    links: tuple
    vjps: tuple

    def __init__(self, op: "Primitive", key: tuple):
        self.op, self.key, self.elementwise = op, key, op.elementwise
        takes = [k for k, name in enumerate(op.names) if name in op.formulas]
        self.fixed = tuple(k for k in takes if k in op.lists or k not in key)
        places = [k if type(k) is tuple else (k, None) for k in key]
        formulas = [op.formula_at(k) for k, _ in places]
        needs = [_needs(f) for f in formulas]
        self.names = tuple(dict.fromkeys(q for need in needs for q in need if not op.is_place(q)))
        items = "".join(op.source(q) + ", " for q in self.names)
        env = {"_shape": _shape, "_keep": keep, "_float64": float64, **op.defaults}
        self.save = eval(f"lambda _output, {op.head}: ({items})", env) if items else None
        self.links = tuple(self._link(q, places) for q in self.names)
        calls = {f: self._call(need) for f, need in zip(formulas, needs, strict=True)}
        self.vjps = tuple(calls[f](f, i) for f, (_, i) in zip(formulas, places, strict=True))

    def _call(self, need):
        """What makes the call of a formula: it picks what the formula needs from what was saved."""
        given = ", ".join(["g", *map(self._argument, need)])
        return eval(f"lambda formula, i: lambda g, s: formula({given})")

    def _argument(self, name):
        return "i" if self.op.is_place(name) else f"s[{self.names.index(name)}]"

    def _link(self, name, places):
        """Whose value a saved item is: 'y', a parent's number, {place in a list: number}, None."""
        if name not in self.op.names:
            return name if name[0] == "y" and self.op.source(name).startswith("_output") else None
        if name not in self.op.formulas:
            return None
        at = {i: n for n, (k, i) in enumerate(places) if k == self.op.names.index(name)}
        return at.get(None, at or None)

    def relink(self, node: Node) -> tuple:
        """The saved items as Tensors in the graph, to differentiate the formulas themselves."""
        items = []
        for v, link in zip(node.saved, self.links, strict=True):
            if type(link) is str:
                which = int(link[1:]) if len(link) > 1 else None
                v = unpack(v, node) if type(v) is tuple else _of_node(v, node, which)
            elif type(link) is int:
                v = wrap(v, node.parents[link])
            elif link is not None:
                v = [wrap(a, node.parents[link[i]]) if i in link else a for i, a in enumerate(v)]
            items.append(v)
        return tuple(items)

    def of(self, k: int) -> str:
        """The name of the argument that parent ``k`` is, for messages and drawings."""
        place = self.key[k]
        if type(place) is tuple:
            return f"{self.op.names[place[0]]}[{place[1]}]"
        return self.op.names[place]


class Primitive:
    """A function of arrays that records; ``.vjp(...)`` gives its derivative formulas.

    Parameters
    ----------
    fn : callable
        Takes arrays, returns an array (or a tuple of arrays); never changes its inputs.
    names : list of str, optional
        Its arguments, where the signature cannot be read (a ufunc).
    elementwise : bool
        ``y[i]`` depends on ``x[i]`` alone.  A zero cotangent is then kept zero where the local
        derivative is infinite or NaN, as in the untaken branch of ``where``.
    linear : bool
        Linear in each argument that has a formula, the others as they are (a list of arrays is
        one argument): forward mode then calls the function itself.
    """

    def __init__(self, fn, names=None, elementwise=False, linear=False):
        self.fn, self.elementwise, self.linear = fn, elementwise, linear
        self.trusted = False  # its results and formulas hand out new memory: `listed` says so
        self.not_everywhere = False  # its formula looks at g to see whether there is a derivative
        self.__name__, self.__doc__ = fn.__name__.strip("_"), fn.__doc__
        if names is None:
            self.__signature__ = inspect.signature(fn)
        else:
            kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
            self.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in names])
        self.names = list(self.__signature__.parameters)
        self.head, self.defaults = self._head()
        self.formulas, self.lists, self.plans = {}, set(), {}

    def _head(self):
        """The parameters as code, their defaults by name, and these defaults."""
        parts, defaults = [], {}
        for p in self.__signature__.parameters.values():
            if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                parts.append("*" * (1 if p.kind is p.VAR_POSITIONAL else 2) + p.name)
                continue
            if p.kind is p.KEYWORD_ONLY and not any(q[0] == "*" for q in parts):
                parts.append("*")
            parts.append(p.name if p.default is p.empty else f"{p.name}=_default_{p.name}")
            if p.default is not p.empty:
                defaults[f"_default_{p.name}"] = p.default
        return ", ".join(parts), defaults

    def __repr__(self):
        return f"<primitive {self.__name__}{self.__signature__}>"

    def vjp(self, **formulas) -> "Primitive":
        """Give a formula per differentiable argument: ``x=lambda g, what, it, needs: ...``."""
        for name, formula in formulas.items():
            if name not in self.names:
                raise errors.ValueRangeError(
                    f"{self.__name__}.vjp: there is no argument {name!r}; it has {self.names}"
                )
            needs = _needs(formula)
            for q in needs:
                if not self.is_place(q) and self.source(q) is None:
                    raise errors.ValueRangeError(
                        f"{self.__name__}.vjp: the formula for {name!r} asks for {q!r}. After g it "
                        f"can name y, y0 (the first of several outputs), i, any of {self.names}, "
                        "or one of these followed by _shape."
                    )
            if any(map(self.is_place, needs)):
                self.lists.add(self.names.index(name))
        self.formulas.update(formulas)
        self.plans.clear()
        return self

    def is_place(self, q: str) -> bool:
        """Whether a formula that asks for ``q`` asks for its place in a list of arrays."""
        return q == "i" and q not in self.names

    def source(self, q: str):
        """The code that picks what a formula calls ``q``, when the operation is recorded."""
        if q in self.names:
            return f"({q} if type({q}) is _float64 else _keep({q}))"
        if q.endswith("_shape") and q[:-6] in self.names:
            return f"_shape({q[:-6]})"
        if q[:1] == "y" and q[1:].isdigit():
            return f"_output[{q[1:]}]"
        return "_output" if q == "y" else None

    def formula_at(self, k: int):
        """The formula of the argument at position ``k``."""
        name = self.names[k] if k < len(self.names) else f"number {k}"
        if name not in self.formulas:
            raise errors.DtypeError(
                f"{self.__name__}: the argument {name!r} has no derivative, but got a Tensor that "
                f"requires grad. Pass its .detach(), or add {self.__name__}.vjp({name}=...)."
            )
        return self.formulas[name]

    def _differentiates(self, k: int) -> bool:
        """Whether the argument at ``k`` is an operand, no matter to the user's own function."""
        return self.trusted or (k < len(self.names) and self.names[k] in self.formulas)

    def __call__(self, *args, **options):
        """Compute ``fn`` of the values; where a Tensor among them needs it, record a node."""
        if options and (
            not self.formulas.keys().isdisjoint(options) or Tensor in map(type, options.values())
        ):
            bound = self.__signature__.bind(*args, **options)
            bound.apply_defaults()
            args, options = bound.args, bound.kwargs
        raw, parents, key, found = list(args), [], [], False
        for k, a in enumerate(args):
            if type(a) is Tensor:
                raw[k], found = a.data, True
                if a.node is not None:
                    parents.append(a.node)
                    key.append(k)
            elif k in self.lists:
                raw[k] = values = list(a)
                for i, b in enumerate(values):
                    if type(b) is Tensor:
                        values[i], found = b.data, True
                        if b.node is not None:
                            parents.append(b.node)
                            key.append((k, i))
                    elif type(b) not in PLAIN:
                        values[i] = plain(b, self.__name__)
            elif type(a) not in PLAIN:
                raw[k] = plain(a, self.__name__ if self._differentiates(k) else None)
        watcher = recording.state.watcher if recording.special else None
        try:
            y = watcher.compute(self, raw, options) if watcher else self.fn(*raw, **options)
        except Exception as e:
            errors.reraise(e, self.__name__, raw)
        if not found:
            return y
        if not self.trusted or any(map(is_, raw, repeat(y))):
            y = tuple(map(_viewed, y)) if type(y) is tuple else _viewed(y)
        if type(y) is tuple:
            y = tuple([settled(v, self.__name__) for v in y])
        else:
            y = settled(y, self.__name__)
            if y.dtype.kind not in "fc":  # integers have no derivative: the graph ends here
                return wrap(number(y, self.__name__), None)
        if not parents or (recording.special and not recording.state.on):
            return unpack(y, None) if type(y) is tuple else wrap(y, None)
        plan = self.plan(tuple(key))
        saved = plan.save(y, *raw, **options) if plan.save else ()
        constants = tuple(self._constants(raw, plan)) if plan.fixed else ()
        if type(y) is tuple:
            return unpack(y, recorded(plan, tuple(parents), y, saved, constants))
        return recorded(plan, tuple(parents), y, saved, constants)

    def _constants(self, raw, plan):
        """(place, value as drawings show it) of the arguments that need no gradient."""
        for k in plan.fixed:
            v = raw[k] if k < len(raw) else None
            if v is not None and k in self.lists:
                key = set(plan.key)
                yield from (((k, i), shown(b)) for i, b in enumerate(v) if (k, i) not in key)
            elif v is not None:
                yield k, shown(v)

    def plan(self, key: tuple) -> Plan:
        """The plan for inputs at ``key``, made once; for long lists, of any length, each time."""
        plan = self.plans.get(key)
        if plan is None:
            plan = Plan(self, key)
            if len(key) <= KEPT:
                self.plans[key] = plan
        return plan


def recorded(plan, parents, y, saved, constants):
    """The Tensor of a new node; for several outputs, the node."""
    if type(y) is float64:
        n = Scalar()
        n.value = y
    elif type(y) is tuple:
        n = new(Node)
        n.shape, n.dtype = tuple(v.shape for v in y), tuple(v.dtype for v in y)
        n.value, n.out = None, nobody
    else:
        n = new(Node)
        n.shape, n.dtype, n.value = y.shape, y.dtype, shown(y)
    n.plan = plan
    n.parents = parents
    n.saved = saved
    n.constants = constants
    n.order = clock()
    if type(y) is not tuple:
        t = wrap(y, n)
        n.out = ref(t)
    if recording.special and recording.state.watcher:
        recording.state.watcher.made(n, y)
    return n if type(y) is tuple else t


def _needs(formula) -> list[str]:
    if type(formula) is FunctionType and not formula.__dict__:
        code = formula.__code__  # as `inspect` would find, without the time it takes at import
        if not code.co_kwonlyargcount and not code.co_flags & VARIADIC:
            return list(code.co_varnames[1 : code.co_argcount])
    return list(inspect.signature(formula).parameters)[1:]


class Shapes(tuple):
    """The shapes of a list of arrays; formulas may note on it what they made of it."""


def _shape(v):
    return Shapes(map(np.shape, v)) if type(v) in (list, tuple) else np.shape(v)


def _viewed(y):
    """An array that can be made read-only without making someone else's array read-only."""
    return y.view() if isinstance(y, ndarray) else y


def settled(y, op):
    """A result of ``op`` as Tensors hold it: read-only, a NumPy scalar where 0-d."""
    if type(y) is not ndarray:
        if isinstance(y, np.generic):
            return y
        y = result(y, f"{op}, what it returned")
    if type(y) is ndarray:
        if y.ndim == 0:
            return y[()]
        y.flags.writeable = False
    return y


def shown(v):
    """What a node keeps of a value for drawings: the value if it is small, else its shape."""
    if type(v) is ndarray:
        return v if v.size <= SMALL else v.shape
    if isinstance(v, (float, int, np.generic)):
        return v
    return v if np.size(v) <= SMALL else np.shape(v)


def _output(outputs, which):
    """One of the outputs of an operation that has several."""
    return outputs[which]


_output = Primitive(_output).vjp(outputs=lambda g, which: g)
_output_plan = _output.plan((0,))
_output_plan.names, _output_plan.links = ("which", "shape", "dtype"), (None, None, None)
_output_plan.vjps = (lambda g, s: Several(s[0], g, *s[1:]),)


def unpack(y: tuple, node) -> tuple:
    """A Tensor per output: each with a node of its own, whose parent is the operation's node."""
    if node is None:
        return tuple(wrap(v, None) for v in y)
    return tuple(_of_node(v, node, which) for which, v in enumerate(y))


def _of_node(v, node, which=None):
    """The value ``v`` of a node as a Tensor; of several outputs, the one number ``which``."""
    if which is None:
        return wrap(v, node)
    return recorded(_output_plan, (node,), v, (which, node.shape, node.dtype), ())


def primitive(fn=None, *, elementwise=False, linear=False):
    """Make a NumPy function differentiable: decorate it, then give its formulas with ``.vjp``."""
    if fn is None:
        return lambda f: Primitive(f, elementwise=elementwise, linear=linear)
    return Primitive(fn, elementwise=elementwise, linear=linear)
