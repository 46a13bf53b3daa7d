"""The neural tangent kernel: how a step for one sample moves the output for another."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, enable_grad, gradients, no_grad
from autograd.errors import ShapeError, ValueRangeError
from nn.functional.checks import is_number
from nn.insight.landscape import kept, named_weights
from nn.insight.results import Drawn
from nn.insight.running import bar
from nn.modes import evaluating
from nn.module import Module


@dataclass(frozen=True, eq=False, repr=False)
class TangentKernel(Drawn):
    """What `neural_tangent_kernel` finds; shows itself as a picture in a notebook."""

    kernel: np.ndarray
    """K[n, m, o, p] = Σ_w ∂y_no/∂w ∂y'_mp/∂w: (N, M, O, O)."""

    def trace(self) -> np.ndarray:
        """The mean over outputs, 1/O Σ_o K[n, m, o, o]: (N, M)."""
        return np.trace(self.kernel, axis1=2, axis2=3) / self.kernel.shape[2]

    def matrix(self) -> np.ndarray:
        """J J'ᵀ, with the outputs of each sample one after another: (N·O, M·O)."""
        n, m, o, p = self.kernel.shape
        return self.kernel.transpose(0, 2, 1, 3).reshape(n * o, m * p)

    def figure(self):
        """A matplotlib figure: the mean over outputs, and its eigenvalues."""
        from nn.insight.landscape_plots import kernel_figure

        return kernel_figure(self)


def neural_tangent_kernel(
    model: Module, x: Any, x2: Any = None, progress: bool = True
) -> TangentKernel:
    """``K(x_n, x'_m) = J(x_n) J(x'_m)ᵀ`` with J = ∂y/∂w, over all parameters of a network.

    A step of gradient descent on sample m moves the output for sample n by -lr K(x_n, x_m) dL/dy_m,
    to first order.  Very wide networks keep their K while they train, and are then linear models.

    Parameters
    ----------
    model : Module
        (N, ...) -> (N, O) or (N,).  It is run in ``eval()``, one sample at a time.
    x : array_like (N, ...)
        Samples.
    x2 : array_like (M, ...), optional
        Other samples; by default x.
    progress : bool
        Show a bar (tqdm).

    Returns
    -------
    TangentKernel
        ``.kernel`` (N, M, O, O), ``.trace()`` (N, M), ``.matrix()``, ``.figure()``; float64.

    Raises
    ------
    ShapeError
        The outputs are not (N, O) or (N,).

    Notes
    -----
    A. Jacot, F. Gabriel and C. Hongler, "Neural tangent kernel: convergence and generalization in
    neural networks", 2018.  Memory: (N + M)·O rows of as many numbers as there are parameters.

    Examples
    --------
    >>> import nn
    >>> x = np.array([[1.0, 2.0], [3.0, 0.0]])
    >>> net = nn.Linear(2, 1).astype(float)
    >>> neural_tangent_kernel(net, x, progress=False).trace()       # x xᵀ + 1, from the bias
    array([[ 6.,  4.],
           [ 4., 10.]])
    """
    rows = parameter_jacobian(model, x, progress)
    others = rows if x2 is None else parameter_jacobian(model, x2, progress)
    n, o, size = rows.shape
    m = len(others)
    product = rows.reshape(n * o, size) @ others.reshape(m * o, size).T
    return TangentKernel(product.reshape(n, o, m, o).transpose(0, 2, 1, 3))


def parameter_jacobian(model: Module, x: Any, progress: bool = True) -> np.ndarray:
    """∂y/∂w of a network, sample by sample: (N, O, P), float64.

    The P parameters that require grad one after another, in their order.  One backward pass for
    every output of every sample, in ``eval()``.
    """
    weights = list(named_weights("neural_tangent_kernel", model).values())
    x = x.data if isinstance(x, Tensor) else np.asarray(x)
    if not x.ndim or not len(x):
        raise ShapeError(
            f"neural_tangent_kernel: expected samples (N, ...), got shape {np.shape(x)}"
        )
    rows = []
    with evaluating(model), kept(model), enable_grad():
        for sample in bar(x, "tangent kernel", progress):
            y = model(sample[None])
            if y.ndim not in (1, 2) or len(y) != 1:
                raise ShapeError(
                    "neural_tangent_kernel: the network must give (N, O) or (N,), but gave "
                    f"{y.shape} for one sample"
                )
            for one in np.eye(y.size, dtype=y.dtype):
                found = gradients(y, weights, one.reshape(y.shape))
                rows.append(np.concatenate([g.ravel() for g in found]).astype(float))
    return np.array(rows).reshape(len(x), -1, sum(w.size for w in weights))


