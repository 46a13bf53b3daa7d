"""The recurrent network of the lectures as written, and its backpropagation through time by hand.

``h_t = σ₁(W¹ x_t + W¹¹ h_{t-1} + b¹)``, ``y_t = σ₂(W² h_t + b²)``, h_{-1} given.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor, enable_grad, gradients
from autograd.errors import DtypeError, ShapeError
from nn import functional as F
from nn import init
from nn.functional.checks import array, positive, value
from nn.module import Module


def identity(z):
    """z itself."""
    return z


class LectureRNN(Module):
    """``h_t = σ₁(W¹ x_t + W¹¹ h_{t-1} + b¹)``, ``y_t = σ₂(W² h_t + b²)``: (T, N, I) -> (T, N, O).

    A graph with a node per operation and step: backward through it is backpropagation through
    time.

    Parameters
    ----------
    inputs, hidden, outputs : int
        I, H and O.
    sigma1, sigma2 : callable
        The activation functions, of Tensors: ``np.tanh``, ``nn.functional.sigmoid``, ...

    Attributes
    ----------
    W1, W11, b1, W2, b2 : Tensor
        (H, I), (H, H), (H,), (O, H), (O,); W1 and W11 as of `RNN`, W2 as of `Linear`.

    Examples
    --------
    >>> y, h = LectureRNN(3, 5, 2)(np.ones((7, 1, 3), np.float32))
    >>> y.shape, len(h), h[-1].shape
    ((7, 1, 2), 7, (1, 5))
    """

    def __init__(
        self, inputs, hidden, outputs, sigma1: Callable = np.tanh, sigma2: Callable = identity
    ):
        positive("LectureRNN", inputs=inputs, hidden=hidden, outputs=outputs)
        for name, f in (("sigma1", sigma1), ("sigma2", sigma2)):
            if not callable(f):
                raise DtypeError(f"LectureRNN: {name} must be a function, got {f!r}; np.tanh, say")
        self.sigma1, self.sigma2 = sigma1, sigma2
        bound = hidden**-0.5
        self.W1, self.W11 = (
            init.uniform((hidden, inputs), bound),
            init.uniform((hidden,) * 2, bound),
        )
        self.b1 = init.uniform((hidden,), bound)
        self.W2, self.b2 = init.uniform((outputs, hidden), bound), init.uniform((outputs,), bound)

    def forward(self, x, h=None):
        """x (T, N, I), h_{-1} (N, H) or zeros -> y (T, N, O), and the list of all h_t (N, H)."""
        x, h = self._checked(x, h)
        states, outputs = [], []
        for xt in np.unstack(x):
            h = self.sigma1(F.linear(xt, self.W1, self.b1) + F.linear(h, self.W11))
            states.append(h)
            outputs.append(self.sigma2(F.linear(h, self.W2, self.b2)))
        return np.stack(outputs), states

    def _checked(self, x, h):
        x = array("LectureRNN", "x", x)
        hidden, inputs = self.W1.shape
        if x.ndim != 3 or x.shape[2] != inputs or not x.shape[0]:
            raise ShapeError(
                f"LectureRNN: expected x of shape (T, N, {inputs}), T > 0, got {tuple(x.shape)}"
            )
        if h is None:
            h = np.zeros((x.shape[1], hidden), self.W1.dtype)
        h = array("LectureRNN", "h", h)
        if tuple(h.shape) != (x.shape[1], hidden):
            raise ShapeError(
                f"LectureRNN: h must be (N, H) = ({x.shape[1]}, {hidden}), got {tuple(h.shape)}"
            )
        return x, h


class ByHand(NamedTuple):
    """What `backward_through_time` finds."""

    loss: float
    """L = Σ_t ℓ(y_t, d_t)."""

    gradients: dict[str, np.ndarray]
    """dL/dW1, dW11, db1, dW2, db2, by name."""

    dh: np.ndarray
    """dL/dh_t through both paths: (T, N, H)."""

    from_output: np.ndarray
    """The part of it that comes through y_t: (T, N, H)."""

    from_future: np.ndarray
    """The part of it that comes through h_{t+1}, 0 at the last step: (T, N, H)."""


def backward_through_time(rnn: LectureRNN, x, targets, loss: Callable, h=None) -> ByHand:
    """The lecture's backpropagation through time, step by step, without the engine's graph.

    Forward: all h_t and y_t, and with them σ₁' and σ₂' there.  Backward, from T - 1 to 0:

    - ``dL/dy_t = dℓ(y_t, d_t)/dy_t``, and through σ₂: ``δ_t = σ₂'(z_t) dL/dy_t``;
    - ``dL/dh_t = W²ᵀ δ_t``, from the output alone at the last step; before it, plus
      ``W¹¹ᵀ ε_{t+1}``, from the next state;
    - through σ₁: ``ε_t = σ₁'(a_t) dL/dh_t``;
    - the weights are shared, so their gradients add up over t: ``dL/dW² += δ_t h_tᵀ``,
      ``dL/db² += δ_t``, ``dL/dW¹¹ += ε_t h_{t-1}ᵀ``, ``dL/dW¹ += ε_t x_tᵀ``, ``dL/db¹ += ε_t``.

    Parameters
    ----------
    rnn : LectureRNN
        Its σ must work on each number by itself.
    x : (T, N, I)
    targets : sequence of T
        The d_t.
    loss : callable
        ``loss(y_t, d_t)`` -> a scalar Tensor.
    h : (N, H), optional
        h_{-1}; zeros by default.

    Examples
    --------
    >>> rnn = LectureRNN(3, 5, 2).astype(float)
    >>> x, d = np.ones((4, 1, 3)), np.zeros((4, 1, 2))
    >>> found = backward_through_time(rnn, x, d, F.mse_loss)
    >>> y, states = rnn(x)
    >>> sum(F.mse_loss(y[t], d[t]) for t in range(4)).backward()
    >>> bool(np.allclose(found.gradients["W11"], rnn.W11.grad, rtol=1e-12))
    True
    """
    x, h = (value(v) for v in rnn._checked(x, h))
    if len(targets) != len(x):
        raise ShapeError(
            f"backward_through_time: x has {len(x)} steps, but there are {len(targets)} targets"
        )
    weights = {name: getattr(rnn, name).data for name in ("W1", "W11", "b1", "W2", "b2")}
    w1, w11, b1, w2, b2 = weights.values()
    before, states, slopes1, slopes2, dy, total = [], [], [], [], [], 0.0
    for xt, d in zip(x, targets, strict=True):
        before.append(h)
        h, slope = _value_and_slope(rnn.sigma1, xt @ w1.T + h @ w11.T + b1)
        states.append(h)
        slopes1.append(slope)
        y, slope = _value_and_slope(rnn.sigma2, h @ w2.T + b2)
        slopes2.append(slope)
        cost, slope = _value_and_slope(lambda v, d=d: loss(v, d), y)
        total += float(cost)
        dy.append(slope)
    sums = {name: np.zeros_like(w) for name, w in weights.items()}
    future, parts = np.zeros_like(h), []
    for t in range(len(x) - 1, -1, -1):
        delta = slopes2[t] * dy[t]
        from_output = delta @ w2
        dh = from_output + future
        parts.append((dh, from_output, future))
        epsilon = slopes1[t] * dh
        sums["W2"] += delta.T @ states[t]
        sums["b2"] += delta.sum(axis=0)
        sums["W11"] += epsilon.T @ before[t]
        sums["W1"] += epsilon.T @ x[t]
        sums["b1"] += epsilon.sum(axis=0)
        future = epsilon @ w11
    return ByHand(total, sums, *(np.stack(p[::-1]) for p in zip(*parts, strict=True)))


def _value_and_slope(f: Callable, z) -> tuple[Any, np.ndarray]:
    """f(z), and the derivative of the sum of f(z): the slope of an f of each number by itself."""
    z = Tensor(z, requires_grad=True)
    with enable_grad():
        y = f(z)
        if type(y) is not Tensor:
            raise DtypeError(f"backward_through_time: {f} gave a {type(y).__name__}, not a Tensor")
        return y.data, gradients(np.sum(y), z)
