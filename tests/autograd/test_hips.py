"""Scripts written for HIPS autograd run unchanged, and print what it prints."""

import gc
import os
import re
import subprocess
import sys
import weakref
from collections import OrderedDict, namedtuple
from pathlib import Path

import numpy
import pytest

import autograd
import autograd.numpy as np
from autograd import (
    Tensor,
    deriv,
    elementwise_grad,
    grad,
    grad_and_aux,
    grad_named,
    gradcheck,
    hessian,
    hessian_vector_product,
    holomorphic_grad,
    jacobian,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_jvp_reversemode,
    make_vjp,
    multigrad_dict,
    tensor_jacobian_product,
)
from autograd import builtins as ag
from autograd.draw import draw, step_through
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.extend import (
    Box,
    defjvp,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    notrace_primitive,
    primitive,
    vspace,
)
from autograd.misc import const_graph, flatten
from autograd.misc.fixed_points import fixed_point
from autograd.misc.flatten import flatten_func
from autograd.misc.optimizers import adam, rmsprop, sgd
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.numpy.numpy_vjps import unbroadcast_f
from autograd.tensor import FUNCTIONS, UFUNCS
from autograd.test_util import check_grads, check_jvp, check_vjp, combo_check

HERE = Path(__file__).parent
EXAMPLES = HERE / "hips_examples"
NAMES = sorted(p.stem for p in EXAMPLES.glob("*.py"))
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\bnan\b|\binf\b")

x3 = numpy.array([0.3, -0.7, 1.1])
A = numpy.array([[2.0, 1.0, 0.0], [3.0, -1.0, 0.5]])


@pytest.mark.parametrize("name", NAMES)
def test_example(name, tmp_path):
    """Every number as HIPS autograd printed it (to 8 digits), and every word between them."""
    root = HERE.parent.parent
    run = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    head, expected = (EXAMPLES / "expected" / f"{name}.txt").read_text().split("\n", 1)
    assert head.startswith("# HIPS autograd 1.9.1")
    assert NUMBER.sub("#", run.stdout).split() == NUMBER.sub("#", expected).split()
    ours, theirs = ([float(n) for n in NUMBER.findall(t)] for t in (run.stdout, expected))
    numpy.testing.assert_allclose(ours, theirs, rtol=3e-7, atol=2e-8)


def test_every_example_has_its_numbers():
    assert len(NAMES) >= 12
    assert sorted(p.stem for p in (EXAMPLES / "expected").glob("*.txt")) == NAMES


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "module, names",
    [
        (
            "autograd",
            "primitive dict isinstance list tuple type checkpoint deriv elementwise_grad grad "
            "grad_and_aux grad_named hessian hessian_tensor_product hessian_vector_product "
            "holomorphic_grad jacobian make_ggnvp make_hvp make_jvp make_vjp multigrad_dict "
            "tensor_jacobian_product value_and_grad vector_jacobian_product",
        ),
        (
            "autograd.extend",
            "VSpace def_linear defjvp defjvp_argnum defjvp_argnums defvjp defvjp_argnum "
            "defvjp_argnums vspace Box notrace_primitive primitive",
        ),
        ("autograd.builtins", "dict isinstance list tuple type"),
        ("autograd.test_util", "check_grads check_vjp check_jvp combo_check"),
        ("autograd.misc", "flatten const_graph"),
        ("autograd.misc.optimizers", "sgd rmsprop adam"),
        ("autograd.misc.fixed_points", "fixed_point"),
        ("autograd.numpy", "array concatenate pi newaxis ndarray float64 row_stack make_diagonal"),
        ("autograd.numpy.linalg", "norm inv solve det slogdet cholesky eigh LinAlgError"),
        ("autograd.numpy.fft", "fft ifft fft2 rfft fftshift"),
        ("autograd.numpy.random", "seed randn rand RandomState default_rng"),
    ],
)
def test_names(module, names):
    made = {}
    for name in names.split():
        exec(f"from {module} import {name}", made)
        assert name in made


