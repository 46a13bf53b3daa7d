"""`draw`: from a Tensor or a module to a `Drawing`."""

import sys

from autograd.draw import parts, reading, scalar, summary, tensors
from autograd.draw.drawing import Drawing
from autograd.draw.names import Names
from autograd.draw.theme import THEMES
from autograd.errors import DtypeError, ValueRangeError
from autograd.tensor import Tensor

MOST = 400  # boxes of a drawing, unless full=True
MOST_FULL = 2000  # nodes: above, a table
TANGLED = 20_000  # layers that the arrows pass, in all: above, a table
LONG = 8  # boxes in a row, above which operations on arrays are drawn from top to bottom
DIRECTIONS = ("LR", "TB", "auto")


def draw(
    t,
    *inputs,
    values: bool = True,
    gradients: bool = True,
    shapes: bool = True,
    names: dict | None = None,
    direction: str = "auto",
    theme: str = "light",
    full: bool = False,
) -> Drawing:
    """Draw the graph that a Tensor was computed by, as it is now.

    Up to 40 nodes of single numbers are drawn as on a blackboard: boxes of values, circles of
    operations.  Arrays: a box per operation, its parameters in it.

    Parameters
    ----------
    t : Tensor or callable
        What to draw; of a module or function, what it returns for ``inputs``.
    inputs
        Where ``t`` is called.
    values, gradients, shapes : bool
        What to write.  Gradients are there after ``t.backward()``; nothing is stored here.
    names : dict of str to Tensor
        Names that go before ``Tensor.name``, your variables' names and the paths in modules.
    direction : str
        'LR' (left to right), 'TB' (top to bottom) or 'auto'.
    theme : str
        'light', 'dark', or 'auto': as the reader's system is set.
    full : bool
        Draw up to 2,000 nodes, and every operation in a box of its own.  Else up to 400 boxes,
        where operations of one input in a row share one.  Larger graphs are given as a table.

    Returns
    -------
    Drawing
        Shows itself in a notebook; ``.save("graph.svg")``, ``.dot``, ``.svg``.

    Raises
    ------
    GraphError
        There is no graph behind ``t``, or it was released.
    DtypeError
        ``t`` is no Tensor, nor returns one.
    ValueRangeError
        An unknown direction or theme.

    Examples
    --------
    >>> a, b = Tensor(5.0, requires_grad=True), Tensor(3.0, requires_grad=True)
    >>> J = 3 * (a + b)
    >>> J.backward()
    >>> draw(J)
    <Drawing of J: 2 operations on 2 leaves>
    """
    for option, value, known in (("direction", direction, DIRECTIONS), ("theme", theme, THEMES)):
        if value not in known:
            raise ValueRangeError(f"draw: {option}={value!r} is none of {', '.join(known)}")
    root = _result(t, inputs)
    nodes = reading.nodes_of(root)
    found = Names(names, sys._getframe(1), None if t is root else t)
    name = found.of_node(root.node)
    title, table = summary.line(nodes, name), ""
    if len(nodes) > MOST_FULL:
        why = f"too large to draw: more than {MOST_FULL:,} nodes"
        picture, table = summary.table(nodes, name, why)
        return Drawing(picture, title, table, "LR", theme)
    graph, show = reading.read(nodes, found), parts.Show(values, gradients, shapes)
    if scalar.fits(graph):
        picture = scalar.picture(graph, show)
        return Drawing(picture, title, "", "LR" if direction == "auto" else direction, theme)
    picture = tensors.picture(graph, show, merge=not full)
    why = ""
    if len(picture.boxes) > MOST and not full:
        why = f"{len(picture.boxes):,} boxes: draw(..., full=True) draws up to {MOST_FULL:,} nodes"
    elif picture.tangle > TANGLED:
        why = f"too tangled to draw: its arrows pass {picture.tangle:,} layers of boxes"
    if why:
        picture, table = summary.table(nodes, name, why)
    if direction == "auto":
        direction = "TB" if picture.longest > LONG else "LR"
    return Drawing(picture, title, table, direction, theme)


def _result(t, inputs) -> Tensor:
    """What to draw: a Tensor, or what a module or function returns."""
    if type(t) is Tensor:
        if inputs:
            raise DtypeError("draw: inputs go with a module or function, got a Tensor and inputs")
        return t
    if not callable(t):
        raise DtypeError(f"draw: expected a Tensor, a module or a function, got {type(t).__name__}")
    y = t(*inputs)
    if type(y) is not Tensor:
        raise DtypeError(
            f"draw: {type(t).__name__} returned {type(y).__name__}; expected one Tensor. Call it "
            "yourself and draw the one you mean."
        )
    return y
