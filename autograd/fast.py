"""`Primitive.__call__` without its general case, for operators and ufuncs.

Graphs of 10⁵ scalars spend their time here: what `recorded` does for a scalar is written out.  The
tests hold both ways to the same results.
"""

from weakref import ref

from numpy import float64, ndarray

from autograd import recording
from autograd.errors import reraise
from autograd.foreign import NUMBERS, number
from autograd.graph import Scalar, clock, shown
from autograd.primitive import settled
from autograd.tensor import Tensor, check_leaves, new, recorded, wrap


def unary(op):
    """The call of a primitive with one argument and no options, as a plain function."""
    fn, plans, key = op.fn, op.plans, (0,)

    def call(a):
        if type(a) is not Tensor:
            return op(a)
        x, node = a.data, a.node
        if recording.special:
            if recording.state.watcher:
                return op(a)
            node = node if recording.state.on else None
        try:
            y = fn(x)
        except Exception as e:
            reraise(e, op.__name__, (x,))
        if type(y) is ndarray:
            y.flags.writeable = False
        if node is None:
            return wrap(y, None)
        plan = plans.get(key) or op.plan(key)
        return recorded(plan, (node,), y, plan.save(y, x) if plan.save else (), ())

    return call


def binary(op):
    """The call of a primitive with two arguments and no options, as a plain function."""
    fn, plans, both, left, right = op.fn, op.plans, (0, 1), (0,), (1,)
    name = op.__name__

    def call(a, b):
        if type(a) is Tensor:
            x, m = a.data, a.node
        else:
            x, m = a if type(a) in NUMBERS else number(a, name), None
        if type(b) is Tensor:
            z, n = b.data, b.node
        else:
            z, n = b if type(b) in NUMBERS else number(b, name), None
        if recording.special:
            if recording.state.watcher:
                return op(*(v if type(v) is Tensor else number(v, name) for v in (a, b)))
            if not recording.state.on:
                m = n = None
        try:
            y = fn(x, z)
        except Exception as e:
            reraise(e, name, (x, z))
        if type(y) is not float64:
            if type(y) is ndarray:
                y.flags.writeable = False
                if y.dtype.kind not in "fciub":
                    number(y, name)  # objects, times: it raises
            else:  # 1j * np.float64(2) is a Python complex
                check_leaves((m, n))
                y = settled(y, name)
        constants = ()
        if m is not None and n is not None:
            key, parents = both, (m, n)
        elif m is not None:
            key, parents, constants = left, (m,), ((1, shown(z)),)
        elif n is not None:
            key, parents, constants = right, (n,), ((0, shown(x)),)
        else:
            return wrap(y, None)
        plan = plans.get(key) or op.plan(key)
        saved = plan.save(y, x, z) if plan.save else ()
        if type(y) is not float64:
            return recorded(plan, parents, y, saved, constants)
        node = Scalar()
        node.plan = plan
        node.parents = parents
        node.saved = saved
        node.constants = constants
        node.order = clock()
        node.value = y
        t = new(Tensor)
        t.data = y
        t.node = node
        t.name = t.grad = None
        node.out = ref(t)
        return t

    return call
