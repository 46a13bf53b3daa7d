"""Logistic regression by gradient descent, with its Hessian at the end."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, hessian

rs = npr.RandomState(0)
inputs = np.hstack([rs.randn(40, 3), np.ones((40, 1))])
targets = inputs @ np.array([1.5, -2.0, 0.5, 0.3]) + 0.5 * rs.randn(40) > 0


def sigmoid(x):
    return 0.5 * (np.tanh(x / 2.0) + 1)


def loss(weights):
    p = sigmoid(np.dot(inputs, weights))
    likelihood = p * targets + (1 - p) * (1 - targets)
    return -np.sum(np.log(likelihood)) + 0.1 * np.sum(weights**2)


gradient = grad(loss)
weights = np.zeros(4)
print("start", loss(weights), gradient(weights))
for i in range(60):
    weights -= gradient(weights) * 0.02
    if i % 20 == 19:
        print("step", i, loss(weights))
print("weights", weights)
print("hessian", hessian(loss)(weights).ravel())
