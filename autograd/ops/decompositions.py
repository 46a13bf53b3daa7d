"""Cholesky, QR, eigenvalues and -vectors, singular values: batched over leading axes.

The formulas are those of M. Giles, Collected matrix derivative results, 2008, written for
G = conj(g), for which dL = Re tr(Gᴴ dy).  Eigen- and singular vectors of equal values have no
derivative of their own; a function that does not depend on which are taken has its gradient, one
that does gets inf or NaN.
"""

import numpy as np

from autograd.errors import GraphError, ValueRangeError
from autograd.ops.complex_numbers import conj, is_complex
from autograd.ops.linalg import mH, mT
from autograd.ops.register import instead_of, listed, value
from autograd.primitive import primitive

EighResult = type(np.linalg.eigh(np.eye(1)))
EigResult = type(np.linalg.eig(np.eye(1)))
SVDResult = type(np.linalg.svd(np.eye(1)))
QRResult = type(np.linalg.qr(np.eye(1)))


def diagonal_matrix(v):
    """Vectors (..., n) as diagonal matrices (..., n, n)."""
    return v[..., None] * np.eye(v.shape[-1], dtype=v.dtype)


def hermitian_part(x):
    """(x + xᴴ) / 2."""
    return (x + mH(x)) / 2


@listed
@primitive(elementwise=True)
def over_gap(x, gap):
    """x / gap, with 0 / 0 = 0.  Its derivative is infinite there, as its limit is not known."""
    return np.where((gap == 0) & (x == 0), 0, x / np.where(gap == 0, x * 0, gap))


over_gap.vjp(x=lambda g, gap: g / gap, gap=lambda g, y, gap: -g * y / gap)


def gaps(values):
    """gap_ij = v_j - v_i, taken as 0 where it is nothing but rounding, and 1 on the diagonal."""
    v = values[..., None, :] - values[..., :, None]
    largest = np.max(np.abs(value(values)), axis=-1, initial=0)[..., None, None]
    n = values.shape[-1]
    return np.where(np.abs(v) <= n * _eps(values) * largest, 0, v) + np.eye(n, dtype=values.dtype)


def _eps(x):
    return np.finfo(x.dtype).eps


def used(*gs):
    """Which vectors of several arrays of column vectors L depends on: True or False, (..., n)."""
    return np.any(sum(np.not_equal(g, 0) for g in map(value, gs)), axis=-2)


def spoilt(x, gap, touched):
    """NaN where vectors of equal values are used: their derivative does not exist."""
    return np.where((gap == 0) & touched, np.nan, x)


def check_phase(op, phase, size):
    """Complex vectors are given up to a factor e^(it): L must not depend on it."""
    phase, size = value(phase), value(size)
    if np.any(np.abs(phase) > _eps(phase) ** 0.5 * np.max(np.abs(size), initial=0)):
        raise GraphError(
            f"{op}: complex vectors are determined up to a factor e^(it) each, and the result "
            "depends on it, so it has no derivative. Use |v|, or v times its own conjugate."
        )


# -- Cholesky -------------------------------------------------------------------------------------


@listed
@primitive
def lower_cholesky(a):
    """The lower triangular L with L Lᴴ = a.

    dL/da = L⁻ᴴ P L⁻¹ made Hermitian, with P the lower triangle of Lᴴ G, its diagonal halved: the
    gradient among Hermitian matrices, of which NumPy reads the lower triangle alone.
    """
    return np.linalg.cholesky(a)


def _cholesky_vjp(g, y):
    half = np.tril(mH(y) @ conj(g))
    n = y.shape[-1]
    half = half * (1 - np.eye(n, dtype=np.real(y).dtype) / 2)
    s = np.linalg.solve(mH(y), half)
    return conj(hermitian_part(mT(np.linalg.solve(mT(y), mT(s)))))


lower_cholesky.vjp(a=lambda g, y: _cholesky_vjp(g, y))


@instead_of(np.linalg.cholesky)
def cholesky(a, upper=False):
    """The lower triangular L with L Lᴴ = a, or the upper one with Uᴴ U = a."""
    return mH(lower_cholesky(mH(a))) if upper else lower_cholesky(a)


# -- QR -------------------------------------------------------------------------------------------


