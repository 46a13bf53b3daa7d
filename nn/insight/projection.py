"""Features on a sheet of paper: principal components, and t-SNE."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from nn.figures import new_figure
from nn.functional.checks import is_number, positive, whole
from nn.insight.results import Drawn
from nn.insight.retrieval import vectors

LEGEND = 12  # labels that a legend can name
COLORS = (*(f"C{k}" for k in range(10)), "0.25", "0.65")


@dataclass(frozen=True, eq=False, repr=False)
class Projection(Drawn):
    """Points of few dimensions that stand for features.

    Attributes
    ----------
    array : ndarray, (N, d)
    explained : ndarray, (d,), or None
        Of principal components: the part of the variance that each has.
    axes : ndarray, (d, D), or None
        Of principal components: their directions, of length 1.
    """

    array: np.ndarray
    explained: np.ndarray | None = None
    axes: np.ndarray | None = None

    def figure(self, labels: Sequence | None = None):
        """The first two dimensions, coloured by the labels."""
        if self.array.shape[1] < 2:
            raise ShapeError("figure: needs two dimensions")
        figure = new_figure((5.2, 4.2))
        ax = figure.subplots()
        x, y = self.array.T[:2]
        kinds, which = np.unique(["" for _ in x] if labels is None else labels, return_inverse=True)
        if len(kinds) > LEGEND:
            numbers = kinds.dtype.kind in "iuf"
            points = ax.scatter(x, y, s=9, c=kinds[which] if numbers else which)
            if numbers:
                figure.colorbar(points, ax=ax, shrink=0.85)
        else:
            for c, kind in enumerate(kinds):
                own = which == c
                ax.scatter(x[own], y[own], s=9, color=COLORS[c], label=str(kind))
        if 1 < len(kinds) <= LEGEND:
            figure.legend(loc="outside right center", frameon=False, markerscale=2)
        if self.explained is not None:
            first, second = (f"{part:.0%} of the variance" for part in self.explained[:2])
            ax.set(xlabel=f"first, {first}", ylabel=f"second, {second}")
            ax.set_title("principal components", fontsize=10)
        else:
            ax.set(xticks=[], yticks=[])
            ax.set_title("t-SNE: who is near whom; distances far apart say little", fontsize=10)
        return figure


def pca(features: Any, dimensions: int = 2) -> Projection:
    """Features along their principal components: ``(f - mean) V``, V from the singular values.

    Parameters
    ----------
    features : array_like, (N, D)
    dimensions : int
        How many components.

    Returns
    -------
    Projection
        ``.array`` (N, dimensions), ``.explained``, ``.axes``.  The largest number of each axis is
        positive, so that the signs are always the same.

    Raises
    ------
    ShapeError
        There are fewer examples or features than dimensions.

    Examples
    --------
    >>> found = pca(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]))
    >>> found.explained.round(6)
    array([1., 0.])
    """
    op = "pca"
    f = vectors(op, features)
    positive(op, dimensions=dimensions)
    if dimensions > min(f.shape):
        raise ShapeError(f"{op}: {f.shape} features have at most {min(f.shape)} components")
    centred = f - f.mean(0)
    _, size, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:dimensions]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(1)[:, np.newaxis], axis=1)
    axes = axes * np.where(largest < 0, -1, 1).astype(axes.dtype)
    total = float((size**2).sum()) or 1.0
    return Projection(centred @ axes.T, size[:dimensions] ** 2 / total, axes)


def tsne(features: Any, dimensions: int = 2, perplexity: float = 30.0, seed: int = 0) -> Projection:
    """Features in the plane so that neighbours stay neighbours: scikit-learn's t-SNE.

    Parameters
    ----------
    features : array_like, (N, D)
    dimensions : int
        2 or 3.
    perplexity : float
        About how many neighbours count; less than N.
    seed : int

    Raises
    ------
    ImportError
        scikit-learn is missing.
    ValueRangeError
        The perplexity is not between 0 and N, or dimensions neither 2 nor 3.

    Notes
    -----
    L. van der Maaten, G. Hinton, "Visualizing data using t-SNE", 2008.

    Examples
    --------
    >>> f = np.random.default_rng(0).normal(size=(20, 5))
    >>> tsne(f, perplexity=5).array.shape
    (20, 2)
    """
    op = "tsne"
    f = vectors(op, features)
    if np.ndim(dimensions) or dimensions not in (2, 3):
        raise ValueRangeError(f"{op}: dimensions must be 2 or 3, got {dimensions!r}")
    if not is_number(perplexity) or not 0 < perplexity < len(f):
        raise ValueRangeError(
            f"{op}: perplexity must be between 0 and the number of examples, {len(f)}, got "
            f"{perplexity!r}"
        )
    if seed is not None:
        whole(op, seed=seed)
    try:
        from sklearn.manifold import TSNE
    except ImportError:
        raise ImportError(
            'tsne: needs scikit-learn, which is missing: pip install "chalkgrad[data]"'
        ) from None
    points = TSNE(dimensions, perplexity=perplexity, random_state=seed, init="pca").fit_transform(f)
    return Projection(points)
