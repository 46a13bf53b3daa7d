"""`check_grads` as in HIPS autograd: derivatives held against finite differences."""

import itertools

import numpy as np

from autograd.check import gradcheck
from autograd.errors import GradcheckError
from autograd.hips import make_jvp
from autograd.trees import flatten, unflatten


def check_grads(f, argnum=0, modes=("fwd", "rev"), order=2):
    """The function ``(*args) -> None`` that raises if a derivative of ``f`` is wrong there.

    Parameters
    ----------
    f : callable
        Its arguments and results may be nestings of real and complex arrays.
    argnum : int or sequence of int
        The arguments to differentiate.
    modes : sequence of 'fwd' and 'rev'
        Forward mode is derived from the reverse formulas; 'fwd' also compares it with differences.
    order : int
        How many times to differentiate.

    Raises
    ------
    AssertionError
        With the table of `gradcheck`.

    Examples
    --------
    >>> check_grads(np.sin)(0.3)
    """
    chosen = list(argnum) if isinstance(argnum, (list, tuple)) else [argnum]
    if not set(modes) <= {"fwd", "rev"}:
        raise ValueError(f"check_grads: modes are 'fwd' and 'rev', got {modes!r}")

    def check(*args, **options):
        def of(*xs):
            given = list(args)
            for k, x in zip(chosen, xs, strict=True):
                given[k] = x
            return f(*given, **options)

        of.__name__ = getattr(f, "__name__", type(f).__name__)
        real, inputs = _real(of, [args[k] for k in chosen])
        try:
            gradcheck(real, *inputs, order=order)
        except GradcheckError as e:
            raise AssertionError(str(e)) from e
        if "fwd" in modes:
            _check_forward(real, inputs)

    return check


def check_vjp(f, x):
    """`check_grads` of order 1, in reverse mode."""
    check_grads(f, modes=["rev"], order=1)(x)


def check_jvp(f, x):
    """`check_grads` of order 1, in forward mode."""
    check_grads(f, modes=["fwd"], order=1)(x)


def combo_check(f, *args, **kwargs):
    """`check_grads` of ``f`` for every combination of the given lists of arguments and options."""

    def check(*lists, **named):
        for chosen in itertools.product(*lists):
            for values in itertools.product(*named.values()):
                options = dict(zip(named, values, strict=True))
                check_grads(f, *args, **kwargs)(*chosen, **options)

    return check


def _check_forward(f, inputs, eps=1e-6):
    """The derivative in a random direction against a central difference."""
    rng = np.random.default_rng(0)
    leaves, structure = flatten(inputs)
    leaves = [np.asarray(x) for x in leaves]
    moving = [x.dtype.kind == "f" for x in leaves]
    direction = [
        rng.standard_normal(x.shape) if m else None for x, m in zip(leaves, moving, strict=True)
    ]

    def at(*steps):
        rest = iter(steps)
        return flatten(
            f(
                *unflatten(
                    structure,
                    [next(rest) if m else x for x, m in zip(leaves, moving, strict=True)],
                )
            )
        )[0]

    xs = [x.astype(float) for x, m in zip(leaves, moving, strict=True) if m]
    vs = [v for v in direction if v is not None]
    _, slopes = make_jvp(at, tuple(range(len(xs))))(*xs)(vs)
    after = at(*(x + eps * v for x, v in zip(xs, vs, strict=True)))
    before = at(*(x - eps * v for x, v in zip(xs, vs, strict=True)))
    for slope, b, a in zip(slopes, before, after, strict=True):
        numeric = (np.asarray(a) - np.asarray(b)) / (2 * eps)
        if not np.allclose(slope, numeric, rtol=1e-5, atol=1e-6):
            name = getattr(f, "__name__", type(f).__name__)
            raise AssertionError(f"check_grads: forward mode of {name}: {slope}, not {numeric}")


def _real(f, inputs):
    """``f`` and its inputs with every complex array as two real ones."""
    leaves, structure = flatten(inputs)
    is_complex = [np.iscomplexobj(x) for x in leaves]
    parts = [[np.real(x), np.imag(x)] if c else x for x, c in zip(leaves, is_complex, strict=True)]

    def real(*xs):
        whole = [p[0] + 1j * p[1] if c else p for p, c in zip(xs, is_complex, strict=True)]
        ys = flatten(f(*unflatten(structure, whole)))[0]
        return [p for y in ys for p in ((np.real(y), np.imag(y)) if np.iscomplexobj(y) else (y,))]

    real.__name__ = f.__name__
    return real, parts
