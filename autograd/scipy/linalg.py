"""``scipy.linalg``, for scripts that import ``autograd.scipy.linalg``.

What NumPy has (inv, det, solve, cholesky, ...) has NumPy's derivatives.  Conventions are those of
`autograd.ops.linalg`: plain transposes, for complex matrices too.
"""

import numpy as np
from scipy import linalg

from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.linalg import mH, mT
from autograd.primitive import primitive
from autograd.scipy.banded import solve_banded
from autograd.scipy.register import listed, number_or_array

__all__ = [
    "block_diag", "cho_factor", "cho_solve", "cholesky", "det", "expm", "inv", "solve",
    "solve_banded", "solve_sylvester", "solve_triangular", "sqrtm",
]  # fmt: skip

# -- triangular systems ----------------------------------------------------------------------------


@listed
@primitive
def triangular_solution(a, b, lower, unit):
    """The x (..., n, k) with a x = b, of a triangular ``a``; with ``unit``, 1 on its diagonal.

    dL/db = a⁻ᵀ g, dL/da = -(dL/db) xᵀ on the triangle that is read.
    """
    return linalg.solve_triangular(a, b, lower=lower, unit_diagonal=unit, check_finite=False)


def _triangle(x, lower, unit):
    return np.tril(x, -1 if unit else 0) if lower else np.triu(x, 1 if unit else 0)


triangular_solution.vjp(
    a=lambda g, a, y, lower, unit: _triangle(
        -triangular_solution(mT(a), g, not lower, unit) @ mT(y), lower, unit
    ),
    b=lambda g, a, lower, unit: triangular_solution(mT(a), g, not lower, unit),
)


def solve_triangular(
    a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True
):
    """The x with a x = b (trans 0 or 'N'), aᵀ x = b (1, 'T') or aᴴ x = b (2, 'C').

    Only the lower or the upper triangle of ``a`` is read, without its diagonal where that is 1.
    Arguments are never overwritten; a singular ``a`` raises LinAlgError.
    """
    a, b = number_or_array(a), number_or_array(b)
    if trans not in (0, 1, 2, "N", "T", "C"):
        raise ValueRangeError(
            f"solve_triangular: trans must be 0, 1, 2, 'N', 'T' or 'C', got {trans!r}"
        )
    if np.ndim(a) < 2 or a.shape[-1] != a.shape[-2]:
        raise ShapeError(f"solve_triangular: a square matrix is needed, got shape {np.shape(a)}")
    if trans not in (0, "N"):
        a, lower = mT(a) if trans in (1, "T") else mH(a), not lower
    if np.ndim(b) == 1:
        return triangular_solution(a, b[:, None], bool(lower), bool(unit_diagonal))[..., 0]
    return triangular_solution(a, b, bool(lower), bool(unit_diagonal))


def cholesky(a, lower=False, overwrite_a=False, check_finite=True):
    """The upper triangular U with Uᴴ U = a, or the lower L with L Lᴴ = a."""
    return np.linalg.cholesky(number_or_array(a), upper=not lower)


def cho_factor(a, lower=False, overwrite_a=False, check_finite=True):
    """`cholesky` and whether it is lower, for `cho_solve`; zeros in the other triangle."""
    return cholesky(a, lower), lower


def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True):
    """The x with a x = b, from what `cho_factor` makes of ``a``."""
    c, lower = c_and_lower
    first, second = (0, 2) if lower else (2, 0)
    return solve_triangular(c, solve_triangular(c, b, first, lower), second, lower)


# -- functions of matrices -------------------------------------------------------------------------


@listed
@primitive
def solve_sylvester(a, b, q):
    """The x with a x + x b = q.  With s the solution of aᵀ s + s bᵀ = g: dL/dq = s."""
    return linalg.solve_sylvester(a, b, q)


solve_sylvester.vjp(
    a=lambda g, a, b, y: -solve_sylvester(mT(a), mT(b), g) @ mT(y),
    b=lambda g, a, b, y: -mT(y) @ solve_sylvester(mT(a), mT(b), g),
    q=lambda g, a, b: solve_sylvester(mT(a), mT(b), g),
)


@listed
@primitive
def sqrtm(a):
    """The principal square root, y y = a.  dy y + y dy = da, so dL/da is a Sylvester solution.

    N. Higham, Functions of Matrices, 2008, section 6.1.
    """
    return linalg.sqrtm(a)


sqrtm.vjp(a=lambda g, y: solve_sylvester(mT(y), mT(y), g))


@listed
@primitive
def expm(a):
    """The matrix exponential.  dL/da = the upper right block of exp [[aᵀ, g], [0, aᵀ]].

    N. Higham, Functions of Matrices, 2008, theorem 3.6.
    """
    return linalg.expm(a)


def _expm_slope(g, a):
    n = a.shape[-1]
    top = np.concatenate([mT(a), g], axis=-1)
    bottom = np.concatenate([np.zeros_like(a), mT(a)], axis=-1)
    return expm(np.concatenate([top, bottom], axis=-2))[..., :n, n:]


expm.vjp(a=lambda g, a: _expm_slope(g, a))


# -- what NumPy has --------------------------------------------------------------------------------


def inv(a, overwrite_a=False, check_finite=True):
    """Inverse."""
    return np.linalg.inv(number_or_array(a))


def det(a, overwrite_a=False, check_finite=True):
    """Determinant."""
    return np.linalg.det(number_or_array(a))


def solve(a, b, **options):
    """The x with a x = b; SciPy's options say how to find it, and are not needed on Tensors."""
    a, b = number_or_array(a), number_or_array(b)
    if options.pop("transposed", False):
        a = mT(a)
    return np.linalg.solve(a, b)


def block_diag(*arrays):
    """Matrices along the diagonal of one, zeros elsewhere."""
    parts = [np.atleast_2d(number_or_array(a)) for a in arrays] or [np.zeros((1, 0))]
    width, at, rows = sum(p.shape[1] for p in parts), 0, []
    for p in parts:
        rows.append(np.pad(p, ((0, 0), (at, width - at - p.shape[1]))))
        at += p.shape[1]
    return np.concatenate(rows)


def __getattr__(name):
    """SciPy's own."""
    return getattr(linalg, name)
