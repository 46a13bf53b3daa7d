"""autograd.scipy: SciPy's values, the edges of domains, what is refused, the adjoint of odeint.

That every derivative is right is held by the rows of cases_scipy.py.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy
import scipy.linalg
import scipy.signal
import scipy.special
import scipy.stats

from autograd import Tensor, elementwise_grad, grad, gradcheck, jacobian
from autograd.errors import DtypeError, LinAlgError, ShapeError, ValueRangeError
from autograd.scipy import integrate, linalg, register, signal, special, stats
from tests.autograd.cases import CASES

ROOT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
inf, nan = np.inf, np.nan
rng = np.random.default_rng(3)


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "module, names",
    [
        ("scipy", "integrate linalg misc signal special stats"),
        (
            "scipy.special",
            "beta betainc betaln polygamma psi digamma gamma gammaln gammainc gammaincc gammasgn "
            "rgamma multigammaln j0 y0 j1 y1 jn yn i0 i1 iv ive erf erfc erfinv erfcinv logit "
            "expit logsumexp xlogy",
        ),
        ("scipy.stats", "beta chi2 dirichlet gamma multivariate_normal norm poisson t"),
        ("scipy.stats.norm", "pdf cdf sf logpdf logcdf logsf ppf isf rvs"),
        ("scipy.stats.t", "pdf cdf logpdf logcdf"),
        ("scipy.stats.beta", "cdf logpdf pdf"),
        ("scipy.stats.gamma", "cdf logpdf pdf"),
        ("scipy.stats.chi2", "cdf logpdf pdf"),
        ("scipy.stats.poisson", "cdf logpmf pmf"),
        ("scipy.stats.dirichlet", "rvs pdf logpdf"),
        ("scipy.stats.multivariate_normal", "pdf logpdf entropy"),
        ("scipy.linalg", "sqrtm solve_triangular solve_sylvester solve_banded cho_solve hilbert"),
        ("scipy.signal", "convolve"),
        ("scipy.integrate", "odeint"),
        ("scipy.misc", "logsumexp"),
    ],
)
def test_names(module, names):
    made = {}
    for name in names.split():
        exec(f"from autograd.{module} import {name}", made)
        assert name in made


def test_it_is_scipy():
    assert special.gammaln is scipy.special.gammaln
    assert special.jn is scipy.special.jv
    assert special.binom is scipy.special.binom
    assert {"gammaln", "binom"} <= set(dir(special))
    with pytest.raises(AttributeError, match="nothing"):
        special.nothing
    with pytest.raises(AttributeError, match="nothing"):
        stats.norm.nothing


def test_every_primitive_has_a_row():
    rows = {case.op for case in CASES}
    missing = {f"scipy.{name}" for name in register.operations} - rows
    assert not missing, "primitives without a row in tests/autograd/cases_scipy.py"


def test_scipy_is_an_extra():
    code = "import sys, autograd, nn; assert not [m for m in sys.modules if m[:5] == 'scipy']"
    subprocess.run([sys.executable, "-c", code], check=True, env=ROOT)
    code = "import sys; sys.modules['scipy'] = None; import autograd.scipy.special"
    run = subprocess.run([sys.executable, "-c", code], env=ROOT, capture_output=True, text=True)
    assert 'pip install "chalkgrad[scipy]"' in run.stderr
    code = "import importlib.util as u, pydoc; u.find_spec = lambda name: None; import autograd; "
    code += "import sys; sys.modules['scipy'] = None; pydoc.render_doc(autograd)"
    subprocess.run([sys.executable, "-c", code], check=True, env=ROOT)


# -- values ---------------------------------------------------------------------------------------

X = np.array([-1e5, -40, -3, -1, -0.5, -1e-9, 0, 1e-300, 0.3, 0.5, 1, 1.5, 2, 7, 50, 1e5, nan])
SHAPES = {
    "norm": [()],
    "t": [(0.3,), (1,), (2.5,), (30,), (1e8,), (inf,), (0,), (-1,), (nan,)],
    "gamma": [(0.3,), (1,), (2,), (30,), (0,), (-1,), (nan,)],
    "chi2": [(0.6,), (1,), (2,), (30,), (0,)],
    "beta": [(0.3, 0.4), (1, 1), (1, 2), (2.5, 0.5), (5, 7), (0, 1), (1, -1)],
}
METHODS = {
    "norm": "pdf logpdf cdf logcdf sf logsf", "t": "pdf logpdf cdf logcdf",
    "gamma": "pdf logpdf cdf", "chi2": "pdf logpdf cdf", "beta": "pdf logpdf cdf",
}  # fmt: skip


@pytest.mark.parametrize(
    "name, method", [(name, m) for name, ms in METHODS.items() for m in ms.split()]
)
@pytest.mark.parametrize("place", [(0, 1), (1.5, 2.5), (0, 0), (0.0, -1.0)], ids=str)
def test_values_are_those_of_scipy(name, method, place):
    f, scipys = getattr(getattr(stats, name), method), getattr(getattr(scipy.stats, name), method)
    for shape in SHAPES[name]:
        with np.errstate(all="ignore"):
            expected, of_one = scipys(X, *shape, *place), scipys(0.3, *shape, *place)
        np.testing.assert_allclose(f(X, *shape, *place), expected, rtol=1e-10, atol=1e-300)
        np.testing.assert_array_equal(f(list(X), *shape, *place), f(X, *shape, *place))
        one = f(0.3, *shape, *place)
        assert np.shape(one) == ()
        assert np.isclose(one, of_one, rtol=1e-10, equal_nan=True)


@np.errstate(all="ignore")  # SciPy's divisions by 0
def test_values_of_the_others():
    q = np.array([-0.1, 0, 1e-300, 0.2, 1, 1.2, nan])
    k = np.array([-1, 0, 0.5, 1, 3, 20, 200])
    for scale in (1, 2.5, 0, -1):
        np.testing.assert_allclose(stats.norm.ppf(q, 1, scale), scipy.stats.norm.ppf(q, 1, scale))
        np.testing.assert_allclose(stats.norm.isf(q, 1, scale), scipy.stats.norm.isf(q, 1, scale))
    for mu in (0, 0.3, 5.0, 100, -1):
        for name in ("pmf", "logpmf", "cdf"):
            f, scipys = getattr(stats.poisson, name), getattr(scipy.stats.poisson, name)
            np.testing.assert_allclose(f(k, mu), scipys(k, mu), rtol=1e-11, atol=1e-300)
            np.testing.assert_allclose(f(k, mu, 1), scipys(k, mu, 1), rtol=1e-11, atol=1e-300)
    x, alpha = np.array([[0.2, 0.5], [0.3, 0.0], [0.5, 0.5]]), np.array([1.5, 1.0, 3.0])
    for points in (x, x[:, 0], x[:2], x[:2, 0]):
        for name in ("pdf", "logpdf"):
            f, scipys = getattr(stats.dirichlet, name), getattr(scipy.stats.dirichlet, name)
            np.testing.assert_allclose(f(points, alpha), scipys(points, alpha), rtol=1e-13)
    a = np.array([1.0, 2.0, -inf])
    for options in (
        {},
        {"b": [1, 2, 3]},
        {"b": [0, -1, 2], "return_sign": True},
        {"keepdims": True},
    ):
        for got, expected in zip(
            np.atleast_1d(special.logsumexp(a, **options)),
            np.atleast_1d(scipy.special.logsumexp(a, **options)),
            strict=True,
        ):
            np.testing.assert_allclose(got, expected, rtol=1e-14)
    assert np.isnan(special.logsumexp(a, b=-1.0))
    assert special.multigammaln(3.5, 3) == pytest.approx(scipy.special.multigammaln(3.5, 3))


def test_multivariate_normal_is_that_of_scipy():
    ours, theirs = stats.multivariate_normal, scipy.stats.multivariate_normal
    r, m = rng.standard_normal((3, 3)), rng.standard_normal(3)
    cov, flat = r @ r.T, r[:, :2] @ r[:, :2].T
    x = rng.standard_normal((4, 2, 3))
    for args in ((x, m, cov), (x[0, 0], m, cov), (x, 0 * m, np.array([1.0, 2.0, 0.5])), (x, m, 2.0),
                 (0.3,), (np.ones(4), 0.5, 2.0), (x[..., :1], 0.5, 2.0)):  # fmt: skip
        for name in ("pdf", "logpdf"):
            got = getattr(ours, name)(*args)
            np.testing.assert_allclose(got, getattr(theirs, name)(*args), rtol=1e-8)
            assert np.shape(got) == np.shape(getattr(theirs, name)(*args))
    inside = m + x @ np.linalg.qr(r[:, :2])[0] @ np.linalg.qr(r[:, :2])[0].T
    for points in (inside[0], x[0]):
        got = ours.logpdf(points, m, flat, allow_singular=True)
        expected = theirs.logpdf(points, m, flat, allow_singular=True)
        np.testing.assert_allclose(got, expected, rtol=1e-7)
    assert ours.entropy(m, cov) == pytest.approx(theirs.entropy(m, cov))
    np.testing.assert_allclose(ours.logpdf(x, m, np.tril(cov)), theirs.logpdf(x, m, cov))


def test_linalg_is_that_of_scipy():
    a, b = rng.standard_normal((4, 4)) + 5 * np.eye(4), rng.standard_normal((4, 2))
    spd = a @ a.T
    for trans in (0, 1, 2, "N", "T", "C"):
        for lower in (True, False):
            got = linalg.solve_triangular(a, b, trans, lower, unit_diagonal=lower)
            expected = scipy.linalg.solve_triangular(a, b, trans, lower, unit_diagonal=lower)
            np.testing.assert_allclose(got, expected, rtol=1e-12)
    for lower in (True, False):
        got = linalg.cho_solve(linalg.cho_factor(spd, lower), b[:, 0])
        np.testing.assert_allclose(got, np.linalg.solve(spd, b[:, 0]), rtol=1e-10)
        theirs = scipy.linalg.cho_factor(spd, lower)  # its other triangle is not zero
        np.testing.assert_allclose(linalg.cho_solve(theirs, b), np.linalg.solve(spd, b), rtol=1e-10)
        np.testing.assert_allclose(linalg.cholesky(spd, lower), scipy.linalg.cholesky(spd, lower))
    np.testing.assert_allclose(linalg.solve(a, b, transposed=True), np.linalg.solve(a.T, b))
    parts = (a, b[0], [[1.0]])
    np.testing.assert_array_equal(linalg.block_diag(*parts), scipy.linalg.block_diag(*parts))
    ab = rng.standard_normal((4, 5)) + [[0], [0], [5], [0]]
    got = linalg.solve_banded((1, 2), ab, np.ones(5))
    np.testing.assert_allclose(got, scipy.linalg.solve_banded((1, 2), ab, np.ones(5)))


@pytest.mark.parametrize("mode", ["full", "valid", "same"])
def test_convolve_is_that_of_scipy(mode):
    for shapes in (
        ((6,), (3,)),
        ((6,), (4,)),
        ((4, 5), (2, 3)),
        ((4, 5), (4, 5)),
        ((3, 4, 3), (2, 2, 1)),
    ):
        a, b = map(rng.standard_normal, shapes)
        expected = scipy.signal.convolve(a, b, mode)
        np.testing.assert_allclose(signal.convolve(a, b, mode=mode), expected, atol=1e-12)
    a, b = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((2, 3, 6, 3))
    got = signal.convolve(a, b, axes=([2, -1], [1, 3]), dot_axes=([0], [0]), mode="full")
    assert got.shape == (3, 6, 7, 6)
    expected = sum(scipy.signal.convolve(a[k, 1], b[k, :, 4], "full") for k in range(2))
    np.testing.assert_allclose(got[1, 4], expected, atol=1e-12)
    z = a[0, 0] + 1j * a[1, 0]
    expected = scipy.signal.convolve(z, b[0, :2, :2, 0] * 1j, mode)
    np.testing.assert_allclose(signal.convolve(z, b[0, :2, :2, 0] * 1j, mode=mode), expected)


def test_float32_stays_float32():
    x = Tensor(np.array([0.2, 0.7], np.float32), requires_grad=True)
    for f in (
        lambda x: stats.norm.logpdf(x, 0.5, 2),
        lambda x: stats.t.logpdf(x, 3.0),
        lambda x: stats.gamma.pdf(x, 2.0),
        lambda x: stats.chi2.logpdf(x, 3),
        lambda x: stats.beta.pdf(x, 2, 3),
        lambda x: stats.beta.logpdf(x, -1, 3),
        lambda x: stats.poisson.pmf(2, x),
        lambda x: special.logsumexp(x, b=2.0),
        lambda x: linalg.expm(x[:, None] * x),
    ):
        assert f(x).dtype == np.float32
        assert jacobian(f)(x.data).dtype == np.float32


# -- edges ----------------------------------------------------------------------------------------


def slope(f, x, order):
    for _ in range(order):
        f = elementwise_grad(f)
    return f(np.array(x, float))


EDGES = [
    # (what, f, at, d, order)
    ("gammainc(1, x) at its ends", lambda x: special.gammainc(1.0, x), [0, inf], [1, 0], 1),
    ("gammainc(2, x), twice", lambda x: special.gammainc(2.0, x), [0], [1], 2),
    ("gammainc(3, x), three times", lambda x: special.gammainc(3.0, x), [0], [1], 3),
    ("gammainc(1/2, x)", lambda x: special.gammainc(0.5, x), [0], [inf], 1),
    ("betainc, uniform", lambda x: special.betainc(1.0, 1.0, x), [0, 1], [1, 1], 1),
    ("betainc(2, 2), twice", lambda x: special.betainc(2.0, 2.0, x), [0, 1], [6, -6], 2),
    ("betainc, a + b = 1, twice", lambda x: special.betainc(0.5, 0.5, x), [0.5], [0], 2),
    ("rgamma at the poles of gamma", special.rgamma, [0, -1, -2, -3], [1, -1, 2, -6], 1),
    ("exponential density", lambda x: stats.gamma.logpdf(x, 1.0), [0, 1], [-1, -1], 1),
    ("exponential density, twice", lambda x: stats.gamma.logpdf(x, 1.0), [0, 1], [0, 0], 2),
    ("gamma density", lambda x: stats.gamma.pdf(x, 2.0), [0, -1, inf], [1, 0, 0], 1),
    ("gamma density by shape at 0", lambda a: stats.gamma.pdf(0.0, a), [2, 3], [0, 0], 1),
    ("outside of the support", lambda x: stats.gamma.logpdf(x, 2.0), [-1], [0], 1),
    ("χ² density", lambda x: stats.chi2.pdf(x, 2.0), [0], [-0.25], 1),
    ("uniform density", lambda x: stats.beta.logpdf(x, 1.0, 1.0), [0, 1, 2], [0, 0, 0], 1),
    ("beta density at its ends", lambda x: stats.beta.pdf(x, 2.0, 1.0), [0, 1], [2, 2], 1),
    ("no events", lambda m: stats.poisson.logpmf(0, m), [0], [-1], 1),
    ("one event", lambda m: stats.poisson.pmf(1, m), [0], [1], 1),
    ("one event, twice", lambda m: stats.poisson.pmf(1, m), [0], [-2], 2),
    ("log Φ far out", stats.norm.logcdf, [-1e8, 40, inf], [1e8, 0, 0], 1),
    ("log Φ far out, twice", stats.norm.logcdf, [-1e8, -1e4, 1e8], [-1, -1 + 1e-8, 0], 2),
    ("log(1 - Φ) far out", stats.norm.logsf, [1e8, -40], [-1e8, 0], 1),
    ("φ at infinity", stats.norm.pdf, [inf, -inf, 100], [0, 0, 0], 1),
    ("quantiles 0 and 1", stats.norm.ppf, [0, 1], [inf, inf], 1),
    ("erfinv(±1)", special.erfinv, [-1, 1], [inf, inf], 1),
    ("logit at 0 and 1", special.logit, [0, 1], [inf, inf], 1),
    ("expit far out", special.expit, [-800, 800], [0, 0], 1),
    ("0 log x", lambda x: special.xlogy(0.0, x), [0, 1], [0, 0], 1),
    ("0 log x, twice", lambda x: special.xlogy(0.0, x), [0, 1], [0, 0], 2),
    ("x log x at 0", lambda x: special.xlogy(x, x), [0], [-inf], 1),
    ("J₁ at 0", special.j1, [0], [0.5], 1),
    ("J₂ at 0, twice", lambda x: special.jn(2, x), [0], [0.25], 2),
    ("I₁ at 0", special.i1, [0], [0.5], 1),
    ("I₀ e^-|x| at its corner", special.i0e, [0], [0], 1),
    ("Y₀ at 0", special.y0, [0], [inf], 1),
    ("t of df = ∞", lambda x: stats.t.logpdf(x, inf), [0.5], [-0.5], 1),
    ("cdf of df = ∞", lambda x: stats.t.cdf(x, inf), [0.5], [0.35206532676429947], 1),
    ("df = ∞", lambda n: stats.t.logpdf(0.5, n), [inf], [0], 1),
    ("logsumexp, all -∞", special.logsumexp, [-inf, -inf], [0, 0], 1),
    ("with weights, all -∞", lambda x: special.logsumexp(x, b=[1, 2]), [-inf, -inf], [0, 0], 1),
    ("weight 0 of the largest", lambda x: special.logsumexp(x, b=[1, 0]), [1, 2e3], [1, 0], 1),
    ("an invalid scale", lambda s: stats.norm.logpdf(1.0, 0.0, s), [-1, 0], [nan, nan], 1),
    ("an invalid shape", lambda a: stats.gamma.pdf(1.0, a), [-1], [nan], 1),
]  # fmt: skip


@pytest.mark.parametrize("what, f, at, expected, order", EDGES, ids=[e[0] for e in EDGES])
def test_edges(what, f, at, expected, order):
    np.testing.assert_allclose(slope(f, at, order), expected, rtol=1e-6, atol=1e-12)


def test_mixed_derivatives_where_a_power_vanishes():
    """∂²/∂x∂a (a - 1) log x = 1/x, at a = 1 too."""
    assert grad(lambda x: grad(lambda a: stats.gamma.logpdf(x, a))(1.0))(2.0) == 0.5
    by_x = grad(lambda a: grad(lambda x: stats.gamma.pdf(x, a))(2.0))(1.0)
    by_a = grad(lambda x: grad(lambda a: stats.gamma.pdf(x, a))(1.0))(2.0)
    assert by_x == pytest.approx(by_a)
    assert by_x == pytest.approx(np.exp(-2) * (0.5 - np.log(2) + special.psi(1)))


# -- what is refused ------------------------------------------------------------------------------

E3 = np.eye(3)


@pytest.mark.parametrize(
    "f, error, words",
    [
        (lambda a: special.gammainc(a, 1.0), DtypeError, "gammainc: the argument 'a' has no deriv"),
        (lambda a: special.jn(a, 1.0), DtypeError, "jv: the argument 'v' has no derivative"),
        (lambda a: special.polygamma(a, 1.0), DtypeError, "polygamma: the argument 'n'"),
        (lambda a: special.hyp2f1(a, 1.0, 1.0, 0.1), DtypeError, "hyp2f1 has no derivative"),
        (lambda a: special.gammaln(a, where=True), DtypeError, "where"),
        (lambda a: special.multigammaln(a, 1.5), ValueRangeError, "must be an integer, got 1.5"),
        (lambda a: special.multigammaln(a, 7), ValueRangeError, r"greater than \(d - 1\)/2 = 3.0"),
        (lambda a: stats.t.cdf(1.0, a), DtypeError, "t.cdf: the argument 'df' has no derivative"),
        (lambda a: stats.gamma.cdf(1.0, a), DtypeError, "gamma.cdf: the argument 'a'"),
        (lambda a: stats.chi2.cdf(1.0, a), DtypeError, "chi2.cdf: the argument 'df'"),
        (lambda a: stats.beta.cdf(0.5, 1.0, a), DtypeError, "beta.cdf: the argument 'b'"),
        (lambda a: stats.poisson.pmf(a, 1.0), DtypeError, "poisson.pmf: the argument 'k'"),
        (lambda a: stats.gamma.fit([a, 1.0, 2.0]), DtypeError, "would cut the graph"),
        (lambda a: stats.dirichlet.pdf(a * np.ones(2), np.ones(4)), ShapeError, r"\(2,\)"),
        (lambda a: stats.dirichlet.pdf(a * np.ones(2), np.ones(2)), ValueRangeError, "simplex"),
        (lambda a: stats.dirichlet.pdf([0.5, 0.5], a * -np.ones(2)), ValueRangeError, "positive"),
        (
            lambda a: stats.multivariate_normal.logpdf(a * np.ones(4), np.ones(3), E3),
            ShapeError, r"points of shape \(..., 3\), got \(4,\)",
        ),
        (
            lambda a: stats.multivariate_normal.logpdf(np.ones(3), a * np.ones(2), E3),
            ShapeError, r"got \(2,\) and \(3, 3\)",
        ),
        (
            lambda a: stats.multivariate_normal.logpdf(np.ones(2), np.ones(2), a * np.ones((2, 2))),
            LinAlgError, "eigenvalues go from .* allow_singular",
        ),
        (lambda a: linalg.logm(a * E3), DtypeError, "would cut the graph"),
        (lambda a: linalg.solve_triangular(a * 0 * E3, np.ones(3)), LinAlgError, "triangular"),
        (lambda a: linalg.solve_triangular(a * E3, np.ones(3), 3), ValueRangeError, "trans"),
        (lambda a: linalg.solve_triangular(a * E3[:2], np.ones(3)), ShapeError, r"\(2, 3\)"),
        (lambda a: linalg.solve_banded((1, 1), a * E3[:2], np.ones(3)), ShapeError, r"\(3, n\)"),
        (lambda a: signal.convolve(a * E3, E3, mode="half"), ValueRangeError, "'half'"),
        (lambda a: signal.convolve(a * E3, np.ones(2)), ShapeError, "as many axes"),
        (lambda a: signal.convolve(a * E3[:2], E3.T[:, :2], mode="valid"), ShapeError, "longer"),
        (lambda a: signal.convolve(a * E3, E3, [(0,), (0,)], [(0,), (1,)]), ShapeError, "twice"),
        (lambda a: signal.convolve(a * E3[:2], E3, [(), ()], [(0,), (0,)]), ShapeError, "lengths"),
        (lambda a: signal.convolve(a * E3[:0], E3), ShapeError, "empty"),
        (
            lambda a: integrate.odeint(lambda y, t: -a * y, np.ones(1), np.linspace(0, 1, 3)),
            DtypeError, r"is not among its arguments. Pass it in args=\(...\)",
        ),
        (
            lambda a: integrate.odeint(lambda y, t: -y, a, np.linspace(0, 1, 3)),
            ShapeError, "y0 and t must be vectors",
        ),
        (
            lambda a: integrate.odeint(lambda y, t: -y, a * np.ones(1), [0, 1], full_output=1),
            ValueRangeError, "'full_output'",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(f, error, words):
    with pytest.raises(error, match=words):
        f(Tensor(2.0, requires_grad=True))


# -- odeint ---------------------------------------------------------------------------------------

TIGHT = {"rtol": 1e-12, "atol": 1e-12}


def test_odeint_to_first_order():
    def f(y, t, a, p):
        return np.stack([p["w"] * y[1] + 0.1 * t, -a * y[0] * y[1] + np.sin(t) * 0.3])

    def solution(y0, t, a, w):
        return integrate.odeint(f, y0, t, (a, {"w": w}), **TIGHT)

    start, times = np.array([1.0, 0.5]), np.linspace(0.1, 2.1, 4)
    gradcheck(solution, start, times, 0.7, 1.3, order=1, eps=1e-4)
    gradcheck(solution, start, times[::-1], 0.7, 1.3, order=1, eps=1e-4)


def test_odeint_to_second_order():
    """y' = -a y², y = 1 / (1 + a t): d²y/da² = 2 t² / (1 + a t)³."""
    t, a = np.array([0.0, 0.7, 1.5]), 0.8

    def total(a):
        y = integrate.odeint(lambda t, y, a: -a * y * y, np.ones(1), t, (a,), tfirst=True, **TIGHT)
        return np.sum(y)

    assert grad(total)(a) == pytest.approx(np.sum(-t / (1 + a * t) ** 2), rel=1e-8)
    assert grad(grad(total))(a) == pytest.approx(np.sum(2 * t**2 / (1 + a * t) ** 3), rel=1e-7)


