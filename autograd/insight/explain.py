"""`explain`: why a gradient is what it is; why it is 0, NaN, infinite, or not there at all."""

from autograd.errors import DtypeError
from autograd.insight.explanation import Explanation
from autograd.insight.lines import callers_names
from autograd.insight.story import Story
from autograd.tensor import Tensor


def explain(x, of=None) -> Explanation:
    """Say why the gradient of ``x`` is what it is: a paragraph, before or after ``backward()``.

    A gradient with numbers: the uses it came by, local derivative × upstream, and their sum.  NaN
    or infinite: the first operation that made it so, and the values there.  Zero: the operations
    that let nothing through, and why.  None: what the result does depend on, and where the value of
    ``x`` went without its graph.  With source lines for what was computed inside `debug`.

    The gradients are computed again; nothing is stored.  Hooks are called again.

    Parameters
    ----------
    x : Tensor
        A leaf, or any result in between.
    of : Tensor, optional
        The result to differentiate.  Default: the one whose ``backward`` reached ``x`` last.

    Raises
    ------
    DtypeError
        ``x`` or ``of`` is no Tensor.

    Examples
    --------
    >>> from autograd import Tensor, explain, ops
    >>> x, w = Tensor(-2.0, requires_grad=True), Tensor(3.0, requires_grad=True)
    >>> L = w * ops.relu(x)
    >>> L.backward()
    >>> explain(x)
    dL/dx = 0. relu is dead there: its input is <= 0 (x = -2).
    """
    for name, t in (("x", x), ("of", of)):
        if type(t) is not Tensor and (name == "x" or t is not None):
            raise DtypeError(f"explain: {name} must be a Tensor, got {type(t).__name__}")
    return Story(x, of, callers_names()).told()
