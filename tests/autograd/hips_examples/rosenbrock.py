"""Newton's method on Rosenbrock's function: Hessian products, and conjugate gradients with them."""

import autograd.numpy as np
from autograd import grad, hessian, hessian_vector_product, make_hvp, value_and_grad


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


x = np.array([-0.6, 0.9, 0.4, 1.3, 0.8])
value, slope = value_and_grad(rosenbrock)(x)
print("value", value)
print("gradient", slope)
H = hessian(rosenbrock)(x)
print("hessian", H[0], H[2])
v = np.array([1.0, -1.0, 0.5, 0.0, 2.0])
hvp = hessian_vector_product(rosenbrock)
print("product", hvp(x, v), np.max(np.abs(hvp(x, v) - H @ v)) < 1e-9)
times, same_slope = make_hvp(rosenbrock)(x)
print("again", times(v), times(2 * v), same_slope)
print("third", grad(lambda x: np.dot(v, hvp(x, v)))(x))


def solve(product, b, steps):
    s, r = np.zeros_like(b), b
    d = r
    for _ in range(steps):
        q = product(d)
        a = np.dot(r, r) / np.dot(d, q)
        s, after = s + a * d, r - a * q
        d = after + np.dot(after, after) / np.dot(r, r) * d
        r = after
    return s


x = np.array([0.7, 0.6, 0.5, 0.3, 0.1])
for i in range(6):
    g = grad(rosenbrock)(x)
    damped = make_hvp(rosenbrock)(x)[0]
    x = x - solve(lambda d: damped(d) + 0.1 * d, g, 5)
    print("newton", i, f"{rosenbrock(x):.6e}")