def test_it_is_numpy():
    assert np.exp is numpy.exp
    assert np.random.randn is numpy.random.randn
    assert np.linalg.solve is numpy.linalg.solve
    assert np.fft.fft is numpy.fft.fft
    public = [n for n in numpy.__all__ if hasattr(numpy, n)]
    assert {n for n in public if not hasattr(np, n)} == set()
    assert {"exp", "array", "linalg", "sum"} <= set(dir(np))
    scope: dict = {}
    exec("from autograd.numpy import *", scope)
    assert scope["tanh"] is numpy.tanh
    assert scope["array"] is np.array
    with pytest.raises(AttributeError, match="nothing"):
        np.nothing
    with pytest.raises(AttributeError, match="nothing"):
        autograd.nothing


def test_only_when_asked_for():
    code = (
        "import sys, autograd, nn; LATER = 'autograd.numpy', 'autograd.misc', 'autograd.extend'; "
        "assert not [m for m in sys.modules if m.startswith(LATER)]; "
        "assert autograd.numpy.array and autograd.tuple is tuple"
    )
    root = str(HERE.parent.parent)
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": root})


# -- autograd.numpy -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.array([x[0] * x[1], x[2], 1.0]),
        lambda x: np.array([[x[0], 2.0], (x[1], x[2] ** 2)]),
        lambda x: np.array([x, 2 * x, numpy.ones(3)]),
        lambda x: np.array([x[k] ** 2 for k in range(3)], dtype=float),
        lambda x: np.array(x),
        lambda x: np.array(x, ndmin=3),
        lambda x: np.asarray([x[0], x[1]]),
        lambda x: np.asarray(x),
        lambda x: np.asanyarray([x[2]]),
        lambda x: np.ascontiguousarray(x[1]),
        lambda x: np.full((2, 2), x[0]),
        lambda x: np.full((2, 3), x),
        lambda x: np.full_like(x, x[1]),
        lambda x: np.full_like(numpy.ones((2, 2)), x[1]),
        lambda x: np.linspace(x[0], 2.0, 4),
        lambda x: np.linspace(x, 2 * x[0], 3, endpoint=False, axis=1),
        lambda x: np.linspace(0.0, x[1], 5, retstep=True)[1],
        lambda x: np.r_[x, 3.0, x[1]],
        lambda x: np.r_[0:2, x],
        lambda x: np.c_[x, x**2],
        lambda x: np.c_[numpy.ones((3, 2)), x],
        lambda x: np.sum([x[0], x[1] * x[2]]),
        lambda x: np.mean([x[0], x[1] * x[2]]),
        lambda x: np.max([x[0], x[1] * x[2]]),
        lambda x: np.std([x[0], x[1] * x[2]]),
        lambda x: np.dot([x[0], x[1]], [1.0, 2.0]),
        lambda x: np.outer(x, [x[0], 1.0]),
        lambda x: np.concatenate([[x[0]], x, numpy.ones(1)]),
        lambda x: np.stack([[x[0], 1.0], [2.0, x[1]]]),
        lambda x: np.make_diagonal(np.reshape(x, (1, 3))),
        lambda x: np.diagonal(np.make_diagonal(x, offset=1), offset=1),
    ],
)
def test_arrays_of_tensors(f):
    gradcheck(f, x3)
    numpy.testing.assert_allclose(f(x3), f(Tensor(x3)).data, rtol=1e-14)  # as on arrays


