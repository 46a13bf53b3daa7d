"""Which pixels a score depends on: gradients of one score by the input, in several ways."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, enable_grad, gradients
from autograd.errors import ShapeError
from nn.functional.checks import array, not_negative, positive, value
from nn.insight.results import Drawn, grid, heat, image_of, show
from nn.insight.running import (
    bar,
    check_depends,
    classes_of,
    evaluating,
    examples,
    random,
    scores_of,
)
from nn.module import Module

SHOWN = 8  # pictures in a figure


@dataclass(frozen=True, eq=False, repr=False)
class Attribution(Drawn):
    """What every number of the input has to do with one score.

    Attributes
    ----------
    array : ndarray
        One number for each of the input, in its shape.
    inputs : ndarray, (N, ...)
    target : ndarray, (N,)
        The class whose score it is.
    scores : ndarray, (N,)
        That score.
    method : str
    signed : bool
        Whether the parts add up: then `map` sums the channels, else it takes the largest size.
    """

    array: np.ndarray
    inputs: np.ndarray
    target: np.ndarray
    scores: np.ndarray
    method: str
    signed: bool

    def map(self) -> np.ndarray:
        """One number per pixel: (N, C, H, W) -> (N, H, W)."""
        if self.array.ndim != 4:
            raise ShapeError(
                f"map: needs pictures (N, C, H, W), but the input is {self.array.shape}"
            )
        return self.array.sum(1) if self.signed else np.abs(self.array).max(1)

    def figure(self):
        """The first pictures, and under each its map."""
        return maps_figure(self.inputs, self.map(), self.method, self.target, self.signed)


@dataclass(frozen=True, eq=False, repr=False)
class IntegratedGradients(Attribution):
    """An `Attribution` whose parts should add up to a difference of scores.

    Attributes
    ----------
    difference : ndarray, (N,)
        The score minus that of the baseline.
    gap : ndarray, (N,)
        The sum of all parts minus this difference: 0 but for the finite number of steps.
    """

    difference: np.ndarray
    gap: np.ndarray


def maps_figure(inputs, maps, method, target, signed=False):
    """The first pictures in a row, and under each a map; of one picture, beside it."""
    image_of(inputs[0])
    n, side = min(len(inputs), SHOWN), 1.6 if len(inputs) > 2 else 2.6
    figure, axes = grid(min(n, 2), max(n, 2), side, side + 0.1)
    for k, (above, below) in enumerate(axes.reshape(2, n).T):
        show(above, inputs[k])
        heat(below, maps[k], signed)
        above.set_title(f"class {target[k]}", fontsize=8)
    figure.suptitle(method, fontsize=10)
    if signed:
        figure.supxlabel("red for the class, blue against it", fontsize=8)
    return figure


def gradient_of_score(
    op: str, model: Module, x: np.ndarray, target: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(dy_k/dx, k, y_k), one of each per example; the model must be in eval mode already."""
    with enable_grad():
        leaf = Tensor(x, requires_grad=True)
        scores = scores_of(op, model, leaf)
        target = classes_of(op, scores, target)
        check_depends(op, "the scores do", scores, leaf)
        chosen = scores[np.arange(len(x)), target]
        g = gradients(chosen.sum(), leaf)
    return g, target, np.array(chosen.data)


def saliency(model: Module, x: Any, target: Any = None) -> Attribution:
    """How much the score of a class changes with each pixel: ``|dy_k/dx|``.

    Parameters
    ----------
    model : Module
        Gives scores (N, classes).  It is run in eval mode, and is afterwards as it was, its
        parameters' gradients too.
    x : array_like, (N, ...)
        Of floats.
    target : int or N ints, optional
        The class k; by default, for each example, the one with the best score.

    Returns
    -------
    Attribution
        ``.array`` of the shape of x; ``.map()`` (N, H, W), the largest of the channels.

    Raises
    ------
    ShapeError
        ``x`` is no batch, the model cannot take it, or does not return scores (N, classes).
    ValueRangeError
        There is no class k.
    GraphError
        The model leaves the graph between x and its scores.

    Notes
    -----
    K. Simonyan, A. Vedaldi, A. Zisserman, "Deep inside convolutional networks", 2014.

    Examples
    --------
    >>> import nn
    >>> model = nn.Linear(3, 2)
    >>> found = nn.insight.saliency(model, np.ones((1, 3), np.float32), target=1)
    >>> np.array_equal(found.array[0], abs(model.weight.data[1]))
    True
    """
    op = "saliency"
    x = examples(op, x)
    with evaluating(op, model):
        g, target, scores = gradient_of_score(op, model, x, target)
    return Attribution(np.abs(g), x, target, scores, "saliency |dy/dx|", False)


