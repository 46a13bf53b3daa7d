"""The elementwise work of one step of an LSTM and a GRU, in place, N rows at once.

Sigmoid is (1 + tanh(x / 2)) / 2: exact at both ends, and one call of tanh serves all gates.
"""

import numpy as np


def _sigmoid(x):
    """1 / (1 + e⁻ˣ), in place."""
    x *= 0.5
    np.tanh(x, out=x)
    x *= 0.5
    x += 0.5


def lstm_forward(gates, before, cell, state, scratch):
    """c = f before + i g, h = o tanh c; ``gates`` come as sums of products and become i f g o."""
    width = cell.shape[1]
    i, f, g, o = (gates[:, k * width : (k + 1) * width] for k in range(4))
    _sigmoid(gates[:, : 2 * width])
    np.tanh(g, out=g)
    _sigmoid(o)
    np.multiply(i, g, out=scratch)
    np.multiply(f, before, out=cell)
    cell += scratch
    np.tanh(cell, out=state)
    state *= o


def lstm_backward(gates, before, cell, dh, dc, delta, scratch, slope):
    """``delta`` = dL/d(the gates before their activation functions); ``dc`` moves one step back."""
    width = cell.shape[1]
    i, f, g, o = (gates[:, k * width : (k + 1) * width] for k in range(4))
    di, df, dg, do = (delta[:, k * width : (k + 1) * width] for k in range(4))
    np.tanh(cell, out=scratch)
    np.multiply(dh, scratch, out=do)
    np.multiply(dh, o, out=slope)  # dL/dc += dh o (1 - tanh² c)
    dc += slope
    scratch *= scratch
    slope *= scratch
    dc -= slope
    np.multiply(dc, g, out=di)
    np.multiply(dc, before, out=df)
    np.multiply(dc, i, out=dg)
    dc *= f
    for d, s in ((di, i), (df, f), (do, o)):
        d *= s
        np.subtract(1, s, out=slope)
        d *= slope
    np.multiply(g, g, out=slope)
    np.subtract(1, slope, out=slope)
    dg *= slope


def gru_forward(gates, z, recurrent, before, state):
    """h = n + u (before - n), n = tanh(x_n + r recurrent); ``gates`` become r u n."""
    width = before.shape[1]
    r, u, n = (gates[:, k * width : (k + 1) * width] for k in range(3))
    gates[:, : 2 * width] += z[:, : 2 * width]
    recurrent[...] = z[:, 2 * width :]
    _sigmoid(gates[:, : 2 * width])
    np.multiply(r, recurrent, out=state)
    n += state
    np.tanh(n, out=n)
    np.subtract(before, n, out=state)
    state *= u
    state += n


def gru_backward(gates, recurrent, before, dh, delta, delta_recurrent):
    """Both sides' dL/d(before the activation functions); ``dh`` becomes its direct part, dh u."""
    width = before.shape[1]
    r, u, n = (gates[:, k * width : (k + 1) * width] for k in range(3))
    dr, du, dn = (delta[:, k * width : (k + 1) * width] for k in range(3))
    np.multiply(dh * (1 - u), 1 - n * n, out=dn)
    np.multiply(dh * (before - n), u * (1 - u), out=du)
    np.multiply(dn * recurrent, r * (1 - r), out=dr)
    delta_recurrent[:, : 2 * width] = delta[:, : 2 * width]
    np.multiply(dn, r, out=delta_recurrent[:, 2 * width :])
    dh *= u
