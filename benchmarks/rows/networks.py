"""Training steps of small networks in float32: zero_grad, forward, loss, backward, SGD."""

from collections import OrderedDict

import numpy as np

from benchmarks.protocol import OURS, Contender, Row
from benchmarks.training import ByHand, Ours, PyTorch

BATCH = 64


def mlp() -> Row:
    """784-256-10 with relu."""
    x, labels = _digits((BATCH, 784))

    def model():
        import nn

        return nn.Sequential(
            {"fc1": nn.Linear(784, 256), "relu": nn.ReLU(), "fc2": nn.Linear(256, 10)}
        )

    def torch_model():
        from torch import nn

        layers = {"fc1": nn.Linear(784, 256), "relu": nn.ReLU(), "fc2": nn.Linear(256, 10)}
        return nn.Sequential(OrderedDict(layers))

    return Row(
        "mlp",
        f"MLP 784-256-10, batch {BATCH}: a training step",
        "ms",
        (
            Contender(OURS, lambda: Ours(model, x, labels)),
            Contender("NumPy by hand", lambda: ByHand(model, x, labels)),
            Contender("PyTorch", lambda: PyTorch(model, torch_model, x, labels), "torch"),
        ),
        scale=1e3,
        tolerance=1e-4,
    )


def lenet5() -> Row:
    """LeNet-5 of `nn.models`: tanh, max pooling."""
    x, labels = _digits((BATCH, 1, 28, 28))

    def model():
        import nn

        return nn.models.lenet5()

    def torch_model():
        from torch import nn

        layers = {
            "conv1": nn.Conv2d(1, 6, 5, padding=2),
            "tanh1": nn.Tanh(),
            "pool1": nn.MaxPool2d(2),
            "conv2": nn.Conv2d(6, 16, 5),
            "tanh2": nn.Tanh(),
            "pool2": nn.MaxPool2d(2),
            "flatten": nn.Flatten(),
            "fc1": nn.Linear(400, 120),
            "tanh3": nn.Tanh(),
            "fc2": nn.Linear(120, 84),
            "tanh4": nn.Tanh(),
            "fc3": nn.Linear(84, 10),
        }
        return nn.Sequential(OrderedDict(layers))

    return Row(
        "lenet5",
        f"LeNet-5, batch {BATCH}: a training step",
        "ms",
        (
            Contender(OURS, lambda: Ours(model, x, labels)),
            Contender("PyTorch", lambda: PyTorch(model, torch_model, x, labels), "torch"),
        ),
        scale=1e3,
        tolerance=1e-4,
    )


def _digits(shape):
    """Images and labels of the right shape; the numbers do not matter to the time."""
    rng = np.random.default_rng(0)
    return rng.uniform(0, 1, shape).astype(np.float32), rng.integers(0, 10, shape[0])
