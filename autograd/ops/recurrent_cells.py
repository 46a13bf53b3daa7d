"""The single steps of recurrent layers, and the walk through time as a graph of them."""

import numpy as np

from autograd.ops.activations import relu, sigmoid
from autograd.ops.register import value

GATES = {"rnn_tanh": 1, "rnn_relu": 1, "lstm": 4, "gru": 3}

# -- one step, from the input's share p and the recurrent share q --------------------------------


def rnn_step(p, q, state, activation=np.tanh):
    """h_t = activation(p + q), from the share of the input p (N, H) and of the state q (N, H)."""
    return (activation(p + q),)


def lstm_step(p, q, state):
    """h_t, c_t of an LSTM; ``p``, ``q`` (N, 4H) hold i, f, g, o; ``state`` is (h, c)."""
    i, f, g, o = np.split(p + q, 4, axis=-1)
    c = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru_step(p, q, state):
    """h_t of a GRU; ``p``, ``q`` (N, 3H) hold r, u, n."""
    (pr, pu, pn), (qr, qu, qn) = np.split(p, 3, axis=-1), np.split(q, 3, axis=-1)
    u, n = sigmoid(pu + qu), np.tanh(pn + sigmoid(pr + qr) * qn)
    return (n + u * (state[0] - n),)


STEPS = {
    "rnn_tanh": rnn_step,
    "rnn_relu": lambda p, q, state: rnn_step(p, q, state, relu),
    "lstm": lstm_step,
    "gru": gru_step,
}


def finite_where_skipped(x, mask):
    """``x``, with 0 in the steps that are skipped if they hold NaN: gradients have 0 times that."""
    if mask is None or np.all(np.isfinite(value(x)[~mask])):
        return x
    return np.where(mask[:, :, None], x, x.dtype.type(0))


def recurrent_steps(cell, x, w_ih, w_hh, b_ih, b_hh, h0, c0=None, mask=None, reverse=False):
    """The states after each step, a node per operation: a list over t of (h_t,) or (h_t, c_t).

    Arguments as of `rnn`, `lstm`, `gru`; ``cell``: 'rnn_tanh', 'rnn_relu', 'lstm' or 'gru'.
    """
    p = finite_where_skipped(x, mask) @ np.swapaxes(w_ih, 0, 1)
    return walk(STEPS[cell], p if b_ih is None else p + b_ih, w_hh, b_hh, h0, c0, mask, reverse)


def walk(step, p, w_hh, q, h0, c0, mask, reverse):
    """The walk through time; ``q``: b_hh for all steps (kH,), or of each of them (T, N, kH)."""
    state = (h0,) if c0 is None else (h0, c0)
    w, count = np.swapaxes(w_hh, 0, 1), p.shape[0]
    states = [state] * count
    p = np.unstack(p)
    q = [q] * count if q is None or len(q.shape) == 1 else np.unstack(q)
    for t in range(count - 1, -1, -1) if reverse else range(count):
        recurrent = state[0] @ w
        if q[t] is not None:
            recurrent = recurrent + q[t]
        new = step(p[t], recurrent, state)
        if mask is not None and not np.all(mask[t]):
            keep = mask[t][:, None]
            new = tuple(np.where(keep, a, b) for a, b in zip(new, state, strict=True))
        states[t] = state = new
    return states