def test_odeint_on_plain_arrays_and_at_one_time():
    t = np.linspace(0, 1, 3)
    y, _ = integrate.odeint(lambda y, t: -y, [1.0], t, full_output=1)
    np.testing.assert_allclose(y[:, 0], np.exp(-t), rtol=1e-7)
    one = jacobian(lambda y0: integrate.odeint(lambda y, t: -y, y0, [0.0]))(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(one[0], np.eye(2))


def test_the_gradient_by_the_covariance_is_symmetric():
    x, cov = np.array([1.0, -0.5]), np.array([[2.0, 0.3], [0.3, 1.0]])
    g = grad(lambda c: stats.multivariate_normal.logpdf(x, np.zeros(2), c))(cov)
    p = np.linalg.inv(cov)
    np.testing.assert_allclose(g, (p @ np.outer(x, x) @ p - p) / 2)


def test_scipys_own_names_take_tensors():
    t = Tensor(np.array([0.5, 2.0]), requires_grad=True)
    np.sum(scipy.special.gammaln(t) + scipy.special.xlogy([1.0, 2.0], t)).backward()
    np.testing.assert_allclose(t.grad, special.psi(t.data) + np.array([1.0, 2.0]) / t.data)


def test_integers_and_lists_with_tensors_in_them():
    assert special.logsumexp([1, 2]) == pytest.approx(np.logaddexp(1, 2))
    assert stats.norm.pdf(1) == stats.norm.pdf(1.0)
    np.testing.assert_array_equal(signal.convolve([1, 2, 3], [1, 1]), [1, 3, 5, 3])
    np.testing.assert_allclose(linalg.expm([[0, 1], [0, 0]]), [[1, 1], [0, 1]])
    assert grad(lambda a: special.logsumexp([a, 2 * a]))(0.0) == pytest.approx(1.5)
    assert grad(lambda a: linalg.det([[a, 1.0], [2.0, a]]))(3.0) == pytest.approx(6.0)


def test_nothing_at_all():
    assert stats.norm.pdf(np.zeros((0, 3))).shape == (0, 3)
    assert grad(lambda x: np.sum(stats.gamma.logpdf(x, 2.0)))(np.zeros(0)).shape == (0,)
