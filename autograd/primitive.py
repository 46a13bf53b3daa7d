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

import numpy as np
from numpy import ndarray

from autograd import errors, recording
from autograd.foreign import PLAIN, number, plain, result
from autograd.graph import shown
from autograd.memory import keep
from autograd.plan import Operation, Plan, head, is_place, needs_of, source, unpack
from autograd.tensor import Tensor, recorded, wrap

KEPT = 32  # plans for up to this many inputs are kept


class Primitive(Operation):
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
    not_everywhere : bool
        There is no derivative at some arguments, and the formula looks at its cotangent to see
        whether that matters: forward mode, which has none, then asks backward.
    """

    def __init__(self, fn, names=None, elementwise=False, linear=False, not_everywhere=False):
        if names is None:
            self.__signature__ = inspect.signature(fn)
        else:
            kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
            self.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in names])
        super().__init__(fn.__name__.strip("_"), list(self.__signature__.parameters))
        self.fn, self.__doc__, self.elementwise = fn, fn.__doc__, elementwise
        self.linear, self.not_everywhere = linear, not_everywhere
        self.head, self.defaults = head(self.__signature__)
        self.plans: dict[tuple, Plan] = {}

    def __repr__(self):
        return f"<primitive {self.__name__}{self.__signature__}>"

    def vjp(self, **formulas) -> "Primitive":
        """Give a formula per differentiable argument: ``x=lambda g, what, it, needs: ...``."""
        for name, formula in formulas.items():
            if name not in self.names:
                raise errors.ValueRangeError(
                    f"{self.__name__}.vjp: there is no argument {name!r}; it has {self.names}"
                )
            code = getattr(formula, "__code__", None)
            if code and not code.co_argcount and not code.co_flags & inspect.CO_VARARGS:
                raise errors.ValueRangeError(
                    f"{self.__name__}.vjp: the formula for {name!r} takes no argument, but it is "
                    "given g, the cotangent, first: lambda g: ..."
                )
            needs = needs_of(formula)
            for q in needs:
                if not is_place(self, q) and source(self, q) is None:
                    raise errors.ValueRangeError(
                        f"{self.__name__}.vjp: the formula for {name!r} asks for {q!r}. After g it "
                        f"can name y, y0 (the first of several outputs), i, any of {self.names}, "
                        "or one of these followed by _shape."
                    )
            if any(is_place(self, q) for q in needs):
                self.lists.add(self.names.index(name))
        self.formulas.update(formulas)
        self.plans.clear()
        return self

    def formula_at(self, k: int):
        """The formula of the argument at position ``k``."""
        name = self.names[k] if k < len(self.names) else f"number {k}"
        if name not in self.formulas:
            raise errors.DtypeError(
                f"{self.__name__}: the argument {name!r} has no derivative, but got a Tensor that "
                f"requires grad. Pass its .detach(), or add {self.__name__}.vjp({name}=...)."
            )
        return self.formulas[name]

    def _taken(self, k: int, a):
        """An argument of another kind as the function gets it, whose own matter it may be."""
        operand = k < len(self.names) and self.names[k] in self.formulas
        if operand and self.trusted and type(a) is list:
            return number(a, self.__name__)
        return plain(a, self.__name__ if operand or self.trusted else None)

    def _check_numbers(self, raw):
        """Raise for an operand that is made of no numbers: where the function has failed."""
        for name, a in zip(self.names, raw, strict=False):
            if name in self.formulas and self.names.index(name) not in self.lists:
                number(a, self.__name__)

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
                raw[k] = self._taken(k, a)
        watcher = recording.state.watcher if recording.special else None
        try:
            y = watcher.compute(self, raw, options) if watcher else self.fn(*raw, **options)
        except Exception as e:
            if self.trusted and isinstance(e, TypeError):
                self._check_numbers(raw)
            errors.reraise(e, self.__name__, raw)
        if not found:
            return y
        if not self.trusted or any(map(is_, raw, repeat(y))):
            y = tuple(map(owned, y)) if type(y) is tuple else owned(y)
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


def owned(y):
    """A result that others may hold, and write to the next time, as an array that they do not."""
    return keep(y.view()) if isinstance(y, ndarray) else y


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


def primitive(fn=None, *, elementwise=False, linear=False, not_everywhere=False):
    """Make a NumPy function differentiable: decorate it, then give its formulas with ``.vjp``."""
    if fn is None:
        return lambda f: Primitive(f, None, elementwise, linear, not_everywhere)
    return Primitive(fn, None, elementwise, linear, not_everywhere)
