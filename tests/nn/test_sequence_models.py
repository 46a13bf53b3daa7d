"""Networks for sequences: the lecture's by hand, text, translation, video; gradients over time."""

import numpy as np
import pytest

import nn
from autograd import Tensor, as_tensor, no_grad
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from nn import functional as F
from nn.insight import gradient_flow, plot_gradient_flow
from nn.models import (
    CharacterModel,
    LectureRNN,
    SequenceClassifier,
    SequenceToSequence,
    TextCNN,
    backward_through_time,
    cnn_3d,
    cnn_lstm,
)

rng = np.random.default_rng(7)


# -- the lecture's network ------------------------------------------------------------------------

SIGMAS = {
    "tanh": np.tanh,
    "sigmoid": F.sigmoid,
    "relu": F.relu,
    "softplus": F.softplus,
    "identity": lambda z: z,
    "sine": np.sin,
}


@pytest.mark.parametrize("sigma2", ["identity", "sigmoid", "tanh"])
@pytest.mark.parametrize("sigma1", SIGMAS)
def test_backprop_through_time_by_hand_is_the_engines(sigma1, sigma2):
    rnn = LectureRNN(3, 5, 2, SIGMAS[sigma1], SIGMAS[sigma2]).astype(float)
    x, d = rng.standard_normal((6, 4, 3)), rng.standard_normal((6, 4, 2))
    h = Tensor(rng.standard_normal((4, 5)), requires_grad=True)
    y, states = rnn(x, h)
    total = sum(F.mse_loss(yt, dt) for yt, dt in zip(y, d, strict=True))
    total.backward()
    found = backward_through_time(rnn, x, d, F.mse_loss, h)
    assert found.loss == pytest.approx(total.item(), rel=1e-12)
    for name, g in found.gradients.items():
        np.testing.assert_allclose(g, getattr(rnn, name).grad, rtol=1e-12, atol=1e-14)
    for t, state in enumerate(states):
        np.testing.assert_allclose(found.dh[t], state.grad, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(found.dh[t], found.from_output[t] + found.from_future[t])
    assert not found.from_future[-1].any() and found.from_future[0].any()


def test_the_lectures_network_is_the_layer_and_a_linear_layer():
    lecture, layer = LectureRNN(3, 5, 2).astype(float), nn.RNN(3, 5).astype(float)
    layer.load_state_dict(
        {
            "weight_ih_l0": lecture.W1.data,
            "weight_hh_l0": lecture.W11.data,
            "bias_ih_l0": lecture.b1.data,
            "bias_hh_l0": np.zeros(5),
        }
    )
    x = rng.standard_normal((6, 4, 3))
    y, states = lecture(x)
    h, _ = layer(x)
    np.testing.assert_allclose(np.stack([s.data for s in states]), h.data, rtol=1e-12)
    np.testing.assert_allclose(y.data, F.linear(h, lecture.W2, lecture.b2).data, rtol=1e-12)


def test_classification_by_the_largest_over_time_as_in_the_lecture():
    """y = max_t y_t: of each class the step that won alone gets the gradient."""
    rnn = LectureRNN(3, 5, 2).astype(float)
    y, _ = rnn(rng.standard_normal((6, 1, 3)))
    np.sum(F.max_over_time(y)).backward()
    assert (y.grad[:, 0] != 0).sum(axis=0).tolist() == [1, 1]


LECTURE_MISTAKES = [
    (lambda r: r(np.ones((2, 3))), ShapeError, r"expected x of shape \(T, N, 3\), T > 0"),
    (lambda r: r(np.ones((0, 1, 3))), ShapeError, "T > 0"),
    (lambda r: r(np.ones((2, 1, 3)), np.ones((1, 9))), ShapeError, r"h must be \(N, H\) = \(1, 5"),
    (lambda r: r(np.ones((2, 1, 3)), "h"), DtypeError, "LectureRNN: h must be an array"),
    (
        lambda r: backward_through_time(r, np.ones((2, 1, 3)), [], F.mse_loss),
        ShapeError,
        "2 steps, but there are 0 targets",
    ),
    (
        lambda r: backward_through_time(r, np.ones((1, 1, 3)), [0], lambda y, d: 0.0),
        DtypeError,
        "gave a float, not a Tensor",
    ),
    (lambda r: LectureRNN(3, 5, 2, "tanh"), DtypeError, "sigma1 must be a function, got 'tanh'"),
]


@pytest.mark.parametrize(
    "call, error, message", LECTURE_MISTAKES, ids=[r[2] for r in LECTURE_MISTAKES]
)
def test_mistakes_with_the_lectures_network(call, error, message):
    with pytest.raises(error, match=message):
        call(LectureRNN(3, 5, 2))


# -- gradients over time --------------------------------------------------------------------------


def test_gradient_flow_is_the_norm_of_the_states_gradients():
    cell, x, states, h = nn.RNNCell(3, 4).astype(float), rng.standard_normal((5, 2, 3)), [], None
    for xt in x:
        h = cell(xt, h)
        states.append(h)
    loss = np.sum(h**2)
    flow = gradient_flow(loss, states)
    loss.backward()
    np.testing.assert_allclose(flow.norms, [np.linalg.norm(s.grad) for s in states], rtol=1e-12)


@pytest.mark.parametrize("scale, grows", [(0.5, False), (2.0, True)])
def test_gradient_flow_knows_the_rate_of_a_linear_network(scale, grows):
    """h_t = s h_{t-1}: the gradient changes by the factor s in every step back."""
    h, states = as_tensor(np.ones((1, 3)), requires_grad=True), []
    for _ in range(20):
        h = h * scale
        states.append(h)
    flow = gradient_flow(np.sum(h), states)
    assert flow.rate() == pytest.approx(scale, rel=1e-12)
    assert (flow.norms[0] > flow.norms[-1]) == grows


def test_pairs_of_an_lstm_count_together_and_clipping_bounds_the_norm():
    model = nn.LSTM(3, 4)
    states = model.unroll(rng.standard_normal((6, 2, 3)).astype(np.float32))
    loss = 1e3 * np.sum(states[-1][0] ** 2)
    flow = gradient_flow(loss, states)
    loss.backward()
    expected = [np.hypot(*(np.linalg.norm(s.grad) for s in pair)) for pair in states]
    np.testing.assert_allclose(flow.norms, expected, rtol=1e-5)
    nn.optim.clip_grad_norm_(model.parameters(), 1.0)
    total = np.sqrt(sum(np.sum(p.grad**2) for p in model.parameters()))
    assert total == pytest.approx(1.0, rel=1e-5)


def test_a_figure_of_flows():
    pytest.importorskip("matplotlib")
    states = nn.GRU(3, 4).unroll(np.ones((6, 2, 3), np.float32))
    flow = gradient_flow(np.sum(states[-1] ** 2), states)
    figure = plot_gradient_flow({"GRU": flow, "again": flow})
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), flow.norms)
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["GRU", "again"]
    assert flow._repr_png_().startswith(b"\x89PNG")


