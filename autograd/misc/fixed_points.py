"""Fixed points x = f(a)(x), differentiated by the implicit function theorem."""

from autograd.extend import defvjp, primitive, vspace
from autograd.hips import make_vjp


@primitive
def fixed_point(f, a, x0, distance, tol):
    """The x with ``f(a)(x) = x``, by iteration from ``x0`` until ``distance(x, before) <= tol``.

    With J = df/dx there: dx/da = (1 - J)⁻¹ df/da, whose transpose is a fixed point again.  Only
    ``a`` gets a gradient.
    """
    step = f(a)
    before, x = x0, step(x0)
    while distance(x, before) > tol:
        before, x = x, step(x)
    return x


def _adjoint(given):
    """The step whose fixed point is u = g + Jᵀu."""
    f, a, x, g = given
    pull, _ = make_vjp(f(a))(x)
    return lambda u: vspace(g).add(pull(u), g)


def _vjp(x, f, a, x0, distance, tol):
    pull, _ = make_vjp(lambda a, x: f(a)(x))(a, x)

    def step(given):
        return _adjoint((f, *given))

    def vjp(g):
        zero = vspace(x0).zeros()
        return pull(fixed_point(step, (a, x, g), zero, distance, tol))

    return vjp


defvjp(fixed_point, None, _vjp, None)