@listed
@primitive
def tall_qr(a):
    """Q (m, n) with orthonormal columns and R (n, n) upper triangular, m >= n.

    dL/da = (G_Q + Q sym(R G_Rᴴ - G_Qᴴ Q)) R⁻ᴴ, sym: the lower triangle reflected.
    """
    return tuple(np.linalg.qr(a))


def _qr_vjp(g, y):
    (gq, gr), (q, r) = map(conj, g), y
    m = r @ mH(gr) - mH(gq) @ q
    lower = np.tril(m, -1)
    diagonal = diagonal_matrix(np.real(np.diagonal(m, axis1=-2, axis2=-1)))
    d = gq + q @ (lower + mH(lower) + diagonal)
    return conj(mH(np.linalg.solve(r, mH(d))))


tall_qr.vjp(a=lambda g, y: _qr_vjp(g, y))


@instead_of(np.linalg.qr)
def qr(a, mode="reduced"):
    """Q and R; R alone for mode='r'.  Of a wide matrix the first columns make Q."""
    m, n = a.shape[-2:]
    if mode not in ("reduced", "r") and not (mode == "complete" and m <= n):
        raise ValueRangeError(
            f"qr: mode {mode!r} is not supported on Tensors of shape {tuple(a.shape)}; use "
            "'reduced' or 'r'"
        )
    if m >= n:
        q, r = tall_qr(a)
    else:
        q, r = tall_qr(a[..., :m])
        r = np.concatenate([r, mH(q) @ a[..., m:]], axis=-1)
    return r if mode == "r" else QRResult(q, r)


# -- Hermitian eigenvalues ------------------------------------------------------------------------


@listed
@primitive(not_everywhere=True)  # vectors of equal values, phases
def eigh_(a, half):
    """Eigenvalues, ascending, and eigenvectors v of a Hermitian matrix, of which a half is read.

    dL/da = v (diag(g_w) + (vᴴ G_v)ᵢⱼ / (wⱼ - wᵢ)) vᴴ made Hermitian.
    """
    return tuple(np.linalg.eigh(a, half))


def _eigh_vjp(g, y):
    (gw, gv), (w, v) = map(conj, g), y
    m, gap, touched = mH(v) @ gv, gaps(w), used(gv)
    if is_complex(v):
        check_phase("eigh", np.imag(np.diagonal(m, axis1=-2, axis2=-1)), m)
    skew = spoilt((m - mH(m)) / 2, gap, touched[..., None, :] | touched[..., :, None])
    return conj(hermitian_part(v @ (diagonal_matrix(gw) + over_gap(skew, gap)) @ mH(v)))


eigh_.vjp(a=lambda g, y: _eigh_vjp(g, y))


@instead_of(np.linalg.eigh)
def eigh(a, UPLO="L"):
    """Eigenvalues, ascending, and eigenvectors of a Hermitian matrix."""
    return EighResult(*eigh_(a, UPLO))


@instead_of(np.linalg.eigvalsh)
def eigvalsh(a, UPLO="L"):
    """Eigenvalues of a Hermitian matrix, ascending."""
    return eigh(a, UPLO)[0]


# -- eigenvalues of any square matrix -------------------------------------------------------------


@listed
@primitive(not_everywhere=True)  # vectors of equal values, phases
def eig_(a):
    """Eigenvalues and eigenvectors v of norm 1, with a real largest component.

    With B = v⁻¹ da v: dw = diag(B), dv = v C, Cᵢⱼ = Bᵢⱼ / (wⱼ - wᵢ), and Cⱼⱼ such that the norm
    stays 1 and the largest component real.
    """
    return tuple(np.linalg.eig(a))


def _eig_vjp(g, y):
    (gw, gv), (w, v) = g, y
    h = mT(v) @ gv
    n = w.shape[-1]
    d = np.diagonal(h, axis1=-2, axis2=-1)[..., None, :]
    h = h - np.real(d) * mT(mH(v) @ v)
    if is_complex(v):
        largest = np.argmax(np.abs(v), axis=-2)[..., None, :]  # (..., 1, n)
        top = np.take_along_axis(v, largest, axis=-2)
        row = np.take_along_axis(v, np.swapaxes(largest, -1, -2), axis=-2)  # (..., n, n): v[m_j, i]
        h = h - 1j * np.imag(d) * mT(row) / top
    off, gap = 1 - np.eye(n, dtype=h.dtype), gaps(w)
    slope = over_gap(spoilt(h * off, gap, used(gv)[..., None, :]), gap)
    return np.linalg.solve(mT(v), (diagonal_matrix(gw) + slope) @ mT(v))


