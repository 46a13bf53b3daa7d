"""Derivatives of functions: a function in, its gradient (Jacobian, Hessian, ...) out.

An argument may be any nesting of lists, tuples and dicts of arrays; ``argnum`` names the positional
argument to differentiate, or several as a tuple.  Transforms nest to any order.  Results are
arrays, or Tensors where the arguments, or what the function closes over, are being differentiated
too.
"""

import numpy as np

from autograd import forward
from autograd.backward import zeros
from autograd.errors import DtypeError, ShapeError
from autograd.hints import refuse
from autograd.running import Run, name_of, named
from autograd.tensor import needs_grad
from autograd.trees import flatten, leaves_like


def value_and_grad(f, argnum=0, **unknown):
    """The function ``x -> (f(x), df/dx)`` of a function with a scalar result.

    Raises
    ------
    ShapeError
        The result is not a scalar: use `jacobian`, `vjp` or `elementwise_grad`.
    DtypeError
        The result is complex: use its real or imaginary part, or `autograd.holomorphic_grad`.
    """

    @named("value_and_grad", f, argnum, unknown)
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


def grad(f, argnum=0, **unknown):
    """The function ``x -> df/dx`` of a function with a scalar result.

    The gradient has the structure, shapes and dtypes of ``x``.

    Examples
    --------
    >>> float(grad(lambda x: x**3)(2.0)), float(grad(grad(lambda x: x**3))(2.0))
    (12.0, 12.0)
    """
    rename, both = named("grad", f, argnum, unknown), value_and_grad(f, argnum)
    return rename(lambda *args, **options: both(*args, **options)[1])


def elementwise_grad(f, argnum=0, **unknown):
    """``x -> d(sum f(x))/dx``: the derivative of a function that acts element by element.

    For complex x and f(x), the complex derivative of a function that has one (holomorphic).
    """

    @named("elementwise_grad", f, argnum, unknown)
    def derivative(*args, **options):
        with Run("elementwise_grad", f, argnum, args, options) as run:
            if any(x.dtype.kind == "f" for x in run.xs):
                run.check_real()
            return run.pull(np.ones_like(run.y.data))

    return derivative


def vjp(f, *args, argnum=None, **unknown):
    """``f(*args)`` and the function that pulls a cotangent g = dL/df back to dL/dargs.

    The pullback returns one gradient per argument (a tuple), or that of ``argnum`` alone.

    Examples
    --------
    >>> y, pull = vjp(lambda a, b: a * b, 2.0, 3.0)
    >>> float(y), [float(d) for d in pull(1.0)]
    (6.0, [3.0, 2.0])
    """
    refuse("vjp", unknown)
    if not args:
        raise DtypeError("vjp: no arguments. y, pull = vjp(f, x), then pull(g) gives dL/dx")
    run = Run("vjp", f, tuple(range(len(args))) if argnum is None else argnum, args, {})
    return run.value(), run.pull


def jvp(f, args, tangents, **unknown):
    """``f(*args)`` and its derivative in the direction ``tangents``, of the structure of ``args``.

    Forward mode: `autograd.forward` says by which rules.  It costs as much for a function with
    many results as for one with few.

    Examples
    --------
    >>> y, slope = jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 0.0))
    >>> float(y), float(slope)
    (6.0, 3.0)
    """
    refuse("jvp", unknown)
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


def jacobian(f, argnum=0, **unknown):
    """``x -> df/dx`` of shape f.shape + x.shape, one backward pass per element of f.

    Complex results of real arguments take two passes, for the real and for the imaginary part.
    """

    @named("jacobian", f, argnum, unknown)
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


def hessian(f, argnum=0, **unknown):
    """``x -> d²f/dx²`` of shape f.shape + x.shape + x.shape."""
    return named("hessian", f, argnum, unknown)(jacobian(jacobian(f, argnum), argnum))


def hvp(f, argnum=0, **unknown):
    """``(x, ..., v) -> H v``, the Hessian of a scalar function times ``v``, never formed itself.

    Costs two backward passes, whatever the size of ``x``.  ``v`` comes last and has the structure
    of ``x``.
    """

    @named("hvp", f, argnum, unknown)
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
