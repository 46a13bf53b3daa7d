"""`step_through`: from a Tensor to a `Stepper`."""

from autograd.draw import reading
from autograd.draw.api import DIRECTIONS
from autograd.draw.stepper import picture, steps
from autograd.draw.stepper.stepper import Stepper
from autograd.draw.stepper.sweep import passed
from autograd.draw.theme import THEMES
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from autograd.graph import Released, reachable
from autograd.names import Names, caller
from autograd.tensor import Tensor

MOST = 200  # nodes: more steps than that nobody takes


def step_through(
    t, *, names: dict | None = None, direction: str = "auto", theme: str = "auto"
) -> Stepper:
    """Walk through the graph of a scalar, forward and then backward, one operation at a time.

    Every step lights the operation and its edges and writes the local rule with its numbers,
    ``dJ/db = dJ/du * c = 3 * 2 = 6``; where paths meet, the sum and how many are still awaited.
    The gradients are computed here: ``backward()`` need not be called, and no ``.grad`` changes.

    Parameters
    ----------
    t : Tensor
        The result, of one element.
    names : dict of str to Tensor
        Names that go before ``Tensor.name``, your variables' names and the paths in modules.
    direction : str
        'LR' (left to right), 'TB' (top to bottom) or 'auto'.
    theme : str
        'light', 'dark', or 'auto': as JupyterLab, else the reader's system, is set.

    Returns
    -------
    Stepper
        Shows itself in a notebook, with buttons, keys and a slider; ``.save("walk.html")`` gives
        a page of its own; ``print`` shows the steps as text.

    Raises
    ------
    GraphError
        There is no graph behind ``t``, it was released or changed, or has more than 200 nodes.
    ShapeError
        ``t`` has several elements.
    DtypeError
        ``t`` is no Tensor.
    ValueRangeError
        An unknown direction or theme.

    Examples
    --------
    >>> b, c = Tensor(3.0, requires_grad=True), Tensor(2.0, requires_grad=True)
    >>> J = b * c
    >>> print(step_through(J).steps[3])
    Backward through J = b * c
        dJ/db = dJ/dJ * c = 1 * 2 = 2
        dJ/dc = dJ/dJ * b = 1 * 3 = 3
    """
    for option, value, known in (("direction", direction, DIRECTIONS), ("theme", theme, THEMES)):
        if value not in known:
            raise ValueRangeError(f"step_through: {option}={value!r} is none of {', '.join(known)}")
    nodes = _nodes(t)
    called = Names(names, caller())
    for leaf, (node, by) in reading.changed(nodes).items():
        raise GraphError(
            f"step_through: {by} has changed {called.of_node(leaf) or 'a leaf'} (shape "
            f"{leaf.shape}) in place since {node.plan.op.__name__} used it; its value then is not "
            "known. Step through the graph before the change, or compute the forward pass again "
            "after it."
        )
    found = passed(nodes)
    graph = reading.read(nodes, called)
    picture.complete(graph, nodes, found)
    return Stepper(picture.picture(graph), steps.steps(graph, nodes, found), direction, theme)


def _nodes(t) -> list:
    """The nodes under ``t``, oldest first; an error where one cannot step through them."""
    if type(t) is not Tensor:
        raise DtypeError(
            f"step_through: expected a Tensor, got {type(t).__name__}. Call the module or function "
            "yourself and step through what it returns."
        )
    if t.node is None:
        raise GraphError(
            f"step_through: there is no graph behind this Tensor (shape {t.shape}). Nothing it was "
            "computed from requires grad, or it was computed under no_grad or detached."
        )
    if type(t.node.saved) is Released:
        raise GraphError(
            f"step_through: {t.node.saved.by} has released the graph of this "
            f"{t.node.plan.op.__name__}. Step through it before that, or compute the forward pass "
            "again."
        )
    if t.size != 1:
        raise ShapeError(
            f"step_through: a Tensor of shape {t.shape} is not a scalar; its gradients need one. "
            "Step through t.sum(), or through one element, t[0]."
        )
    nodes = reachable(t.node)[::-1]
    if len(nodes) > MOST:
        raise GraphError(
            f"step_through: this graph has {len(nodes):,} nodes; up to {MOST} can be stepped "
            "through. Step through a part: compute it from a detached input, as in "
            "h = h.detach().requires_grad_(), or on a smaller input. draw(t) shows the whole."
        )
    return nodes
