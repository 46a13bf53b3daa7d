"""A primitive with a derivative of its own: the logarithm of a sum of exponentials."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, hessian, jacobian
from autograd.extend import defvjp, defvjp_argnum, notrace_primitive, primitive
from autograd.test_util import check_grads


@primitive
def logsumexp(x):
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top)))


def logsumexp_vjp(ans, x):
    return lambda g: np.full(x.shape, g) * np.exp(x - np.full(x.shape, ans))


defvjp(logsumexp, logsumexp_vjp)


@primitive
def scaled(x, y, power=2, flip=False):
    """x^power y, where y is not to be differentiated."""
    return (-1.0 if flip else 1.0) * x**power * y


defvjp(
    scaled,
    lambda ans, x, y, power=2, flip=False: (
        lambda g: (-1.0 if flip else 1.0) * g * power * x ** (power - 1) * y
    ),
    None,
)


@primitive
def weighted(a, x, y):
    return a * x + (1.0 - a) * y


def weighted_vjp(argnum, ans, args, kwargs):
    a, x, y = args
    return lambda g: np.sum(g * (x - y)) if argnum == 0 else g * (a if argnum == 1 else 1.0 - a)


defvjp_argnum(weighted, weighted_vjp)


@notrace_primitive
def rounded(x):
    return np.round(x)


x = npr.RandomState(4).randn(5)
y = np.arange(5.0)
print("value", logsumexp(x), logsumexp(1000.0 + x))
print("gradient", grad(logsumexp)(x))
print("chain", grad(lambda x: np.sin(logsumexp(x**2)))(x))
print("hessian", hessian(logsumexp)(x)[0], np.sum(hessian(logsumexp)(x)))
check_grads(logsumexp, modes=["rev"])(x)
print("power", grad(lambda x: np.sum(scaled(x, y, power=3)))(x))
print("flip", grad(lambda x: np.sum(scaled(x, y, flip=True)))(x))
print("second", grad(lambda x: np.sum(grad(lambda x: np.sum(scaled(x, y, 3)))(x)))(x))
print("none", grad(lambda y: np.sum(scaled(x, y)) + np.sum(y))(y))
print("weighted", *grad(lambda *v: np.sum(weighted(*v) ** 2), (0, 1, 2))(0.3, x, y))
print("mixed", jacobian(grad(lambda a, x: np.sum(weighted(a, x, y) ** 2)), 1)(0.3, x))
print("notrace", grad(lambda x: np.sum(x * rounded(x)))(x))
