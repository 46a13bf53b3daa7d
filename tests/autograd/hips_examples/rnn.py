"""A recurrent network that learns to predict the next letter of a short word, over and over."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad
from autograd.misc.optimizers import adam

text = "abracadabra"
letters = sorted(set(text))
one_hot = np.array([[1.0 if c == k else 0.0 for k in letters] for c in text])


def concat_and_multiply(weights, *args):
    ones = np.ones((args[0].shape[0], 1))
    return np.dot(np.hstack(args + (ones,)), weights)


def run(params, inputs):
    hidden = np.repeat(params["start"], inputs.shape[1], axis=0)
    outputs = []
    for x in inputs:
        hidden = np.tanh(concat_and_multiply(params["change"], x, hidden))
        scores = concat_and_multiply(params["predict"], hidden)
        outputs.append(scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True)))
    return outputs


rs = npr.RandomState(2)
units = 8
params = {
    "start": 0.1 * rs.randn(1, units),
    "change": 0.3 * rs.randn(len(letters) + units + 1, units),
    "predict": 0.3 * rs.randn(units + 1, len(letters)),
}
sequence = one_hot[:, None, :]


def loss(params, i):
    total = 0.0
    for logp, target in zip(run(params, sequence[:-1]), sequence[1:]):
        total = total - np.sum(logp * target)
    return total / (len(text) - 1)


print("before", loss(params, 0))
gradient = grad(loss)(params, 0)
for name in sorted(gradient):
    print(name, np.sum(gradient[name]), np.sum(gradient[name] ** 2))
params = adam(grad(loss), params, num_iters=60, step_size=0.05)
print("after", loss(params, 0))
print("follows", *[np.argmax(p) for p in run(params, sequence[:-1])])
