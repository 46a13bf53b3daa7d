"""Networks as data are those of `nn.models`, and every library's functions mean the same."""

import numpy as np
import pytest

import nn
from benchmarks import networks
from benchmarks.libraries import by_hand, ours
from benchmarks.measure import compare
from benchmarks.numbers import images, labels, weights
from benchmarks.protocol import OURS, Row
from nn import functional as F


class Plain(ours.Functions):
    """Functions of `nn` under the names of the libraries."""

    linear, relu, tanh = staticmethod(F.linear), staticmethod(F.relu), staticmethod(F.tanh)
    flatten = staticmethod(lambda x: x.reshape(len(x), -1))
    average = staticmethod(lambda x: x.mean(axis=(2, 3)))

    @staticmethod
    def subsample(x, more, stride):
        channels = (more // 2, more - more // 2)
        return np.pad(x[:, :, ::stride, ::stride], ((0, 0), channels, (0, 0), (0, 0)))


NETWORKS = {
    "lenet5": (networks.LENET5, (2, 1, 28, 28)),
    "lenet": (networks.LENET20, (2, 1, 28, 28)),
    "resnet20": (networks.resnet20(), (2, 3, 8, 8)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_data_describe_the_model(name):
    layers, shape = NETWORKS[name]
    x = images(*shape)
    model = ours.started(lambda: nn.models.build(name))
    shapes = networks.shapes(layers)
    assert {k: tuple(p.shape) for k, p in model.named_parameters()} == shapes
    expected = networks.forward(layers, weights(shapes), x, Plain())
    np.testing.assert_allclose(model(x).data, np.asarray(expected), rtol=1e-4, atol=1e-5)


def test_vgg16_has_the_parameters_of_the_model():
    shapes = networks.shapes(networks.vgg16())
    assert sum(int(np.prod(s)) for s in shapes.values()) == 138_357_544
    assert {"features.0.weight", "features.28.bias", "classifier.6.weight"} <= shapes.keys()


def test_training_by_hand_is_ours():
    x, y = images(8, 784), labels(8)

    def model():
        return nn.Sequential(
            {"fc1": nn.Linear(784, 256), "relu": nn.ReLU(), "fc2": nn.Linear(256, 10)}
        )

    works = {OURS: ours.Training(model, x, y), "NumPy": by_hand.Training(networks.MLP, x, y)}
    for work in works.values():
        work.step()
        work.step()
    row = Row("mlp", "", "ms", (), 1.0, tolerance=1e-5)
    assert compare(row, {name: w.values() for name, w in works.items()}) == 2 * 203_530 + 1


def test_weights_depend_on_the_name_alone():
    shapes = {"a.weight": (3, 4), "b.weight": (5,), "b.bias": (5,)}
    first, second = weights(shapes), weights(dict(reversed(shapes.items())))
    assert all(np.array_equal(first[k], second[k]) for k in shapes)
    assert first["a.weight"].dtype == np.float32
    assert abs(first["b.weight"].mean() - 1) < 0.3 and abs(first["b.bias"].mean()) < 0.3