def test_a_flow_without_gradient_has_no_rate():
    states = nn.GRU(3, 4).unroll(np.ones((3, 2, 3), np.float32))
    flow = gradient_flow(np.sum(states[0]), states)
    assert flow.norms[0] > 0 and not flow.norms[1:].any() and np.isnan(flow.rate())


def test_mistakes_with_gradient_flow():
    model, x = nn.RNN(3, 4), np.ones((5, 2, 3), np.float32)
    y, _ = model(x)
    with pytest.raises(DtypeError, match=r"one Tensor of shape \(5, 2, 4\)\. Take states = layer"):
        gradient_flow(np.sum(y), y)
    with pytest.raises(ValueRangeError, match="there are no states"):
        gradient_flow(np.sum(y), [])
    states = model.unroll(x)
    with pytest.raises(GraphError, match="does not depend on any of the states"):
        gradient_flow(np.sum(model(x)[0]), states)
    with no_grad():
        states = model.unroll(x)
    with pytest.raises(DtypeError, match="a Tensor outside any graph"):
        gradient_flow(np.sum(y), states)


# -- networks -------------------------------------------------------------------------------------


def test_parameters():
    assert nn.models.build("character_model", characters=65, hidden=128).count_parameters() == (
        65 * 32 + 4 * 128 * (32 + 128 + 2) + 65 * 129
    )
    assert nn.models.build("cnn_3d").count_parameters() == (
        8 * 27 + 8 + 16 * 8 * 27 + 16 + 32 * 16 * 27 + 32 + 128 * 8 + 8
    )
    assert nn.models.build("cnn_lstm").count_parameters() == (
        (9 * 8 + 8) + (72 * 16 + 16) + (144 * 16 + 16) + 4 * 64 * (256 + 64 + 2) + 8 * 65
    )
    assert nn.models.build("text_cnn", characters=50, classes=3).count_parameters() == (
        50 * 16 + 64 * 16 * (3 + 5 + 7) + 3 * 64 + 3 * (3 * 64 + 1)
    )


