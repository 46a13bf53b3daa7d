"""Every operation: its value is NumPy's, its derivatives those of finite differences, twice."""

import importlib
import inspect
import pkgutil
from types import SimpleNamespace

import numpy as np
import pytest

from autograd import Tensor, gradcheck, gradients, ops
from autograd.errors import DtypeError
from autograd.ops import operations, register
from autograd.primitive import Primitive
from autograd.tensor import FUNCTIONS, UFUNCS
from autograd.trees import flatten
from tests.autograd.cases import CASES, MADE_OF

every_case = pytest.mark.parametrize("case", CASES, ids=str)


def tensors(inputs, real=np.float64, complex=np.complex128):
    return [
        Tensor(x, requires_grad=True, dtype=complex if np.iscomplexobj(x) else real) for x in inputs
    ]


def outputs(y):
    return flatten(y)[0]


def test_every_primitive_has_a_row():
    tested = {op for case in CASES for op in MADE_OF.get(case.op, set()) | {case.op}}
    missing = sorted(operations.keys() - tested)
    assert not missing, f"primitives without a row in tests/autograd/cases.py: {', '.join(missing)}"


@pytest.mark.parametrize("package", ["ops", "scipy"])
def test_every_primitive_is_listed(package):
    """But helpers of formulas, whose names begin with _: the operations' rows hold them."""
    if package == "scipy":
        pytest.importorskip("scipy", reason="the extra scipy is not installed")
    root = importlib.import_module(f"autograd.{package}")
    known = importlib.import_module(f"autograd.{package}.register").operations
    for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
        for name, f in vars(importlib.import_module(module.name)).items():
            if type(f) is Primitive and name[0] != "_":
                same = known.get(f.__name__) is f or operations.get(f.__name__) is f
                assert same, f"{module.name}.{name}: not @listed, or another has its name"


HAVE_NO_DERIVATIVE = {
    "isnat", "busday_count", "busday_offset", "is_busday", "datetime_as_string",  # of dates
    "nextafter",
    "in1d",  # isin, until NumPy 2.3
}  # fmt: skip


@pytest.mark.parametrize("module", [np, np.linalg, np.fft, np.emath], ids=lambda m: m.__name__)
def test_every_function_of_numpy_takes_tensors(module):
    """Those that ask their arguments what to do; others, such as np.full, make arrays."""
    missing = set()
    for name in dir(module):
        f = getattr(module, name)
        if isinstance(f, np.ufunc):
            known = (f, "__call__") in UFUNCS
        else:
            known = not hasattr(f, "_implementation") or f in FUNCTIONS
        if name[0] != "_" and not known:
            missing.add(name)
    assert missing <= HAVE_NO_DERIVATIVE


@pytest.mark.parametrize("f", [np.concatenate, np.dot], ids=lambda f: f.__name__)
def test_functions_that_do_not_say_their_options_take_them(f, monkeypatch):
    """NumPy's C functions before 2.4."""

    def signature(g):
        if g is f:
            raise ValueError("no signature found for builtin")
        return inspect.signature(g)

    monkeypatch.setattr(register, "inspect", SimpleNamespace(signature=signature))
    call = register._adapted(getattr(ops, f.__name__), f)
    t, x = Tensor([1.0, 2.0]), np.array([1.0, 2.0])
    if f is np.dot:
        assert call(t, t, None).data == f(x, x)
    else:
        assert np.array_equal(call([t, t], 0, None).data, f([x, x]))
        assert call([t, t], dtype=np.float32).dtype == np.float32
    with pytest.raises(DtypeError, match=f"np.{f.__name__} with out="):
        call(t, t, out=x)


@every_case
def test_derivatives_to_second_order(case):
    report = gradcheck(case.f, *case.inputs, order=2)
    assert not report.kinks, f"the case sits on a kink, which checks little:\n{report}"


@every_case
def test_value_is_that_of_arrays(case):
    for got, expected in zip(
        outputs(case.f(*tensors(case.inputs))), outputs(case.f(*case.inputs)), strict=True
    ):
        assert type(got) is Tensor
        np.testing.assert_allclose(got.data, expected, rtol=1e-12, atol=1e-14)


