"""tanh written out, and its derivatives of order one to six on a range of points."""

import autograd.numpy as np
from autograd import elementwise_grad as egrad
from autograd import grad


def tanh(x):
    y = np.exp(-2.0 * x)
    return (1.0 - y) / (1.0 + y)


x = np.linspace(-2.5, 2.5, 7)
f = tanh
for order in range(6):
    f = egrad(f)
    print("order", order + 1, f(x))
print("scalar", grad(tanh)(1.0), (tanh(1.0001) - tanh(0.9999)) / 0.0002)
print("abs", grad(lambda v: abs(v) ** 3)(-2.0), grad(lambda v: v if v > 0 else 0.0 * v)(3.0))
