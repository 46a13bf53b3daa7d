"""The marginal likelihood of a Gaussian process, and its hyperparameters by gradient ascent."""

import autograd.numpy as np
import autograd.numpy.linalg as npl
import autograd.numpy.random as npr
from autograd import grad, value_and_grad

rs = npr.RandomState(3)
x = np.sort(6 * rs.rand(15))
y = np.sin(x) + 0.1 * rs.randn(15)


def kernel(params, a, b):
    scale, width = np.exp(params[0]), np.exp(params[1])
    return scale * np.exp(-0.5 * ((a[:, None] - b[None, :]) / width) ** 2)


def covariance(params):
    return kernel(params, x, x) + (np.exp(params[2]) + 1e-6) * np.eye(len(x))


def log_likelihood(params):
    K = covariance(params)
    logdet = npl.slogdet(K)[1]
    return -0.5 * (np.dot(y, npl.solve(K, y)) + logdet + len(x) * np.log(2 * np.pi))


def by_cholesky(params):
    L = npl.cholesky(covariance(params))
    z = npl.solve(L, y)
    return -0.5 * np.dot(z, z) - np.sum(np.log(np.diag(L))) - 0.5 * len(x) * np.log(2 * np.pi)


params = np.array([0.0, 0.0, -2.0])
print("value", log_likelihood(params), by_cholesky(params))
print("gradient", grad(log_likelihood)(params))
print("by cholesky", grad(by_cholesky)(params))
for i in range(25):
    value, slope = value_and_grad(log_likelihood)(params)
    params = params + 0.02 * slope
print("fitted", log_likelihood(params), params)
new = np.array([0.5, 2.5, 4.5])
mean = np.dot(kernel(params, new, x), npl.solve(covariance(params), y))
print("prediction", mean)


def predicted(at):
    return np.sum(np.dot(kernel(params, at, x), npl.solve(covariance(params), y)))


print("its slope", grad(predicted)(new))
