"""All ways to ask which pixels matter, side by side on one picture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import no_grad
from autograd.errors import GraphError, ShapeError, ValueRangeError
from nn.insight.attribution import (
    gradient_times_input,
    integrated_gradients,
    saliency,
    smooth_grad,
)
from nn.insight.cam import grad_cam
from nn.insight.occluding import occlusion
from nn.insight.rectifiers import deconvnet, guided_backprop
from nn.insight.results import Drawn, bare, heat, image_of, show
from nn.insight.running import bar, classes_of, evaluating, pictures, scores_of
from nn.module import Module

SIGNED = ("gradient × input", "integrated gradients", "occlusion")
COLUMNS = 5


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Drawn):
    """A map of one picture by each method.

    Attributes
    ----------
    maps : dict of str to ndarray, (H, W)
        By the name of the method.
    picture : ndarray, (C, H, W)
    target : int
        The class that was asked for.
    """

    maps: dict[str, np.ndarray]
    picture: np.ndarray
    target: int

    def figure(self):
        """The picture and its maps; red speaks for the class, blue against it."""
        from nn.figures import new_figure

        image_of(self.picture)
        panels = len(self.maps) + 1
        rows = -(-panels // COLUMNS)
        columns = -(-panels // rows)
        figure = new_figure((columns * 1.75, rows * 1.95 + 0.2))
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        show(bare(axes[0]), self.picture)
        axes[0].set_title(f"class {self.target}", fontsize=9)
        for ax, (name, values) in zip(axes[1:], self.maps.items(), strict=False):
            heat(bare(ax), values, name in SIGNED)
            ax.set_title(name, fontsize=9)
        for ax in axes[panels:]:
            ax.axis("off")
        figure.supxlabel("where there are signs: red for the class, blue against it", fontsize=8)
        return figure

    def __repr__(self):
        return f"Comparison(class {self.target}: {', '.join(self.maps)})"


def compare_attributions(
    model: Module,
    x: Any,
    target: int | None = None,
    layer: str | None = None,
    seed: Any = None,
    progress: bool = True,
) -> Comparison:
    """Every method of `nn.insight` on one picture, side by side.

    Saliency, gradient × input, integrated gradients, SmoothGrad, occlusion and, as far as the
    network has relu or maps, guided backprop, deconvnet and Grad-CAM.  Integrated gradients take 16
    steps: enough to look at; for parts that add up on a deep network call it with 100 or more.

    Parameters
    ----------
    model : Module
        Gives scores (N, classes).  It is run in eval mode, and is afterwards as it was.
    x : array_like, (1, C, H, W)
        One picture.
    target : int, optional
        The class; by default the one with the best score.
    layer : str, optional
        For Grad-CAM; see there.
    seed : int or Generator, optional
        For SmoothGrad.
    progress : bool

    Returns
    -------
    Comparison
        ``.maps``, a dict of arrays (H, W), and ``.figure()``.

    Examples
    --------
    >>> import nn
    >>> digits, _ = nn.data.digits()
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(144, 10))
    >>> found = nn.insight.compare_attributions(model, digits.images[:1], 3, progress=False)
    >>> list(found.maps)[:2]
    ['saliency', 'gradient × input']
    """
    op = "compare_attributions"
    x = pictures(op, x)
    if len(x) != 1:
        raise ShapeError(f"{op}: expected one picture (1, C, H, W), got {x.shape}")
    with evaluating(op, model), no_grad():
        k = int(classes_of(op, scores_of(op, model, x), target)[0])
    if layer is not None:
        grad_cam(model, x, k, layer)  # a wrong name is an error, not a method left out
    patch = max(max(x.shape[2:]) // 6, 1)
    size = (min(patch, x.shape[2]), min(patch, x.shape[3]))
    methods: dict[str, Callable[[], Any]] = {
        "saliency": lambda: saliency(model, x, k),
        "gradient × input": lambda: gradient_times_input(model, x, k),
        "integrated gradients": lambda: integrated_gradients(model, x, k, steps=16, progress=False),
        "SmoothGrad": lambda: smooth_grad(model, x, k, samples=16, seed=seed, progress=False),
        "guided backprop": lambda: guided_backprop(model, x, k),
        "deconvnet": lambda: deconvnet(model, x, k),
        "Grad-CAM": lambda: grad_cam(model, x, k, layer),
        "occlusion": lambda: occlusion(
            model, x, k, size, stride=max(patch * 2 // 3, 1), batch_size=16, progress=False
        ),
    }
    optional: dict[str, tuple[type[Exception], ...]] = {
        "guided backprop": (ValueRangeError,),
        "deconvnet": (ValueRangeError,),
        "Grad-CAM": (GraphError, ShapeError),
    }
    maps = {}
    for name in bar(methods, op, progress):
        try:
            maps[name] = methods[name]().map()[0]
        except optional.get(name, ()):
            continue  # no relu, or no maps
    return Comparison(maps, x[0], k)
