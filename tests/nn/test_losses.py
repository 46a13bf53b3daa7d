"""Losses: the lectures' formulas, extremes, several at once; `test_layers_torch` has PyTorch's."""

import numpy as np
import pytest

import nn
from autograd import Tensor, gradcheck
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn import functional as F


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def test_squared_error_of_the_lectures():
    x, t = Tensor(normal(5, 3), requires_grad=True), normal(5, 3, seed=1)
    loss = nn.HalfMSELoss()(x, t)
    assert loss.item() == pytest.approx(np.sum((x.data - t) ** 2) / (2 * 5))
    loss.backward()
    np.testing.assert_allclose(x.grad, (x.data - t) / 5)
    assert F.half_mse_loss(x, t, "none").shape == (5,)
    assert F.half_mse_loss(x, t, "sum").item() == pytest.approx(5 * loss.item())
    assert F.mse_loss(x, t).item() == pytest.approx(loss.item() * 2 / 3)


def test_hinge_loss():
    x = Tensor([2.0, 0.5, -1.0, 1.0], requires_grad=True)
    t = np.array([1.0, 1.0, 1.0, -1.0])
    losses = F.hinge_loss(x, t, "none")
    assert losses.tolist() == [0, 0.5, 2, 2]
    assert nn.HingeLoss()(x, t).item() == 4.5 / 4
    losses.sum().backward()
    assert x.grad.tolist() == [0, -1, -1, 1]


def test_softmax_with_cross_entropy_is_p_minus_target():
    x = Tensor(normal(4, 3), requires_grad=True)
    p = F.softmax(x.data, dim=1)
    shares = np.array([[0.2, 0.5, 0.3]] * 4)
    F.cross_entropy(x, shares).backward()
    np.testing.assert_allclose(x.grad, (p - shares) / 4)
    x.zero_grad()
    F.nll_loss(F.log_softmax(x), np.array([0, 1, 2, 0])).backward()
    np.testing.assert_allclose(x.grad, (p - np.eye(3)[[0, 1, 2, 0]]) / 4)


def test_smoothing_is_a_target_with_a_share_for_all():
    x, labels = normal(4, 3), np.array([0, 1, 2, 0])
    shares = 0.7 * np.eye(3)[labels] + 0.1
    smoothed = F.cross_entropy(x, labels, label_smoothing=0.3)
    assert smoothed == pytest.approx(F.cross_entropy(x, shares))


