"""Checkpointing: the same derivatives of any order, with less kept in between."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import nn
from autograd import (
    Tensor,
    checkpoint,
    grad,
    gradcheck,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
)
from autograd.draw import draw, step_through
from autograd.errors import GraphError
from autograd.graph import reachable

x3 = np.array([0.3, -0.7, 1.1])


def block(x):
    return np.tanh(x * np.sin(x)) + x


def test_same_derivatives():
    kept = checkpoint(block)
    f, h = lambda x: np.sum(block(x) ** 2), lambda x: np.sum(kept(x) ** 2)
    assert kept.__name__ == "block"
    np.testing.assert_array_equal(kept(x3), block(x3))
    np.testing.assert_array_equal(grad(h)(x3), grad(f)(x3))
    np.testing.assert_allclose(hessian(h)(x3), hessian(f)(x3))
    np.testing.assert_allclose(hvp(h)(x3, x3), hvp(f)(x3, x3))
    np.testing.assert_allclose(jacobian(kept)(x3), jacobian(block)(x3))
    np.testing.assert_allclose(jvp(kept, (x3,), (x3,))[1], jvp(block, (x3,), (x3,))[1])
    third = grad(lambda x: np.sum(hvp(h)(x, x3)))(x3)
    np.testing.assert_allclose(third, grad(lambda x: np.sum(hvp(f)(x, x3)))(x3))
    gradcheck(kept, x3, order=3)
    assert type(grad(h)(x3)) is np.ndarray
    assert grad(h)(x3.astype(np.float32)).dtype == np.float32


def test_nested_and_in_a_chain():
    inner = checkpoint(np.sin)
    outer = checkpoint(lambda x: inner(x) * inner(2 * x))
    gradcheck(lambda x: outer(outer(x)), x3)


def test_containers_options_and_constants():
    @checkpoint
    def f(p, n, *more, scale=1.0):
        assert isinstance(p["v"], tuple)
        return {"a": p["w"] ** n * scale, "b": [p["v"][0] * more[0], 5, "text"]}

    def total(w, v, s, m):
        y = f({"w": w, "v": (v, 1.0)}, 3, m, scale=s)
        assert y["b"][1:] == [5, "text"]
        return np.sum(y["a"]) * y["b"][0]

    gradcheck(total, x3, 2.0, 1.5, 0.5)
    only_one = grad(lambda w: np.sum(f({"w": w, "v": (1.0,)}, 2, 3.0)["a"]))(x3)
    np.testing.assert_allclose(only_one, 2 * x3)


def test_tensors_that_need_no_gradient_are_tensors_in_the_second_run_too():
    a, b = Tensor(x3, requires_grad=True), Tensor(x3 + 1)

    def f(a, pair):
        return np.sum(a**2 * pair[0].detach()) if type(pair[0]) is Tensor else a[0]

    y = checkpoint(f)(a, (b, 2.0))
    np.testing.assert_allclose(gradients(y, a), 2 * x3 * (x3 + 1))
    (g,) = gradients(y, [a], create_graph=True)
    np.testing.assert_allclose(gradients(np.sum(g), a), 2 * (x3 + 1))


def test_results_that_are_arguments_or_nothing():
    same = checkpoint(lambda x: x)
    gradcheck(same, x3)
    pair = checkpoint(lambda x, y: (x, x * y, np.ones(2)))
    gradcheck(lambda x, y: np.sum(pair(x, y)[0] * pair(x, y)[1]), x3, x3 + 1)
    gradcheck(checkpoint(lambda x, y: x), x3, x3 + 1)
    t = Tensor(x3, requires_grad=True)
    assert checkpoint(lambda x: None)(t) is None
    assert checkpoint(lambda x: np.argmax(x))(t) == 2
    assert not checkpoint(lambda x: x.detach())(t).requires_grad
    assert type(checkpoint(np.sin)(x3)) is np.ndarray
    with no_grad():
        assert not checkpoint(np.sin)(t).requires_grad


def test_the_same_tensor_as_several_arguments():
    f = checkpoint(lambda x, y, z: x * y + np.sin(z))
    gradcheck(lambda x: f(x, x, 2.0 * x), x3)


def test_closures_get_their_gradients():
    w = Tensor(x3, requires_grad=True, name="w")
    h = 2 * w  # f uses both: neither may be counted twice
    plain = lambda x: np.sum(w * x * h + np.sin(h))  # noqa: E731
    kept = checkpoint(plain)
    t = Tensor(x3 + 1, requires_grad=True)
    kept(t).backward()
    found, w.grad, t.grad = (w.grad, t.grad), None, None
    h = 2 * w
    plain(t).backward()
    np.testing.assert_allclose(found[0], w.grad)
    np.testing.assert_allclose(found[1], t.grad)

    y = kept(t)
    first = gradients(y, [w, t], create_graph=True)
    second = gradients(sum(np.sum(g * g) for g in first), [w, t])
    expected = gradients(plain(t), [w, t], create_graph=True)
    expected = gradients(sum(np.sum(g * g) for g in expected), [w, t])
    np.testing.assert_allclose(second, expected)


def test_it_can_be_drawn(tmp_path):
    w, t = (Tensor(v, requires_grad=True, name=n) for v, n in ((2.0, "w"), (3.0, "t")))
    y = checkpoint(lambda x, *, scale: x * w * scale)(t, scale=2 * t)
    y.backward()
    draw(y).save(tmp_path / "graph.svg")
    assert "inputs of lambda" in (tmp_path / "graph.svg").read_text()
    assert "vjp of inputs of lambda for argument scale" in step_through(y).text


def test_an_argument_that_is_also_closed_over():
    t = Tensor(x3, requires_grad=True)
    y = np.sum(checkpoint(lambda x: x * t**2)(t))
    np.testing.assert_allclose(gradients(y, t), 3 * x3**2)
    np.testing.assert_array_equal(gradients(np.sum(checkpoint(lambda: t)()), t), np.ones(3))


def test_a_module():
    layer = nn.Linear(3, 2)
    model = checkpoint(layer)
    x = Tensor(np.ones((4, 3)), requires_grad=True)
    np.sum(model(x) ** 2).backward()
    got = [p.grad for p in layer.parameters()] + [x.grad]
    for p in [*layer.parameters(), x]:
        p.zero_grad()
    np.sum(layer(x) ** 2).backward()
    for a, b in zip(got, [*layer.parameters(), x], strict=True):
        np.testing.assert_allclose(a, b.grad)


# -- what it refuses ------------------------------------------------------------------------------


def test_random_results_are_noticed():
    rng = np.random.default_rng(0)
    y = np.sum(checkpoint(lambda x: x * (rng.random(3) > 0.5))(Tensor(x3, requires_grad=True)))
    with pytest.raises(GraphError, match="another result.*seed the random numbers"):
        for _ in range(20):
            y.backward()


def test_an_argument_that_the_function_changes_is_what_it_was_in_the_second_run():
    def f(x, t):
        t[1] += 1.0  # one of many elements: no sample of the result shows it
        return x * t

    x = Tensor(np.ones(10_000), requires_grad=True)
    y = np.sum(checkpoint(f)(x, Tensor(np.zeros(10_000))))
    np.testing.assert_array_equal(gradients(y, x)[:3], [0.0, 1.0, 0.0])


def test_changed_inputs_are_noticed():
    w = Tensor(x3, requires_grad=True, name="w")
    t = Tensor(x3, requires_grad=True)
    y = np.sum(checkpoint(lambda x: x * w)(t))
    with no_grad():
        w += 1.0
    with pytest.raises(GraphError, match="needs 'closure 0' as it was.*changed it in place"):
        y.backward()
    y = np.sum(checkpoint(np.sin)(t))
    with no_grad():
        t += 1.0
    with pytest.raises(GraphError, match="sin needs 'argument 0'"):
        y.backward()
    data = np.ones(3)
    y = np.sum(checkpoint(lambda x, d: x * d)(t, data))
    data[:] = 7.0  # a copy was kept
    np.testing.assert_array_equal(gradients(y, t), np.ones(3))


def test_replaced_closures_are_noticed():
    held = {"w": Tensor(x3, requires_grad=True)}
    t = Tensor(x3, requires_grad=True)
    y = np.sum(checkpoint(lambda x: x * held["w"])(t))
    held["w"] = Tensor(x3, requires_grad=True)
    with pytest.raises(GraphError, match="did not use in the forward pass"):
        y.backward()
    held["w"] = Tensor(x3 + 1, requires_grad=True)
    with pytest.raises(GraphError, match="another result"):
        y.backward()


def test_a_closure_that_is_gone_is_refused():
    stack = [2 * Tensor(x3, requires_grad=True)]
    with pytest.raises(GraphError, match="gone after the call"):
        checkpoint(lambda: np.sum(stack.pop()))()


def test_errors_inside_are_those_of_the_function():
    with pytest.raises(ZeroDivisionError):
        checkpoint(lambda x: 1 / 0)(Tensor(x3, requires_grad=True))


# -- what it is for -------------------------------------------------------------------------------


def segment(x):
    for _ in range(8):
        x = np.tanh(x * 1.1)
    return x


def saved_bytes(y):
    arrays = {}
    for node in reachable(y.node):
        for v in node.saved or ():
            if isinstance(v, np.ndarray):
                arrays[id(v)] = v.nbytes
    return sum(arrays.values())


def test_less_is_kept():
    def chain(f):
        x = t = Tensor(np.full(10_000, 0.5), requires_grad=True)
        for _ in range(8):
            x = f(x)
        return t, np.sum(x)

    t, plain = chain(segment)
    u, kept = chain(checkpoint(segment))
    assert (len(reachable(plain.node)), len(reachable(kept.node))) == (130, 10)
    assert saved_bytes(kept) == 8 * 80_000
    assert saved_bytes(plain) >= 8 * saved_bytes(kept)
    np.testing.assert_array_equal(gradients(plain, t), gradients(kept, u))


def test_the_peak_is_lower():
    def peak(f):
        tracemalloc.start()
        x = t = Tensor(np.full(50_000, 0.5), requires_grad=True)
        for _ in range(8):
            x = f(x)
        np.sum(x).backward()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert t.grad is not None
        return most / t.data.nbytes

    assert peak(checkpoint(segment)) < 0.6 * peak(segment)


def test_it_goes_at_once_when_dropped():
    gc.collect()
    gc.disable()
    try:
        w = Tensor(x3, requires_grad=True)
        t = Tensor(x3, requires_grad=True)
        middle = t * 2
        y = np.sum(checkpoint(lambda x: x * w)(middle))
        y.backward()
        gone = [weakref.ref(v) for v in (t, middle, y, y.node)]
        del t, y, middle
        assert all(r() is None for r in gone)
    finally:
        gc.enable()


def test_a_released_graph_lets_go_of_it():
    layer = nn.Linear(3, 1)
    optimizer = nn.SGD(layer.parameters(), lr=0.1)
    h = 1.0 * Tensor(np.ones((2, 3)), requires_grad=True)
    node = weakref.ref(h.node)
    loss = np.sum(checkpoint(layer)(h))
    del h
    loss.backward()
    optimizer.step()
    assert node() is None
    with pytest.raises(GraphError, match="released"):
        loss.backward()


def test_a_transform_inside_with_a_variable_of_its_own():
    w = Tensor(2.0, requires_grad=True)
    for inside in (
        lambda x: grad(lambda z: z**3 * w)(3.0) * x,  # 27 w x
        lambda x: jvp(lambda z: z**3 * w, (3.0,), (1.0,))[1] * x,
    ):
        y = checkpoint(inside)(w)
        slope = gradients(y, w, create_graph=True)
        assert (y.item(), slope.item(), gradients(slope, w)) == (108.0, 108.0, 54.0)