eig_.vjp(a=lambda g, y: _eig_vjp(g, y))


@instead_of(np.linalg.eig)
def eig(a):
    """Eigenvalues and eigenvectors of a square matrix: complex, unless all are real."""
    return EigResult(*eig_(a))


@instead_of(np.linalg.eigvals)
def eigvals(a):
    """Eigenvalues of a square matrix: complex, unless all are real."""
    return eig_(a)[0]


# -- singular values ------------------------------------------------------------------------------


@listed
@primitive(not_everywhere=True)  # vectors of equal values, phases
def reduced_svd(a):
    """U (m, k), the singular values s (k,), descending, and Vᴴ (k, n), with k = min(m, n).

    dL/da = U (J s + s K + diag(g_s)) Vᴴ + (1 - U Uᴴ) G_U s⁻¹ Vᴴ + U s⁻¹ G_Vᴴ (1 - V Vᴴ), where
    J and K are the skew parts of Uᴴ G_U and Vᴴ G_V over sⱼ² - sᵢ².
    """
    return tuple(np.linalg.svd(a, full_matrices=False))


def _svd_vjp(g, y):
    (gu, gs, gvh), (u, s, vh) = map(conj, g), y
    v, gv = mH(vh), mH(gvh)
    ju, kv = mH(u) @ gu, mH(v) @ gv
    row, gap, touched = s[..., None, :], gaps(s) * _sums(s), used(gu) | used(gv)
    middle = (ju - mH(ju)) * row + mT(row) * (kv - mH(kv))
    middle = spoilt(middle, gap, touched[..., None, :] | touched[..., :, None])
    middle = over_gap(middle, gap) + diagonal_matrix(gs)
    s = _but_rounding(s)
    if is_complex(u):
        phases = np.imag(np.stack([np.diagonal(x, axis1=-2, axis2=-1) for x in (ju, kv)]))
        check_phase("svd", phases[0] + phases[1], np.concatenate([ju, kv]))
        middle = middle + diagonal_matrix(over_gap((phases[0] - phases[1]) * 0.5j, s + 0j))
    d = u @ middle @ vh
    if u.shape[-2] > s.shape[-1]:
        d = d + over_gap(gu - u @ ju, s[..., None, :]) @ vh
    if v.shape[-2] > s.shape[-1]:
        d = d + u @ mH(over_gap(gv - v @ kv, s[..., None, :]))
    return conj(d)


def _sums(s):
    """s_i + s_j, and 1 on the diagonal."""
    n = s.shape[-1]
    return np.where(np.eye(n, dtype=bool), 1, s[..., None, :] + s[..., :, None])


def _but_rounding(s):
    """Singular values, 0 where they are nothing but rounding."""
    largest = np.max(s, axis=-1, keepdims=True) if s.shape[-1] else s
    return np.where(s <= s.shape[-1] * _eps(s) * largest, 0, s)


reduced_svd.vjp(a=lambda g, y: _svd_vjp(g, y))


@instead_of(np.linalg.svdvals)
@primitive
def svdvals(a):
    """The singular values, descending.  dL/da = U diag(g) Vᴴ.

    A value of 0 has gradient 0, in second derivatives too: sum squares of ``a``, not of its values.
    """
    return np.linalg.svd(a, compute_uv=False)


def _svdvals_vjp(g, a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return conj((u * (g * (_but_rounding(s) > 0))[..., None, :]) @ vh)


svdvals.vjp(a=lambda g, a: _svdvals_vjp(g, a))


@instead_of(np.linalg.svd)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    """U, the singular values and Vᴴ; the values alone without ``compute_uv``."""
    if hermitian:
        raise ValueRangeError("svd: hermitian=True is not supported on Tensors; use eigh")
    if not compute_uv:
        return svdvals(a)
    if full_matrices and a.shape[-2] != a.shape[-1]:
        raise ValueRangeError(
            f"svd: with full_matrices=True the vectors of shape {tuple(a.shape)} beyond the "
            "singular values are arbitrary, without a derivative. Pass full_matrices=False."
        )
    return SVDResult(*reduced_svd(a))
