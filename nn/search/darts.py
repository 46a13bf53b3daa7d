"""DARTS: the architecture is a parameter, trained on other data than the weights."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from autograd import gradients
from autograd.errors import DtypeError, GraphError, ValueRangeError
from nn.bars import bar
from nn.functional.checks import positive
from nn.module import Module
from nn.optim import SGD, Adam, clip_grad_norm_
from nn.search.bilevel import architecture_gradient, inner_weights
from nn.search.cell import Cell, Genotype, architecture, strongest


@dataclass(frozen=True)
class DARTSResult:
    """What `darts` found.

    Attributes
    ----------
    genotype : Genotype
        The chosen operations; ``.draw()``, and `DerivedCell` to build it.
    shares : ndarray (epochs + 1, edges, operations)
        softmax(α) of the first cell, at the start and after every epoch.
    losses : ndarray (epochs, 2)
        Mean losses on training and validation batches.
    """

    genotype: Genotype
    shares: np.ndarray
    losses: np.ndarray
    operations: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]

    def genotype_at(self, epoch: int, incoming: int = 2) -> Genotype:
        """What would have been chosen after so many epochs."""
        inputs, nodes = self.genotype.inputs, self.genotype.nodes
        return strongest(self.shares[epoch], self.operations, inputs, nodes, incoming)

    def figure(self):
        """A matplotlib figure: the shares on each edge over epochs, and the losses.

        Raises
        ------
        ImportError
            Matplotlib is missing.
        """
        from nn.search.darts_plots import darts_figure

        return darts_figure(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.genotype._repr_mimebundle_(include, exclude)


def darts(
    model: Module,
    loss: Callable,
    train: Iterable,
    validation: Iterable,
    epochs: int,
    *,
    order: int = 2,
    lr: float = 0.025,
    momentum: float = 0.9,
    weight_decay: float = 3e-4,
    architecture_lr: float = 3e-4,
    architecture_weight_decay: float = 1e-3,
    max_norm: float = 5.0,
    incoming: int = 2,
    progress: bool = True,
) -> DARTSResult:
    """Find the operations of a cell by gradients; the defaults are those of the paper.

    For each batch, first α makes a step of Adam along `architecture_gradient`, on a batch of the
    validation data; then the weights make a step of SGD on the training batch.

    Parameters
    ----------
    model : Module
        With a `Cell` or more.  Cells that are to be alike share their ``alpha``.
    loss : callable
        ``loss(model(x), y) -> Tensor``.
    train, validation : iterable of (x, y)
        Two halves of the training data, as a `nn.data.DataLoader` or a list of batches.  The
        validation batches start again when there are fewer.
    epochs : int
        Rounds through ``train``.
    order : int
        2, or 1: faster, with worse cells in the paper.
    lr, momentum, weight_decay, max_norm : float
        For the weights; gradients are clipped to ``max_norm``.  ``lr`` is ξ, too.
    architecture_lr, architecture_weight_decay : float
        For α.
    incoming : int
        Edges that the genotype keeps per inner state.
    progress : bool
        Show a bar (tqdm).

    Returns
    -------
    DARTSResult
        ``.genotype``, ``.shares``, ``.losses``, ``.figure()``.  The model is trained in place.

    Raises
    ------
    ValueRangeError
        No cell, no batches, an order other than 1 and 2.
    GraphError
        The loss is not finite.

    Notes
    -----
    H. Liu, K. Simonyan and Y. Yang, "DARTS: Differentiable architecture search", 2019.

    Examples
    --------
    >>> import nn
    >>> nn.init.seed(0)
    >>> x = np.random.default_rng(0).standard_normal((2, 4, 32, 3)).astype(np.float32)
    >>> train, validation = ([(a, a**2) for a in half] for half in x)
    >>> operations = {"square": lambda: np.square, "sine": lambda: np.sin, "tanh": nn.Tanh}
    >>> model = nn.Sequential(nn.search.Cell(operations), nn.Linear(3, 3))
    >>> found = darts(
    ...     model, nn.functional.mse_loss, train, validation, 10, architecture_lr=0.05,
    ...     progress=False,
    ... )
    >>> found.genotype.edges
    ((0, 1, 'square'),)
    """
    if order not in (1, 2):
        raise ValueRangeError(f"darts: order must be 1 or 2, got {order!r}")
    positive("darts", epochs=epochs)
    for what, batches in (("train", train), ("validation", validation)):
        if not hasattr(batches, "__iter__") or iter(batches) is batches:
            raise DtypeError(
                f"darts: {what} must give its batches again in every epoch: a DataLoader or a "
                f"list, got {type(batches).__name__}"
            )
    alphas = architecture(model)
    weights = inner_weights(model, alphas)
    of_weights = SGD(weights, lr=lr, momentum=momentum, weight_decay=weight_decay)
    of_alphas = Adam(
        alphas, lr=architecture_lr, betas=(0.5, 0.999), weight_decay=architecture_weight_decay
    )
    cell = next(m for _, m in model.named_modules() if isinstance(m, Cell))
    shares, losses = [cell.shares()], []
    others = _again_and_again(validation)
    for epoch in bar(range(epochs), "darts", progress, unit="epoch"):
        rows = []
        for (x, y), (x_val, y_val) in zip(train, others, strict=False):

            def on_train(x=x, y=y):
                return loss(model(x), y)

            seen: list[float] = []

            def on_validation(x=x_val, y=y_val, seen=seen):
                value = loss(model(x), y)
                seen.append(float(value.data))
                return value

            found = architecture_gradient(model, on_train, on_validation, of_weights.lr, order)
            _finite("validation", seen[0], epoch, lr)
            for a, g in zip(alphas, found, strict=True):
                a.grad = g
            of_alphas.step()
            value = on_train()
            _finite("training", float(value.data), epoch, lr)
            rows.append((float(value.data), seen[0]))
            for w, g in zip(weights, gradients(value, weights), strict=True):
                w.grad = g
            clip_grad_norm_(weights, max_norm)
            of_weights.step()
        if not rows:
            raise ValueRangeError("darts: train has no batches")
        shares.append(cell.shares())
        losses.append(np.mean(rows, axis=0))
    return DARTSResult(
        cell.genotype(incoming), np.array(shares), np.array(losses), cell._names, cell._edges
    )


def _finite(which, value, epoch, lr):
    if not np.isfinite(value):
        raise GraphError(
            f"darts: the loss on {which} data is {value} in epoch {epoch + 1}. Lower lr={lr}, or "
            "scale the inputs."
        )


def _again_and_again(batches):
    """The batches, from the start again each time they end."""
    for k in itertools.count():
        empty = True
        for batch in batches:
            empty = False
            yield batch
        if empty:
            raise ValueRangeError(f"darts: validation has no batches in round {k + 1}")
