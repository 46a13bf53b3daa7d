"""Recurrent layers: the fused node against its steps, lengths, and every mistake's message."""

import weakref
from typing import NamedTuple

import numpy as np
import pytest

import nn
from autograd import Tensor, gradients, no_grad, ops
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from nn import functional as F

T, N, I, H = 5, 3, 2, 4  # noqa: E741
KINDS = ("RNN", "LSTM", "GRU")
rng = np.random.default_rng(3)
each_kind = pytest.mark.parametrize("kind", KINDS)


def leaf(*shape):
    return Tensor(rng.standard_normal(shape), requires_grad=True)


def layer(kind, **options):
    return getattr(nn, kind)(I, H, **options).astype(float)


def first(state):
    return state[0] if isinstance(state, tuple) else state


def zeros(kind, *shape):
    return (np.zeros(shape),) * 2 if kind == "LSTM" else np.zeros(shape)


# -- one node for all steps, or one for each ------------------------------------------------------

OPTIONS = [
    {},
    {"num_layers": 2, "bidirectional": True, "batch_first": True},
    {"bias": False, "return_sequences": False},
    {"num_layers": 2, "bidirectional": True, "return_sequences": False},
]


@each_kind
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_fused_equals_unrolled_to_second_order(kind, options):
    """Values, gradients and the gradients of a function of these, of all weights and x."""
    fused = layer(kind, **options)
    unrolled = layer(kind, **options, unrolled=True).load_state_dict(fused.state_dict())
    x, lengths, found = rng.standard_normal((N, T, I)), [3, 5, 1], []
    x = x if options.get("batch_first") else np.swapaxes(x, 0, 1)
    for model in (fused, unrolled):
        leaves = [Tensor(x, requires_grad=True), *model.parameters()]
        y, state = model(leaves[0], lengths=lengths)
        total = np.sum(np.sin(y)) + np.sum(np.cos(first(state)))
        once = gradients(total, leaves, create_graph=True)
        twice = gradients(sum(np.sum(g * g) for g in once), leaves)
        found.append([y.data, first(state).data, *(g.data for g in once), *twice])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def test_third_order():
    w = [leaf(*s) for s in ((H, I), (H, H))]
    x, h0 = leaf(3, 2, I), leaf(2, H)
    results = []
    for f in (
        lambda: ops.rnn(x, *w, h0=h0),
        lambda: np.stack([s[0] for s in ops.recurrent_steps("rnn_tanh", x, *w, None, None, h0)]),
    ):
        g = gradients(np.sum(f() ** 2), h0, create_graph=True)
        gg = gradients(np.sum(g**2), h0, create_graph=True)
        results.append(gradients(np.sum(gg**2), h0))
    np.testing.assert_allclose(*results, rtol=1e-10)


@each_kind
def test_the_fused_layer_is_one_node_per_direction(kind):
    from autograd import graph

    def count(unrolled):
        y, _ = layer(kind, unrolled=unrolled)(np.ones((50, N, I)))
        return len(graph.results(np.sum(y).node))

    assert count(False) < 8
    assert count(True) > 100


@each_kind
def test_float32_by_numba_is_numpys(kind, use_kernels):
    pytest.importorskip("numba")
    model, found = getattr(nn, kind)(32, 64, bidirectional=True), []
    x = rng.standard_normal((20, 8, 32)).astype(np.float32)
    for kernels in ("numpy", "numba"):
        use_kernels(kernels)
        y, _ = model(x, lengths=np.arange(8) + 10)
        model.zero_grad()
        np.sum(y**2).backward()
        found.append([y.data, *(p.grad for p in model.parameters())])
        assert all(a.dtype == np.float32 for a in found[-1])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5 * np.max(np.abs(a)))


def test_nan_and_infinity_stay_visible_in_the_compiled_steps(use_kernels):
    pytest.importorskip("numba")
    use_kernels("numba")
    x = np.array([np.nan, np.inf, -np.inf, 0], np.float32).reshape(1, 4, 1)
    lstm, gru = (np.ones((k, 1), np.float32) for k in (4, 3))
    by_lstm, by_gru = ops.lstm(x, lstm, lstm)[0], ops.gru(x, gru, gru)
    sigmoid = 1 / (1 + np.exp(-np.array([np.inf, -np.inf, 0])))
    squashed = np.tanh([np.inf, -np.inf, 0])
    assert np.isnan(by_lstm[0, 0, 0]) and np.isnan(by_gru[0, 0, 0])
    np.testing.assert_allclose(by_lstm[0, 1:, 0], sigmoid * np.tanh(sigmoid * squashed), atol=1e-6)
    np.testing.assert_allclose(by_gru[0, 1:, 0], (1 - sigmoid) * squashed, atol=1e-6)


