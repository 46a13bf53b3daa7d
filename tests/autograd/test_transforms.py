"""Transforms of functions: values, nesting, trees, and what they refuse."""

from collections import namedtuple

import numpy as np
import pytest

from autograd import (
    Tensor,
    elementwise_grad,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    make_vjp,
    multigrad_dict,
    value_and_grad,
    vjp,
)
from autograd.errors import DtypeError, ShapeError, ValueRangeError

x3 = np.array([0.3, -0.7, 1.1])
Q = np.array([[2.0, 1.0, 0.0], [3.0, -1.0, 0.5], [0.2, 0.0, 4.0]])


def quadratic(x):
    return x @ Q @ x


def test_quadratic_form():
    np.testing.assert_allclose(grad(quadratic)(x3), (Q + Q.T) @ x3)
    np.testing.assert_allclose(hessian(quadratic)(x3), Q + Q.T)
    np.testing.assert_allclose(hvp(quadratic)(x3, np.ones(3)), (Q + Q.T) @ np.ones(3))


def test_first_order_results_are_plain():
    value, g = value_and_grad(quadratic)(x3)
    assert isinstance(value, float)
    assert type(g) is np.ndarray
    assert value == pytest.approx(x3 @ Q @ x3)
    assert grad(quadratic)(x3.astype(np.float32)).dtype == np.float32  # though Q is float64
    assert grad(np.sum)(x3.astype(np.float32)).dtype == np.float32


def test_nested_to_any_order():
    f = grad(grad(grad(grad(lambda x: np.sin(2 * x)))))
    assert float(f(0.4)) == pytest.approx(16 * np.sin(0.8))


def test_inner_variable_is_not_confused_with_the_outer_one():
    assert grad(lambda x: x * grad(lambda y: x * y)(x))(3.0) == 6.0
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(3.0) == 1.0


def test_a_gradient_inside_a_loss_can_be_trained_through():
    w = Tensor(2.0, requires_grad=True)

    def penalty(x):
        return np.sum(w * x**3)

    g = grad(penalty)(x3)  # closes over w, so it stays in w's graph
    assert type(g) is Tensor
    np.testing.assert_allclose(gradients(np.sum(g * g), w), np.sum(2 * w.data * (3 * x3**2) ** 2))


def test_a_result_whose_leaf_is_gone_can_be_trained_through():
    h = Tensor(2.0, requires_grad=True) * 3  # nobody holds the leaf
    f = lambda x: x**2 * h  # noqa: E731
    for slope in (grad(f)(3.0), jvp(f, (3.0,), (1.0,))[1], vjp(f, 3.0)[1](1.0)[0]):
        assert float(gradients(slope * h, h)) == 72.0  # of 2 x h²


def test_several_results_are_refused_whatever_tuple_they_are_in():
    Pair = namedtuple("Pair", "a b")
    with pytest.raises(DtypeError, match="returned a Pair, expected one array"):
        grad(lambda x: Pair(x, x))(2.0)


def test_jacobian_shapes_and_values():
    f = lambda x: np.stack([np.sum(x), np.prod(x)])  # noqa: E731
    np.testing.assert_allclose(jacobian(f)(x3), [np.ones(3), np.prod(x3) / x3])
    assert jacobian(np.outer)(x3, np.ones(2)).shape == (3, 2, 3)
    assert jacobian(np.outer, argnum=1)(x3, np.ones(2)).shape == (3, 2, 2)
    both = jacobian(np.outer, argnum=(0, 1))(x3, np.ones(2))
    assert [j.shape for j in both] == [(3, 2, 3), (3, 2, 2)]
    assert jacobian(lambda x: x[:0])(x3).shape == (0, 3)
    np.testing.assert_array_equal(jacobian(lambda x: np.ones(2))(x3), np.zeros((2, 3)))


def test_softmax_jacobian():
    from autograd import ops

    p = ops.softmax(x3)
    np.testing.assert_allclose(jacobian(ops.softmax)(x3), np.diag(p) - np.outer(p, p), atol=1e-15)


def test_hessian_of_several_results():
    found = hessian(lambda x: x**2 * x[0])(np.array([2.0, 3.0]))
    np.testing.assert_allclose(found, [[[12, 0], [0, 0]], [[0, 6], [6, 4]]])


def test_hessian_of_a_norm():
    h = hessian(lambda x: np.sqrt(np.sum(x * x)))(x3)
    n = np.linalg.norm(x3)
    np.testing.assert_allclose(h, np.eye(3) / n - np.outer(x3, x3) / n**3, atol=1e-14)


