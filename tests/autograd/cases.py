"""The table of cases: every operation at least once, at points where it has derivatives.

The rows of the engine's first operations are here, those of other families in the files imported.
"""

import numpy as np

from autograd import ops
from autograd.kernels.windows import Geometry
from autograd.ops import operations
from tests.autograd import (  # noqa: F401, each adds its rows
    cases_calculus,
    cases_complex,
    cases_elementwise,
    cases_layers,
    cases_linalg,
    cases_options,
    cases_polynomials,
    cases_pooling,
    cases_recurrent,
    cases_scipy,
    cases_sets,
    cases_shapes,
    cases_slices,
    cases_statistics,
)
from tests.autograd.cases_base import CASES, MADE_OF, P, R, U, case, rng

__all__ = ["CASES", "MADE_OF"]

# -- functions of one array, element by element --------------------------------------------------
for name in (
    "negative positive absolute fabs exp exp2 expm1 cbrt square reciprocal sin cos tan arctan sinh "
    "cosh tanh arcsinh deg2rad rad2deg radians degrees sign floor ceil trunc rint"
).split():
    case(name, getattr(np, name), R(3, 4))
    case(name, getattr(np, name), R(), label="scalar")
for name in "log log2 log10 log1p sqrt".split():
    case(name, getattr(np, name), P(3, 4))
for name in "arcsin arccos arctanh".split():
    case(name, getattr(np, name), U(3, 4))
case("arccosh", np.arccosh, 1.2 + P(3, 4))
for name in "relu leaky_relu elu sigmoid softplus silu".split():
    case(name, getattr(ops, name), R(3, 4))
    case(name, getattr(ops, name), R(), label="scalar")
case("leaky_relu", lambda x: ops.leaky_relu(x, 0.3), R(5), label="slope")
case("elu", lambda x: ops.elu(x, alpha=0.5), R(5), label="alpha")
case("prelu", ops.prelu, R(3, 4), P())
case("prelu", lambda x, a: ops.prelu(x, np.reshape(a, (1, 4))), R(3, 4), P(4), label="per channel")
case("clip", lambda x: np.clip(x, -0.5, 0.7), R(3, 4))
case("clip", lambda x: np.clip(x, None, 0.2), R(6), label="one side")

# -- functions of two arrays ---------------------------------------------------------------------
for name in (
    "add subtract multiply divide maximum minimum fmax fmin hypot arctan2 logaddexp logaddexp2 "
    "copysign"
).split():
    f = getattr(np, name)
    case(name, f, R(3, 4), R(3, 4))
    case(name, f, R(3, 1), R(2, 1, 4), label="broadcast both")
    case(name, f, R(), R(2, 3), label="scalar and array")
    case(name, f, R(), R(), label="scalars")
    case(name, lambda x, f=f: f(x, 1.5), R(4), label="constant right")
    case(name, lambda x, f=f: f(-1.5, x), R(4), label="constant left")
for name in ("power", "float_power"):
    f = getattr(np, name)
    case(name, f, P(3, 4), R(3, 4))
    case(name, f, P(3, 1), R(4), label="broadcast both")
    case(name, lambda x, f=f: f(x, 3), R(4), label="integer power")
    for b in (-2.0, -1.0, -0.5, 0.5, 2, 4):
        case(name, lambda x, f=f, b=b: f(x, b), P(4), label=f"power {b}")
    case(name, lambda x, f=f: f(2.5, x), R(4), label="constant base")
for name in ("remainder", "fmod", "floor_divide"):
    f = getattr(np, name)
    case(name, f, 5 + P(3, 4), P(3, 4) + 0.4)
    case(name, lambda x, f=f: f(x, 0.7), R(4), label="constant right")

# -- reductions ----------------------------------------------------------------------------------
for name in "sum mean prod max min var std".split():
    f = getattr(np, name)
    case(name, f, R(3, 4))
    case(name, lambda x, f=f: f(x, axis=0), R(3, 4), label="axis")
    case(name, lambda x, f=f: f(x, axis=(0, -1), keepdims=True), R(3, 2, 4), label="axes, kept")
