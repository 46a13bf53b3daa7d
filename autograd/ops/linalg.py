"""Inverse, solution, determinant, power: matrices on the last two axes, batched over the others.

dL = Re Σ g dy without conjugation, so the formulas of these holomorphic functions have plain
transposes, for complex matrices too.  M. Giles, Collected matrix derivative results, 2008.
"""

import numpy as np

from autograd.errors import DtypeError, LinAlgError, ShapeError
from autograd.ops.complex_numbers import conj, is_complex
from autograd.ops.register import as_array, instead_of, listed, value
from autograd.primitive import primitive

SlogdetResult = type(np.linalg.slogdet(np.eye(1)))


def mT(x):
    """The matrix transpose."""
    return np.swapaxes(x, -1, -2)


def mH(x):
    """The conjugate transpose."""
    return np.swapaxes(conj(x), -1, -2)


@instead_of(np.linalg.inv)
@primitive
def inv(a):
    """Inverse.  dL/da = -yᵀ g yᵀ."""
    return np.linalg.inv(a)


inv.vjp(a=lambda g, y: -mT(y) @ g @ mT(y))


@instead_of(np.linalg.solve)
@primitive
def solve(a, b):
    """The x with a x = b; ``b`` is a vector only if it has one axis.

    dL/db = a⁻ᵀ g, dL/da = -(dL/db) xᵀ.
    """
    return np.linalg.solve(a, b)


def _solve_db(g, a):
    if np.ndim(g) < np.ndim(a):  # b is a vector
        return np.linalg.solve(mT(a), g[..., None])[..., 0]
    return np.linalg.solve(mT(a), g)


def _solve_da(g, a, y):
    db = _solve_db(g, a)
    if np.ndim(g) < np.ndim(a):
        return -db[..., :, None] * y[..., None, :]
    return -db @ mT(y)


solve.vjp(
    a=lambda g, a, y: _solve_da(g, a, y),
    b=lambda g, a: _solve_db(g, a),
)


# -- determinant ----------------------------------------------------------------------------------


@instead_of(np.linalg.det)
@primitive
def det(a):
    """Determinant.  dL/da = g times the matrix of cofactors, which a singular matrix has too."""
    return np.linalg.det(a)


@listed
@primitive
def cofactors(a):
    """The matrix of cofactors, det(a) a⁻ᵀ, by the singular values: right for every rank."""
    u, s, vh = np.linalg.svd(a)
    turn = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    return turn * (np.conjugate(u) * _product_without(s)[..., None, :]) @ np.conjugate(vh)


def _product_without(s):
    """Π of all but one element of the last axis."""
    n = s.shape[-1]
    return np.prod(np.where(np.eye(n, dtype=bool), 1, s[..., None, :]), axis=-1)


def _cofactors_vjp(h, a, y):
    """(Σ(h y) y - y hᵀ y) / det; near a singular matrix by its singular values."""
    s = np.linalg.svdvals(a)
    if a.shape[-1] and np.any(s[..., -1] <= 1e-6 * s[..., 0]):
        return cofactors_slope(h, a)
    total = np.sum(h * y, axis=(-2, -1), keepdims=True)
    return (total * y - y @ mT(h) @ y) / np.linalg.det(a)[..., None, None]


det.vjp(a=lambda g, a: g[..., None, None] * cofactors(a))


@listed
@primitive
def cofactors_slope(h, a):
    """The second derivative of the determinant in the direction ``h``, for every rank.

    With a = u s vᴴ and h' = uᴴ h v: Σ over i ≠ j of (Π of s without i, j) (h'ᵢᵢ k'ⱼⱼ - h'ᵢⱼ k'ⱼᵢ).
    """
    u, s, vh = np.linalg.svd(a)
    n = s.shape[-1]
    i, j, k = np.ogrid[:n, :n, :n]
    others = np.prod(np.where((k == i) | (k == j), 1, s[..., None, None, :]), axis=-1)
    others = others * (1 - np.eye(n, dtype=s.dtype))
    turned = mH(u) @ h @ mH(vh)
    d = np.diagonal(turned, axis1=-2, axis2=-1)
    middle = -others * mT(turned)
    middle = middle + np.eye(n, dtype=s.dtype) * (others @ d[..., None])
    turn = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    return turn * np.conjugate(u) @ middle @ np.conjugate(vh)


cofactors.vjp(a=lambda h, a, y: _cofactors_vjp(h, a, y))
cofactors_slope.vjp(h=lambda g, a: cofactors_slope(g, a), a=lambda g, a: _third_slope(g, a))


