"""gradcheck finds what is wrong, and says where."""

import numpy as np
import pytest

from autograd import Tensor, gradcheck, primitive
from autograd.errors import DtypeError, GradcheckError


def square(formula):
    @primitive
    def square(x):
        return x * x

    return square.vjp(x=formula)


def test_a_right_formula_passes():
    report = gradcheck(square(lambda g, x: 2 * g * x), np.array([1.0, -2.0, 0.5]))
    assert report.ok
    assert not report.kinks
    assert "all agree" in str(report)
    assert "<table>" in report._repr_html_()


def test_a_wrong_formula_is_named_with_both_numbers():
    with pytest.raises(GradcheckError) as e:
        gradcheck(square(lambda g, x: g * x), np.array([1.0, -2.0]))
    text = str(e.value)
    assert "order 1 derivative of square for x[" in text
    row = e.value.report.rows[0]
    assert row.status == "FAIL"
    assert row.numeric == pytest.approx(2 * row.formula, rel=1e-6)
    assert f"{row.formula:.10g}" in text
    assert f"{row.numeric:.10g}" in text


def test_wrong_in_a_single_element():
    def almost(g, x):
        wrong = np.zeros(x.shape)
        wrong[1, 2] = 1e-3
        return 2 * g * x + g * wrong

    report = gradcheck(square(almost), np.ones((3, 4)), raise_on_failure=False)
    assert not report.ok
    assert report.rows[0].index == (1, 2)


def test_a_formula_right_at_first_order_but_not_at_second():
    def constant(g, x):
        return 2 * g * getattr(x, "data", x) if type(x) is Tensor else 2 * g * x

    with pytest.raises(GradcheckError, match="order 2 derivative of square for x"):
        gradcheck(square(constant), np.array([1.0, 2.0]))
    assert gradcheck(square(constant), np.array([1.0, 2.0]), order=1).ok


def test_a_formula_that_is_not_linear_in_the_cotangent():
    with pytest.raises(GradcheckError):
        gradcheck(square(lambda g, x: 2 * g * g * x), np.array([1.0, 2.0]))


def test_a_formula_that_depends_on_the_memory_layout():
    def flat(g, x):
        return 2 * g * x if x.flags.c_contiguous else np.zeros_like(x)

    with pytest.raises(GradcheckError, match="contiguous"):
        gradcheck(square(flat), np.ones((2, 3)), order=1)


@pytest.mark.parametrize("f", [np.abs, lambda x: np.maximum(x, 0), lambda x: np.clip(x, 0, 5)])
def test_kinks_are_reported_as_kinks(f):
    report = gradcheck(f, np.array([0.0, 1.0, -2.0]))
    assert report.ok
    assert report.kinks[0].index == (0,)
    assert "kink" in str(report)


def test_a_wrong_subgradient_at_a_kink_fails():
    @primitive
    def relu(x):
        return np.maximum(x, 0)

    relu.vjp(x=lambda g, x: g * np.where(x == 0, 3, x > 0))
    with pytest.raises(GradcheckError):
        gradcheck(relu, np.array([0.0, 1.0]))


def test_the_edge_of_the_domain():
    report = gradcheck(np.sqrt, np.array([0.0, 4.0]))
    assert report.ok
    assert report.kinks[0].status == "edge"


def test_nan_fails():
    with pytest.raises(GradcheckError):
        gradcheck(square(lambda g, x: g * x * np.nan), np.array([1.0]))


def test_strong_curvature_is_no_kink():
    report = gradcheck(lambda x: np.sin(1000 * x), np.array([0.1, 0.2]), rtol=1e-3)
    assert report.ok
    assert not report.kinks


@pytest.mark.parametrize("seed", range(6))
def test_a_wrong_slope_at_a_stationary_point_is_no_kink(seed):
    @primitive
    def parabola(x):
        return x * x - 0.6 * x

    parabola.vjp(x=lambda g, x: g * (2 * x - 0.6 + 5.0 * (x == 0.3)))
    with pytest.raises(GradcheckError):
        gradcheck(parabola, np.array([0.3, 0.1]), order=1, seed=seed)


@pytest.mark.parametrize("scale", [1e-8, 1e-4, 1.0, 1e4])
def test_a_wrong_slope_is_found_at_every_scale(scale):
    @primitive
    def sine(x, wrong):
        return scale * np.sin(x)

    sine.vjp(x=lambda g, x, wrong: scale * g * np.cos(x) * (1 + wrong))
    x = np.array([0.5, -1.2, 2.0])
    assert gradcheck(lambda x: sine(x, 0.0), x).ok
    for wrong in (-1.0, 0.001):
        with pytest.raises(GradcheckError):
            gradcheck(lambda x, wrong=wrong: sine(x, wrong), x)
    with pytest.raises(GradcheckError):
        gradcheck(square(lambda g, x: 2.001 * g * x), 1e4 * x)