case("prod", lambda x: np.prod(x, axis=1), R(3, 1), label="one factor")
for name in ("var", "std"):
    case(name, lambda x, f=getattr(np, name): f(x, axis=1, ddof=1), R(2, 5), label="ddof")
case("cumsum", lambda x: np.cumsum(x, axis=1), R(3, 4))
case("cumsum", np.cumsum, R(2, 3), label="flattened")
case("logsumexp", ops.logsumexp, R(3, 4))
case("logsumexp", lambda x: ops.logsumexp(x, axis=1), R(3, 4), label="axis")
case("logsumexp", lambda x: ops.logsumexp(x, axis=(0, 2), keepdims=True), R(3, 4, 2), label="kept")
for name in ("softmax", "log_softmax"):
    case(name, getattr(ops, name), R(3, 4))
    case(name, lambda x, f=getattr(ops, name): f(x, axis=0), R(3, 4), label="axis 0")

# -- shapes --------------------------------------------------------------------------------------
case("reshape", lambda x: np.reshape(x, (4, -1)), R(2, 3, 2))
case("reshape", np.ravel, R(2, 3), label="ravel")
case("transpose", np.transpose, R(2, 3, 4))
case("transpose", lambda x: np.transpose(x, (1, -1, 0)), R(2, 3, 4), label="axes")
case("swapaxes", lambda x: np.swapaxes(x, 0, -1), R(2, 3, 4))
case("swapaxes", np.matrix_transpose, R(2, 3, 4), label="matrix transpose")
case("moveaxis", lambda x: np.moveaxis(x, 0, -1), R(2, 3, 4))
case("moveaxis", lambda x: np.moveaxis(x, (0, 1), (2, 0)), R(2, 3, 4), label="several")
case("expand_dims", lambda x: np.expand_dims(x, (0, 2)), R(2, 3))
case("squeeze", np.squeeze, R(1, 3, 1))
case("squeeze", lambda x: np.squeeze(x, 0), R(1, 3, 1), label="axis")
case("broadcast_to", lambda x: np.broadcast_to(x, (2, 3, 4)), R(3, 1))
case("full_like", lambda x: np.full_like(np.broadcast_to(x, (2, 3)), x), R(3))
case("flip", np.flip, R(2, 3))
case("flip", lambda x: np.flip(x, 1), R(2, 3), label="axis")
case("roll", lambda x: np.roll(x, 2), R(2, 3))
case("roll", lambda x: np.roll(x, (1, -1), (0, 1)), R(2, 3), label="axes")
case("repeat", lambda x: np.repeat(x, 3), R(2, 3))
case("repeat", lambda x: np.repeat(x, [2, 0, 3], axis=1), R(2, 3), label="counts")
case("tile", lambda x: np.tile(x, (2, 1, 3)), R(2, 3))
case("tile", lambda x: np.tile(x, 2), R(2, 3), label="number")
case("pad", lambda x: np.pad(x, ((1, 2), (0, 3))), R(2, 3))
case("pad", lambda x: np.pad(x, 1, constant_values=2.0), R(2, 3), label="constant")
case("diagonal", np.diagonal, R(3, 4))
case("diagonal", lambda x: np.diagonal(x, -1, 0, 2), R(3, 2, 4), label="offset, axes")
case("on_diagonal", lambda x: ops.on_diagonal(x, (3, 4), 1), R(3))
case("tril", lambda x: np.tril(x, -1), R(3, 4))
case("triu", np.triu, R(2, 3, 3))
case("copy", np.copy, R(2, 3))
case("astype", lambda x: np.astype(x, x.dtype), R(2, 3))

