"""Memory that others can change: who owns what, and what a graph refuses afterwards."""

import copy
import gc
import pickle
import threading
import weakref

import numpy as np
import pytest

from autograd import (
    Tensor,
    as_tensor,
    extend,
    grad,
    gradients,
    graph,
    hvp,
    jvp,
    memory,
    no_grad,
    ops,
    primitive,
    temporaries,
)
from autograd.errors import AutogradError, DtypeError, GraphError, ShapeError


def leaf(v, name=None):
    return Tensor(v, requires_grad=True, name=name)


def test_gradients_belong_to_whoever_holds_them():
    x, w = leaf(np.ones(3)), leaf(np.ones(3))
    y = x + w
    y.backward(np.ones(3))
    x.grad *= 5
    y.grad *= 7
    np.testing.assert_array_equal(w.grad, np.ones(3))
    cotangent = np.ones(3)
    (g,) = gradients(x + w, [x], cotangent)
    g += 1
    cotangent += 1
    np.testing.assert_array_equal(cotangent, 2 * np.ones(3))
    assert cotangent.flags.writeable


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.assign(0.0),
        lambda x: x.__iadd__(1.0),
        lambda x: x.__setitem__(0, 1.0),
    ],
)
def test_backward_after_an_input_changed_raises_and_says_who(change):
    x = leaf(np.array([1.0, 2.0]), name="weight")
    y = (x * x).sum()
    with no_grad():
        change(x)
    before = x.data.copy()
    with pytest.raises(GraphError, match="multiply needs .* on 'weight' has changed it in place"):
        y.backward()
    assert x.grad is None
    np.testing.assert_array_equal(x.data, before)


def test_backward_after_a_scalar_leaf_changed_raises():
    x = leaf(2.0)
    y = x * x
    with no_grad():
        x += 1.0
    assert x.data == 3.0
    with pytest.raises(GraphError, match=r"\+= has changed it in place"):
        y.backward()


def test_a_change_nobody_saved_does_not_matter():
    x, w = leaf(np.ones(2)), leaf(np.ones(2))
    y = (x + 2.0 * w).sum()  # neither x nor w is named by a formula
    with no_grad():
        x += 1.0
        w *= 3.0
    y.backward()
    np.testing.assert_array_equal(w.grad, [2.0, 2.0])


@pytest.mark.parametrize("view", [lambda w: w[0], lambda w: w.T, lambda w: w.reshape(-1)])
def test_a_change_reaches_views(view):
    w = leaf(np.ones((2, 2)))
    v = view(w)
    y = (v * v).sum()
    with no_grad():
        w += 1.0
    np.testing.assert_array_equal(v.data, 2.0 * np.ones(v.shape))
    with pytest.raises(GraphError, match="changed"):
        y.backward()


def test_a_change_reaches_what_left_the_graph():
    w, x = leaf(np.ones(2)), leaf(np.ones(2))
    with no_grad():
        part = w[:1]
    for constant in (w.detach(), part):
        y = (x * constant).sum()
        with no_grad():
            w += 1.0
        with pytest.raises(GraphError, match="changed"):
            y.backward()


def test_mutating_a_raw_operand_cannot_change_the_gradient():
    x = leaf(np.ones(3))
    raw, index = np.array([1.0, 2.0, 3.0]), np.array([0, 2])
    view = np.broadcast_to(raw, (2, 3))  # read-only, but its memory is not
    shared = as_tensor(raw)
    y = (x * raw).sum() + (x * view).sum() + (x * shared).sum() + x[index].sum()
    raw[:] = 0
    index[:] = 1
    np.testing.assert_array_equal(gradients(y, x), 4 * np.array([1.0, 2.0, 3.0]) + [1, 0, 1])


def test_values_of_a_graph_are_read_only():
    x = leaf(np.ones(3))
    y = x * 2
    for t in (x, y, Tensor([1.0, 2.0])):
        with pytest.raises(ValueError, match="read-only"):
            t.data[0] = 5.0
    raw = np.ones(3)
    as_tensor(raw, requires_grad=True) + 1
    raw[0] = 2.0  # sharing does not freeze what is the user's


def test_rebinding_the_data_of_a_leaf_is_safe():
    x = leaf(np.ones(3))
    y = (x * x).sum()
    x.data = np.full(3, 7.0)
    np.testing.assert_array_equal(gradients(y, x), 2 * np.ones(3))
    z = (x * x).sum()
    x.data[0] = 0.0
    np.testing.assert_array_equal(gradients(z, x), 14 * np.ones(3))


