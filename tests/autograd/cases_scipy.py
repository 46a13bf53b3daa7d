"""Rows: autograd.scipy, whose primitives are named ``scipy.<name>`` here."""

import numpy as np

from autograd.scipy import linalg, products, signal, special, stats
from tests.autograd.cases_base import C, P, R, U, case, rng


def row(name, f, *inputs, label=""):
    case(f"scipy.{name}", f, *inputs, label=label)


def unit(*shape):
    """In (0.05, 0.95)."""
    return rng.uniform(0.05, 0.95, shape)


# -- special --------------------------------------------------------------------------------------
for name in "psi gamma gammaln gammasgn rgamma".split():
    row(name, getattr(special, name), P(3, 4))
    row(name, getattr(special, name), P(), label="scalar")
    row(name, getattr(special, name), -2.5 + U(4) / 3, label="negative")
row("rgamma", special.rgamma, np.array([0.0, -1.0, -3.0, 0.5]), label="where gamma has poles")
for n in (0, 1, 3):
    row("polygamma", lambda x, n=n: special.polygamma(n, x), P(3, 2), label=n)
row("polygamma", lambda x: special.polygamma([[1], [2]], x), P(3), label="orders broadcast")
for name in ("beta", "betaln"):
    f = getattr(special, name)
    row(name, f, P(3, 4), P(3, 4))
    row(name, f, P(3, 1), P(2, 1, 4), label="broadcast both")
    row(name, lambda x, f=f: f(x, 1.5), P(4), label="constant")
row("multigammaln", lambda a: special.multigammaln(a, 4), 2 + P(3, 2))
row("multigammaln", lambda a: special.multigammaln(a, 1), P(3), label="order 1")
for name in ("gammainc", "gammaincc"):
    f = getattr(special, name)
    row(name, lambda x, f=f: f([[0.5], [1.0], [2.5]], x), P(4))
    row(name, lambda x, f=f: f(30.0, x), 25 + 3 * P(4), label="large")
row("betainc", lambda x: special.betainc([[0.5], [1.0], [2.5]], 1.7, x), unit(4))
for name in "j0 j1 i0 i1 i0e i1e".split():
    row(name, getattr(special, name), 3 * R(3, 4))
    row(name, getattr(special, name), R(), label="scalar")
for name in ("y0", "y1"):
    row(name, getattr(special, name), 3 * P(3, 4))
for name in "jv yv iv ive".split():
    f = getattr(special, name)
    row(name, lambda x, f=f: f([[0.0], [0.3], [2.0], [3.5]], x), 2 * P(4))
    row(name, lambda x, f=f: f(-1.5, x), P(4), label="negative order")
row("jv", lambda x: special.jn(np.array([0, 1, 4]), x), R(3), label="jn")
row("yn", lambda x: special.yn(np.array([[0], [2], [-1]]), x), P(4))
row("ive", lambda x: special.ive(2, x), R(5), label="both signs")
for name in "erf erfc erfcx ndtr log_ndtr expit log_expit".split():
    row(name, getattr(special, name), R(3, 4))
    row(name, getattr(special, name), R(), label="scalar")
    row(name, getattr(special, name), 3 * R(3, 4), label="wide")
row("log_ndtr", special.log_ndtr, np.array([-1e3, -80.0, -40.0, 8.0, 60.0]), label="tails")
row("erfcx", special.erfcx, np.array([30.0, 49.0, 51.0, 1e3]), label="far")
row("erf", special.erf, C(3) / 2, label="complex")
row("erfinv", special.erfinv, U(3, 4))
for name in ("erfcinv", "ndtri", "logit", "entr"):
    row(name, getattr(special, name), unit(3, 4) * (1.9 if name == "erfcinv" else 1))
row("exp10", special.exp10, R(3, 4))
for name in "log1p expm1 exp2 cbrt".split():
    row(name, getattr(special, name), P(3, 4))
row("stdtr", lambda t: special.stdtr([[1.0], [4.5]], t), R(3))
row("softmax", special.softmax, R(2, 3))
row("softmax", lambda x: special.softmax(x, axis=0), R(2, 3), label="axis")
row("log_softmax", special.log_softmax, R(2, 3))

