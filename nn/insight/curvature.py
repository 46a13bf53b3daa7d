"""The curvature of a loss: the largest eigenvalues of its Hessian, which is never formed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from autograd import Tensor, enable_grad, gradients
from autograd.errors import GraphError, ValueRangeError
from nn.functional.checks import not_negative
from nn.insight.landscape import Loss, kept, named_weights, scalar
from nn.insight.results import Drawn
from nn.insight.running import bar, depends, random
from nn.module import Module


@dataclass(frozen=True, eq=False, repr=False)
class HessianEigenvalues(Drawn):
    """What `hessian_eigenvalues` finds; shows itself as a plot in a notebook."""

    values: np.ndarray
    """The largest first: (count,)."""
    vectors: np.ndarray
    """Of length 1; the parameters one after another, in their order: (count, P)."""
    residuals: np.ndarray
    """‖Hv - λv‖: no eigenvalue is further from λ than this: (count,)."""
    history: np.ndarray
    """The estimates after each product with H; NaN before there are so many: (products, count)."""

    def figure(self):
        """A matplotlib figure of the estimates over the number of products."""
        from nn.insight.landscape_plots import eigenvalue_figure

        return eigenvalue_figure(self)


def hessian_eigenvalues(
    model: Module,
    loss: Loss,
    count: int = 1,
    method: str = "lanczos",
    products: int = 100,
    tolerance: float = 1e-3,
    seed: int = 0,
    progress: bool = True,
) -> HessianEigenvalues:
    """The largest eigenvalues of the Hessian of the loss, from products H v alone.

    The curvature along the steepest direction: gradient descent diverges if lr > 2 / λ.  H is never
    formed; a product is the gradient of ⟨dL/dw, v⟩, the derivative of the gradient's own graph.

    Parameters
    ----------
    model : Module
        H is taken by all of its parameters that require grad.
    loss : callable
        ``() -> Tensor``: ``lambda: nn.functional.cross_entropy(model(x), y)``.  It is called once:
        dropout and batch statistics are those of this call.
    count : int
        How many eigenvalues; one that is there three times counts as three.
    method : str
        ``"lanczos"``: the largest, in few products.  ``"power"``: those of the largest magnitude,
        one after the other.
    products : int
        The most products with H, for each eigenvalue with ``"power"``.
    tolerance : float
        Good enough is a residual below ``tolerance`` times the largest magnitude found.
    seed : int
        Of the start vector.
    progress : bool
        Show a bar (tqdm).

    Returns
    -------
    HessianEigenvalues
        ``.values``, ``.vectors``, ``.residuals``, ``.history``, ``.figure()``.  Compare the
        residuals with the values: ``products`` may have been too few.

    Raises
    ------
    ValueRangeError
        Unknown method; ``count`` below 1 or above the number of parameters.
    GraphError
        The loss is not computed from the parameters.

    Notes
    -----
    What one run of Lanczos finds is one vector of each eigenspace.  For ``count`` > 1 further runs
    from random vectors orthogonal to those found follow, until one finds nothing larger, or
    ``count`` in all.  In exact arithmetic, run to the end, these are the largest with probability
    1, each as often as it is there.  As it is, up to ``tolerance``, and if ``products`` was enough:
    if ``history`` is that long, equal eigenvalues may be missing.

    C. Lanczos 1950; for networks B. Ghorbani, S. Krishnan and Y. Xiao, "An investigation into
    neural net optimization via Hessian eigenvalue density", 2019.

    Examples
    --------
    >>> import nn
    >>> net = nn.Linear(2, 1, bias=False).astype(float)
    >>> x = np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> loss = lambda: np.sum(net(x) ** 2) / 2                      # H = xᵀx
    >>> found = hessian_eigenvalues(net, loss, 2, progress=False)
    >>> found.values.round(6)
    array([4., 1.])
    """
    if method not in ("lanczos", "power"):
        raise ValueRangeError(
            f"hessian_eigenvalues: unknown method {method!r}; known: 'lanczos', 'power'"
        )
    weights = list(named_weights("hessian_eigenvalues", model).values())
    size = sum(w.size for w in weights)
    for what, v, most in (("count", count, size), ("products", products, np.inf)):
        if isinstance(v, bool) or not isinstance(v, int) or not 1 <= v <= most:
            raise ValueRangeError(
                f"hessian_eigenvalues: {what} must be an int from 1 on"
                f"{f', at most the {size} parameters' if what == 'count' else ''}, got {v!r}"
            )
    not_negative("hessian_eigenvalues", tolerance=tolerance)
    start = random("hessian_eigenvalues", seed).standard_normal(size)
    with kept(model), enable_grad():
        product = hessian_product(loss(), weights)
        solve = _lanczos if method == "lanczos" else _power
        most = products if method == "lanczos" else products * count
        turns = bar(range(most), method, progress)
        return solve(product, start, count, iter(turns), products, tolerance)


def hessian_product(loss: Tensor, weights: Sequence[Tensor]) -> Callable[[np.ndarray], np.ndarray]:
    """The function v -> H v on vectors (P,) of all weights, one after another, in float64.

    The gradient's graph is recorded once; each product is one backward pass through it.
    """
    scalar("hessian_eigenvalues", loss)
    slopes = gradients(loss, weights, create_graph=True)
    if not depends(loss, *weights):
        raise GraphError(
            "hessian_eigenvalues: the loss does not depend on any parameter of the model, so H "
            "would be 0. Is loss() that of another model, or does it leave the graph, by .data?"
        )
    ends = np.cumsum([w.size for w in weights])[:-1]

    def product(v):
        parts = [
            part.reshape(w.shape).astype(w.dtype)
            for part, w in zip(np.split(v, ends), weights, strict=True)
        ]
        along = sum(np.sum(s * p) for s, p in zip(slopes, parts, strict=True))
        if along.node is None:  # the loss is linear in the weights
            return np.zeros(v.shape)
        return np.concatenate([g.ravel() for g in gradients(along, weights)]).astype(float)

    return product


def _lanczos(product, start, count, turns, products, tolerance):
    """Eigenvalues of H on the span of v, Hv, H²v, ...: those of a small tridiagonal matrix.

    Such a span holds one vector of each eigenspace.  So what has converged is kept, and the search
    goes on beside it from another v, until nothing larger turns up.  After r runs the largest r are
    surely among those kept: ``count`` runs are enough.
    """
    size = len(start)
    values, kept = np.empty(0), np.empty((0, size))
    w, scale, history = start, 1e-30, []
    rng = np.random.default_rng((size, 1))  # not that of `start`
    for _ in range(count):
        first, smallest = len(kept), values[-1] if len(values) == count else -np.inf
        basis = np.vstack([kept, np.empty((min(products - len(history), size - first), size))])
        diagonal, beside = [], []
        for k, _ in zip(range(first, len(basis)), turns, strict=False):
            basis[k] = w / np.linalg.norm(w)
            span = basis[: k + 1]
            w = product(basis[k])
            diagonal.append(float(w @ basis[k]))
            w = _outside(span, w)
            beside.append(float(np.linalg.norm(w)))
            small = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
            found, along = np.linalg.eigh(small)
            found, along = found[::-1], along[:, ::-1]
            both = np.concatenate([values, found])
            best = np.argsort(-both, kind="stable")[:count]
            missing = count - len(best)
            history.append(np.pad(both[best], (0, missing), constant_values=np.nan))
            scale = max(scale, np.abs(found).max())
            new = max(1, np.sum(best >= first))
            residuals = beside[-1] * np.abs(along[-1, :new])
            if not missing and residuals.max() <= tolerance * scale:
                break
            if beside[-1] <= 1e-10 * scale:  # the span holds no more; start beside it
                w, beside[-1] = _outside(span, rng.standard_normal(size)), 0.0
        kept = np.vstack([kept, along[:, :count].T @ basis[first : k + 1]])[best]
        values = both[best]
        if k + 1 == size or len(history) == products or found[0] <= smallest + tolerance * scale:
            break
        w = _outside(kept, rng.standard_normal(size))
    images = np.array([product(v) for v in kept])
    values, along = np.linalg.eigh(kept @ images.T)  # those of different runs may lean a little
    values, along = values[::-1], along[:, ::-1]
    return _result(values, along.T @ kept, along.T @ images, history)


def _outside(span, w):
    """The part of w that is orthogonal to the rows of ``span``."""
    for _ in range(2):  # rounding lets it lean; once is not enough
        w = w - span.T @ (span @ w)
    return w


def _power(product, start, count, turns, products, tolerance):
    """v <- Hv / ‖Hv‖, each vector kept orthogonal to those found before."""
    values, vectors, history = [], np.zeros((0, len(start))), []
    for k in range(count):
        v = start if k == 0 else np.random.default_rng(k).standard_normal(len(start))
        for _ in range(products):
            if next(turns, None) is None:
                break
            v = v - vectors.T @ (vectors @ v)
            v = v / np.linalg.norm(v)
            w = product(v)
            value = float(v @ w)
            history.append([*values, value, *[np.nan] * (count - k - 1)])
            w -= vectors.T @ (vectors @ w)
            if np.linalg.norm(w - value * v) <= tolerance * max(np.abs([*values, value])):
                break
            if not np.any(w):
                break
            v = w
        v = v / np.linalg.norm(v)
        values.append(value)
        vectors = np.vstack([vectors, v])
    values, images = np.array(values), np.array([product(v) for v in vectors])
    return _result(values, vectors, images, history)


def _result(values, vectors, images, history):
    residuals = np.linalg.norm(images - values[:, np.newaxis] * vectors, axis=1)
    return HessianEigenvalues(values, vectors, residuals, np.array(history))