@every_case
def test_float32_stays_float32(case):
    xs = tensors(case.inputs, np.float32, np.complex64)
    with np.errstate(all="ignore"):
        numpys = outputs(case.f(*(x.data for x in xs)))
    for y, a in zip(outputs(case.f(*xs)), numpys, strict=True):
        assert y.dtype in (a.dtype, np.float32, np.complex64)  # NumPy's, where constants are wider
        for x, g in zip(xs, gradients(y, xs, np.ones(y.shape, np.float32)), strict=True):
            assert g.dtype == x.dtype
            assert g.shape == x.shape


@every_case
def test_inputs_are_left_alone(case):
    before = [np.array(x) for x in case.inputs]
    xs = tensors(case.inputs)
    for y in outputs(case.f(*xs)):
        y.backward(np.ones(y.shape))
    for x, t, b in zip(case.inputs, xs, before, strict=True):
        np.testing.assert_array_equal(x, b)
        np.testing.assert_array_equal(t.data, b)


FAST = {
    f.__name__: f
    for (f, method), call in UFUNCS.items()
    if f.__name__ in operations and method == "__call__" and type(call) is not Primitive
}
rng = np.random.default_rng(5)


@pytest.mark.parametrize("case", [c for c in CASES if c.op in FAST], ids=str)
def test_the_fast_call_is_the_general_call(case):
    """Operators and ufuncs skip `Primitive.__call__`; both must record the same node."""
    f = operations[case.op]
    if len(case.inputs) != len(f.names):
        case = case._replace(inputs=tuple(rng.uniform(0.2, 0.8, (2, 3)) for _ in f.names))
    xs = tensors(case.inputs)
    fast, general = UFUNCS[FAST[case.op], "__call__"](*xs), f(*xs)
    np.testing.assert_array_equal(fast.data, general.data)
    assert fast.node.plan is general.node.plan
    assert fast.node.parents == general.node.parents
    for a, b in zip(fast.node.saved, general.node.saved, strict=True):
        np.testing.assert_array_equal(a, b)
    cotangent = rng.standard_normal(fast.shape)
    for a, b in zip(gradients(fast, xs, cotangent), gradients(general, xs, cotangent), strict=True):
        np.testing.assert_array_equal(a, b)


LINEAR = (
    "negative sum mean reshape transpose swapaxes moveaxis expand_dims squeeze broadcast_to flip "
    "roll repeat tile diagonal on_diagonal tril triu copy cumsum getitem scatter_add "
    "concatenate stack array_split take take_along_axis avg_pool max_unpool max_pick avg_unpool "
    "real imag conjugate unfold fold fft ifft rfft irfft hfft ihfft fftn rfftn irfft2 rot90 "
    "global_avg_pool adaptive_avg_pool fftshift cumulative_sum delete unique"
).split()


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.op in LINEAR and len(outputs(c.f(*c.inputs))) == 1], ids=str
)
def test_adjoint_law(case):
    """<A x, y> = <x, A' y>, where A' is what backward computes."""
    rng = np.random.default_rng(1)
    xs = tensors(case.inputs)
    (ax,) = outputs(case.f(*xs))
    y = rng.standard_normal(ax.shape)
    left = np.real(np.sum(ax.data * y))
    right = sum(np.real(np.sum(x.data * g)) for x, g in zip(xs, gradients(ax, xs, y), strict=True))
    assert left == pytest.approx(right, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.op.startswith("conv") and c.label != "bias"],
    ids=str,
)
def test_adjoint_law_of_bilinear_operations(case):
    """<f(x, w), y> = <x, f'_x(w, y)> = <w, f'_w(x, y)>."""
    rng = np.random.default_rng(1)
    xs = tensors(case.inputs)
    out = case.f(*xs)
    y = rng.standard_normal(out.shape)
    for x, g in zip(xs, gradients(out, xs, y), strict=True):
        expected = np.real(np.sum(out.data * y))
        assert np.real(np.sum(x.data * g)) == pytest.approx(expected, rel=1e-12)


