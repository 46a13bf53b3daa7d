"""``autograd.scipy.integrate.odeint``: differential equations, differentiated by their adjoint."""

import numpy as np
from scipy import integrate

from autograd.calls import holds_tensor
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.extend import defvjp_argnums, primitive
from autograd.hips import make_vjp
from autograd.misc import flatten
from autograd.ops.register import value

OPTIONS = ("rtol", "atol", "h0", "hmax", "hmin", "mxstep", "mxhnil", "mxordn", "mxords", "tfirst")


def odeint(func, y0, t, args=(), **options):
    """The solution y (n, d) at times t of dy/dt = func(y, t, *args), with y(t[0]) = y0.

    Its gradient is that of the exact solution: another run of the solver, backwards in time, for
    dL/dy(t) and the gradient of ``args``.  Pontryagin 1962; Chen et al. 2018, arXiv:1806.07366.

    Parameters
    ----------
    func : callable
        Of arrays (d,), a number and ``args``; with ``tfirst``, of ``(t, y, *args)``.  What it
        depends on is to be passed in ``args``: a Tensor from outside that requires grad is refused.
    y0 : array_like, (d,)
    t : array_like, (n,)
    args : tuple
        Arrays, numbers and nestings of them; differentiable.
    **options
        SciPy's rtol and atol (numbers; 1.5e-8), h0, hmax, hmin, mxstep, mxhnil, mxordn, mxords,
        tfirst.
    """
    if not any(map(holds_tensor, (y0, t, args))):
        return integrate.odeint(_plain(func), y0, t, tuple(args), **options)
    unknown = options.keys() - set(OPTIONS)
    if unknown or any(np.ndim(options.get(k, 0) or 0) for k in ("rtol", "atol")):
        raise ValueRangeError(
            f"odeint: on Tensors the options are {', '.join(OPTIONS)}, rtol and atol numbers; got "
            f"{sorted(unknown) or 'an array of tolerances'}"
        )
    if np.ndim(y0) != 1 or np.ndim(t) != 1:
        raise ShapeError(
            f"odeint: y0 and t must be vectors, got shapes {np.shape(y0)} and {np.shape(t)}"
        )
    first = options.pop("tfirst", False)
    f = (lambda y, t, *args: func(t, y, *args)) if first else func
    return solution(f, y0, t, tuple(args), options)


def _plain(func):
    """``func``, refused where it returns a Tensor that requires grad, which would be lost."""

    def call(*args):
        v = func(*args)
        if holds_tensor(v):
            leaves = flatten(v)[0]
            if leaves.requires_grad:
                raise DtypeError(
                    "odeint: func uses a Tensor that requires grad and is not among its arguments. "
                    "Pass it in args=(...)."
                )
            return value(v)
        return v

    return call


@primitive
def solution(func, y0, t, args, options):
    """`odeint` as one node."""
    return integrate.odeint(_plain(func), y0, t, args, **options)


def _adjoint(argnums, ys, arguments, _):
    """dL/dy backwards in time: at each t[i] it gains g[i], in between λ' = -(df/dy)ᵀ λ.

    The gradient of ``args`` is ∫ (df/dargs)ᵀ λ dt; dL/dt[i] = g[i] · f(y[i], t[i]), and the start
    loses what all later times gain: -λ(t[0]) · f(y[0], t[0]).
    """
    func, y0, t, args, options = arguments
    flat, unflatten = flatten(args)
    d = np.shape(y0)[0]

    def slope(y, t, flat):
        return np.reshape(func(y, t, *unflatten(flat)), (d,))

    def backwards(state, t, flat):
        y, lam = state[:d], state[d : 2 * d]
        pull, dy = make_vjp(slope, (0, 2))(y, t, flat)
        by_y, by_args = pull(lam)
        return np.concatenate([dy, -by_y, -by_args])

    def pull(g):
        lam, total, n = g[-1], np.zeros_like(value(flat)), len(t)
        by_t = [np.sum(g[i] * slope(ys[i], t[i], flat)) for i in range(1, n)]
        for i in range(n - 1, 0, -1):
            state = np.concatenate([ys[i], lam, total])
            span = np.stack([t[i], t[i - 1]])
            state = odeint(backwards, state, span, (flat,), **options)[1]
            lam, total = state[d : 2 * d], state[2 * d :]
            start = -np.sum(lam * slope(ys[0], t[0], flat))
            lam = lam + g[i - 1]
        by_t = [start if n > 1 else 0 * lam[0], *by_t]
        found = {1: lam, 2: np.stack(by_t), 3: unflatten(total)}
        return [found[k] for k in argnums]

    return pull


defvjp_argnums(solution, _adjoint)


def __getattr__(name):
    """SciPy's own."""
    return getattr(integrate, name)
