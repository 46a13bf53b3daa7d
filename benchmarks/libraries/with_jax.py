"""JAX on the CPU: each step one compiled function or, with ``compiled=False``, op by op."""

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp

from benchmarks.networks import forward, shapes
from benchmarks.numbers import weights


class Functions:
    """With the layout of the others.  Batch norm keeps no running statistics here."""

    relu, tanh = staticmethod(jax.nn.relu), staticmethod(jnp.tanh)
    gelu = staticmethod(lambda x: jax.nn.gelu(x, approximate=False))
    elu, leaky_relu, silu, softplus, softmax = map(
        staticmethod,
        (jax.nn.elu, jax.nn.leaky_relu, jax.nn.silu, jax.nn.softplus, jax.nn.softmax),
    )
    embedding, einsum = staticmethod(lambda index, w: w[index]), staticmethod(jnp.einsum)
    squared_error = staticmethod(lambda x, t: ((x - t) ** 2).mean())
    linear = staticmethod(lambda x, w, b: x @ w.T + b)
    flatten = staticmethod(lambda x: x.reshape(len(x), -1))
    average = staticmethod(lambda x: x.mean((2, 3)))

    @staticmethod
    def conv(x, w, b, stride=1, padding=0, groups=1):
        """Cross-correlation."""
        around = ((padding, padding),) * 2
        y = lax.conv_general_dilated(x, w, (stride, stride), around, feature_group_count=groups)
        return y if b is None else y + b[:, None, None]

    @staticmethod
    def max_pool(x, size, stride):
        """The largest of each window."""
        window = (1, 1, size, size), (1, 1, stride, stride), "VALID"
        return lax.reduce_window(x, -jnp.inf, lax.max, *window)

    @staticmethod
    def average_pool(x, size, stride):
        """The mean of each window."""
        window = (1, 1, size, size), (1, 1, stride, stride), "VALID"
        return lax.reduce_window(x, 0.0, lax.add, *window) / (size * size)

    @staticmethod
    def batch_norm(x, w, b, name):
        """In training."""
        mean, var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
        return (x - mean) * lax.rsqrt(var + 1e-5) * w[:, None, None] + b[:, None, None]

    @staticmethod
    def layer_norm(x, w, b):
        """Over the last axis."""
        mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) * lax.rsqrt(var + 1e-5) * w + b

    @staticmethod
    def attention(q, k, v):
        """softmax(q kᵀ / √d) v."""
        return jax.nn.softmax(q @ k.mT / np.sqrt(q.shape[-1])) @ v

    @staticmethod
    def cross_entropy(scores, labels):
        """The mean over the batch."""
        chosen = jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], 1)
        return -chosen.mean()

    @staticmethod
    def subsample(x, more, stride):
        """Every stride-th pixel, and ``more`` channels of zeros, half of them in front."""
        channels = (more // 2, more - more // 2)
        return jnp.pad(x[:, :, ::stride, ::stride], ((0, 0), channels, (0, 0), (0, 0)))


class Training:
    """A step of SGD; values are the loss, the gradients, and the weights after the step."""

    def __init__(self, compiled, layers, x, labels, momentum=0.0, rate=0.01):
        self.x, self.labels = jnp.asarray(x), jnp.asarray(labels.astype(np.int32))
        self.parameters = {k: jnp.asarray(v) for k, v in weights(shapes(layers)).items()}
        self.velocity = {k: jnp.zeros_like(v) for k, v in self.parameters.items()}

        def loss(parameters, x, labels):
            return Functions.cross_entropy(forward(layers, parameters, x, Functions), labels)

        def update(parameters, velocity, x, labels):
            value, gradients = jax.value_and_grad(loss)(parameters, x, labels)
            if momentum:
                velocity = {k: momentum * velocity[k] + g for k, g in gradients.items()}
                steps = velocity
            else:
                steps = gradients
            moved = {k: p - rate * steps[k] for k, p in parameters.items()}
            return value, gradients, moved, velocity

        self.update = jax.jit(update) if compiled else update

    def step(self):
        """Once, and wait for it."""
        self.loss, self.gradients, self.parameters, self.velocity = jax.block_until_ready(
            self.update(self.parameters, self.velocity, self.x, self.labels)
        )

    def values(self):
        """Of the last step."""
        values = {"loss": float(self.loss)}
        for name, p in self.parameters.items():
            values |= {f"gradient of {name}": np.array(self.gradients[name]), name: np.array(p)}
        return values


class Forward:
    """Scores."""

    def __init__(self, compiled, layers, x, gain):
        self.parameters = {k: jnp.asarray(v) for k, v in weights(shapes(layers), gain).items()}
        self.x = jnp.asarray(x)

        def predict(parameters, x):
            return forward(layers, parameters, x, Functions)

        self.predict = jax.jit(predict) if compiled else predict

    def step(self):
        """Once, and wait for it."""
        self.y = jax.block_until_ready(self.predict(self.parameters, self.x))

    def values(self):
        """The scores."""
        return {"y": np.array(self.y)}


class Layer:
    """y = call(f, **inputs), then dL/dinput from the cotangent of y, for all but ``fixed``."""

    def __init__(self, compiled, call, inputs, cotangent, fixed=()):
        arrays = {
            k: jnp.asarray(v.astype(np.int32) if v.dtype == np.int64 else v)
            for k, v in inputs.items()
        }
        self.leaves = {k: v for k, v in arrays.items() if k not in fixed}
        self.fixed = {k: v for k, v in arrays.items() if k in fixed}
        self.cotangent = jnp.asarray(cotangent)

        def both(leaves, fixed, cotangent):
            y, pull = jax.vjp(lambda leaves: call(Functions, **leaves, **fixed), leaves)
            return y, pull(cotangent)[0]

        self.both = jax.jit(both) if compiled else both

    def step(self):
        """Once, and wait for it."""
        self.y, self.gradients = jax.block_until_ready(
            self.both(self.leaves, self.fixed, self.cotangent)
        )

    def values(self):
        """The output and the gradients."""
        gradients = {f"gradient of {k}": np.array(g) for k, g in self.gradients.items()}
        return {"y": np.array(self.y)} | gradients