@each_kind
@pytest.mark.parametrize("kernels", ["numpy", "numba"])
def test_an_infinite_cotangent_passes_by_the_steps_that_are_skipped(kind, kernels, use_kernels):
    if kernels == "numba":
        pytest.importorskip("numba")
    use_kernels(kernels)
    x, mask = np.ones((T, N, I), np.float32), np.ones((T, N), bool)
    model, g = getattr(nn, kind)(I, H), np.ones((T, N, H), np.float32)
    mask[:, 1], g[:, 1] = False, np.inf
    y = getattr(ops, kind.lower())(x, *model.parameters(), mask=mask)
    found = gradients(first(y), model.parameters(), g)
    assert all(np.all(np.isfinite(f)) for f in found)


@each_kind
def test_backward_twice_and_in_between(kind):
    """The same gradients again, and another cotangent's own."""
    model, x = layer(kind), leaf(T, N, I)
    y, _ = model(x)
    a, b = np.sum(y), np.sum(y * y)
    first_time = gradients(a, [x, *model.parameters()])
    other = gradients(b, [x, *model.parameters()])
    for g, h in zip(first_time, gradients(a, [x, *model.parameters()]), strict=True):
        np.testing.assert_array_equal(g, h)
    assert not np.allclose(first_time[0], other[0])


def test_one_cotangent_for_two_layers_is_not_mixed_up():
    """y = rnn_1(x) + rnn_2(x) hands the same array to both nodes."""
    one, two, x = layer("RNN"), layer("RNN"), leaf(T, N, I)
    together = gradients(np.sum(one(x)[0] + two(x)[0]), x)
    apart = gradients(np.sum(one(x)[0]), x) + gradients(np.sum(two(x)[0]), x)
    np.testing.assert_allclose(together, apart, rtol=1e-12)


@each_kind
def test_a_walk_back_does_not_run_forward_again(kind, monkeypatch):
    from autograd.ops import recurrent

    y, _ = layer(kind)(leaf(T, N, I))
    monkeypatch.setattr(recurrent, "_run_kernel", None)
    np.sum(y).backward()


@each_kind
def test_the_operation_at_other_values_leaves_this_graph_alone(kind):
    """As a check of the formulas does it: the same call again, with other numbers."""
    model, x = layer(kind), leaf(T, N, I)
    y, _ = model(x)
    expected = gradients(np.sum(y), [x, *model.parameters()])
    node = y.node.parents[0] if kind == "LSTM" else y.node
    given = dict(zip(node.plan.names, node.saved, strict=True))
    given["x"] = given["x"] + 1
    arguments = [given[name] for name in node.plan.op.names]
    node.plan.op.fn(*arguments)
    again = gradients(np.sum(y), [x, *model.parameters()])
    for a, b in zip(expected, again, strict=True):
        np.testing.assert_array_equal(a, b)


@each_kind
def test_a_formula_with_an_output_that_was_copied(kind):
    """What the forward pass left is found by its output; without it, it is computed again."""
    model, x = layer(kind), leaf(T, N, I)
    y, _ = model(x)
    node = y.node.parents[0] if kind == "LSTM" else y.node
    given = dict(zip(node.plan.names, node.saved, strict=True))
    arguments = [given[name] for name in node.plan.op.names]
    copied = tuple(map(np.copy, given["y"])) if kind == "LSTM" else np.copy(given["y"])
    g = np.ones((T, N, H))
    formula = node.plan.op.formulas["w_hh"]
    found = formula((g, np.zeros((N, H))) if kind == "LSTM" else g, copied, *arguments)
    np.testing.assert_allclose(found, gradients(np.sum(y), model.weight_hh_l0), rtol=1e-12)


def test_without_numba_the_steps_are_numpys(monkeypatch):
    from autograd.kernels import recurrent

    x = np.ones((40, 32, 32), np.float32)
    expected = nn.GRU(32, 64)(x)
    nn.init.seed(0)
    monkeypatch.setattr(recurrent, "twins", lambda name: None)
    np.testing.assert_allclose(nn.GRU(32, 64)(x)[0].data, expected[0].data, atol=1e-5)


