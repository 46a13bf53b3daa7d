"""Rows: options of NumPy's functions, methods of ufuncs, and np.emath."""

import numpy as np

from tests.autograd.cases_base import C, P, R, case, rng

some = np.array([[1, 1, 0, 1], [0, 1, 1, 0], [1, 1, 1, 1]], dtype=bool)

# -- reductions ----------------------------------------------------------------------------------
for name in "sum mean prod var std nansum nanmean nanprod nanvar nanstd".split():
    f = getattr(np, name)
    case(name, lambda x, f=f: f(x, where=some), R(3, 4), label="where")
    case(name, lambda x, f=f: f(x, axis=1, keepdims=True, where=some), R(3, 4), label="where, kept")
for name in ("sum", "prod", "max", "min"):
    f, op = getattr(np, name), f"{name} with initial"
    case(op, lambda x, i, f=f: f(x, axis=0, initial=i), R(3, 4), R())
    case(op, lambda x, f=f: f(x, axis=0, initial=0.5, where=some), R(3, 4), label="where")
    case(op, lambda i, f=f: f(i * np.ones((0, 2)), axis=0, initial=i), R(), label="of nothing")
for name in ("var", "std"):
    f = getattr(np, name)
    case(name, lambda x, f=f: f(x, axis=0, correction=1), R(4, 2), label="correction")
    case(name, lambda x, m, f=f: f(x, axis=1, ddof=1, mean=m), R(2, 4), R(2, 1), label="mean")
    case(name, lambda x, f=f: f(x, axis=0, where=some, ddof=1), C(3, 4), label="complex, where")
for name in "sum mean prod var std cumsum cumprod".split():
    f = getattr(np, name)
    case(name, lambda x, f=f: f(x, dtype=x.dtype), R(3, 2), label="dtype")
case("sum", lambda x: x.sum(axis=1, where=some), R(3, 4), label="method, where")

# -- shapes and selection ------------------------------------------------------------------------
for order in ("F", "A"):
    case("reshape", lambda x, o=order: np.reshape(x, (2, -1), order=o), R(3, 4), label=order)
case("ravel", lambda x: np.ravel(x, "F"), R(2, 3, 2))
case("ravel", lambda x: x.reshape(3, 2, order="F") * x.flatten("F")[2], R(2, 3), label="methods")
case("sort", lambda x: np.sort(x, axis=0, kind="stable"), R(3, 2), label="stable")
case("partition", lambda x: np.partition(x, 1, kind="introselect"), R(4), label="kind")
for mode in ("wrap", "clip"):
    case("take", lambda x, m=mode: np.take(x, [-5, 7, 1], axis=1, mode=m), R(2, 3), label=mode)
    case("take", lambda x, m=mode: np.take(x, [[-5, 7]], mode=m), R(2, 3), label=f"flat, {mode}")
for name in "concatenate stack vstack hstack".split():
    f = getattr(np, name)
    case(name, lambda a, b, f=f: f([a, b], dtype=complex), R(2, 3), R(2, 3), label="dtype")

for mode in ("median", "maximum", "minimum"):
    case("pad", lambda x, m=mode: np.pad(x, ((1, 2), (0, 3)), m), R(3, 4), label=mode)
    case("pad", lambda x, m=mode: np.pad(x, 1, m, stat_length=2), R(5), label=f"{mode} of two")
for mode in ("reflect", "symmetric"):
    case(
        "pad",
        lambda x, m=mode: np.pad(x, ((1, 2), (4, 7)), m, reflect_type="odd"),
        R(3, 4), label=f"{mode}, odd",
    )  # fmt: skip
case("pad", lambda x: np.pad(x, (1, 2), "empty")[1:-2], R(3), label="empty")

# -- statistics ----------------------------------------------------------------------------------
repeats = np.array([1, 3, 0, 2])
case("cov", lambda x, w: np.cov(x, aweights=w), R(3, 4), P(4), label="weights")
case("cov", lambda x: np.cov(x, fweights=repeats), R(3, 4), label="repeats")
case(
    "cov",
    lambda x, w: np.cov(x, fweights=repeats, aweights=w, ddof=0),
    R(3, 4), P(4), label="weights, repeats",
)  # fmt: skip
heavy = rng.uniform(0.1, 1, (3, 4))
for q in (0.3, [0.0, 0.6, 1.0]):
    case(
        "quantile",
        lambda x, q=q: np.quantile(x, q, axis=0, weights=heavy, method="inverted_cdf"),
        R(3, 4), label=f"weights, {q}",
    )  # fmt: skip
