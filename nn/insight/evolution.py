"""Fooling pictures that evolve: noise to us, a class without doubt to the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from nn.figures import new_figure
from nn.functional.checks import not_negative, positive
from nn.insight.results import Drawn, bare, image_of, show
from nn.insight.running import (
    all_scores,
    bar,
    classes_of,
    evaluating,
    limits,
    random,
)
from nn.module import Module


@dataclass(frozen=True, eq=False, repr=False)
class Evolved(Drawn):
    """The fittest picture for each of n classes.

    Attributes
    ----------
    array : ndarray, (n, C, H, W)
    target : ndarray, (n,)
    history : ndarray, (generations + 1, n)
        The probability that the network gives the class of the fittest picture; first, that of
        the best of the noise that all began with.
    before, after : ndarray, (n, classes)
        Scores of the best of the noise, and of the fittest picture at the end.
    bounds : (float, float)
    """

    array: np.ndarray
    target: np.ndarray
    history: np.ndarray
    before: np.ndarray
    after: np.ndarray
    bounds: tuple[float, float]

    def figure(self):
        """The pictures with class and probability, and how this grew."""
        image_of(self.array[0])
        n = len(self.array)
        figure = new_figure((max(5.0, 1.25 * n), 3.6))
        above, below = figure.subfigures(2, 1, height_ratios=[1, 1.2])
        for ax, image, k, p in zip(
            above.subplots(1, n, squeeze=False)[0],
            self.array,
            self.target,
            self.history[-1],
            strict=True,
        ):
            show(bare(ax), image, *self.bounds)
            ax.set_title(f"class {k}: {p:.3f}", fontsize=8)
        ax = below.subplots()
        ax.plot(self.history, linewidth=1, label=[str(k) for k in self.target])
        ax.set(xlabel="generation", ylabel="probability", ylim=(-0.02, 1.02))
        ax.legend(
            fontsize=7, ncols=1 + (n > 6), title="class", title_fontsize=7, frameon=False,
            loc="center left", bbox_to_anchor=(1.0, 0.5),
        )  # fmt: skip
        ax.grid(alpha=0.3)
        return figure


def evolve(
    model: Module,
    shape: tuple[int, ...],
    target: int | Sequence[int],
    generations: int = 100,
    population: int = 40,
    parents: int = 10,
    rate: float = 0.05,
    size: float = 0.3,
    bounds: tuple[float, float] = (0.0, 1.0),
    seed: Any = None,
    progress: bool = True,
) -> Evolved:
    """Pictures bred until the network is sure of a class; no gradient is used.

    It begins with noise.  The pictures with the best log-probability of the class survive and are
    the parents; each child has every pixel from one of two of them, and some changed at random.

    Parameters
    ----------
    model : Module
        Gives scores (N, classes).  It is run in eval mode, and is afterwards as it was.
    shape : (C, H, W)
    target : int or sequence of int
        The class, or several: each has a population of its own.
    generations, population, parents : int
        How many rounds, pictures, and of these survivors.
    rate, size : float
        The part of a child's pixels that change, and the deviation of a change, as a part of the
        bounds' range.
    bounds : (low, high)
        The values that pixels may have.
    seed : int or Generator, optional
        Where the random numbers come from; by default, from what `nn.init.seed` set.
    progress : bool

    Raises
    ------
    ValueRangeError
        There is no such class; an option is out of range.

    Notes
    -----
    A. Nguyen, J. Yosinski, J. Clune, "Deep neural networks are easily fooled", 2015.

    Examples
    --------
    >>> import nn
    >>> model = nn.models.lenet5()
    >>> found = nn.insight.evolve(model, (1, 28, 28), [3, 8], 3, seed=0, progress=False)
    >>> found.array.shape, bool((found.history[-1] >= found.history[0]).all())
    ((2, 1, 28, 28), True)
    """
    op = "evolve"
    positive(op, generations=generations, population=population, parents=parents)
    not_negative(op, rate=rate, size=size)
    if parents >= population or rate > 1:
        raise ValueRangeError(
            f"{op}: fewer parents than pictures and a rate of at most 1 expected, got {parents} of "
            f"{population} and {rate}"
        )
    if not isinstance(shape, (tuple, list)) or any(
        not hasattr(m, "__index__") or m < 1 for m in shape
    ):
        raise ShapeError(f"{op}: shape must be that of one picture, as (1, 28, 28); got {shape!r}")
    low, high = limits(op, bounds)
    rng, targets = random(op, seed), np.atleast_1d(np.asarray(target))
    if targets.ndim != 1 or not targets.size:
        raise ValueRangeError(f"{op}: target must be a class or several, got {target!r}")
    breed = _Breeding(op, model, rng, (parents, population), (rate, size), (low, high))
    lines = []
    with evaluating(op, model):
        for k in targets:
            noise = rng.uniform(low, high, (population, *shape)).astype(np.float32)
            lines.append(
                breed.line(noise, k, bar(range(generations), f"{op}: class {k}", progress))
            )
    pictures, histories, before, after = zip(*lines, strict=True)
    return Evolved(
        np.stack(pictures),
        targets,
        np.stack(histories, axis=1),
        np.stack(before),
        np.stack(after),
        (low, high),
    )


class _Breeding:
    def __init__(self, op, model, rng, numbers, changes, bounds):
        self.op, self.model, self.rng = op, model, rng
        self.parents, self.population = numbers
        self.rate, self.size = changes
        self.bounds = bounds

    def line(self, x, k, rounds):
        """(fittest picture, its probability over time, first and last scores) for the class k."""
        scores = all_scores(self.op, self.model, x, len(x))
        k = int(classes_of(self.op, scores, k)[0])
        if scores.shape[1] == 1:
            raise ShapeError(
                f"{self.op}: the model gives one score only, so its class is always certain; "
                "expected scores (N, classes) of two classes or more"
            )
        x, scores, p = self.fittest(x, scores, k)
        history, first = [p], scores[0]
        for _ in rounds:
            children = self.children(x)
            of_children = all_scores(self.op, self.model, children, len(children))
            x, scores, p = self.fittest(
                np.concatenate([x, children]), np.concatenate([scores, of_children]), k
            )
            history.append(p)
        return x[0], np.array(history), first, scores[0]

    def fittest(self, x, scores, k):
        """The parents of the next generation, best first, their scores, the best's probability."""
        others = np.delete(scores, k, axis=1)
        top = others.max(1, keepdims=True)
        # log(p / (1 - p)) still tells pictures apart where p rounds to 1.
        odds = scores[:, k] - top[:, 0] - np.log(np.exp(others - top).sum(1))
        best = np.argsort(-odds, kind="stable")[: self.parents]
        return x[best], scores[best], np.exp(-np.logaddexp(0, -odds[best[0]]))

    def children(self, x):
        n, shape = self.population - self.parents, x.shape[1:]
        mother, father = x[self.rng.integers(len(x), size=(2, n))]
        child = np.where(self.rng.random((n, *shape)) < 0.5, mother, father)
        low, high = self.bounds
        change = self.rng.normal(0, self.size * (high - low), child.shape)
        child = child + np.where(self.rng.random(child.shape) < self.rate, change, 0)
        return np.clip(child, low, high).astype(np.float32)
