"""The graphs of a class: what the stepper is tested on."""

import numpy as np

from autograd import Tensor, ops
from autograd.draw import step_through


def leaf(value, name=None):
    """A Tensor that requires grad."""
    return Tensor(value, requires_grad=True, name=name)


def lecture():
    """J = 3 (a + b c)."""
    a, b, c = leaf(5.0), leaf(3.0), leaf(2.0)
    u = b * c
    v = a + u
    J = 3 * v
    return step_through(J)


def diamond():
    """Four paths from x meet again."""
    x = leaf(2.0)
    y, z = x * x, np.sin(x)
    w = y * z
    J = w + x
    return step_through(J)


def logistic():
    """Logistic regression on one point, with its cross-entropy, as scalars."""
    w1, w2, b = leaf(0.5), leaf(-1.0), leaf(0.1)
    x1, x2, t = (Tensor(v, name=n) for v, n in ((1.0, "x1"), (2.0, "x2"), (1.0, "t")))
    z = w1 * x1 + w2 * x2 + b
    y = ops.sigmoid(z)
    E = -(t * np.log(y) + (1 - t) * np.log(1 - y))
    return step_through(E)


def perceptron():
    """A network with one hidden layer on four points."""
    r = np.random.default_rng(0)
    x, t = r.normal(size=(4, 3)), Tensor(r.normal(size=(4, 2)), name="t")
    W1, b1 = leaf(r.normal(size=(3, 5))), leaf(np.zeros(5))
    W2, b2 = leaf(r.normal(size=(5, 2))), leaf(np.zeros(2))
    h = ops.relu(x @ W1 + b1)
    y = h @ W2 + b2
    loss = np.mean((y - t) ** 2)
    return step_through(loss)
