"""Rows: order statistics, averages, running products, norms."""

import numpy as np

from autograd import ops
from tests.autograd.cases_base import P, R, case, rng

for name in ("median", "ptp", "average"):
    f = getattr(np, name)
    case(name, f, R(3, 4))
    case(name, lambda x, f=f: f(x, axis=0), R(3, 4), label="axis")
    case(name, lambda x, f=f: f(x, axis=(0, -1), keepdims=True), R(3, 2, 3), label="axes, kept")
case("quantile", lambda x: np.quantile(x, 0.3), R(3, 4))
case("quantile", lambda x: np.quantile(x, [0.0, 0.25, 1.0], axis=1), R(3, 4), label="several")
case(
    "quantile",
    lambda x: np.quantile(x, [[0.1], [0.7]], axis=(0, 2), keepdims=True),
    R(3, 2, 4), label="several, kept",
)  # fmt: skip
for method in (
    "lower higher nearest midpoint hazen weibull median_unbiased normal_unbiased inverted_cdf "
    "averaged_inverted_cdf closest_observation interpolated_inverted_cdf"
).split():
    case("quantile", lambda x, m=method: np.quantile(x, 0.37, 1, method=m), R(2, 6), label=method)
case("percentile", lambda x: np.percentile(x, [30, 80], axis=0), R(5, 2))
case("smallest", lambda x: ops.statistics.smallest(x, np.array([[0], [2]])), R(2, 4))
case("average", lambda x, w: np.average(x, weights=w), R(3, 4), P(3, 4), label="weights")
case("average", lambda x, w: np.average(x, 1, w), R(3, 4), P(4), label="weights of an axis")
case("average", lambda x, w: np.average(x, (2, 0), w), R(3, 2, 4), P(4, 3), label="of two axes")
case("average", lambda x, w: np.average(x, 0, w, returned=True), R(3), P(3), label="returned")
case("cov", np.cov, R(3, 5))
case("cov", lambda x, y: np.cov(x, y, bias=True), R(5), R(5), label="two vectors")
case("cov", lambda x: np.cov(x, rowvar=False, ddof=0), R(5, 2), label="columns")
case("cov", lambda x: np.cov(x, rowvar=False, bias=True), np.ones((1, 3)), label="one row")
case("corrcoef", np.corrcoef, R(3, 5))

holes = np.where(rng.random((3, 4)) > 0.7, np.nan, 0.0)
holes[1, 2], holes[:, 0] = np.nan, 0.0
for name in "nansum nanmean nanmax nanmin nanvar nanstd nanprod nancumsum nancumprod".split():
    f = getattr(np, name)
    case(name, lambda x, f=f: f(x + holes), R(3, 4))
    case(name, lambda x, f=f: f(x + holes, axis=1), R(3, 4), label="axis")
case("nanstd", lambda x: np.nanstd(x + holes, 1, ddof=1, keepdims=True), R(3, 4), label="ddof")

ZEROS = {"no zero": [1.5, -2.0, 0.7, 3.0], "a zero": [1.5, 0.0, 0.7, 3.0]}
ZEROS |= {"two zeros": [1.5, 0.0, 0.0, 3.0], "three zeros": [0.0, 0.0, -2.0, 0.0]}
for label, x in ZEROS.items():
    case("cumprod", np.cumprod, np.array(x), label=label)
    case("prod", np.prod, np.array(x), label=label)
case("cumprod", lambda x: np.cumprod(x, axis=0), R(5, 2), label="axis")
for name in "sum prod max min ptp cumsum cumprod cumulative_sum cumulative_prod".split():
    case(name, lambda x, f=getattr(np, name): f(x, axis=0), np.array(-1.5), label="axis 0 of none")