def test_plain_arrays_stay_plain():
    assert type(np.array([1, 2])) is numpy.ndarray
    assert np.array([1, 2], dtype=numpy.float32).dtype == numpy.float32
    a = numpy.ones(3)
    assert np.array(a) is not a
    assert np.asarray(a) is a
    assert np.asanyarray(a) is a
    assert np.ascontiguousarray(a) is a
    numpy.testing.assert_array_equal(np.r_[1:4, 0, 4], [1, 2, 3, 0, 4])
    numpy.testing.assert_array_equal(np.c_[a, a], numpy.ones((3, 2)))
    assert np.full(2, 1.5).sum() == 3.0
    assert np.full_like(a, 2).sum() == 6.0
    assert np.array([Tensor(1.0), 2.0]).data.tolist() == [1.0, 2.0]
    t = Tensor(x3, requires_grad=True)
    assert np.asarray(t) is t
    assert np.array(t) is not t
    assert np.array([t[0], 1.0], dtype=numpy.float32).dtype == numpy.float32


def test_what_arrays_refuse():
    t = Tensor(x3, requires_grad=True)
    with pytest.raises(DtypeError, match="string of directions"):
        np.r_["0,2", t, t]
    with pytest.raises(ValueError, match="same shape"):
        np.array([t, t[:2]])


def test_asking_what_it_is():
    seen = []

    def f(x):
        seen.append((isinstance(x, numpy.ndarray), isinstance(x, ArrayBox), isinstance(x, Box)))
        seen.append((ag.isinstance(x, numpy.ndarray), ag.isinstance(x, Tensor), ag.type(x)))
        return np.sum(x)

    grad(f)(x3)
    assert seen == [(False, True, True), (True, True, numpy.ndarray)]
    assert ag.isinstance([1], ag.list)
    assert ag.type({}) is ag.dict
    assert ag.tuple([1.0, 2.0]) == (1.0, 2.0)


# -- transforms -----------------------------------------------------------------------------------


def f2(x, scale=1.0):
    return np.tanh(A @ x) * scale


J = (1 - numpy.tanh(A @ x3) ** 2)[:, None] * A


def test_vjp_and_jvp_makers():
    pull, y = make_vjp(f2)(x3)
    numpy.testing.assert_array_equal(y, f2(x3))
    assert type(y) is numpy.ndarray
    numpy.testing.assert_allclose(pull(numpy.array([1.0, -2.0])), [1.0, -2.0] @ J)
    y, slope = make_jvp(f2)(x3, scale=2.0)(numpy.ones(3))
    numpy.testing.assert_allclose(slope, 2 * J @ numpy.ones(3))
    numpy.testing.assert_allclose(make_jvp_reversemode(f2)(x3)(x3), J @ x3)
    pulls, _ = make_vjp(f2, (0, 1))(x3, 2.0)
    by_x, by_scale = pulls(numpy.ones(2))
    numpy.testing.assert_allclose(by_x, 2 * numpy.ones(2) @ J)
    assert by_scale == pytest.approx(numpy.sum(f2(x3)))
    _, slope = make_jvp(f2, argnum=[0, 1])(x3, 2.0)([x3, 0.5])
    numpy.testing.assert_allclose(slope, 2 * J @ x3 + 0.5 * f2(x3))


def test_functions_with_several_results():
    def f(p):
        return {"s": np.sum(p[0] ** 2) * p[1], "v": [2.0 * p[0], 7.0]}

    pull, y = make_vjp(f)([x3, 2.0])
    assert float(y["s"]) == pytest.approx(2 * x3 @ x3)
    assert type(y["v"][0]) is numpy.ndarray
    assert y["v"][1] == 7.0
    g = pull({"s": 1.0, "v": [numpy.ones(3), 5.0]})
    numpy.testing.assert_allclose(g[0], 4 * x3 + 2)
    assert float(g[1]) == pytest.approx(x3 @ x3)
    y, slope = make_jvp(f)([x3, 2.0])([numpy.ones(3), 1.0])
    assert float(slope["s"]) == pytest.approx(4 * x3.sum() + x3 @ x3)
    numpy.testing.assert_allclose(slope["v"][0], [2.0, 2.0, 2.0])
    with pytest.raises(
        ShapeError, match="f: the cotangent: expected a dict with the keys .*got list of 1"
    ):
        pull([1.0])


