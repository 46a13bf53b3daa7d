"""Gradient descent for scripts: ``gradient(params, i)`` in, the trained parameters out.

Parameters are nestings of lists, tuples and dicts of arrays.  ``callback(params, i, gradient)`` is
called before every step.  `nn.optim` has the optimisers for modules.
"""

import functools

import numpy as np

from autograd.misc.flatten import flatten


def _of_nestings(optimize):
    """Let an optimiser of vectors take nestings of arrays."""

    @functools.wraps(optimize)
    def call(grad, x0, callback=None, *args, **options):
        vector, unflatten = flatten(x0)

        def flat_grad(x, i):
            return flatten(grad(unflatten(x), i))[0]

        def flat_callback(x, i, g):
            callback(unflatten(x), i, unflatten(g))

        heard = flat_callback if callback else None
        return unflatten(optimize(flat_grad, vector, heard, *args, **options))

    return call


@_of_nestings
def sgd(grad, x, callback=None, num_iters=200, step_size=0.1, mass=0.9):
    """Gradient descent with momentum: v ← mass v - (1 - mass) g;  x ← x + step_size v."""
    velocity = np.zeros(len(x))
    for i in range(num_iters):
        g = _slope(grad, x, i, callback)
        velocity = mass * velocity - (1.0 - mass) * g
        x = x + step_size * velocity
    return x


@_of_nestings
def rmsprop(grad, x, callback=None, num_iters=100, step_size=0.1, gamma=0.9, eps=1e-8):
    """Steps divided by a running root mean square of the gradient (Tieleman & Hinton 2012)."""
    square = np.ones(len(x))
    for i in range(num_iters):
        g = _slope(grad, x, i, callback)
        square = gamma * square + (1.0 - gamma) * g**2
        x = x - step_size * g / (np.sqrt(square) + eps)
    return x


@_of_nestings
def adam(grad, x, callback=None, num_iters=100, step_size=0.001, b1=0.9, b2=0.999, eps=1e-8):
    """Adam (Kingma & Ba 2015, algorithm 1)."""
    first, second = np.zeros(len(x)), np.zeros(len(x))
    for i in range(num_iters):
        g = _slope(grad, x, i, callback)
        first = b1 * first + (1.0 - b1) * g
        second = b2 * second + (1.0 - b2) * g**2
        unbiased = first / (1.0 - b1 ** (i + 1)), second / (1.0 - b2 ** (i + 1))
        x = x - step_size * unbiased[0] / (np.sqrt(unbiased[1]) + eps)
    return x


def _slope(grad, x, i, callback):
    g = grad(x, i)
    if callback:
        callback(x, i, g)
    return g
