"""Operands of other kinds: a gradient is right, or the operation refuses and says what to write."""

import itertools
import operator
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import nn
from autograd import (
    Tensor,
    as_tensor,
    grad,
    gradients,
    hessian,
    jvp,
    no_grad,
    ops,
    primitive,
    value_and_grad,
    vjp,
)
from autograd.errors import DtypeError
from autograd.numpy import concatenate as joined_lists

a = np.array([[1.0, 2.0], [3.0, 4.0]])
values = np.array([[0.5, 1.0], [0.0, 0.25]])


class Sparse:
    """As a matrix of SciPy's: * is the matrix product, and NumPy cannot make an array of it."""

    shape, ndim, dtype = (2, 2), 2, np.dtype(float)
    __array_priority__ = 10.1

    def __matmul__(self, x):
        return values @ np.asarray(x)

    def __rmatmul__(self, x):
        return np.asarray(x) @ values

    __mul__, __rmul__ = __matmul__, __rmatmul__

    @property
    def T(self):
        return type("Sparse", (Sparse,), {"__matmul__": lambda self, g: values.T @ np.asarray(g)})()


class Metres(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *args, **options):
        return NotImplemented


class Named(np.ndarray):
    """Has a name, and ndarray's arithmetic."""


pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
with warnings.catch_warnings(action="ignore"):
    MATRIX = np.matrix(values)
MASKED = np.ma.array(values, mask=[[0, 1], [0, 0]])
REFUSED = [
    (MATRIX, r"\* and \*\* of a matrix are matrix products.*np.asarray\(m\)"),
    (MASKED, r"mask of a MaskedArray would be lost.*m.filled\(0.0\).*np.where\(m.mask, 0, y\)"),
    (values.view(Metres), r"a Metres has arithmetic of its own.*np.asarray\(a\)"),
    (Sparse(), r"a Sparse is no array.*S.toarray\(\).*vjp\(x=lambda g: S.T @ g\)"),
]
KINDS = [type(m).__name__ for m, _ in REFUSED]


def hooked(t, m):
    y = t * 2
    y.register_hook(lambda g: m)
    y.backward(a)


def item(t, m):
    y = t * 2
    y[...] = m


def item_of_a_leaf(t, m):
    with no_grad():
        t[...] = m


def of_formula(t, m):
    twice = primitive(lambda x: 2 * x).vjp(x=lambda g: m)
    twice(t).backward(a)


WAYS_IN = {
    "multiply": operator.mul,
    "divide": operator.truediv,
    "add": operator.add,
    "power": operator.pow,
    "matmul": operator.matmul,
    "maximum": np.maximum,
    "hypot": np.hypot,
    "matmul ": lambda t, m: np.dot(t, m),
    "where": lambda t, m: np.where(a > 2, t, m),
    "concatenate": lambda t, m: np.concatenate([t, m]),
    "concatenate ": lambda t, m: joined_lists([m, t]),
    "clip": lambda t, m: np.clip(t, m, 9.0),
    "linear": lambda t, m: ops.linear(t, m),
    "an array function": np.kron,
    "Tensor": lambda t, m: Tensor(m),
    "Tensor ": lambda t, m: as_tensor(m),
    "Tensor  ": lambda t, m: value_and_grad(np.sum)(m),
    "Tensor   ": lambda t, m: jvp(lambda x: x * 2, (a,), (m,)),
    "the cotangent": lambda t, m: (t * 2).backward(m),
    "the cotangent ": lambda t, m: vjp(lambda x: x * 2, a)[1](m),
    "hook '<lambda>'": hooked,
    "item assignment": item,
    "item assignment ": item_of_a_leaf,
    "assign": lambda t, m: Tensor(a).assign(m),
    r"\+=": lambda t, m: operator.iadd(t * 2, m),
    "lambda>, the derivative formula for 'x'": of_formula,
    "lambda>, what it returned": lambda t, m: primitive(lambda x: m)(t),
    "Linear|linear": lambda t, m: nn.Linear(2, 2)(m),
    "mse_loss|subtract": lambda t, m: nn.functional.mse_loss(t, m),
    "load_state_dict of Linear: weight": lambda t, m: nn.Linear(2, 2).load_state_dict(
        {"weight": m, "bias": a[0]}
    ),
    "DataLoader": lambda t, m: list(nn.data.DataLoader([m, m])),
}