def test_hessian_products():
    def f(x):
        return np.sum(f2(x) ** 3)

    H, v = hessian(f)(x3), numpy.array([1.0, 2.0, -1.0])
    times, slope = make_hvp(f)(x3)
    numpy.testing.assert_allclose(times(v), H @ v)
    numpy.testing.assert_allclose(times(2 * v), 2 * H @ v)
    numpy.testing.assert_allclose(slope, grad(f)(x3))
    numpy.testing.assert_allclose(hessian_vector_product(f)(x3, v), H @ v)
    numpy.testing.assert_allclose(make_ggnvp(f2)(x3)(v), J.T @ J @ v)
    quartic = make_ggnvp(f2, lambda y: np.sum(y**4))(x3)(v)
    numpy.testing.assert_allclose(quartic, J.T @ (12 * f2(x3) ** 2 * (J @ v)))
    u = numpy.array([2.0, -1.0])
    numpy.testing.assert_allclose(tensor_jacobian_product(f2)(x3, u), u @ J)


def test_the_small_ones():
    numpy.testing.assert_allclose(deriv(lambda t: np.array([t, t**3]))(2.0), [1.0, 12.0])
    assert grad_named(lambda a, b: a * b**2, "b")(3.0, 2.0) == 12.0
    g, aux = grad_and_aux(lambda x: (np.sum(x**2), {"twice": 2 * x, "n": 3}))(x3)
    numpy.testing.assert_allclose(g, 2 * x3)
    assert type(aux["twice"]) is numpy.ndarray
    assert aux["n"] == 3
    nested = grad(lambda x: np.sum(grad_and_aux(lambda z: (np.sum(z**2), z * x))(x)[1]))(x3)
    numpy.testing.assert_allclose(nested, 2 * x3)  # d(x x)/dx: the second result is in the graph
    both = multigrad_dict(lambda a, b=3.0, *more, **named: a * b**2 + sum(more) * named["c"])
    d = multigrad_dict(lambda a, b=3.0: a * b**2)(2.0)
    assert d == {"a": 9.0, "b": 12.0}
    d = both(2.0, 3.0, 1.0, c=5.0)
    assert d["more"] == (5.0,)
    assert d["named"] == {"c": 1.0}


def test_holomorphic():
    assert holomorphic_grad(lambda z: z**2 * 1j)(1.0 + 2.0j) == pytest.approx(2j * (1 + 2j))


def test_ints_among_parameters_are_floats():
    g = grad(lambda p: p["x"] ** p["n"])({"x": 2.0, "n": 3})
    assert float(g["x"]) == pytest.approx(12.0)
    assert float(g["n"]) == pytest.approx(8 * numpy.log(2))
    with pytest.raises(DtypeError, match="3.0 instead of 3"):
        grad(lambda x: x * x)(3)


def test_argnums_by_keyword_and_negative():
    f = lambda x, y: x * x * y  # noqa: E731
    assert grad(f, argnum=[0, 1])(2.0, 3.0) == (12.0, 4.0)
    assert grad(f, argnum=-1)(2.0, 3.0) == 4.0
    assert elementwise_grad(f, 1)(2.0, 3.0) == 4.0


def test_a_derivative_of_a_gradient_by_another_argument_is_plain():
    f = lambda a, x: np.sum((a * x) ** 2)  # noqa: E731
    mixed = jacobian(grad(f), 1)(0.3, x3)  # the variable of the inner grad counts no more
    assert type(mixed) is numpy.ndarray
    numpy.testing.assert_allclose(mixed, 4 * 0.3 * x3)


# -- autograd.extend ------------------------------------------------------------------------------


@primitive
def power(x, y, n=2, flip=False):
    """sign x^n y."""
    return (-1 if flip else 1) * x**n * y