MODELS = {
    "characters": (
        lambda: CharacterModel(9, 8, 4, dropout=0.1),
        lambda: rng.integers(0, 9, (5, 3)),
    ),
    "characters, 2 layers": (
        lambda: CharacterModel(9, 8, 4, layers=2, cell="gru", dropout=0.1),
        lambda: rng.integers(0, 9, (5, 3)),
    ),
    "classifier": (lambda: SequenceClassifier(4, 8, 3, dropout=0.1), lambda: randn(5, 3, 4)),
    "classifier, max": (
        lambda: SequenceClassifier(4, 8, 3, 2, "rnn", True, "max"), lambda: randn(5, 3, 4),
    ),
    "classifier, mean": (
        lambda: SequenceClassifier(4, 8, 3, 1, "gru", True, "mean"), lambda: randn(5, 3, 4),
    ),
    "text": (lambda: TextCNN(9, 3, filters=4), lambda: rng.integers(0, 9, (12, 3))),
    "cnn lstm": (lambda: cnn_lstm(classes=3, size=8, filters=2), lambda: randn(3, 1, 4, 8, 8)),
    "cnn 3d": (lambda: cnn_3d(classes=3, filters=2), lambda: randn(3, 1, 4, 8, 8)),
}  # fmt: skip


def randn(*shape):
    return rng.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("name", MODELS)
def test_a_few_steps_lower_the_loss(name):
    make, data = MODELS[name]
    model, x = make(), data()
    optimizer, losses = nn.optim.Adam(model.parameters(), lr=0.02), []
    for _ in range(12):
        y = model(x)
        y = y[0][-1] if isinstance(y, tuple) else y
        loss = F.cross_entropy(y, np.array([0, 1, 2]))
        optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is not None and np.isfinite(p.grad).all() for p in model.parameters())
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_lengths_reach_the_classifier():
    x = randn(5, 2, 4)
    for pooling in ("last", "max", "mean"):
        model = SequenceClassifier(4, 8, 3, bidirectional=True, pooling=pooling)
        padded = model(x, lengths=[2, 5])
        np.testing.assert_allclose(padded.data[0], model(x[:2, :1]).data[0], rtol=1e-5, atol=1e-6)


def test_sampling():
    model = CharacterModel(6, 8, 4)
    greedy = model.sample([0], 10, temperature=0)
    assert greedy == model.sample([0], 10, temperature=0) and len(greedy) == 10
    a, b = (model.sample([0], 30, rng=np.random.default_rng(k)) for k in (1, 1))
    assert a == b and set(a) <= set(range(6)) and len(set(a)) > 2
    assert 3 not in model.sample([0], 50, stop=3)
    assert all(m.training for m in model.modules())
    frozen = next(model.children()).eval()
    model.sample([0], 3)
    assert model.training and not frozen.training
    with pytest.raises(DtypeError, match="list of ids, at least one"):
        model.sample([], 3)
    for options, words in (
        ({"temperature": -1}, "temperature must be a number from 0 on, got -1"),
        ({"count": -1}, "count must be an integer from 0 on, got -1"),
        ({"rng": 0}, r"rng must be a generator, np.random.default_rng\(0\), say; got 0"),
    ):
        with pytest.raises((DtypeError, ValueRangeError), match=words):
            model.sample([0], **{"count": 3, **options})


