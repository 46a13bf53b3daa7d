"""The graph: paths, what is run and saved, repeated passes, orders of derivatives."""

import gc
import threading
import time
import weakref

import numpy as np
import pytest

from autograd import Tensor, as_tensor, gradients, no_grad, ops, primitive
from autograd.errors import DtypeError


def leaf(v, name=None):
    return Tensor(v, requires_grad=True, name=name)


def test_lecture_example():
    a, b, c = leaf(5.0), leaf(3.0), leaf(2.0)
    u = b * c
    v = a + u
    J = 3 * v
    J.backward()
    assert (J.data, v.data, u.data) == (33.0, 11.0, 6.0)
    assert (v.grad, u.grad, a.grad) == (3.0, 3.0, 3.0)
    assert (b.grad, c.grad) == (3 * c.data, 3 * b.data)


def test_two_paths_add_up():
    s, t = leaf(0.7), leaf(-0.4)
    x, y = s * t, s + t
    z = np.sin(x) * y
    z.backward()
    dx, dy = np.cos(x.data) * y.data, np.sin(x.data)
    assert s.grad == pytest.approx(dx * t.data + dy)
    assert t.grad == pytest.approx(dx * s.data + dy)


def test_diamond_runs_every_formula_once():
    calls = []

    @primitive
    def double(x):
        return 2 * x

    double.vjp(x=lambda g: (calls.append(1), 2 * g)[1])
    x = leaf(np.ones(3))
    y = double(x)
    for _ in range(30):
        y = y + y
    y.sum().backward()
    assert len(calls) == 1
    np.testing.assert_array_equal(x.grad, np.full(3, 2.0**31))


def test_same_tensor_as_both_arguments():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(gradients((x * x).sum(), x), 2 * x.data)
    np.testing.assert_array_equal(gradients((x + x).sum(), x), np.full((2, 2), 2.0))
    one = np.ones((2, 2))
    np.testing.assert_allclose(gradients((x @ x.T).sum(), x), 2 * one @ x.data)
    np.testing.assert_allclose(gradients((x @ x).sum(), x), one @ x.data.T + x.data.T @ one)


def test_unused_output_and_unconnected_input():
    x, w = leaf(np.arange(6.0)), leaf(1.0)
    first, second = np.split(x * 1.0, 2)
    g, none = gradients(first.sum(), [x, w])
    np.testing.assert_array_equal(g, [1, 1, 1, 0, 0, 0])
    assert none == 0.0
    assert second.grad is None


def test_a_million_nodes_deep():
    gc.disable()
    try:
        x = leaf(1.0)
        y = x
        for _ in range(1_000_000):
            y = y + 1e-6
        y.backward()
        assert x.grad == 1.0
        last, y = weakref.ref(y.node), None
        assert last() is None
    finally:
        gc.enable()


def test_nothing_stays_alive_with_the_collector_off():
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones((3, 4)))
        w = leaf(np.ones((4, 4)))
        nodes = []
        h = x
        for _ in range(5):
            h = np.tanh(h @ w)
            nodes.append(weakref.ref(h.node))
        parts = np.split(h, 2, axis=1)
        y = (parts[0] * parts[1]).sum()
        nodes += [weakref.ref(p.node) for p in parts]
        gs = gradients(y, [x, w], create_graph=True)
        nodes += [weakref.ref(g.node) for g in gs]
        y.backward()
        assert all(n() is not None for n in nodes)
        del h, parts, y, gs, _
        assert all(n() is None for n in nodes)
    finally:
        gc.enable()


def test_backward_again_gives_the_same_and_leaves_accumulate():
    x = leaf(np.array([1.0, 2.0]))
    h = np.exp(x)
    y = (h * h).sum()
    y.backward()
    first, held = x.grad.copy(), h.grad.copy()
    y.backward()
    np.testing.assert_array_equal(x.grad, 2 * first)
    np.testing.assert_array_equal(h.grad, held)
    x.zero_grad()
    y.backward()
    np.testing.assert_array_equal(x.grad, first)


def test_detach_stops_the_flow():
    x = leaf(3.0)
    y = x * x.detach()
    assert gradients(y, x) == 3.0