defvjp(
    power,
    lambda ans, x, y, n=2, flip=False: lambda g: (-1 if flip else 1) * g * n * x ** (n - 1) * y,
    lambda ans, x, y, n=2, flip=False: lambda g: g * (-1 if flip else 1) * x**n,
)


def test_primitive():
    assert power(2.0, 3.0) == 12.0
    assert power.__doc__ == "sign x^n y."
    assert repr(power) == "<primitive power>"
    assert grad(power)(2.0, 3.0, n=3, flip=True) == -36.0
    gradcheck(power, x3, numpy.ones((2, 3)), order=3)  # y is broadcast: sums are taken
    gradcheck(lambda x: np.sum(power(x, x, 3)), x3)
    numpy.testing.assert_allclose(
        hessian(lambda x: np.sum(power(x, 1.0, 3)))(x3), numpy.diag(6 * x3)
    )
    assert power(numpy.float32(2), numpy.float32(3)).dtype == numpy.float32


def test_maker_of_none_is_zero():
    @primitive
    def f(x, y):
        return x * y

    defvjp(f, None, lambda ans, x, y: lambda g: g * x)
    assert grad(f)(2.0, 3.0) == 0.0
    assert grad(f, 1)(2.0, 3.0) == 2.0


def test_defvjp_by_number_and_all_at_once():
    @primitive
    def f(a, x):
        return a * x**2

    def by_number(argnum, ans, args, kwargs):
        a, x = args
        return lambda g: np.sum(g * x**2) if argnum == 0 else 2 * g * a * x

    defvjp_argnum(f, by_number)
    gradcheck(f, 3.0, x3)
    runs = []

    def together(argnums, ans, args, kwargs):
        runs.append(argnums)
        a, x = args
        made = {0: lambda g: np.sum(g * x**2), 1: lambda g: 2 * g * a * x}
        return lambda g: tuple(made[k](g) for k in argnums)

    defvjp_argnums(f, together)
    grad(lambda a, x: np.sum(f(a, x)), (0, 1))(3.0, x3)
    assert runs == [(0, 1)]  # one call for both
    gradcheck(f, 3.0, x3)
    defvjp(f, lambda ans, a, x: lambda g: g * a * x * 2, argnums=[1])
    assert grad(f, 1)(3.0, 2.0) == 12.0
    defjvp(f, lambda g, ans, a, x: 0.0)  # not needed, and not used
    assert make_jvp(f, 1)(3.0, 2.0)(1.0)[1] == 12.0


def test_containers_in_and_out():
    @primitive
    def f(p, k):
        return {"a": p["w"] * k, "b": (p["v"][0] + p["v"][1], 3)}

    def vjp(ans, p, k):
        assert set(ans) == {"a", "b"}

        def pull(g):
            return {"v": [g["b"][0], g["b"][0]], "w": g["a"] * k}  # in another order

        return pull

    defvjp(f, vjp)

    def total(w, u, v):
        y = f({"w": w, "v": [u, v]}, 2.0)
        return np.sum(y["a"] ** 2) * y["b"][0]

    gradcheck(total, x3, 1.5, 2.0)


def test_several_inputs_share_a_gradient_safely():
    constant = numpy.ones(3)

    @primitive
    def f(x, y):
        return x + y

    defvjp(f, lambda ans, x, y: lambda g: constant, lambda ans, x, y: lambda g: constant)
    gx, gy = grad(lambda x, y: np.sum(f(x, y) + f(x, 2 * y) + x), (0, 1))(x3, x3)
    numpy.testing.assert_array_equal(gx, 3 * numpy.ones(3))
    numpy.testing.assert_array_equal(gy, 3 * numpy.ones(3))
    numpy.testing.assert_array_equal(constant, numpy.ones(3))  # nobody has added into it
    gx += 1
    numpy.testing.assert_array_equal(constant, numpy.ones(3))


