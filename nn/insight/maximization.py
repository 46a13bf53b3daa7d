"""What a unit would like to see: a picture that activates it most, by gradient ascent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, enable_grad, gradients
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.functional.checks import not_negative, positive, value
from nn.insight.results import Drawn, grid, headline, image_of, show
from nn.insight.running import (
    bar,
    check_depends,
    evaluating,
    last_of,
    limits,
    outputs_of,
    random,
)
from nn.module import Module
from nn.optim import Adam

Unit = int | tuple[int, ...]
COLUMNS = 10


@dataclass(frozen=True, eq=False, repr=False)
class Maximized(Drawn):
    """A picture for each of n units.

    Attributes
    ----------
    array : ndarray, (n, C, H, W)
    units : list
        As they were asked for.
    history : ndarray, (steps, n)
        The activation before every step, without the regularisers.
    activation : ndarray, (n,)
        At the end.
    layer : str
    bounds : (float, float) or None
    """

    array: np.ndarray
    units: list[Unit]
    history: np.ndarray
    activation: np.ndarray
    layer: str
    bounds: tuple[float, float] | None

    def figure(self):
        """The pictures, with the unit and its activation.

        Colours are stretched to their full range; without bounds, 0 is the middle grey.
        """
        image_of(self.array[0])
        n, columns = len(self.array), min(len(self.array), COLUMNS)
        side = 1.15 if columns > 6 else 1.7 if columns > 2 else 3.4
        figure, axes = grid(-(-n // columns), columns, side, side + 0.3)
        for ax in axes.flat[n:]:
            ax.axis("off")
        for ax, image, unit, a in zip(
            axes.flat, self.array, self.units, self.activation, strict=False
        ):
            show(ax, image, *self._span(image))
            number = f"{a:.0f}" if abs(a) >= 100 else f"{a:.3g}"
            ax.set_title(f"{unit}: {number}", fontsize=8, pad=3)
        text = f"{self.layer or 'output'}: each unit's picture, and its activation"
        headline(figure, text, 9)
        return figure

    def _span(self, image):
        """The values of black and white."""
        if self.bounds is None:
            top = float(np.abs(image).max())
            return -top, top
        if len(image) == 1:
            return self.bounds
        low, high = np.quantile(image, [0.003, 0.997])
        return float(low), float(high)


def maximize(
    model: Module,
    shape: tuple[int, ...],
    unit: Unit | Sequence[Unit],
    layer: str = "",
    steps: int = 200,
    lr: float = 0.1,
    l1: float = 0.0,
    l2: float = 0.0,
    tv: float = 0.0,
    jitter: int = 0,
    bounds: tuple[float, float] | None = None,
    start: Any = None,
    seed: Any = None,
    progress: bool = True,
) -> Maximized:
    """A picture that activates a unit most: ``x* = argmax a(x) - l1 Σ|x| - l2 Σx² - tv Σ|∇x|``.

    By `nn.optim.Adam` on the pixels, with a learning rate that falls to 0 in a straight line.

    Parameters
    ----------
    model : Module
        Is run in eval mode, and is afterwards as it was, its parameters' gradients too.
    shape : (C, H, W)
        Of the picture.
    unit : int, tuple of int, or list of such
        What a is, in the output of ``layer``: 3 is class 3, or the *sum* of map 3; (3, 5, 5) the
        one element at row and column 5 of map 3.  Of a list, all are sought at once.
    layer : str
        Its name; '' is the output, the scores of the classes.
    steps, lr : int, float
        How many steps, and how far a pixel moves in the first ones.
    l1, l2 : float
        Weigh Σ|x|, which wants pixels to be exactly 0, and Σx², which wants them small.
    tv : float
        Weighs the total variation Σ|x[i+1, j] - x[i, j]| + |x[i, j+1] - x[i, j]|, which wants
        areas of one value.
    jitter : int
        Before every step the picture is rolled by up to this many pixels, at random: what remains
        does not hang on single pixels.
    bounds : (low, high), optional
        Pixels are kept between these.  Without it the scores of a network with relu grow without
        limit.
    start : array_like, (C, H, W) or (n, C, H, W), optional
        By default a little noise about 0, or about the middle of the bounds.
    seed : int or Generator, optional
        Where noise and jitter come from; by default, from what `nn.init.seed` set.
    progress : bool

    Raises
    ------
    ValueRangeError
        There is no such layer (the message lists those that are there) or unit; an option is out
        of range.
    ShapeError
        The model cannot take this shape.
    GraphError
        The model leaves the graph before the unit, or ``layer`` runs inside a checkpoint.

    Notes
    -----
    D. Erhan et al., "Visualizing higher-layer features of a deep network", 2009; K. Simonyan,
    A. Vedaldi, A. Zisserman, 2014; A. Mahendran, A. Vedaldi, 2015.

    Examples
    --------
    >>> import nn
    >>> model = nn.models.lenet5()
    >>> options = dict(steps=5, bounds=(0, 1), l1=0.01, progress=False)
    >>> ten = nn.insight.maximize(model, (1, 28, 28), range(10), **options)
    >>> ten.array.shape, ten.history.shape
    ((10, 1, 28, 28), (5, 10))
    """
    op = "maximize"
    positive(op, steps=steps)
    not_negative(op, lr=lr, l1=l1, l2=l2, tv=tv, jitter=jitter)
    units = _units(op, unit)
    bounds = None if bounds is None else limits(op, bounds)
    rng = random(op, seed)
    x: Any = Tensor(_start(op, shape, len(units), start, bounds, rng), requires_grad=True)
    if jitter != int(jitter) or (jitter and x.ndim != 4):
        raise ValueRangeError(f"{op}: jitter is a number of pixels, for pictures (C, H, W)")
    # Momentum would carry pixels away that L1 holds at 0.
    optimizer = Adam([x], lr=lr, betas=(0.0 if l1 else 0.9, 0.999))
    history = []
    with evaluating(op, model), enable_grad(), outputs_of(op, model, layer) as found:
        for step in bar(range(steps), op, progress):
            optimizer.param_groups[0]["lr"] = lr * (1 - step / steps)
            seen = x
            if jitter:
                shift = rng.integers(-jitter, jitter + 1, 2)
                seen = np.roll(x, (int(shift[0]), int(shift[1])), (2, 3))
            model(seen)
            a = _activation(op, layer, last_of(op, layer, found, len(units)), units)
            check_depends(op, f"what the layer {layer!r} returns does", a, x)
            history.append(np.array(value(a)))
            before = np.array(x.data)
            x.grad = _with_l1(gradients(_penalty(x, l2, tv) - a.sum(), x), before, l1)
            optimizer.step()
            with x.changing(op) as pixels:
                if l1:
                    pixels[pixels * before < 0] = 0  # the kink lies between
                if bounds is not None:
                    np.clip(pixels, *bounds, out=pixels)
        model(x)
        last = _activation(op, layer, last_of(op, layer, found, len(units)), units)
    return Maximized(
        np.array(x.data), units, np.stack(history), np.array(value(last)), layer, bounds
    )


def _units(op, unit) -> list[Unit]:
    several = isinstance(unit, (list, range, np.ndarray))
    units = [_unit(op, u) for u in (unit if several else [unit])]
    if not units:
        raise ValueRangeError(f"{op}: unit is an empty list")
    return units


def _unit(op, unit) -> Unit:
    parts = unit if isinstance(unit, tuple) else (unit,)
    if not parts or any(not hasattr(k, "__index__") or isinstance(k, bool) for k in parts):
        raise DtypeError(
            f"{op}: unit must be an integer or a tuple of integers (channel, row, column), or a "
            f"list of such, got {unit!r}"
        )
    return tuple(int(k) for k in parts) if isinstance(unit, tuple) else int(unit)


def _start(op, shape, n, start, bounds, rng) -> np.ndarray:
    if not isinstance(shape, (tuple, list)) or any(
        not hasattr(m, "__index__") or m < 1 for m in shape
    ):
        raise ShapeError(f"{op}: shape must be that of one example, as (1, 28, 28); got {shape!r}")
    if start is None:
        low, high = (-1.0, 1.0) if bounds is None else bounds
        noise = 0.05 * (high - low) * rng.standard_normal((n, *shape))
        x = ((low + high) / 2 + noise).astype(np.float32)
    else:
        try:
            x = np.array(np.broadcast_to(value(start), (n, *shape)))
        except ValueError:
            raise ShapeError(
                f"{op}: start has the shape {np.shape(start)}, expected {tuple(shape)} or "
                f"{(n, *shape)}"
            ) from None
    return x if bounds is None else np.clip(x, *bounds).astype(x.dtype)


def _activation(op, layer, y, units):
    """The activation of every example's own unit: (n,)."""
    for unit in units:
        place = unit if isinstance(unit, tuple) else (unit,)
        if len(place) > 1 and len(place) != y.ndim - 1:
            raise ShapeError(
                f"{op}: the unit {unit} has {len(place)} numbers, but the layer {layer!r} returns "
                f"{tuple(y.shape[1:])} for an example"
            )
        if any(not 0 <= k < m for k, m in zip(place, y.shape[1:], strict=False)):
            raise ValueRangeError(
                f"{op}: there is no unit {unit} in the layer {layer!r}, which returns "
                f"{tuple(y.shape[1:])} for an example"
            )
    parts = [np.sum(y[(n, *(u if isinstance(u, tuple) else (u,)))]) for n, u in enumerate(units)]
    return np.stack(parts)


def _with_l1(g, x, l1):
    """The gradient ``g`` with that of l1 Σ|x|: at 0 the least there is, so that 0 stays 0."""
    return g + np.where(x == 0, -np.clip(g, -l1, l1), l1 * np.sign(x)).astype(g.dtype)


def _penalty(x, l2, tv):
    total = l2 * np.sum(x * x)
    if tv:
        for axis in range(2, x.ndim):
            total = total + tv * np.sum(np.abs(np.diff(x, axis=axis)))
    return total
