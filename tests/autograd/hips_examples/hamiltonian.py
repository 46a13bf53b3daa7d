"""A double well and two coupled pendulums by leapfrog, from nothing but their Hamiltonians."""

import autograd.numpy as np
from autograd import elementwise_grad, grad, jacobian


def energy(q, p):
    kinetic = np.sum(p**2) / 2.0
    springs = np.sum((q[1:] - q[:-1]) ** 2) / 4.0
    return kinetic + np.sum(1.0 - np.cos(q)) + springs


dH_dq, dH_dp = grad(energy, 0), grad(energy, 1)


def leapfrog(q, p, dt, steps):
    for _ in range(steps):
        p = p - 0.5 * dt * dH_dq(q, p)
        q = q + dt * dH_dp(q, p)
        p = p - 0.5 * dt * dH_dq(q, p)
    return q, p


q, p = np.array([0.9, -0.4]), np.array([0.0, 0.3])
print("energy before", energy(q, p))
q1, p1 = leapfrog(q, p, 0.1, 50)
print("state", q1, p1)
print("energy after", energy(q1, p1))


def flow(z):
    return np.concatenate(leapfrog(z[:2], z[2:], 0.1, 10))


M = jacobian(flow)(np.concatenate([q, p]))
J = np.array([[0, 0, 1, 0], [0, 0, 0, 1], [-1, 0, 0, 0], [0, -1, 0, 0]])
print("map", M.ravel())
print("symplectic", np.max(np.abs(M.T @ J @ M - J)) < 1e-10)


def well(x):
    return (x**2 - 1.0) ** 2 / 4.0


x, v = np.array([0.1, 0.5, -1.2]), np.zeros(3)
force = elementwise_grad(lambda x: -well(x))
for _ in range(40):
    v = v + 0.05 * force(x)
    x = x + 0.05 * v
print("wells", x, v)
