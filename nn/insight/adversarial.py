"""Pictures changed a little, along the gradient of the loss, until the network is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, enable_grad, gradients
from autograd.errors import ValueRangeError
from nn.figures import new_figure
from nn.functional import cross_entropy
from nn.functional.checks import array, not_negative, positive, value
from nn.insight.results import Drawn, bare, image_of, show
from nn.insight.running import (
    all_scores,
    bar,
    check_depends,
    classes_of,
    evaluating,
    examples,
    limits,
    probabilities,
    scores_of,
)
from nn.module import Module

SHOWN = 6
SMALL = 0.005  # a probability below this has no bar to be seen


@dataclass(frozen=True, eq=False, repr=False)
class Adversarial(Drawn):
    """Changed pictures, and what the network says before and after.

    Attributes
    ----------
    array : ndarray, (N, ...)
        The changed pictures.
    inputs : ndarray, (N, ...)
        The unchanged ones.
    labels : ndarray, (N,)
        What to lead away from; or towards, if ``targeted``.
    before, after : ndarray, (N, classes)
        The scores.
    eps : float
    bounds : (float, float)
    """

    array: np.ndarray
    inputs: np.ndarray
    labels: np.ndarray
    before: np.ndarray
    after: np.ndarray
    eps: float
    bounds: tuple[float, float]

    @property
    def changed(self) -> np.ndarray:
        """(N,): where the class with the best score is another one now."""
        return self.before.argmax(1) != self.after.argmax(1)

    def figure(self, names: Sequence[str] | Mapping[int, str] | None = None):
        """Picture, change, changed picture, and the probabilities of the likeliest classes.

        ``names`` are those of the classes, all or, by number, some.
        """
        image_of(self.inputs[0])
        n = min(len(self.inputs), SHOWN)
        figure = new_figure((8.2, 1.75 * n + 0.3))
        axes = figure.subplots(n, 4, squeeze=False, width_ratios=[1, 1, 1, 1.3])
        before, after = probabilities(self.before[:n]), probabilities(self.after[:n])
        titles = ("picture", f"change, at most {self.eps:.3g}", "together")
        for k, line in enumerate(axes):
            change = self.array[k] - self.inputs[k]
            show(bare(line[0]), self.inputs[k], *self.bounds)
            show(bare(line[1]), change, -self.eps, self.eps)
            show(bare(line[2]), self.array[k], *self.bounds)
            best = np.unique([*_likeliest(before[k]), *_likeliest(after[k])])
            place = np.arange(len(best))
            line[3].barh(place - 0.2, before[k, best], 0.4, label="before", color="0.6")
            line[3].barh(place + 0.2, after[k, best], 0.4, label="after", color="C3")
            line[3].set_yticks(place, [_name(names, int(c)) for c in best])
            line[3].set(xlim=(0, 1.02), ylim=(-0.5, len(best) - 0.5), xticks=[0, 0.5, 1])
            line[3].invert_yaxis()
            line[3].tick_params(labelsize=8)
        for ax, title in zip(axes[0], (*titles, "probability"), strict=True):
            ax.set_title(title, fontsize=9)
        axes[0, 3].legend(fontsize=7, loc="best")
        return figure


def _likeliest(p):
    """The best two classes, the second only if it is worth a bar."""
    first, second = np.argsort(-p)[:2] if len(p) > 1 else (0, 0)
    return [first, second] if p[second] >= SMALL else [first]


def _name(names, c):
    if isinstance(names, Mapping):
        return names.get(c, str(c))
    return str(c) if names is None else names[c]


def fgsm(
    model: Module,
    x: Any,
    labels: Any,
    eps: float,
    bounds: tuple[float, float] = (0.0, 1.0),
    targeted: bool = False,
) -> Adversarial:
    """One step against the right answer: ``x + eps sign(dL/dx)``, the fast gradient sign method.

    Parameters
    ----------
    model : Module
        Gives scores (N, classes).  It is run in eval mode, and is afterwards as it was.
    x : array_like, (N, ...)
    labels : int or N ints
        The right classes; L is the cross-entropy with them.
    eps : float
        How far each pixel moves.
    bounds : (low, high)
        The values that pixels may have.
    targeted : bool
        ``labels`` are the classes to lead to: the step goes down.

    Raises
    ------
    ValueRangeError
        There is no such class; ``x`` lies outside the bounds; ``eps`` is negative.
    GraphError
        The model leaves the graph between x and its scores.

    Notes
    -----
    I. Goodfellow, J. Shlens, C. Szegedy, "Explaining and harnessing adversarial examples", 2015.

    Examples
    --------
    >>> import nn
    >>> x = np.full((2, 1, 28, 28), 0.5, np.float32)
    >>> found = nn.insight.fgsm(nn.models.lenet5(), x, [3, 7], eps=0.1)
    >>> bool(abs(found.array - x).max() <= 0.1 + 1e-6)
    True
    """
    return _attack("fgsm", model, x, labels, eps, 1, eps, bounds, targeted, False)


def iterated_fgsm(
    model: Module,
    x: Any,
    labels: Any,
    eps: float,
    steps: int = 10,
    step_size: float | None = None,
    bounds: tuple[float, float] = (0.0, 1.0),
    targeted: bool = False,
    progress: bool = True,
) -> Adversarial:
    """Many small steps of `fgsm`, kept within ``eps`` of the picture.

    Parameters
    ----------
    model, x, labels, eps, bounds, targeted
        See `fgsm`.
    steps : int
    step_size : float, optional
        Of one step; by default 2.5 eps / steps.
    progress : bool

    Notes
    -----
    A. Kurakin, I. Goodfellow, S. Bengio, "Adversarial examples in the physical world", 2017.

    Examples
    --------
    >>> import nn
    >>> x = np.full((2, 1, 28, 28), 0.5, np.float32)
    >>> options = dict(eps=0.1, targeted=True, progress=False)
    >>> found = nn.insight.iterated_fgsm(nn.models.lenet5(), x, 3, **options)
    >>> bool((found.after[:, 3] > found.before[:, 3]).all())
    True
    """
    op = "iterated_fgsm"
    positive(op, steps=steps)
    not_negative(op, eps=eps)
    size = 2.5 * eps / steps if step_size is None else step_size
    return _attack(op, model, x, labels, eps, steps, size, bounds, targeted, progress)


def _attack(op, model, x, labels, eps, steps, size, bounds, targeted, progress) -> Adversarial:
    x = examples(op, x)
    not_negative(op, eps=eps, step_size=size)
    low, high = limits(op, bounds, x)
    _given(op, labels)
    with evaluating(op, model):
        before = all_scores(op, model, x, len(x))
        labels = classes_of(op, before, labels, "labels")
        changed = x
        for _ in bar(range(steps), op, progress):
            changed = _step(op, model, changed, labels, -size if targeted else size)
            changed = np.clip(
                np.clip(changed, x - x.dtype.type(eps), x + x.dtype.type(eps)), low, high
            )
        after = all_scores(op, model, changed, len(x))
    return Adversarial(changed.astype(x.dtype), x, labels, before, after, float(eps), (low, high))


def _given(op, labels):
    if labels is None:
        raise ValueRangeError(f"{op}: labels must be the classes of the examples, got None")


def _step(op, model, x, labels, size):
    with enable_grad():
        leaf = Tensor(x, requires_grad=True)
        scores = scores_of(op, model, leaf)
        check_depends(op, "the scores do", scores, leaf)
        g = gradients(cross_entropy(scores, labels, reduction="sum"), leaf)
    return x + x.dtype.type(size) * np.sign(g)


@dataclass(frozen=True, eq=False, repr=False)
class AdversarialAccuracy(Drawn):
    """How many examples a network still gets right, by how far each pixel may move.

    Attributes
    ----------
    eps : ndarray, (n,)
    accuracy : ndarray, (n,)
        From 0 to 1.
    """

    eps: np.ndarray
    accuracy: np.ndarray

    def figure(self):
        """Accuracy over eps."""
        figure = new_figure((5, 2.8))
        ax = figure.subplots()
        ax.plot(self.eps, self.accuracy, marker="o", markersize=4)
        ax.set(xlabel="eps, how far each pixel may move", ylim=(-0.02, 1.02))
        ax.set(ylabel="part still right", title="accuracy under attack")
        ax.grid(alpha=0.3)
        return figure


def adversarial_accuracy(
    model: Module,
    x: Any,
    labels: Any,
    eps: Sequence[float],
    steps: int = 1,
    bounds: tuple[float, float] = (0.0, 1.0),
    batch_size: int = 64,
    progress: bool = True,
) -> AdversarialAccuracy:
    """How many examples a network gets right after an attack, for several eps.

    Parameters
    ----------
    model, x, labels, bounds
        See `fgsm`.
    eps : sequence of float
        How far each pixel may move; 0 is without an attack.
    steps : int
        1 for `fgsm`, more for `iterated_fgsm`.
    batch_size : int
        Examples that are attacked at once.
    progress : bool

    Examples
    --------
    >>> import nn
    >>> x = np.random.default_rng(0).random((8, 1, 28, 28), np.float32)
    >>> curve = nn.insight.adversarial_accuracy(
    ...     nn.models.lenet5(), x, np.arange(8), [0, 0.1, 0.3], progress=False
    ... )
    >>> curve.accuracy.shape
    (3,)
    """
    op = "adversarial_accuracy"
    x = examples(op, x)
    positive(op, steps=steps, batch_size=batch_size)
    limits(op, bounds, x)
    _given(op, labels)
    sizes = np.atleast_1d(value(array(op, "eps", eps)))
    for e in sizes:
        not_negative(op, eps=e)
    with evaluating(op, model):
        labels = classes_of(op, all_scores(op, model, x, batch_size), labels, "labels")
    right = np.zeros(len(sizes))
    rounds = [(k, s) for k in range(len(sizes)) for s in range(0, len(x), batch_size)]
    for k, s in bar(rounds, op, progress):
        part, own = x[s : s + batch_size], labels[s : s + batch_size]
        e = float(sizes[k])
        if steps == 1:
            found = fgsm(model, part, own, e, bounds)
        else:
            found = iterated_fgsm(model, part, own, e, steps, bounds=bounds, progress=False)
        right[k] += (found.after.argmax(1) == own).sum()
    return AdversarialAccuracy(sizes.astype(float), right / len(x))
