"""Networks in float32: training steps (zero_grad, forward, loss, backward, SGD), and VGG's forward.

The libraries are imported in the contender's own process: so each `make` is a function.
"""

from benchmarks import networks
from benchmarks.numbers import images, labels
from benchmarks.protocol import Contender, Row, Targets, both_jax, hips, ours, pytorch

BATCH = 64


def mlp() -> Row:
    """784-256-10 with relu."""

    def model():
        import nn

        return nn.Sequential(
            {"fc1": nn.Linear(784, 256), "relu": nn.ReLU(), "fc2": nn.Linear(256, 10)}
        )

    x, y = images(BATCH, 784), labels(BATCH)

    def by_hand():
        from benchmarks.libraries import by_hand

        return by_hand.Training(networks.MLP, x, y)

    def with_hips():
        from benchmarks.libraries import with_hips

        return with_hips.Training(networks.MLP, x, y)

    return _training(
        "mlp", "MLP 784-256-10", model, networks.MLP, x, 1.0,
        more=(Contender("NumPy by hand", by_hand), hips(with_hips)),
    )  # fmt: skip


def lenet5(batch: int = BATCH) -> Row:
    """LeNet-5 of `nn.models`: tanh, max pooling."""
    x = images(batch, 1, 28, 28)
    return _training("lenet5", "LeNet-5", _named("lenet5"), networks.LENET5, x, 0.9)


def lenet20() -> Row:
    """The LeNet of the lectures."""
    x = images(BATCH, 1, 28, 28)
    return _training("lenet20", "LeNet 20/50/500/10", _named("lenet"), networks.LENET20, x, 0.9)


def resnet20(batch: int = 32, size: int = 32) -> Row:
    """The one for CIFAR, with momentum."""
    x = images(batch, 3, size, size)
    title = f"ResNet-20, {size}×{size}"
    return _training(
        "resnet20", title, _named("resnet20"), networks.resnet20(), x, 1.8, momentum=0.9,
        tolerance=1e-2, by_norm=True,
    )  # fmt: skip


def vgg16(size: int = 224) -> Row:
    """Scores of one image, in eval mode."""
    x, gain, layers = images(1, 3, size, size), 2**0.5, networks.vgg16()

    def ours_():
        from benchmarks.libraries import ours

        return ours.Forward(_named("vgg16"), x, gain)

    def pytorch_():
        from benchmarks.libraries import pytorch

        return pytorch.Forward(layers, x, gain)

    def jax_(compiled):
        from benchmarks.libraries import with_jax

        return with_jax.Forward(compiled, layers, x, gain)

    return Row(
        "vgg16",
        f"VGG-16, {size}×{size}, batch 1: forward, nothing recorded",
        "ms",
        (*ours(ours_), pytorch(pytorch_), *both_jax(jax_)),
        scale=1e3,
        tolerance=1e-4,
        steps=1,
    )


def _named(name):
    """Builds a network of `nn.models`."""

    def make():
        import nn

        return nn.models.build(name)

    return make


def _training(
    name, title, model, layers, x, target, more=(), momentum=0.0, tolerance=1e-4, by_norm=False
) -> Row:
    y = labels(len(x))

    def ours_():
        from benchmarks.libraries import ours

        return ours.Training(model, x, y, momentum)

    def pytorch_():
        from benchmarks.libraries import pytorch

        return pytorch.Training(layers, x, y, momentum)

    def jax_(compiled):
        from benchmarks.libraries import with_jax

        return with_jax.Training(compiled, layers, x, y, momentum)

    return Row(
        name,
        f"{title}, batch {len(x)}: a training step",
        "ms",
        (*ours(ours_), pytorch(pytorch_), *both_jax(jax_), *more),
        scale=1e3,
        tolerance=tolerance,
        by_norm=by_norm,
        targets=Targets({"PyTorch": target}, numpy=2.5, memory=1.0),
    )
