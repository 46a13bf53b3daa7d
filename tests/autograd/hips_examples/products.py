"""Every way to take a product with a Jacobian or a Hessian, on one small function."""

import autograd.numpy as np
from autograd import (
    checkpoint,
    deriv,
    grad,
    hessian_tensor_product,
    jacobian,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_vjp,
    tensor_jacobian_product,
    vector_jacobian_product,
)
from autograd.builtins import isinstance, tuple

A = np.array([[0.5, -1.0, 0.3], [0.2, 0.4, -0.6]])


def f(x, y=1.0):
    return np.tanh(np.dot(A, x)) * y


x, u, v = np.array([0.3, -0.2, 0.7]), np.array([1.0, -2.0]), np.array([0.5, 1.0, -1.0])
print("jacobian", jacobian(f)(x).ravel())
pull, value = make_vjp(f)(x)
print("vjp", value, pull(u))
value, slope = make_jvp(f)(x)(v)
print("jvp", value, slope)
print("jvp of two", *make_jvp(f, (0, 1))(x, 2.0)((v, 0.5)))
print("tensor", tensor_jacobian_product(f)(x, u), vector_jacobian_product(f)(x, 2.0, u))
print("matrix", tensor_jacobian_product(lambda x: np.outer(x, f(x)))(x, v).ravel())
print("gauss newton", make_ggnvp(f)(x)(v))
print("hessian", hessian_tensor_product(lambda x: np.sum(f(x) ** 3))(x, v))
print("hvp", make_hvp(lambda x: np.sum(f(x) ** 3))(x)[0](v))
print("deriv", deriv(lambda t: np.array([t**3, np.exp(t)]))(0.5))


def pair(x):
    return tuple((np.sum(x**2), {"double": 2.0 * x}["double"]))


pull, value = make_vjp(pair)(x)
print("containers", *value, pull((1.0, v)))
block = checkpoint(lambda x: np.sin(f(x)) ** 2)
print("checkpoint", grad(lambda x: np.sum(block(x)))(x))
print("second", grad(lambda x: np.dot(v, grad(lambda x: np.sum(block(x)))(x)))(x))
print("is array", grad(lambda x: np.sum(x) if isinstance(x, np.ndarray) else 0.0)(x))