def test_in_place_on_a_recorded_result():
    x, v = leaf(np.array([1.0, 2.0, 3.0])), leaf(10.0)
    h = x * 2
    same = h
    h[1] = v
    h += 1.0
    h *= h
    assert same is h
    np.testing.assert_array_equal(h.data, [9.0, 121.0, 49.0])
    h.sum().backward()
    np.testing.assert_array_equal(x.grad, [12.0, 0.0, 28.0])
    assert v.grad == 22.0
    np.testing.assert_array_equal(h.grad, np.ones(3))


def test_item_assignment_with_repeated_places_keeps_the_last():
    x, v = leaf(np.zeros(3)), leaf(np.array([1.0, 2.0, 3.0]))
    h = x * 1.0
    h[[0, 1, 0]] = v
    np.testing.assert_array_equal(h.data, [3.0, 2.0, 0.0])
    h.backward(np.array([1.0, 10.0, 100.0]))
    np.testing.assert_array_equal(v.grad, [0.0, 10.0, 1.0])
    np.testing.assert_array_equal(x.grad, [0.0, 0.0, 100.0])


def test_filling_a_plain_tensor_records():
    x = leaf(np.array([1.0, 2.0]))
    out = Tensor(np.zeros(3))
    out[:2] = x * x
    out[2] = 5.0
    out.sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_in_place_refusals_change_nothing():
    x = leaf(np.ones(2), "x")
    with pytest.raises(GraphError, match="'x' is a leaf .* no_grad"):
        x += 1.0
    with pytest.raises(GraphError, match="leaf"):
        x[0] = 1.0
    h = x * 2
    with no_grad(), pytest.raises(GraphError, match="result of multiply"):
        h += 1.0
    with pytest.raises(ShapeError, match="does not fit in place"):
        h += np.ones((3, 2))
    y = (x * x).sum()
    with no_grad():
        with pytest.raises(ShapeError):
            x += np.ones((3, 2))
        with pytest.raises(ShapeError, match="does not fit into the selected shape"):
            x[0] = np.ones(3)
        with pytest.raises(DtypeError, match="complex128"):
            x[0] = 1j
        with pytest.raises(IndexError):
            x[5] = 1.0
    i = Tensor([1, 2])
    with pytest.raises(DtypeError, match="cannot put float64"):
        i += 0.5
    y.backward()  # nothing had changed
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


def test_a_plain_tensor_gets_new_memory_when_changed():
    t = Tensor([1.0, 2.0])
    x = leaf(np.ones(2))
    y = (x * t).sum()
    part = t[:1]
    t += 5.0
    y.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 2.0])
    np.testing.assert_array_equal(t.data, [6.0, 7.0])
    np.testing.assert_array_equal(part.data, [1.0])


def test_augmented_data_as_in_small_engines():
    p = leaf(2.0)
    (p * p).backward()
    p.data += -0.1 * p.grad
    assert p.data == pytest.approx(1.6)


def test_a_change_after_an_operation_with_several_outputs():
    """What such a node saved holds dtypes, whose base is the dtype itself."""
    x, p = leaf(np.diag([1.0, 2.0])), leaf(1.0)
    w, _ = np.linalg.eigh(x)
    with no_grad():
        p.assign(2.0)
    np.testing.assert_allclose(gradients(w.sum(), x), np.eye(2), atol=1e-12)


def test_a_hook_that_changes_a_leaf_in_the_middle_of_a_pass():
    x = leaf([1.0, 2.0])
    y = x * x
    z = y * 1.0
    z.register_hook(lambda g: g * x.assign(7.0).data[0])  # a pass does not record
    with pytest.raises(GraphError, match="multiply needs '.' as it was, but assign"):
        z.sum().backward()


def test_derivatives_through_a_released_graph_are_refused():
    """What it led to is not known any more: the gradient would be 0."""

    def through(x):
        w = leaf(2.0)
        y = w * x
        y.backward()
        graph.release(y.node, "SGD.step()")
        return y * y

    for derivative in (
        lambda x: grad(through)(x),
        lambda x: hvp(through)(x, 1.0),
        lambda x: jvp(through, (x,), (1.0,)),
    ):
        with pytest.raises(GraphError, match=r"SGD.step\(\) has released this multiply"):
            derivative(3.0)
    x = leaf(3.0)
    later = (y := through(x)) * x  # what is newer than the released part is not affected by it
    assert gradients(later, y) == 3.0