@pytest.mark.parametrize("x", [5e-5, 2e-5])
def test_a_right_formula_passes_where_the_function_bends_within_a_step(x):
    for f in (np.log, np.sqrt, lambda x: 1 / x, lambda x: np.sin(x / 1e-4)):
        assert gradcheck(f, np.array([x, 1.0])).ok
    for f in (np.maximum, np.minimum):  # a kink nearby
        assert gradcheck(lambda x, f=f: f(x, 1e-7), np.array([0.0, 1.0])).ok
    wrong = primitive(lambda x: np.log(x)).vjp(x=lambda g, x: 1.001 * g / x)
    with pytest.raises(GradcheckError):
        gradcheck(wrong, np.array([x, 1.0]))


def test_single_precision_is_named():
    with pytest.raises(GradcheckError, match=r"float32, .* eps=1e-3, rtol=1e-3, atol=1e-3"):
        gradcheck(lambda x: np.sin(x.astype(np.float32)), np.array([0.5, 2.0]))
    loose = {"eps": 1e-3, "rtol": 1e-3, "atol": 1e-3}
    assert gradcheck(lambda x: np.sin(x.astype(np.float32)), np.array([0.5, 2.0]), **loose).ok


def test_trees_integers_and_several_outputs():
    def f(p, k, scale):
        return [p["w"][k] * scale, {"sum": p["b"] + p["w"]}]

    p = {"w": np.array([1.0, 2.0, 3.0]), "b": np.float32(0.5)}
    report = gradcheck(f, p, np.array([0, 0, 2]), 2.0)
    assert [r.argument for r in report.rows[:3]] == ["p.0", "p.1", "scale"]


def test_a_scalar_function_shows_its_own_derivative():
    report = gradcheck(lambda a, b, n: a * b**n, 5.0, 3.0, 2)
    assert [round(r.formula, 6) for r in report.rows[:2]] == [9.0, 30.0]
    assert "not differentiated, being no floating numbers: n" in str(report)


def test_eps_one_is_exact_for_bilinear_functions():
    a, b = np.arange(6.0).reshape(2, 3), np.ones((3, 2))
    assert gradcheck(np.matmul, a, b, eps=1.0, rtol=1e-13, atol=1e-13).ok


def test_large_inputs_are_sampled():
    report = gradcheck(np.tanh, np.linspace(-1, 1, 1000), order=1)
    assert report.rows[0].checked == 200


def test_nothing_to_check():
    with pytest.raises(DtypeError, match="no input.*3.0 instead of 3"):
        gradcheck(lambda x: x, np.array([1, 2]))
    with pytest.raises(DtypeError, match="argmax returned no floating array"):
        gradcheck(np.argmax, np.ones(3))


def test_a_function_that_changes_its_input():
    def f(x, k):
        k += 1
        return x[k % 3]

    with pytest.raises(GradcheckError, match="changed its input number 1"):
        gradcheck(f, np.ones(3), np.array([0, 1]), order=1)


def test_a_random_function_is_refused_though_its_jumps_look_like_kinks():
    wrong = square(lambda g, x: 7 * g)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        with pytest.raises(GradcheckError, match="noisy gives different results for the same inp"):

            def noisy(x):
                return wrong(x) + rng.normal()

            gradcheck(noisy, np.array([0.5]), order=1)


def test_results_that_do_not_depend_on_the_input():
    assert gradcheck(lambda x: np.ones(3), np.ones(2)).ok


def test_complex_inputs_and_outputs():
    z = np.array([1.0 + 2.0j, -0.5 + 0.3j])
    for f in (np.exp, np.abs, np.real, np.conj, lambda z: z * np.conj(z), np.fft.fft, np.angle):
        report = gradcheck(f, z)
        assert report.ok
        assert not report.kinks
    assert gradcheck(lambda x: x * (1 + 2j), np.array([1.0, 2.0])).ok


def test_a_wrong_imaginary_part_fails():
    @primitive
    def conj(x):
        return np.conjugate(x)

    conj.vjp(x=lambda g: g)  # right for the real part alone
    with pytest.raises(GradcheckError):
        gradcheck(conj, np.array([1.0 + 2.0j]))


def test_a_primitive_without_conjugation_is_right_for_holomorphic_functions():
    assert gradcheck(square(lambda g, x: 2 * g * x), np.array([1.0 - 2.0j, 0.5j])).ok
    with pytest.raises(GradcheckError):
        gradcheck(square(lambda g, x: 2 * g * np.conjugate(x)), np.array([1.0 - 2.0j, 0.5j]))