@pytest.mark.parametrize("name", WAYS_IN)
@pytest.mark.parametrize("m, words", REFUSED, ids=KINDS)
def test_what_would_give_wrong_gradients_is_refused(name, m, words):
    t = Tensor(a, requires_grad=True)
    with pytest.raises(DtypeError, match=f"(?s)({name.strip()}).*{words}"):
        WAYS_IN[name](t, m)
    assert t.grad is None
    np.testing.assert_array_equal(t.data, a)


@pytest.mark.parametrize("f", [operator.mul, operator.matmul, operator.add, operator.truediv])
@pytest.mark.parametrize("m", [m for m, _ in REFUSED], ids=KINDS)
def test_on_the_left_it_is_refused_too(f, m):
    with pytest.raises(TypeError):  # the other's own operator comes first, and meets np.asarray(t)
        f(m, Tensor(a, requires_grad=True))


def test_masked_labels_and_data_are_refused():
    labels = np.ma.array([0, 1], mask=[0, 1])
    for f in (nn.functional.cross_entropy, ops.cross_entropy):
        with pytest.raises(DtypeError, match="cross_entropy.*mask"):
            f(Tensor(a), labels)
    with pytest.raises(DtypeError, match="one_hot.*mask"):
        ops.one_hot(labels, 2)
    with pytest.raises(DtypeError, match="DataLoader.*at 1.*mask"):
        nn.data.DataLoader((a, labels))


@pytest.mark.parametrize("view", [np.recarray, Named])
def test_subclasses_with_arithmetic_of_ndarray_are_arrays(view, tmp_path):
    m = values.view(view)
    for y in (Tensor(a, requires_grad=True) * m, m * Tensor(a), Tensor(m) * a, as_tensor(m)):
        assert type(y.data) is np.ndarray
    np.testing.assert_array_equal(grad(lambda t: np.sum(t * m))(a), values)


def test_a_memmap_is_an_array(tmp_path):
    m = np.memmap(tmp_path / "m", dtype=float, mode="w+", shape=(2, 2))
    m[...] = values
    y = Tensor(a, requires_grad=True) * m
    assert type(y.data) is np.ndarray
    assert np.shares_memory(as_tensor(m).data, m)
    np.testing.assert_array_equal(grad(lambda t: np.sum(t * m))(a), values)


def test_a_primitive_may_hold_or_take_a_sparse_matrix():
    s = Sparse()
    holds = primitive(lambda x: s @ x).vjp(x=lambda g: s.T @ g)
    takes = primitive(lambda x, s: s @ x).vjp(x=lambda g, s: s.T @ g)
    expected = values.T @ np.ones((2, 2))
    for f in (holds, lambda x: takes(x, s), lambda x: takes(x, s=s)):
        np.testing.assert_array_equal(grad(lambda x, f=f: np.sum(f(x)))(a), expected)
    back = primitive(lambda g: s.T @ g)
    holds.vjp(x=lambda g: back(g))
    back.vjp(g=lambda h: holds(h))
    expected = np.einsum("ki,kj,lm->iljm", values, values, 2 * np.eye(2))
    np.testing.assert_allclose(hessian(lambda x: np.sum(holds(x) ** 2))(a), expected)


def test_matrices_of_scipy():
    sparse = pytest.importorskip("scipy.sparse")
    linalg = pytest.importorskip("scipy.sparse.linalg")
    for s in (sparse.csr_matrix(values), sparse.csr_array(values), linalg.aslinearoperator(values)):
        for f in (operator.mul, operator.matmul, np.dot, lambda t, s: np.where(a > 2, t, s)):
            with pytest.raises(TypeError, match="is no array.*S.T @ g|__array_ufunc__=None"):
                f(Tensor(a, requires_grad=True), s)
            with pytest.raises(TypeError, match="is no array.*S.T @ g|__array_ufunc__=None"):
                f(Tensor(a), s)
        for f in (operator.mul, operator.matmul):
            with pytest.raises(DtypeError, match="cut the graph.*S.T @ g"):
                f(s, Tensor(a, requires_grad=True))
        times = primitive(lambda x, s=s: s @ x).vjp(x=lambda g, s=s: s.T @ g)
        np.testing.assert_allclose(
            grad(lambda x, f=times: np.sum(f(x)))(a), values.T @ np.ones((2, 2))
        )


