"""PyTorch on the CPU."""

import torch
from torch.nn import functional as F

from benchmarks.networks import forward, shapes
from benchmarks.numbers import weights


class Functions:
    """PyTorch's own, under common names."""

    def __init__(self):
        self.running = {}

    conv = staticmethod(
        lambda x, w, b, stride=1, padding=0, groups=1: F.conv2d(
            x, w, b, stride, padding, groups=groups
        )
    )
    linear, max_pool, average_pool = map(staticmethod, (F.linear, F.max_pool2d, F.avg_pool2d))
    relu, tanh, flatten = map(staticmethod, (torch.relu, torch.tanh, lambda x: x.flatten(1)))
    gelu = staticmethod(F.gelu)
    average = staticmethod(lambda x: x.mean((2, 3)))
    elu, leaky_relu, silu, softplus = map(staticmethod, (F.elu, F.leaky_relu, F.silu, F.softplus))
    softmax = staticmethod(lambda x: F.softmax(x, -1))
    layer_norm = staticmethod(lambda x, w, b: F.layer_norm(x, w.shape, w, b))
    embedding, einsum = staticmethod(F.embedding), staticmethod(torch.einsum)
    attention = staticmethod(F.scaled_dot_product_attention)
    cross_entropy, squared_error = staticmethod(F.cross_entropy), staticmethod(F.mse_loss)

    def batch_norm(self, x, w, b, name):
        """In training; running statistics are kept."""
        n = x.shape[1]
        mean, var = self.running.setdefault(name, (torch.zeros(n), torch.ones(n)))
        return F.batch_norm(x, mean, var, w, b, training=True)

    @staticmethod
    def subsample(x, more, stride):
        """Every stride-th pixel, and ``more`` channels of zeros, half of them in front."""
        return F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, more // 2, more - more // 2))


def started(layers, gain=1.0, requires_grad=True):
    """The parameters of a network by name."""
    values = weights(shapes(layers), gain)
    return {k: torch.from_numpy(v).requires_grad_(requires_grad) for k, v in values.items()}


class Training:
    """A step of SGD; values are the loss, the gradients, and the weights after the step."""

    def __init__(self, layers, x, labels, momentum=0.0, rate=0.01):
        self.f, self.layers, self.parameters = Functions(), layers, started(layers)
        self.x, self.labels = torch.from_numpy(x), torch.from_numpy(labels)
        self.optimizer = torch.optim.SGD(self.parameters.values(), lr=rate, momentum=momentum)

    def step(self):
        """Once."""
        self.optimizer.zero_grad()
        loss = F.cross_entropy(forward(self.layers, self.parameters, self.x, self.f), self.labels)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.item()

    def values(self):
        """Of the last step."""
        values = {"loss": self.loss}
        for name, p in self.parameters.items():
            values |= {f"gradient of {name}": p.grad.numpy(), name: p.detach().numpy()}
        return values


class Forward:
    """Scores, nothing recorded."""

    def __init__(self, layers, x, gain):
        self.layers, self.f, self.x = layers, Functions(), torch.from_numpy(x)
        self.parameters = started(layers, gain, requires_grad=False)

    def step(self):
        """Once."""
        with torch.no_grad():
            self.y = forward(self.layers, self.parameters, self.x, self.f)

    def values(self):
        """The scores."""
        return {"y": self.y.numpy()}


class Layer:
    """y = call(f, **inputs), then dL/dinput from the cotangent of y, for all but ``fixed``."""

    def __init__(self, call, inputs, cotangent, fixed=()):
        self.f, self.call, self.cotangent = Functions(), call, torch.from_numpy(cotangent)
        self.inputs = {
            k: torch.from_numpy(v).requires_grad_(k not in fixed) for k, v in inputs.items()
        }
        self.leaves = {k: v for k, v in self.inputs.items() if k not in fixed}

    def step(self):
        """Once."""
        for t in self.leaves.values():
            t.grad = None
        y = self.call(self.f, **self.inputs)
        y.backward(self.cotangent)
        self.y = y.detach()

    def values(self):
        """The output and the gradients."""
        gradients = {f"gradient of {k}": t.grad.numpy() for k, t in self.leaves.items()}
        return {"y": self.y.numpy()} | gradients


class Adam:
    """Steps from ``w`` on, always with the gradient ``g``; the value is the parameter."""

    def __init__(self, w, g):
        self.w = torch.tensor(w, requires_grad=True)
        self.w.grad = torch.tensor(g)
        self.optimizer = torch.optim.Adam([self.w])

    def step(self):
        """Once."""
        self.optimizer.step()

    def values(self):
        """After the last step."""
        return {"w": self.w.detach().numpy().copy()}
