"""Rows: recurrent layers over whole sequences, both ways, with steps skipped."""

import numpy as np

from autograd import ops
from tests.autograd.cases_base import R, case

T, N, D, H = 3, 2, 2, 2
MASK = np.array([[True, True], [True, False], [False, False]])

for name, k in {"rnn": 1, "rnn relu": 1, "lstm": 4, "gru": 3}.items():
    f = getattr(ops, name.split()[0])
    if name.endswith("relu"):
        f = lambda *a, f=f, **o: f(*a, activation="relu", **o)  # noqa: E731
    op = {"rnn": "rnn_tanh", "rnn relu": "rnn_relu"}.get(name, name)
    weights = (R(k * H, D), R(k * H, H), R(k * H), R(k * H))
    state = (R(N, H), R(N, H)) if name == "lstm" else (R(N, H),)
    case(op, f, R(T, N, D), *weights, *state)
    case(op, lambda x, *a, f=f: f(x, *a, reverse=True), R(T, N, D), *weights, *state, label="back")
    case(
        op,
        lambda *a, f=f: f(*a, mask=MASK),
        R(T, N, D), *weights, *state, label="steps skipped",
    )  # fmt: skip
    case(
        op,
        lambda x, v, w, f=f: f(x, v, w, mask=MASK, reverse=True),
        R(T, N, D), *weights[:2], label="back, steps skipped, nothing optional",
    )  # fmt: skip
    case(op, lambda x, v, w, f=f: f(x, v, w), R(1, 1, D), *weights[:2], label="one step")