def test_trees_in_trees_out():
    def f(p, s):
        return np.sum(p["w"] * p["b"][0]) + s * p["b"][1]

    p = {"w": x3, "b": (2.0, np.float64(5.0))}
    g = grad(f)(p, 3.0)
    np.testing.assert_array_equal(g["w"], np.full(3, 2.0))
    assert type(g["b"]) is tuple
    assert g["b"][0] == pytest.approx(np.sum(x3))
    assert g["b"][1] == 3.0
    assert grad(f, argnum=(0, 1))(p, 3.0)[1] == 5.0
    h = hvp(lambda p: np.sum(p["a"] ** 2 * p["c"]))({"a": x3, "c": x3}, {"a": np.ones(3), "c": x3})
    np.testing.assert_allclose(h["a"], 2 * x3 + 2 * x3 * x3)


def test_dicts_are_matched_by_key():
    f = lambda p: np.sum(p["a"] ** 3) + 5 * np.sum(p["b"] ** 3)  # noqa: E731
    p, v = {"a": x3, "b": x3}, {"b": np.zeros(3), "a": np.ones(3)}
    h = hvp(f)(p, v)
    np.testing.assert_allclose(h["a"], 6 * x3)
    np.testing.assert_array_equal(h["b"], np.zeros(3))
    assert float(jvp(f, (p,), (v,))[1]) == pytest.approx(np.sum(3 * x3**2))


def test_vjp_and_jvp_are_adjoint():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 3)), rng.standard_normal((3, 4))
    f = lambda a, b: np.tanh(a @ b)  # noqa: E731
    u, (da, db) = rng.standard_normal((2, 4)), (rng.standard_normal((2, 3)), np.ones((3, 4)))
    y, pull = vjp(f, a, b)
    ga, gb = pull(u)
    value, slope = jvp(f, (a, b), (da, db))
    np.testing.assert_array_equal(value, y)
    assert np.sum(slope * u) == pytest.approx(np.sum(ga * da) + np.sum(gb * db))
    assert type(slope) is np.ndarray
    _, zero = jvp(lambda x: np.ones(2), (1.0,), (1.0,))
    np.testing.assert_array_equal(zero, [0.0, 0.0])


def test_jacobian_of_a_complex_result():
    phases = lambda x: np.exp(1j * x)  # noqa: E731
    np.testing.assert_allclose(jacobian(phases)(x3), np.diag(1j * np.exp(1j * x3)))
    np.testing.assert_allclose(jacobian(np.fft.fft)(x3), np.fft.fft(np.eye(3)))
    np.testing.assert_allclose(jacobian(np.exp)(1j * x3), np.diag(np.exp(1j * x3)))
    np.testing.assert_allclose(elementwise_grad(np.exp)(1j * x3), np.exp(1j * x3))


def test_jvp_differentiates_again():
    f = lambda x: jvp(np.sin, (x,), (1.0,))[1]  # noqa: E731
    assert grad(f)(0.3) == pytest.approx(-np.sin(0.3))


def test_elementwise_grad():
    np.testing.assert_allclose(elementwise_grad(np.tanh)(x3), 1 - np.tanh(x3) ** 2)
    np.testing.assert_allclose(elementwise_grad(elementwise_grad(np.sin))(x3), -np.sin(x3))


def test_options_and_names():
    def power(x, n=2):
        """The docstring."""
        return x**n

    assert grad(power)(3.0, n=3) == 27.0
    assert grad(power).__name__ == "grad(power)"
    assert "The docstring." in grad(power).__doc__


def test_independent_of_the_argument_is_zero():
    for zero in (
        grad(lambda x: 3.0)(1.0),
        grad(lambda a, b: a * a, 1)(1.0, 2.0),
        jvp(lambda x: 3.0, (1.0,), (1.0,))[1],
        gradients(Tensor(1.0, requires_grad=True), Tensor(2.0, requires_grad=True)),
    ):
        assert zero == 0.0 and type(zero) is np.float64  # as a gradient that is not 0
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.ones(2)))(x3), np.zeros(3))


