"""Forward mode has no formulas of its own: here it is held to backward, which the table checks."""

import numpy as np
import pytest

from autograd import Tensor, forward, grad, jvp, no_grad, primitive, recording, vjp
from autograd.errors import DtypeError, GraphError
from autograd.ops import operations
from autograd.trees import flatten
from tests.autograd.cases import CASES

rng = np.random.default_rng(11)


def random_like(x):
    v = rng.standard_normal(np.shape(x))
    return v + 1j * rng.standard_normal(np.shape(x)) if np.iscomplexobj(x) else v


def results(case):
    """The inputs of a case as floating arrays, and a function for each of its results."""
    xs = [np.asarray(x, complex if np.iscomplexobj(x) else float) for x in case.inputs]
    several = len(flatten(case.f(*xs))[0])
    return xs, [lambda *a, k=k: flatten(case.f(*a))[0][k] for k in range(several)]


def back(f, xs, u, directions):
    """<Jᵀu, v>, by backward."""
    pulled = vjp(f, *xs)[1](u)
    return sum(np.sum(p * v) for p, v in zip(pulled, directions, strict=True))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_forward_and_backward_are_adjoint(case):
    """<u, J v> = <Jᵀu, v> for every operation and every one of its results."""
    xs, functions = results(case)
    for f in functions:
        directions = list(map(random_like, xs))
        y, slope = jvp(f, xs, directions)
        assert slope.dtype == y.dtype
        u = random_like(y)
        expected = np.real(back(f, xs, u, directions))
        assert np.real(np.sum(u * slope)) == pytest.approx(expected, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_forward_mode_differentiates_again(case):
    """d<u, J v>/dx = d<Jᵀu, v>/dx."""
    xs, functions = results(case)
    for f in functions:
        directions, u = list(map(random_like, xs)), random_like(f(*xs))
        each = tuple(range(len(xs)))
        ahead = grad(lambda *a: np.real(np.sum(u * jvp(f, a, directions)[1])), each)
        behind = grad(lambda *a: np.real(back(f, a, u, directions)), each)
        for got, expected in zip(ahead(*xs), behind(*xs), strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-10)


def rules_used(monkeypatch, f, *args):
    """The rule and the operation of every node that forward mode goes through."""
    used = []
    for rule in ("_diagonal", "_linear", "_transposed"):

        def noted(node, *rest, rule=rule, real=getattr(forward, rule)):
            used.append((rule, node.plan.op.__name__))
            return real(node, *rest)

        monkeypatch.setattr(forward, rule, noted)
    jvp(f, args, args)
    return used


def test_the_rules(monkeypatch):
    x, w = rng.standard_normal((2, 3)), rng.standard_normal((3, 3))
    used = rules_used(monkeypatch, lambda x, w: np.linalg.det(np.tanh(x.T @ x + w)), x, w)
    assert used == [
        ("_linear", "transpose"),
        ("_linear", "matmul"),
        ("_diagonal", "add"),
        ("_diagonal", "tanh"),
        ("_transposed", "det"),
    ]


def test_forward_over_forward():
    cubed = lambda x: x**3  # noqa: E731
    slope = lambda x: jvp(cubed, (x,), (1.0,))[1]  # noqa: E731
    assert float(jvp(slope, (2.0,), (1.0,))[1]) == 12.0
    assert float(jvp(lambda x: jvp(slope, (x,), (1.0,))[1], (2.0,), (1.0,))[1]) == 6.0
    x = rng.standard_normal(3)
    hessian_v = jvp(grad(lambda x: np.sum(np.sin(x) * x[0])), (x,), (np.ones(3),))[1]
    expected = grad(lambda x: np.sum(grad(lambda x: np.sum(np.sin(x) * x[0]))(x)))(x)
    np.testing.assert_allclose(hessian_v, expected)


def test_perturbations_are_not_confused():
    inner = lambda x: jvp(lambda y: x * y, (2.0,), (1.0,))[1]  # noqa: E731, dy(xy) = x
    assert float(jvp(lambda x: x * inner(x), (3.0,), (1.0,))[1]) == 6.0


def test_zero_times_an_infinite_derivative_is_zero():
    f = lambda x: np.where(x > 0, np.sqrt(np.abs(x)), 2 * x)  # noqa: E731
    _, slope = jvp(f, (np.array([0.0, 4.0]),), (np.ones(2),))
    np.testing.assert_array_equal(slope, [2.0, 0.25])
    assert jvp(np.sqrt, (0.0,), (1.0,))[1] == np.inf
    assert jvp(np.sqrt, (0.0,), (0.0,))[1] == 0.0


def test_forward_over_reverse_where_a_number_is_infinite():
    f = lambda x: np.sum(x[:, None] * x[None, :])  # noqa: E731, whose Hessian is 2 everywhere
    with np.errstate(invalid="ignore"):
        _, slope = jvp(grad(f), (np.array([1.0, 2.0, -np.inf]),), (np.ones(3),))
    np.testing.assert_array_equal(slope, [6.0, 6.0, 6.0])


@pytest.mark.parametrize("f", [np.logaddexp, np.logaddexp2])
def test_forward_over_reverse_where_one_term_is_nothing(f):
    for x in (np.array([1e5, 1.0]), np.array([-800.0, 800.0]), np.array([np.inf, 1.0])):
        _, slope = jvp(grad(lambda x: f(*x)), (x,), (np.array([1.0, 2.0]),))
        np.testing.assert_array_equal(slope, [0.0, 0.0])


def test_what_has_no_derivative_has_no_tangent():
    """As backward: vectors of equal values give NaN, phases of complex vectors are refused."""
    same, v = np.eye(3), np.diag([1.0, 2.0, 3.0]) + 0.1
    largest = lambda a: np.linalg.eigh(a)[1][0, 0]  # noqa: E731
    assert np.isnan(jvp(largest, (same,), (v,))[1])
    trace = lambda a: np.sum(np.linalg.eigh(a)[0])  # noqa: E731
    assert jvp(trace, (same,), (v,))[1] == pytest.approx(np.trace(v))
    hermitian = np.array([[2.0, 1 + 1j], [1 - 1j, 3.0]])
    with pytest.raises(GraphError, match=r"factor e\^\(it\)"):
        jvp(lambda a: np.sum(np.real(np.linalg.eigh(a)[1])), (hermitian,), (hermitian,))
    power = lambda a: np.abs(np.linalg.eigh(a)[1][0, 0]) ** 2  # noqa: E731
    assert np.isfinite(jvp(power, (hermitian,), (np.array([[1.0, 0], [0, 0]]) + 0j,))[1])


@pytest.mark.parametrize("f", [lambda x, m, k: m @ x, lambda x, m, k: x[k], lambda x, m, k: m * x])
def test_arrays_that_the_function_changes_later(f):
    """The tangent belongs to the values that an operation was called with."""

    def scratch(x):
        m, k = np.arange(9.0).reshape(3, 3), np.array([2, 0])
        y = f(x, m, k)
        m[:], k[:] = 7.0, 1
        return y

    x, v = rng.standard_normal((2, 3))
    expected = f(v, np.arange(9.0).reshape(3, 3), np.array([2, 0]))
    np.testing.assert_array_equal(jvp(scratch, (x,), (v,))[1], expected)


@pytest.mark.parametrize("f", [lambda w, x: w @ x, lambda w, x: np.sum(w * x)])
def test_a_leaf_that_the_function_changes_later_is_refused(f):
    w = Tensor(np.eye(3), requires_grad=True, name="w")

    def changing(x):
        y = f(w, x)
        with no_grad():
            w.assign(2.0)
        return y

    with pytest.raises(GraphError, match="assign on 'w' has changed it in place"):
        jvp(changing, (np.ones(3),), (np.ones(3),))


def test_float32_stays_float32():
    x = rng.standard_normal((2, 3)).astype(np.float32)
    for v in (np.ones((2, 3)), np.ones((2, 3), np.float32), np.ones((2, 3), int)):
        _, slope = jvp(lambda x: np.sum(np.exp(x), axis=0), (x,), (v,))
        assert slope.dtype == np.float32
    with pytest.raises(DtypeError, match="tangent has dtype complex128, but its input has float32"):
        jvp(np.exp, (x,), (1j * np.ones((2, 3)),))


def test_a_primitive_of_the_user():
    @primitive(linear=True)
    def halves(x):
        return x[::2] / 2

    halves.vjp(x=lambda g, x_shape: np.repeat(g, 2)[: x_shape[0]] * np.resize([0.5, 0], x_shape))
    v = np.arange(1.0, 6.0)
    np.testing.assert_allclose(jvp(lambda x: halves(x) * x[0], (v,), (v,))[1], v[::2] * v[0])
    np.testing.assert_allclose(jvp(halves, (v,), (v,))[1], v[::2] / 2)


def test_under_a_watcher():
    """What watches a run sees that of the function; forward mode takes nothing from it."""
    seen = []

    class Names(recording.Watcher):
        def made(self, node, value):
            seen.append(node.plan.op.__name__)

    with recording.watched(Names()):
        jvp(lambda x: np.sum(np.exp(x)), (np.ones(2),), (np.ones(2),))
    assert seen == ["exp", "sum"]
    assert recording.state.watcher is None


def test_a_variable_that_is_the_result():
    y, slope = jvp(lambda x: x, (2.0,), (5.0,))
    assert (float(y), float(slope)) == (2.0, 5.0)
    w = Tensor(3.0, requires_grad=True)
    _, slope = jvp(lambda x: w, (2.0,), (5.0,))
    assert float(slope) == 0.0


def test_many_operations_in_one_pass():
    """Each node once: a pass over 10,000 of them, nested too, is not quadratic."""

    def f(x):
        for _ in range(1500):
            x = np.sort(np.sin(x) + x)
        return np.sum(x)

    x = np.linspace(0.1, 1, 3)
    np.testing.assert_allclose(
        grad(lambda x: jvp(f, (x,), (np.ones(3),))[1])(x),
        grad(lambda x: np.sum(grad(f)(x)))(x),
        rtol=1e-6,
    )


def test_linear_operations_say_so():
    """Those the lectures call linear are their own derivative."""
    names = "reshape transpose sum mean getitem concatenate stack matmul conv_dx roll cumsum"
    assert all(operations[n].linear for n in names.split())


@pytest.mark.parametrize("f", [np.linalg.norm, lambda x: np.hypot(x[0], x[1]), np.std])
def test_the_slope_of_a_norm_at_0_cannot_be_differentiated_again(f):
    """That of norm(x)² is 2 v · x, but its parts, 2 norm(x) and d norm(x), do not tell: NaN."""
    x, v = np.zeros(2), np.array([1.0, 2.0])

    def slope_of(x):
        return jvp(lambda x: f(x) ** 2, (x,), (v,))[1]

    assert slope_of(x) == 0
    assert np.all(np.isnan(grad(slope_of)(x)))
    assert np.isnan(jvp(slope_of, (x,), (v,))[1])
