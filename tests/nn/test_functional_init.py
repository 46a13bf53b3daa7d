"""First values: distributions, fans, gains; seeded; in place."""

import math

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from nn import init


def weight(*shape, dtype=np.float32):
    return Tensor(np.full(shape, np.nan, dtype), requires_grad=True)


SHAPE, FAN_IN, FAN_OUT = (60, 40, 3, 3), 360, 540
DISTRIBUTIONS = {  # call: its deviation, its bound
    "uniform_": (lambda t: init.uniform_(t, -2, 2), 2 / math.sqrt(3), 2),
    "normal_": (lambda t: init.normal_(t, 0, 0.3), 0.3, None),
    "trunc_normal_": (lambda t: init.trunc_normal_(t, 0, 1, -1, 1), 0.5396, 1),
    "xavier_uniform_": (init.xavier_uniform_, math.sqrt(2 / 900), math.sqrt(6 / 900)),
    "xavier_normal_": (lambda t: init.xavier_normal_(t, 2.0), 2 * math.sqrt(2 / 900), None),
    "kaiming_uniform_": (init.kaiming_uniform_, math.sqrt(2 / FAN_IN), math.sqrt(6 / FAN_IN)),
    "kaiming_normal_": (
        lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"),
        math.sqrt(2 / FAN_OUT), None,
    ),
    "kaiming tanh": (
        lambda t: init.kaiming_normal_(t, nonlinearity="tanh"), 5 / 3 / math.sqrt(FAN_IN), None,
    ),
    "kaiming leaky": (
        lambda t: init.kaiming_uniform_(t, a=math.sqrt(5)),
        math.sqrt(1 / 3 / FAN_IN), math.sqrt(1 / FAN_IN),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions(name):
    call, deviation, bound = DISTRIBUTIONS[name]
    t = weight(*SHAPE)
    assert call(t) is t and t.requires_grad and t.is_leaf and t.dtype == np.float32
    assert abs(t.data.mean()) < 5 * deviation / math.sqrt(t.size)
    assert t.data.std() == pytest.approx(deviation, rel=0.02)
    if bound:
        assert 0.99 * bound < np.abs(t.data).max() <= bound * (1 + 1e-6)
    first = t.data.copy()
    init.seed(0)
    np.testing.assert_array_equal(call(weight(*SHAPE)).data, first)
    assert not np.array_equal(call(weight(*SHAPE)).data, first)


def test_constants():
    assert init.constant_(weight(2, 2), 3).data.tolist() == [[3, 3], [3, 3]]
    assert init.zeros_(weight(2)).data.tolist() == [0, 0]
    assert init.ones_(weight(2)).data.tolist() == [1, 1]
    assert init.eye_(weight(2, 3)).data.tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 2, 2)])
def test_orthogonal(shape):
    t = init.orthogonal_(weight(*shape, dtype=float), gain=2)
    flat = t.data.reshape(shape[0], -1)
    flat = flat if flat.shape[0] <= flat.shape[1] else flat.T
    np.testing.assert_allclose(flat @ flat.T, 4 * np.eye(len(flat)), atol=1e-12)


@pytest.mark.parametrize("groups", [1, 2])
def test_dirac_passes_channels_on(groups):
    layer = nn.Conv2d(4, 4, 3, padding=1, groups=groups, bias=False)
    init.dirac_(layer.weight, groups)
    x = np.random.default_rng(0).random((1, 4, 5, 5), dtype=np.float32)
    np.testing.assert_array_equal(layer(x).data, x)


def test_gains():
    assert init.calculate_gain("relu") == math.sqrt(2)
    assert init.calculate_gain("tanh") == 5 / 3
    assert init.calculate_gain("leaky_relu", 0.2) == math.sqrt(2 / 1.04)
    assert init.calculate_gain("conv2d") == 1


def test_the_scale_survives_a_deep_relu_network():
    layers = [nn.Linear(256, 256) for _ in range(10)]
    x = np.random.default_rng(0).standard_normal((64, 256)).astype(np.float32)
    for layer in layers:
        init.kaiming_normal_(layer.weight, nonlinearity="relu")
        init.zeros_(layer.bias)
        x = nn.functional.relu(layer(x))
    assert 0.3 < np.mean(x.data**2) < 3


MISTAKES = [
    (lambda: init.normal_(np.ones(2)), DtypeError, "normal_: expected a Tensor .* got ndarray"),
    (
        lambda: init.zeros_(weight(2) * 2),
        GraphError,
        "zeros_: expected a parameter, got the result",
    ),
    (lambda: init.xavier_normal_(weight(3)), ShapeError, "need 2 axes or more.*zeros_"),
    (
        lambda: init.kaiming_normal_(weight(3, 3), mode="in"),
        ValueRangeError,
        "mode must be 'fan_in'",
    ),
    (
        lambda: init.kaiming_normal_(weight(3, 3), nonlinearity="x"),
        ValueRangeError,
        "known: leaky_",
    ),
    (lambda: init.uniform_(weight(3), 2, 1), ValueRangeError, "a must not exceed b"),
    (lambda: init.normal_(weight(3), std=-1), ValueRangeError, "std must not be negative"),
    (lambda: init.trunc_normal_(weight(3), a=9, b=10), ValueRangeError, "use uniform_"),
    (lambda: init.eye_(weight(3)), ShapeError, "eye_: expected a matrix"),
    (lambda: init.dirac_(weight(3, 3)), ShapeError, "dirac_: expected filters"),
    (lambda: init.dirac_(weight(3, 3, 1), 2), ValueRangeError, "3 filters do not part into 2"),
    (lambda: init.orthogonal_(weight(3)), ShapeError, "orthogonal_: expected 2 axes"),
]


@pytest.mark.parametrize("call, error, text", MISTAKES)
def test_mistakes(call, error, text):
    with pytest.raises(error, match=text):
        call()
