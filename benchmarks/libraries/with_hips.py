"""HIPS autograd, in its own environment; it has no convolutions to time beside these."""

import numpy as np

import autograd  # HIPS autograd's: see benchmarks.processes
import autograd.numpy as anp
from benchmarks.networks import forward, shapes
from benchmarks.numbers import weights


class Functions:
    """Compositions: it has no networks."""

    linear = staticmethod(lambda x, w, b: anp.dot(x, w.T) + b)
    relu = staticmethod(lambda x: anp.maximum(x, np.float32(0)))

    @staticmethod
    def cross_entropy(scores, labels):
        """The mean over the batch."""
        scores = scores - anp.max(scores, axis=1, keepdims=True)
        log_sums = anp.log(anp.sum(anp.exp(scores), axis=1))
        return anp.mean(log_sums - scores[np.arange(len(labels)), labels])


class Training:
    """A step of SGD; values are the loss, the gradients, and the weights after the step."""

    def __init__(self, layers, x, labels, rate=0.01):
        self.parameters, self.rate = weights(shapes(layers)), np.float32(rate)

        def loss(parameters):
            return Functions.cross_entropy(forward(layers, parameters, x, Functions), labels)

        self.both = autograd.value_and_grad(loss)

    def step(self):
        """Once."""
        self.loss, self.gradients = self.both(self.parameters)
        for name, p in self.parameters.items():
            p -= self.rate * self.gradients[name]

    def values(self):
        """Of the last step."""
        values = {"loss": float(self.loss)}
        for name, p in self.parameters.items():
            values |= {f"gradient of {name}": self.gradients[name], name: p}
        return values


class Layer:
    """y = call(f, **inputs), then dL/dinput from the cotangent of y, for all but ``fixed``."""

    def __init__(self, call, inputs, cotangent, fixed=()):
        self.leaves = {k: v for k, v in inputs.items() if k not in fixed}
        self.cotangent = cotangent
        rest = {k: v for k, v in inputs.items() if k in fixed}
        self.pull = autograd.make_vjp(lambda leaves: call(Functions, **leaves, **rest))

    def step(self):
        """Once."""
        pull, self.y = self.pull(self.leaves)
        self.gradients = pull(self.cotangent)

    def values(self):
        """The output and the gradients."""
        gradients = {f"gradient of {k}": np.array(g) for k, g in self.gradients.items()}
        return {"y": np.array(self.y)} | gradients


def rnn(f, x, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0):
    """h_t = tanh(W x_t + U h_(t-1) + b): x (T, N, inputs) -> (T, N, hidden)."""
    a = anp.dot(x, weight_ih_l0.T) + (bias_ih_l0 + bias_hh_l0)
    h, states = np.zeros((x.shape[1], weight_hh_l0.shape[1]), np.float32), []
    for t in range(x.shape[0]):
        h = anp.tanh(a[t] + anp.dot(h, weight_hh_l0.T))
        states.append(h)
    return anp.stack(states)
