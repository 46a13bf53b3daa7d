"""Polynomials as arrays of coefficients, highest power first: arithmetic, roots, fits."""

import numpy as np

from autograd.errors import DtypeError, ShapeError
from autograd.ops.complex_numbers import is_complex
from autograd.ops.register import as_array, as_floats, constant, instead_of, listed, value
from autograd.primitive import primitive


def _coefficients(op, p):
    p = as_array(p)
    if p.ndim > 1:
        raise ShapeError(f"{op}: expected a row of coefficients, got shape {tuple(p.shape)}")
    return np.reshape(p, -1)


def _of_one_length(op, *polynomials):
    rows = [_coefficients(op, p) for p in polynomials]
    n = max(p.shape[0] for p in rows)
    return [np.pad(p, (n - p.shape[0], 0)) if p.shape[0] < n else p for p in rows]


@instead_of(np.polyadd)
def polyadd(a1, a2):
    """The sum of two polynomials."""
    return np.add(*_of_one_length("polyadd", a1, a2))


@instead_of(np.polysub)
def polysub(a1, a2):
    """The difference of two polynomials."""
    return np.subtract(*_of_one_length("polysub", a1, a2))


@instead_of(np.polymul)
def polymul(a1, a2):
    """The product of two polynomials: the convolution of their coefficients.

    Leading zeros, which NumPy drops, stay: they have a derivative.
    """
    return np.convolve(_coefficients("polymul", a1), _coefficients("polymul", a2))


@instead_of(np.polydiv)
def polydiv(u, v):
    """Quotient and remainder of u / v, by long division; the remainder without leading zeros."""
    u, v = _coefficients("polydiv", u), _coefficients("polydiv", v)
    more = u.shape[0] - v.shape[0]
    r = u + 0.0 * v[0]
    quotient = []
    for k in range(more + 1):
        quotient.append(r[k] / v[0])
        r = r - quotient[-1] * np.pad(v, (k, more - k))
    q = np.stack(quotient) if quotient else 0 * r[:1]
    size = value(r)
    kept = np.flatnonzero(~np.isclose(size, 0))
    return q, r[kept[0].item() if kept.size else -1 :]


@instead_of(np.poly)
def poly(seq_of_zeros):
    """The polynomial Π (x - r) over the zeros r, or over the eigenvalues of a square matrix."""
    roots = as_array(seq_of_zeros)
    if roots.ndim == 2 and roots.shape[0] == roots.shape[1] > 0:
        p = poly(np.linalg.eigvals(roots))
        return p if is_complex(roots) else np.real(p)
    roots = as_floats(_coefficients("poly", roots))
    p = np.ones_like(getattr(roots, "data", roots), shape=(1,))
    for k in range(roots.shape[0]):
        p = np.pad(p, (0, 1)) - roots[k] * np.pad(p, (1, 0))
    return p


@listed
@primitive
def roots_of(p):
    """The roots of a polynomial whose first and last coefficients are not 0.

    Of Σ pₖ rⁿ⁻ᵏ = 0: dr = -Σ rⁿ⁻ᵏ dpₖ / p'(r).  A multiple root has no derivative.
    """
    return np.roots(p)


def _roots_vjp(g, p, y):
    return -(g / np.polyval(np.polyder(p), y)) @ np.vander(y, p.shape[0])


roots_of.vjp(p=lambda g, p, y: _roots_vjp(g, p, y))


@instead_of(np.roots)
def roots(p):
    """The roots of a polynomial: complex, unless all are real.

    Leading coefficients of 0 do not count; closing ones are roots at 0, whose derivative, with
    respect to coefficients that are exactly 0, is not taken.
    """
    p = _coefficients("roots", p)
    at = np.flatnonzero(value(p))
    if not at.size:
        return np.zeros_like(value(p), dtype=float, shape=0)
    first, last = at[0].item(), at[-1].item()
    return np.pad(roots_of(p[first : last + 1]), (0, p.shape[0] - 1 - last))


@instead_of(np.polyder)
def polyder(p, m=1):
    """The m-th derivative of a polynomial."""
    p = _coefficients("polyder", p)
    for _ in range(m):
        n = p.shape[0] - 1
        p = p[:-1] * np.arange(n, 0, -1)
    return p


@instead_of(np.polyint)
def polyint(p, m=1, k=None):
    """The m-th integral of a polynomial, with the integration constants ``k`` (0 by default)."""
    p = _coefficients("polyint", p)
    constants = [0.0] * m if k is None else list(np.broadcast_to(constant("polyint", "k", k), m))
    for c in constants:
        p = np.concatenate([p / np.arange(p.shape[0], 0, -1), np.asarray([c])])
    return p


@instead_of(np.vander)
def vander(x, N=None, increasing=False):
    """The matrix of the powers of x: (n,) -> (n, N), the highest first."""
    x = _coefficients("vander", x)
    columns = x.shape[0] if N is None else N
    powers = np.arange(columns) if increasing else np.arange(columns - 1, -1, -1)
    return x[:, None] ** powers


@instead_of(np.polyfit)
def polyfit(x, y, deg, w=None, cov=False):
    """Least squares: the coefficients p that minimise Σ (w (p(x) - y))²: (deg + 1,).

    With V the weighted powers of x, p = (VᵀV)⁻¹ Vᵀ w y, solved through the QR decomposition of V.
    With ``cov`` their covariances too, (VᵀV)⁻¹ times the mean square error (unless 'unscaled').
    """
    x, y = as_array(x), as_array(y)
    if x.ndim != 1 or y.shape[:1] != x.shape:
        raise ShapeError(
            f"polyfit: expected x (n,) and y (n,) or (n, k), got {x.shape} and {y.shape}"
        )
    powers = vander(as_floats(x), deg + 1)
    if w is not None:
        w = as_array(w)
        powers = powers * w[:, None]
        y = y * (w if y.ndim == 1 else w[:, None])
    if x.dtype.kind == "c":
        raise DtypeError("polyfit: complex x is not supported on Tensors")
    q, r = np.linalg.qr(powers)
    p = np.linalg.solve(r, q.T @ y)
    if not cov:
        return p
    spread = np.linalg.inv(r.T @ r)
    if y.ndim > 1:
        spread = spread[:, :, None]
    if cov == "unscaled":
        return p, spread
    if x.shape[0] <= deg + 1:
        raise ShapeError(f"polyfit: {x.shape[0]} points are too few to scale the covariances")
    return p, spread * (np.sum((powers @ p - y) ** 2, axis=0) / (x.shape[0] - deg - 1))