def gradient_times_input(model: Module, x: Any, target: Any = None) -> Attribution:
    """What each pixel adds to the score, to first order: ``x dy_k/dx``.

    Where the score is a linear function of x, the parts add up to it but for the biases.

    Parameters, errors : see `saliency`.

    Notes
    -----
    A. Shrikumar, P. Greenside, A. Kundaje, "Not just a black box", 2016.

    Examples
    --------
    >>> import nn
    >>> model, x = nn.Linear(3, 2, bias=False), np.ones((1, 3), np.float32)
    >>> found = nn.insight.gradient_times_input(model, x, target=0)
    >>> bool(np.isclose(found.array.sum(), found.scores[0]))
    True
    """
    op = "gradient_times_input"
    x = examples(op, x)
    with evaluating(op, model):
        g, target, scores = gradient_of_score(op, model, x, target)
    return Attribution(x * g, x, target, scores, "gradient × input", True)


def integrated_gradients(
    model: Module,
    x: Any,
    target: Any = None,
    baseline: Any = 0.0,
    steps: int = 50,
    progress: bool = True,
) -> IntegratedGradients:
    """What each pixel adds to the score on the way from a baseline: the parts add up.

    ``(x - x₀) ∫₀¹ dy_k/dx (x₀ + α (x - x₀)) dα``, by the midpoint rule.

    Parameters
    ----------
    model, x, target
        See `saliency`.
    baseline : float or array_like that broadcasts to x
        x₀, an input that says nothing: 0 is the grey of normalised photos, the paper of digits.
    steps : int
        Places at which the integral is taken.
    progress : bool

    Returns
    -------
    IntegratedGradients
        ``.difference``, y_k(x) - y_k(x₀), and ``.gap``, by how much the sum of the parts misses it:
        more steps make it smaller.

    Notes
    -----
    M. Sundararajan, A. Taly, Q. Yan, "Axiomatic attribution for deep networks", 2017.

    Examples
    --------
    >>> import nn
    >>> model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    >>> found = nn.insight.integrated_gradients(model, np.ones((1, 3), np.float32), steps=100)
    >>> bool(abs(found.gap[0]) < 1e-4)
    True
    """
    op = "integrated_gradients"
    x = examples(op, x)
    positive(op, steps=steps)
    baseline = value(array(op, "baseline", baseline))
    try:
        start = np.broadcast_to(baseline, x.shape).astype(x.dtype)
    except ValueError:
        raise ShapeError(
            f"{op}: the baseline has the shape {np.shape(baseline)}, which does not fit x of the "
            f"shape {x.shape}"
        ) from None
    total = np.zeros_like(x)
    with evaluating(op, model):
        _, target, scores = gradient_of_score(op, model, x, target)
        _, _, before = gradient_of_score(op, model, start, target)
        for k in bar(range(steps), op, progress):
            way = start + x.dtype.type((k + 0.5) / steps) * (x - start)
            total += gradient_of_score(op, model, way, target)[0]
    parts = (x - start) * total / x.dtype.type(steps)
    difference = scores - before
    gap = parts.reshape(len(x), -1).sum(1) - difference
    method = "integrated gradients"
    return IntegratedGradients(parts, x, target, scores, method, True, difference, gap)


def smooth_grad(
    model: Module,
    x: Any,
    target: Any = None,
    samples: int = 25,
    noise: float = 0.15,
    seed: Any = None,
    progress: bool = True,
) -> Attribution:
    """The gradient averaged over noisy copies of the input, in which its own noise cancels.

    ``mean over ε of dy_k/dx (x + ε)``, ε normal.

    Parameters
    ----------
    model, x, target
        See `saliency`.
    samples : int
        How many copies.
    noise : float
        The deviation of ε, as a part of each example's range, largest minus least value.
    seed : int or Generator, optional
        Where the random numbers come from; by default, from what `nn.init.seed` set.
    progress : bool

    Returns
    -------
    Attribution
        ``.array`` has signs; ``.map()`` is the largest size over the channels.

    Notes
    -----
    D. Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017.

    Examples
    --------
    >>> import nn
    >>> model = nn.Linear(3, 2)  # its gradient is the same everywhere
    >>> found = nn.insight.smooth_grad(model, np.eye(1, 3, dtype=np.float32), target=1, seed=0)
    >>> np.allclose(found.array[0], model.weight.data[1])
    True
    """
    op = "smooth_grad"
    x = examples(op, x)
    positive(op, samples=samples)
    not_negative(op, noise=noise)
    rng = random(op, seed)
    axes = tuple(range(1, x.ndim))
    deviation = noise * (x.max(axes, keepdims=True) - x.min(axes, keepdims=True))
    total = np.zeros_like(x)
    with evaluating(op, model):
        _, target, scores = gradient_of_score(op, model, x, target)
        for _ in bar(range(samples), op, progress):
            noisy = x + (deviation * rng.standard_normal(x.shape)).astype(x.dtype)
            total += gradient_of_score(op, model, noisy, target)[0]
    return Attribution(total / x.dtype.type(samples), x, target, scores, "SmoothGrad", False)
