"""How an operation takes the place of a NumPy function where an argument is a Tensor."""

import numpy as np

from autograd.fast import binary, unary
from autograd.primitive import Primitive
from autograd.tensor import FUNCTIONS, UFUNCS, Tensor

operations: dict[str, Primitive] = {}  # every primitive of autograd.ops, by name


def ufunc(f: np.ufunc, call=None, **formulas) -> Primitive:
    """A primitive for an elementwise NumPy ufunc: its formulas, in the order of its arguments.

    ``call``: a function of the same value to call in its place; ``operator.mul`` is faster.
    """
    op = Primitive(f, names=list(formulas), elementwise=f.signature is None).vjp(**formulas)
    op.fn = call or f
    UFUNCS[f, "__call__"] = unary(op) if len(formulas) == 1 else binary(op)
    return listed(op)


def instead_of(*functions):
    """Decorator: call this primitive, or plain composition, for these NumPy functions."""

    def register(op):
        for f in functions:
            FUNCTIONS[f] = op
        return listed(op) if isinstance(op, Primitive) else op

    return register


def values_only(*functions):
    """NumPy functions without a derivative: they get the values and return plain arrays."""
    for f in functions:

        def call(*args, _f=f, **options):
            return _f(*map(_value, args), **{k: _value(v) for k, v in options.items()})

        if isinstance(f, np.ufunc):
            UFUNCS[f, "__call__"] = call
        else:
            FUNCTIONS[f] = call


def listed(op: Primitive) -> Primitive:
    """Enter a primitive in the list of operations; the tests hold each to finite differences."""
    operations[op.__name__] = op
    return op


def _value(v):
    if type(v) is Tensor:
        return v.data
    return type(v)(map(_value, v)) if type(v) in (list, tuple) else v
