"""Black-box variational inference of a curved two-dimensional density with a Gaussian."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad
from autograd.misc.optimizers import adam


def log_density(z, i):
    """Narrow in the second coordinate, where the first one is the logarithm of its width."""
    mu, log_sigma = z[:, 0], z[:, 1]
    prior = -0.5 * (log_sigma / 1.35) ** 2 - np.log(1.35) - 0.5 * np.log(2 * np.pi)
    return prior - 0.5 * (mu / np.exp(log_sigma)) ** 2 - log_sigma - 0.5 * np.log(2 * np.pi)


def black_box(logprob, D, samples):
    rs = npr.RandomState(0)

    def unpack(params):
        return params[:D], params[D:]

    def entropy(log_std):
        return 0.5 * D * (1.0 + np.log(2 * np.pi)) + np.sum(log_std)

    def objective(params, i):
        mean, log_std = unpack(params)
        z = rs.randn(samples, D) * np.exp(log_std) + mean
        return -(entropy(log_std) + np.mean(logprob(z, i)))

    return objective, grad(objective), unpack


objective, gradient, unpack = black_box(log_density, 2, samples=200)
params = np.concatenate([-1.0 * np.ones(2), -2.0 * np.ones(2)])
print("bound", -objective(params, 0))


def callback(params, i, g):
    if i % 40 == 0:
        print("iteration", i, params, np.sum(g**2))


params = adam(gradient, params, callback, num_iters=161, step_size=0.1)
mean, log_std = unpack(params)
print("mean", mean, "std", np.exp(log_std))