case("median", lambda x: np.median(x, axis=1), np.ones((0, 3)), label="no rows")
case("cumprod", np.cumprod, R(2, 3), label="flattened")
for name in ("cumulative_sum", "cumulative_prod"):
    f = getattr(np, name)
    case(name, f, R(5))
    case(name, lambda x, f=f: f(x, axis=1, include_initial=True), R(2, 3), label="initial")

for ord in (None, 1, 2, 3, 2.5, 0.5, -1, -2, np.inf, -np.inf, 0):
    case("norm", lambda x, p=ord: np.linalg.norm(x, p), R(5), label=f"vector {ord}")
    case("norm", lambda x, p=ord: np.linalg.norm(x, p, 1), R(2, 4), label=f"axis {ord}")
    if ord is not None:
        case("vector_norm", lambda x, p=ord: np.linalg.vector_norm(x, ord=p), R(2, 3), label=ord)
for ord in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
    case("norm", lambda x, p=ord: np.linalg.norm(x, p, (0, 1)), R(3, 4), label=f"matrix {ord}")
    case(
        "norm",
        lambda x, p=ord: np.linalg.norm(x, p, axis=(2, 0), keepdims=True),
        R(3, 2, 4), label=f"matrices {ord}",
    )  # fmt: skip
    if ord is not None:
        case("matrix_norm", lambda x, p=ord: np.linalg.matrix_norm(x, ord=p), R(2, 3, 2), label=ord)
case("norm", np.linalg.norm, R(2, 3, 2), label="three axes")
case(
    "vector_norm",
    lambda x: np.linalg.vector_norm(x, axis=(0, 2), keepdims=True),
    R(2, 3, 2), label="axes, kept",
)  # fmt: skip
for p in (None, 1, -1, 2, -2, np.inf, -np.inf, "fro"):
    case("cond", lambda x, p=p: np.linalg.cond(x, p), R(3, 3), label=p)

AT, GRID = np.array([0.1, 0.5, 0.5, 0.9, 2.0, np.nan]), [np.array([0.0, 0.5, 1.0]), 3]
case("histogram", lambda w: np.histogram(AT, 3, (0, 0.9), weights=w)[0], R(6))
case("histogram", lambda w: np.histogram(AT, [0, 0.5, 0.9, 2], None, True, w)[0], P(6), label="d")
case("histogram", lambda x: np.histogram(x, 3)[1], R(2, 4), label="edges")
case("histogram", lambda x, w: np.histogram(x, 2, None, True, w), P(5), P(5), label="density")
case("histogram", lambda e: np.histogram(AT, e, density=True), np.array([0, 0.3, 1]), label="bins")
case("histogram", lambda x: np.histogram(x, "sqrt", density=True), R(9), label="automatic")
case("histogram_bin_edges", lambda x: np.histogram_bin_edges(x, 3), R(5))
case("histogram_bin_edges", lambda x: np.histogram_bin_edges(x, 2), R(1), label="one element")
case("histogram_bin_edges", lambda a, b: np.histogram_bin_edges(b, 2, (a, b)), R(), 3 + P())
case("histogram2d", lambda w: np.histogram2d(AT[:4], AT[1:5], GRID, weights=w)[0], R(4))
case(
    "histogram2d",
    lambda x, y, w: np.histogram2d(x, y, (2, 3), density=True, weights=w),
    R(5), R(5), P(5), label="density",
)  # fmt: skip
case("histogram2d", lambda e: np.histogram2d(AT[:3], AT[:3], e, density=True)[0::2],
     np.array([0, 0.2, 0.7, 1.1]), label="edges of both")  # fmt: skip
case("histogramdd", lambda x, w: np.histogramdd(x, 2, weights=w), R(5, 3), P(5))
case("histogramdd", lambda x: np.histogramdd([x, x**2], 2, [None, (0, 1)], True)[0], R(9),
     label="range")  # fmt: skip
case("histogramdd", lambda x: np.histogramdd(x, [[-1, 0, 1]], None, True)[0] + x[0], R(3),
     label="one coordinate")  # fmt: skip
