"""Rates of a differential equation fitted to what was seen, filters, Bessel functions, matrices."""

import autograd.numpy as np
import autograd.numpy.random as npr
import autograd.scipy.linalg as spla
import autograd.scipy.special as sps
from autograd import elementwise_grad, grad, value_and_grad
from autograd.builtins import tuple
from autograd.scipy.integrate import odeint
from autograd.scipy.signal import convolve

rs = npr.RandomState(11)
t = np.linspace(0.0, 4.0, 9)
tight = dict(rtol=1e-11, atol=1e-11)


def predator_prey(y, t, rates, season):
    hares, lynxes = y[0], y[1]
    grow, eat, die = rates[0], rates[1], rates[2]
    return np.array([
        hares * (grow + season * np.sin(t) - eat * lynxes),
        lynxes * (eat * hares - die),
    ])  # fmt: skip


def solve(rates, start, season):
    return odeint(predator_prey, start, t, tuple((rates, season)), **tight)


true_rates, start = np.array([0.8, 0.6, 0.5]), np.array([1.5, 0.7])
season = 0.2
seen = solve(true_rates, start, season) + 0.05 * rs.randn(9, 2)


def misfit(rates, start, season):
    return np.sum((solve(rates, start, season) - seen) ** 2)


rates = np.array([0.7, 0.7, 0.6])
for i in range(4):
    value, slope = value_and_grad(misfit)(rates, start, season)
    print("misfit", value, "slope", slope)
    rates = rates - 0.002 * slope
print(
    "by start",
    grad(misfit, 1)(rates, start, season),
    "by season",
    grad(misfit, 2)(rates, start, season),
)

# Filters: a whole bank of them over images of two channels.
images, bank = rs.randn(2, 2, 6, 5), rs.randn(3, 2, 3, 2)


def response(bank, mode):
    y = convolve(images, bank, axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode=mode)
    return np.sum(np.tanh(y))


for mode in ("valid", "full"):
    print(mode, response(bank, mode))
    print("gradient", grad(response)(bank, mode)[:, 0])
print("smoothed", convolve(np.array([1.0, 2.0, 3.0, 1.0]), np.array([0.25, 0.5, 0.25])))

# Special functions and their slopes.
x = np.array([0.4, 1.3, 2.7])
for name in "gamma gammaln psi rgamma j0 y0 j1 y1 i0 i1 erf erfc logit expit erfinv".split():
    f = getattr(sps, name)
    z = x / 4 if name in ("logit", "erfinv") else x
    print(name, f(z), elementwise_grad(f)(z))
for name in "jn iv ive polygamma gammainc gammaincc".split():
    f = getattr(sps, name)
    print(name, f(2, x), elementwise_grad(f, 1)(2, x))
print("yn", sps.yn(2, x), elementwise_grad(sps.yn, 1)(2, x))
print("beta", grad(sps.beta, 0)(1.5, 2.5), grad(sps.betaln, 1)(1.5, 2.5))
print("betainc", grad(sps.betainc, 2)(1.5, 2.5, 0.3), grad(sps.multigammaln)(3.5, 3))

# Matrices.
a, b = rs.randn(3, 3) + 3.0 * np.eye(3), rs.randn(3, 2)
weight = rs.randn(3, 2)
for trans in (0, "T"):
    for lower in (True, False):

        def solution(a, trans=trans, lower=lower):
            return np.sum(weight * spla.solve_triangular(a, b, trans=trans, lower=lower))

        print("triangular", trans, lower, solution(a), grad(solution)(a) + 0.0)
print("root", grad(lambda a: np.sum(spla.sqrtm(np.dot(a, a.T)) ** 3))(a))
print("sylvester", grad(lambda a: np.sum(spla.solve_sylvester(a, a.T, np.dot(a, a)) ** 2))(a))
bands = np.array([[0.0, 1.0, 2.0], [5.0, 4.0, 6.0], [1.0, -1.0, 0.0]])
print("banded", grad(lambda v: np.sum(spla.solve_banded((1, 1), bands, v) ** 2))(np.ones(3)))