def test_what_a_pass_found_is_let_go_with_the_pass():
    from autograd.ops.passes import once_per_pass

    before = len(once_per_pass.found)
    y, _ = layer("LSTM")(leaf(T, N, I))
    np.sum(y).backward()
    assert len(once_per_pass.found) == before


def test_what_an_interrupt_kept_from_being_forgotten_is_not_found_again(monkeypatch):
    from autograd.ops.passes import once_per_pass

    class Part:
        pass

    part = Part()
    once_per_pass(lambda: "old", part)
    monkeypatch.setattr(type(once_per_pass), "forget", lambda self, key: None)
    del part
    part = Part()  # at the same place in memory
    assert once_per_pass(lambda: "new", part) == "new" == once_per_pass(lambda: "newer", part)
    monkeypatch.undo()
    del part


@each_kind
def test_the_graph_is_freed_with_the_result(kind):
    x = leaf(T, N, I)
    y, state = layer(kind)(x)
    node = weakref.ref(y.node)
    del y, state
    assert node() is None


def test_a_hook_on_the_input_runs_once():
    calls, x = [], leaf(T, N, I)
    h = x * 1.0
    h.register_hook(lambda g: calls.append(1))
    y, _ = layer("GRU")(h)
    gradients(np.sum(y), x, create_graph=True)
    assert len(calls) == 1


@each_kind
def test_a_changed_weight_is_noticed(kind):
    model, x = layer(kind), leaf(T, N, I)
    y, _ = model(x)
    with no_grad():
        model.weight_hh_l0.assign(0.0)
    with pytest.raises(GraphError, match="needs 'w_hh' as it was"):
        np.sum(y).backward()


def test_the_callers_array_may_change_after_the_forward_pass():
    model, x = layer("GRU"), rng.standard_normal((T, N, I))
    y, _ = model(x)
    expected = gradients(np.sum(y), model.weight_ih_l0)
    x[:] = 0
    np.testing.assert_array_equal(gradients(np.sum(y), model.weight_ih_l0), expected)


# -- lengths, states, sizes at the edge -----------------------------------------------------------


@each_kind
@pytest.mark.parametrize("unrolled", [False, True])
def test_lengths_are_the_sequences_alone(kind, unrolled):
    """Each sequence of a padded batch as if it were alone, in both directions."""
    model = layer(kind, num_layers=2, bidirectional=True, unrolled=unrolled)
    x, lengths = rng.standard_normal((T, N, I)), [2, 5, 1]
    y, state = model(x, lengths=lengths)
    for n, length in enumerate(lengths):
        alone, last = model(x[:length, n])
        np.testing.assert_allclose(y.data[:length, n], alone.data, rtol=1e-12)
        assert not y.data[length:, n].any()
        np.testing.assert_allclose(first(state).data[:, n], first(last).data, rtol=1e-12)


@each_kind
def test_what_is_past_the_end_has_no_effect(kind):
    model, x = layer(kind, bidirectional=True), leaf(T, N, I)
    y, state = model(x, lengths=[2, 5, 0])
    (np.sum(y**2) + np.sum(first(state))).backward()
    assert not x.grad[2:, 0].any() and not x.grad[:, 2].any()
    assert x.grad[:, 1].all()


@each_kind
@pytest.mark.parametrize("unrolled", [False, True])
@pytest.mark.parametrize("padding", [np.nan, np.inf])
def test_padding_that_is_not_finite_stays_out_of_gradients(kind, unrolled, padding):
    model, x = layer(kind, bidirectional=True, unrolled=unrolled), leaf(T, N, I)
    lengths = [2, 5, 0]
    real = F.sequence_mask(lengths, T)[:, :, None]
    found = []
    for fill in (0.0, padding):
        y, _ = model(np.where(real, x, fill), lengths=lengths)
        found.append([y.data, *gradients(np.sum(y**2), [x, *model.parameters()])])
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


