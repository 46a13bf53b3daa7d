"""What the transforms share: one run of a function with variables of its own; its name."""

import functools

import numpy as np

from autograd import graph, recording
from autograd.backward import pulled, zeros
from autograd.errors import DtypeError, ValueRangeError, describe
from autograd.hints import refuse
from autograd.ops.shapes import copy
from autograd.tensor import Tensor, as_tensor, needs_grad, wrap
from autograd.trees import flatten, unflatten


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
        if isinstance(y, (list, tuple, dict)) or y is None:
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
    """Whether the graph under ``root`` has Tensors to differentiate by other than ``mine``.

    These are leaves, and results from before the run, whose leaves may be gone.  The variables of a
    transform inside, which is done, do not count.
    """
    seen, todo, start = {root}, [root], min((node.order for node in mine), default=0)
    while todo:
        node = todo.pop()
        if node in mine:
            if node.plan is not None:
                return True  # a variable that is linked to an outer graph
            continue
        if (node.plan is None or node.order < start) and node.out() is not None:
            return True
        for p in node.parents:
            if p not in seen:
                seen.add(p)
                todo.append(p)
    return False


def name_of(f) -> str:
    """What messages call a function."""
    return getattr(f, "__name__", type(f).__name__)


def named(transform, f, argnum=0, unknown=()):
    """Name a derived function after what it is made from.

    Raises
    ------
    DtypeError
        ``f`` is no function, ``argnum`` names no arguments, or options are ``unknown``.
    """
    refuse(transform, unknown)
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