def linearised_predictions(
    model: Module, x: Any, y: Any, x_test: Any, lr: float, steps: int, progress: bool = True
) -> np.ndarray:
    """What gradient descent would make of a network that is linear in its weights.

    ``f_t(x*) = f_0(x*) - K(x*, x) K⁻¹ (1 - (1 - lr/N K)^t) (f_0(x) - y)``: t steps on the loss
    1/(2N) Σ ‖f(x_n) - y_n‖² of f_0(x) + J(x)(w - w_0), in closed form.  A network that is wide
    enough, trained with a small rate, comes near to it.

    Parameters
    ----------
    model : Module
        (N, ...) -> (N, O) or (N,), with the weights w_0; it is not changed.
    x : array_like (N, ...)
        Training samples.
    y : array_like (N, O) or (N,)
        Their targets.
    x_test : array_like (M, ...)
        Samples to predict.
    lr : float
    steps : int
        t.
    progress : bool
        Show a bar (tqdm).

    Returns
    -------
    ndarray (M, O) or (M,)

    Raises
    ------
    ShapeError
        ``y`` has another shape than the outputs.
    ValueRangeError
        ``lr`` ≥ 2N / λ with the largest eigenvalue λ of K: the steps diverge.

    Notes
    -----
    J. Lee et al., "Wide neural networks of any depth evolve as linear models under gradient
    descent", 2019.

    Examples
    --------
    >>> import nn
    >>> net = nn.Linear(1, 1).astype(float)
    >>> x = np.array([[0.0], [1.0]])
    >>> linearised_predictions(net, x, 3 * x + 1, [[2.0]], 0.5, 1000, progress=False).round(6)
    array([[7.]])
    """
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
        raise ValueRangeError(f"linearised_predictions: steps must be an int ≥ 0, got {steps!r}")
    if not is_number(lr):
        raise ValueRangeError(f"linearised_predictions: lr must be a number, got {lr!r}")
    now, start_test = _outputs(model, x), _outputs(model, x_test)
    y = np.asarray(y.data if isinstance(y, Tensor) else y, float)
    if y.shape != now.shape:
        raise ShapeError(
            f"linearised_predictions: y has shape {y.shape}, but the outputs have {now.shape}"
        )
    rows = parameter_jacobian(model, x, progress)
    flat = rows.reshape(-1, rows.shape[2])
    test = parameter_jacobian(model, x_test, progress).reshape(-1, rows.shape[2])
    values, vectors = np.linalg.eigh(flat @ flat.T)
    rates = lr / len(now) * values
    if not lr > 0 or rates[-1] >= 2:
        raise ValueRangeError(
            f"linearised_predictions: lr={lr} must be above 0 and, for steps that converge, below "
            f"2N/λ = {2 * len(now) / values[-1]:.4g}"
        )
    # (1 - (1 - r)^t) / K, which for r -> 0 is t lr/N: no small eigenvalue is divided by.
    tiny = np.abs(rates) < 1e-12
    factors = np.where(
        tiny,
        steps * lr / len(now),
        (1 - (1 - rates) ** steps) / np.where(tiny, 1, values),
    )
    error = vectors @ (factors * (vectors.T @ (now - y).ravel()))
    return start_test - (test @ (flat.T @ error)).reshape(start_test.shape)


def _outputs(model, x):
    """The outputs in ``eval()``, in float64."""
    with evaluating(model), kept(model), no_grad():
        y = model(np.asarray(x.data if isinstance(x, Tensor) else x))
    return np.asarray(y.data, float)
