"""The profile: what is counted, and what it does not change."""

import xml.etree.ElementTree as ET

import numpy as np

import autograd
from autograd import Tensor, gradients, no_grad, ops, primitive, profile, recording


def test_counts_sizes_and_the_row_of_a_node():
    x = Tensor(np.ones((8, 4)), requires_grad=True)
    with profile() as p:
        y = np.tanh(x)
        loss = np.sum(y * y)
        loss.backward()
        with no_grad():
            np.tanh(x)
    np.tanh(x)  # not seen
    assert {name: (r.calls, r.backward_calls) for name, r in p.rows.items()} == {
        "tanh": (2, 1), "multiply": (1, 2), "sum": (1, 1),
    }  # fmt: skip
    row = p.of(y)
    assert (row.calls, row.bytes, row.backward_calls, row.backward_bytes) == (1, 256, 1, 256)
    assert row.saved_bytes == 256 and p.rows["tanh"].bytes == 512
    assert p.of(loss).saved_bytes == 0 and p.of(x) is None
    assert set(p.nodes()) == {y.node, loss.node, loss.node.parents[0]}
    assert 0 < p.rows["tanh"].total < p.seconds
    assert not recording.special and autograd.profile is profile
    text = str(p)
    assert text.splitlines()[0].split()[:3] == ["operation", "calls", "forward"]
    assert "tanh" in text and "the rest" in text and "<td" in p._repr_html_()


def test_names_are_text_in_a_notebook():
    square = primitive(lambda x: x * x).vjp(x=lambda g, x: g * 2 * x)
    with profile() as p:
        square(Tensor([1.0], requires_grad=True))
    assert "<lambda>" in [cell.text for cell in ET.fromstring(p._repr_html_()).iter("td")]


def test_an_operation_inside_a_formula_counts_as_that_formula():
    x = Tensor(np.ones((1, 1, 6, 6)), requires_grad=True)
    with profile() as p:
        np.sum(ops.conv(x, np.ones((1, 1, 3, 3)))).backward()
    assert "conv_dx" not in p.rows and p.rows["conv"].backward_calls == 1
    assert "conv " in str(p)


def test_an_error_leaves_nothing_behind():
    @primitive
    def broken(x):
        return x * 2

    broken.vjp(x=lambda g: g / 0 if type(g) is int else missing)  # noqa: F821
    x = Tensor(2.0, requires_grad=True)
    for _ in range(2):
        try:
            with profile():
                broken(x).backward()
        except NameError as e:
            assert "derivative formula of broken" in e.__notes__[0]
        assert not recording.special and recording.state.watcher is None


def test_values_and_gradients_are_those_without_it(rng=np.random.default_rng(0)):
    x, w = (Tensor(rng.normal(size=(5, 5)), requires_grad=True) for _ in range(2))

    def run():
        x.zero_grad()
        loss = np.sum(np.linalg.svd(x @ w)[1] ** 3)
        loss.backward()
        return loss.data, x.grad

    plain = run()
    with profile():
        watched = run()
    np.testing.assert_array_equal(plain[0], watched[0])
    np.testing.assert_array_equal(plain[1], watched[1])


def test_what_was_broadcast_is_summed_once_where_a_gradient_is_nan():
    x = Tensor([[1.0], [2.0]], requires_grad=True)
    y = np.sum(x * np.array([[1.0, 1.0, 1.0], [1.0, 1.0, np.nan]]))
    with profile():
        np.testing.assert_array_equal(gradients(y, x), [[3.0], [np.nan]])
