"""How an operation takes the place of a NumPy function where an argument is a Tensor."""

import inspect

import numpy as np

from autograd.errors import DtypeError
from autograd.fast import binary, unary
from autograd.foreign import plain
from autograd.primitive import Primitive
from autograd.tensor import FUNCTIONS, UFUNCS, Tensor, refused

operations: dict[str, Primitive] = {}  # every primitive of autograd.ops, by name
OPTIONS: dict = {}  # NumPy function -> what takes the options that its operation does not
HIDDEN = {  # what NumPy's C functions take beyond their operation; before 2.4 they do not say
    np.concatenate: lambda arrays, axis=0, out=None, *, dtype=None, casting="same_kind": None,
    np.dot: lambda a, b, out=None: None,
}


def ufunc(f: np.ufunc, call=None, **formulas) -> Primitive:
    """A primitive for an elementwise NumPy ufunc: its formulas, in the order of its arguments.

    ``call``: a function of the same value to call in its place; ``operator.mul`` is faster.
    """
    by_element = f.signature is None  # else a matrix product of some kind
    op = Primitive(f, list(formulas), elementwise=by_element, linear=not by_element)
    op.vjp(**formulas)
    op.fn = call or f
    UFUNCS[f, "__call__"] = unary(op) if len(formulas) == 1 else binary(op)
    return listed(op)


def instead_of(*functions):
    """Decorator: call this primitive, or plain composition, for these NumPy functions."""

    def register(op):
        for f in functions:
            FUNCTIONS[f] = _adapted(op, f)
        return listed(op) if isinstance(op, Primitive) else op

    return register


def _adapted(op, f):
    """``op``, called with the arguments of the NumPy function ``f``: its names, its order.

    Arguments of ``f`` that ``op`` does not have may only be given their default.
    """
    try:
        signature = inspect.signature(f)
    except ValueError:  # some of NumPy's C functions have none to read; op has their order
        if f not in HIDDEN:
            return op
        signature = inspect.signature(HIDDEN[f])
    theirs = signature.parameters
    if any(p.kind is p.VAR_POSITIONAL for p in theirs.values()):
        return _of_any_number(op, f)
    mine = list(inspect.signature(op).parameters)
    first = next(iter(theirs))
    names = {n: n for n in mine} | {first: mine[0]}  # a, m, ary, ... is x
    pairs = zip(theirs, mine, strict=False)
    same = next(
        (k for k, (a, b) in enumerate(pairs) if names.get(a) != b), min(len(theirs), len(mine))
    )

    def call(*args, **options):
        if len(args) <= same and first not in options and options.keys() <= names.keys():
            return op(*args, **options)
        try:
            given = signature.bind(*args, **options)
        except TypeError as e:
            raise DtypeError(f"{f.__name__}: {e}") from None
        given = dict(given.arguments)
        given |= given.pop("kwargs", {})
        extra = [
            n
            for n in given
            if n not in names and (n not in theirs or given[n] is not theirs[n].default)
        ]
        if extra:
            more = OPTIONS.get(f)
            if more is None or not inspect.signature(more).parameters.keys() >= set(extra):
                raise refused(f.__name__, extra)
            return more(given.pop(first), **given)
        return op(**{names[n]: v for n, v in given.items() if n in names})

    return call


def _of_any_number(op, f):
    """``op`` for a function of any number of arguments: options that it has not are refused."""
    mine = inspect.signature(op).parameters
    if any(p.kind is p.VAR_KEYWORD for p in mine.values()):
        return op

    def call(*args, **options):
        if not options.keys() <= mine.keys():
            raise refused(f.__name__, options.keys() - mine.keys())
        return op(*args, **options)

    return call


def with_options(*functions):
    """Decorator: what is called, with NumPy's names, for options that the operation has not.

    The operation itself stays as it is, and as fast, for the calls that give none.
    """

    def register(call):
        for f in functions:
            OPTIONS[f] = call
        return call

    return register


def values_only(*functions):
    """NumPy functions without a derivative: they get the values and return plain arrays."""
    for f in functions:

        def call(*args, _f=f, **options):
            return _f(*map(value, args), **{k: value(v) for k, v in options.items()})

        if isinstance(f, np.ufunc):
            UFUNCS[f, "__call__"] = call
        else:
            FUNCTIONS[f] = call


def as_array(x):
    """``x`` as an array; a Tensor or another library's array comes back as it is."""
    x = plain(x, "an array function")
    return x if hasattr(x, "dtype") else np.asarray(x)


def as_floats(x):
    """``x`` as an array, integers as floats: what short ones add up to goes round."""
    x = as_array(x)
    return np.astype(x, float) if x.dtype.kind in "biu" else x


def reals(op, **operands):
    """Refuse complex numbers where an order, or NumPy, takes none; None is not given."""
    for name, v in operands.items():
        if v is not None and np.iscomplexobj(value(v)):
            raise DtypeError(
                f"{op}: {name} must be real, got {as_array(v).dtype}. Take its np.real(...), "
                "np.imag(...) or np.abs(...)."
            )


def constant(op, name, v):
    """The value of an argument that has no derivative."""
    if type(v) is not Tensor:
        return v
    if v.node is not None:
        raise DtypeError(
            f"{op}: the argument {name!r} has no derivative, but got a Tensor that requires grad. "
            "Pass its .detach()."
        )
    return v.data


def listed(op: Primitive, entered=operations) -> Primitive:
    """Enter a primitive in a list of operations; the tests hold each to finite differences."""
    entered[op.__name__] = op
    op.trusted = True
    return op


def value(v):
    """The value of a Tensor (in lists and tuples too), or ``v`` itself."""
    if type(v) is Tensor:
        return v.data
    return type(v)(map(value, v)) if type(v) in (list, tuple) else v