def test_a_copy_is_a_leaf_of_its_own():
    x = leaf(np.ones(2), "x")
    for dup in (copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))):
        p = dup(x)
        assert p.requires_grad
        assert p.is_leaf
        assert p.name == "x"
        assert not np.shares_memory(p.data, x.data)
    a, b = copy.deepcopy([x, x])
    assert a is b


def test_a_result_is_not_copied_out_of_its_graph():
    y = leaf(np.ones(2)) * 2
    for dup in (copy.copy, copy.deepcopy, lambda t: copy.deepcopy({"a": [t]})):
        with pytest.raises(GraphError, match=r"would cut the graph. t.copy\(\) is one with its"):
            dup(y)
    for value in (pickle.loads(pickle.dumps(y)), copy.deepcopy(y.detach())):
        assert not value.requires_grad
        np.testing.assert_array_equal(value.data, y.data)
    with no_grad():
        assert copy.deepcopy(leaf(1.0) * 2) == 2.0


def test_what_a_hook_returns_is_not_written_into():
    a, b = leaf([1.0, 2.0]), leaf([1.0, 2.0])
    c, s = a * 3, a + b
    s.register_hook(lambda g: g * 2)
    (s + c).sum().backward()
    np.testing.assert_array_equal(a.grad, [5.0, 5.0])
    np.testing.assert_array_equal(b.grad, [2.0, 2.0])
    assert s.grad is not b.grad


def test_zeros_of_an_unused_output_are_not_shared():
    @primitive
    def two(a, b):
        return a + b, np.floor(a)

    two.vjp(a=lambda g: g[0], b=lambda g: g[0])
    a, b = leaf([1.0, 2.0]), leaf([1.0, 2.0])
    _, q = two(a, b)
    ga, gb = gradients((q + a * 7 + b * 3).sum(), [a, b])
    np.testing.assert_array_equal(ga, [7.0, 7.0])
    np.testing.assert_array_equal(gb, [3.0, 3.0])


def test_a_formula_may_return_memory_of_its_own():
    constant, buffer = np.array([1.0, 2.0]), np.empty(2)
    times = primitive(lambda x: x * constant).vjp(x=lambda g: constant)
    twice = primitive(lambda x: x * 2).vjp(x=lambda g: np.multiply(g, 2, out=buffer))
    x, w = leaf([1.0, 1.0]), leaf([1.0, 1.0])
    (times(x) + 5 * x).sum().backward()
    x.grad *= 0
    np.testing.assert_array_equal(constant, [1.0, 2.0])
    gx, gw = gradients((twice(x) * 3 + twice(w) * 5).sum(), [x, w])
    np.testing.assert_array_equal(gx, [6.0, 6.0])
    np.testing.assert_array_equal(gw, [10.0, 10.0])


def test_a_function_may_return_an_array_of_someone_else():
    mine = np.ones(2)
    f = primitive(lambda x: mine).vjp(x=lambda g: 0 * g)
    f(leaf([1.0, 2.0]))
    assert mine.flags.writeable


@pytest.mark.parametrize("way", ["one", "part", "several", "extend"])
def test_a_function_may_return_memory_that_it_writes_to_again(way):
    buffer = np.empty(3)

    def exp(x):
        np.exp(x, out=buffer)
        return (buffer, buffer[:2]) if way == "several" else buffer[: 2 if way == "part" else 3]

    f = primitive(exp)
    if way == "extend":
        f = extend.primitive(exp)
        extend.defvjp(f, lambda y, x: lambda g: g * y)
    elif way == "part":
        f.vjp(x=lambda g, y: np.append(g * y, 0))
    else:
        f.vjp(x=(lambda g, y0: g[0] * y0) if way == "several" else lambda g, y: g * y)
    x = leaf([0.0, 1.0, 2.0])
    kept = [y[0] if way == "several" else y for y in (f(x), f(x + 10))]
    kept[0].sum().backward()
    expected = np.exp(x.data)[: len(kept[0])]
    np.testing.assert_array_equal(kept[0].data, expected)
    np.testing.assert_array_equal(x.grad[: len(expected)], expected)
    assert buffer.flags.writeable


@pytest.mark.parametrize("dtype", [np.float32, complex])
def test_a_leaf_of_another_dtype_than_it_was(dtype):
    """Its gradient would be cast to the old one: of complex numbers, to half of it."""
    w = leaf([1.0, 2.0])
    w.data = w.data.astype(dtype)
    with pytest.raises(GraphError, match="rebound from float64 to"):
        np.real(w * w).sum().backward()


