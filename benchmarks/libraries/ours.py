"""Chalkgrad, as its users write it: modules, losses and optimisers of `nn`."""

import numpy as np

import nn
from autograd import Tensor, no_grad
from benchmarks.numbers import weights
from nn import functional as F


class Functions:
    """For layers; networks are those of `nn`."""

    def __init__(self):
        self.running = {}

    conv = staticmethod(
        lambda x, w, b, stride=1, padding=0, groups=1: F.conv2d(
            x, w, b, stride, padding, groups=groups
        )
    )
    max_pool, average_pool = staticmethod(F.max_pool2d), staticmethod(F.avg_pool2d)
    relu, tanh, gelu = map(staticmethod, (F.relu, np.tanh, F.gelu))
    elu, leaky_relu, silu, softplus = map(staticmethod, (F.elu, F.leaky_relu, F.silu, F.softplus))
    softmax = staticmethod(lambda x: F.softmax(x, -1))
    layer_norm = staticmethod(lambda x, w, b: F.layer_norm(x, w.shape, w, b))
    embedding, einsum = staticmethod(F.embedding), staticmethod(np.einsum)
    linear, attention = map(staticmethod, (F.linear, F.scaled_dot_product_attention))
    cross_entropy, squared_error = staticmethod(F.cross_entropy), staticmethod(F.mse_loss)

    def batch_norm(self, x, w, b, name):
        """In training; running statistics are kept."""
        n = x.shape[1]
        mean, var = self.running.setdefault(name, (np.zeros(n, np.float32), np.ones(n, np.float32)))
        return F.batch_norm(x, mean, var, w, b, training=True)


def started(make, gain=1.0):
    """The model of ``make()`` with the weights that every library starts from."""
    model = make()
    values = weights({name: p.shape for name, p in model.named_parameters()}, gain)
    with no_grad():
        for name, p in model.named_parameters():
            p.assign(values.pop(name))
    return model


class Training:
    """A step of SGD; values are the loss, the gradients, and the weights after the step."""

    def __init__(self, make, x, labels, momentum=0.0, rate=0.01):
        self.model, self.x, self.labels = started(make), x, labels
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = nn.SGD(self.model.parameters(), lr=rate, momentum=momentum)

    def step(self):
        """Once."""
        self.optimizer.zero_grad()
        loss = self.criterion(self.model(self.x), self.labels)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.item()

    def values(self):
        """Of the last step."""
        values = {"loss": self.loss}
        for name, p in self.model.named_parameters():
            values |= {f"gradient of {name}": np.array(p.grad), name: np.array(p.data)}
        return values


class Forward:
    """Scores in eval mode, nothing recorded."""

    def __init__(self, make, x, gain):
        self.model, self.x = started(make, gain).eval(), x

    def step(self):
        """Once."""
        with no_grad():
            self.y = self.model(self.x).data

    def values(self):
        """The scores."""
        return {"y": self.y}


class Layer:
    """y = call(f, **inputs), then dL/dinput from the cotangent of y, for all but ``fixed``."""

    def __init__(self, call, inputs, cotangent, fixed=()):
        self.f, self.call, self.cotangent = Functions(), call, cotangent
        self.inputs = {
            k: v if k in fixed else Tensor(v, requires_grad=True) for k, v in inputs.items()
        }
        self.leaves = {k: v for k, v in self.inputs.items() if k not in fixed}

    def step(self):
        """Once."""
        for t in self.leaves.values():
            t.zero_grad()
        y = self.call(self.f, **self.inputs)
        y.backward(self.cotangent)
        self.y = y.data

    def values(self):
        """The output and the gradients."""
        gradients = {f"gradient of {k}": np.array(t.grad) for k, t in self.leaves.items()}
        return {"y": np.array(self.y)} | gradients


class Adam:
    """Steps from ``w`` on, always with the gradient ``g``; the value is the parameter."""

    def __init__(self, w, g):
        self.w = Tensor(w, requires_grad=True)
        self.w.grad = g
        self.optimizer = nn.optim.Adam([self.w])

    def step(self):
        """Once."""
        self.optimizer.step()

    def values(self):
        """After the last step."""
        return {"w": np.array(self.w.data)}
