"""The loss around the weights that were found: a surface along two directions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, no_grad
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.functional.checks import is_number
from nn.insight.results import Drawn
from nn.insight.running import bar, random
from nn.module import Module

Loss = Callable[[], Any]


@dataclass(frozen=True, eq=False, repr=False)
class LossSurface(Drawn):
    """What `loss_surface` finds; shows itself as a picture in a notebook."""

    values: np.ndarray
    """The loss at w + a d₁ (+ b d₂): (points,), or (points, points) over (a, b)."""
    steps: np.ndarray
    """The numbers a, and b: (points,)."""
    directions: list[dict[str, np.ndarray]]
    """One or two, by the names of the parameters."""

    def figure(self):
        """A matplotlib figure: a curve, or contours and the surface from the side."""
        from nn.insight.landscape_plots import surface_figure

        return surface_figure(self)


def loss_surface(
    model: Module,
    loss: Loss,
    directions: int | Sequence[Mapping[str, Any]] = 2,
    span: float = 1.0,
    points: int = 21,
    seed: int = 0,
    progress: bool = True,
) -> LossSurface:
    """L(w + a d₁ + b d₂) for a and b in [-span, span], around the weights w that a model has.

    Parameters
    ----------
    model : Module
        Its weights, and state such as running means, are afterwards as they were.  Put it into
        ``eval()`` first, unless dropout and batch statistics are to be seen.
    loss : callable
        ``() -> number``: ``lambda: nn.functional.cross_entropy(model(x), y)``.
    directions : int, or sequence of dict
        1 or 2 random directions, *filter-normalised*: each filter (a row of a weight) of d has the
        norm of that filter of w, and biases and γ, β, which are vectors, stay.  Or one or two
        directions of your own, as ``w1[name] - w0[name]`` of two state dicts; names that are left
        out stay.
    span : float
        How far to go: 1 is as far as the weights are long.
    points : int
        Along each direction; odd, so that the weights themselves are in the middle.
    seed : int
        Of the random directions.
    progress : bool
        Show a bar (tqdm).

    Returns
    -------
    LossSurface
        ``.values``, ``.steps``, ``.directions``, ``.figure()``.

    Raises
    ------
    ValueRangeError
        An even number of points, a span that is not positive, no or more than two directions, a
        name that is no parameter's.
    ShapeError
        A direction of another shape than its parameter.

    Notes
    -----
    H. Li et al., "Visualizing the loss landscape of neural nets", 2018.

    Examples
    --------
    >>> import nn
    >>> net = nn.Linear(2, 1)
    >>> x, y = np.ones((4, 2), np.float32), np.zeros((4, 1), np.float32)
    >>> loss = lambda: nn.functional.mse_loss(net(x), y)
    >>> surface = loss_surface(net, loss, points=5, progress=False)
    >>> surface.values.shape, bool(np.isclose(surface.values[2, 2], loss().data))
    ((5, 5), True)
    """
    if isinstance(points, bool) or not isinstance(points, int) or points < 3 or points % 2 == 0:
        raise ValueRangeError(f"loss_surface: points must be odd, 3 or more, got {points!r}")
    if not is_number(span) or not 0 < span < np.inf:
        raise ValueRangeError(f"loss_surface: span must be positive and finite, got {span!r}")
    weights = named_weights("loss_surface", model)
    if isinstance(directions, int):
        rng = random("loss_surface", seed)
        chosen = [filter_normalised(weights, rng) for _ in range(directions)]
    elif not isinstance(directions, Iterable):
        raise DtypeError(
            f"loss_surface: directions must be 1, 2 or a list of dicts, got {directions!r}"
        )
    else:
        chosen = [_given(weights, d) for d in directions]
    if len(chosen) not in (1, 2):
        raise ValueRangeError(f"loss_surface: expected 1 or 2 directions, got {len(chosen)}")
    steps = np.linspace(-span, span, points)
    values = np.empty((points,) * len(chosen))
    with kept(model), no_grad():
        start = {name: w.data.copy() for name, w in weights.items()}
        for at in bar(list(np.ndindex(values.shape)), "loss surface", progress):
            for name, w in weights.items():
                move = sum(steps[k] * d[name] for k, d in zip(at, chosen, strict=True) if name in d)
                with w.changing("loss_surface") as array:
                    array[...] = start[name] + move
            values[at] = scalar("loss_surface", loss())
    return LossSurface(values, steps, chosen)


def filter_normalised(
    weights: Mapping[str, Tensor], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """A random direction: d_ij <- d_ij / ‖d_ij‖ · ‖w_ij‖ for every filter; 0 for vectors.

    Li et al. 2018, section 4.
    """
    direction = {}
    for name, w in weights.items():
        d = rng.standard_normal(w.shape)
        if w.ndim < 2:
            direction[name] = np.zeros(w.shape, w.dtype)
            continue
        axes = tuple(range(1, w.ndim))
        lengths = np.sqrt(np.sum(np.square(w.data, dtype=float), axis=axes, keepdims=True))
        norms = np.sqrt(np.sum(d * d, axis=axes, keepdims=True))
        direction[name] = (d / norms * lengths).astype(w.dtype)
    return direction


def _given(weights, direction):
    if not isinstance(direction, Mapping):
        raise DtypeError(
            "loss_surface: a direction must be a dict of parameter name -> array, got "
            f"{type(direction).__name__}"
        )
    unknown = set(direction) - set(weights)
    if unknown or not direction:
        raise ValueRangeError(
            f"loss_surface: a direction names {', '.join(sorted(unknown)) or 'nothing'}; the "
            f"model's parameters are {', '.join(weights)}"
        )
    for name, d in direction.items():
        if np.shape(d) != weights[name].shape:
            raise ShapeError(
                f"loss_surface: the direction of {name!r} has shape {np.shape(d)}, expected "
                f"{weights[name].shape}"
            )
    return {name: np.array(d.data if isinstance(d, Tensor) else d) for name, d in direction.items()}


def named_weights(op: str, model: Module) -> dict[str, Tensor]:
    """Path -> parameter, of those that require grad; each once.

    Raises
    ------
    DtypeError
        This is no module.
    ValueRangeError
        It has no such parameters.
    """
    if not isinstance(model, Module):
        raise DtypeError(f"{op}: expected a Module, got {type(model).__name__}")
    first: dict[Tensor, str] = {}
    for name, p in model.named_parameters():
        if p.requires_grad:
            first.setdefault(p, name)
    if not first:
        raise ValueRangeError(f"{op}: {type(model).__name__} has no parameters that require grad")
    return {name: p for p, name in first.items()}


def scalar(op: str, loss) -> float:
    """The value of a loss.

    Raises
    ------
    DtypeError, ShapeError
        It is no number, but None, or an array of several.
    """
    if loss is None or (not hasattr(loss, "dtype") and not isinstance(loss, (int, float))):
        raise DtypeError(
            f"{op}: loss() returned a {type(loss).__name__}, expected one number. Pass a function: "
            "lambda: nn.functional.cross_entropy(model(x), y)"
        )
    value = loss.data if isinstance(loss, Tensor) else np.asarray(loss)
    if value.size != 1:
        raise ShapeError(f"{op}: loss() returned shape {value.shape}, expected one number")
    return float(value.reshape(()))


@contextmanager
def kept(model: Module):
    """Parameters and state are afterwards as they were."""
    state = [
        (m, name, v.data.copy() if isinstance(v, Tensor) else v.copy())
        for _, m in model.named_modules()
        for name, v in m.attributes()
        if isinstance(v, (Tensor, np.ndarray))
    ]
    tensors = {id(v): v for v in model.parameters()}
    try:
        yield
    finally:
        for m, name, before in state:
            now = dict(m.attributes())[name]
            if not isinstance(now, Tensor):
                m.set_attribute(name, before)
            elif id(now) in tensors and not np.array_equal(now.data, before):
                with now.changing("restoring the weights") as array:
                    array[...] = before
