"""Square roots and an equilibrium as fixed points, differentiated implicitly."""

import autograd.numpy as np
from autograd import grad, jacobian
from autograd.misc.fixed_points import fixed_point


def babylon(a):
    return lambda x: 0.5 * (x + a / x)


def distance(x, y):
    return np.max(np.abs(x - y))


def sqrt(a):
    return fixed_point(babylon, a, 1.0, distance, 1e-13)


for a in (0.5, 2.0, 9.0):
    print("sqrt", a, sqrt(a), grad(sqrt)(a), grad(grad(sqrt))(a))

W = np.array([[0.2, -0.4, 0.1], [0.3, 0.1, -0.2], [-0.1, 0.2, 0.4]])


def layer(b):
    return lambda z: np.tanh(np.dot(W, z) + b)


def equilibrium(b):
    return fixed_point(layer, b, np.zeros(3), distance, 1e-13)


b = np.array([0.5, -0.3, 0.8])
print("equilibrium", equilibrium(b))
print("jacobian", jacobian(equilibrium)(b).ravel())
print("loss", grad(lambda b: np.sum(equilibrium(b) ** 2))(b))
