"""Operations of your own in the words of HIPS autograd: `primitive`, then `defvjp`.

    @primitive
    def logsumexp(x):
        m = np.max(x)
        return m + np.log(np.sum(np.exp(x - m)))

    defvjp(logsumexp, lambda ans, x: lambda g: g * np.exp(x - ans))

It is recorded as one node.  Where derivatives are themselves differentiated, the makers are called
again with Tensors, so they are to be written with NumPy's functions (or ``autograd.numpy``).
"""

import functools
import inspect
import sys
from collections.abc import Callable, Container, Iterable

import numpy as np

from autograd import recording
from autograd.calls import Arguments, record_call
from autograd.errors import DtypeError, ValueRangeError, explained
from autograd.memory import keep
from autograd.plan import Operation
from autograd.primitive import Primitive as NamedPrimitive
from autograd.primitive import owned, settled
from autograd.tensor import FUNCTIONS, UFUNCS, Tensor, wrap
from autograd.trees import flatten, leaves_like, unflatten
from autograd.vspaces import VSpace, vspace

__all__ = [
    "Box", "VSpace", "def_linear", "defjvp", "defjvp_argnum", "defjvp_argnums", "defvjp",
    "defvjp_argnum", "defvjp_argnums", "notrace_primitive", "primitive", "vspace",
]  # fmt: skip

Box = Tensor  # what isinstance(x, Box) asks: is x being differentiated?


class PositionalPrimitive(Operation):
    """A function of arrays that records; `defvjp` gives its derivative, argument by argument.

    Arguments may be nestings of lists, tuples and dicts, and so may the result.
    """

    rule: Callable | None
    known: Container[int]
    constant: frozenset

    def __init__(self, fn):
        functools.update_wrapper(self, fn, updated=())
        super().__init__(getattr(fn, "__name__", type(fn).__name__).strip("_"))
        self.fn = self.fun = fn
        self.rule = None
        self.known = ()  # the argument numbers with a derivative
        self.constant = frozenset()  # those whose derivative is zero

    def __repr__(self):
        return f"<primitive {self.__name__}>"

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)

    def __call__(self, *args, **options):
        """Compute ``fn`` of the values; where a Tensor among them needs it, record a node."""
        given = Arguments(args, options)
        values = given.values()
        try:
            y = given.call(self.fn, values)
        except Exception as e:
            raise explained(e, self.__name__, values) from e
        if all(type(t) is not Tensor for t in given.leaves):
            return y
        leaves, structure = flatten(y)
        results = tuple(settled(owned(r), self.__name__) for r in leaves)
        if any(getattr(r, "dtype", np.dtype(object)).kind not in "biufc" for r in results):
            raise DtypeError(f"{self.__name__}: expected arrays of numbers, got {y!r}")
        inputs = self._inputs(given) if recording.state.on else []
        if not inputs or all(r.dtype.kind not in "fc" for r in results):
            return unflatten(structure, [wrap(r, None) for r in results])
        nodes = {given.names[j]: given.leaves[j].node for j in inputs}
        saved = {"result": results, **dict(zip(given.names, map(keep, values), strict=True))}
        given.leaves = []  # the graph must not keep the user's Tensors alive
        pull = self._pull(given, [given.places[j] for j in inputs], structure)
        return unflatten(structure, record_call(self, results, nodes, saved, pull))

    def _inputs(self, given):
        """Which leaves need a gradient and have one."""
        found = []
        for j, (t, (k, _)) in enumerate(zip(given.leaves, given.places, strict=True)):
            if type(t) is not Tensor or t.node is None or k in self.constant:
                continue
            if isinstance(k, str):
                raise DtypeError(
                    f"{self.__name__}: {k}= is a Tensor that requires grad. Derivatives are given "
                    "by position (defvjp): pass it as a positional argument, or its .detach()."
                )
            if self.rule is None or k not in self.known:
                raise DtypeError(
                    f"{self.__name__}: argument {k} has no derivative, but got a Tensor that "
                    "requires grad. Pass its .detach(), or give it one with defvjp(..., "
                    f"argnums=({k},))."
                )
            found.append(j)
        return found

    def _pull(self, given, places, structure):
        """The pull of a node, for the leaves at these places."""
        rule, argnums = self.rule, tuple(dict.fromkeys(k for k, _ in places))
        assert rule is not None

        def pull(g, saved):
            ans, *leaves = saved
            ans, g = unflatten(structure, ans), unflatten(structure, g)
            pulled = given.call(lambda *args, **options: rule(argnums, ans, args, options), leaves)
            parts = {
                k: leaves_like(given.structures[k], tree, f"{self.__name__}: the gradient")
                for k, tree in zip(argnums, pulled(g), strict=True)
            }
            return [parts[k][i] for k, i in places]

        return pull


def primitive(fn) -> PositionalPrimitive:
    """Make a function of arrays differentiable, by `defvjp`; also a decorator.

    In a first backward pass the function and its derivatives get plain arrays.

    Examples
    --------
    >>> from autograd import grad
    >>> @primitive
    ... def cube(x):
    ...     return x**3
    >>> defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)
    >>> float(grad(cube)(2.0)), float(grad(grad(cube))(2.0))
    (12.0, 12.0)
    """
    return fn if isinstance(fn, PositionalPrimitive) else PositionalPrimitive(fn)