def test_a_leaf_that_is_not_what_it_was():
    w = leaf([1.0])
    w.data = np.array([1.0, 2.0, 3.0])
    with pytest.raises(GraphError, match="rebound from shape"):
        (w * w).sum().backward()
    x = leaf([2.0])
    y = (x * x).sum()
    x.requires_grad = False
    x.assign(3.0)
    x.requires_grad = True
    with pytest.raises(GraphError, match="entered the graph after y"):
        gradients(y, x)
    with pytest.raises(GraphError, match="entered the graph after y"):
        gradients(x, x * x)  # the other way round
    np.testing.assert_array_equal(gradients(leaf(1.0), leaf([2.0, 3.0])), [0, 0])


@pytest.mark.parametrize(
    "data", [5, [1.0, 2.0], Tensor([1.0, 2.0]), np.ones((5, 2)), np.float64(3)], ids=repr
)
@pytest.mark.parametrize(
    "f", [lambda w: w * 2, lambda w: np.add(w, np.ones(2)), np.exp, ops.softmax]
)
def test_data_that_was_rebound_to_something_else(f, data):
    """Said before anybody's formula is blamed for it, in the forward pass or in backward."""
    w = Tensor([1.0, 2.0], requires_grad=True, name="w")
    w.data = data
    with pytest.raises(
        GraphError, match=r"\.data of the leaf 'w' was rebound from shape \(2,\) to"
    ):
        np.sum(f(w)).backward()


@pytest.mark.parametrize(
    "grad", [np.ones(5), np.ones((2, 3)), Tensor(np.ones(3)), 1j, "a"], ids=repr
)
def test_a_grad_that_was_set_to_something_else(grad):
    v, w = leaf(np.ones(3)), Tensor(np.ones(3), requires_grad=True, name="w")
    w.grad = grad
    with pytest.raises(
        ShapeError, match=r"\.grad of the leaf 'w' was set to .* float64\[3\] cannot"
    ):
        (v * w).sum().backward()
    assert v.grad is None and w.grad is grad
    w.grad = 0
    (v * w).sum().backward()
    np.testing.assert_array_equal(w.grad, np.ones(3))


def test_repeated_targets_and_cotangents_are_nobody_elses():
    x, c = leaf([1.0, 2.0]), np.ones(2)
    a, b = gradients((x * x).sum(), [x, x])
    a *= 0
    np.testing.assert_array_equal(b, [2.0, 4.0])
    g = gradients(x + 1, x, cotangent=c, create_graph=True)
    c[:] = 9
    np.testing.assert_array_equal(g.data, [1.0, 1.0])


def test_an_option_changed_later_does_not_matter():
    f = primitive(lambda x, options: x * options["k"])
    f.vjp(x=lambda g, options: g * options["k"])
    x, options = leaf([1.0]), {"k": 2.0}
    y = f(x, options).sum()
    options["k"] = 100.0
    assert gradients(y, x) == 2.0


def test_a_leaf_that_was_frozen_for_a_while_is_the_same_leaf():
    for data in (np.ones(3), 3.0):
        w, calls = Tensor(data, requires_grad=True), []
        w.register_hook(calls.append)
        y = np.sum(w * w)
        w.requires_grad = False
        y.backward()
        assert w.grad is None  # as it asks
        w.requires_grad = True
        y.backward()
        np.testing.assert_array_equal(w.grad, 2 * w.data)
        np.testing.assert_array_equal(gradients(y, w), 2 * w.data)
        assert len(calls) == 3


def test_a_frozen_leaf_keeps_no_old_value_alive():
    w = Tensor(np.ones(3), requires_grad=True)
    before = weakref.ref(w.data)
    w.requires_grad = False
    w.assign(2.0)
    assert before() is None
    w.requires_grad = True
    (w * w).sum().backward()
    np.testing.assert_array_equal(w.grad, [4.0, 4.0, 4.0])


def test_an_error_keeps_no_graph_alive_with_the_collector_off():
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones(3))
        y = np.exp(x)
        node = weakref.ref(y.node)
        for f in (lambda t: t @ np.ones(5), lambda t: np.sum(t, axis=3), np.linalg.inv):
            with pytest.raises(AutogradError):
                f(y)
        del y
        assert node() is None
    finally:
        gc.enable()


