"""Graphs of scalars: build, differentiate and free, per node.

Every contender runs the same Python code on its own scalars, in float64.  Nodes are the operations
written in that code; what a library adds to them (micrograd wraps constants) is its own affair.
"""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.protocol import PYTORCH, Contender, Row, Targets, hips, jax, ours
from benchmarks.protocol import pytorch as peer

WIDTH = 15


class Scalars(NamedTuple):
    """A library of differentiable scalars: how to make a leaf, use it and read it."""

    leaf: Callable[[float], Any]
    relu: Callable
    value: Callable[[Any], float]
    grad: Callable[[Any], float]
    forget: Callable[[Any], None]  # the gradient of a leaf


def neurons(name: str, samples: int, large: bool = False) -> Row:
    """Neurons as in micrograd's own demo: 15 inputs, 15 hidden with relu, one output, squared.

    ``large``: fewer graphs in a block, and only the three whose graphs take less than a second.
    """
    draw = random.Random(0).uniform
    data = [[draw(-1, 1) for _ in range(WIDTH)] for _ in range(samples)]
    leaves = [draw(-0.5, 0.5) for _ in range(WIDTH * (WIDTH + 1) + WIDTH + 1)]
    nodes = samples * (WIDTH * (2 * WIDTH + 1) + 2 * WIDTH + 2) - 1

    def build(parameters, relu):
        total = None
        for inputs in data:
            p = iter(parameters)
            hidden = []
            for _ in range(WIDTH):
                s = next(p)
                for x in inputs:
                    s = s + next(p) * x
                hidden.append(relu(s))
            score = next(p)
            for h in hidden:
                score = score + next(p) * h
            loss = score * score
            total = loss if total is None else total + loss
        return total

    return _row(name, f"{nodes:,} scalar nodes: neurons", leaves, build, nodes, large)


def chain(name: str, length: int) -> Row:
    """A polynomial by Horner's rule, y = y x + w: as deep as it is long."""
    draw = random.Random(1).uniform
    leaves = [0.9, *(draw(-1, 1) for _ in range(16))]

    def build(parameters, _):
        x, *w = parameters
        y = w[0]
        for k in range(length):
            y = y * x + w[k % 16]
        return y

    return _row(name, f"{2 * length:,} scalar nodes: a chain", leaves, build, 2 * length, False)


class Graph:
    """`Work`: build, backward, let go."""

    def __init__(self, library: Scalars, build: Callable, leaves: list[float]):
        self.library, self.build = library, build
        self.leaves = [library.leaf(v) for v in leaves]

    def step(self):
        """Once."""
        for leaf in self.leaves:
            self.library.forget(leaf)
        y = self.build(self.leaves, self.library.relu)
        y.backward()
        self.y = self.library.value(y)

    def values(self):
        """The result, and the gradient of every leaf."""
        return {"y": self.y, "gradients": [self.library.grad(v) for v in self.leaves]}


class Pure:
    """`Work` of a library that differentiates functions: value and gradients of one call."""

    def __init__(self, value_and_grad: Callable, relu: Callable, build: Callable, leaves):
        self.both = value_and_grad(lambda leaves: build(leaves, relu))
        self.leaves = leaves

    def step(self):
        """Once."""
        self.y, self.gradients = self.both(self.leaves)

    def values(self):
        """The result, and the gradient of every leaf."""
        return {"y": float(self.y), "gradients": [float(g) for g in self.gradients]}


def _row(name, title, leaves, build, nodes, large):
    def graph(library):
        return lambda: Graph(library(), build, leaves)

    def jax_(compiled):
        import jax

        def waiting(f):
            both = jax.value_and_grad(f)
            return lambda leaves: jax.block_until_ready(both(leaves))

        return Pure(waiting, jax.nn.relu, build, leaves)

    def hips_():
        import autograd
        import autograd.numpy as anp

        return Pure(autograd.value_and_grad, lambda x: anp.maximum(x, 0.0), build, leaves)

    contenders = [
        *ours(graph(chalkgrad), kernels=False),
        Contender("micrograd", graph(micrograd), "micrograd", ("micrograd.engine",)),
        peer(graph(pytorch)),
    ]
    if not large:
        contenders.append(hips(hips_))
        contenders.append(Contender("MyGrad", graph(mygrad), "mygrad", ("mygrad",)))
        contenders.append(jax(jax_, compiled=False, double=True))
    return Row(
        name, title, "µs/node", tuple(contenders), 1e6 / nodes, steps=2 if large else 3,
        targets=Targets({PYTORCH: 0.25, "micrograd": 0.7}),
    )  # fmt: skip


def chalkgrad() -> Scalars:
    """Chalkgrad's 0-d Tensors."""
    from autograd import Tensor
    from autograd.ops import relu

    return Scalars(
        leaf=lambda v: Tensor(v, requires_grad=True),
        relu=relu,
        value=lambda y: y.item(),
        grad=lambda t: t.grad,
        forget=lambda t: t.zero_grad(),
    )


def micrograd() -> Scalars:
    """Micrograd's Values; it walks the graph by recursion, so a chain needs a higher limit."""
    import sys

    from micrograd.engine import Value

    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))

    def forget(v):
        v.grad = 0

    return Scalars(Value, Value.relu, lambda y: y.data, lambda v: v.grad, forget)


def pytorch() -> Scalars:
    """PyTorch's 0-d tensors."""
    import torch

    def forget(t):
        t.grad = None

    return Scalars(
        leaf=lambda v: torch.tensor(v, dtype=torch.float64, requires_grad=True),
        relu=torch.relu,
        value=lambda y: y.item(),
        grad=lambda t: t.grad.item(),
        forget=forget,
    )


def mygrad() -> Scalars:
    """MyGrad's 0-d tensors."""
    import mygrad as mg
    from mygrad.nnet.activations import relu

    return Scalars(
        leaf=lambda v: mg.tensor(v),
        relu=relu,
        value=lambda y: y.item(),
        grad=lambda t: float(t.grad),
        forget=lambda t: t.null_grad(),
    )