@each_kind
@pytest.mark.parametrize("unrolled", [False, True])
def test_a_sequence_of_length_0_keeps_its_state(kind, unrolled):
    model = layer(kind, unrolled=unrolled)
    h0 = rng.standard_normal((1, N, H))
    state = (h0, h0 + 1) if kind == "LSTM" else h0
    y, last = model(np.ones((T, N, I)), state, lengths=[0, 3, 0])
    np.testing.assert_array_equal(first(last).data[:, [0, 2]], h0[:, [0, 2]])
    assert not y.data[:, [0, 2]].any()


def test_a_mask_skips_steps_wherever_they_are():
    model, x = layer("GRU"), rng.standard_normal((T, 1, I))
    mask = np.array([True, False, True, True, False])[:, None]
    y, last = model(x, mask=mask)
    dense, dense_last = model(x[mask[:, 0]])
    np.testing.assert_allclose(y.data[mask[:, 0]], dense.data, rtol=1e-12)
    np.testing.assert_allclose(last.data, dense_last.data, rtol=1e-12)
    other, _ = layer("GRU", batch_first=True).load_state_dict(model.state_dict())(
        np.swapaxes(x, 0, 1), mask=mask.T
    )
    np.testing.assert_array_equal(np.swapaxes(other.data, 0, 1), y.data)


@each_kind
@pytest.mark.parametrize("unrolled", [False, True])
def test_no_steps_at_all(kind, unrolled):
    model = layer(kind, bidirectional=True, unrolled=unrolled)
    x, h0 = leaf(0, N, I), leaf(2, N, H)
    y, last = model(x, (h0, h0) if kind == "LSTM" else h0)
    assert y.shape == (0, N, 2 * H)
    np.testing.assert_array_equal(first(last).data, h0.data)
    np.sum(first(last) * 3).backward()
    assert np.all(h0.grad == 3)


@each_kind
def test_no_steps_to_unroll(kind):
    assert layer(kind, num_layers=2).unroll(np.ones((0, N, I))) == []


@each_kind
def test_a_state_of_integers_is_of_the_weights_type(kind):
    model, x = getattr(nn, kind)(I, H), np.ones((T, N, I), np.float32)
    state = np.ones((1, N, H), int)
    y, last = model(x, (state, state) if kind == "LSTM" else state)
    assert y.dtype == first(last).dtype == np.float32


@each_kind
def test_gradients_of_float16_add_up_past_2048(kind):
    x, found = np.full((9000, 1, I), 0.1), []
    for dtype in (np.float16, float):
        nn.init.seed(0)
        model = getattr(nn, kind)(I, H).astype(np.float16).astype(dtype)
        y, _ = model(x.astype(dtype))
        found.append([p.astype(float) for p in gradients(np.sum(y), [*model.parameters()])])
    for half, exact in zip(*found, strict=True):
        np.testing.assert_allclose(half, exact, rtol=0, atol=0.01 * np.abs(exact).max())


@each_kind
@pytest.mark.parametrize("shape", [(1, N, I), (T, 1, I), (1, 1, I), (T, 0, I), (0, N, I)], ids=str)
def test_small_sizes(kind, shape):
    model, x = layer(kind, num_layers=2, bidirectional=True), leaf(*shape)
    y, state = model(x)
    assert y.shape == (*shape[:2], 2 * H) and first(state).shape == (4, shape[1], H)
    np.sum(y).backward()
    assert x.grad.shape == shape


@each_kind
def test_one_sequence_without_a_batch_axis(kind):
    model, x = layer(kind, num_layers=2), rng.standard_normal((T, I))
    y, state = model(x)
    batched, batched_state = model(x[:, None])
    np.testing.assert_array_equal(y.data, batched.data[:, 0])
    np.testing.assert_array_equal(first(state).data, first(batched_state).data[:, 0])
    again, _ = model(x, state)
    assert again.shape == (T, H)


@each_kind
def test_return_sequences_off_gives_where_each_walk_ends(kind):
    x, lengths = rng.standard_normal((T, N, I)), [2, 5, 3]
    every = layer(kind, bidirectional=True)
    ends = layer(kind, bidirectional=True, return_sequences=False)
    ends.load_state_dict(every.state_dict())
    y, _ = every(x, lengths=lengths)
    expected = [[*y.data[m - 1, n, :H], *y.data[0, n, H:]] for n, m in enumerate(lengths)]
    np.testing.assert_allclose(ends(x, lengths=lengths)[0].data, expected, rtol=1e-12)


