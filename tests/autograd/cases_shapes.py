"""Rows: padding, joining, splitting, turning, selecting."""

import numpy as np

from autograd import ops
from tests.autograd.cases_base import R, case

for mode in ("edge", "reflect", "symmetric", "wrap", "linear_ramp", "mean"):
    case("pad", lambda x, m=mode: np.pad(x, ((1, 2), (0, 3)), m), R(3, 4), label=mode)
    case("pad", lambda x, m=mode: np.pad(x, 5, mode=m), R(3), label=f"{mode}, wide")
case("pad", lambda x: np.pad(x, {1: (1, 2)}, "edge"), R(2, 3), label="widths by axis")
case("pad", lambda x: np.pad(x, (2, 1), "mean", stat_length=2), R(4), label="mean of two")
case("pad", lambda x: np.pad(x, 2, "linear_ramp", end_values=(1, -1)), R(3), label="ramp to 1, -1")
case("pad", lambda x: np.pad(x, ((0, 1),), constant_values=[[1, 2]]), R(3), label="constants")

for k in (-1, 0, 1, 2, 3):
    case("rot90", lambda x, k=k: np.rot90(x, k), R(2, 3), label=k)
case("rot90", lambda x: np.rot90(x, 1, axes=(2, 0)), R(2, 3, 2), label="axes")
case("flip", np.fliplr, R(2, 3), label="fliplr")
case("flip", np.flipud, R(2, 3), label="flipud")
case("rollaxis", lambda x: np.rollaxis(x, 2), R(2, 3, 4))
case("rollaxis", lambda x: np.rollaxis(x, 0, 3), R(2, 3, 4), label="to the end")
case("trace", np.trace, R(3, 4))
case("trace", lambda x: np.trace(x, 1, 2, 0), R(3, 2, 4), label="offset, axes")
case("trace", lambda x: np.linalg.trace(x, offset=-1), R(2, 3, 3), label="linalg")
case("diagonal", lambda x: np.linalg.diagonal(x, offset=1), R(2, 3, 3), label="linalg")
case("diag", lambda x: np.diag(x, -1), R(3))
case("diag", lambda x: np.diag(x, 1), R(3, 4), label="of a matrix")
case("diagflat", lambda x: np.diagflat(x, 1), R(2, 2))
for name in ("atleast_1d", "atleast_2d", "atleast_3d"):
    f = getattr(np, name)
    for shape in ((), (2,), (2, 3), (2, 3, 2)):
        case(name, f, R(*shape), label=f"{len(shape)}-d")
    case(name, f, R(), R(3), label="several")
for name in ("hstack", "vstack", "dstack", "column_stack"):
    f = getattr(np, name)
    case(name, lambda a, b, f=f: f([a, b]), R(3), R(3), label="vectors")
    case(name, lambda a, b, f=f: f((a, b, np.ones((2, 3)))), R(2, 3), R(2, 3), label="matrices")
case("append", np.append, R(2, 2), R(3))
case("append", lambda a, b: np.append(a, b, axis=1), R(2, 2), R(2, 1), label="axis")
case(
    "block", lambda a, b: np.block([[a, np.ones((2, 1))], [np.zeros((1, 2)), b]]), R(2, 2), R(1, 1)
)
case("block", lambda a, b: np.block([a, b, 1.0]), R(2), R(), label="row")
case("broadcast_arrays", lambda a, b: np.broadcast_arrays(a, b), R(3, 1), R(2))
case("meshgrid", lambda a, b: [g**2 for g in np.meshgrid(a, b)], R(3), R(2))
case("meshgrid", lambda a, b, c: np.meshgrid(a, b, c, indexing="ij"), R(3), R(2), R(2), label="ij")
case("meshgrid", lambda a, b: np.meshgrid(a, b, sparse=True), R(3), R(2), label="sparse")
case("hsplit", lambda x: np.hsplit(x, 2), R(2, 4))
case("hsplit", lambda x: np.hsplit(x, [1, 3]), R(4), label="vector")
case("vsplit", lambda x: np.vsplit(x, 2)[1], R(4, 2))
case("dsplit", lambda x: np.dsplit(x, [1])[0], R(2, 2, 3))
case("unstack", lambda x: [p * p for p in np.unstack(x, axis=1)], R(2, 3))
case("delete", lambda x: np.delete(x, 1, axis=1), R(2, 3))
case("delete", lambda x: np.delete(x, [0, -1]), R(2, 3), label="several, flattened")
case("delete", lambda x: np.delete(x, slice(0, 2), 0), R(3, 2), label="slice")
INSERT = {
    "number": (1, 5.0, 0),
    "negative": (-1, [1.0, 2.0], 0),
    "several": ([0, 2, 2], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], 0),
    "other axis": (1, [1.0, 2.0, 3.0], 1),
    "end": (3, 7.0, 0),
    "flattened": ([1, 1], [8.0, 9.0], None),
    "slice": (slice(0, 2), 7.0, 0),
}
for label, (obj, values, axis) in INSERT.items():
    case("insert", lambda x, o=obj, v=values, a=axis: np.insert(x, o, v, a), R(3, 2), label=label)
    case(
        "insert",
        lambda x, v, o=obj, a=axis: np.insert(x, o, v, a),
        R(3, 2), R(*np.shape(values)), label=f"{label}, of Tensors",
    )  # fmt: skip

# -- selection ------------------------------------------------------------------------------------
number = np.array([[0, 2, 1], [1, 0, 2]])
case(
    "select",
    lambda a, b: np.select([number == 0, number > 0], [a, b * 2], 5.0),
    R(2, 3), R(3),
)  # fmt: skip
case("select", lambda a, d: np.select([number == 1], [a], d), R(3), R(), label="default")
case("choose", lambda a, b, c: np.choose(number, [a, b, c]), R(2, 3), R(3), R())
case("choose", lambda a, b: np.choose(number, [a, b], mode="clip"), R(2, 3), R(3), label="clip")
case("choose", lambda a, b: np.choose(number, [a, b], mode="wrap"), R(2, 3), R(3), label="wrap")
case("compress", lambda x: np.compress([False, True], x, axis=1), R(3, 4))
case("compress", lambda x: np.compress([False, True, True], x), R(2, 2), label="flattened")
case("extract", lambda x: np.extract(number == 2, x), R(2, 3))
case(
    "put_along_axis",
    lambda x, v: ops.put_along_axis(x, np.array([[1], [0]]), v, 1),
    R(2, 3), R(2, 1),
)  # fmt: skip
case(
    "put_along_axis",
    lambda x, v: ops.put_along_axis(x, np.array([3, 3, 0]), v, None),
    R(2, 3), R(3), label="flattened, repeated",
)  # fmt: skip
case("take_along_axis", lambda x: np.take_along_axis(x, np.array([[1]]), 1), R(3, 2), label="wide")
case("partition", lambda x: np.partition(x, 2), R(2, 5))
case("partition", lambda x: np.partition(x, (0, 3), axis=None), R(2, 3), label="flattened")
case("unique", np.unique, R(2, 3))
case("unique", lambda x: np.unique(x, axis=0), R(3, 2), label="rows")
case(
    "einsum",
    lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]),
    R(2, 3), R(3, 2), label="numbers for letters",
)  # fmt: skip
case("einsum", lambda a: np.einsum(a, [0, ..., 0]), R(2, 3, 2), label="numbers, implicit")
