"""Derivatives of functions by the names and conventions of HIPS autograd.

Compositions of `autograd.transforms`, which has the others.
"""

import inspect

import numpy as np

from autograd.running import Run, name_of, named
from autograd.transforms import grad, hvp, jacobian, jvp
from autograd.trees import flatten, leaves_like, unflatten


def make_vjp(f, argnum=0):
    """``x -> (pullback, f(x))``; the pullback takes g = dL/df to dL/dx.

    The result of ``f`` may be a nesting of arrays; g then has its structure.

    Examples
    --------
    >>> pull, y = make_vjp(np.sin)(0.0)
    >>> float(pull(2.0))
    2.0
    """

    @named("make_vjp", f)
    def make(*args, **options):
        joined = _Joined(f)
        run = Run("make_vjp", joined, argnum, args, options)
        return lambda g: run.pull(joined.flat(g)), joined.values(run)

    return make


def make_jvp(f, argnum=0):
    """``x -> (v -> (f(x), df/dx v))``: the derivative in a direction ``v`` of the structure of x.

    Forward mode, see `jvp`.

    Examples
    --------
    >>> y, slope = make_jvp(lambda x: x**2)(3.0)(1.0)
    >>> float(y), float(slope)
    (9.0, 6.0)
    """

    @named("make_jvp", f)
    def make(*args, **options):
        several = isinstance(argnum, (tuple, list))
        chosen = list(argnum) if several else [argnum]

        def along(v):
            joined = _Joined(lambda *xs: f(*_replaced(args, chosen, xs), **options))
            directions = tuple(v) if several else (v,)
            y, slope = jvp(joined, tuple(args[k] for k in chosen), directions)
            return joined.tree(y), joined.tree(slope)

        return along

    return make


def make_jvp_reversemode(f, argnum=0):
    """``x -> (v -> df/dx v)``: as `make_jvp`, without the value."""
    make = make_jvp(f, argnum)
    return named("make_jvp_reversemode", f)(
        lambda *args, **options: lambda v: make(*args, **options)(v)[1]
    )


def make_hvp(f, argnum=0):
    """``x -> (v -> H v, df/dx)``, with the gradient's graph kept for any number of ``v``."""
    return named("make_hvp", f)(make_vjp(grad(f, argnum), argnum))


def make_ggnvp(f, g=lambda y: 0.5 * np.sum(y * y, axis=-1), f_argnum=0):
    """``x -> (v -> Jᵀ H_g J v)``: the generalised Gauss-Newton matrix of g(f(x)) times ``v``."""

    @named("make_ggnvp", f)
    def make(*args, **options):
        pull, y = make_vjp(f, f_argnum)(*args, **options)
        times_hessian, _ = make_hvp(g)(y)
        times_jacobian = make_jvp_reversemode(f, f_argnum)(*args, **options)
        return lambda v: pull(times_hessian(times_jacobian(v)))

    return make


hessian_tensor_product = hessian_vector_product = hvp


def tensor_jacobian_product(f, argnum=0):
    """``(x, ..., v) -> v · df/dx``, summed over the leading axes of f, all those of ``v``."""

    @named("tensor_jacobian_product", f)
    def product(*args, **options):
        *args, v = args

        def contracted(*xs):
            return np.tensordot(v, f(*xs, **options), axes=np.ndim(v))

        return jacobian(contracted, argnum)(*args)

    return product


vector_jacobian_product = tensor_jacobian_product


def deriv(f, argnum=0):
    """``x -> df/dx`` of a number ``x``, of the shape of f; for an array, in the direction 1."""

    @named("deriv", f)
    def derivative(*args, **options):
        return make_jvp(f, argnum)(*args, **options)(np.ones_like(args[argnum]))[1]

    return derivative


def holomorphic_grad(f, argnum=0):
    """``z -> f'(z)`` of a complex-differentiable function with a scalar result."""
    return named("holomorphic_grad", f)(
        grad(lambda *args, **options: np.real(f(*args, **options)), argnum)
    )


def grad_named(f, argname):
    """`grad` with respect to the argument of this name."""
    return grad(f, list(inspect.signature(f).parameters).index(argname))


def grad_and_aux(f, argnum=0):
    """``x -> (df₀/dx, f₁)`` of a function with two results; the second is handed through."""

    @named("grad_and_aux", f)
    def gradient(*args, **options):
        aux = []

        def first(*args, **options):
            y, second = f(*args, **options)
            aux.append(second)
            return y

        with Run("grad", first, argnum, args, options) as run:
            leaves, structure = flatten(aux[0])
            return run.pull(None), unflatten(structure, run.values(leaves))

    return gradient


def multigrad_dict(f):
    """`grad` with respect to every argument, defaults included, as a dict by name."""
    signature = inspect.signature(f)

    @named("multigrad_dict", f)
    def gradient(*args, **options):
        bound = signature.bind(*args, **options)
        bound.apply_defaults()

        def of(given):
            whole = inspect.BoundArguments(signature, given)
            return f(*whole.args, **whole.kwargs)

        return grad(of)(dict(bound.arguments))

    return gradient


class _Joined:
    """``f`` with one array as its result: a nesting is ravelled and joined."""

    def __init__(self, f):
        self.f, self.__name__ = f, name_of(f)
        self.structure, self.leaves = None, []

    def __call__(self, *args, **options):
        y = self.f(*args, **options)
        self.leaves, self.structure = flatten(y)
        return y if self.structure is None else self.flat(y)

    def flat(self, tree):
        """A tree of the structure of the result, as one array."""
        if self.structure is None:
            return tree
        leaves = leaves_like(self.structure, tree, f"{self.__name__}: the cotangent")
        return np.concatenate([np.ravel(v) for v in leaves])

    def tree(self, flat):
        """That array as a tree again."""
        if self.structure is None:
            return flat
        ends = np.cumsum([np.size(v) for v in self.leaves])[:-1]
        parts = zip(np.split(flat, ends), self.leaves, strict=True)
        return unflatten(self.structure, [np.reshape(p, np.shape(v)) for p, v in parts])

    def values(self, run):
        """The result itself, as `Run.value` gives it."""
        if self.structure is None:
            return run.value()
        return unflatten(self.structure, run.values(self.leaves))


def _replaced(args, places, values):
    args = list(args)
    for k, v in zip(places, values, strict=True):
        args[k] = v
    return args