@each_kind
def test_a_cell_in_a_loop_is_the_layer(kind):
    model, cell = layer(kind), getattr(nn, kind + "Cell")(I, H).astype(float)
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in model.state_dict().items()})
    x, state = rng.standard_normal((T, N, I)), None
    y, _ = model(x)
    for t in range(T):
        state = cell(x[t], state)
        np.testing.assert_allclose(first(state).data, y.data[t], rtol=1e-12)
    assert first(cell(x[0, 0])).shape == (H,)


@each_kind
def test_unroll_gives_the_states(kind):
    model, x = layer(kind, num_layers=2), rng.standard_normal((T, N, I))
    states = model.unroll(x)
    np.testing.assert_allclose(np.stack([first(s).data for s in states]), model(x)[0].data)
    np.sum(first(states[-1])).backward()
    assert all(first(s).grad.any() for s in states)


def test_dropout_between_layers_only_in_training():
    model = layer("RNN", num_layers=2, dropout=0.5)
    x = np.ones((T, N, I))
    assert not np.array_equal(model(x)[0].data, model(x)[0].data)
    model.eval()
    np.testing.assert_array_equal(model(x)[0].data, model(x)[0].data)
    single = layer("RNN", dropout=0.5)
    np.testing.assert_array_equal(single(x)[0].data, single(x)[0].data)


def test_integers_are_numbers_too():
    y, _ = nn.RNN(I, H)(np.ones((T, N, I), int))
    assert y.dtype == np.float32


def test_arrays_go_in_and_come_out():
    w = [rng.standard_normal(s) for s in ((H, I), (H, H))]
    assert type(ops.rnn(np.ones((T, N, I)), *w)) is np.ndarray


# -- truncated backpropagation through time -------------------------------------------------------


def test_a_detached_state_cuts_the_graph_and_keeps_the_values():
    model, x = layer("LSTM"), leaf(2 * T, N, I)
    whole, _ = model(x)
    _y, state = model(x[:T])
    later, _ = model(x[T:], F.detach(state))
    np.testing.assert_allclose(later.data, whole.data[T:], rtol=1e-12)
    g = gradients(np.sum(later), x)
    assert not g[:T].any() and g[T:].all()
    through, _ = model(x[T:], state)
    np.testing.assert_allclose(
        gradients(np.sum(through), x), gradients(np.sum(whole[T:]), x), rtol=1e-9, atol=1e-12
    )


def test_any_nesting_of_states_is_detached():
    class State(NamedTuple):
        h: Tensor
        c: Tensor

    found = F.detach({"encoder": State(leaf(2), leaf(2)), "decoder": [leaf(2), None]})
    assert type(found["encoder"]) is State and found["decoder"][1] is None
    assert not any(v.requires_grad for v in (*found["encoder"], found["decoder"][0]))


@pytest.mark.parametrize("steps", [1, T])
@each_kind
def test_outputs_and_state_together_are_no_input_of_the_next_layer(kind, steps):
    """Without a graph, and after one step, both had the same shape and were stacked."""
    model = nn.Sequential(layer(kind), nn.Linear(H, 2))
    with no_grad(), pytest.raises(DtypeError, match=r"got a tuple of 2.*\(outputs, state\)"):
        model(np.ones((steps, N, I)))


