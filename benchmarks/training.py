"""One training step of the same network in each library, from the same weights.

Each class is a `Work`: its values are the loss, the gradients, and the weights after the step.
"""

import numpy as np

RATE = 0.01


class Ours:
    """Chalkgrad; ``make()`` gives the model."""

    def __init__(self, make, x, labels):
        import nn

        self.model, self.x, self.labels = start(make), x, labels
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = nn.SGD(self.model.parameters(), lr=RATE)

    def step(self):
        """Once."""
        self.optimizer.zero_grad()
        loss = self.criterion(self.model(self.x), self.labels)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.item()

    def values(self):
        """Of the last step."""
        return _values(self.loss, self.model.named_parameters(), np.asarray)


class PyTorch:
    """The model of ``make_torch()``, with the weights of ours: the names of both must agree."""

    def __init__(self, make, make_torch, x, labels):
        import torch

        weights = {n: torch.from_numpy(np.array(p.data)) for n, p in start(make).named_parameters()}
        self.model = make_torch()
        self.model.load_state_dict(weights)
        self.x, self.labels = torch.from_numpy(x), torch.from_numpy(labels)
        self.criterion = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=RATE)

    def step(self):
        """Once."""
        self.optimizer.zero_grad()
        loss = self.criterion(self.model(self.x), self.labels)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.item()

    def values(self):
        """Of the last step."""
        return _values(self.loss, self.model.named_parameters(), lambda t: t.detach().numpy())


class ByHand:
    """A network of two layers with relu written out in NumPy: what an engine adds to is this."""

    def __init__(self, make, x, labels):
        self.weights = {n: np.array(p.data) for n, p in start(make).named_parameters()}
        self.x, self.labels, self.rows = x, labels, np.arange(len(x))

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
            w -= RATE * g

    def values(self):
        """Of the last step."""
        named = dict(zip(self.weights, self.gradients, strict=True))
        return (
            {"loss": self.loss}
            | {f"gradient of {n}": g for n, g in named.items()}
            | {n: np.array(w) for n, w in self.weights.items()}
        )


def start(make):
    """The model with its first weights: the same every time."""
    import nn

    nn.init.seed(0)
    return make()


def _values(loss, parameters, array):
    values = {"loss": loss}
    for name, p in parameters:
        values[f"gradient of {name}"] = np.array(array(p.grad))
        values[name] = np.array(array(p.data))
    return values