row("logsumexp", special.logsumexp, R(3, 4))
row("logsumexp", lambda x: special.logsumexp(x, axis=1, keepdims=True), R(3, 4), label="axis")
row("log_of_sum", lambda x, b: special.logsumexp(x, 0, b), R(3, 4), P(3, 1), label="weights")
row("log_of_sum", lambda x, b: special.logsumexp(x, 1, b, True), R(3, 4), P(4), label="kept")
row(
    "log_of_sum",
    lambda x, b: special.logsumexp(x, (0, 1), b, return_sign=True)[0],
    R(3, 4), -P(4), label="a negative sum",
)  # fmt: skip
row("log_of_sum", lambda x, b: special.logsumexp(x, b=b), R(3), np.array([0.0, 1.5, -0.2]))

for name in ("xlogy", "xlog1py"):
    row(name, getattr(special, name), R(3, 1), P(4), label="broadcast")
    row(name, lambda a, x, f=getattr(special, name): f(a, x), np.array([0.0, 1.0]), P(2), label="0")
row("quotient", products.quotient, R(3, 1), P(4))
row("times", products.times, R(3, 1), R(4))
row("gamma_kernel", products.gamma_kernel, P(3, 1), R(4), R())
row("beta_kernel", products.beta_kernel, unit(3, 1), R(4), R(3, 1), R())

# -- stats ----------------------------------------------------------------------------------------
for name in "pdf logpdf cdf logcdf sf logsf".split():
    f = getattr(stats.norm, name)
    row(f"norm.{name}", f, R(3, 1), R(4), P(2, 1, 1))
    row(f"norm.{name}", f, R(3), label="standard")
for name in ("ppf", "isf"):
    row(f"norm.{name}", getattr(stats.norm, name), unit(3, 1), R(4), P())
for name in ("pdf", "logpdf"):
    row(f"t.{name}", getattr(stats.t, name), R(3, 1), P(4), R(), P(3, 1))
    row(f"gamma.{name}", getattr(stats.gamma, name), 3 + P(3, 1), P(4), R() / 2, P(3, 1))
    row(f"chi2.{name}", getattr(stats.chi2, name), P(3, 1), P(4))
    row(f"beta.{name}", getattr(stats.beta, name), unit(3, 1), P(4), P())
    row(
        f"beta.{name}",
        lambda x, loc, scale, f=getattr(stats.beta, name): f(x, 2.0, 3.0, loc, scale),
        1 + unit(3), np.array(0.5), 2 + P(), label="loc, scale",
    )  # fmt: skip
for name in ("cdf", "logcdf"):
    f = getattr(stats.t, name)
    row(f"t.{name}", lambda x, m, s, f=f: f(x, [[1.0], [3.5]], m, s), R(3), R(), P())
row("gamma.cdf", lambda x, m, s: stats.gamma.cdf(x, 2.5, m, s), 2 + P(3), U(), P())
row("chi2.cdf", lambda x: stats.chi2.cdf(x, [[1.0], [2.0], [5.5]]), P(4))
row("beta.cdf", lambda x: stats.beta.cdf(x, [[0.5], [1.0], [2.5]], 2.0), unit(4))
for name in ("pmf", "logpmf", "cdf"):
    f = getattr(stats.poisson, name)
    row(f"poisson.{name}", lambda mu, f=f: f([[0], [1], [4]], mu), P(3))
    k = [1, 2, 4] if name == "logpmf" else [0.5, -1, 3]
    row(f"poisson.{name}", lambda mu, f=f, k=k: f(k, mu, loc=1), P(3), label="loc")
for name in ("pdf", "logpdf"):
    f = getattr(stats.dirichlet, name)
    row(f"dirichlet.{name}", lambda x, a, f=f: f(x / np.sum(x), a), P(3), P(3))
    row(f"dirichlet.{name}", lambda x, a, f=f: f(x, a), unit(2) / 2, P(3), label="all but one")
    row(f"dirichlet.{name}", lambda x, a, f=f: f(x / np.sum(x, 0), a), P(3, 2), P(3), label="many")


def covariance(r):
    return r @ np.swapaxes(r, -1, -2) + np.eye(r.shape[-1], dtype=r.dtype)


