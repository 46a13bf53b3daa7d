"""What is in a network, as pictures: its filters, and what a layer makes of an input."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from nn.figures import new_figure
from nn.functional.checks import value
from nn.insight.results import Drawn, columns_for, mosaic, mosaic_figure
from nn.insight.running import examples, layer_named, layer_outputs
from nn.module import Module

SHOWN = 16  # filters and input channels, where each pair is a picture of its own


@dataclass(frozen=True, eq=False, repr=False)
class Filters(Drawn):
    """The weights of a layer as pictures.

    Attributes
    ----------
    array : ndarray, (filters, channels, height, width)
    layer : str
    """

    array: np.ndarray
    layer: str

    def figure(self):
        """Filters on three channels in colour, each scaled on its own; others in grey."""
        w = self.array
        title = f"{len(w)} filters {'×'.join(map(str, w.shape[1:]))} of {self.layer}"
        columns = columns_for(len(w))
        if w.shape[1] == 3:
            top = np.abs(w).max((1, 2, 3), keepdims=True)
            tiles = 0.5 + 0.5 * w / np.where(top > 0, top, 1)
            page = mosaic(tiles.transpose(0, 2, 3, 1), columns)
            return mosaic_figure(page, f"{title}; grey is 0", scale=False)
        if w.shape[1] == 1:
            tiles = w[:, 0]
        else:
            tiles = w[:SHOWN, :SHOWN]
            f, columns = tiles.shape[:2]
            text = "" if w.shape[:2] == (f, columns) else f"{f} × {columns} of them: "
            lines = ("row", "column")
            if f > columns:  # a page is rather wide than high
                tiles, columns, lines = tiles.swapaxes(0, 1), f, lines[::-1]
            title += f"\n{text}a {lines[0]} per filter, a {lines[1]} per channel"
            tiles = tiles.reshape(-1, *w.shape[2:])
        top = float(np.abs(w).max()) or 1.0
        page = mosaic(tiles, columns)
        return mosaic_figure(page, title, cmap="gray", vmin=-top, vmax=top)


def filters(model: Module, layer: str | None = None, shape: tuple | None = None) -> Filters:
    """The filters of a layer, to be looked at.

    Parameters
    ----------
    model : Module
    layer : str, optional
        Its name; by default the first one with a weight of four axes: the first `nn.Conv2d`.
    shape : (channels, height, width), optional
        How the weights (out, in) of a linear layer stand for pictures: (1, 28, 28) for a first
        layer on digits.

    Raises
    ------
    ValueRangeError
        There is no such layer; the message lists those that are there.
    ShapeError
        Its weights are no pictures, or not of this shape.

    Examples
    --------
    >>> import nn
    >>> nn.insight.filters(nn.models.lenet5())
    Filters(array 6×1×5×5)
    """
    op = "filters"
    if layer is None:
        weights = ((path, getattr(m, "weight", None)) for path, m in model.named_modules())
        layer = next((path for path, w in weights if w is not None and w.ndim == 4), None)
        if layer is None:
            raise ShapeError(
                f"{op}: {type(model).__name__} has no layer with filters (out, in, H, W). Of a "
                "linear layer give the name, and the shape of a picture."
            )
    weight = getattr(layer_named(op, model, layer), "weight", None)
    if weight is None:
        raise ValueRangeError(f"{op}: the layer {layer!r} has no weight")
    w = np.array(value(weight))
    if shape is not None:
        if w.ndim != 2 or len(shape) != 3 or math.prod(shape) != w.shape[1]:
            raise ShapeError(
                f"{op}: the weight of {layer!r} has the shape {w.shape}, which cannot be pictures "
                f"(out, *shape) with shape {shape!r}"
            )
        w = w.reshape(-1, *shape)
    if w.ndim != 4:
        raise ShapeError(
            f"{op}: the weight of {layer!r} has the shape {w.shape}, expected (out, in, H, W). Of "
            "a linear layer on pictures, give their shape: shape=(1, 28, 28)."
        )
    return Filters(w, layer)


@dataclass(frozen=True, eq=False, repr=False)
class Activations(Drawn):
    """What a layer returns.

    Attributes
    ----------
    array : ndarray, (N, channels, ...)
    layer : str
    """

    array: np.ndarray
    layer: str

    def figure(self, image: int = 0):
        """The maps of one example, all on one scale; where there is no space, bars."""
        y = self.array[image]
        title = f"{self.layer or 'output'}: {'×'.join(map(str, y.shape))}"
        if y.ndim == 3:
            page = mosaic(y, columns_for(len(y)))
            low = min(float(y.min()), 0.0)
            return mosaic_figure(page, title, cmap="viridis", vmin=low, vmax=float(y.max()))
        figure = new_figure((7, 2))
        ax = figure.subplots()
        ax.bar(np.arange(y.size), y.ravel(), width=1.0)
        ax.set_title(title, fontsize=10)
        ax.set(xlabel="unit", ylabel="activation")
        ax.axhline(0, color="0.5", linewidth=0.5)
        return figure


def activations(
    model: Module, x: Any, layer: str, batch_size: int = 64, progress: bool = True
) -> Activations:
    """What a layer makes of an input: activation maps.

    Parameters
    ----------
    model : Module
        Is run in eval mode, and is afterwards as it was.
    x : array_like, (N, ...)
    layer : str
        The path of a module, as `Module.named_modules` gives it: "layer1.0.conv1"; '' is the
        output.  Of a layer that runs several times it is the last run.
    batch_size : int
    progress : bool
        Show a bar, where it takes more than a second.

    Raises
    ------
    ValueRangeError
        There is no such layer; the message lists those that are there.
    ShapeError
        ``x`` is no batch, or one that the model cannot take.

    Examples
    --------
    >>> import nn
    >>> nn.insight.activations(nn.models.lenet5(), np.ones((2, 1, 28, 28), np.float32), "conv2")
    Activations(array 2×16×10×10)
    """
    x = examples("activations", x)
    parts = list(layer_outputs("activations", model, x, layer, batch_size, progress))
    return Activations(np.concatenate(parts), layer)
