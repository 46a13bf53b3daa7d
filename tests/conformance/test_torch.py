"""Values and gradients as PyTorch computed them, in `torch/references.npz`: ours are the same.

To 1e-10 of the largest element.  Where they deliberately are not, `DIFFERENT` says why, and holds
our answer.  `torch/make_references.py` makes the file; PyTorch is not needed here.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from autograd import Tensor, gradients, ops
from nn import functional

inf, nan = math.inf, math.nan
HERE = Path(__file__).parent / "torch"


def read():
    """The cases of the manifest, each array of which is the next part of all the numbers."""
    manifest = json.loads((HERE / "references.json").read_text())
    with np.load(HERE / "references.npz") as file:
        numbers = file["numbers"]
    at = 0
    for case in manifest["cases"]:
        for part in ("inputs", "outputs", "cotangents", "gradients"):
            for k, (kind, *shape) in enumerate(case[part]):
                n = math.prod(shape) * (2 if kind == "c" else 1)
                flat = numbers[at : at + n]
                case[part][k] = (flat.view(complex) if kind == "c" else flat).reshape(shape)
                at += n
    assert at == numbers.size
    return manifest["cases"]


# -- PyTorch's options in NumPy's words -----------------------------------------------------------


def axis_of(dim):
    return tuple(dim) if isinstance(dim, list) else dim


def reduction(f):
    def call(x, dim=None, keepdim=False, **options):
        if "correction" in options:
            options["ddof"] = options.pop("correction")
        if "interpolation" in options:
            options["method"] = options.pop("interpolation")
        return f(x, axis=axis_of(dim), keepdims=keepdim, **options)

    return call


def along(f):
    return lambda x, dim=-1, **options: f(x, axis=axis_of(dim), **options)


def over_axes(f):
    return lambda x, dim=None, **options: f(x, axes=axis_of(dim), **options)


def torch_pad(x, pad, mode="constant", value=0.0):
    pairs = [(0, 0)] * (x.ndim - len(pad) // 2)
    pairs += list(zip(pad[::2], pad[1::2], strict=True))[::-1]
    if mode == "constant":
        return np.pad(x, pairs, constant_values=value)
    return np.pad(x, pairs, mode={"replicate": "edge", "circular": "wrap"}.get(mode, mode))


def index_of(index):
    return tuple(slice(*i["slice"]) if isinstance(i, dict) else i for i in index)


def set_at(x, v, index):
    y = x.copy()
    y[index_of(index)] = v
    return y


def scatter(x, v, index, dim, reduce=None):
    index = np.array(index)
    if reduce is None:
        return np.concatenate([_put(x[i], v[i], index[i]) for i in range(x.shape[0])]).reshape(
            x.shape
        )
    grid = list(np.indices(index.shape))
    grid[dim] = index
    return x + ops.scatter_add(v, tuple(grid), x.shape)


def _put(row, values, index):
    y = row.copy()
    y[index] = values
    return y


def index_add(x, v, index, dim):
    return x + ops.scatter_add(v, (slice(None),) * dim + (index,), x.shape)


def gather(x, index, dim):
    return np.take_along_axis(x, np.array(index), dim)


def square_of(x):
    return (x + np.matrix_transpose(x)) / 2


def cholesky(x):
    return np.linalg.cholesky(x @ np.matrix_transpose(x) + np.eye(x.shape[-1]))


def projector(x):
    v = np.linalg.eigh(square_of(x))[1][..., :1]
    return v @ np.matrix_transpose(v)


def polar(x):
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return u @ vh


def conv_like(f):
    def call(x, w, b, **options):
        return f(x, w, **lists_as_tuples(options)) + np.reshape(b, (1, -1) + (1,) * (x.ndim - 2))

    return call


def lists_as_tuples(options):
    return {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}


def pool(f):
    def call(x, d, kernel_size, **options):
        options = lists_as_tuples({"kernel": kernel_size} | options)
        return f(x, **options)

    return call


def adaptive(f):
    return lambda x, d, size: f(x, tuple(size) if isinstance(size, list) else size)


def unfold(x, kernel_size, **options):
    return ops.unfold(x, **lists_as_tuples({"kernel": kernel_size} | options))


def fold(x, output_size, kernel_size, **options):
    return ops.fold(x, **lists_as_tuples({"size": output_size, "kernel": kernel_size} | options))


def batch_norm(x, weight, bias, mean=None, var=None, eps=1e-5):
    mean, var = (v if v is None else np.array(v) for v in (mean, var))
    return functional.batch_norm(x, mean, var, weight, bias, training=mean is None, eps=eps)


def prelu(x, slope):
    return ops.prelu(x, np.reshape(slope, (1, -1) + (1,) * (x.ndim - 2)) if x.ndim > 1 else slope)


def clamp(x, min=None, max=None):
    return np.clip(x, min, max)


OURS = {
    # the same name in NumPy or in ops
    **{name: getattr(np, name) for name in (
        "exp exp2 expm1 sin cos tan sinh cosh tanh square abs sqrt log log2 log10 log1p sinc i0 "
        "sign deg2rad rad2deg reciprocal maximum minimum fmax fmin hypot logaddexp logaddexp2 "
        "copysign remainder fmod power matmul outer kron trace cov corrcoef real imag conj angle "
        "nan_to_num squeeze"
    ).split()},
    **{name: getattr(ops, name) for name in (
        "relu relu6 silu mish selu elu celu gelu sigmoid softplus softsign erf erfc logit"
    ).split()},
    # another name
    "atan": np.arctan, "asin": np.arcsin, "acos": np.arccos, "asinh": np.arcsinh,
    "acosh": np.arccosh, "atanh": np.arctanh, "neg": np.negative, "atan2": np.arctan2,
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "sgn": np.sign,
    "rsqrt": lambda x: x**-0.5, "logsigmoid": ops.log_sigmoid, "hardtanh": ops.hard_tanh,
    "hardsigmoid": ops.hard_sigmoid, "hardswish": ops.hard_swish, "prelu": prelu, "clamp": clamp,
    "leaky_relu": lambda x, negative_slope=0.01: ops.leaky_relu(x, negative_slope),
    "pow": lambda x, exponent: x**exponent, "rpow": lambda x, base: base**x,
    "where": lambda a, b, condition: np.where(condition, a, b),
    "polar": lambda r, t: r * np.exp(1j * t),
    # reductions
    "sum": reduction(np.sum), "mean": reduction(np.mean), "prod": reduction(np.prod),
    "amax": reduction(np.max), "amin": reduction(np.min), "var": reduction(np.var),
    "std": reduction(np.std), "logsumexp": reduction(ops.logsumexp),
    "median": reduction(np.median), "quantile": reduction(np.quantile),
    "vector_norm": reduction(np.linalg.vector_norm),
    "matrix_norm": np.linalg.matrix_norm,
    "cumsum": along(np.cumsum), "cumprod": along(np.cumprod),
    "diff": along(np.diff), "trapezoid": along(np.trapezoid), "sort": along(np.sort),
    "softmax": along(ops.softmax), "log_softmax": along(ops.log_softmax),
    # shapes, joining, indexing
    "reshape": lambda x, shape: np.reshape(x, shape),
    "transpose": lambda x, axes: np.transpose(x, axes),
    "expand": lambda x, shape: np.broadcast_to(x, shape),
    "repeat": lambda x, reps: np.tile(x, reps),
    "repeat_interleave": lambda x, repeats, dim: np.repeat(x, repeats, axis=dim),
    "flip": lambda x, dims: np.flip(x, tuple(dims)),
    "roll": lambda x, shifts, dims: np.roll(x, shifts, dims),
    "rot90": lambda x, k: np.rot90(x, k),
    "tril": lambda x, diagonal: np.tril(x, diagonal),
    "triu": lambda x, diagonal: np.triu(x, diagonal),
    "diagonal": lambda x, offset, dim1, dim2: np.diagonal(x, offset, dim1, dim2),
    "diag_embed": np.diag,
    "movedim": np.moveaxis, "unsqueeze": lambda x, dim: np.expand_dims(x, dim),
    "cat": lambda *xs, dim=0: np.concatenate(xs, dim),
    "stack": lambda *xs, dim=0: np.stack(xs, dim),
    "split": lambda x, sizes, dim=0: np.split(x, np.cumsum(sizes)[:-1], dim),
    "meshgrid": lambda a, b: np.meshgrid(a, b, indexing="ij"),
    "pad": torch_pad, "getitem": lambda x, index: x[index_of(index)], "setitem": set_at,
    "index_add": index_add, "index_select": lambda x, index, dim: np.take(x, index, axis=dim),
    "gather": gather, "scatter": scatter,
    "masked_fill": lambda x, mask, value: np.where(mask, value, x),
    "topk": lambda x, k, dim: np.flip(np.sort(x, axis=dim), dim)[:, :k],
    # products, linear algebra
    "einsum": lambda *xs, subscripts: np.einsum(subscripts, *xs),
    "tensordot": lambda a, b, dims: np.tensordot(a, b, dims),
    "cross": np.cross, "multi_dot": lambda *xs: np.linalg.multi_dot(xs),
    "inv": np.linalg.inv, "solve": np.linalg.solve, "det": np.linalg.det,
    "slogdet": lambda x: np.linalg.slogdet(x)[1], "pinv": np.linalg.pinv, "cholesky": cholesky,
    "matrix_power": np.linalg.matrix_power, "cond": np.linalg.cond,
    "eigvalsh": lambda x: np.linalg.eigvalsh(square_of(x)), "eigh projector": projector,
    "eigvals": lambda x: np.sort(np.abs(np.linalg.eigvals(x))), "svdvals": np.linalg.svdvals,
    "qr": np.linalg.qr, "svd polar": polar,
    # Fourier transforms
    **{name: along(getattr(np.fft, name)) for name in "fft ifft rfft irfft hfft ihfft".split()},
    **{name: over_axes(getattr(np.fft, name)) for name in (
        "fftn ifftn rfftn irfftn fftshift ifftshift"
    ).split()},
    "fft2": lambda x, dim=(-2, -1): np.fft.fft2(x, axes=dim),
    "rfft2": np.fft.rfft2,
    # networks
    "conv": conv_like(ops.conv), "conv_transpose": conv_like(ops.conv_transpose),
    "max_pool": pool(ops.max_pool), "avg_pool": pool(ops.avg_pool), "lp_pool": pool(ops.lp_pool),
    "adaptive_avg_pool": adaptive(ops.adaptive_avg_pool),
    "adaptive_max_pool": adaptive(ops.adaptive_max_pool),
    "local_response_norm": ops.local_response_norm, "unfold": unfold, "fold": fold,
    "cross_entropy": lambda x, labels, reduction="mean": functional.cross_entropy(
        x, np.asarray(labels), reduction=reduction
    ),
    "mse_loss": functional.mse_loss,
    "linear": functional.linear, "batch_norm": batch_norm,
}  # fmt: skip

SIXTH = "in float64 too, PyTorch multiplies by the float32 nearest to 1/6"
EVENLY = (
    "as of maximum: equal arguments share evenly, the subgradient of least size; PyTorch's a wins"
)
NOT_NAN = "the subgradient of least size, 0, for PyTorch's NaN"
LIMIT = "-inf and -inf share evenly, as any two equal arguments do; PyTorch gives NaN"
COFACTORS = "the cofactors, which a singular matrix has too; PyTorch gives 0"
PEAK = ops.activations.SELU_SCALE, ops.activations.SELU_SCALE * ops.activations.SELU_ALPHA


def A(*values):
    return np.array(values, float)


def sinc_slope(x):
    """By the series of sin(πx) / (πx), for small x."""
    return sum(
        (-1) ** k * 2 * k * math.pi ** (2 * k) * x ** (2 * k - 1) / math.factorial(2 * k + 1)
        for k in range(1, 7)
    )


def ceil_pool(x):
    """Lp pooling by its definition, the last window cut off at the end of the image."""
    pairs = np.concatenate([x, np.zeros_like(x[..., :1])], axis=-1).reshape(*x.shape[:-1], -1, 2)
    return np.sqrt(np.sum(pairs**2, axis=-1))


# Where we differ: why, and our gradients for a cotangent g, by a formula that is not ours to test.
# The tests hold that PyTorch's are different still.
DIFFERENT = {
    "hardsigmoid-(3,4)": (SIXTH, lambda g, x: [g / 6]),
    "hardsigmoid-at kinks and large numbers-(10,)": (
        SIXTH,
        lambda g, x: [g / 6 * (np.abs(x) < 3)],
    ),
    "celu-alpha=0.4-(5,)": (
        "in float64 too, PyTorch multiplies by the float32 nearest to 1/alpha",
        lambda g, x: [g * np.where(x > 0, 1, np.exp(x / 0.4))],
    ),
    "selu-at kinks and large numbers-(10,)": (
        "the kink at 0 is concave, and the smaller slope is that on the right",
        lambda g, x: [g * np.where(x >= 0, PEAK[0], PEAK[1] * np.exp(np.minimum(x, 0)))],
    ),
    "fmax-at ties-(4,)x(4,)": (
        EVENLY,
        lambda g, a, b: [g * [0.5, 1, 0.5, 0.5], g * [0.5, 0, 0.5, 0.5]],
    ),
    "fmin-at ties-(4,)x(4,)": (
        EVENLY,
        lambda g, a, b: [g * [0.5, 0, 0.5, 0.5], g * [0.5, 1, 0.5, 0.5]],
    ),
    "hypot-at 0-(3,)x(3,)": (
        NOT_NAN,
        lambda g, a, b: [g * [0, 0.6, 0], g * [0, 0.8, 1]],
    ),
    "logaddexp-at infinity-(4,)x(4,)": (
        LIMIT,
        lambda g, a, b: [g * [0.5, 0, 1, 0.5], g * [0.5, 1, 0, 0.5]],
    ),
    "logaddexp2-at infinity-(4,)x(4,)": (
        LIMIT,
        lambda g, a, b: [g * [0.5, 0, 1, 0.5], g * [0.5, 1, 0, 0.5]],
    ),
    "pow-exponent=0.5-at 0-(3,)": (
        "pow(-0., -.5) is inf in C and IEEE 754; PyTorch takes 1 / sqrt(-0.), which is -inf",
        lambda g, x: [g * [inf, inf, 0.5]],
    ),
    "logsumexp-dim=0-at infinity-(2,)": (
        "no change of an element from -inf by a finite number changes the sum; PyTorch gives NaN",
        lambda g, x: [np.zeros(2)],
    ),
    "det-at a singular matrix-(2,2)": (
        COFACTORS,
        lambda g, x: [g * np.array([[4, -2], [-2, 1]])],
    ),
    "det-at a singular matrix-(3,3)": (
        COFACTORS,
        lambda g, x: [g * np.array([[-2, 4, -2], [1, -2, 1], [0, 0, 0]])],
    ),
    "lp_pool-d=1,p=2,kernel_size=2,stride=2,ceil_mode=True-(1,2,7)": (
        "the norm of the window; PyTorch multiplies a mean by 2 where the window has one element",
        lambda g, x: [x * np.repeat(g / ceil_pool(x), 2, axis=-1)[..., :-1]],
    ),
}
for name, formula in {
    "relu-at NaN-(2,)": lambda g, x: [g * [0, 1]],
    "relu6-at NaN-(2,)": lambda g, x: [g * [0, 1]],
    "abs-at NaN-(2,)": lambda g, x: [g * [nan, 1]],
    "elu-at NaN-(2,)": lambda g, x: [g * [nan, 1]],
    "maximum-at NaN-(3,)x(3,)": lambda g, a, b: [g * [0, 0, 0.5], g * [0, 0, 0.5]],
    "minimum-at NaN-(3,)x(3,)": lambda g, a, b: [g * [0, 0, 0.5], g * [0, 0, 0.5]],
}.items():
    DIFFERENT[name] = ("NaN has no derivative, and each library its own answer", formula)
DIFFERENT |= {
    "sign-at NaN-(2,)": ("the sign of NaN is NaN in NumPy, 0 in PyTorch", None),
    "softsign-at infinity-(3,)": (
        "the limit, 0; PyTorch divides inf by inf",
        lambda g, x: [g / (1 + np.abs(x)) ** 2],
    ),
    "sinc-at near 0-(4,)": (
        "PyTorch subtracts what is nearly equal",
        lambda g, x: [g * sinc_slope(x)],
    ),
    "prod-at infinity-(3,)": (
        "the product of the others, 6; PyTorch divides inf by inf",
        lambda g, x: [g * A(6, inf, inf)],
    ),
}
VALUES = {  # of the operations in that table whose value differs
    "lp_pool": ceil_pool,
    "sign": lambda x: A(nan, 1),
}

# Where PyTorch is right.  The tests hold that these fail: one that passes is to be taken out.
WRONG_HERE: dict[str, str] = {}

CASES = read()


def name_of(case):
    options = ",".join(f"{k}={v}" for k, v in case["options"].items())
    shapes = "x".join(
        "c" * (x.dtype.kind == "c") + str(x.shape).replace(" ", "") for x in case["inputs"]
    )
    return "-".join(filter(None, [case["op"], options, case["at"] and f"at {case['at']}", shapes]))


def replay(case):
    """The values and gradients here."""
    xs = [Tensor(x, requires_grad=True) for x in case["inputs"]]
    with np.errstate(all="ignore"):
        ys = OURS[case["op"]](*xs, **case["options"])
        ys = list(ys) if isinstance(ys, (tuple, list)) else [ys]
        gs = case["cotangents"]
        if len(ys) == 1:
            return [y.data for y in ys], gradients(ys[0], xs, gs[0])
        loss = sum(np.sum(np.real(g * y)) for g, y in zip(gs, ys, strict=True))
        return [y.data for y in ys], gradients(loss, xs)


def same(got, expected):
    """Equal to 1e-10 of the largest element: what is small beside it is given by cancellation."""
    largest = np.max(np.abs(expected[np.isfinite(expected)]), initial=1e-3)
    return got.shape == expected.shape and np.allclose(
        got, expected, rtol=1e-10, atol=1e-10 * largest, equal_nan=True
    )


def assert_same(got, expected, what):
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        assert same(a, b), f"{what}: here\n{a}\nexpected\n{b}"


def expected_of(case):
    """Values and gradients: PyTorch's, but in the cases where ours deliberately differ."""
    values, slopes = case["outputs"], case["gradients"]
    if name_of(case) in DIFFERENT:
        formula = DIFFERENT[name_of(case)][1]
        if case["op"] in VALUES:
            values = [VALUES[case["op"]](*case["inputs"])]
        with np.errstate(invalid="ignore"):
            if formula is not None:
                slopes = formula(*case["cotangents"], *case["inputs"])
        assert not all(map(same, [*values, *slopes], [*case["outputs"], *case["gradients"]])), (
            "PyTorch agrees: take the row out of DIFFERENT"
        )
    return values, slopes


@pytest.mark.filterwarnings("ignore:Degrees of freedom")
@pytest.mark.parametrize("case", [c for c in CASES if name_of(c) not in WRONG_HERE], ids=name_of)
def test_as_pytorch(case, record_property):
    ys, dxs = replay(case)
    values, slopes = expected_of(case)
    assert_same(ys, values, "values")
    assert_same(dxs, slopes, "gradients")
    record_property("cases of PyTorch", 1)


def test_what_is_wrong_here_still_is(record_property):
    for case in CASES:
        if name_of(case) not in WRONG_HERE:
            continue
        record_property("more that are wrong here", 1)
        with pytest.raises((AssertionError, TypeError, ValueError)):
            ys, dxs = replay(case)
            assert_same(ys, case["outputs"], "values")
            assert_same(dxs, case["gradients"], "gradients")


def test_the_table_has_the_cases_and_operations_it_names():
    names = [name_of(case) for case in CASES]
    assert len(set(names)) == len(names) >= 150
    assert not (DIFFERENT.keys() | WRONG_HERE.keys()) - set(names)
    assert not DIFFERENT.keys() & WRONG_HERE.keys()
    assert OURS.keys() == {case["op"] for case in CASES}