@pytest.mark.parametrize("n", [3000])
def test_many_arrays_in_one_operation(n):
    xs = [leaf(np.full(2, float(k))) for k in range(n)]
    for g in gradients(np.sum(np.concatenate(xs) ** 2), xs)[:: n // 3]:
        assert g.shape == (2,)
    x = leaf(np.arange(float(n)))
    parts = np.split(x, n)
    np.testing.assert_array_equal(gradients(np.sum(parts[7] * parts[9]), x)[6:10], [0, 9, 0, 7])
    np.testing.assert_array_equal(gradients(sum(p * p for p in parts)[0], x), 2 * x.data)


def test_all_or_nothing():
    x, w = leaf(np.ones(2)), leaf(np.ones(2))

    @primitive
    def fragile(x):
        return x * 1.0

    def fail(g):
        raise ZeroDivisionError("broken")

    fragile.vjp(x=fail)
    y = (fragile(x) * w).sum()
    with pytest.raises(ZeroDivisionError, match="broken") as e:
        y.backward()
    assert "formula of fragile" in e.value.__notes__[0]
    assert x.grad is None
    assert w.grad is None


def test_third_order():
    x = leaf(np.array([0.3, -1.2]))
    y = np.sin(x) * x
    for _ in range(3):
        y = gradients(y.sum(), x, create_graph=True)
    v = x.data
    np.testing.assert_allclose(y.data, -np.cos(v) * v - 3 * np.sin(v), rtol=1e-12)


def test_second_order_through_several_outputs():
    x = leaf(np.arange(1.0, 7.0))
    a, b = np.split(x, 2)
    g = gradients((a * a * b).sum(), x, create_graph=True)
    h = gradients(g.sum(), x)
    p, q = x.data[:3], x.data[3:]
    np.testing.assert_allclose(h, np.concatenate([2 * q + 2 * p, 2 * p]))


def test_gradients_of_intermediate_results_only_run_what_is_needed():
    ran = []

    @primitive
    def watched(x):
        return x + 0.0

    watched.vjp(x=lambda g: (ran.append(1), g)[1])
    x, w = leaf(2.0), leaf(3.0)
    h = watched(x) * w
    y = h * h
    assert gradients(y, h) == 12.0
    assert gradients(y, w) == 24.0
    assert not ran


def test_formulas_save_only_what_they_name():
    x, w = leaf(np.ones(3)), leaf(np.ones(3))
    assert (x + w).node.saved == ()
    assert (x * 2.0).node.saved == (2.0,)
    assert len((x * w).node.saved) == 2
    y = np.exp(x)
    assert y.node.saved[0] is y.data


def test_round_is_that_of_numpy():
    x = Tensor([1.25, -2.7], requires_grad=True)
    np.testing.assert_array_equal(round(x).data, [1.0, -3.0])
    np.testing.assert_array_equal(round(x, 1).data, [1.2, -2.7])
    np.testing.assert_array_equal(gradients(round(x[0]) * x[0], x), [1.0, 0.0])


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_ravel_in_the_order_of_memory(axes):
    x = np.arange(24.0).reshape(2, 3, 4).transpose(axes)[::-1, :, 1:]
    t = as_tensor(x, requires_grad=True)
    for order in "CFAK":
        np.testing.assert_array_equal(t.ravel(order).data, x.ravel(order))
    np.testing.assert_array_equal(gradients(t.ravel("K"), t, x.ravel("K")), x)


def test_zero_cotangent_meets_an_infinite_derivative():
    x = leaf(np.array([0.0, 4.0]))
    for f in (np.log, np.sqrt, lambda t: 1 / t, lambda t: t**-0.5, lambda t: np.exp(1000 * t)):
        with np.errstate(all="ignore"):
            y = np.where(x > 100, f(x), x).sum()
        g = gradients(y, x, create_graph=True)
        np.testing.assert_array_equal(g.data, [1.0, 1.0])
        if g.node is not None:
            np.testing.assert_array_equal(gradients(g.sum(), x), [0.0, 0.0])


def test_zero_cotangent_keeps_mixed_second_derivatives():
    x = leaf(np.array([0.0, 2.0]))
    y = x[0] * np.exp(x[1])
    g = gradients(y, x, create_graph=True)
    np.testing.assert_allclose(gradients(g[1], x), [np.exp(2.0), 0.0])


def test_integer_results_end_the_graph():
    x = leaf([1.5, 2.5])
    assert x.astype(int).node is None
    assert (x > 2).dtype == bool
    assert type(x > 2) is np.ndarray
    assert x.argmax() == 1


def test_relu_of_constants_and_no_tensors_at_all():
    assert type(ops.relu(np.array([-1.0, 1.0]))) is np.ndarray
    assert (ops.relu(Tensor([-1.0, 1.0]))).node is None


def test_arguments_may_be_called_y_and_i():
    @primitive
    def product(y, i):
        return y * i

    product.vjp(y=lambda g, i: g * i, i=lambda g, y: g * y)
    y, i = leaf(3.0), leaf(5.0)
    assert gradients(product(y, i), [y, i]) == [5.0, 3.0]


def test_a_number_out_of_the_graph_is_asked_for_by_name():
    import math

    x = leaf(2.0)
    for cut in (float, int, complex, math.exp):
        with pytest.raises(DtypeError, match=r"would cut the graph.*t.item\(\)"):
            cut(x)
    assert x.item() == 2.0
    assert float(x.detach()) == 2.0
    with no_grad():
        assert float(x) == 2.0
    assert f"{x:.2f}" == "2.00"
    assert f"{leaf([1.0, 2.5]):.1f}" == "[1.0 2.5]"


def test_annotations_and_any_defaults():
    @primitive
    def scaled(x: np.ndarray, p: float = 2.0, dtype=np.float64, table=None) -> np.ndarray:
        return x * p

    scaled.vjp(x=lambda g, p, dtype: g * p)
    x = leaf([1.0])
    assert gradients(scaled(x).sum(), x) == 2.0
    assert gradients(scaled(x, 3.0).sum(), x) == 3.0


def test_an_unsigned_exponent():
    x = leaf([300.0])
    assert gradients((x ** np.uint8(0)).sum(), x) == 0.0
    assert gradients((x ** np.array([1], np.uint8)).sum(), x) == 1.0


def test_threads_that_share_a_leaf_add_to_its_gradient_one_after_the_other():
    class Slow(np.ndarray):
        def __add__(self, other):
            total = np.asarray(self) + other
            time.sleep(0.05)
            return total

    x = leaf([1.0, 2.0])
    x.grad = np.zeros(2).view(Slow)
    threads = [threading.Thread(target=(k * x).sum().backward) for k in (1, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(x.grad, [11.0, 11.0])