VALUES = [
    lambda t: np.poly(t[:0]),
    lambda t: np.roots(0 * t),
    lambda t: np.maximum.accumulate(t),
    lambda t: np.minimum.accumulate(np.where(t == 3, np.nan, t)),
    lambda t: np.max(t[:0], initial=7),
    lambda t: np.sum(t, where=t > 1),
    lambda t: np.mean(t, where=t > 1, dtype=np.float32),
    lambda t: np.nanmean(np.stack([t, t]), axis=0),
    lambda t: np.pad(t, 2, "median"),
    lambda t: np.quantile(t, 0.3, weights=[0, 1, 2, 3], method="inverted_cdf"),
    lambda t: np.linspace(t, 5, 3, dtype=int),
    lambda t: np.sort_complex(t),
    lambda t: np.intersect1d(t, [2.0, 9.0], return_indices=True),
    lambda t: np.unique_all(t),
    lambda t: np.trim_zeros(t - 1, "b"),
    lambda t: np.emath.power(t, -2),
    lambda t: np.greater.outer(t, t),
    lambda t: np.logical_or.reduce(t > 2),
    lambda t: divmod(t, 2),
    lambda t: divmod(7, t),
    lambda t: np.take(t, [True, False, True]),
    lambda t: np.bincount([True, False, True, True], t),
    lambda t: np.linspace(t, [5, 6, 7, 8], 3),
    lambda t: np.linspace((5, 6, 7, 8), t, 3),
    lambda t: np.geomspace(t, [5, 6, 7, 8], 3),
    lambda t: np.linalg.norm(t, np.float64(3)),
    lambda t: np.linalg.vector_norm(t, ord=np.float64(1.5)),
    lambda t: np.quantile(t, 0.3),
    lambda t: np.quantile(t, 0.3, method="lower"),
    lambda t: np.quantile(t, 0.3, method="averaged_inverted_cdf"),
    lambda t: np.percentile(t, 20),
    lambda t: np.median(t),
    lambda t: np.median(t > 1),
    lambda t: np.nanmedian(t[1:]),
    lambda t: np.nanmedian(np.reshape(t, (2, 2))[:, :0], axis=0),
    lambda t: np.nanquantile(np.reshape(t, (2, 2))[:0], 0.3, axis=1, keepdims=True),
    lambda t: np.nanquantile(t, 0.3),
    lambda t: np.linalg.norm(t, 1),
    lambda t: np.linalg.norm(t, np.inf),
    lambda t: np.linalg.norm(50 * t.astype(np.int8)),
    lambda t: np.linalg.vector_norm(t, ord=1),
    lambda t: np.linalg.matrix_norm(t[:, None], ord=1),
    lambda t: np.nanmax(t),
    lambda t: np.nanmin(t, axis=0, keepdims=True),
]


@pytest.mark.parametrize("dtype", [int, np.float32, float])
@pytest.mark.parametrize("f", VALUES, ids=range(len(VALUES)))
def test_values_and_dtypes_are_those_of_numpy(f, dtype):
    x = np.array([3, 1, 3, 2], dtype=dtype)
    for got, expected in zip(outputs(f(Tensor(x))), outputs(f(x)), strict=True):
        got = got.data if type(got) is Tensor else got
        np.testing.assert_allclose(got, expected, rtol=1e-6)
        assert np.asarray(got).dtype == np.asarray(expected).dtype


SHORT = [
    lambda t, u: np.interp(t[:2], t, u),
    lambda t, u: np.interp(u, t, t * t),
    lambda t, u: np.interp(u, u[::-1], t, period=np.uint8(60)),
    lambda t, u: np.gradient(t, u),
    lambda t, u: np.gradient(u, t[0]),
    lambda t, u: np.polysub(t, u),
    lambda t, u: np.cov(t, aweights=u),
    lambda t, u: np.geomspace(u, t, 4),
    lambda t, u: np.einsum("i,i,i", u, u, t),
    lambda t, u: np.einsum("i,i,i->i", u, u, np.einsum("i,i,i->i", t, t, u)),
    lambda t, u: np.bincount(u, t),
    lambda t, u: np.take(np.pad(t, (0, 300)), u, mode="wrap"),
]