@pytest.mark.parametrize("temperature", [1e-30, 1e-42, 1e-320])
def test_a_temperature_close_to_0_takes_the_likeliest(temperature):
    model = CharacterModel(6, 8, 4)
    assert model.sample([0], 10, temperature) == model.sample([0], 10, temperature=0)


def test_no_character_is_drawn_from_nan():
    model = CharacterModel(6, 8, 4)
    model.scores.bias.data = np.full(6, np.nan, np.float32)
    for temperature in (0, 1):
        with pytest.raises(ValueRangeError, match="largest score of a next character is nan"):
            model.sample([0], 3, temperature)


def test_the_odds_of_a_sample_are_those_of_the_scores():
    from nn.models.sequence_text import _drawn

    scores, generator = np.log([0.5, 0.3, 0.2]), np.random.default_rng(0)
    counts = np.bincount([_drawn(scores, 1.0, generator) for _ in range(4000)])
    np.testing.assert_allclose(counts / 4000, [0.5, 0.3, 0.2], atol=0.03)


def test_sequence_to_sequence_learns_to_turn_round():
    """Ids 2 to 5 backwards, of lengths 1 to 3; 0 starts, 1 stops and fills up."""
    model = SequenceToSequence(6, 6, start=0, stop=1, hidden=24, embedding=8)
    words = [rng.integers(2, 6, rng.integers(1, 4)).tolist() for _ in range(100)]
    source, lengths = F.pad_sequences(words, value=1)
    target, _ = F.pad_sequences([[*w[::-1], 1] for w in words], value=-100)
    read = np.where(target < 0, 1, target)
    optimizer = nn.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(80):
        scores = np.transpose(model(source, read, lengths), (1, 2, 0))
        loss = F.cross_entropy(scores, target.T, ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    written = model.write(source, limit=6, lengths=lengths)
    right = np.mean([w[::-1] == found for w, found in zip(words, written, strict=True)])
    assert right > 0.9
    assert model.training


def test_greedy_decoding_is_the_likeliest_path_of_the_teacher_forced_scores():
    model = SequenceToSequence(6, 6, start=0, stop=1, hidden=8, cell="lstm")
    source = rng.integers(2, 6, (4, 1))
    (written,) = model.write(source, limit=5)
    again = np.array([*written, 1])[:5, None]
    scores = model(source, again).data
    assert np.argmax(scores[:, 0], axis=1).tolist() == again[:, 0].tolist()
    assert model.write(source, limit=0) == [[]]


MODEL_MISTAKES = [
    (
        lambda: SequenceToSequence(5, 5, 0, 1).write(np.zeros(3, int), 4),
        ShapeError,
        r"write: expected source \(S, N\), got \(3,\)",
    ),
    (lambda: CharacterModel(9, cell="cnn"), ValueRangeError, "cell must be 'rnn', 'lstm' or 'gru'"),
    (lambda: CharacterModel(9)(np.zeros(3, int)), ShapeError, r"expected ids \(T, N\), got \(3,\)"),
    (lambda: SequenceClassifier(4, 8, 3, pooling="sum"), ValueRangeError, "'last', 'max' or 'me"),
    (lambda: TextCNN(9, 3)(np.zeros((5, 1), int)), ShapeError, "T at least 7, the widest filter"),
    (lambda: cnn_lstm(size=30), ShapeError, "multiple of 8, got 30"),
    (lambda: cnn_lstm()(np.zeros((1, 1, 8, 16, 16))), ShapeError, r"\(N, 1, T, 32, 32\), got"),
    (lambda: SequenceToSequence(5, 5, 0, 9), ValueRangeError, "stop must be an id .* 0 to 4"),
    (
        lambda: SequenceToSequence(5, 5, 0, 1)(np.zeros((3, 2), int), np.zeros((3, 1), int)),
        ShapeError,
        r"expected source \(S, N\) and target \(T, N\)",
    ),
]


@pytest.mark.parametrize("call, error, message", MODEL_MISTAKES, ids=[r[2] for r in MODEL_MISTAKES])
def test_mistakes_with_the_models(call, error, message):
    with pytest.raises(error, match=message):
        call()
