"""Cells whose operations are not chosen yet: every edge is a mixture, its weights are learned."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd import Tensor, ops
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.functional.checks import positive
from nn.module import Module

NONE = "none"  # the operation of an edge that is not there


class Zero(Module):
    """y = 0·x: no connection.  The operation ``"none"`` of DARTS."""

    def forward(self, x):
        """x (N, ...) -> zeros of the same shape."""
        return np.zeros_like(x.data if isinstance(x, Tensor) else x)


class MixedOperation(Module):
    """``y = Σ_o softmax(α)_o o(x)``: all operations at once, each by its share.

    Liu, Simonyan and Yang, "DARTS: Differentiable architecture search", 2019, equation 2.

    Parameters
    ----------
    operations : dict
        Name -> function that makes the module: ``{"none": nn.search.Zero, "tanh": nn.Tanh}``.
        All must give the same shape.
    """

    def __init__(self, operations: Mapping[str, Callable[[], Any]]):
        check_operations("MixedOperation", operations)
        self.operations = {name: make() for name, make in operations.items()}

    def forward(self, x, shares):
        """x (N, ...) and shares (operations,) -> the mixture."""
        results = [operation(x) for operation in self.operations.values()]
        if len({np.shape(y) for y in results}) > 1:
            shapes = {n: np.shape(y) for n, y in zip(self.operations, results, strict=True)}
            raise ShapeError(f"MixedOperation: operations must give one shape, got {shapes}")
        return sum(shares[k] * y for k, y in enumerate(results))


class Genotype(NamedTuple):
    """What a search chose: for each edge that is kept, its operation."""

    edges: tuple[tuple[int, int, str], ...]
    """(from, to, operation); states are numbered, the inputs first."""
    inputs: int
    nodes: int

    def draw(self, direction="LR", theme="auto"):
        """The cell as a drawing, which shows itself in a notebook and has ``save``."""
        from nn.search.drawing import draw_genotype

        return draw_genotype(self, direction, theme)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.draw()._repr_mimebundle_(include, exclude)


class Cell(Module):
    """A directed graph of states in which each edge is a `MixedOperation` of the ones before.

    ``x_j = Σ_{i<j} o_ij(x_i)``; the output joins the inner states along axis 1.

    Parameters
    ----------
    operations : dict
        Name -> function that makes the module; every edge has its own.  The name ``"none"`` is for
        `Zero`, and is never chosen in the end.
    inputs : int
        Inputs of the cell; in the paper 2, the outputs of the two cells before.
    nodes : int
        Inner states; in the paper 4.
    alpha : Tensor (edges, operations), optional
        Architecture weights to share with another cell.  By default new ones, all 0.

    Attributes
    ----------
    alpha : Tensor (edges, operations)
        Trained by `darts` on validation data, apart from all other parameters.

    Raises
    ------
    ShapeError
        ``alpha`` has another shape; at a call, other inputs than ``inputs``.

    Examples
    --------
    >>> import nn
    >>> cell = Cell({"none": Zero, "tanh": nn.Tanh, "line": lambda: nn.Linear(3, 3)}, nodes=2)
    >>> cell.alpha.shape, cell(np.ones((5, 3), np.float32)).shape
    ((3, 3), (5, 6))
    """

    def __init__(self, operations, inputs: int = 1, nodes: int = 1, alpha: Tensor | None = None):
        check_operations("Cell", operations)
        positive("Cell", inputs=inputs, nodes=nodes)
        self._names = tuple(operations)
        self._inputs, self._nodes = inputs, nodes
        self._edges = tuple((i, j) for j in range(inputs, inputs + nodes) for i in range(j))
        shape = (len(self._edges), len(self._names))
        if alpha is None:
            alpha = Tensor(np.zeros(shape, np.float32), requires_grad=True)
        if not isinstance(alpha, Tensor) or alpha.shape != shape:
            raise ShapeError(
                f"Cell: alpha must be a Tensor of shape {shape} (edges, operations), got "
                f"{getattr(alpha, 'shape', type(alpha).__name__)}"
            )
        self.alpha = alpha
        self.edges = [MixedOperation(operations) for _ in self._edges]

    def extra_repr(self):
        """Inputs, nodes and operations."""
        return f"inputs={self._inputs}, nodes={self._nodes}, operations={self._names}"

    def forward(self, *inputs):
        """Inputs (N, C, ...) -> inner states joined (N, nodes·C, ...)."""
        states = check_inputs("Cell", inputs, self._inputs)
        shares = np.exp(ops.log_softmax(self.alpha, axis=1))
        for j in range(self._inputs, self._inputs + self._nodes):
            states.append(
                sum(
                    mixed(states[i], shares[e])
                    for e, (mixed, (i, to)) in enumerate(zip(self.edges, self._edges, strict=True))
                    if to == j
                )
            )
        return join(states[self._inputs :])

    def shares(self) -> np.ndarray:
        """softmax(α): what share each operation has on each edge: (edges, operations)."""
        return np.exp(ops.log_softmax(self.alpha.data, axis=1))

    def genotype(self, incoming: int = 2) -> Genotype:
        """The strongest operation of the ``incoming`` strongest edges into each inner state.

        The strength of an edge is the largest share of an operation other than ``"none"``.
        """
        return strongest(self.shares(), self._names, self._inputs, self._nodes, incoming)


def strongest(shares, names, inputs, nodes, incoming=2) -> Genotype:
    """The genotype of given shares (edges, operations); see `Cell.genotype`."""
    positive("genotype", incoming=incoming)
    shares = np.array(shares)
    if NONE in names:
        shares[:, names.index(NONE)] = -1
    kept, e = [], 0
    for j in range(inputs, inputs + nodes):
        block = shares[e : e + j]
        best = sorted(np.argsort(-block.max(axis=1), kind="stable")[:incoming])
        kept += [(int(i), j, names[int(block[i].argmax())]) for i in best]
        e += j
    return Genotype(tuple(kept), inputs, nodes)


class DerivedCell(Module):
    """The cell of a genotype, with new weights: to be trained as it is.

    Parameters
    ----------
    genotype : Genotype
    operations : dict
        Name -> function that makes the module, as for `Cell`.

    Examples
    --------
    >>> import nn
    >>> operations = {"tanh": nn.Tanh, "line": lambda: nn.Linear(3, 3)}
    >>> genotype = Cell(operations, nodes=2).genotype()
    >>> DerivedCell(genotype, operations)(np.ones((5, 3), np.float32)).shape
    (5, 6)
    """

    def __init__(self, genotype: Genotype, operations: Mapping[str, Callable[[], Any]]):
        check_operations("DerivedCell", operations, least=1)
        unknown = {o for _, _, o in genotype.edges} - set(operations)
        if unknown:
            raise ValueRangeError(f"DerivedCell: operations has no {', '.join(sorted(unknown))}")
        self._genotype = genotype
        self.edges = [operations[name]() for _, _, name in genotype.edges]

    def extra_repr(self):
        """The edges that were kept."""
        return ", ".join(f"{i}→{j}: {name}" for i, j, name in self._genotype.edges)

    def forward(self, *inputs):
        """Inputs (N, C, ...) -> inner states joined (N, nodes·C, ...)."""
        edges, first, nodes = self._genotype
        states = check_inputs("DerivedCell", inputs, first)
        for j in range(first, first + nodes):
            into = [(o, i) for o, (i, to, _) in zip(self.edges, edges, strict=True) if to == j]
            states.append(sum(operation(states[i]) for operation, i in into))
        return join(states[first:])


def join(states):
    """The states side by side along axis 1."""
    return states[0] if len(states) == 1 else np.concatenate(states, axis=1)


def check_inputs(op, inputs, expected) -> list:
    """The inputs as a list, if there are as many as expected."""
    if len(inputs) != expected:
        raise ShapeError(f"{op}: expected {expected} inputs, got {len(inputs)}")
    return list(inputs)


def check_operations(op, operations, least=2):
    """Raise unless this is a dict of functions that make modules."""
    if not isinstance(operations, Mapping):
        raise DtypeError(
            f"{op}: operations must be a dict of name -> function that makes a module, got "
            f'{type(operations).__name__}. Write {{"none": nn.search.Zero, "tanh": nn.Tanh}}, say.'
        )
    if len(operations) < least:
        raise ValueRangeError(f"{op}: expected {least} operations or more, got {len(operations)}")
    for name, make in operations.items():
        if isinstance(make, Module) or not callable(make):
            raise DtypeError(
                f"{op}: operation {name!r} must be a function that makes a module, since every "
                f"edge has its own; got {type(make).__name__}. Write lambda: ... before it."
            )


def architecture(model: Module) -> list[Tensor]:
    """The architecture weights of all cells of a model, each once.

    Raises
    ------
    ValueRangeError
        There is no `Cell` in it.
    """
    found: Sequence[Tensor] = [m.alpha for _, m in model.named_modules() if isinstance(m, Cell)]
    if not found:
        raise ValueRangeError(
            f"darts: there is no nn.search.Cell in {type(model).__name__}, so nothing to search"
        )
    return list(dict.fromkeys(found))