# -- indexing and selection ----------------------------------------------------------------------
INDICES = {
    "integer": 1,
    "slice": slice(1, None),
    "negative step": (slice(None, None, -2), slice(None)),
    "newaxis": (None, 0, Ellipsis, None),
    "element": (2, 3),
    "repeated": np.array([0, 2, 0, 0]),
    "list": [1, 1, 2],
    "pair": (np.array([0, 2, 0]), np.array([1, 1, 1])),
    "mixed": (slice(None), np.array([[0, 3], [3, 3]])),
    "boolean": np.array([True, False, True]),
    "boolean, whole": rng.random((3, 4)) > 0.4,
    "boolean, none": np.zeros(3, bool),
    "empty": slice(0, 0),
}
for label, index in INDICES.items():
    case("getitem", lambda x, i=index: x[i], R(3, 4), label=label)
    picked = np.zeros((3, 4))[index].shape
    case("scatter_add", lambda x, i=index: ops.scatter_add(x, i, (3, 4)), R(*picked), label=label)
    case("setitem", lambda x, v, i=index: ops.setitem(x, v, i), R(3, 4), R(*picked), label=label)
case("setitem", lambda x, v: ops.setitem(x, v, slice(0, 2)), R(3, 4), R(), label="scalar value")
case("setitem", lambda x, v: ops.setitem(x, v, 1), R(3, 4), R(1, 4), label="leading axis of 1")
condition = rng.random((3, 4)) > 0.5
case("where", lambda a, b: np.where(condition, a, b), R(3, 4), R(3, 4))
case("where", lambda a, b: np.where(condition[:, :1], a, b), R(1, 4), R(), label="broadcast")
case("take", lambda x: np.take(x, [0, 0, 5]), R(2, 3))
case("take", lambda x: np.take(x, [[0, 1], [1, 1]], axis=1), R(2, 3), label="axis")
order = np.argsort(rng.random((3, 4)), axis=1)
case("take_along_axis", lambda x: np.take_along_axis(x, order, 1), R(3, 4))
case("sort", np.sort, R(3, 4))
case("sort", lambda x: np.sort(x, axis=0), R(3, 4), label="axis 0")

# -- joining -------------------------------------------------------------------------------------
case("concatenate", lambda a, b: np.concatenate([a, b]), R(2, 3), R(1, 3))
case(
    "concatenate", lambda a, b: np.concatenate([a, b, a], axis=-1), R(2, 3), R(2, 0), label="empty"
)
case(
    "concatenate", lambda a, b: np.concatenate([a, b], axis=None), R(2, 3), R(2), label="flattened"
)
case("stack", lambda a, b: np.stack([a, b]), R(2, 3), R(2, 3))
case("stack", lambda a, b: np.stack([a, b, a], axis=-1), R(2, 3), R(2, 3), label="axis")
case("array_split", lambda x: np.array_split(x, 2)[1], R(5, 2), label="one part used")
case("array_split", lambda x: np.split(x, [1, 3], axis=1)[0] * 2, R(2, 4), label="at indices")
case("array_split", lambda x: [p * p for p in np.split(x, 2)], R(4, 2), label="all parts")
case("array_split", lambda x: np.array_split(x, [3, 1, -1], 1), R(2, 5), label="parts that overlap")

# -- products ------------------------------------------------------------------------------------
MATMUL = [
    ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((3,), (5, 3, 2)),
    ((5, 2, 3), (3,)),
]  # fmt: skip
for a, b in MATMUL:
    case("matmul", np.matmul, R(*a), R(*b), label=f"{a} {b}")
