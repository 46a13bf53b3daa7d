"""A predator and its prey by Euler steps kept in a list; derivatives through the whole path."""

import autograd.numpy as np
from autograd import grad, jacobian


def step(state, rates, dt):
    prey, hunters = state
    growth = rates[0] * prey - rates[1] * prey * hunters
    gain = rates[2] * prey * hunters - rates[3] * hunters
    return np.array([prey + dt * growth, hunters + dt * gain])


def path(start, rates, steps=80, dt=0.05):
    states = [start]
    for _ in range(steps):
        states.append(step(states[-1], rates, dt))
    return np.array(states)


start = np.array([1.2, 0.7])
rates = np.array([1.1, 0.4, 0.3, 0.8])
data = path(start, np.array([1.0, 0.5, 0.25, 0.75]))


def misfit(start, rates):
    return np.mean((path(start, rates) - data) ** 2)


print("path", path(start, rates)[::20].ravel())
print("misfit", misfit(start, rates))
print("by start", grad(misfit)(start, rates))
print("by rates", grad(misfit, 1)(start, rates))
print("both", *grad(misfit, argnum=[0, 1])(start, rates))
print("flow", jacobian(lambda s: path(s, rates)[-1])(start).ravel())
for _ in range(30):
    rates = rates - 0.02 * grad(misfit, 1)(start, rates)
print("fitted", misfit(start, rates), rates)