def notrace_primitive(fn):
    """A function that gets the values of Tensors and returns what has no derivative."""

    @functools.wraps(fn)
    def call(*args, **options):
        given = Arguments(args, options)
        return given.call(fn, given.values())

    return call


def defvjp(fun, *vjpmakers, argnums: Iterable[int] | None = None):
    """Give the derivatives of a primitive, argument by argument.

    Parameters
    ----------
    fun : primitive, or NumPy function
        Of this module, of ``autograd.primitive``, or one of NumPy's (or ``autograd.numpy``'s) own,
        whose derivative is then this one everywhere.
    *vjpmakers : callable or None
        For each argument ``(ans, *args, **kwargs) -> (g -> dL/dargument)``, where g = dL/dans and
        ans is the result.  None: the derivative is zero.  Sums over broadcast axes are taken by the
        engine.
    argnums : iterable of int, optional
        The arguments the makers are for, where these are not the first ones.

    Raises
    ------
    DtypeError
        ``fun`` is no primitive, or a maker is not callable.
    """
    numbers = range(len(vjpmakers)) if argnums is None else list(argnums)
    makers = dict(zip(numbers, vjpmakers, strict=False))
    for k, maker in makers.items():
        if maker is not None and not callable(maker):
            raise DtypeError(f"defvjp: the maker for argument {k} is a {type(maker).__name__}")

    def rule(argnums, ans, args, options):
        pulls = [makers[k](ans, *args, **options) for k in argnums]
        return lambda g: [pull(g) for pull in pulls]

    constant = frozenset(k for k, maker in makers.items() if maker is None)
    _define("defvjp", fun, rule, makers.keys() - constant, constant)


def defvjp_argnum(fun, vjpmaker):
    """As `defvjp`, by one maker ``(argnum, ans, args, kwargs) -> (g -> dL/dargs[argnum])``."""

    def rule(argnums, ans, args, options):
        pulls = [vjpmaker(k, ans, args, options) for k in argnums]
        return lambda g: [pull(g) for pull in pulls]

    _define("defvjp_argnum", fun, rule, _EVERY)


def defvjp_argnums(fun, vjpmaker):
    """As `defvjp`, for all at once: ``(argnums, ans, args, kwargs) -> (g -> their gradients)``."""
    _define("defvjp_argnums", fun, vjpmaker, _EVERY)


_EVERY = range(sys.maxsize)  # the numbers of all arguments there can be


def _define(by, fun, rule, known, constant=frozenset()):
    if isinstance(fun, NamedPrimitive):
        _define_by_name(by, fun, rule, known, constant)
        return
    op = fun
    if not isinstance(fun, PositionalPrimitive):
        if not hasattr(fun, "_implementation"):  # a wrapper of autograd.numpy, not NumPy's own
            fun = getattr(fun, "__wrapped__", fun)
        if not isinstance(fun, np.ufunc) and not hasattr(fun, "_implementation"):
            raise DtypeError(
                f"{by}: {getattr(fun, '__name__', fun)!r} is no primitive: decorate it with "
                "autograd.extend.primitive first"
            )
        op = PositionalPrimitive(fun)
        if isinstance(fun, np.ufunc):
            UFUNCS[fun, "__call__"] = op
        else:
            FUNCTIONS[fun] = op
    op.rule, op.known, op.constant = rule, known, constant


def _define_by_name(by, op, rule, known, constant):
    """The formulas of an ``autograd.primitive``, which go by the names of the arguments."""
    parameters = op.__signature__.parameters.values()
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        raise ValueRangeError(
            f"{by}: {op!r} has arguments that autograd.primitive cannot name; make it with "
            "autograd.extend.primitive instead"
        )
    by_keyword = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    count = len(op.names) - len(by_keyword)
    has_y = "y" in op.names  # then that asks for the argument, not for the result

    def formula(k):
        def of_values(g, *values):
            args, options = values[-len(op.names) :], {}
            args, options = args[:count], dict(zip(by_keyword, args[count:], strict=True))
            ans = op(*args, **options) if has_y else values[0]
            return next(iter(rule((k,), ans, args, options)(g)))

        return _asking_for(op.names if has_y else ["y", *op.names], of_values)

    for k, name in enumerate(op.names):
        if k in constant:
            op.vjp(**{name: _asking_for([name], lambda g, x: np.zeros_like(x))})
        elif k in known:
            op.vjp(**{name: formula(k)})


def _asking_for(names, formula):
    """A formula of ``(g, *values)`` that is given the values of these names."""
    kind = inspect.Parameter.POSITIONAL_ONLY
    needs = [inspect.Parameter(name, kind) for name in ["_cotangent", *names]]
    formula.__signature__ = inspect.Signature(needs)
    return formula


def defjvp(fun, *jvpmakers, **options):
    """Accepted, and not needed: forward mode is derived from the formulas of `defvjp`."""


defjvp_argnum = defjvp_argnums = def_linear = defjvp
