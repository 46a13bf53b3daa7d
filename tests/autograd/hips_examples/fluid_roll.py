"""A drop of ink carried through a periodic box: neighbours by np.roll, the start by gradients."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import value_and_grad

n = 10
rs = npr.RandomState(6)
swirl_x = np.tile(np.sin(2 * np.pi * np.arange(n) / n), (n, 1)).T
swirl_y = np.tile(np.cos(2 * np.pi * np.arange(n) / n), (n, 1))


def project(vx, vy):
    """Remove some of the divergence by Jacobi steps on the pressure."""
    p = np.zeros(vx.shape)
    div = -0.5 * (
        np.roll(vx, -1, axis=1) - np.roll(vx, 1, axis=1) + np.roll(vy, -1, 0) - np.roll(vy, 1, 0)
    )
    for _ in range(8):
        around = np.roll(p, 1, 1) + np.roll(p, -1, 1) + np.roll(p, 1, 0) + np.roll(p, -1, 0)
        p = (div + around) / 4.0
    vx = vx - 0.5 * (np.roll(p, -1, axis=1) - np.roll(p, 1, axis=1))
    vy = vy - 0.5 * (np.roll(p, -1, axis=0) - np.roll(p, 1, axis=0))
    return vx, vy


def advect(f, vx, vy):
    """Look up where each cell came from, between its four neighbours."""
    rows, cols = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    from_x, from_y = cols - vx, rows - vy
    left, top = np.floor(from_x).astype(int), np.floor(from_y).astype(int)
    wx, wy = from_x - np.floor(from_x), from_y - np.floor(from_y)
    l0, l1, t0, t1 = left % n, (left + 1) % n, top % n, (top + 1) % n
    flat = (1 - wx) * ((1 - wy) * f[t0, l0] + wy * f[t1, l0])
    return flat + wx * ((1 - wy) * f[t0, l1] + wy * f[t1, l1])


def simulate(vx, vy, ink, steps=4):
    vx, vy = project(vx, vy)
    for _ in range(steps):
        vx, vy = project(advect(vx, vx, vy), advect(vy, vx, vy))
        ink = advect(ink, vx, vy)
    return ink


ink = np.zeros((n, n))
ink[3:6, 4:7] = 1.0
target = np.roll(ink, (1, 2), axis=(0, 1))


def distance(params):
    vx, vy = np.reshape(params, (2, n, n))
    return np.mean((simulate(vx, vy, ink) - target) ** 2)


params = 0.2 * np.concatenate([swirl_x.ravel(), swirl_y.ravel()]) + 0.01 * rs.randn(2 * n * n)
for i in range(6):
    value, slope = value_and_grad(distance)(params)
    print("step", i, value, np.sum(slope**2), slope[17], slope[133])
    params = params - 20.0 * slope
