"""Rows: polynomials as rows of coefficients."""

import numpy as np

from tests.autograd.cases_base import C, P, R, case

case("polyval", np.polyval, R(4), R(2, 3))
case("polyval", lambda x: np.polyval([2.0, 0.0, -1.0], x), R(), label="constants")
for module, name in {"polynomial": "poly", "chebyshev": "cheb", "legendre": "leg"}.items():
    f = getattr(getattr(np.polynomial, module), name + "val")
    case(name + "val", lambda x, f=f: f(x, [1.0, -2.0, 0.5]), R(3), label="of np.polynomial")
case("polyadd", np.polyadd, R(2), R(4))
case("polysub", np.polysub, R(4), R(2))
case("polymul", np.polymul, R(3), R(2))
for m, n in ((5, 3), (3, 3), (2, 4), (4, 1)):
    case("polydiv", np.polydiv, R(m), R(n), label=f"{m} by {n}")
case("polydiv", np.polydiv, C(4), C(2), label="complex")
case("polydiv", lambda v: np.polydiv(np.polymul([2.0, 1.0], v), v)[0], R(3), label="no remainder")
case("poly", np.poly, R(4))
case("poly", np.poly, C(3), label="complex")
case("poly", np.poly, R(3, 3), label="of a matrix")
case("poly", np.poly, C(2, 2), label="of a complex matrix")
case("polyder", lambda p: np.polyder(p, 2), R(5))
case("polyint", lambda p: np.polyint(p, 2, [1.0, -0.5]), R(3))
case("roots_of", lambda r: np.roots(np.poly(r) * 2), np.array([0.4, -1.5, 3.0, 2.0]), label="real")
case("roots_of", np.roots, np.array([1.0, 0.3, 2.0, -1.0, 0.7]), label="pairs")
case("roots_of", np.roots, C(4), label="complex")
case("roots_of", lambda p: np.roots([0.0, *[1.5], 0.0]) + np.sum(p), R(2), label="of a list")
case("roots_of", lambda p: np.roots(np.pad(p, (2, 1))), R(3), label="zeros around it")
case("roots_of", np.roots, R(2), label="of a line")
case("roots_of", lambda p: np.poly(np.roots(p)) * p[0], R(4), label="and back")
case("vander", lambda x: np.vander(x, 4), R(3))
case("vander", lambda x: np.vander(x, increasing=True), R(3), label="increasing")
x = np.linspace(-1, 1, 6)
case("polyfit", lambda y: np.polyfit(x, y, 2), R(6))
case("polyfit", lambda x, y, w: np.polyfit(x, y, 1, w=w), R(5), R(5, 2), P(5), label="all of it")
for cov in (True, "unscaled"):
    case("polyfit", lambda y, w, c=cov: np.polyfit(x, y, 2, w=w, cov=c), R(6), P(6), label=cov)
case("polyfit", lambda y: np.polyfit(x, y, 1, cov=True)[1], R(6, 2), label="cov of columns")
case("poly1d", lambda p, x: np.poly1d(p)(x), R(3), R(2))
case("poly1d", lambda p, x: (np.poly1d(p) * np.poly1d(p)).deriv()(x), R(3), R(), label="calculus")
