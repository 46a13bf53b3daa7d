"""`Primitive.__call__` without its general case, for operators and ufuncs.

Graphs of 10⁵ scalars spend their time here.  The tests hold both ways to the same results.
"""

import numpy as np
from numpy import ndarray

from autograd.errors import reraise
from autograd.graph import recording
from autograd.primitive import recorded, shown
from autograd.tensor import Tensor, wrap


def unary(op):
    """The call of a primitive with one argument and no options, as a plain function."""
    fn, plans, key = op.fn, op.plans, (0,)

    def call(a):
        if type(a) is not Tensor:
            return fn(a)
        x, node = a.data, a.node
        try:
            y = fn(x)
        except Exception as e:
            reraise(e, op.__name__, (x,))
        if type(y) is ndarray:
            y.flags.writeable = False
        if node is None or not recording.on:
            return wrap(y, None)
        plan = plans.get(key) or op.plan(key)
        return recorded(plan, (node,), y, plan.save(y, x) if plan.save else (), ())

    return call


def binary(op):
    """The call of a primitive with two arguments and no options, as a plain function."""
    fn, plans, both, left, right = op.fn, op.plans, (0, 1), (0,), (1,)

    def call(a, b):
        m = n = None
        if type(a) is Tensor:
            x, m = a.data, a.node
        else:
            x = np.asarray(a) if type(a) in (list, tuple) else a
        if type(b) is Tensor:
            z, n = b.data, b.node
        else:
            z = np.asarray(b) if type(b) in (list, tuple) else b
        try:
            y = fn(x, z)
        except Exception as e:
            reraise(e, op.__name__, (x, z))
        if type(y) is ndarray:
            y.flags.writeable = False
        if m is n is None or not recording.on:
            return wrap(y, None)
        if n is None:
            key, parents, constants = left, (m,), ((1, shown(z)),)
        elif m is None:
            key, parents, constants = right, (n,), ((0, shown(x)),)
        else:
            key, parents, constants = both, (m, n), ()
        plan = plans.get(key) or op.plan(key)
        return recorded(plan, parents, y, plan.save(y, x, z) if plan.save else (), constants)

    return call