def test_methods_and_callables_as_primitives():
    class Model:
        k = 3.0

        @primitive
        def run(self, x):
            return self.k * x

    defvjp(Model.run, None, lambda ans, self, x: lambda g: self.k * g)
    assert grad(Model().run)(2.0) == 3.0
    erf = primitive(numpy.vectorize(lambda v: v**3))
    defvjp(erf, lambda ans, x: lambda g: 3 * g * x**2)
    gradcheck(erf, x3)


def test_a_numpy_function_without_a_derivative_can_be_given_one(monkeypatch):
    monkeypatch.setitem(FUNCTIONS, numpy.i0, None)
    monkeypatch.setitem(UFUNCS, (numpy.spacing, "__call__"), None)
    defvjp(np.i0, lambda ans, x: lambda g: g * x)
    defvjp(np.spacing, lambda ans, x: lambda g: g * 5.0)
    assert grad(np.i0)(3.0) == 3.0
    assert grad(np.spacing)(3.0) == 5.0
    monkeypatch.setitem(FUNCTIONS, numpy.sum, FUNCTIONS[numpy.sum])
    defvjp(np.sum, lambda ans, x, axis=None: lambda g: g * 2 * np.ones_like(x))
    assert grad(np.sum)(x3)[0] == 2.0  # through the wrapper of autograd.numpy


def test_primitive_of_autograd_itself():
    @autograd.primitive
    def f(x, y, *, n=2):
        return x**n * y

    defvjp(
        f, lambda ans, x, y, n: lambda g: g * n * ans / x, lambda ans, x, y, n: lambda g: g * x**n
    )
    gradcheck(lambda x, y: f(x, y, n=3), x3, 2.0)

    @autograd.primitive
    def h(a, b):
        return a * b

    defvjp(h, lambda ans, a, b: lambda g: g * ans / a, None)
    gradcheck(lambda a: h(a, 3.0), x3)
    assert grad(h, 1)(2.0, 3.0) == 0.0

    @autograd.primitive
    def awkward(g, y, i):  # the words of formulas, here names of arguments
        return g * y**i

    defvjp(awkward, lambda ans, g, y, i: lambda d: d * ans / g, lambda ans, g, y, i: lambda d: d)
    assert float(grad(awkward)(2.0, 3.0, 2)) == 9.0
    gradcheck(lambda g: awkward(g, 3.0, 2), x3)

    @autograd.primitive
    def many(*xs):
        return sum(xs)

    with pytest.raises(ValueRangeError, match="autograd.extend.primitive"):
        defvjp(many, lambda ans, *xs: lambda g: g)


def test_notrace():
    @notrace_primitive
    def count(x, names):
        assert type(x) is numpy.ndarray
        return len(names) * numpy.round(x)

    numpy.testing.assert_array_equal(grad(lambda x: np.sum(x * count(x, "ab")))(x3), [0, -2, 2])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda t: primitive(lambda x: x)(t), DtypeError, "argument 0 has no derivative.*defvjp"),
        (lambda t: power(t, y=t), DtypeError, "y= is a Tensor.*positional"),
        (lambda t: power(t, numpy.ones(7)), ShapeError, "power: .*float64"),
        (
            lambda t: primitive(lambda x: None)(t),
            DtypeError,
            "what it returned: expected numbers, got None",
        ),
        (lambda t: defvjp(len, None), DtypeError, "'len' is no primitive"),
        (lambda t: defvjp(power, 3.0), DtypeError, "maker for argument 0 is a float"),
        (lambda t: vspace("text"), DtypeError, "expected numbers"),
    ],
)
def test_what_extend_refuses(call, error, words):
    with pytest.raises(error, match=words):
        call(Tensor(x3, requires_grad=True))


