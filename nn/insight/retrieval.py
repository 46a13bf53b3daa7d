"""Pictures by likeness: features of a collection, and the nearest by cosine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from nn.functional.checks import array, floating, positive, value
from nn.insight.results import Result, grid, image_of, show
from nn.insight.running import examples, layer_outputs
from nn.module import Module


def features(
    model: Module, x: Any, layer: str, batch_size: int = 64, progress: bool = True
) -> np.ndarray:
    """What a layer knows of each example, as one vector: maps by their means.

    Parameters
    ----------
    model : Module
        Is run in eval mode, and is afterwards as it was.
    x : array_like, (N, ...)
    layer : str
        Its name; of a layer that runs several times it is the last run.
    batch_size : int
    progress : bool

    Returns
    -------
    ndarray, (N, channels)
        To look up (`retrieve`), to plot (`pca`, `tsne`), to train a small head on.

    Examples
    --------
    >>> import nn
    >>> x = np.ones((5, 1, 28, 28), np.float32)
    >>> model = nn.models.lenet5()
    >>> nn.insight.features(model, x, "fc1").shape, nn.insight.features(model, x, "conv2").shape
    ((5, 120), (5, 16))
    """
    x = examples("features", x)
    parts = layer_outputs("features", model, x, layer, batch_size, progress)
    return np.concatenate([y.reshape(*y.shape[:2], -1).mean(2) for y in parts])


@dataclass(frozen=True, eq=False, repr=False)
class Retrieval(Result):
    """For each of Q queries, the k that are most alike.

    Attributes
    ----------
    indices : ndarray, (Q, k)
        Which of the collection, the most alike first.
    similarity : ndarray, (Q, k)
        The cosine, from -1 to 1.
    queries : ndarray
        As they were given: places in the collection (Q,), or features (Q, D).
    """

    indices: np.ndarray
    similarity: np.ndarray
    queries: np.ndarray

    def figure(self, images: Any, labels: Sequence | None = None, query_images: Any | None = None):
        """A page of pictures: a row per query, which stands first.

        Parameters
        ----------
        images : array_like, (N, C, H, W)
            The collection.
        labels : sequence of N, optional
            Written over each.
        query_images : array_like, (Q, C, H, W), optional
            The queries, where they were given as features.
        """
        images = value(images)
        asked = images[self.queries] if self.queries.ndim == 1 else query_images
        if asked is None:
            raise ValueRangeError("figure: the queries were features; give query_images too")
        image_of(images[0])
        n, k = self.indices.shape
        figure, axes = grid(n, k + 1, 1.1, 1.3)
        span = float(images.min()), float(images.max())
        for q, line in enumerate(axes):
            show(line[0], asked[q], *span)
            line[0].spines[:].set(color="C3", linewidth=2)
            text = "query"
            if labels is not None and self.queries.ndim == 1:
                text += f": {labels[self.queries[q]]}"
            line[0].set_title(text, fontsize=8, pad=3)
            for ax, i, s in zip(line[1:], self.indices[q], self.similarity[q], strict=True):
                show(ax, images[i], *span)
                text = f"{s:.2f}" if labels is None else f"{labels[i]}  {s:.2f}"
                ax.set_title(text, fontsize=8, pad=3)
        return figure


def retrieve(features: Any, queries: Any, k: int = 8) -> Retrieval:
    """The nearest of a collection, by the cosine of their features: ``f·q / (|f| |q|)``.

    Parameters
    ----------
    features : array_like, (N, D)
        Of the collection, as `nn.insight.features` gives them.
    queries : int, Q ints, or array_like of floats (Q, D)
        Places in the collection, each of which is left out of its own answer; or features.
    k : int
        How many; all if there are fewer.

    Raises
    ------
    ShapeError
        Features and queries do not fit.
    ValueRangeError
        A place is not in the collection.

    Examples
    --------
    >>> f = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
    >>> retrieve(f, 0, k=2).indices
    array([[1, 2]])
    """
    op = "retrieve"
    f = vectors(op, features)
    positive(op, k=k)
    asked = np.asarray(value(queries))
    if asked.dtype.kind in "iu":
        asked = np.atleast_1d(asked)
        wrong = asked[(asked < 0) | (asked >= len(f))]
        if asked.ndim != 1 or wrong.size:
            raise ValueRangeError(
                f"{op}: queries must be places in the collection, from 0 to {len(f) - 1}, got "
                f"{wrong.flat[0] if wrong.size else asked.shape}"
            )
        q = f[asked]
    else:
        q = vectors(op, asked, "queries")
        if q.shape[1] != f.shape[1]:
            raise ShapeError(
                f"{op}: {f.shape[1]} features expected, as in the collection, got {q.shape[1]}"
            )
    cosine = _unit(q) @ _unit(f).T
    own = asked.ndim == 1
    if own:
        cosine[np.arange(len(q)), asked] = -np.inf
    indices = np.argsort(-cosine, axis=1, kind="stable")[:, : min(k, len(f) - own)]
    return Retrieval(indices, np.take_along_axis(cosine, indices, axis=1), asked)


def vectors(op: str, v: Any, name: str = "features") -> np.ndarray:
    """``v`` as a floating array (N, D)."""
    v = value(array(op, name, v))
    floating(op, name, v)
    if v.ndim != 2 or not v.size:
        raise ShapeError(f"{op}: {name} must be (N, D), got {v.shape}")
    return v


def _unit(v):
    length = np.linalg.norm(v, axis=1, keepdims=True)
    return v / np.where(length > 0, length, 1)
