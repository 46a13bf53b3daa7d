"""A curve fitted with parameters in nested dicts, lists and tuples, by sgd and rmsprop."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, grad_and_aux, grad_named, value_and_grad
from autograd.misc.optimizers import rmsprop, sgd

rs = npr.RandomState(5)
t = np.linspace(0, 1, 30)
data = 1.0 + 2.0 * np.exp(-3.0 * t) + 0.8 * np.sin(5.0 * t) + 0.02 * rs.randn(30)

params = {
    "offset": 0.5,
    "decay": {"size": np.array([1.0]), "rate": 2.0},
    "waves": [(0.5, 4.5), (0.1, 9.0)],
}


def model(params, t):
    decay = params["decay"]
    y = params["offset"] + decay["size"] * np.exp(-decay["rate"] * t)
    for size, frequency in params["waves"]:
        y = y + size * np.sin(frequency * t)
    return y


def loss(params, i=0):
    return np.mean((model(params, t) - data) ** 2)


value, slope = value_and_grad(loss)(params)
print("loss", value)
print("slope", slope["offset"], slope["decay"]["size"], slope["decay"]["rate"])
print("waves", *[v for pair in slope["waves"] for v in pair])
print("type", type(slope["waves"][0]).__name__, sorted(slope))

for name, optimize in (("sgd", sgd), ("rmsprop", rmsprop)):
    fitted = optimize(grad(loss), params, num_iters=60, step_size=0.02)
    print(name, loss(fitted), fitted["offset"], fitted["decay"]["size"], fitted["waves"][0][1])


def with_residual(params):
    residual = model(params, t) - data
    return np.mean(residual**2), residual


gradient, residual = grad_and_aux(with_residual)(params)
print("aux", gradient["offset"], np.sum(residual**2))
print("named", grad_named(lambda a, b: a * b**2, "b")(3.0, 2.0))
print("keyword", grad(lambda x, power=2: np.sum(x**power))(t[:3], power=3))
