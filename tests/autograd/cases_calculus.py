"""Rows: interpolation, convolution of sequences, differences, integrals."""

import numpy as np

from tests.autograd.cases_base import P, R, case

knots = np.array([-2.0, -0.5, 0.3, 1.1, 2.5])
for label, options in {
    "": {},
    "left, right": dict(left=-1.0, right=4.0),
    "period": dict(period=1.7),
}.items():
    case("interp", lambda x, o=options: np.interp(x, knots, knots**2, **o), R(2, 5), label=label)
    case(
        "interp",
        lambda f, o=options: np.interp([-3, 0, 0.4, 9], knots, f, **o),
        R(5),
        label=f"values {label}",
    )
case("interp", lambda x, k, f: np.interp(x, k, f), R(3), knots, R(5), label="knots too")
case("interp", lambda f: np.interp(knots, knots, f), R(5), label="at the knots")

for a, v in [(5, 3), (3, 5), (4, 4), (6, 2), (1, 3)]:
    for mode in ("full", "same", "valid"):
        for name in ("convolve", "correlate"):
            f = getattr(np, name)
            case(name, lambda a, v, f=f, m=mode: f(a, v, m), R(a), R(v), label=f"{a}, {v}, {mode}")
case("convolve", lambda v: np.convolve([1.0, 2.0, 3.0], v), R(2), label="of a list")

case("diff", np.diff, R(2, 4))
case("diff", lambda x: np.diff(x, 2, axis=0), R(4, 2), label="twice")
case("diff", lambda x: np.diff(x, 0), R(3), label="not at all")
case("diff", lambda x: np.diff(x, 0, prepend=1.0, append=2.0), np.arange(3.0), label="0, ends")
case("diff", lambda x, p: np.diff(x, prepend=p, append=1.0), R(2, 3), R(2, 2), label="ends")
case("ediff1d", np.ediff1d, R(2, 3))
case("ediff1d", lambda x, e: np.ediff1d(x, to_end=e, to_begin=[1.0]), R(4), R(2), label="ends")
case("trapezoid", np.trapezoid, R(2, 4))
case("trapezoid", lambda y: np.trapezoid(y, dx=0.3, axis=0), R(4, 2), label="dx")
case("trapezoid", lambda y, x: np.trapezoid(y, x), R(2, 4), R(4), label="x")
case("trapezoid", lambda y, x: np.trapezoid(y, x, axis=0), R(3, 2), R(3, 2), label="x per column")
case("gradient", np.gradient, R(5))
case("gradient", np.gradient, R(3, 4), label="all axes")
case("gradient", lambda f: np.gradient(f, 0.3, axis=1), R(2, 4), label="spacing")
case("gradient", lambda f, x: np.gradient(f, np.cumsum(x), axis=0), R(4, 2), P(4), label="places")
case("gradient", lambda f: np.gradient(f, 0.5, [0.0, 0.3, 1.0]), R(2, 3), label="of each axis")
case("gradient", lambda f, h: np.gradient(f, h), R(2), P(), label="two elements")
case("gradient", lambda f: np.gradient(f, 0.3, edge_order=2), R(4), label="parabolas at the ends")
case(
    "gradient",
    lambda f, x: np.gradient(f, np.cumsum(x), axis=0, edge_order=2),
    R(3, 2), P(3), label="parabolas at the ends, places",
)  # fmt: skip
case("linspace", lambda a, b: np.linspace(a, b, 5), R(), R())
case("linspace", lambda a: np.linspace(a, 2, 4, False, axis=-1), R(3), label="open, last axis")
case("linspace", lambda a, b: np.linspace(a, b, 4, retstep=True), R(2), R(2), label="and the step")
case("geomspace", lambda a, b: np.geomspace(a, b, 4), P(2), P())
case("logspace", lambda a, b: np.logspace(a, b, 4, base=2.0), R(2), R())
