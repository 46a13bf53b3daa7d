"""`draw`: from a Tensor or a module to a `Drawing`."""

import inspect

from autograd.draw import (
    derivative,
    loops,
    merging,
    parts,
    reading,
    scalar,
    scopes,
    summary,
    tensors,
)
from autograd.draw.drawing import Drawing
from autograd.draw.folding import Folding, Wish
from autograd.draw.marks import marks_of
from autograd.draw.theme import THEMES
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.names import Names, caller
from autograd.running import name_of
from autograd.tensor import Tensor

MOST, MOST_FULL = 400, 2000  # boxes of a drawing, where nothing more can be folded
MOST_NODES = 10_000  # above, a table at once
TANGLED = 20_000  # layers that the arrows pass, in all: above, a table
LONG, LONG_SCALAR = 8, 14  # boxes in a row, above which a drawing runs from top to bottom
DIRECTIONS = ("LR", "TB", "auto")


def draw(
    t,
    *inputs,
    values: bool = True,
    gradients: bool = True,
    shapes: bool = True,
    statistics: bool = True,
    paths: bool = False,
    backward: bool = False,
    names: dict | None = None,
    fold: Wish = None,
    open: Wish = None,
    rolled: bool = False,
    full: bool = False,
    direction: str = "auto",
    theme: str = "light",
    audit=None,
    profile=None,
) -> Drawing:
    """Draw the graph that a Tensor was computed by, as it is now.

    Up to 40 nodes of single numbers are drawn as on a blackboard: boxes of values, circles of
    operations.  Arrays: a box per operation, its parameters in it; a dashed frame around each
    module and each turn of a loop.  What would make more than 40 boxes is folded.

    Parameters
    ----------
    t : Tensor or callable
        What to draw; of a module or function, what it returns for ``inputs``.
    inputs
        Where ``t`` is called.
    values, gradients, shapes, statistics : bool
        What to write: small arrays in full; gradients, which are there after ``t.backward()``
        (nothing is stored here); shapes; mean, deviation and norm of large arrays.
    paths : bool
        Write on every arrow what goes back along it, dL/d(head) times the local derivative, and
        the sum where arrows meet.  Runs a backward pass of its own.
    backward : bool
        Draw the graph of the derivatives of ``t``, as ``create_graph`` records it.
    names : dict of str to Tensor
        Names that go before ``Tensor.name``, your variables' names and the paths in modules.
    fold, open : str, callable, or list of these
        Modules to fold or open in any case: paths or classes, globs of these ('layer1.*'), or
        functions of a path.  The turns of a loop are called 't=1', 't=2', ...
    rolled : bool
        Draw one turn of every loop, and an arrow back.  Open, it is the second, as its frame says.
    full : bool
        Open modules up to 400 boxes instead of 40, every operation in a box of its own.
    direction : str
        'LR' (left to right), 'TB' (top to bottom) or 'auto'.
    theme : str
        'light', 'dark', or 'auto': as the reader's system is set.
    audit : Audit
        What `autograd.audit` found: colours the nodes.
    profile : Profile
        The p of ``with autograd.profile() as p:`` around the computation: time in every box.

    Returns
    -------
    Drawing
        Shows itself in a notebook; ``.save("graph.svg")``, ``.dot``, ``.svg``.  What makes more
        than 400 boxes (``full``: 2,000) when all is folded that can be, is given as a table.

    Raises
    ------
    GraphError
        There is no graph behind ``t``, or it was released.
    DtypeError
        ``t`` is no Tensor, nor returns one.
    ShapeError
        ``paths`` or ``backward`` of a Tensor with several elements.
    ValueRangeError
        An unknown direction or theme; nothing is called what ``fold`` or ``open`` name.

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
    root, calls = _result(t, inputs)
    nodes = reading.nodes_of(root)
    found = Names(names, caller(), None if t is root else t)
    calls = calls or scopes.called(found.modules)
    name = found.of_node(root.node)
    title = summary.line(nodes, name)
    if len(nodes) > MOST_NODES:
        why = f"too large to draw: more than {MOST_NODES:,} nodes"
        return Drawing(*summary.table(nodes, name, why, title), "LR", theme)
    show = parts.Show(values, gradients and not backward, shapes, statistics, paths)
    if backward:
        graph, title = derivative.read(root, nodes, found), f"the derivatives of {title}"
    else:
        passed = _passed(root, nodes) if paths else None
        graph = reading.read(nodes, found, marks_of(audit, profile), passed)
    try:
        if scalar.fits(graph) and not (fold or open or rolled):
            picture, longest = scalar.picture(graph, show), LONG_SCALAR
        else:
            picture, longest = _folded(graph, show, calls, fold, open, rolled, full), LONG
    except _TooLarge as why:
        return Drawing(*summary.table(nodes, name, str(why), title), "LR", theme)
    if direction == "auto":
        direction = "TB" if picture.rows or picture.longest > longest else "LR"
    if direction == "LR":
        picture.rows = []
    return Drawing(picture, title, "", direction, theme)


class _TooLarge(Exception):
    """A picture that nobody could read, or that takes too long."""


def _folded(graph, show, calls, fold, open, rolled, full):
    """The picture in the tensor style, with scopes folded and opened."""
    rows = merging.rows(graph)
    whole = scopes.tree(graph, rows, not full, calls)
    loops.find(whole, graph)
    folding = Folding(whole, fold, open, rolled, full)
    boxes = folding.size(whole)
    if boxes > (MOST_FULL if full else MOST):
        raise _TooLarge(f"{boxes:,} boxes: draw(..., full=True) draws up to {MOST_FULL:,} boxes")
    picture = tensors.picture(graph, show, folding.frame(), rows)
    if picture.tangle > TANGLED:
        raise _TooLarge(f"too tangled to draw: its arrows pass {picture.tangle:,} layers of boxes")
    return picture


def _passed(root: Tensor, nodes: list):
    """What every edge carries in the backward pass of ``root``."""
    from autograd.draw.stepper.sweep import passed  # stepper draws, too: not before it is needed

    if root.size != 1:
        raise ShapeError(
            f"draw: paths=True needs a Tensor with one element, got shape {root.shape}; draw "
            "t.sum(), say"
        )
    return passed(nodes)


def _result(t, inputs) -> tuple[Tensor, list]:
    """What to draw, a Tensor or what a module or function returns; and the calls of modules."""
    if type(t) is Tensor:
        if inputs:
            raise DtypeError("draw: inputs go with a module or function, got a Tensor and inputs")
        return t, []
    if not callable(t):
        raise DtypeError(f"draw: expected a Tensor, a module or a function, got {type(t).__name__}")
    try:
        inspect.signature(getattr(t, "forward", t)).bind(*inputs)
    except TypeError as e:
        raise DtypeError(
            f"draw: {name_of(t)} cannot be called with these inputs ({e}). Pass what it takes: "
            "draw(model, x)."
        ) from None
    except ValueError:
        pass  # a function without a signature to read
    with scopes.watched("", t) as calls:
        y = t(*inputs)
    if type(y) is not Tensor:
        raise DtypeError(
            f"draw: {name_of(t)} returned {type(y).__name__}; expected one Tensor. Call it "
            "yourself, with Tensors that require grad, and draw the one you mean."
        )
    return y, calls
