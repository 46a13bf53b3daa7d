"""JAX's recurrent layers, by `jax.lax.scan`, with PyTorch's weights and order of the gates."""

import jax
from jax import lax
from jax import numpy as jnp


def rnn(f, x, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0):
    """h_t = tanh(W x_t + U h_(t-1) + b): x (T, N, inputs) -> (T, N, hidden)."""
    a = x @ weight_ih_l0.T + (bias_ih_l0 + bias_hh_l0)

    def step(h, a):
        h = jnp.tanh(a + h @ weight_hh_l0.T)
        return h, h

    return lax.scan(step, jnp.zeros(a.shape[1:], a.dtype), a)[1]


def lstm(f, x, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0):
    """Gates i, f, g, o: x (T, N, inputs) -> (T, N, hidden)."""
    a = x @ weight_ih_l0.T + (bias_ih_l0 + bias_hh_l0)
    zeros = jnp.zeros((a.shape[1], weight_hh_l0.shape[1]), a.dtype)

    def step(state, a):
        h, c = state
        i, keep, g, o = jnp.split(a + h @ weight_hh_l0.T, 4, axis=1)
        c = jax.nn.sigmoid(keep) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    return lax.scan(step, (zeros, zeros), a)[1]