for a, b in [((), (2,)), ((3,), (3,)), ((2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((2, 2, 3), (3,))]:
    case("dot", np.dot, R(*a), R(*b), label=f"{a} {b}")
case("inner", np.inner, R(2, 3), R(4, 3))
case("outer", np.outer, R(3), R(2, 2))
case("tensordot", np.tensordot, R(2, 3, 4), R(3, 4, 5))
case("tensordot", lambda a, b: np.tensordot(a, b, ([0], [1])), R(2, 3), R(4, 2), label="axes")
case("tensordot", lambda a, b: np.tensordot(a, b, 0), R(2), R(3), label="outer")
EINSUM = {
    "ij,jk->ik": [(2, 3), (3, 4)],
    "ij,jk": [(2, 3), (3, 4)],
    "ij->ji": [(2, 3)],
    "ij->i": [(2, 3)],
    "ij->": [(2, 3)],
    "ii->i": [(3, 3)],
    "ii": [(3, 3)],
    "iij->j": [(2, 2, 3)],
    "ij,ij,j->": [(2, 3), (2, 3), (3,)],
    "i,j->ij": [(2,), (3,)],
    "...ij,...jk->...ik": [(2, 2, 3), (2, 3, 2)],
    "...i->...": [(2, 3, 2)],
    "bij,jk->bik": [(2, 2, 3), (3, 2)],
    "ij,k->i": [(2, 3), (2,)],
    "ij,jk->ik, size 1": [(2, 1), (3, 4)],
}
for subscripts, shapes in EINSUM.items():
    text = subscripts.partition(", size")[0]
    case("einsum", lambda *x, s=text: np.einsum(s, *x), *(R(*s) for s in shapes), label=subscripts)

# -- convolution and pooling ---------------------------------------------------------------------
CONV = [
    ((2, 3, 5, 6), (4, 3, 3, 2), {}),
    ((2, 3, 5, 6), (4, 3, 3, 3), dict(stride=2, padding=1)),
    ((1, 2, 7, 7), (2, 2, 3, 3), dict(stride=(3, 2), padding=((2, 0), (1, 3)))),
    ((1, 2, 7, 6), (2, 2, 2, 3), dict(dilation=(2, 2), padding="same")),
    ((2, 4, 4, 4), (6, 2, 3, 3), dict(groups=2, padding=1)),
    ((1, 3, 4, 4), (3, 1, 2, 2), dict(groups=3, stride=2)),
    ((2, 2, 3, 3), (3, 2, 1, 1), dict(padding=2)),
    ((2, 2, 8), (3, 2, 3), dict(stride=2, dilation=2)),
    ((1, 2, 3, 4, 3), (2, 2, 2, 2, 2), dict(padding=1, stride=2)),
]
for x, w, options in CONV:
    case("conv", lambda x, w, o=options: ops.conv(x, w, **o), R(*x), R(*w), label=f"{x} {options}")
geometry = Geometry((3, 3), (2, 1), ((1, 1), (0, 2)), (1, 1))
case(
    "conv_dx",
    lambda g, w: ops.conv_dx(g, w, (1, 2, 4, 4), geometry, 1),
    R(1, 3, 2, 4), R(3, 2, 3, 3),
)  # fmt: skip
case(
    "conv_dw",
    lambda x, g: ops.conv_dw(x, g, (3, 2, 3, 3), geometry, 1),
    R(1, 2, 4, 4), R(1, 3, 2, 4),
)  # fmt: skip
POOL = [
    ((2, 3, 4, 6), (2,), {}),
    ((1, 2, 5, 5), (3,), dict(stride=2, padding=1)),
    ((1, 2, 6, 5), ((2, 3),), dict(stride=1)),
    ((2, 2, 7), (3,), dict(stride=2)),
    ((1, 1, 4, 4, 4), (2,), {}),
]
for x, args, options in POOL:
    for name in ("max_pool", "avg_pool"):
        f = getattr(ops, name)
        case(
            name,
            lambda x, f=f, a=args, o=options: f(x, *a, **o),
            R(*x),
            label=f"{x} {args} {options}",
        )
case(
    "max_pool", lambda x: ops.max_pool(x, 2, stride=1, dilation=2), R(1, 1, 5, 5), label="dilation"
)
window = Geometry((2, 2), (1, 1), ((0, 0), (1, 1)), (1, 1))
image = R(1, 2, 4, 4)
top = ops.max_pool(image, (2, 2), 1, (0, 1))
case("max_unpool", lambda g: operations["max_unpool"](g, image, top, window), R(*top.shape))
case("max_pick", lambda h: operations["max_pick"](h, image, top, window), R(*image.shape))
case("avg_unpool", lambda g: operations["avg_unpool"](g, image.shape, window, 3), R(*top.shape))