def _third_slope(g, a):
    """0 of two rows or less; else there is no formula, but forward mode asks for none either."""
    if a.shape[-1] <= 2:
        return 0 * g
    raise LinAlgError(
        f"det: a matrix of shape {tuple(a.shape)} that is singular, or nearly, has two derivatives "
        "here, and this is the third. Write the determinant as a sum of products, or move the "
        "matrix away from where it is singular."
    )


@listed
@primitive
def sign_and_logdet(a):
    """Sign and log |det|.  dL/da = (g_log + i Im(g_sign sign)) a⁻ᵀ."""
    return tuple(np.linalg.slogdet(a))


def _slogdet_vjp(g, a, y):
    d = g[1]
    if is_complex(a):
        d = d + np.imag(g[0] * y[0]) * 1j
    return d[..., None, None] * mT(np.linalg.inv(a))


sign_and_logdet.vjp(a=lambda g, a, y: _slogdet_vjp(g, a, y))


@instead_of(np.linalg.slogdet)
def slogdet(a):
    """Sign and logarithm of the absolute value of the determinant."""
    return SlogdetResult(*sign_and_logdet(a))


# -- what is made of these ------------------------------------------------------------------------


@instead_of(np.linalg.pinv)
@primitive
def pinv(a, rcond=None):
    """Pseudo-inverse.  dy = -y da y + y yᴴ daᴴ (1 - a y) + (1 - y a) daᴴ yᴴ y.

    Where the rank stays the same: Golub and Pereyra 1973.
    """
    return np.linalg.pinv(a) if rcond is None else np.linalg.pinv(a, rcond)


def _pinv_vjp(g, a, y):
    g = conj(g)
    gh, yh = mH(g), mH(y)
    left = gh @ y @ yh  # (m, m)
    right = yh @ y @ gh
    return conj(-yh @ g @ yh + left - a @ (y @ left) + right - (right @ y) @ a)


pinv.vjp(a=lambda g, a, y: _pinv_vjp(g, a, y))


@instead_of(np.linalg.matrix_power)
def matrix_power(a, n):
    """The n-th power of a square matrix, by repeated squaring; n < 0 of its inverse."""
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ShapeError(f"matrix_power: a square matrix is needed, got shape {tuple(a.shape)}")
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise DtypeError(f"matrix_power: the power must be an integer, got {n!r}")
    if n == 0:
        return np.where(np.ones(a.shape, dtype=bool), np.eye(a.shape[-1], dtype=a.dtype), a)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    y = None
    while n:
        if n & 1:
            y = a if y is None else y @ a
        n >>= 1
        a = a @ a if n else a
    return y


@instead_of(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    """The inverse of ``a`` seen as a matrix from its axes after ``ind`` to those before."""
    rows, columns = tuple(a.shape[:ind]), tuple(a.shape[ind:])
    square = np.reshape(a, (int(np.prod(rows)), -1))
    return np.reshape(np.linalg.inv(square), columns + rows)


@instead_of(np.linalg.tensorsolve)
def tensorsolve(a, b, axes=None):
    """The x with tensordot(a, x, x.ndim) = b."""
    if axes is not None:
        rest = [k for k in range(np.ndim(a)) if k not in {k % np.ndim(a) for k in axes}]
        a = np.transpose(a, (*rest, *axes))
    shape = np.shape(a)[np.ndim(b) :]
    square = np.reshape(a, (-1, int(np.prod(shape))))
    return np.reshape(np.linalg.solve(square, np.reshape(b, -1)), shape)


@instead_of(np.linalg.lstsq)
def lstsq(a, b, rcond=None):
    """The x of least Σ|b - a x|², of least Σ|x|² among these: x = pinv(a) b, of constant rank.

    Also Σ|b - a x|² for each column of b (nothing where a has not full column rank, or has no more
    rows than columns), the rank, and the singular values.
    """
    a, b = as_array(a), as_array(b)
    if a.ndim != 2 or b.ndim not in (1, 2) or b.shape[0] != a.shape[0]:
        raise ShapeError(
            f"lstsq: expected a (m, n) and b (m,) or (m, k), got {tuple(a.shape)} and "
            f"{tuple(b.shape)}"
        )
    m, n = a.shape
    s = np.linalg.svdvals(a)
    limit = np.finfo(s.dtype).eps * (max(m, n) if rcond is None else 1)
    limit = limit if rcond is None or rcond < 0 else rcond
    rank = np.sum(value(s) > limit * np.max(value(s), initial=0)).item()
    x = np.linalg.pinv(a, limit) @ b
    rest = b - a @ x
    rest = np.atleast_1d(np.sum(np.real(rest * conj(rest)), axis=0))
    return x, rest if rank == n < m else rest[:0], rank, s
