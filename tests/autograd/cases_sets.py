"""Rows: sets of numbers, trimmed ends, orders."""

import numpy as np

from tests.autograd.cases_base import C, R, case

shared = np.array([1.5, -0.5, 0.25])


def with_shared(*xs):
    """Each array with the same three numbers in it, that take part in the derivative."""
    return [np.concatenate([x, x[:1] * 0 + shared, x[:1] * 0 + shared[:2]]) for x in xs]


case("unique_values", lambda x: np.unique_values(np.append(x, x)), R(3))
case("unique_all", lambda x: np.unique_all(x).values, R(2, 3))
case("unique_counts", lambda x: np.unique_counts(x).values, R(3))
case("unique_inverse", lambda x: np.unique_inverse(x).values, R(3))
for name in ("union1d", "intersect1d", "setdiff1d", "setxor1d"):
    case(name, lambda a, b, f=getattr(np, name): f(*with_shared(a, b)), R(3), R(2))
case("setxor1d", lambda a, b: np.setxor1d(a, b, assume_unique=True), R(3), R(2), label="unique")
case("intersect1d", lambda a: np.intersect1d(a, a.copy(), True, True)[0], R(3), label="places")
for trim in ("f", "b", "fb"):
    case("trim_zeros", lambda x, t=trim: np.trim_zeros(np.pad(x, (2, 1)), t), R(3), label=trim)
case("trim_zeros", lambda x: np.trim_zeros(np.pad(x, ((2, 1), (0, 3)))), R(2, 2), label="matrix")
case(
    "trim_zeros",
    lambda x: np.trim_zeros(np.pad(x, ((2, 1), (0, 3))), "F", axis=-1),
    R(2, 2), label="an axis",
)  # fmt: skip
case("sort_complex", np.sort_complex, C(2, 3))
case("sort_complex", np.sort_complex, R(4), label="real")
case("real_if_close", np.real_if_close, C(3))
case("real_if_close", lambda x: np.real_if_close(x + 0j), R(3), label="close")