mvn = stats.multivariate_normal
for name in ("pdf", "logpdf"):
    f = getattr(mvn, name)
    row(f"mvn.{name}", lambda x, m, r, f=f: f(x, m, covariance(r)), R(3), R(3), R(3, 3) / 2)
    row(
        f"mvn.{name}", lambda x, m, r, f=f: f(x, m, covariance(r)), R(2, 2, 3), R(3), R(3, 3) / 2,
        label="many points",
    )  # fmt: skip
row("mvn.logpdf", mvn.logpdf, R(4), R(), P(), label="one dimension")
row("mvn.logpdf", mvn.logpdf, R(4, 2), R(2), P(2), label="a diagonal")
row("mvn.logpdf", lambda x, s: mvn.logpdf(x, cov=s), R(2, 1), P(), label="no mean")
row(
    "mvn.logpdf",
    lambda v, m, r: mvn.logpdf(r @ v, r @ m, r @ r.T, allow_singular=True),
    R(2), R(2), R(3, 2), label="singular",
)  # fmt: skip
row("mvn.entropy", lambda r: mvn.entropy(np.zeros(3), covariance(r)), R(3, 3) / 2)

# -- linalg ---------------------------------------------------------------------------------------
steady = R(3, 3) + 4 * np.eye(3)
for lower in (True, False):
    for trans in (0, "T", "C"):
        f = lambda a, b, o=(trans, lower): linalg.solve_triangular(a, b, *o)  # noqa: E731
        row("triangular_solution", f, steady, R(3, 2), label=f"{trans} {lower}")
    row(
        "triangular_solution",
        lambda a, b, o=lower: linalg.solve_triangular(a, b, lower=o, unit_diagonal=True),
        R(3, 3), R(3), label=f"unit {lower}",
    )  # fmt: skip
    row(
        "cho_solve",
        lambda r, b, o=lower: linalg.cho_solve(linalg.cho_factor(covariance(r), o), b),
        R(3, 3), R(3, 2), label=lower,
    )  # fmt: skip
row("triangular_solution", linalg.solve_triangular, steady, R(2, 3, 2), label="many right sides")
row(
    "triangular_solution",
    lambda a, b: linalg.solve_triangular(a, b, "C"),
    C(2, 2) + 4 * np.eye(2), C(2), label="complex",
)  # fmt: skip
row("cholesky", lambda r: linalg.cholesky(covariance(r)), R(3, 3))
row("solve_sylvester", linalg.solve_sylvester, steady, R(2, 2) / 3 + np.eye(2), R(3, 2))
row("sqrtm", lambda r: linalg.sqrtm(covariance(r)), R(3, 3))
row("sqrtm", linalg.sqrtm, steady, label="not symmetric")
row("expm", linalg.expm, R(3, 3))
row("expm", linalg.expm, C(2, 2, 2) / 2, label="complex, many")
row("inv", linalg.inv, steady)
row("det", linalg.det, steady)
row("solve", linalg.solve, steady, R(3))
row("block_diag", linalg.block_diag, R(2, 2), R(1, 3), R(2))
for below, above in ((1, 1), (0, 2), (2, 0), (1, 3)):
    ab = R(below + above + 1, 5)
    ab[above] += 5.0
    for b in (R(5), R(5, 2)):
        f = lambda ab, b, o=(below, above): linalg.solve_banded(o, ab, b)  # noqa: E731
        row("banded_solution", f, ab, b, label=f"{below} {above} {b.ndim}")

# -- signal ---------------------------------------------------------------------------------------
for mode in ("full", "valid", "same"):
    row("convolve", lambda a, b, m=mode: signal.convolve(a, b, mode=m), R(6), R(3), label=mode)
    row(
        "convolve", lambda a, b, m=mode: signal.convolve(a, b, mode=m), R(4, 5), R(2, 3), label=mode
    )
    row(
        "convolve",
        lambda a, b, m=mode: signal.convolve(a, b, [(2, 3), (1, 3)], [(1,), (0,)], m),
        R(2, 3, 4, 4), R(3, 2, 2, 3), label=f"channels {mode}",
    )  # fmt: skip
row("convolve", lambda a, b: signal.convolve(a, b, mode="valid"), R(2), R(5), label="B longer")
row("convolve", lambda a, b: signal.convolve(a, b), C(4), R(3), label="complex")
row(
    "convolve",
    lambda a, b: signal.convolve(a, b, [(), ()], [(0,), (1,)]),
    R(3, 2), R(2, 3), label="no axes",
)  # fmt: skip