def test_backward_after_a_change_that_was_interrupted_raises(monkeypatch):
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    note_change = memory.note_change

    def interrupted(data, by):
        if x.data[0] == 7.0:
            raise KeyboardInterrupt
        note_change(data, by)

    monkeypatch.setattr(memory, "note_change", interrupted)
    with pytest.raises(KeyboardInterrupt), no_grad():
        x.assign(7.0)
    with pytest.raises(GraphError, match="but assign has changed it in place"):
        y.backward()
    assert not x.data.flags.writeable


def test_another_thread_that_changes_a_leaf_in_the_middle_of_a_pass():
    x = leaf([1.0, 2.0])

    def changed():
        with no_grad():
            x.assign(7.0)

    @primitive
    def same(a):
        return a

    def formula(g):
        thread = threading.Thread(target=changed)
        thread.start()
        thread.join()
        return g

    y = same.vjp(a=formula)(x * x).sum()
    with pytest.raises(GraphError, match="multiply needs '.' as it was, but assign"):
        y.backward()
    assert x.grad is None


@pytest.mark.parametrize(
    "data",
    [
        np.broadcast_to(np.ones(1), (3,)),
        np.broadcast_to(np.ones(9)[::8], (3, 2)),
        np.lib.stride_tricks.as_strided(np.ones(3), (2, 2), (8, 8)),
        np.frombuffer(np.ones(3).tobytes()),
    ],
    ids=["broadcast", "broadcast slice", "strided", "bytes"],
)
def test_a_leaf_of_memory_that_is_not_to_be_written_to_gets_its_own(data):
    g = np.arange(1.0, data.size + 1).reshape(data.shape)
    w = as_tensor(data, requires_grad=True)
    with w.changing("a step") as array:
        array -= 0.1 * g
    np.testing.assert_allclose(w.data, 1 - 0.1 * g)
    np.testing.assert_array_equal(data, np.ones(data.shape))


def test_a_gradient_set_by_hand_is_not_broadcast():
    w = leaf(np.ones((2, 3)))
    w.grad = np.ones(3)
    with pytest.raises(ShapeError, match=r"was set to float64\[3\], to which a gradient"):
        (2 * w).sum().backward()
    w.grad = 0
    (2 * w).sum().backward()
    np.testing.assert_array_equal(w.grad, np.full((2, 3), 2.0))


@pytest.mark.skipif(temporaries.FEWEST < 0, reason="this Python cannot tell who is held")
def test_an_item_of_what_nothing_holds_is_not_assigned_to():
    """It would change a copy; whoever holds the Tensor, in whatever way, may change it."""
    w = Tensor(np.zeros((2, 3)), requires_grad=True, name="w")
    t = w * 1

    def add():
        t[0][1] += 1

    lost = [
        lambda: exec("t[0][1] = 1", {"t": t}),
        lambda: exec("t[0][1:] = 1", {"t": t}),
        lambda: exec("t.T[1] = 1", {"t": t}),
        lambda: exec("t.detach()[0] = 1", {"t": t}),
        add,
    ]
    for assign in lost:
        with pytest.raises(GraphError, match=r"nothing holds.*w\[0, 1\] = v"):
            assign()
        assert not t.data.any()

    def everyone(a, *more, **named):
        a[0] = more[0][0] = named["c"][0, 1:] = 1

        def inner():
            a[1] = 1

        inner()
        return [a, *more, named["c"]]

    class Holder:
        part = w * 1

    rows = everyone(w * 1, w * 1, c=w * 1)
    rows[0][1] = rows[1][1] = Holder.part[0] = 1
    rows[0].__setitem__((0, 0), 5)
    [(w * 1).__setitem__(0, 1) for _ in range(2)]  # said in so many words
    t[0] += 1
    with no_grad():
        w[0] = w[1, 2] = 1
    assert rows[0].data.tolist() == [[5, 1, 1], [1, 1, 1]]
    assert rows[2].data.tolist() == [[0, 1, 1], [0, 0, 0]]
    assert t.data.tolist() == [[1, 1, 1], [0, 0, 0]]
    assert w.data.tolist() == [[1, 1, 1], [0, 0, 1]]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_a_gradient_of_no_axes_is_added_like_a_number(dtype):
    x = Tensor(np.array(np.nan, dtype), requires_grad=True)
    (x * 2).backward()
    np.exp(x).backward()  # NaN: looked through for zeros, it comes as an array
    assert type(x.grad) is dtype and np.isnan(x.grad)
