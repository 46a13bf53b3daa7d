"""A small network on rings of points: parameters as a list of pairs, minibatches, Adam, flatten."""

from itertools import pairwise

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad
from autograd.misc import flatten
from autograd.misc.optimizers import adam


def init_params(scale, sizes, rs):
    return [(scale * rs.randn(m, n), scale * rs.randn(n)) for m, n in pairwise(sizes)]


def predict(params, inputs):
    for W, b in params:
        outputs = np.dot(inputs, W) + b
        inputs = np.tanh(outputs)
    top = np.max(outputs, axis=1, keepdims=True)
    return outputs - top - np.log(np.sum(np.exp(outputs - top), axis=1, keepdims=True))


rs = npr.RandomState(1)
radius = np.repeat(np.array([1.0, 2.0, 3.0]), 20)
angle = 2 * np.pi * rs.rand(60)
points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
labels = np.eye(3)[np.repeat(np.arange(3), 20)]
batch = 20
order = rs.permutation(60)
points, labels = points[order], labels[order]


def objective(params, i):
    start = (i % 3) * batch
    pick = slice(start, start + batch)
    vector, _ = flatten(params)
    logp = predict(params, points[pick])
    return -np.sum(logp * labels[pick]) / batch + 1e-3 * np.dot(vector, vector)


def report(params, i, gradient):
    if i % 25 == 0:
        right = np.argmax(predict(params, points), axis=1) == np.argmax(labels, axis=1)
        size = np.sqrt(np.sum(flatten(gradient)[0] ** 2))
        print("iteration", i, objective(params, 0), np.mean(right), size)


params = init_params(0.5, [2, 10, 3], rs)
params = adam(grad(objective), params, callback=report, num_iters=100, step_size=0.05)
vector, unflatten = flatten(params)
print("trained", len(vector), np.sum(vector), np.sum(vector**2))
print("last bias", unflatten(vector)[-1][1])
