"""Gradient cases that break engines: the answer each gets here.

The rule where there is no derivative, in this order: the gradient if it exists; the minimum-norm
subgradient where the function is convex; the same where it is concave; by continuity.  Ties of
max, min, maximum and minimum share evenly; max pooling gives all to the first winner.
"""

import numpy as np
import pytest

from autograd import Tensor, gradients, jacobian, ops
from autograd.ops.arithmetic import power, to_the
from nn import functional as F

inf, nan = np.inf, np.nan


def slope(f, *xs, order=1):
    """d(sum f)/dx for the first of ``xs``; of order 2, the sum of the Hessian's columns."""
    ts = [Tensor(x, requires_grad=True, dtype=float) for x in xs]
    with np.errstate(all="ignore"):
        y = np.sum(f(*ts))
    g = gradients(y, ts[0], create_graph=order > 1)
    for k in range(order - 1):
        if g.node is None:
            return np.zeros_like(ts[0].data)
        g = gradients(np.sum(g), ts[0], create_graph=k < order - 2)
    return getattr(g, "data", g) if type(g) is Tensor else g


def norm(x):
    return np.linalg.norm(x)


CASES = [
    # kinks
    ("abs at 0", np.abs, [0.0, -2.0], [0.0, -1.0]),
    ("fabs at 0", np.fabs, [0.0, 3.0], [0.0, 1.0]),
    ("relu at 0", ops.relu, [0.0, 1.0, -1.0], [0.0, 1.0, 0.0]),
    ("clip on its bounds", lambda x: np.clip(x, -1, 1), [-1.0, 1.0, 2.0, 0.0], [1, 1, 0, 1]),
    ("sign at 0", np.sign, [0.0, 5.0], [0.0, 0.0]),
    ("max with ties", np.max, [3.0, 1.0, 3.0], [0.5, 0.0, 0.5]),
    ("max, all equal", np.max, [2.0, 2.0, 2.0, 2.0], [0.25] * 4),
    ("min with ties", lambda x: np.min(x, axis=1), [[1.0, 1.0], [0.0, 5.0]], [[0.5, 0.5], [1, 0]]),
    ("maximum(x, x)", lambda x: np.maximum(x, x), [1.0, -1.0], [1.0, 1.0]),
    ("minimum(x, x)", lambda x: np.minimum(x, x), [1.0, -1.0], [1.0, 1.0]),
    ("maximum with a constant tie", lambda x: np.maximum(x, 0), [0.0], [0.5]),
    ("fmax with NaN", lambda x: np.fmax(x, nan), [1.0], [1.0]),
    ("fmax with a number of 67 bits", lambda x: np.fmax(x, 10**20), [1.0], [0.0]),
    ("fmin with a number of 67 bits", lambda x: np.fmin(x, 10**20), [1.0], [1.0]),
    ("logaddexp with a number of 67 bits", lambda x: np.logaddexp(x, 10**20), [1.0], [0.0]),
    ("max pool, all equal", lambda x: ops.max_pool(x, 2), np.ones((1, 1, 2, 2)), [[[[1, 0],
     [0, 0]]]]),
    # singular
    ("sqrt at 0", np.sqrt, [0.0, 4.0], [inf, 0.25]),
    ("cbrt at 0", np.cbrt, [0.0], [inf]),
    ("norm at 0", norm, [0.0, 0.0], [0.0, 0.0]),
    ("norm squared at 0", lambda x: norm(x) ** 2, [0.0, 0.0], [0.0, 0.0]),
    ("norm of one element", norm, [-3.0], [-1.0]),
    ("hypot(0, 0)", lambda x: np.hypot(x, np.zeros(1)), [0.0], [0.0]),
    ("arctan2(0, 0)", lambda x: np.arctan2(x, 0.0), [0.0], [0.0]),
    ("std of a constant", np.std, [2.0, 2.0, 2.0], [0.0, 0.0, 0.0]),
    ("std of one element", np.std, [2.0], [0.0]),
    ("x**0 at 0", lambda x: x**0, [0.0, 2.0], [0.0, 0.0]),
    ("x**1 at 0", lambda x: x**1, [0.0], [1.0]),
    ("x**2 at 0", lambda x: x**2.0, [0.0], [0.0]),
    ("0**y", lambda y: 0.0**y, [2.0, 0.5], [0.0, 0.0]),
    ("0**0.5", lambda x: x**0.5, [0.0], [inf]),
    ("(-2)**3", lambda x: x**3, [-2.0], [12.0]),
    ("(-2)**y, not real beside y", lambda y: (-2.0) ** y, [3.0], [nan]),
    ("sinc at 0", np.sinc, [0.0, 1.0], [0.0, -1.0]),
    ("arcsin at 1", np.arcsin, [1.0, -1.0], [inf, inf]),
    ("arccos at 1", np.arccos, [1.0], [-inf]),
    ("log at 0", np.log, [0.0], [inf]),
    ("prod with a zero", np.prod, [2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
    ("prod with two zeros", np.prod, [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]),
    ("cumprod with a zero", np.cumprod, [2.0, 0.0, 3.0], [1.0, 8.0, 0.0]),
    ("cumprod with two zeros", np.cumprod, [0.0, 0.0, 3.0], [1.0, 0.0, 0.0]),
    # large
    ("logsumexp at 1000", ops.logsumexp, [1000.0, 1000.0], [0.5, 0.5]),
    ("logsumexp at -1000", ops.logsumexp, [-1000.0, -1001.0],
     [1 / (1 + np.exp(-1)), 1 / (1 + np.e)]),
    ("logsumexp, all -inf", ops.logsumexp, [-inf, -inf], [0.0, 0.0]),
    ("logaddexp(-inf, -inf)", lambda x: np.logaddexp(x, -inf), [-inf], [0.5]),
    ("logaddexp(-inf, 1)", lambda x: np.logaddexp(x, 1.0), [-inf], [0.0]),
    ("logaddexp at 1000", lambda x: np.logaddexp(x, 1000.0), [1000.0], [0.5]),
    ("softmax with -inf", lambda x: ops.softmax(x)[1], [-inf, 1.0, 1.0], [0.0, 0.25, -0.25]),
    ("log_softmax at 1e4", lambda x: ops.log_softmax(x)[1], [1e4, -1e4], [-1.0, 1.0]),
    ("tanh at 1000", np.tanh, [1000.0, -1000.0], [0.0, 0.0]),
    ("sigmoid at 800", ops.sigmoid, [800.0, -800.0], [0.0, 0.0]),
    ("sigmoid at -40 keeps its digits", ops.sigmoid, [-40.0], [np.exp(-40.0)]),
    ("softplus at 400", ops.softplus, [400.0, -400.0], [1.0, np.exp(-400.0)]),
    ("silu at 800", ops.silu, [800.0, -800.0], [1.0, 0.0]),
    ("silu at 1e17", ops.silu, [1e17, -1e17], [1.0, 0.0]),
    ("gelu by tanh at 1e200", lambda x: ops.gelu(x, "tanh"), [1e200, -1e200], [1.0, 0.0]),
    ("hard_swish at inf", ops.hard_swish, [inf, -inf, 3.0, 1.0], [1.0, 0.0, 1.0, 5 / 6]),
    ("norm of order -1", lambda x: np.linalg.norm(x, -1), [0.0, 3.0], [0.0, 0.0]),
    ("exp overflow", lambda x: np.exp(x), [1000.0], [inf]),
    # where: what was not taken does not matter
    ("where log", lambda x: np.where(x > 0, np.log(x), 0.0), [0.0, -1.0, 2.0], [0.0, 0.0, 0.5]),
    ("where sqrt", lambda x: np.where(x > 0, np.sqrt(x), x), [0.0, -1.0, 4.0], [1.0, 1.0, 0.25]),
    ("where exp overflow", lambda x: np.where(x < 9, np.exp(x), x), [1000.0, 0.0], [1.0, 1.0]),
    ("where 0/0", lambda x: np.where(x == 0, 1.0, np.sin(x) / x), [0.0, np.pi], [0.0, -1 / np.pi]),
    ("where power", lambda x: np.where(x > 0, x**-1.5, 0.0), [0.0, 1.0], [0.0, -1.5]),
    ("where arcsin", lambda x: np.where(np.abs(x) < 1, np.arcsin(x), 0.0), [1.0, 2.0, 0.0],
     [0, 0, 1]),
    ("where, scalar condition", lambda x: np.where(True, x * x, 1 / x), [0.0, 3.0], [0.0, 6.0]),
    ("where, broadcast branch", lambda x: np.where([True, False, True], x, 1.0), 5.0, 2.0),
    ("where, (1,) condition", lambda x: np.where([False], np.log(x), x), [0.0, 1.0], [1.0, 1.0]),
    # indexing
    ("repeated index", lambda x: x[[0, 0, 1]], [1.0, 2.0, 3.0], [2.0, 1.0, 0.0]),
    ("boolean, all False", lambda x: x[np.zeros(2, bool)], [1.0, 2.0], [0.0, 0.0]),
    ("negative step", lambda x: x[::-2] * np.array([1.0, 2.0]), [1.0, 2.0, 3.0], [2.0, 0.0, 1.0]),
    ("newaxis and ellipsis", lambda x: x[None, ..., 1:, None], [1.0, 2.0], [0.0, 1.0]),
    ("0-d index", lambda x: x[()] * x[()], 3.0, 6.0),
    ("0-d, new axis", lambda x: x[None], 3.0, 1.0),
    ("mixed", lambda x: x[:, [0, 0]], [[1.0, 2.0]], [[2.0, 0.0]]),
    ("the same element through two views", lambda x: x[1:][0] * x[:2][1], [1.0, 3.0], [0.0, 6.0]),
    # shapes
    ("sum over nothing", np.sum, np.ones((0, 3)), np.ones((0, 3))),
    ("prod over nothing", np.prod, np.ones(0), np.ones(0)),
    ("size 1 broadcast", lambda x: x * np.ones((2, 3)), [[1.0], [1.0]], [[3.0], [3.0]]),
    ("size 1 on both sides", lambda x: x * np.ones((1, 1)), [[2.0]], [[1.0]]),
    ("new leading axes", lambda x: x + np.zeros((2, 3, 1)), [1.0], [6.0]),
    ("() with (0,)", lambda x: x * np.ones(0), 2.0, 0.0),
    ("sum, negative and tuple axes", lambda x: np.sum(x, axis=(-1, 0)), np.ones((2, 3)),
     np.ones((2, 3))),
    ("einsum ii->i", lambda x: np.einsum("ii->i", x), np.ones((2, 2)), np.eye(2)),
    ("einsum, absent index", lambda x: np.einsum("ij,jk->k", x, np.ones((2, 2))), np.ones((3, 2)),
     np.full((3, 2), 2.0)),
    ("concatenate with size 0", lambda x: np.concatenate([x, np.ones(0)]), [1.0, 2.0], [1.0, 1.0]),
    ("concatenate a size 0", lambda x: np.concatenate([x, np.ones(2)]), np.ones(0), np.ones(0)),
    ("conv, stride not dividing", lambda x: ops.conv(x, np.ones((1, 1, 2)), stride=2),
     np.ones((1, 1, 5)), [[[1, 1, 1, 1, 0]]]),
    ("conv, padding beyond the kernel", lambda x: ops.conv(x, np.ones((1, 1, 2)), padding=4),
     np.ones((1, 1, 3)), [[[2, 2, 2]]]),
    ("conv, dilation", lambda x: ops.conv(x, np.array([[[1.0, 10.0]]]), dilation=2),
     np.ones((1, 1, 4)), [[[1, 1, 10, 10]]]),
]  # fmt: skip


@pytest.mark.parametrize("f, x, expected", [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_gradient(f, x, expected):
    np.testing.assert_allclose(slope(f, x), np.broadcast_to(expected, np.shape(x)), rtol=1e-12)


SECOND = [
    ("Hessian of norm squared at 0", lambda x: norm(x) ** 2, [0.0, 0.0], [2.0, 2.0]),
    ("Hessian of a norm at 0", norm, [0.0, 0.0], [np.nan, np.nan]),
    (
        "Hessian of a norm that is not used",
        lambda x: np.where(x > 1, np.hypot(x, 2.0 * x) ** 2, x),
        [0.0, 2.0],
        [0.0, 10.0],
    ),
    ("Hessian of an angle at 0", lambda x: np.arctan2(x[0], x[1]), [0.0, 0.0], [np.nan, np.nan]),
    (
        "Hessian of an angle that is not used",
        lambda x: np.where(x[0] > 0, np.arctan2(x[0], x[1]), x[1] ** 2),
        [0.0, 0.0],
        [0.0, 2.0],
    ),
    ("Hessian of std of equals", np.std, [1.0, 1.0], [np.nan, np.nan]),
    ("prod with a zero", np.prod, [2.0, 0.0, 3.0], [3.0, 5.0, 2.0]),
    ("prod with two zeros", np.prod, [0.0, 0.0, 3.0], [3.0, 3.0, 0.0]),
    ("prod with three zeros", np.prod, [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
    ("cumprod with two zeros", np.cumprod, [0.0, 0.0, 3.0], [4.0, 4.0, 0.0]),
    ("x**2 at 0", lambda x: x**2, [0.0], [2.0]),
    ("x**3 at 0", lambda x: x**3, [0.0], [0.0]),
    ("where log", lambda x: np.where(x > 0, np.log(x), 0.0), [0.0, 2.0], [0.0, -0.25]),
    ("where sqrt", lambda x: np.where(x > 0, np.sqrt(x), x), [0.0, 4.0], [0.0, -1 / 32]),
    ("where 0/0", lambda x: np.where(x == 0, 1.0, np.sin(x) / x), [0.0], [0.0]),
    ("sinc at 0", np.sinc, [0.0], [-(np.pi**2) / 3]),
    ("softplus at 800", ops.softplus, [800.0, -800.0], [0.0, 0.0]),
    ("logsumexp at 1000", lambda x: ops.logsumexp(x) ** 2, [0.0, 0.0], [1.0, 1.0]),
    ("logaddexp of equals", lambda x: np.logaddexp(x, [1.0, 800.0]), [1.0, 800.0], [0.25, 0.25]),
    ("logaddexp2 of equals", lambda x: np.logaddexp2(x, 1.0), [1.0], [np.log(2) / 4]),
    ("abs at 0", np.abs, [0.0], [0.0]),
    ("maximum(x, x) squared", lambda x: np.maximum(x, x) ** 2, [1.5], [2.0]),
]


@pytest.mark.parametrize("f, x, expected", [c[1:] for c in SECOND], ids=[c[0] for c in SECOND])
def test_second_derivative(f, x, expected):
    np.testing.assert_allclose(slope(f, x, order=2), expected, rtol=1e-12)


@pytest.mark.parametrize("ddof", [1, 2])
def test_std_with_ddof_of_all_elements_is_nan_as_numpys(ddof):
    with pytest.warns(RuntimeWarning):
        x = Tensor([2.0], requires_grad=True)
        y = np.std(x, ddof=ddof)
    assert np.isnan(y.data)
    assert np.isnan(gradients(y, x))


@pytest.mark.parametrize("low", [-50, -1e4, -1e8, -inf])
def test_cross_entropy_of_a_label_far_below_the_others(low):
    x = Tensor(np.array([[low, 5, 3]], np.float32), requires_grad=True)
    loss = ops.cross_entropy(x, np.array([0]))
    np.testing.assert_allclose(loss.data, [np.logaddexp(5, 3) - low], rtol=1e-6)
    share = 1 / (1 + np.exp(-2.0))
    np.testing.assert_allclose(gradients(loss, x), [[-1, share, 1 - share]], rtol=1e-6)


def test_cross_entropy_keeps_what_an_offset_would_round_away():
    x = np.array([[1e8, 1e8]], np.float32)
    np.testing.assert_allclose(ops.cross_entropy(x, np.array([0])), [np.log(2)], rtol=1e-6)


def test_gradients_of_float16_add_up_past_2048():
    """NumPy adds rows in float16, where 2048 + 1 is 2048."""
    b = Tensor(np.ones(3, np.float16), requires_grad=True)
    x, w = np.ones((8000, 2), np.float16), np.ones((3, 2), np.float16)
    for y in (np.ones((8000, 3), np.float16) + b, ops.linear(x, w, b)):
        g = gradients(np.sum(np.astype(y, np.float32)), b)
        assert g.dtype == np.float16 and g.tolist() == [8000, 8000, 8000]


def test_batch_norm_of_float16_whose_sums_do_not_fit():
    x = np.random.default_rng(0).normal(3, 1, size=(64, 2, 30, 30)).astype(np.float16)
    t = Tensor(x, requires_grad=True)
    y, mean, var = ops.batch_norm(t)
    assert y.dtype == np.float16
    np.testing.assert_allclose(mean.data, x.mean((0, 2, 3), dtype=float), rtol=1e-4)
    np.testing.assert_allclose(var.data, x.var((0, 2, 3), dtype=float), rtol=1e-4)
    g = gradients(np.sum(np.astype(y, np.float32) ** 3), t)
    assert g.dtype == np.float16 and np.all(np.isfinite(g))


def test_piecewise_of_infinity_where_no_condition_holds():
    x = Tensor([inf, 1.0, -2.0], requires_grad=True)
    y = np.piecewise(x, [np.array([False, True, False])], [np.square])
    np.testing.assert_array_equal(y.data, [0, 1, 0])
    np.testing.assert_array_equal(gradients(np.sum(y), x), [0, 2, 0])


def test_cross_entropy_of_extreme_logits():
    from nn.functional import cross_entropy

    x = Tensor([[1e4, -1e4], [-1e4, 1e4]], requires_grad=True)
    loss = cross_entropy(x, [0, 0])
    assert loss.data == 1e4
    np.testing.assert_array_equal(gradients(loss, x), [[0.0, 0.0], [-0.5, 0.5]])


MEMORY = {
    "transposed": lambda a: np.array(a.T).T,
    "negative stride": lambda a: np.array(a[::-1])[::-1],
    "every second": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "Fortran": np.asfortranarray,
    "read-only broadcast": lambda a: np.broadcast_to(a[:1], a.shape),
}


@pytest.mark.parametrize("layout", MEMORY.values(), ids=MEMORY)
def test_memory_layouts(layout):
    from autograd import as_tensor

    a = layout(np.arange(1.0, 13.0).reshape(3, 4))
    for f in (
        lambda x: x @ x.T,
        lambda x: np.sum(x * x, axis=0),
        lambda x: x[:, ::2] * x[:, 1::2],
        lambda x: np.reshape(x, (4, 3)) ** 2,
        lambda x: ops.softmax(x),
        lambda x: ops.conv(x[None, None], np.ones((1, 1, 2, 2))) ** 2,
        lambda x: ops.max_pool(x[None, None], 2),
    ):
        got = gradients(np.sum(f(t := as_tensor(a, requires_grad=True))), t)
        plain = Tensor(np.ascontiguousarray(a), requires_grad=True)
        np.testing.assert_allclose(got, gradients(np.sum(f(plain)), plain), rtol=1e-12)


TYPES = [
    (np.float32, 2.0, np.float32),
    (np.float32, np.float32(2), np.float32),
    (np.float32, np.float64(2), np.float64),
    (np.float32, np.array(2.0), np.float64),
    (np.float32, 2, np.float32),
    (np.float32, True, np.float32),
    (np.float32, np.array([1, 2]), np.float64),
    (np.float32, np.array([True, False]), np.float32),
    (np.float64, np.array([1.0, 2.0], np.float32), np.float64),
    (np.float16, 2.0, np.float16),
]


@pytest.mark.parametrize("dtype, other, result", TYPES)
@pytest.mark.parametrize("swap", [False, True])
def test_dtypes_follow_numpy_and_gradients_follow_their_tensor(dtype, other, result, swap):
    x = Tensor([1.0, 2.0], dtype=dtype, requires_grad=True)
    for op in (np.add, np.multiply, np.subtract, np.divide, np.maximum):
        with np.errstate(all="ignore"):
            y = op(other, x) if swap else op(x, other)
            assert y.dtype == result == (op(other, x.data) if swap else op(x.data, other)).dtype
        assert gradients(np.sum(y), x).dtype == dtype


def test_scalars_on_both_sides():
    x = Tensor(3.0, requires_grad=True)
    cases = [(2 * x, 2), (x * np.float64(2), 2), (np.float64(6) / x, -2 / 3), (x**2, 6)]
    cases += [(2**x, 8 * np.log(2)), (1 - x, -1), (True + x, 1), (np.int64(2) * x, 2)]
    for y, expected in cases:
        assert type(y) is Tensor
        assert gradients(y, x) == pytest.approx(expected)


def test_batch_norm_with_a_random_cotangent():
    """sum(BN(x)) has gradient 0 whatever the formula: a random cotangent checks something."""
    from nn.functional import batch_norm

    rng = np.random.default_rng(0)
    x, v = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    f = lambda x: batch_norm(x, None, None, training=True)  # noqa: E731
    centred, s = x - x.mean(0), np.sqrt(x.var(0) + 1e-5)
    n = centred / s
    np.testing.assert_allclose(
        slope(lambda x: f(x) * v, x), (v - v.mean(0) - n * (v * n).mean(0)) / s, rtol=1e-9
    )
    np.testing.assert_allclose(slope(f, x), 0, atol=1e-12)
    constant = np.ones((4, 2))
    assert np.all(np.isfinite(slope(lambda x: f(x) * v[:4, :2], constant)))


def test_jacobian_of_a_sort_with_ties_is_a_permutation():
    j = jacobian(np.sort)(np.array([2.0, 1.0, 2.0]))
    np.testing.assert_array_equal(j, [[0, 1, 0], [1, 0, 0], [0, 0, 1]])


class Series:
    """As pandas': NumPy makes an array of it, and its own arithmetic goes by labels."""

    dtype, ndim, shape = np.dtype(float), 1, (2,)

    def __array__(self, dtype=None, copy=None):
        return np.array([3.0, 5.0])

    def __array_ufunc__(self, ufunc, method, *args, **options):
        if any(getattr(a, "__pandas_priority__", 0) > 3000 for a in args):
            return NotImplemented  # to the other's own
        raise AssertionError("arithmetic by labels: its gradients are not in the Tensor's order")


@pytest.mark.parametrize(
    "f",
    [
        np.add, np.subtract, np.multiply, np.divide, np.power, np.matmul, np.maximum, F.mse_loss,
        lambda x, s: np.clip(x, 0, s), lambda x, s: np.stack([x, s]), np.outer,
        lambda x, s: np.multiply(s, x), lambda x, s: np.interp(x, [0, 3], s),
    ],
)  # fmt: skip
def test_a_series_is_taken_by_position(f):
    x, array = Tensor([1.0, 2.0], requires_grad=True), np.array(Series())
    y, expected = f(x, Series()), f(x, array)
    np.testing.assert_array_equal(y.data, expected.data)
    assert type(y.data) is type(expected.data)
    np.testing.assert_array_equal(gradients(y.sum(), x), gradients(expected.sum(), x))


def test_methods_are_numpys_functions():
    """Each method of a Tensor gives what the array's method gives, and records it."""
    a = np.arange(1.0, 10.0).reshape(3, 3) + 0.2
    x = Tensor(a, requires_grad=True)
    for name in (
        "sum mean prod max min var std cumsum cumprod round trace diagonal conj ravel flatten "
        "squeeze transpose copy any all argsort argmax argmin tolist"
    ).split():
        got, expected = getattr(x, name)(), getattr(a, name)()
        np.testing.assert_allclose(got.data if type(got) is Tensor else got, expected)
    for name, args in {
        "reshape": (9,), "swapaxes": (0, 1), "repeat": (2,), "clip": (2, 5), "dot": (a,),
        "take": ([0, 8],), "astype": (np.float32,),
    }.items():  # fmt: skip
        got = getattr(x, name)(*args)
        np.testing.assert_allclose(got.data, getattr(a, name)(*args), rtol=1e-6)
        assert got.node is not None


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_edges_of_histograms_are_those_of_numpy(dtype):
    x, y = (10 * np.random.default_rng(3).standard_normal((2, 30))).astype(dtype)
    t = Tensor(x, requires_grad=True)
    for bins in range(1, 12):
        edges, (_, across, _) = np.histogram(t, bins)[1], np.histogram2d(t, y, bins)
        np.testing.assert_array_equal(edges.data, np.histogram(x, bins)[1], strict=True)
        np.testing.assert_array_equal(across.data, np.histogram2d(x, y, bins)[1], strict=True)


@pytest.mark.parametrize(
    "dtype, size", [(float, 1e-300), (float, 1e300), ("f4", 1e-36), ("f4", 1e36)]
)
def test_slopes_whose_squares_under_or_overflow(dtype, size):
    a, b = (Tensor(np.array(v, dtype), requires_grad=True) for v in (3 * size, 4 * size))
    got = gradients(np.arctan2(a, b), [a, b])
    np.testing.assert_allclose([float(g) * size for g in got], [0.16, -0.12], rtol=1e-6)
    straight = gradients(np.arctan2(a, np.zeros_like(b)), a)
    assert straight == 0
    if size > 1:
        np.testing.assert_allclose(float(gradients(np.arcsinh(a), a)) * size, 1 / 3, rtol=1e-6)


@pytest.mark.parametrize("z", [3e200 + 4e200j, -1e300 + 0j, 1e200j, -2 + 3j, 0.5 - 4j])
def test_slopes_of_complex_arcs_whose_squares_overflow(z):
    size, u = abs(z), z / abs(z)
    root = 1 / size * np.sqrt(1 / size - u) ** -1 * np.sqrt(1 / size + u) ** -1
    turned = 1 / size * np.sqrt(1 / size - 1j * u) ** -1 * np.sqrt(1 / size + 1j * u) ** -1
    for f, expected in (
        (np.arcsin, root), (np.arccos, -root), (np.arcsinh, turned), (np.arctanh, root * root),
        (np.arctan, turned * turned),
    ):  # fmt: skip
        t = Tensor(z, requires_grad=True)
        slope = gradients(f(t), t, np.array(1 + 0j))
        np.testing.assert_allclose(slope * size, expected * size, rtol=1e-12, err_msg=f.__name__)


@pytest.mark.parametrize("b", [-2, -2.0, -0.5, 3, 3.0, 4])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_quick_powers_are_numpys(b, dtype):
    large = np.finfo(dtype).max ** (1 / 5)
    x = np.array(
        [0, -0.0, 1, -1, 0.3, -7, np.inf, -np.inf, np.nan, large, 1 / large, -large], dtype
    )
    if b == -0.5:
        x = x[x != -inf]  # its root is NaN, as by NumPy's own quick power, 0.5
    with np.errstate(all="ignore"):
        expected = np.power(x, b)
        assert np.allclose(to_the(x, b), expected, 4 * np.finfo(dtype).eps, 0, equal_nan=True)
        assert to_the(x, b).dtype == expected.dtype


@pytest.mark.parametrize("f", [np.power, np.float_power])
@pytest.mark.parametrize("b", [0.0, 1.0, 2.0, 3.0])
def test_the_mixed_derivative_of_a_power_by_one_exponent(f, b):
    x, t = np.array([1.5, 2.0]), Tensor(b, requires_grad=True)
    a = Tensor(x, requires_grad=True)
    da = gradients(f(a, t).sum(), a, create_graph=True)  # b a^(b-1)
    expected = np.sum(x ** (b - 1) * (1 + b * np.log(x)))
    np.testing.assert_allclose(gradients(da.sum(), t), expected)


def test_a_number_as_exponent_keeps_the_dtype_of_what_the_formula_computes():
    x = Tensor(np.full(3, 1.5, np.float32), requires_grad=True)
    seen = power.formulas["a"](np.ones(3, np.float32), x.data, 5)
    assert seen.dtype == np.float32  # not by an array of exponents in double precision


@pytest.mark.parametrize(
    "pick",
    [
        lambda t, i: t[i, 0],
        lambda t, i: t[:, i],
        lambda t, i: t[0][i],
        lambda t, i: np.take(t, i, axis=0),
        lambda t, i: np.take_along_axis(t, i[None], 1),
    ],
)
def test_half_precision_counts_how_often_an_element_is_picked(pick):
    t = Tensor(np.ones((1, 1), np.float16), requires_grad=True)
    pick(t, np.zeros(5000, int)).sum().backward()
    assert t.grad.dtype == np.float16 and t.grad[0, 0] == 5000  # 2048 + 1 is 2048