@pytest.mark.parametrize("f", SHORT, ids=range(len(SHORT)))
def test_short_integers_beside_a_tensor_do_not_overflow(f):
    t, u = np.array([1.0, 2.5, 4.5]), np.array([250, 90, 3], np.uint8)
    y = f(Tensor(t, requires_grad=True), u)
    np.testing.assert_allclose(y.data, f(t, u), rtol=1e-12)
    gradcheck(lambda t: f(t, u), t)


@pytest.mark.parametrize(
    "f",
    [
        lambda t: np.average(t, weights=np.array([0.1, 0.2, 0.7], np.float16)),
        lambda t: np.average(t, weights=np.full(3, 4e4, np.float16)),
        lambda t: np.average(np.array([3, 1, 2]), weights=t),
        lambda t: np.geomspace(t, np.float64(7), 3),
        lambda t: np.sort_complex(t),
    ],
    ids=range(5),
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_of_two_dtypes_the_wider_one_is_computed_in(f, dtype):
    x = np.array([1, 3, 2], dtype) / 3
    y, expected = f(Tensor(x, requires_grad=True)), f(x)
    assert y.dtype == expected.dtype
    np.testing.assert_allclose(y.data, expected, rtol=10 * np.finfo(expected.dtype).eps)


@pytest.mark.parametrize("f", [np.sum, np.prod, np.max, np.min])
@pytest.mark.parametrize("where", [True, [True, False, True]], ids=str)
def test_an_initial_value_leaves_the_dtype_alone(f, where):
    y = f(Tensor([1, 3, 2], dtype=np.float32), initial=np.float64(2), where=where)
    assert y.dtype == np.float32
    assert np.min(Tensor([1, 2]), initial=np.inf) == 1


@pytest.mark.parametrize("f", [np.max, np.min])
def test_an_extreme_of_nothing_is_recorded(f):
    t = Tensor(np.ones((0, 2)), requires_grad=True)
    y = f(t, axis=0, initial=1.5)
    y.backward([1.0, 2.0])
    np.testing.assert_array_equal(y.data, [1.5, 1.5])
    assert t.grad.shape == (0, 2)


@pytest.mark.parametrize(
    "f", [ops.erf, ops.erfc, ops.gelu, np.sinc, np.i0], ids=lambda f: f.__name__
)
def test_special_functions_of_half_precision(f):
    x = np.array([-9, -5, -0.7, 0, 0.5, 1.2, 5, 9])
    half = Tensor(x, requires_grad=True, dtype=np.float16)
    exact = Tensor(half.data, requires_grad=True, dtype=float)
    y, expected = f(half), f(exact)
    np.testing.assert_allclose(y.data, expected.data, rtol=2e-3, atol=1e-3)
    slopes = gradients(np.sum(expected), exact)
    np.testing.assert_allclose(gradients(np.sum(y), half), slopes, rtol=4e-3, atol=4e-3)


def test_a_mean_of_more_than_half_precision_can_count():
    x = Tensor(np.ones(100_000), requires_grad=True, dtype=np.float16)
    np.testing.assert_allclose(gradients(np.mean(x), x, np.float16(1000)), 0.01, rtol=1e-3)


def test_bits_are_those_of_numpy():
    x = np.array([5, 3, 6])
    t = Tensor(x)
    for got, expected in (
        (t & 6, x & 6),
        (1 | t, 1 | x),
        (t ^ t, x ^ x),
        (~t, ~x),
        (t << 2, x << 2),
    ):
        assert type(got) is np.ndarray
        np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(np.bitwise_and.reduce(t), 0)


def test_of_equal_running_extremes_the_first_gets_the_gradient():
    x = Tensor([1.0, 2.0, 2.0, 1.0], requires_grad=True)
    g = gradients(np.sum(np.maximum.accumulate(x)), x)
    np.testing.assert_array_equal(g, [1, 3, 0, 0])
