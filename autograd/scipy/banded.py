"""Systems with a banded matrix, stored by its diagonals: ab[u + i - j, j] = a[i, j]."""

import numpy as np
from scipy import linalg

from autograd.errors import ShapeError
from autograd.ops.register import constant
from autograd.primitive import primitive
from autograd.scipy.register import listed, number_or_array


@listed
@primitive
def banded_solution(ab, b, below, above):
    """The x (n, k) with a x = b.  dL/db = a⁻ᵀ g, dL/da = -(dL/db) xᵀ on the diagonals."""
    return linalg.solve_banded((below, above), ab, b, check_finite=False)


def _shifted(row, k):
    """``row`` moved ``k`` places to the left, with zeros for what comes in from the right."""
    k = max(-len(row), min(k, len(row)))
    nothing = np.zeros_like(row[: abs(k)])
    return np.concatenate([row[k:], nothing] if k >= 0 else [nothing, row[:k]])


def _transposed(ab, below, above):
    """The diagonals of the transposed matrix: in reverse order, each begun at its first column."""
    return np.stack([_shifted(ab[above - k], k) for k in range(-below, above + 1)])


def _on_diagonals(s, x, below, above):
    """The diagonals of s xᵀ."""
    return np.stack([np.sum(_shifted(s, -k) * x, axis=1) for k in range(above, -below - 1, -1)])


def _db(g, ab, below, above):
    return banded_solution(_transposed(ab, below, above), g, above, below)


banded_solution.vjp(
    ab=lambda g, ab, y, below, above: -_on_diagonals(_db(g, ab, below, above), y, below, above),
    b=lambda g, ab, below, above: _db(g, ab, below, above),
)


def solve_banded(l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True):
    """The x with a x = b, for a matrix with l diagonals below and u above its main one.

    Parameters
    ----------
    l_and_u : (int, int)
    ab : array_like, (l + u + 1, n)
        The diagonals, ``ab[u + i - j, j] = a[i, j]``; what lies outside of the matrix is not read.
    b : array_like, (n,) or (n, k)
    """
    below, above = map(int, constant("solve_banded", "l_and_u", l_and_u))
    ab, b = number_or_array(ab), number_or_array(b)
    if np.ndim(ab) != 2 or ab.shape[0] != below + above + 1:
        raise ShapeError(
            f"solve_banded: {below} diagonals below and {above} above need ab of shape "
            f"({below + above + 1}, n), got {np.shape(ab)}"
        )
    if np.ndim(b) == 1:
        return banded_solution(ab, b[:, None], below, above)[:, 0]
    return banded_solution(ab, b, below, above)
