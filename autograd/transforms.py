"""Derivatives of functions: a function in, its gradient (Jacobian, Hessian, ...) out.

An argument may be any nesting of lists, tuples and dicts of arrays; ``argnum`` names the positional
argument to differentiate, or several as a tuple.  Transforms nest to any order.  Results are
arrays, or Tensors where the arguments, or what the function closes over, are being differentiated
too.
"""

import functools

import numpy as np

from autograd import graph
from autograd.backward import gradients
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.ops.shapes import copy
from autograd.tensor import Tensor, as_tensor
from autograd.trees import flatten, unflatten


def value_and_grad(f, argnum=0):
    """The function ``x -> (f(x), df/dx)`` of a function with a scalar result.

    Raises
    ------
    ShapeError
        The result is not a scalar: use `jacobian`, `vjp` or `elementwise_grad`.
    """

    @_as("value_and_grad", f)
    def value_and_gradient(*args, **options):
        run = _Run("grad", f, argnum, args, options)
        if run.y.size != 1:
            raise ShapeError(
                f"grad: {_name(f)} returned shape {run.y.shape}, but a gradient needs a scalar. "
                "Sum the result, or use jacobian, vjp or elementwise_grad."
            )
        return run.value(), run.pull(None)

    return value_and_gradient


def grad(f, argnum=0):
    """The function ``x -> df/dx`` of a function with a scalar result.

    The gradient has the structure, shapes and dtypes of ``x``.

    Examples
    --------
    >>> float(grad(lambda x: x**3)(2.0)), float(grad(grad(lambda x: x**3))(2.0))
    (12.0, 12.0)
    """
    both = value_and_grad(f, argnum)
    return _as("grad", f)(lambda *args, **options: both(*args, **options)[1])


def elementwise_grad(f, argnum=0):
    """``x -> d(sum f(x))/dx``: the derivative of a function that acts element by element."""

    @_as("elementwise_grad", f)
    def derivative(*args, **options):
        run = _Run("elementwise_grad", f, argnum, args, options)
        return run.pull(np.ones_like(run.y.data))

    return derivative


def vjp(f, *args, argnum=None):
    """``f(*args)`` and the function that pulls a cotangent g = dL/df back to dL/dargs.

    The pullback returns one gradient per argument (a tuple), or that of ``argnum`` alone.

    Examples
    --------
    >>> y, pull = vjp(lambda a, b: a * b, 2.0, 3.0)
    >>> float(y), [float(d) for d in pull(1.0)]
    (6.0, [3.0, 2.0])
    """
    run = _Run("vjp", f, tuple(range(len(args))) if argnum is None else argnum, args, {})
    return run.value(), run.pull


def jvp(f, args, tangents):
    """``f(*args)`` and its derivative in the direction ``tangents``, of the structure of ``args``.

    Forward mode by reverse mode twice: the pullback is linear in its cotangent, and the derivative
    of that linear function is the Jacobian itself.
    """
    args, tangents = tuple(args), tuple(tangents)
    run = _Run("jvp", f, tuple(range(len(args))), args, {})
    directions = flatten(tangents)[0]
    if len(directions) != len(run.xs):
        raise ShapeError(f"jvp: {len(run.xs)} arrays, but {len(directions)} tangents")
    for k, (x, v) in enumerate(zip(run.xs, directions, strict=True)):
        if np.shape(v) != x.shape:
            raise ShapeError(f"jvp: tangent {k} has shape {np.shape(v)}, expected {x.shape}")
    g = Tensor(np.zeros_like(run.y.data), requires_grad=True)
    pulled = run.gradients(g, create_graph=True)
    along = [np.sum(p * v) for p, v in zip(pulled, directions, strict=True) if p.node is not None]
    if not along:
        return run.value(), np.zeros_like(run.y.data)
    nested = run.nested or any(type(v) is Tensor and v.requires_grad for v in directions)
    return run.value(), gradients(sum(along), g, create_graph=nested)


def jacobian(f, argnum=0):
    """``x -> df/dx`` of shape f.shape + x.shape, one backward pass per element of f."""

    @_as("jacobian", f)
    def jac(*args, **options):
        run = _Run("jacobian", f, argnum, args, options)
        y = run.y
        ones = np.reshape(np.eye(y.size, dtype=y.dtype), (y.size, *y.shape))
        rows = [run.gradients(one) for one in ones]
        blocks = [
            np.stack([r[k] for r in rows]) if rows else np.zeros((0, *x.shape), x.dtype)
            for k, x in enumerate(run.xs)
        ]
        shapes = [y.shape + x.shape for x in run.xs]
        return run.tree([np.reshape(b, s) for b, s in zip(blocks, shapes, strict=True)])

    return jac