FIRST_OF_TWO = [
    (lambda: grad(lambda x: x[0])((1.0, 2.0)), (1, 0)),
    (lambda: grad(lambda a, b: a, (0, 1))(1.0, 2.0), (1, 0)),
    (lambda: grad(lambda d: d["a"])({"a": 1.0, "b": 2.0}), {"a": 1, "b": 0}),
    (lambda: multigrad_dict(lambda a, b=2.0: a)(1.0), {"a": 1, "b": 0}),
    (lambda: value_and_grad(lambda x: x[0])((5.0, 2.0)), (5, (1, 0))),
    (lambda: elementwise_grad(lambda x: x[0])((5.0, 2.0)), (1, 0)),
    (lambda: jacobian(lambda a, b: a, (0, 1))(1.0, 2.0), (1, 0)),
    (lambda: vjp(lambda a, b: a, 1.0, 2.0)[1](3.0), (3, 0)),
    (lambda: make_vjp(lambda x: x[0])((1.0, 2.0))[0](3.0), (3, 0)),
    (lambda: hvp(lambda x: x[0])((1.0, 2.0), (1.0, 1.0)), (0, 0)),
    (lambda: grad(lambda t: grad(lambda a, b: a, (0, 1))(t, 2.0)[0] * t)(3.0), 1),
]


@pytest.mark.parametrize("call, expected", FIRST_OF_TWO, ids=range(len(FIRST_OF_TWO)))
def test_an_input_returned_as_it_is(call, expected):
    """The others, later ones too, have the gradient 0."""
    assert call() == expected


def test_an_argument_changed_in_place_inside_another_derivative():
    def f(x):
        x[0] = 2 * x[1]
        return np.sum(x**2)  # 5 x₁²

    np.testing.assert_array_equal(hvp(f)(np.ones(2), np.ones(2)), [0, 10])


def test_a_list_is_no_vector():
    with pytest.raises(TypeError) as caught:
        grad(lambda x: x**2)([1.0, 2.0])
    assert caught.value.__notes__ == [
        "grad: a list holds separate variables; pass a vector as np.array"
    ]
    with pytest.raises(TypeError) as caught:  # of vectors, it is meant
        grad(lambda x: x**2)([x3, x3])
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: grad(np.sin)(x3), ShapeError, r"returned shape \(3,\).*jacobian"),
        (lambda: grad(np.sin)(3), DtypeError, "dtype int64.*3.0 instead of 3"),
        (
            lambda: grad(Tensor(3.0), Tensor(1.0)),
            DtypeError,
            r"grad: .*got Tensor.*gradients\(y, xs",
        ),
        (lambda: jacobian(np.sin, x3), DtypeError, r"got float64\[3\]. .*: jacobian\(f\)\(x\)"),
        (lambda: hessian(np.sum, x3), DtypeError, r"hessian: argnum .*hessian\(f\)\(x\)"),
        (lambda: grad(np.sin, 1.0), DtypeError, "grad: argnum is the number .*, got 1.0"),
        (lambda: hvp(np.sum, (0, x3)), DtypeError, "hvp: argnum is the number"),
        (lambda: jvp(np.sin, x3, x3), DtypeError, r"jvp\(f, \(x,\), \(v,\)\)"),
        (lambda: vjp(np.sin), DtypeError, r"y, pull = vjp\(f, x\)"),
        (lambda: grad(np.sin, argnum=1)(3.0), ValueRangeError, "argnum 1 names no"),
        (lambda: grad(lambda x: (x, x))(3.0), DtypeError, "returned a tuple.*np.stack"),
        (lambda: grad(lambda x: None)(3.0), DtypeError, "returned a NoneType"),
        (lambda: jvp(np.sin, (1.0,), (np.ones(2),)), ShapeError, r"tangent 0 has shape \(2,\)"),
        (
            lambda: jvp(np.sin, (1.0,), (1.0, 2.0)),
            ShapeError,
            "tangents: expected a list of 1, got tuple of 2",
        ),
        (lambda: grad(lambda x: np.sum(np.fft.fft(x)))(x3), DtypeError, r"complex.*np\.real"),
        (lambda: grad(np.sum)(1j * x3), DtypeError, "holomorphic_grad"),
        (lambda: elementwise_grad(lambda x: 1j * x)(x3), DtypeError, "a gradient each"),
        (lambda: Tensor(1j, requires_grad=True).backward(), DtypeError, "1j is complex.*cotangent"),
        (lambda: hvp(np.sum)(x3, 1.0), ShapeError, r"hvp: tangent 0 has shape \(\)"),
        (lambda: vjp(np.sin, x3)[1](1.0), ShapeError, r"cotangent has shape \(\), expected \(3,\)"),
    ],
)
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()
