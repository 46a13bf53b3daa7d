"""A network of two layers with relu written out in NumPy: what an engine adds to is this."""

import numpy as np

from benchmarks.networks import shapes
from benchmarks.numbers import weights


class Training:
    """A step of SGD; values are the loss, the gradients, and the weights after the step."""

    def __init__(self, layers, x, labels, rate=0.01):
        self.weights = weights(shapes(layers))
        self.x, self.labels, self.rate, self.rows = x, labels, rate, np.arange(len(x))

    def step(self):
        """Once."""
        w1, b1, w2, b2 = self.weights.values()
        h = self.x @ w1.T
        h += b1
        np.maximum(h, 0, out=h)
        z = h @ w2.T
        z += b2
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z)
        total = p.sum(axis=1, keepdims=True)
        self.loss = float(np.mean(np.log(total[:, 0]) - z[self.rows, self.labels]))
        p /= total
        p[self.rows, self.labels] -= 1
        p /= len(p)
        dh = p @ w2
        dh *= h > 0
        self.gradients = dh.T @ self.x, dh.sum(axis=0), p.T @ h, p.sum(axis=0)
        for w, g in zip(self.weights.values(), self.gradients, strict=True):
            w -= self.rate * g

    def values(self):
        """Of the last step."""
        named = dict(zip(self.weights, self.gradients, strict=True))
        return (
            {"loss": self.loss} | {f"gradient of {n}": g for n, g in named.items()} | self.weights
        )