def test_under_no_grad_and_for_integers():
    t = Tensor(x3, requires_grad=True)
    with autograd.no_grad():
        assert not power(t, 1.0).requires_grad
    assert not power(Tensor(x3), 1.0).requires_grad
    sign = primitive(lambda x: numpy.sign(x).astype(int))
    defvjp(sign, lambda ans, x: lambda g: g)
    assert not sign(t).requires_grad


def test_memory_that_changes_is_noticed():
    w = Tensor(x3, requires_grad=True)
    data = numpy.ones(3)
    y = np.sum(power(w, data, 2))
    data[:] = 100.0  # a copy was saved
    with autograd.no_grad():
        g = autograd.gradients(y, w)
        numpy.testing.assert_allclose(g, 2 * x3)
        w += 1.0
    with pytest.raises(autograd.errors.GraphError, match="power needs 'argument 0'.*changed"):
        y.backward()


def test_the_graph_goes_at_once():
    gc.collect()
    gc.disable()
    try:
        t, u = Tensor(x3, requires_grad=True), Tensor(x3, requires_grad=True)
        y = np.sum(power(t, u) * 2)
        y.backward()
        gone = [weakref.ref(v) for v in (t, u, y, y.node, y.node.parents[0])]
        del t, u, y
        assert all(r() is None for r in gone)
    finally:
        gc.enable()


def test_a_gradient_of_the_wrong_shape_is_refused():
    for grads in ((3.0, 1.0), (numpy.ones(7), 1.0)):
        f = primitive(lambda x, y: np.sum(x) * y)
        defvjp_argnums(f, lambda argnums, ans, args, kwargs, grads=grads: lambda g: grads)
        with pytest.raises(ShapeError, match="derivative formula for .argument 0. returned shape"):
            grad(f, (0, 1))(x3, 2.0)


def test_it_can_be_drawn(tmp_path):
    t, u = Tensor(x3, requires_grad=True), Tensor(2.0, requires_grad=True)
    draw(np.sum(power(t, u))).save(tmp_path / "graph.svg")
    svg = (tmp_path / "graph.svg").read_text()
    assert "power" in svg
    assert "inputs" in svg
    assert "vjp of power for argument 0" in step_through(np.sum(power(t, 2.0))).text


def test_unbroadcast():
    @primitive
    def scale(x, y):
        return x * y

    defvjp(
        scale,
        lambda ans, x, y: unbroadcast_f(x, lambda g: g * y),
        lambda ans, x, y: unbroadcast_f(y, lambda g: g * x),
    )
    gradcheck(scale, numpy.ones((2, 1)), x3)
    assert unbroadcast_f(numpy.ones((1, 3)), lambda g: g)(numpy.ones((4, 2, 3))).shape == (1, 3)


def test_vspace():
    v = vspace({"a": x3, "b": [2.0, 1j]})
    assert (v.size, v.iscomplex, v.shape["a"]) == (5, True, (3,))
    assert vspace(Tensor(x3)) == vspace(numpy.ones(3)) != vspace(numpy.ones(2))
    assert v.dtype == complex
    assert v.ones()["b"][1] == 1.0
    assert v.zeros()["a"].shape == (3,)
    assert len(list(v.standard_basis())) == 5
    assert sum(e["a"].sum() for e in v.standard_basis()) == 3.0
    w = vspace(x3)
    assert w.inner_prod(x3, x3) == pytest.approx(x3 @ x3)
    numpy.testing.assert_array_equal(w.add(x3, w.scalar_mul(x3, 2.0)), 3 * x3)
    assert v.covector(v.add(v.zeros(), {"a": x3, "b": [1.0, 1j]}))["b"][1] == -1j
    assert v.inner_prod({"a": x3, "b": [0.0, 1j]}, {"a": 0 * x3, "b": [0.0, 2j]}) == 2.0
    assert w.randn().shape == (3,)
    assert "float64" in repr(w)
    with pytest.raises(TypeError):
        hash(w)


# -- autograd.test_util and autograd.misc ---------------------------------------------------------


