"""Attributions and attacks against PyTorch's, on a network with relu, relu6, a sum and groups."""

from pathlib import Path

import numpy as np
import pytest

import nn
from nn import functional as F
from nn import insight
from tests.nn.torch_insight.network import (
    EPS,
    FILL,
    PATCH,
    SHAPES,
    STEPS,
    STRIDE,
    TARGET,
    filled,
    pictures,
)

REFERENCES = np.load(Path(__file__).parent / "torch_insight" / "references.npz")


class Net(nn.Module):
    def __init__(self):
        self.conv1 = nn.Conv2d(3, 6, 3, padding=1)
        self.bn = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.conv3 = nn.Conv2d(6, 8, 3)
        self.relu3 = nn.ReLU()
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        y = F.relu(self.bn(self.conv1(x)))
        y = y + F.relu6(3 * self.conv2(y))
        y = F.max_pool2d(y, 2)
        return self.fc(np.mean(self.relu3(self.conv3(y)), axis=(2, 3)))


@pytest.fixture(scope="module")
def net():
    model = Net().astype(np.float64)
    state = {name: filled(name) for name in SHAPES}
    model.load_state_dict(state | {"bn.num_batches_tracked": np.array(0)})
    return model  # in training mode: what follows must not depend on that


CASES = {
    "gradient": lambda net, x: insight.smooth_grad(net, x, TARGET, noise=0, samples=1).array,
    "guided": lambda net, x: insight.guided_backprop(net, x, TARGET).array,
    "deconvnet": lambda net, x: insight.deconvnet(net, x, TARGET).array,
    "integrated": lambda net, x: insight.integrated_gradients(net, x, TARGET, steps=16).array,
    "cam": lambda net, x: insight.grad_cam(net, x, TARGET, layer="relu3").array,
    "cam.maps": lambda net, x: insight.grad_cam(net, x, TARGET).maps,
    "occlusion": lambda net, x: (
        insight.occlusion(net, x, TARGET, size=PATCH, stride=STRIDE, fill=FILL, batch_size=7).array
    ),
    "fgsm": lambda net, x: insight.fgsm(net, x, TARGET, EPS).array,
    "iterated": lambda net, x: insight.iterated_fgsm(net, x, TARGET, EPS, steps=STEPS).array,
    "scores": lambda net, x: insight.activations(net, x, "fc").array,
}


@pytest.mark.parametrize("name", CASES)
def test_as_pytorch(net, name):
    found = CASES[name](net, pictures())
    expected = REFERENCES[name]
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, 1e-7, 1e-10 * np.abs(expected).max())


def test_saliency_is_the_size_of_the_gradient(net):
    found = insight.saliency(net, pictures(), TARGET)
    np.testing.assert_allclose(found.array, np.abs(REFERENCES["gradient"]), 1e-7, 1e-12)
    np.testing.assert_allclose(found.map(), np.abs(REFERENCES["gradient"]).max(1), 1e-7, 1e-12)


def test_the_rules_for_relu_differ():
    """Else the references above would show nothing about them."""
    plain, guided, deconvnet = (REFERENCES[k] for k in ("gradient", "guided", "deconvnet"))
    for a, b in ((plain, guided), (plain, deconvnet), (guided, deconvnet)):
        assert np.abs(a - b).max() > 0.1 * np.abs(plain).max()
