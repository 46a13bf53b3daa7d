"""Perceptron and multi-layer perceptrons, plain and modern."""

from itertools import pairwise

from autograd.errors import ValueRangeError
from nn.layers import BatchNorm1d, Dropout, LeakyReLU, Linear, PReLU, ReLU, Sigmoid, Tanh
from nn.models.registry import register
from nn.module import Module
from nn.sequential import Sequential

ACTIVATIONS = {
    "relu": ReLU, "tanh": Tanh, "sigmoid": Sigmoid, "prelu": PReLU, "leaky_relu": LeakyReLU,
}  # fmt: skip


@register
def perceptron(features=784, classes=10) -> Sequential:
    """One linear layer, y = W x + b (Rosenblatt 1958): (N, features) -> (N, classes).

    The loss makes it linear, logistic or softmax regression, or a support vector machine.

    Examples
    --------
    >>> perceptron().count_parameters()
    7850
    """
    return Sequential({"fc": Linear(features, classes)})


@register
def mlp(*sizes, activation="relu") -> Sequential:
    """Fully connected layers of these sizes with an activation between them.

    Parameters
    ----------
    *sizes : int
        Features, hidden units, ..., scores: ``mlp(784, 256, 10)`` has two layers, (N, 784) ->
        (N, 10), and is what ``mlp()`` builds.
    activation : str
        'relu', 'tanh', 'sigmoid', 'prelu' or 'leaky_relu'.

    Examples
    --------
    >>> mlp(784, 256, 10).count_parameters()
    203530
    """
    sizes = _sizes("mlp", sizes or (784, 256, 10))
    layers: dict = {}
    for k, (m, n) in enumerate(pairwise(sizes), start=1):
        layers[f"fc{k}"] = Linear(m, n)
        if k < len(sizes) - 1:
            layers[f"act{k}"] = _activation("mlp", activation)()
    return Sequential(layers)


class ModernMLP(Module):
    """Blocks of linear layer, batch norm and activation, and a linear layer: see `modern_mlp`."""

    def __init__(self, sizes, activation="prelu", dropout=0.0, several_losses=False):
        make = _activation("modern_mlp", activation)
        self.blocks = []
        for m, n in pairwise(sizes[:-1]):
            # batch norm subtracts the mean, so a bias before it would do nothing
            block = {"fc": Linear(m, n, bias=False), "norm": BatchNorm1d(n), "act": make()}
            if dropout:
                block["dropout"] = Dropout(dropout)
            self.blocks.append(Sequential(block))
        self.heads = [Linear(n, sizes[-1]) for n in sizes[1:-2]] if several_losses else []
        self.fc = Linear(sizes[-2], sizes[-1])

    def forward(self, x):
        """x (N, features) -> scores (N, classes), or several of them, the last layer's first."""
        hidden = []
        for block in self.blocks:
            x = block(x)
            hidden.append(x)
        scores = self.fc(x)
        if not (self.heads and self.training):
            return scores
        early = [head(h) for head, h in zip(self.heads, hidden[:-1], strict=True)]
        return (scores, *reversed(early))


@register
def modern_mlp(*sizes, activation="prelu", dropout=0.0, several_losses=False) -> ModernMLP:
    """A multi-layer perceptron with batch norm, and activations that are not flat for x < 0.

    Parameters
    ----------
    *sizes : int
        As for `mlp`; ``modern_mlp()`` is ``modern_mlp(784, 256, 128, 10)``.
    activation : str
        'prelu' (learned slope), 'leaky_relu', 'relu', 'tanh' or 'sigmoid'.
    dropout : float
        Proportion of hidden units to drop in training.
    several_losses : bool
        A linear layer on every hidden layer too, which gives scores in training:
        `auxiliary_cross_entropy` adds the losses up.

    Examples
    --------
    >>> modern_mlp(784, 256, 128, 10).count_parameters()
    235532
    """
    sizes = _sizes("modern_mlp", sizes or (784, 256, 128, 10))
    if len(sizes) < 3:
        raise ValueRangeError(f"modern_mlp: expected a hidden layer too, got the sizes {sizes}")
    return ModernMLP(sizes, activation, dropout, several_losses)


def _sizes(op, sizes):
    if len(sizes) < 2:
        raise ValueRangeError(
            f"{op}: expected the number of features, of units of each hidden layer and of "
            f"scores, as in {op}(784, 256, 10); got {sizes}"
        )
    return sizes


def _activation(op, name):
    if name not in ACTIVATIONS:
        raise ValueRangeError(f"{op}: activation {name!r} is none of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]