@pytest.mark.parametrize("other", ["text", None, object(), np.timedelta64(1), b"2"])
def test_operands_that_are_no_numbers(other):
    for f in (operator.add, operator.mul, operator.pow, np.maximum):
        for args in ((Tensor(2.0), other), (other, Tensor(a, requires_grad=True))):
            with pytest.raises(TypeError, match="expected numbers, got|numpy"):
                f(*args)


SCALARS = [
    2, True, 0.5, 1.5 - 1j, 10**30, Fraction(1, 2), Decimal("0.5"),
    np.float64(0.5), np.float32(0.5), np.float16(0.5), np.complex64(1 + 1j), np.longdouble(0.5),
    np.int64(3), np.int8(3), np.bool_(True), np.array(0.5), np.array(3),
]  # fmt: skip
OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod,
    operator.floordiv, np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.hypot,
]  # fmt: skip


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: f"{type(s).__name__} {s}")
@pytest.mark.parametrize("f", OPERATORS, ids=lambda f: f"{type(f).__name__} {f.__name__}")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_scalars_of_all_kinds_in_both_orders_are_as_numpys(f, scalar):
    for x, swap, record in itertools.product(
        (np.float64(2), np.float32(2), np.complex128(2 + 1j), np.array([2.0, 3.0])),
        (False, True),
        (False, True),
    ):
        t = Tensor(x, requires_grad=record)
        same = float(scalar) if type(scalar) is Fraction else scalar  # else NumPy makes objects
        try:
            expected = np.asarray(f(same, x) if swap else f(x, same))
        except (TypeError, AttributeError):
            expected = np.array(None)
        if expected.dtype == object or type(scalar) is Decimal:
            with pytest.raises(TypeError):
                f(scalar, t) if swap else f(t, scalar)
            continue
        y = f(scalar, t) if swap else f(t, scalar)
        assert isinstance(y.data, np.ndarray if x.shape else np.generic)
        assert y.dtype == expected.dtype
        np.testing.assert_array_equal(y.data, expected)
        if record:
            g = gradients(np.sum(np.real(y)), t)
            assert g.dtype == x.dtype
            assert np.all(np.isfinite(g)) or 10**30 in (scalar,)


def test_an_imaginary_number_on_the_left_of_a_scalar():
    np.testing.assert_allclose(grad(lambda th: np.real(np.exp(1j * th)))(0.5), -np.sin(0.5))
    np.testing.assert_allclose(grad(lambda th: np.imag(1j**th))(0.5), np.pi / 2 * np.cos(np.pi / 4))
    assert type((1j * Tensor(2.0)).data) is np.complex128


def test_the_derivative_of_a_power_of_a_large_int():
    np.testing.assert_allclose(grad(lambda t: (10**30) ** t)(2.0), 1e60 * np.log(1e30))


def test_what_a_formula_returns_stays_its_owners(tmp_path):
    """A memmap, too, is copied before a gradient is added to it or handed out."""
    held = np.memmap(tmp_path / "m", dtype=float, mode="w+", shape=3)
    held[:] = 2
    twice = primitive(lambda x: x * 2.0).vjp(x=lambda g: held)
    x = Tensor(np.ones(3), requires_grad=True)
    (twice(x).sum() + twice(x).sum()).backward()
    np.testing.assert_array_equal(x.grad, 4 * np.ones(3))
    gradients(twice(x).sum(), x).fill(7)
    np.testing.assert_array_equal(held, 2 * np.ones(3))


def test_an_argument_without_a_formula_is_the_users_own():
    table = np.array([(1.0, 2.0), (3.0, 4.0)], dtype=[("a", float), ("b", float)])
    scaled = primitive(lambda x, by: x * by.a).vjp(x=lambda g, by: g * by.a)
    x = Tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(
        gradients(scaled(x, table.view(np.recarray)).sum(), x), [1.0, 3.0]
    )
