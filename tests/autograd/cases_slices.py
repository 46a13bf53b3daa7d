"""Rows: polynomials, functions called slice by slice, sets, and what is left of NumPy."""

import numpy as np

from tests.autograd.cases_base import C, P, R, case

for name in "polyadd polysub polymul".split():
    case(name, getattr(np, name), R(4), R(2))
    case(name, getattr(np, name), R(2), R(3), label="longer second")
case("poly", np.poly, R(3))
case("polyder", np.polyder, R(5))
case("polyder", lambda p: np.polyder(p, 2), R(5), label="twice")
case("polyint", np.polyint, R(3))
case("polyint", lambda p: np.polyint(p, 2, k=[1.0, -2.0]), R(3), label="twice")
case("vander", np.vander, R(4))
case("vander", lambda x: np.vander(x, 3, increasing=True), R(4), label="increasing")
case("polyfit", lambda x, y: np.polyfit(x, y, 2), np.arange(5.0) + 0.1 * R(5), R(5))
case("polyfit", lambda y, w: np.polyfit(np.arange(5.0), y, 1, w=w), R(5, 2), P(5), label="weights")

norm = lambda v: np.sqrt(np.sum(v * v))  # noqa: E731
case("apply_along_axis", lambda x: np.apply_along_axis(norm, 1, x), R(2, 3, 2))
case("apply_along_axis", lambda x: np.apply_along_axis(np.cumsum, 0, x), R(3, 2), label="a row")
case("apply_along_axis", lambda x: np.apply_along_axis(lambda v: np.outer(v, v), 1, x), R(2, 3, 2))
case("apply_over_axes", lambda x: np.apply_over_axes(np.sum, x * x, [0, 2]), R(2, 3, 2))
for axis in (0, -1):
    f = lambda x, k=axis: np.apply_along_axis(lambda s: s[:, None] * s, k, x)  # noqa: E731
    case("apply_along_axis", f, R(2, 3), label=f"matrices, axis {axis}")
case("piecewise", lambda x: np.piecewise(x, [x < 0, x > 1], [lambda v: v**2, 3.0, np.sin]), R(6))
case("piecewise", lambda x: np.piecewise(x, [x < 0], [np.exp, np.cos]), R(2, 3), label="else")
case("piecewise", lambda x: np.piecewise(x, x < 0, [np.exp, np.cos]), R(4), label="bare")
holes = np.array([[0.3, np.nan, -1.2, 2.0], [np.nan, 0.7, 0.1, -0.4]])
some = ~np.isnan(holes)
for name, f in {
    "nanmedian": lambda x: np.nanmedian(x, axis=1),
    "nanquantile": lambda x: np.nanquantile(x, [0.2, 0.75], axis=0),
    "nanpercentile": lambda x: np.nanpercentile(x, 40, keepdims=True),
}.items():
    case(name, lambda x, f=f: f(np.where(some, x, np.nan)), R(2, 4))
case("geomspace", lambda a, b: np.geomspace(a, b, 4), P(), P())
case("geomspace", lambda a, b: np.geomspace(-a, -b, 3), P(2), P(2), label="negative")
case("geomspace", lambda a, b: np.geomspace(a, b, 4, axis=1), C(2), C(3, 2), label="complex")
case("logspace", lambda a, b: np.logspace(a, b, 4, base=2.0), R(), R())
case("unwrap", lambda x: np.unwrap(4 * x) ** 2, R(6))
case("bincount", lambda w: np.bincount([0, 2, 2, 1], w, minlength=5), R(4))
case("ix_", lambda x, y: np.ix_(x, [0, 1], y)[::2], R(3), R(2))
case("union1d", np.union1d, R(3), R(4))
case("setdiff1d", lambda x: np.setdiff1d(x, x.data[:1] if hasattr(x, "node") else x[:1]), R(4))
case("resize", lambda x: np.resize(x, (2, 4)), R(3))