def test_check_grads():
    check_grads(lambda x, p: np.sin(x) * p["s"], argnum=(0, 1))(x3, {"s": 2.0})
    check_grads(power, modes=["rev"], order=3)(x3, 2.0)
    check_vjp(np.tanh, x3)
    check_jvp(np.tanh, x3)
    combo_check(power, 0, order=1)([x3, 2.0], [1.5], n=[2, 3], flip=[True, False])
    check_grads(lambda x: [x * 2.0, np.sum(x) ** 2])(x3)
    check_grads(lambda x, n: x**n)(x3, 3)

    @primitive
    def wrong(x):
        return x**2

    defvjp(wrong, lambda ans, x: lambda g: g * x)
    with pytest.raises(AssertionError, match="wrong"):
        check_grads(wrong)(x3)
    with pytest.raises(ValueError, match="'fwd' and 'rev'"):
        check_grads(np.sin, modes=["sideways"])


def test_check_grads_of_complex_functions():
    check_grads(lambda z: z * z * (1 + 2j))(x3 + 1j)


Point = namedtuple("Point", "x y")


def test_flatten():
    value = {"b": [1.0, numpy.ones((2, 2))], "a": (numpy.float32(2),), "c": Point(3.0, [])}
    vector, unflatten = flatten(value)
    numpy.testing.assert_array_equal(vector, [2, 1, 1, 1, 1, 1, 3])  # keys sorted
    back = unflatten(vector * 2)
    assert list(back) == ["b", "a", "c"]
    assert back["a"][0].dtype == numpy.float32
    assert back["b"][1].tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert back["c"] == Point(6.0, [])
    assert flatten([])[0].shape == (0,)
    assert flatten(OrderedDict(z=1.0))[1](numpy.array([2.0])) == OrderedDict(z=2.0)
    assert unflatten(vector)["b"][0] == 1.0
    square, _, start = flatten_func(lambda p: {"b": p["b"] ** 2}, {"b": x3})
    numpy.testing.assert_allclose(square(start), x3**2)
    g = grad(lambda p: np.sum(flatten(p)[0] ** 2))({"w": x3, "s": 2.0})
    numpy.testing.assert_allclose(g["w"], 2 * x3)
    assert g["s"] == 4.0
    back_and_forth = grad(lambda v: np.sum(unflatten(v)["b"][1] ** 2))(vector)
    numpy.testing.assert_array_equal(back_and_forth, [0, 0, 2, 2, 2, 2, 0])


@pytest.mark.parametrize("optimize, step", [(sgd, 0.1), (rmsprop, 0.05), (adam, 0.1)])
def test_optimizers(optimize, step):
    target = {"w": x3, "b": (1.5,)}
    seen = []

    def loss(p, i):
        return np.sum((p["w"] - target["w"]) ** 2) + (p["b"][0] - target["b"][0]) ** 2

    start = {"w": numpy.zeros(3), "b": (0.0,)}
    end = optimize(
        grad(loss), start, lambda p, i, g: seen.append((i, set(g))), num_iters=300, step_size=step
    )
    numpy.testing.assert_allclose(end["w"], x3, atol=0.05)
    assert end["b"][0] == pytest.approx(1.5, abs=0.05)
    assert seen[-1] == (299, {"w", "b"})
    assert start["w"].sum() == 0.0


def test_a_training_run_is_differentiated():
    def trained(rate):
        x = x3
        for _ in range(3):
            x = x - rate * grad(lambda z: np.sum(z**4))(x)
        return np.sum(x)

    gradcheck(trained, 0.1)


def test_fixed_point():
    root = lambda a: fixed_point(  # noqa: E731
        lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, lambda x, y: abs(x - y), 1e-14
    )
    assert grad(root)(4.0) == pytest.approx(0.25)
    assert grad(grad(root))(4.0) == pytest.approx(-1 / 32)
    assert const_graph(power, 2.0)(3.0) == 12.0