def test_a_state_that_was_not_detached_is_refused_with_what_to_do():
    model, x = nn.GRU(I, H), np.ones((T, N, I), np.float32)
    optimizer = nn.optim.SGD(model.parameters(), lr=0.1)

    def train(state):
        y, state = model(x, state)
        loss = np.sum(y * y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return state

    state = train(None)
    for _ in range(2):
        state = train(F.detach(state))
    with pytest.raises(GraphError, match=r"SGD.step\(\) has released .*\.detach\(\) it"):
        train(state)


# -- what is wrong is said ------------------------------------------------------------------------

X = np.ones((T, N, I))
WRONG = [
    (lambda: layer("RNN")(np.ones(I)), ShapeError, r"RNN: expected x of shape \(T, N, I\)"),
    (lambda: layer("RNN", batch_first=True)(np.ones(I)), ShapeError, r"x of shape \(N, T, I\)"),
    (lambda: layer("GRU")(np.ones((T, N, 7))), ShapeError, "7 features a step, expected input_siz"),
    (lambda: layer("GRU")(X, np.ones((2, N, H))), ShapeError, r"state h must be .* = \(1, 3, 4\)"),
    (lambda: layer("GRU")(X, zeros("LSTM", 1, N, H)), ShapeError, "array .*, got a tuple of 2"),
    (lambda: layer("LSTM")(X, np.ones((1, N, H))), ShapeError, r"must be a pair \(h, c\)"),
    (
        lambda: layer("LSTM")(X, (np.ones((1, N, H)), np.ones((1, N, I)))),
        ShapeError,
        r"LSTM: the state c must be .*, got shape \(1, 3, 2\)",
    ),
    (lambda: layer("RNN")(X[:, 0], np.ones((1, 1, H))), ShapeError, r"state h must be \(L D, H\)"),
    (lambda: layer("RNN")(X, lengths=[1, 2]), ShapeError, "3 sequences need 3 lengths, got 2"),
    (lambda: layer("RNN")(X, lengths=[1, 9, 2]), ValueRangeError, "a length is 9, but .* 5 steps"),
    (lambda: layer("RNN")(X, lengths=[1, -1, 2]), ValueRangeError, "a length is -1"),
    (lambda: layer("RNN")(X, lengths=[1.0, 1, 2]), DtypeError, "lengths must be integers"),
    (lambda: layer("RNN")(X, mask=np.ones((T, N))), DtypeError, "mask must be of bool"),
    (lambda: layer("RNN")(X, mask=np.ones((N, T), bool)), ShapeError, r"mask must be \(T, N\)"),
    (
        lambda: layer("RNN")(X, lengths=[1, 1, 1], mask=np.ones((T, N), bool)),
        ValueRangeError,
        "lengths or mask, not both",
    ),
    (lambda: nn.RNN(0, 3), ValueRangeError, "input_size must be a positive integer"),
    (lambda: nn.RNN(2, 3, nonlinearity="sin"), ValueRangeError, "nonlinearity must be 'tanh' or"),
    (lambda: nn.RNN(2, 3, dropout=2), ValueRangeError, "between 0 and 1"),
    (lambda: nn.LSTM(2, 3, bidirectional=True).unroll(X), ValueRangeError, "no single order"),
    (lambda: nn.RNNCell(2, 3)(X), ShapeError, r"RNNCell: expected x of shape \(N, 2\)"),
    (lambda: nn.RNNCell(2, 3)(X[0], np.ones((N, 4))), ShapeError, r"must be \(N, H\) = \(3, 3\)"),
    (lambda: nn.LSTMCell(2, 3)(X[0], np.ones((N, 3))), ShapeError, r"must be a pair \(h, c\)"),
    (lambda: nn.GRUCell(2, 3)(X[0], (1, 2)), ShapeError, "must be an array"),
    (lambda: ops.rnn(X, X[0], X[0]), ShapeError, r"expected w_hh of shape \(1H, H\)"),
    (lambda: ops.gru(X, np.ones((3, 2)), np.ones((6, 2))), ShapeError, r"w_ih must be \(6, 2\)"),
    (
        lambda: ops.lstm(X, np.ones((8, 2)), np.ones((8, 2)), np.ones(3)),
        ShapeError,
        r"lstm: b_ih must be \(8,\), got \(3,\)",
    ),
    (
        lambda: ops.rnn(X, np.ones((4, 2)), np.ones((4, 4)), h0=np.ones((1, 4))),
        ShapeError,
        r"h0 must be \(N, H\) = \(3, 4\)",
    ),
    (
        lambda: ops.rnn(X, np.ones((4, 2)), np.ones((4, 4)), activation="sin"),
        ValueRangeError,
        "activation must be 'tanh' or 'relu'",
    ),
    (lambda: ops.rnn(X[0], X[0], X[0]), ShapeError, r"expected x of shape \(T, N, I\)"),
    (lambda: F.max_over_time(X, lengths=[1, 0, 2]), ValueRangeError, "sequence 1 has no real step"),
    (lambda: F.max_over_time(X[:0]), ValueRangeError, "no steps to take the largest of"),
    (lambda: F.mean_over_time(X[:0]), ValueRangeError, "no steps to take the mean of"),
    (lambda: F.last_step(X[0]), ShapeError, r"expected y of shape \(T, N, H\)"),
    (lambda: F.last_step(X, [1, 0, 1]), ValueRangeError, "sequence 1 has no real step"),
    (lambda: F.sequence_mask([[1]], 2), ShapeError, r"lengths must be \(N,\)"),
    (lambda: F.sequence_mask([1], 2.5), DtypeError, "steps must be an integer"),
    (lambda: F.pad_sequences([]), ShapeError, "there are no sequences"),
    (lambda: F.pad_sequences([np.ones((2, 2)), np.ones(3)]), ShapeError, "alike but for T_n"),
    (lambda: F.pad_sequences([[1], [[1, 2], [3]]]), ShapeError, "sequence 1 must be an"),
    (lambda: F.pad_sequences([[1, 2], [3]], value=0.5), ValueRangeError, "int64.* the value 0.5"),
    (lambda: F.pad_sequences([[1, 2], [3]], np.nan), ValueRangeError, "hold the value nan"),
    (lambda: F.pad_sequences([[True], []], value=2), ValueRangeError, "bool.* the value 2"),
    (lambda: F.pad_sequences([[1.0], []], value=1j), ValueRangeError, "float64.* the value 1j"),
    (lambda: F.pad_sequences([np.ones(1, np.uint8)], -1), ValueRangeError, "uint8.* the value -1"),
]  # fmt: skip


@pytest.mark.parametrize("call, error, message", WRONG, ids=[row[2] for row in WRONG])
def test_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call()


# -- what is read off the outputs -----------------------------------------------------------------


def test_max_over_time_sends_the_gradient_to_the_winner():
    y = Tensor([[[1.0, 5.0]], [[3.0, 2.0]], [[9.0, 9.0]]], requires_grad=True)
    np.sum(F.max_over_time(y, lengths=[2])).backward()
    assert y.grad[:, 0].tolist() == [[0, 1], [1, 0], [0, 0]]


def test_last_step_and_mean_over_time():
    y = rng.standard_normal((T, N, H))
    lengths = np.array([2, 5, 1])
    last = [y[m - 1, n] for n, m in enumerate(lengths)]
    np.testing.assert_array_equal(F.last_step(y, lengths), last)
    np.testing.assert_array_equal(F.last_step(y), y[-1])
    mean = [y[:m, n].mean(axis=0) for n, m in enumerate(lengths)]
    np.testing.assert_allclose(F.mean_over_time(y, lengths), mean)
    np.testing.assert_allclose(F.mean_over_time(y), y.mean(axis=0))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, bool, np.float16])
