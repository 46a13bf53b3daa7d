"""Grad-CAM: where in the picture the maps lie that speak for a class."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, enable_grad, gradients
from autograd.errors import GraphError, ShapeError
from nn.functional import interpolate
from nn.functional.checks import value
from nn.insight.attribution import SHOWN
from nn.insight.results import Drawn, grid, headline, image_of, show
from nn.insight.running import (
    classes_of,
    depends,
    evaluating,
    is_spatial,
    last_of,
    last_spatial,
    outputs_of,
    pictures,
    scores_of,
)
from nn.module import Module


@dataclass(frozen=True, eq=False, repr=False)
class GradCAM(Drawn):
    """Where the maps of a layer speak for a class.

    Attributes
    ----------
    array : ndarray, (N, H, W)
        In the size of the picture, by linear interpolation.
    maps : ndarray, (N, h, w)
        In the size of the layer's maps.
    inputs : ndarray, (N, C, H, W)
    target : ndarray, (N,)
    scores : ndarray, (N,)
        The score of the class ``target``.
    layer : str
    """

    array: np.ndarray
    maps: np.ndarray
    inputs: np.ndarray
    target: np.ndarray
    scores: np.ndarray
    layer: str

    def map(self) -> np.ndarray:
        """``.array``, as other attributions name it."""
        return self.array

    def figure(self):
        """The first pictures, with the map as heat over each: the higher, the less see-through."""
        image_of(self.inputs[0])
        n = min(len(self.inputs), SHOWN)
        figure, axes = grid(1, n, 2.2, 2.5)
        for k, ax in enumerate(axes[0]):
            show(ax, self.inputs[k])
            top = max(float(self.array[k].max()), 1e-30)
            part = self.array[k] / top
            ax.imshow(part, cmap="jet", vmin=0, vmax=1, alpha=0.25 + 0.35 * part)
            ax.set_title(f"class {self.target[k]}: {self.scores[k]:.1f}", fontsize=8)
        headline(figure, f"Grad-CAM at {self.layer}")
        return figure


def grad_cam(model: Module, x: Any, target: Any = None, layer: str | None = None) -> GradCAM:
    """Where in the picture the maps of a layer speak for a class.

    ``relu(Σ_c w_c A_c)`` over the channels c of the layer's maps A; w_c is the mean of dy_k/dA_c.

    Parameters
    ----------
    model : Module
        Gives scores (N, classes).  It is run in eval mode, and is afterwards as it was.
    x : array_like, (N, C, H, W)
    target : int or N ints, optional
        The class k; by default, for each picture, the one with the best score.
    layer : str, optional
        Its name; by default the last one that returns maps of more than one place.  Of a layer
        that runs several times it is the last run.

    Raises
    ------
    ValueRangeError
        There is no such layer (the message lists those that are there), or no class k.
    ShapeError
        The layer returns no maps (N, C, H, W); ``x`` is no batch of pictures.
    GraphError
        The scores do not depend on this layer in the graph, as where it runs inside a checkpoint.

    Notes
    -----
    R. R. Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based
    localization", 2017.

    Examples
    --------
    >>> import nn
    >>> found = nn.insight.grad_cam(nn.models.lenet5(), np.ones((2, 1, 28, 28), np.float32))
    >>> found, found.layer
    (GradCAM(array 2×28×28, maps 2×5×5, inputs 2×1×28×28, target 2, scores 2), 'pool2')
    """
    op = "grad_cam"
    x = pictures(op, x)
    with evaluating(op, model), enable_grad():
        layer = last_spatial(op, model, x) if layer is None else layer
        with outputs_of(op, model, layer) as found:
            scores = scores_of(op, model, Tensor(x, requires_grad=True))
        a = last_of(op, layer, found, len(x))
        if a.ndim != 4 or not isinstance(a, Tensor):
            raise ShapeError(
                f"{op}: the layer {layer!r} returns the shape {tuple(a.shape)}, expected maps "
                "(N, C, H, W), computed from x. Take a convolution, or what follows one."
            )
        if not is_spatial(a):
            raise ShapeError(
                f"{op}: the maps of the layer {layer!r} have one place only, so they say nothing "
                "about where. Take a layer before it."
            )
        if not depends(scores, a):
            raise GraphError(
                f"{op}: the scores do not depend on what the layer {layer!r} returns, so its maps "
                "would all be 0. Take another layer: this one runs inside checkpoint(...), its "
                "result is not used, or the model leaves the graph behind it, by .data, say."
            )
        target = classes_of(op, scores, target)
        chosen = scores[np.arange(len(x)), target]
        g = gradients(chosen.sum(), a)
    weights = g.mean((2, 3), keepdims=True)
    maps = np.maximum((weights * a.data).sum(1), 0)
    size = x.shape[2:]
    large = value(interpolate(maps[:, np.newaxis], size, mode="bilinear", align_corners=False))
    return GradCAM(large[:, 0], maps, x, target, np.array(chosen.data), layer)