def hessian(f, argnum=0):
    """``x -> d²f/dx²`` of shape x.shape + x.shape, of a function with a scalar result."""
    return _as("hessian", f)(jacobian(grad(f, argnum), argnum))


def hvp(f, argnum=0):
    """``(x, ..., v) -> H v``, the Hessian of a scalar function times ``v``, never formed itself.

    Costs two backward passes, whatever the size of ``x``.  ``v`` comes last and has the structure
    of ``x``.
    """

    @_as("hvp", f)
    def product(*args, **options):
        *args, v = args

        def slope(*xs):
            g = flatten(grad(f, argnum)(*xs, **options))[0]
            directions = flatten(v)[0]
            if len(g) != len(directions):
                raise ShapeError(f"hvp: {len(g)} arrays in x, but {len(directions)} in v")
            return sum(np.sum(a * b) for a, b in zip(g, directions, strict=True))

        return grad(slope, argnum)(*args)

    return product


class _Run:
    """One run of a function whose chosen arguments are variables of their own.

    Each variable is a new node, so that what else the function knows of the same array, by its
    other arguments or its closure, is not differentiated with it.
    """

    def __init__(self, op, f, argnum, args, options):
        self.several = isinstance(argnum, (tuple, list))
        chosen = list(argnum) if self.several else [argnum]
        for k in chosen:
            if not isinstance(k, int) or not -len(args) <= k < len(args):
                raise ValueRangeError(
                    f"{op}: argnum {argnum!r} names no positional argument of {_name(f)}, which "
                    f"got {len(args)}"
                )
        leaves, self.structure = flatten([args[k] for k in chosen])
        with graph.enable_grad():
            self.xs = [_variable(op, f, x) for x in leaves]
            args = list(args)
            for k, x in zip(chosen, unflatten(self.structure, self.xs), strict=True):
                args[k] = x
            y = f(*args, **options)
        if type(y) in (list, tuple, dict) or y is None:
            raise DtypeError(
                f"{op}: {_name(f)} returned a {type(y).__name__}, expected one array or number. "
                "Join several results with np.concatenate or np.stack."
            )
        self.y = as_tensor(y)
        mine = {x.node for x in self.xs}
        self.nested = self.y.node is not None and _others(self.y.node, mine)

    def value(self):
        """The result: a Tensor where an outer transform needs it, else an array."""
        return self.y if self.nested else self.y.data

    def gradients(self, cotangent, create_graph=None):
        """One gradient per variable."""
        create_graph = self.nested if create_graph is None else create_graph
        if self.y.node is None:
            zeros = [np.zeros_like(x.data) for x in self.xs]
            return [as_tensor(z) for z in zeros] if create_graph else zeros
        return gradients(self.y, self.xs, cotangent, create_graph)

    def pull(self, cotangent):
        """dL/dx in the structure of the arguments, for the cotangent dL/df."""
        nested = self.nested or (type(cotangent) is Tensor and cotangent.requires_grad)
        return self.tree(self.gradients(cotangent, nested))

    def tree(self, values):
        """Values, one per variable, in the structure of the arguments."""
        values = unflatten(self.structure, values)
        return tuple(values) if self.several else values[0]


def _variable(op, f, x):
    """A node of its own for the value of ``x``, linked to the node of ``x`` if it has one."""
    if type(x) is Tensor and x.requires_grad:
        return copy(x)
    t = as_tensor(x)
    if t.dtype.kind not in "fc":
        raise DtypeError(
            f"{op}: an argument of {_name(f)} to differentiate has dtype {t.dtype}; derivatives "
            "need floating numbers. Pass 3.0 instead of 3, or x.astype(float)."
        )
    return as_tensor(t.data, requires_grad=True) if t is x else t.requires_grad_()


def _others(root, mine) -> bool:
    """Whether the graph under ``root`` has leaves other than the variables ``mine``."""
    seen, todo = {root}, [root]
    while todo:
        node = todo.pop()
        if node in mine:
            if node.plan is not None:
                return True  # a variable that is linked to an outer graph
            continue
        if node.plan is None:
            return True
        for p in node.parents:
            if p not in seen:
                seen.add(p)
                todo.append(p)
    return False


def _name(f) -> str:
    return getattr(f, "__name__", type(f).__name__)


def _as(transform, f):
    """Name a derived function after what it is made from."""

    def rename(g):
        functools.update_wrapper(g, f, assigned=("__module__",), updated=())
        g.__name__ = g.__qualname__ = f"{transform}({_name(f)})"
        g.__doc__ = f"{transform} of {_name(f)}.\n\n{getattr(f, '__doc__', None) or ''}"
        return g

    return rename