case(
    "percentile",
    lambda x: np.percentile(
        x, [[20, 70]], axis=1, weights=[2, 0, 1, 1], method="inverted_cdf", keepdims=True
    ),
    R(3, 4), label="weights of an axis",
)  # fmt: skip

# -- linear algebra ------------------------------------------------------------------------------
for label, X in {"": R, "complex": C}.items():
    for shape in ((5, 3), (3, 3), (2, 4)):
        case(
            "lstsq",
            lambda a, b: [(v := np.linalg.lstsq(a, b))[0], v[1] + np.sum(v[3]) * v[2]],
            X(*shape), X(shape[0], 2), label=f"{shape} {label}",
        )  # fmt: skip
    case("lstsq", lambda a, b: np.linalg.lstsq(a, b)[0], X(4, 2), X(4), label=f"vector {label}")
case(
    "lstsq",
    lambda a, b: np.linalg.lstsq(np.concatenate([a, a @ [[1.0], [2.0]]], axis=1), b)[0],
    R(5, 2), R(5), label="rank 2 of 3",
)  # fmt: skip
case("pinv", lambda a: np.linalg.pinv(a, rtol=1e-10), R(3, 2), label="rtol")
case("pinv", lambda a: np.linalg.pinv(a + a.T, hermitian=True), R(3, 3), label="hermitian")
case("cond", np.linalg.cond, R(2, 4, 3), label="of matrices that are not square")

# -- methods of ufuncs ---------------------------------------------------------------------------
for name in "add subtract multiply divide maximum arctan2 hypot logaddexp".split():
    f = getattr(np, name)
    case(f"{name}.outer", f.outer, R(2), R(3, 2))
    case(f"{name}.accumulate", f.accumulate, R(3, 2))
    case(f"{name}.accumulate", lambda x, f=f: f.accumulate(x, axis=1), R(2, 4), label="axis")
    case(f"{name}.reduceat", lambda x, f=f: f.reduceat(x, [0, 2, 1, 3], axis=1), R(2, 4))
    if name != "arctan2":  # NumPy's own takes another order along the last axis than along others
        case(f"{name}.reduce", lambda x, f=f: f.reduce(x, axis=-1, keepdims=True), R(2, 3))
case("hypot.reduce", np.hypot.reduce, np.array([[-2.0, 0.5]]), label="of one is its size")
case("power.outer", np.power.outer, P(2), R(3))
case("minimum.accumulate", np.minimum.accumulate, R(6))
case("maximum.accumulate", np.maximum.accumulate, np.array([1.0, -1.0, 0.5, 2.0, 1.5]), label="1-d")
case("logaddexp2.reduce", np.logaddexp2.reduce, R(3, 2))
case("add.reduce", lambda x: np.add.reduce(x, axis=(0, 1), initial=2.0), R(3, 2), label="axes")
case("maximum.reduce", lambda x: np.maximum.reduce(x, axis=None), R(3, 2), label="all")
case("divmod", lambda a, b: divmod(a, b), 5 + P(3), P(3) + 0.4, label="built in")

# -- np.emath ------------------------------------------------------------------------------------
for name in "sqrt log log2 log10 arccos arcsin arctanh".split():
    f = getattr(np.emath, name)
    case(f"emath.{name}", f, C(3), label="complex")
    case(f"emath.{name}", f, P(3) / 3, label="real")
    case(f"emath.{name}", lambda x, f=f: f(x - 4), R(3) / 2, label="beyond")
case("emath.logn", lambda x: np.emath.logn(3.0, x), R(3))
case("emath.power", np.emath.power, R(3), R(3))
case("emath.power", lambda x: np.emath.power(x, [-2, 3, 0]), R(3), label="integers")

# -- complex numbers -----------------------------------------------------------------------------
case("sinc", np.sinc, C(3, 4), label="complex")
case("sinc", np.sinc, C(5) * 3, label="complex, far")
case("sinc", np.sinc, np.array([0, 1e-9j, 1e-3 - 1e-4j, 1 + 1e-6j, 2j]), label="complex, near 0")