def test_sigmoid_with_binary_cross_entropy_is_sigma_minus_target():
    x, t = Tensor(normal(6), requires_grad=True), np.array([0, 1, 1, 0, 1, 0])
    F.binary_cross_entropy_with_logits(x, t, reduction="sum").backward()
    np.testing.assert_allclose(x.grad, F.sigmoid(x.data) - t)
    assert F.binary_cross_entropy(F.sigmoid(x.data), t) == pytest.approx(
        F.binary_cross_entropy_with_logits(x.data, t)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes_stay_finite(dtype):
    x = Tensor(np.array([1e4, -1e4, 0.0, 1.0], dtype), requires_grad=True)
    losses = F.binary_cross_entropy_with_logits(x, np.array([0.0, 1, 0, 0], dtype), None, "none")
    np.testing.assert_allclose(losses.data[:2], 1e4)
    losses.sum().backward()
    np.testing.assert_allclose(x.grad[:2], [1, -1])
    p = Tensor(np.array([0, 1, 0, 1], dtype), requires_grad=True)
    losses = F.binary_cross_entropy(p, np.array([0, 1, 1, 0], dtype), reduction="none")
    np.testing.assert_allclose(losses.data, [0, 0, 100, 100], rtol=1e-5)
    losses.sum().backward()
    assert np.all(np.isfinite(p.grad)) and p.grad[2] < -1e9 and p.grad[3] > 1e9
    t = np.array([[0.0, 1.0]], dtype)
    assert F.kl_div(np.log(np.array([[0.5, 0.5]], dtype)), t, "sum") == pytest.approx(np.log(2))


def test_losses_of_several_layers_just_add():
    nn.init.seed(0)
    trunk, first, second = nn.Linear(4, 5), nn.Linear(5, 3), nn.Linear(5, 2)
    x, labels, target = normal(6, 4).astype(np.float32), np.arange(6) % 3, normal(6, 2)

    def gradients(*weights):
        for m in (trunk, first, second):
            m.zero_grad()
        h = F.tanh(trunk(x))
        classes, numbers = F.cross_entropy(first(h), labels), F.mse_loss(second(h), target)
        penalty = np.mean(h * h)  # a loss at the hidden layer itself
        (weights[0] * classes + weights[1] * numbers + weights[2] * penalty).backward()
        return trunk.weight.grad

    parts = [gradients(*np.eye(3)[k].tolist()) for k in range(3)]
    total = gradients(1.0, 0.5, 0.1)
    np.testing.assert_allclose(total, parts[0] + 0.5 * parts[1] + 0.1 * parts[2], atol=1e-6)
    assert first.weight.grad is not None and second.weight.grad is not None


def test_ignored_labels_count_as_nothing():
    x = Tensor(normal(2, 3, 4), requires_grad=True)
    labels = np.array([[0, -100, 2, 1], [-100, -100, 1, 0]])
    loss = F.cross_entropy(x, labels)
    scores, kept = np.moveaxis(x.data, 1, 2)[labels >= 0], labels[labels >= 0]
    assert loss.item() == pytest.approx(F.cross_entropy(scores, kept))
    loss.backward()
    assert not np.moveaxis(x.grad, 1, 2)[labels < 0].any()
    with pytest.raises(ValueRangeError, match="every label is ignore_index"):
        F.cross_entropy(x, np.full((2, 4), -100))
    assert F.cross_entropy(x, np.full((2, 4), -100), reduction="sum").item() == 0


def test_class_weights_are_state_and_not_trained():
    loss = nn.CrossEntropyLoss(weight=[1, 2, 3])
    assert list(loss.parameters()) == [] and list(loss.state_dict()) == ["weight"]
    y = loss(normal(2, 3).astype(np.float32), [0, 2])
    assert y.dtype == np.float32


LABELS = np.array([0, 2, 1])
SMOOTH = {
    "cross_entropy": lambda x: F.cross_entropy(x, LABELS, np.array([1.0, 2, 0.5]), 1, "none", 0.2),
    "bce": lambda x: F.binary_cross_entropy_with_logits(x, np.eye(3), pos_weight=np.array(2.0)),
    "kl": lambda x: F.kl_div(F.log_softmax(x), np.full((3, 3), 1 / 3)),
    "huber": lambda x: F.huber_loss(x, np.zeros((3, 3)), delta=0.5),
    "multi margin": lambda x: F.multi_margin_loss(x, LABELS, p=2),
    "cosine": lambda x: F.cosine_embedding_loss(x, x[::-1] * 2 + 1, np.array([1, -1, 1])),
    "triplet": lambda x: F.triplet_margin_loss(x, x * 2 + 1, x - 3, swap=True),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_to_second_order(name):
    assert gradcheck(SMOOTH[name], normal(3, 3)).ok


def test_gradients_reach_the_targets_too():
    gradcheck(lambda x, t: F.kl_div(x, F.softmax(t), "sum"), normal(2, 3), normal(2, 3, seed=1))
    gradcheck(lambda x, t: F.cross_entropy(x, F.softmax(t)), normal(2, 3), normal(2, 3, seed=1))


OF_WEIGHTS = {
    "labels": lambda x, w: F.cross_entropy(x, LABELS, w),
    "ignored": lambda x, w: F.cross_entropy(x, LABELS, w, 1, "sum", 0.2),
    "probabilities": lambda x, w: F.cross_entropy(x, np.full((3, 3), 1 / 3), w),
    "nll": lambda x, w: F.nll_loss(x, LABELS, w),
    "bce": lambda x, w: F.binary_cross_entropy(F.sigmoid(x), np.eye(3), w),
    "bce with logits": lambda x, w: F.binary_cross_entropy_with_logits(x, np.eye(3), w),
    "positives": lambda x, w: F.binary_cross_entropy_with_logits(x, np.eye(3), None, "mean", w),
    "multi margin": lambda x, w: F.multi_margin_loss(x, LABELS, 1, 1.0, w),
}


@pytest.mark.parametrize("name", OF_WEIGHTS)
def test_gradients_reach_the_weights_too(name):
    gradcheck(OF_WEIGHTS[name], normal(3, 3), np.array([0.5, 2.0, 1.2]))


def test_gradients_reach_options_with_a_short_way_too():
    x, one = np.array([[0.4, -0.3, 1.2]]), np.array(1.0)
    gradcheck(lambda x, beta: F.softplus(x, beta), x, one)
    even, none = np.full((1, 3), 1 / 3), Tensor(0.0, requires_grad=True)
    for target in ([0], np.eye(3)[:1]):
        F.cross_entropy(x, target, label_smoothing=none).backward()
        expected = F.cross_entropy(x, even) - F.cross_entropy(x, target)
        np.testing.assert_allclose(none.grad, expected)
        none.zero_grad()
    zero = Tensor(0.0)
    assert F.smooth_l1_loss(x, x + 2, beta=zero) == 2
    with pytest.raises(DtypeError, match="'beta' has no derivative"):
        F.smooth_l1_loss(x, x + 2, beta=zero.requires_grad_())
    for f in (F.pairwise_distance, lambda x, y, p: F.normalize(x, p)):
        with pytest.raises(DtypeError, match="'p' has no derivative"):
            f(x, x + 1, Tensor(2.0, requires_grad=True))


SCORES = np.ones((2, 3), np.float32)


@pytest.mark.parametrize(
    ("scores", "labels", "says"),
    [
        (SCORES, np.array([0.0, 2.0]), r"got float64 of shape \(2,\); use target.astype\(int\)"),
        (SCORES, np.array(["a", "b"]), r"got <U1 of shape \(2,\)$"),
        (SCORES, np.array([[0], [2]]), r"use target\[..., 0\]"),
        (SCORES, np.array([[0, 0, 1], [1, 0, 0]]), r"use target.argmax\(1\)"),
        (np.ones((2, 5, 3), np.float32), np.zeros((2, 5), int), r"np.moveaxis\(input, -1, 1\)"),
        (SCORES, np.array([0, 1, 2]), r"got \(2, 3\) and \(3,\)$"),
    ],
)
def test_wrong_labels_are_told_what_to_do(scores, labels, says):
    with pytest.raises((DtypeError, ShapeError), match=says):
        F.cross_entropy(scores, labels)


@pytest.mark.parametrize("dtype", ["i1", "u1", "<i2", ">i2", ">i4", "i8"])
@pytest.mark.parametrize("classes", [3, 127, 128, 129, 200, 1000])
def test_labels_of_every_integer_type_are_checked(dtype, classes):
    x = np.random.default_rng(0).normal(size=(4, classes)).astype(np.float32)
    labels = np.array([0, 2, 1, 2], dtype)
    assert F.cross_entropy(x, labels) == F.cross_entropy(x, labels.astype(int))
    if np.iinfo(dtype).min < 0:
        with pytest.raises(ValueRangeError, match="a label is -1"):
            F.cross_entropy(x, np.array([0, -1, 1, 2], dtype))
        some = F.cross_entropy(x, np.array([0, -100, 1, -100], dtype))
        assert some == pytest.approx(F.cross_entropy(x[[0, 2]], labels[[0, 2]]), rel=1e-6)
    if classes <= np.iinfo(dtype).max:
        with pytest.raises(ValueRangeError, match=f"a label is {classes}"):
            F.cross_entropy(x, np.array([0, classes, 1, 2], dtype))
        some = F.cross_entropy(x, np.array([0, classes, 1, 2], dtype), ignore_index=classes)
        assert some == pytest.approx(F.cross_entropy(x[[0, 2, 3]], labels[[0, 2, 3]]), rel=1e-6)
