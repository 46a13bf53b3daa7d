"""Derivatives of functions: a function in, its gradient (Jacobian, Hessian, ...) out.

An argument may be any nesting of lists, tuples and dicts of arrays; ``argnum`` names the positional
argument to differentiate, or several as a tuple.  Transforms nest to any order.  Results are
arrays, or Tensors where the arguments, or what the function closes over, are being differentiated
too.
"""

import functools

import numpy as np

from autograd import forward, graph, recording
from autograd.backward import pulled, zeros
from autograd.errors import DtypeError, ShapeError, ValueRangeError, describe
from autograd.ops.shapes import copy
from autograd.tensor import Tensor, as_tensor, needs_grad, wrap
from autograd.trees import flatten, leaves_like, unflatten


def value_and_grad(f, argnum=0):
    """The function ``x -> (f(x), df/dx)`` of a function with a scalar result.

    Raises
    ------
    ShapeError
        The result is not a scalar: use `jacobian`, `vjp` or `elementwise_grad`.
    DtypeError
        The result is complex: use its real or imaginary part, or `autograd.holomorphic_grad`.
    """

    @named("value_and_grad", f, argnum)
    def value_and_gradient(*args, **options):
        with Run("grad", f, argnum, args, options) as run:
            run.check_real()
            if run.y.size != 1:
                raise ShapeError(
                    f"grad: {name_of(f)} returned shape {run.y.shape}, but a gradient needs a "
                    "scalar. Sum the result, or use jacobian, vjp or elementwise_grad."
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
    rename, both = named("grad", f, argnum), value_and_grad(f, argnum)
    return rename(lambda *args, **options: both(*args, **options)[1])


def elementwise_grad(f, argnum=0):
    """``x -> d(sum f(x))/dx``: the derivative of a function that acts element by element.

    For complex x and f(x), the complex derivative of a function that has one (holomorphic).
    """

    @named("elementwise_grad", f, argnum)
    def derivative(*args, **options):
        with Run("elementwise_grad", f, argnum, args, options) as run:
            if any(x.dtype.kind == "f" for x in run.xs):
                run.check_real()
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
    if not args:
        raise DtypeError("vjp: no arguments. y, pull = vjp(f, x), then pull(g) gives dL/dx")
    run = Run("vjp", f, tuple(range(len(args))) if argnum is None else argnum, args, {})
    return run.value(), run.pull


def jvp(f, args, tangents):
    """``f(*args)`` and its derivative in the direction ``tangents``, of the structure of ``args``.

    Forward mode: `autograd.forward` says by which rules.  It costs as much for a function with
    many results as for one with few.

    Examples
    --------
    >>> y, slope = jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 0.0))
    >>> float(y), float(slope)
    (6.0, 3.0)
    """
    if not all(isinstance(v, (tuple, list)) for v in (args, tangents)):
        raise DtypeError("jvp: arguments and tangents are tuples: jvp(f, (x,), (v,))")
    args, tangents = tuple(args), tuple(tangents)
    with forward.followed() as calls:
        run = Run("jvp", f, tuple(range(len(args))), args, {})
    directions = _directions("jvp", run.structure, run.xs, tangents)
    nested = run.nested or any(map(needs_grad, directions))
    moving = list(map(forward.direction, directions, run.xs))
    slope = run.y.node and forward.tangent(run.y, run.xs, moving, calls, nested)
    return run.value(), zeros(run.y) if slope is None else slope


def jacobian(f, argnum=0):
    """``x -> df/dx`` of shape f.shape + x.shape, one backward pass per element of f.

    Complex results of real arguments take two passes, for the real and for the imaginary part.
    """

    @named("jacobian", f, argnum)
    def jac(*args, **options):
        with Run("jacobian", f, argnum, args, options) as run:
            y = run.y
            ones = np.reshape(np.eye(y.size, dtype=y.dtype), (y.size, *y.shape))
            rows = [run.gradients(one) for one in ones]
            if y.dtype.kind == "c" and any(x.dtype.kind == "f" for x in run.xs):
                turned = [run.gradients(-1j * one) for one in ones]
                rows = [
                    list(map(_joined, run.xs, *pair)) for pair in zip(rows, turned, strict=True)
                ]
            blocks = [
                np.stack([r[k] for r in rows]) if rows else np.zeros((0, *x.shape), x.dtype)
                for k, x in enumerate(run.xs)
            ]
            shapes = [y.shape + x.shape for x in run.xs]
            return run.tree([np.reshape(b, s) for b, s in zip(blocks, shapes, strict=True)])

    return jac


def _joined(x, real, imaginary):
    """A row of the Jacobian of a complex result, from those of its real and imaginary parts.

    For complex ``x``, the complex derivative of a function that has one.
    """
    return real if x.dtype.kind == "c" else real + 1j * imaginary


def hessian(f, argnum=0):
    """``x -> d²f/dx²`` of shape f.shape + x.shape + x.shape."""
    return named("hessian", f, argnum)(jacobian(jacobian(f, argnum), argnum))


def hvp(f, argnum=0):
    """``(x, ..., v) -> H v``, the Hessian of a scalar function times ``v``, never formed itself.

    Costs two backward passes, whatever the size of ``x``.  ``v`` comes last and has the structure
    of ``x``.
    """

    @named("hvp", f, argnum)
    def product(*args, **options):
        *args, v = args

        def slope(*xs):
            g, structure = flatten(grad(f, argnum)(*xs, **options))
            directions = _directions("hvp", structure, g, v)
            return sum(np.sum(a * b) for a, b in zip(g, directions, strict=True))

        return grad(slope, argnum)(*args)

    return product


def _directions(op, structure, xs, tangents):
    """The leaves of the tangents: one for each of ``xs``, of its shape."""
    directions = leaves_like(structure, tangents, f"{op}: the tangents")
    for k, (x, v) in enumerate(zip(xs, directions, strict=True)):
        if np.shape(v) != np.shape(x):
            raise ShapeError(f"{op}: tangent {k} has shape {np.shape(v)}, expected {np.shape(x)}")
    return directions


class Run:
    """One run of a function whose chosen arguments are variables of their own.

    Each variable is a new node, so that what else the function knows of the same array, by its
    other arguments or its closure, is not differentiated with it.
    """

    def __init__(self, op, f, argnum, args, options):
        self.op, self.f, self.several = op, f, isinstance(argnum, (tuple, list))
        chosen = list(argnum) if self.several else [argnum]
        for k in chosen:
            if not isinstance(k, int) or not -len(args) <= k < len(args):
                raise ValueRangeError(
                    f"{op}: argnum {argnum!r} names no positional argument of {name_of(f)}, which "
                    f"got {len(args)}"
                )
        leaves, self.structure = flatten([_floating(args[k]) for k in chosen])
        with recording.enable_grad():
            self.xs = [_variable(op, f, x) for x in leaves]
            nodes = [x.node for x in self.xs]
            args = list(args)
            for k, x in zip(chosen, unflatten(self.structure, self.xs), strict=True):
                args[k] = x
            try:
                y = f(*args, **options)
            except TypeError as e:
                numbers = not any(x.shape for x in self.xs)
                if numbers and any(type(args[k]) is list for k in chosen):
                    e.add_note(f"{op}: a list holds separate variables; pass a vector as np.array")
                raise
        if type(y) in (list, tuple, dict) or y is None:
            raise DtypeError(
                f"{op}: {name_of(f)} returned a {type(y).__name__}, expected one array or number. "
                "Join several results with np.concatenate or np.stack."
            )
        self.y = as_tensor(y)
        mine = set(nodes)
        self.xs = [  # f may have changed an argument in place: it is then the result of a new node
            x if x.node is n else wrap(x.data, n) for x, n in zip(self.xs, nodes, strict=True)
        ]
        self.nested = self.y.node is not None and _others(self.y.node, mine)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        """Done: nobody will ask for gradients of these variables any more."""
        for x in self.xs:
            if x.node.plan is None:
                x.node.out = graph.nobody

    def check_real(self):
        """Raise where the result is complex, and one gradient cannot say how it changes."""
        if self.y.dtype.kind == "c":
            raise DtypeError(
                f"{self.op}: {name_of(self.f)} returned complex numbers (shape {self.y.shape}), "
                "whose real and imaginary part have a gradient each. Return np.real, np.imag or "
                "np.abs of it; use holomorphic_grad where it has a complex derivative, vjp for a "
                "cotangent of your own, or jacobian."
            )

    def value(self):
        """The result: a Tensor where an outer transform needs it, else an array."""
        return self.values([self.y])[0]

    def values(self, results):
        """Several results, as `value` gives one."""
        return [v.data if type(v) is Tensor and not self.nested else v for v in results]

    def gradients(self, cotangent, create_graph=None):
        """One gradient per variable."""
        create_graph = self.nested if create_graph is None else create_graph
        if self.y.node is None:
            nothing = list(map(zeros, self.xs))
            return list(map(as_tensor, nothing)) if create_graph else nothing
        return pulled(self.y, self.xs, cotangent, create_graph)

    def pull(self, cotangent):
        """dL/dx in the structure of the arguments, for the cotangent dL/df."""
        nested = self.nested or needs_grad(cotangent)
        return self.tree(self.gradients(cotangent, nested))

    def tree(self, values):
        """Values, one per variable, in the structure of the arguments."""
        values = unflatten(self.structure, values)
        return tuple(values) if self.several else values[0]


def _variable(op, f, x):
    """A node of its own for the value of ``x``, linked to the node of ``x`` if it has one."""
    if needs_grad(x):
        return copy(x)
    t = as_tensor(x)
    if t.dtype.kind not in "fc":
        raise DtypeError(
            f"{op}: an argument of {name_of(f)} to differentiate has dtype {t.dtype}; derivatives "
            "need floating numbers. Pass 3.0 instead of 3, or x.astype(float)."
        )
    return Tensor(t.data, requires_grad=True)  # a copy: the caller's array stays the caller's


def _floating(tree):
    """A nesting with its Python ints as floats: among parameters, 3 means 3.0."""
    leaves, structure = flatten(tree)
    if structure is None or all(type(v) is not int for v in leaves):
        return tree
    return unflatten(structure, [float(v) if type(v) is int else v for v in leaves])


def _others(root, mine) -> bool:
    """Whether the graph under ``root`` has leaves other than the variables ``mine``.

    The variables of a transform inside, which is done, do not count.
    """
    seen, todo = {root}, [root]
    while todo:
        node = todo.pop()
        if node in mine:
            if node.plan is not None:
                return True  # a variable that is linked to an outer graph
            continue
        if node.plan is None and node.out() is not None:
            return True
        for p in node.parents:
            if p not in seen:
                seen.add(p)
                todo.append(p)
    return False


def name_of(f) -> str:
    """What messages call a function."""
    return getattr(f, "__name__", type(f).__name__)


def named(transform, f, argnum=0):
    """Name a derived function after what it is made from.

    Raises
    ------
    DtypeError
        ``f`` is no function, or ``argnum`` names no arguments.
    """
    if not callable(f):
        raise DtypeError(
            f"{transform}: expected a function, got {type(f).__name__}. The gradients of a Tensor "
            "that is computed already: gradients(y, xs), or y.backward()."
        )
    numbers = argnum if type(argnum) in (tuple, list) else [argnum]
    if not all(isinstance(k, (int, np.integer)) for k in numbers):
        raise DtypeError(
            f"{transform}: argnum is the number of the argument, or a tuple of them, got "
            f"{describe(argnum)}. The values go to what comes back: {transform}(f)(x)."
        )

    def rename(g):
        functools.update_wrapper(g, f, assigned=("__module__",), updated=())
        g.__name__ = g.__qualname__ = f"{transform}({name_of(f)})"
        g.__doc__ = f"{transform} of {name_of(f)}.\n\n{getattr(f, '__doc__', None) or ''}"
        return g

    return rename