def test_means_and_maxima_over_time_of_small_types(dtype):
    y = rng.integers(0, 2, (5000, 1, 8)).astype(dtype)
    lengths = [4999]
    expected = y[:4999].mean(axis=0, dtype=float)
    np.testing.assert_allclose(F.mean_over_time(y, lengths), expected, rtol=1e-3)
    np.testing.assert_array_equal(F.max_over_time(y, lengths), y[:4999].max(axis=0))


def test_the_largest_integer_over_time_may_be_below_zero():
    y = np.array([-5, -7, 0])[:, None, None]
    assert F.max_over_time(y, lengths=[2]).tolist() == [[-5]]


def test_pad_sequences():
    padded, lengths = F.pad_sequences([np.ones((2, 3)), np.ones((0, 3))], value=-1)
    assert padded.shape == (2, 2, 3) and lengths.tolist() == [2, 0]
    assert (padded[:, 1] == -1).all()
    ids, _ = F.pad_sequences([[1, 2], []])
    assert ids.dtype.kind == "i" and ids.T.tolist() == [[1, 2], [0, 0]]
    padded, lengths = F.pad_sequences([np.ones((2, 3)), []])
    assert padded.shape == (2, 2, 3) and lengths.tolist() == [2, 0] and not padded[:, 1].any()
    for sequences, value in (
        ([[True], []], 0),
        ([[1], []], 2.0),
        ([np.ones(1, np.float32), []], 0.1),
        ([[1j], []], 0.5),
        ([np.ones((1, 2), np.int8), np.ones((0, 2))], [3, 4]),
    ):
        padded, _ = F.pad_sequences(sequences, value)
        assert padded.dtype == np.asarray(sequences[0]).dtype
        np.testing.assert_allclose(padded[0, 1], value)


def test_repr():
    assert repr(nn.LSTM(2, 3, num_layers=2)) == "LSTM(2, 3, num_layers=2)"
    assert "nonlinearity='relu'" in repr(nn.RNN(2, 3, nonlinearity="relu"))
