"""What is compared with PyTorch: the same list makes the references and reads them."""

import itertools

import numpy as np

T, N, I, H = 4, 3, 2, 3  # noqa: E741
LENGTHS = [2, 4, 1]

OPTIONS = {
    "plain": {},
    "no bias": {"bias": False},
    "two layers": {"num_layers": 2},
    "both ways": {"bidirectional": True},
    "batch first": {"batch_first": True, "num_layers": 2},
    "all": {"num_layers": 2, "bidirectional": True, "batch_first": True, "bias": False},
}
KINDS = {
    "RNN": ("RNN", {}),
    "RNN relu": ("RNN", {"nonlinearity": "relu"}),
    "LSTM": ("LSTM", {}),
    "GRU": ("GRU", {}),
}
LAYERS = {
    f"{kind}, {label}" + ", state" * state + ", lengths" * lengths: (
        *KINDS[kind], OPTIONS[label], state, lengths,
    )
    for kind, label, state, lengths in itertools.product(KINDS, OPTIONS, (False, True), (0, 1))
}  # fmt: skip
CELLS = {
    "RNNCell": ("RNNCell", {}),
    "RNNCell relu": ("RNNCell", {"nonlinearity": "relu"}),
    "RNNCell, no bias": ("RNNCell", {"bias": False}),
    "LSTMCell": ("LSTMCell", {}),
    "GRUCell": ("GRUCell", {}),
    "GRUCell, no bias": ("GRUCell", {"bias": False}),
}


def numbers(shape, seed):
    """Known numbers of size about 1, all unequal."""
    count = int(np.prod(shape))
    return np.sin(1 + 7 * seed + 1.7 * np.arange(count) ** 1.1).reshape(shape)


def inputs(kind, options, state):
    """x and the first states of a layer."""
    x = numbers((N, T, I) if options.get("batch_first") else (T, N, I), 1)
    rows = options.get("num_layers", 1) * (1 + options.get("bidirectional", False))
    count = (1 + (kind == "LSTM")) if state else 0
    return x, [numbers((rows, N, H), 2 + k) for k in range(count)]


def weights(shapes):
    """{name: shape} -> {name: array}."""
    return {name: 0.7 * numbers(shape, 5 + k) for k, (name, shape) in enumerate(shapes.items())}


def of_sum(shape):
    """What an output is multiplied with before it is summed to L."""
    return numbers(shape, 4)


def joined(arrays):
    """All numbers of a case, one behind the other."""
    return np.concatenate([np.ravel(a) for a in arrays])
