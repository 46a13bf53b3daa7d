"""`expression`: the formula that a graph computes, and its derivatives, written out."""

from dataclasses import dataclass, field

import numpy as np

from autograd import graph, wording
from autograd.backward import gradients
from autograd.errors import DtypeError, GraphError, ValueRangeError
from autograd.insight import algebra
from autograd.insight.algebra import Formula
from autograd.insight.lines import callers_names
from autograd.insight.reading import Reader
from autograd.insight.writing import Writer
from autograd.tensor import Tensor

LINES = 12  # of definitions that are written
PIECES = (
    "relu", "leaky_relu", "prelu", "elu", "selu", "celu", "relu6", "hard_tanh", "hard_sigmoid",
    "hard_swish", "absolute", "fabs", "sign", "maximum", "minimum", "fmax", "fmin", "max", "min",
    "max_pool", "where", "clip", "floor", "ceil", "round", "rint", "trunc", "hypot",
)  # fmt: skip


@dataclass
class Expression:
    """A formula with its definitions; shows itself as LaTeX in a notebook, prints as plain text.

    Attributes
    ----------
    left : tuple
        What it is the formula of: ('J',), or ('J', 'b') for dJ/db.
    formula : Formula
        The tree.
    definitions : dict
        name -> Formula, of the parts of a long one, oldest first.
    values : dict
        name -> value, of the symbols now.
    notes : list of str
        Where it holds only near the present values.
    """

    left: tuple
    formula: Formula
    definitions: dict[str, Formula] = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def latex(self) -> str:
        """LaTeX, without dollar signs."""
        w = Writer(latex=True)
        of = [w.name(name) for name in self.left]
        left = of[0] if len(of) == 1 else rf"\frac{{d{of[0]}}}{{d{of[1]}}}"
        lines = [(left, w.write(self.formula))]
        used, more = self._used()
        lines += [(w.name(name), w.write(self.definitions[name])) for name in used]
        if len(lines) == 1:
            return f"{lines[0][0]} = {lines[0][1]}"
        rows = [f"{name} &= {text}" for name, text in lines] + [r"&\;\;\vdots"] * (more > 0)
        return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"

    def __str__(self):
        w = Writer(latex=False)
        left = self.left[0] if len(self.left) == 1 else f"d{self.left[0]}/d{self.left[1]}"
        lines = [f"{left} = {w.write(self.formula)}"]
        used, more = self._used()
        lines += [f"  {name} = {w.write(self.definitions[name])}" for name in used]
        if more:
            lines.append(f"  ... and {wording.counted(more, 'more definition')}")
        return "\n".join([*lines, *(f"({note})" for note in self.notes)])

    __repr__ = __str__

    def _repr_latex_(self):
        return rf"$\displaystyle {self.latex}$"

    def _used(self):
        """The names to define, nearest to the result first, and how many are left out."""
        order, seen = [], set()
        todo = [self.formula]
        while todo and len(order) < LINES:
            names = _symbols(todo.pop(0))
            for name in names:
                if name in self.definitions and name not in seen and len(order) < LINES:
                    seen.add(name)
                    order.append(name)
                    todo.append(self.definitions[name])
        return order, len(self.definitions) - len(order)

    def evaluate(self, **values):
        """The number it gives, with other values for its symbols: ``evaluate(b=2.0)``.

        Raises
        ------
        ValueRangeError
            There is no symbol of that name.
        GraphError
            A constant in it was not kept.
        """
        unknown = sorted(values.keys() - self.values.keys())
        if unknown:
            raise ValueRangeError(
                f"evaluate: {', '.join(unknown)} is none of its symbols, {sorted(self.values)}"
            )
        lost = sorted(set(_symbols(self.formula)) - self.values.keys() - self.definitions.keys())
        if lost:
            raise GraphError(
                f"evaluate: the value of {', '.join(lost)} was not kept. Compute the graph inside "
                "`with autograd.debug():`, which keeps everything."
            )
        known = {**self.values, **{k: np.asarray(v)[()] for k, v in values.items()}}
        for name, part in self.definitions.items():
            known[name] = algebra.evaluate(part, known)
        return algebra.evaluate(self.formula, known)


def expression(t, wrt=None) -> Expression:
    r"""Write a graph as a formula in your variables' names; with ``wrt``, its derivative.

    The derivative is the engine's own, recorded by ``gradients(t, wrt, create_graph=True)``, and
    simplified a little: constants fold, 0 and 1 disappear, equal terms and factors meet.  At relu,
    abs, max, where and the like it is the formula of the piece where the values are now.  A long
    formula is written in parts with names.

    Parameters
    ----------
    t : Tensor
        The result.
    wrt : Tensor, optional
        The Tensor to differentiate by; ``t`` must then be a single number.

    Raises
    ------
    DtypeError
        ``t`` or ``wrt`` is no Tensor.
    GraphError
        There is no graph behind ``t``, or it was released, or ``wrt`` is in none.
    ShapeError
        ``wrt`` is given, and ``t`` has several elements.

    Examples
    --------
    >>> from autograd import Tensor, expression
    >>> a, b, c = (Tensor(v, requires_grad=True) for v in (5.0, 3.0, 2.0))
    >>> u = b * c
    >>> J = 3 * (a + u)
    >>> expression(J)
    J = 3 (a + b c)
    >>> expression(J, wrt=b)
    dJ/db = 3 c
    >>> expression(J, wrt=b).latex
    '\\frac{dJ}{db} = 3 c'
    """
    for name, x in (("t", t), ("wrt", wrt)):
        if type(x) is not Tensor and (name == "t" or x is not None):
            raise DtypeError(f"expression: {name} must be a Tensor, got {type(x).__name__}")
    if t.node is None:
        raise GraphError(
            f"expression: there is no graph behind this Tensor (shape {t.shape}): nothing to write"
        )
    names = callers_names()
    left: tuple = (names.of_node(t.node) or "y",)
    root, notes = t, []
    if wrt is not None:
        root = gradients(t, wrt, create_graph=True)
        left = (*left, (names.of_node(wrt.node) if wrt.node else None) or "x")
        ops = {wording.operation(n.plan.op) for n in graph.results(t.node)}
        pieces = sorted(ops & set(PIECES))
        if pieces:
            notes = [f"where {', '.join(pieces)} {'is' if len(pieces) == 1 else 'are'} on the same "
                     "piece as at the present values"]  # fmt: skip
    reader = Reader(names)
    formula = reader.read(root)
    if reader.cut:
        notes.append(f"{reader.cut:,} older nodes are left out: their results are symbols here")
    notes += [f"the value of {k} was not kept" for k in sorted(reader.lost)[:3]]
    constants = [k for k in reader.values if k in reader.arrays]
    notes += [f"{k} is a constant of shape {np.shape(reader.values[k])}" for k in constants[:3]]
    return Expression(left, formula, reader.definitions, reader.values, notes)


def _symbols(f: Formula) -> list[str]:
    found, todo = [], [f]
    while todo:
        f = todo.pop()
        if f.kind == "symbol":
            found.append(f.name)
        todo += reversed(f.parts)
    return found
