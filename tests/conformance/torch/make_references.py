"""Values and gradients as PyTorch computes them, for `tests/conformance/test_torch.py` to replay.

    python make_references.py

with an interpreter that has PyTorch writes, beside this file, ``references.npz``, all numbers in
one array, and ``references.json``, the manifest: which versions made them and, for every case, the
operation, its options and the shapes of its inputs, outputs, cotangents and gradients, in the order
in which the numbers follow one another.  A complex number is two numbers.

All is float64 or complex128, on the CPU.  Inputs and cotangents are random, from a fixed seed, but
for the cases named ``at``, which sit on kinks, ties, zeros and infinities.  PyTorch's rule for
points without a derivative is in the note on autograd mechanics of its documentation.

Of a complex y and a real L, PyTorch's gradient is dL/d(Re y) + i dL/d(Im y); ours is its conjugate,
for which dL = Re(g dy).  What is stored follows our convention: PyTorch was given the conjugate of
the cotangent, and its gradients are conjugated.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HERE = Path(__file__).parent
rng = np.random.default_rng(2026)
inf = math.inf
CASES: list = []


def R(*shape):
    """Normal."""
    return rng.standard_normal(shape)


def P(*shape):
    """Positive."""
    return rng.uniform(0.3, 2.5, shape)


def U(*shape):
    """In (-0.9, 0.9)."""
    return rng.uniform(-0.9, 0.9, shape)


def C(*shape):
    """Complex."""
    return R(*shape) + 1j * R(*shape)


def A(*values):
    """The numbers given."""
    return np.array(values, float)


def add(op, *inputs, at=None, **options):
    CASES.append((op, options, at, [np.asarray(x) for x in inputs]))


# -- operations whose PyTorch call is not torch.<name>(*inputs, **options) ------------------------


def sym(x):
    return (x + x.mT) / 2


def spd(x):
    return x @ x.mT + torch.eye(x.shape[-1], dtype=x.dtype)


def scatter(x, src, index, dim=0, reduce=None):
    index = torch.tensor(index)
    if reduce is None:
        return x.scatter(dim, index, src)
    return x.scatter_reduce(dim, index, src, reduce)


def batch_norm(x, weight, bias, mean=None, var=None, eps=1e-5):
    if mean is None:
        return F.batch_norm(x, None, None, weight, bias, True, 0.1, eps)
    mean, var = (torch.tensor(v, dtype=x.dtype) for v in (mean, var))
    return F.batch_norm(x, mean, var, weight, bias, False, 0.1, eps)


def indexed(x, index):
    index = tuple(slice(*i["slice"]) if isinstance(i, dict) else i for i in index)
    return x[tuple(torch.tensor(i) if isinstance(i, list) else i for i in index)]


def projector(v):
    return v[..., :, :1] @ v[..., :, :1].mT


def pool(kind):
    return lambda x, d, **o: getattr(F, f"{kind}{d}d")(x, **o)


def spread(f):
    """Of lists for sizes."""
    return lambda x, d, size: getattr(F, f"{f}{d}d")(x, size)


TORCH = {
    "gelu": F.gelu, "elu": F.elu, "selu": F.selu, "celu": F.celu, "mish": F.mish, "silu": F.silu,
    "softplus": F.softplus, "prelu": F.prelu, "leaky_relu": F.leaky_relu, "relu6": F.relu6,
    "hardtanh": F.hardtanh, "hardsigmoid": F.hardsigmoid, "hardswish": F.hardswish,
    "logsigmoid": F.logsigmoid, "softsign": F.softsign,
    "erf": torch.erf, "erfc": torch.erfc, "i0": torch.special.i0,
    "pow": lambda x, exponent: x**exponent, "rpow": lambda x, base: base**x,
    "power": lambda a, b: a**b,
    "sum": lambda x, **o: torch.sum(x, **o), "mean": lambda x, **o: torch.mean(x, **o),
    "prod": lambda x, **o: torch.prod(x, **o),
    "median": lambda x, dim: torch.median(x, dim=dim).values,
    "quantile": lambda x, q, **o: torch.quantile(x, torch.tensor(q, dtype=x.dtype), **o),
    "vector_norm": lambda x, ord=2, **o: torch.linalg.vector_norm(x, ord, **o),
    "matrix_norm": lambda x, ord="fro", **o: torch.linalg.matrix_norm(x, ord, **o),
    "cat": lambda *xs, dim=0: torch.cat(xs, dim), "stack": lambda *xs, dim=0: torch.stack(xs, dim),
    "split": lambda x, sizes, dim=0: torch.split(x, sizes, dim),
    "expand": lambda x, shape: x.expand(shape), "repeat": lambda x, reps: x.repeat(reps),
    "transpose": lambda x, axes: x.permute(axes), "reshape": lambda x, shape: x.reshape(shape),
    "repeat_interleave": lambda x, repeats, dim: torch.repeat_interleave(
        x, torch.tensor(repeats), dim=dim
    ),
    "diag_embed": torch.diag_embed, "meshgrid": lambda a, b: torch.meshgrid(a, b, indexing="ij"),
    "pad": F.pad, "getitem": indexed,
    "setitem": lambda x, v, index: torch.index_put(x, tuple(map(torch.tensor, index)), v),
    "index_add": lambda x, v, index, dim: torch.index_add(x, dim, torch.tensor(index), v),
    "gather": lambda x, index, dim: torch.gather(x, dim, torch.tensor(index)),
    "index_select": lambda x, index, dim: torch.index_select(x, dim, torch.tensor(index)),
    "masked_fill": lambda x, mask, value: x.masked_fill(torch.tensor(mask), value),
    "scatter": scatter,
    "where": lambda a, b, condition: torch.where(torch.tensor(condition), a, b),
    "sort": lambda x, dim: torch.sort(x, dim=dim).values,
    "topk": lambda x, k, dim: torch.topk(x, k, dim=dim).values,
    "einsum": lambda *xs, subscripts: torch.einsum(subscripts, *xs),
    "tensordot": lambda a, b, dims: torch.tensordot(a, b, dims),
    "inv": torch.linalg.inv, "solve": torch.linalg.solve, "det": torch.linalg.det,
    "slogdet": lambda x: torch.linalg.slogdet(x)[1], "pinv": torch.linalg.pinv,
    "cholesky": lambda x: torch.linalg.cholesky(spd(x)),
    "eigvalsh": lambda x: torch.linalg.eigvalsh(sym(x)),
    "eigh projector": lambda x: projector(torch.linalg.eigh(sym(x))[1]),
    "eigvals": lambda x: torch.sort(torch.linalg.eigvals(x).abs()).values,
    "svdvals": torch.linalg.svdvals, "qr": lambda x: tuple(torch.linalg.qr(x)),
    "svd polar": lambda x: (lambda u, s, vh: u @ vh)(*torch.linalg.svd(x, full_matrices=False)),
    "matrix_power": torch.linalg.matrix_power, "cond": torch.linalg.cond,
    "multi_dot": lambda *xs: torch.linalg.multi_dot(xs), "cross": torch.linalg.cross,
    "max_pool": pool("max_pool"), "avg_pool": pool("avg_pool"),
    "lp_pool": lambda x, d, p, **o: getattr(F, f"lp_pool{d}d")(x, p, **o),
    "adaptive_avg_pool": spread("adaptive_avg_pool"),
    "adaptive_max_pool": spread("adaptive_max_pool"),
    "local_response_norm": F.local_response_norm, "unfold": F.unfold, "fold": F.fold,
    "conv": lambda x, w, b=None, **o: getattr(F, f"conv{x.ndim - 2}d")(x, w, b, **o),
    "conv_transpose": lambda x, w, b=None, **o: getattr(F, f"conv_transpose{x.ndim - 2}d")(
        x, w, b, **o
    ),
    "softmax": F.softmax, "log_softmax": F.log_softmax,
    "cross_entropy": lambda x, labels, **o: F.cross_entropy(x, torch.tensor(labels), **o),
    "mse_loss": F.mse_loss, "linear": F.linear, "batch_norm": batch_norm,
    "cov": torch.cov, "corrcoef": torch.corrcoef, "trapezoid": torch.trapezoid,
    "polar": lambda r, t: torch.polar(r, t),
    **{f: getattr(torch.fft, f) for f in (
        "fft ifft rfft irfft hfft ihfft fftn ifftn fft2 rfftn irfftn rfft2 fftshift ifftshift"
    ).split()},
}  # fmt: skip


# -- element by element ---------------------------------------------------------------------------
for name in (
    "exp exp2 expm1 sin cos tan atan sinh cosh tanh asinh square neg abs sigmoid relu softplus "
    "silu mish elu selu celu gelu softsign logsigmoid hardtanh hardsigmoid hardswish relu6 "
    "leaky_relu erf erfc sinc i0 sign deg2rad rad2deg reciprocal"
).split():
    add(name, 2 * R(3, 4))
for name in "log log2 log10 log1p sqrt rsqrt acosh".split():
    add(name, P(3, 4) + (name == "acosh"))
for name in "asin acos atanh".split():
    add(name, U(3, 4))
add("logit", P(3, 4) / 3)
for name in "relu tanh sigmoid gelu".split():
    add(name, R())
    add(name, R(0, 2))
add("gelu", 2 * R(3, 4), approximate="tanh")
add("elu", R(5), alpha=0.4)
add("celu", R(5), alpha=0.4)
add("leaky_relu", R(5), negative_slope=0.3)
add("prelu", R(2, 3, 2), R(1))
add("prelu", R(2, 3, 2), R(3))
add("clamp", R(3, 4), min=-0.5, max=0.7)
add("clamp", R(6), max=0.2)
for exponent in (0, 1, 2, 3, -1, -2, 0.5, 1.5):
    add("pow", P(5), exponent=exponent)
add("rpow", R(4), base=2.5)
add("nan_to_num", A(1, math.nan, inf, -inf, -2), nan=0.5)

# -- two arrays -----------------------------------------------------------------------------------
for name in (
    "add sub mul div maximum minimum fmax fmin hypot atan2 logaddexp logaddexp2 copysign"
).split():
    add(name, R(3, 4), R(3, 4))
    add(name, R(3, 1), R(2, 1, 4))
    add(name, R(), R(2, 3))
add("power", P(3, 4), R(3, 4))
add("power", P(3, 1), R(4))
add("remainder", 5 * R(3, 4), P(3, 4) + 0.4)
add("remainder", 5 * R(3, 4), -P(4) - 0.4)
add("fmod", 5 * R(3, 4), P(3, 4) + 0.4)
add("fmod", 5 * R(3, 4), -P(4) - 0.4)
add("where", R(2, 3), R(3), condition=[[True, False, True], [False, False, True]])

# -- kinks, ties, zeros, infinities ---------------------------------------------------------------
for name in (
    "abs sign relu relu6 leaky_relu elu selu celu hardtanh hardsigmoid hardswish softsign sinc "
    "softplus silu mish gelu logsigmoid tanh sigmoid erf"
).split():
    add(name, A(-1000, -6, -3, -1, -0.0, 0, 1, 3, 6, 1000), at="kinks and large numbers")
add("prelu", A(-1, 0, 2), A(0.3), at="0")
add("clamp", A(-2, -1, 0, 1, 2), min=-1.0, max=1.0, at="the bounds")
add("clamp", A(-1, 0, 1), min=0.0, at="one bound")
for name in "sqrt rsqrt log log2 reciprocal".split():
    add(name, A(0, 1), at="0")
for name in "asin acos atanh".split():
    add(name, A(-1, 1, 0), at="the ends")
add("acosh", A(1, 2), at="1")
add("logit", A(0, 1, 0.5), at="the ends")
for name in "maximum minimum fmax fmin".split():
    add(name, A(1, 2, -1, 0), A(1, 0, -1, 0), at="ties")
for name in "fmax fmin".split():
    add(name, A(1, math.nan, 2), A(math.nan, 3, 0), at="NaN")
add("hypot", A(0, 3, 0), A(0, 4, 2), at="0")
add("atan2", A(0, 0, 1, -0.0), A(0, 1, 0, -1), at="0")
add("logaddexp", A(-inf, -inf, 1, 1000), A(-inf, 1, -inf, 1000), at="infinity")
add("logaddexp2", A(-inf, -inf, 1, 1000), A(-inf, 1, -inf, 1000), at="infinity")
for exponent in (0, 1, 2, 3, 0.5, 1.5, -1):
    add("pow", A(0, -0.0, 1), exponent=exponent, at="0")
for exponent in (0, 1, 2, 3, -2):
    add("pow", A(-2, -1), exponent=exponent, at="a negative base")
add("rpow", A(0, 1, 2, 0.5), base=0.0, at="base 0")
add("power", A(0, 0, 0, 0, 2, -2), A(0, 1, 2, 0.5, 0, 2), at="0")
add("copysign", A(0, 1, -1), A(-1, -2, 0), at="0")
add("remainder", A(-3, 3, -5, 5), A(2, -2, -2, 2), at="signs")
for name in "amax amin".split():
    add(name, A(3, 1, 3), at="ties")
    add(name, np.round(R(3, 5)), dim=1, at="ties")
    add(name, np.ones((2, 2, 2)), dim=[0, 2], at="all equal")
for x in (A(2, 0, 3), A(0, 0, 3), A(0, 0, 0), A(2, 3, 4)):
    add("prod", x, at=f"{x}")
    add("cumprod", x, dim=0, at=f"{x}")
add("prod", np.array([[0.0, 2, 3], [0, 0, 5], [1, 2, 3]]), dim=1, at="zeros")
add("cumprod", np.array([[0.0, 2, 3], [0, 0, 5], [1, 2, 0]]), dim=1, at="zeros")
for order in (2, 1, inf, -inf, 3, 0.5):
    add("vector_norm", A(0, 0, 0), ord=order, at="0")
    add("vector_norm", A(0, -2, 2), ord=order, at="a zero and a tie")
add("matrix_norm", np.zeros((2, 2)), at="0")
add("std", A(2, 2, 2), correction=0, at="a constant")
add("var", A(2, 2, 2), correction=1, at="a constant")
add("logsumexp", A(-inf, -inf), dim=0, at="infinity")
add("logsumexp", A(-inf, 1, 1), dim=0, at="infinity")
add("logsumexp", A(1000, 1000), dim=0, at="large numbers")
add("softmax", A(-inf, 1, 1000), dim=0, at="infinity")
add("log_softmax", A(1e4, -1e4), dim=0, at="large numbers")
add("det", np.array([[1.0, 2], [2, 4]]), at="a singular matrix")
add("det", np.zeros((2, 2)), at="0")
add("det", np.array([[1.0, 2, 3], [2, 4, 6], [1, 1, 1]]), at="a singular matrix")
add("svdvals", np.eye(3)[:, :2], at="equal values")
add("eigvalsh", np.diag([1.0, 1.0, 2.0]), at="equal values")
add("max_pool", np.ones((1, 1, 4, 4)), d=2, kernel_size=2, at="ties")
add("max_pool", np.round(R(1, 2, 9)), d=1, kernel_size=3, stride=2, at="ties")
add("max_pool", np.round(R(1, 2, 5, 5)), d=2, kernel_size=3, stride=1, padding=1, at="ties")
add("adaptive_max_pool", np.round(R(1, 2, 5, 7)), d=2, size=[2, 3], at="ties")
add("lp_pool", np.zeros((1, 1, 4)), d=1, p=2, kernel_size=2, at="0")
add("abs", np.array([0, 3 + 4j]), at="0")
add("angle", np.array([0, 3 + 4j]), at="0")
add("sgn", np.array([0, 3 + 4j]), at="0")
add("where", A(1, 2), A(3, inf), condition=[True, False], at="infinity")
add("cross_entropy", np.array([[1e4, -1e4], [-1e4, 1e4]]), labels=[0, 0], at="large numbers")

# -- reductions -----------------------------------------------------------------------------------
for name in "sum mean amax amin".split():
    add(name, R(3, 4))
    add(name, R(3, 4), dim=0)
    add(name, R(3, 2, 4), dim=[0, -1], keepdim=True)
add("sum", R(0, 3), dim=0)
add("prod", R(3, 4))
add("prod", R(3, 4), dim=1, keepdim=True)
add("prod", R(2, 0), dim=1)
for name in ("var", "std"):
    for correction in (0, 1, 2):
        add(name, R(3, 5), dim=1, correction=correction)
    add(name, R(3, 2, 4), dim=[0, 2], correction=1, keepdim=True)
for name in ("logsumexp",):
    add(name, R(3, 4), dim=1)
    add(name, R(3, 2, 4), dim=[0, 2], keepdim=True)
for name in ("cumsum", "cumprod"):
    add(name, R(3, 4), dim=0)
    add(name, R(3, 4), dim=-1)
add("median", R(3, 5), dim=1)
add("quantile", R(3, 5), q=0.3, dim=1)
add("quantile", R(7), q=[0.0, 0.25, 0.9, 1.0], dim=0)
add("quantile", R(3, 5), q=0.7, dim=1, keepdim=True, interpolation="lower")
add("quantile", R(3, 5), q=0.7, dim=1, interpolation="midpoint")
for order in (2, 1, inf, -inf, 3, 0.5):
    add("vector_norm", R(3, 4), ord=order, dim=1)
add("vector_norm", R(2, 3, 2), dim=[0, 2], keepdim=True)
for order in ("fro", "nuc", 2, -2, 1, -1, inf, -inf):
    add("matrix_norm", R(2, 3, 4), ord=order)
add("cov", R(3, 6))
add("corrcoef", R(3, 6))
add("diff", R(3, 5), n=2, dim=1)
add("trapezoid", R(3, 5))
add("trace", R(3, 4))

# -- shapes, joining, indexing --------------------------------------------------------------------
add("reshape", R(2, 6), shape=[3, -1])
add("transpose", R(2, 3, 4), axes=[2, 0, 1])
add("expand", R(3, 1), shape=[2, 3, 4])
add("repeat", R(2, 3), reps=[2, 1, 3])
add("repeat_interleave", R(2, 3), repeats=[2, 0, 3], dim=1)
add("flip", R(2, 3, 4), dims=[0, 2])
add("roll", R(3, 4), shifts=[1, -2], dims=[0, 1])
add("rot90", R(3, 4), k=3)
add("tril", R(3, 4), diagonal=-1)
add("triu", R(2, 3, 3), diagonal=1)
add("diagonal", R(3, 2, 4), offset=-1, dim1=0, dim2=2)
add("diag_embed", R(4))
add("movedim", R(2, 3, 4), source=0, destination=-1)
add("squeeze", R(1, 3, 1))
add("unsqueeze", R(2, 3), dim=1)
add("cat", R(2, 3), R(1, 3))
add("cat", R(2, 3), R(2, 0), R(2, 1), dim=1)
add("stack", R(2, 3), R(2, 3), dim=-1)
add("split", R(5, 2), sizes=[2, 3])
add("meshgrid", R(2), R(3))
add("kron", R(2, 3), R(3, 2))
for mode in ("constant", "reflect", "replicate", "circular"):
    add("pad", R(1, 2, 5), pad=[2, 1], mode=mode)
    add("pad", R(1, 2, 4, 5), pad=[2, 1, 0, 3], mode=mode)
add("pad", R(2, 3), pad=[1, 0], value=2.5)
add("getitem", R(3, 4), index=[1])
add("getitem", R(3, 4), index=[[0, 2, 0, 0]])
add("getitem", R(3, 4), index=[[0, 2, 0], [1, 1, 1]])
add("getitem", R(3, 4), index=[{"slice": [None, None, 2]}, [0, 3, 3]])
add("getitem", R(3, 4), index=[[True, False, True]])
add("getitem", R(3, 4), index=[{"slice": [1, 1]}])
add("setitem", R(3, 4), R(2), index=[[0, 2], [1, 3]])
add("setitem", R(3, 4), R(), index=[[0, 2]])
add("index_add", R(3, 2), R(4, 2), index=[0, 0, 2, 0], dim=0)
add("index_select", R(3, 4), index=[1, 1, 0], dim=1)
add("gather", R(3, 4), index=[[0, 0, 3], [1, 1, 1], [2, 0, 1]], dim=1)
add("gather", R(3, 4), index=[[0, 2, 1, 1]], dim=0)
add("masked_fill", R(2, 2), mask=[[True, False], [False, False]], value=3.0)
add("scatter", R(3, 4), R(3, 2), index=[[0, 3], [2, 1], [1, 0]], dim=1)
add("scatter", R(3, 4), R(3, 3), index=[[0, 0, 0], [2, 1, 1], [1, 0, 1]], dim=1, reduce="sum")
add("sort", R(3, 4), dim=0)
add("topk", R(3, 5), k=2, dim=1)

# -- products and linear algebra ------------------------------------------------------------------
for a, b in [
    ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((5, 2, 3), (3,)), ((2, 0), (0, 3)),
]:  # fmt: skip
    add("matmul", R(*a), R(*b))
add("matmul", C(2, 3), C(3, 2))
for subscripts, shapes in {
    "ij,jk->ik": [(2, 3), (3, 4)], "ij->ji": [(2, 3)], "ii->i": [(3, 3)], "ii": [(3, 3)],
    "ij->": [(2, 3)], "ij,ij,j->": [(2, 3), (2, 3), (3,)], "i,j->ij": [(2,), (3,)],
    "bij,bjk->bik": [(2, 2, 3), (2, 3, 2)], "...ij,jk->...ik": [(2, 2, 3), (3, 2)],
    "ij,k->i": [(2, 3), (2,)], "abc,cd,def->abef": [(2, 1, 3), (3, 2), (2, 2, 2)],
}.items():  # fmt: skip
    add("einsum", *(R(*s) for s in shapes), subscripts=subscripts)
add("tensordot", R(2, 3, 4), R(3, 4, 5), dims=2)
add("tensordot", R(2, 3), R(4, 2), dims=[[0], [1]])
add("outer", R(3), R(2))
add("cross", R(2, 3), R(2, 3))
add("multi_dot", R(2, 3), R(3, 4), R(4, 2))
for name in "inv det slogdet".split():
    add(name, R(3, 3))
    add(name, R(2, 2, 2))
add("inv", C(3, 3))
add("det", C(3, 3))
add("solve", R(3, 3), R(3))
add("solve", R(3, 3), R(3, 2))
add("solve", R(2, 3, 3), R(2, 3, 2))
add("solve", C(2, 2), C(2, 2))
for n in (-2, 0, 1, 3):
    add("matrix_power", R(3, 3), n=n)
for name in ("cholesky", "eigvalsh", "eigh projector", "eigvals"):
    add(name, R(3, 3))
    add(name, R(2, 4, 4))
for name in ("svdvals", "qr", "svd polar", "pinv"):
    add(name, R(3, 3))
    add(name, R(4, 2))
    add(name, R(2, 4, 3))
for name in ("svdvals", "pinv"):
    add(name, R(2, 4))
add("svdvals", C(3, 2))
add("pinv", C(3, 2))
add("qr", R(2, 4))
add("cond", R(3, 3))

# -- Fourier transforms and complex numbers -------------------------------------------------------
for name in ("fft", "ifft"):
    add(name, C(6))
    add(name, R(5))
    add(name, C(3, 4), dim=0, norm="ortho")
    add(name, C(2, 5), n=3)
    add(name, C(2, 5), n=8)
for name in ("rfft", "ihfft"):
    add(name, R(6))
    add(name, R(2, 5), norm="forward")
    add(name, R(2, 5), n=8)
for name in ("irfft", "hfft"):
    add(name, C(4))
    add(name, C(2, 4), n=7)
    add(name, C(2, 4), n=4, norm="ortho")
for name in ("fftn", "ifftn", "fft2"):
    add(name, C(3, 4))
    add(name, R(2, 3, 4), dim=[1, 2])
add("rfftn", R(3, 4))
add("rfft2", R(2, 3, 5), norm="ortho")
add("irfftn", C(3, 4))
add("fftshift", R(4, 5))
add("ifftshift", R(5), dim=0)
for name in "exp log sin cosh tanh sqrt reciprocal square abs angle sgn".split():
    add(name, C(3, 2))
for name in "real imag conj".split():
    add(name, C(3, 2))
for name in "mul div".split():
    add(name, C(3, 2), C(2))
    add(name, R(3, 2), C(2))
add("polar", P(3), R(3))

# -- convolution ----------------------------------------------------------------------------------
for x, w, options in [
    ((2, 3, 8), (4, 3, 3), {}),
    ((2, 2, 9), (3, 2, 3), dict(stride=2, padding=1)),
    ((1, 4, 9), (6, 2, 2), dict(groups=2, dilation=3)),
    ((2, 3, 5, 6), (4, 3, 3, 2), {}),
    ((1, 2, 7, 7), (2, 2, 3, 3), dict(stride=[3, 2], padding=[2, 1])),
    ((1, 2, 6, 6), (3, 2, 3, 3), dict(padding="same")),
    ((1, 2, 7, 8), (3, 2, 2, 3), dict(dilation=[2, 1], stride=2)),
    ((2, 4, 4, 4), (6, 2, 3, 3), dict(groups=2, padding=1)),
    ((1, 3, 5, 5), (6, 1, 2, 2), dict(groups=3, stride=2)),
    ((1, 2, 4, 4), (2, 2, 1, 1), dict(padding=2)),
    ((1, 2, 3, 4, 3), (2, 2, 2, 2, 2), dict(padding=1, stride=2)),
    ((1, 2, 4, 4, 4), (4, 1, 2, 1, 2), dict(groups=2, dilation=[1, 2, 2])),
]:
    add("conv", R(*x), R(*w), R(w[0]), **options)
for x, w, options in [
    ((2, 3, 5), (3, 2, 3), {}),
    ((1, 2, 5), (2, 3, 3), dict(stride=3, padding=1, output_padding=2)),
    ((1, 3, 4, 3), (3, 2, 3, 2), {}),
    ((1, 2, 3, 4), (2, 2, 3, 3), dict(stride=2, padding=1, output_padding=1)),
    ((1, 2, 3, 4), (2, 2, 3, 2), dict(stride=[1, 3], dilation=[2, 1], output_padding=[1, 2])),
    ((1, 4, 3, 3), (4, 3, 2, 2), dict(groups=2, stride=2)),
    ((1, 2, 2, 3, 2), (2, 2, 2, 2, 3), dict(stride=2, padding=[1, 0, 1])),
]:
    groups = options.get("groups", 1)
    dilation = options.get("dilation", 1)
    if options.get("output_padding") == [1, 2]:
        options = options | dict(output_padding=[0, 2])
    add("conv_transpose", R(*x), R(*w), R(w[1] * groups), **options)

# -- pooling, windows -----------------------------------------------------------------------------
SIZES = {1: (2, 2, 9), 2: (1, 2, 7, 6), 3: (1, 1, 5, 4, 5)}
for d, shape in SIZES.items():
    add("max_pool", R(*shape), d=d, kernel_size=2)
    add("max_pool", R(*shape), d=d, kernel_size=3, stride=2, padding=1)
    add("max_pool", R(*shape), d=d, kernel_size=2, stride=1, dilation=2)
    add("max_pool", R(*shape), d=d, kernel_size=2, stride=3, ceil_mode=True)
    add("max_pool", R(*shape), d=d, kernel_size=3, stride=2, padding=1, ceil_mode=True)
    add("avg_pool", R(*shape), d=d, kernel_size=2)
    add("avg_pool", R(*shape), d=d, kernel_size=3, stride=2, padding=1)
    for include in (True, False):
        add("avg_pool", R(*shape), d=d, kernel_size=3, stride=2, padding=1, ceil_mode=True,
            count_include_pad=include)  # fmt: skip
        add("avg_pool", R(*shape), d=d, kernel_size=2, stride=3, ceil_mode=True,
            count_include_pad=include)  # fmt: skip
    add("avg_pool", R(*shape), d=d, kernel_size=3, stride=1, padding=1, count_include_pad=False)
    add("lp_pool", P(*shape), d=d, p=2, kernel_size=2)
    add("lp_pool", P(*shape), d=d, p=3, kernel_size=3, stride=1)
    add("lp_pool", P(*shape), d=d, p=1, kernel_size=2, stride=1)
    for size in (1, 2, 3):
        add("adaptive_avg_pool", R(*shape), d=d, size=size)
        add("adaptive_max_pool", R(*shape), d=d, size=size)
add("adaptive_avg_pool", R(1, 2, 5, 7), d=2, size=[3, 4])
add("adaptive_max_pool", R(1, 2, 5, 7), d=2, size=[4, 2])
add("max_pool", R(1, 1, 7, 7), d=2, kernel_size=[2, 3], stride=[2, 1], padding=[1, 1])
add("lp_pool", P(1, 2, 7), d=1, p=2, kernel_size=2, stride=2, ceil_mode=True)
for size in (1, 2, 3, 5):
    add("local_response_norm", R(2, 5, 3, 2), size=size, alpha=0.3, beta=0.6, k=1.5)
add("local_response_norm", R(2, 5, 3), size=3)
add("unfold", R(2, 3, 5, 6), kernel_size=[2, 3])
add("unfold", R(1, 2, 5, 5), kernel_size=3, stride=2, padding=1, dilation=1)
add("unfold", R(1, 2, 6, 5), kernel_size=2, dilation=2)
add("fold", R(2, 12, 12), output_size=[4, 5], kernel_size=2)
add("fold", R(1, 18, 9), output_size=[5, 5], kernel_size=3, stride=2, padding=1)

# -- networks -------------------------------------------------------------------------------------
for name in ("softmax", "log_softmax"):
    add(name, R(3, 4), dim=1)
    add(name, R(3, 4, 2), dim=0)
for reduction in ("mean", "sum", "none"):
    add("cross_entropy", R(4, 3), labels=[0, 2, 1, 1], reduction=reduction)
    add("cross_entropy", R(2, 3, 2), labels=[[0, 2], [1, 1]], reduction=reduction)
    add("mse_loss", R(4, 3), R(4, 3), reduction=reduction)
add("linear", R(4, 3), R(2, 3), R(2))
add("linear", R(2, 4, 3), R(2, 3), R(2))
for shape in ((6, 3), (2, 3, 4), (2, 3, 4, 2), (2, 2, 3, 2, 2)):
    n = shape[1]
    add("batch_norm", R(*shape), R(n), R(n))
    add("batch_norm", R(*shape), R(n), R(n), mean=R(n).tolist(), var=P(n).tolist(), eps=1e-3)

add("batch_norm", np.ones((3, 2)), R(2), R(2), at="a constant")

# -- infinities and NaN ---------------------------------------------------------------------------
for name in "relu abs sign relu6 leaky_relu elu softplus gelu".split():
    add(name, A(math.nan, 1), at="NaN")
for name in "relu exp expm1 log1p atan erf erfc softsign sigmoid tanh softplus".split():
    add(name, A(-0.5, inf, 40), at="infinity")
for name in "exp expm1 erf erfc gelu silu mish logsigmoid".split():
    add(name, A(-40, -20, -10, 10, 20, 40), at="the tails")
add("sinc", A(1e-9, 1e-5, -1e-3, 0.02), at="near 0")
add("log1p", A(-1, 1e-20), at="the end")
add("clamp", A(math.nan, 1), min=0.0, max=2.0, at="NaN")
add("clamp", A(0, 1, 2, 3), min=2.0, max=1.0, at="bounds the other way round")
for name in "maximum minimum".split():
    add(name, A(math.nan, 1, inf), A(1, math.nan, inf), at="NaN")
for name in "logaddexp logaddexp2".split():
    add(name, A(inf, inf), A(1, -inf), at="plus infinity")
add("hypot", A(inf, 1, 1e200, 1e-200), A(1, -inf, 1e200, 1e-200), at="infinity")
add("atan2", A(inf, 1, 1), A(1, inf, -inf), at="infinity")
add("fmod", A(5, -5, 0), A(inf, 3, 2), at="infinity")
add("pow", A(inf, 2), exponent=2, at="infinity")
add("pow", A(inf, 2), exponent=-1, at="infinity")
add("logsumexp", A(inf, 1), dim=0, at="plus infinity")
add("softmax", A(-inf, -inf), dim=0, at="infinity everywhere")
add("log_softmax", A(-inf, 1, 2), dim=0, at="infinity")
add("prod", A(inf, 2, 3), at="infinity")
add("var", A(2), correction=1, at="one element")
add("std", A(2), correction=0, at="one element")
add("max_pool", np.full((1, 1, 4), -inf), d=1, kernel_size=2, padding=1, at="infinity")
add("max_pool", A(1, math.nan, 3, 2).reshape(1, 1, 4), d=1, kernel_size=2, at="NaN")
add("amax", A(1, math.nan, 3), at="NaN")
add("cross_entropy", np.array([[-inf, 1.0, 2.0]]), labels=[1], at="infinity")

# -- complex, empty -------------------------------------------------------------------------------
for name in "asin acos atan asinh acosh atanh tan log10 log2 expm1 log1p rsqrt sinc".split():
    add(name, C(3, 2))
add("power", C(3), C(3))
add("power", C(3), R(3))
add("pow", C(3), exponent=3)
add("angle", A(-2, 3))
for name in ("sum", "mean", "prod"):
    add(name, C(2, 3), dim=1)
for name in ("var", "std"):
    add(name, C(3, 4), dim=1, correction=1)
for name in ("cumsum", "cumprod"):
    add(name, C(2, 3), dim=1)
for order in (2, 1, inf, 3):
    add("vector_norm", C(5), ord=order)
for order in ("fro", "nuc", 2):
    add("matrix_norm", C(3, 2), ord=order)
add("slogdet", C(3, 3))
add("qr", C(3, 2))
add("matrix_power", C(2, 2), n=3)
add("einsum", C(2, 3), C(3, 2), subscripts="ij,jk->ik")
add("outer", C(2), C(3))
add("kron", C(2, 2), C(1, 2))
add("conv", C(1, 2, 5), C(3, 2, 2), C(3))
add("conv", R(0, 2, 5), R(3, 2, 2), R(3))
add("conv", R(1, 2, 9), R(3, 2, 2), R(3), stride=4)
add("lp_pool", R(1, 2, 6), d=1, p=2, kernel_size=3, stride=1)
add("matmul", R(0, 3), R(3, 2))
add("cumsum", R(2, 0), dim=1)
add("softmax", R(2, 0), dim=0)
add("inv", R(0, 2, 2))
add("det", R(2, 1, 1))


# -- running them ---------------------------------------------------------------------------------


def tensor(x):
    kind = {"f": torch.float64, "c": torch.complex128}[x.dtype.kind]
    return torch.tensor(x, dtype=kind, requires_grad=True)


def run(op, options, inputs):
    """Outputs, cotangents and gradients."""
    f = TORCH[op] if op in TORCH else getattr(torch, op)
    xs = [tensor(x) for x in inputs]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # var of one element
        ys = f(*xs, **options)
    ys = list(ys) if isinstance(ys, (tuple, list)) else [ys]
    gs = [C(*y.shape) if y.is_complex() else R(*y.shape) for y in ys]
    into = [torch.tensor(np.conj(g), dtype=y.dtype) for g, y in zip(gs, ys, strict=True)]
    if all(y.grad_fn is None for y in ys):
        raise SystemExit(f"{op} {options}: PyTorch has no gradient")
    dxs = torch.autograd.grad(ys, xs, into, allow_unused=True)
    dxs = [
        np.zeros(x.shape) if d is None else np.conj(d.resolve_conj().resolve_neg().numpy())
        for d, x in zip(dxs, xs, strict=True)
    ]
    return [y.detach().resolve_conj().resolve_neg().numpy() for y in ys], gs, dxs


def main():
    numbers, cases = [], []
    for op, options, at, inputs in CASES:
        arrays = (inputs, *run(op, options, inputs))
        numbers += [np.ravel(a).view(float) for part in arrays for a in part]
        names = ("inputs", "outputs", "cotangents", "gradients")
        shapes = {
            name: [["c" if a.dtype.kind == "c" else "f", *a.shape] for a in part]
            for name, part in zip(names, arrays, strict=True)
        }
        cases.append({"op": op, "at": at, "options": options, **shapes})
    np.savez_compressed(HERE / "references.npz", numbers=np.concatenate(numbers))
    made_by = {"torch": torch.__version__, "numpy": np.__version__}
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{"made_by": {json.dumps(made_by)},\n"cases": [\n{lines}\n]}}\n'
    (HERE / "references.json").write_text(text)
    size = sum((HERE / f"references.{e}").stat().st_size for e in ("npz", "json"))
    ops = len({op for op, *_ in CASES})
    print(f"{len(cases)} cases of {ops} operations, {size / 1e3:.0f} kB, by {made_by}")


if __name__ == "__main__":
    main()
