"""Tensor: a NumPy array that remembers how it was computed.

The array functions are NumPy's own: ``np.exp(t)``, ``np.sum(t, axis=0)``, ``array * t`` arrive here
through NumPy's two protocols and are recorded by the primitive registered for them.
"""

from weakref import ref

import numpy as np
from numpy import float64, ndarray

from autograd import graph, recording
from autograd.errors import DtypeError, GraphError, ShapeError, describe
from autograd.foreign import plain
from autograd.graph import Node, Scalar, clock, nobody, shown
from autograd.hints import refuse
from autograd.memory import InPlace
from autograd.methods import ArrayMethods

new = object.__new__
UFUNCS: dict = {}  # (ufunc, method) -> what to call instead
FUNCTIONS: dict = {}  # NumPy function, or operator.getitem/setitem -> what to call instead


class Tensor(ArrayMethods, InPlace):
    """An array of numbers, its place in the graph, and its gradient.

    ``Tensor(data, requires_grad=False, name=None, dtype=None)`` copies ``data``; `as_tensor`
    shares it.

    Attributes
    ----------
    data : ndarray, or NumPy scalar where 0-d
        The value.  Read-only, because graphs share it: to change a Tensor write ``t[i] = v``,
        ``t += v`` or ``t.assign(v)``.
    node : Node or None
        Its place in the graph; None where no gradient is needed.
    grad : ndarray or None
        dL/dt after ``L.backward()``, of the same shape and dtype.
    name : str or None
        For drawings and messages.

    Raises
    ------
    DtypeError
        If ``data`` is not numeric, or ``requires_grad`` and it is neither floating nor complex.

    Examples
    --------
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    array([2., 4.])
    """

    __slots__ = ("data", "node", "name", "grad", "_rests", "__weakref__")
    __pandas_priority__ = 5000  # above a DataFrame's: series * t is left to us, as t * series is

    def __init__(self, data, requires_grad=False, name=None, dtype=None, **unknown):
        if unknown:
            refuse("Tensor", unknown)
        self.data = _numeric(data, dtype, copy=True)
        if isinstance(self.data, ndarray):
            self.data.flags.writeable = False
        self.node = self.grad = self._rests = None
        self.name = name
        if requires_grad:
            self.requires_grad_()

    def __init_subclass__(cls):
        raise DtypeError("Tensor cannot be subclassed: hold one as an attribute, as nn.Module does")

    @property
    def requires_grad(self) -> bool:
        """Whether gradients reach this Tensor.  Settable on a leaf."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, on: bool):
        self.requires_grad_(on)

    def requires_grad_(self, on: bool = True) -> "Tensor":
        """Ask for gradients (it becomes a leaf of the graph), or stop asking; returns itself."""
        if on and self.node is None:
            if self.data.dtype.kind not in "fc":
                raise DtypeError(
                    f"Tensor: requires_grad needs a floating dtype, got {self.data.dtype} "
                    f"(shape {self.shape}). Write 3.0 instead of 3, or pass dtype=float."
                )
            self._wake()
        elif not on:
            if not self.is_leaf:
                raise GraphError(
                    "requires_grad = False: this Tensor is the result of "
                    f"{self.node.plan.op.__name__}; .detach() gives its value outside the graph"
                )
            if self.node is not None:
                held = self.data if isinstance(self.data, np.generic) else ref(self.data)
                self._rests = self.node, held
                self.node.out = graph.nobody
            self.node = None
        return self

    def _wake(self):
        """Be the leaf that it was before it was frozen: graphs of before give it their gradient.

        With another value, a new one: those graphs are not of this value.
        """
        rests = getattr(self, "_rests", None)
        if rests is not None:
            self._rests, (leaf, held) = None, rests
            if (held() if type(held) is ref else held) is self.data:
                self.node, leaf.out = leaf, ref(self)
                return
            leaf.out = graph.replaced
        self.node = graph.Leaf(self)

    @property
    def is_leaf(self) -> bool:
        """True where no recorded operation made this Tensor."""
        return self.node is None or self.node.plan is None

    def backward(self, cotangent=None, **options):
        """Fill ``.grad`` of every Tensor you hold that this one was computed from.

        Leaves add to the ``.grad`` they have (`zero_grad` forgets it), results get a new one.
        May be called again as long as nothing it needs has been changed in place.

        Parameters
        ----------
        cotangent : array_like, optional
            dL/d(this), of this Tensor's shape.  The default, 1, needs a single element.

        Raises
        ------
        GraphError
            Nothing was recorded, the graph was released, or something it needs was changed.
        ShapeError
            No cotangent for several elements, or one of another shape.
        """
        from autograd.backward import backward

        if options:
            raise DtypeError(
                f"backward: there is no option {', '.join(options)}. dL/dy is given by position, "
                "backward(g); a graph is kept as long as its Tensors are; gradients(y, xs, "
                "create_graph=True) takes some inputs, or records the pass itself."
            )
        backward(self, cotangent)

    def zero_grad(self):
        """Forget the gradient: ``.grad = None``."""
        self.grad = None

    def detach(self) -> "Tensor":
        """The same value (shared memory) outside the graph."""
        return wrap(self.data, None)

    def register_hook(self, hook):
        """Call ``hook(g)`` with this Tensor's whole gradient in every backward pass.

        What it returns, unless None, takes the gradient's place.  Returns a handle: ``remove()``
        takes the hook away.
        """
        from autograd.hooks import add_hook

        return add_hook(self, hook)

    def __array_ufunc__(self, ufunc, method, *args, **options):
        call = UFUNCS.get((ufunc, method))
        if call is None:
            raise no_derivative(ufunc.__name__ + ("" if method == "__call__" else "." + method))
        if options and method == "__call__":
            raise refused(ufunc.__name__, options)
        return call(*args, **options)

    def __array_function__(self, function, types, args, options):
        call = FUNCTIONS.get(function)
        if call is None:
            raise no_derivative(getattr(function, "__name__", str(function)))
        return call(*args, **options)

    def __array__(self, dtype=None, copy=None):
        if self.node is not None:
            raise DtypeError(
                f"np.array or np.asarray of a Tensor that requires grad (shape {self.shape}) would "
                "cut the graph. Join Tensors with np.stack([t, u]) or autograd.numpy.array, for "
                "np.mean([t, u]) too; t.data has the values. S @ t of a sparse matrix: "
                "primitive(lambda x: S @ x).vjp(x=lambda g: S.T @ g)."
            )
        return np.array(self.data, dtype=dtype, copy=copy)

    def __reduce__(self):  # a file has the value, not the graph
        return Tensor, (self.data, self.is_leaf and self.requires_grad, self.name)

    def __copy__(self, memo=None):
        if not self.is_leaf:
            raise GraphError(
                f"copy: a copy of the result of an operation (shape {self.shape}) would cut the "
                "graph. t.copy() is one with its gradient, t.detach() the value."
            )
        make, arguments = self.__reduce__()
        return make(*arguments)

    __deepcopy__ = __copy__


def wrap(data, node) -> Tensor:
    """A Tensor around ``data`` as it is; ``node`` is its place in the graph."""
    t = new(Tensor)
    t.data = data
    t.node = node
    t.name = t.grad = None
    return t


def recorded(plan, parents, y, saved, constants):
    """The Tensor of a new node; for several outputs, the node."""
    if type(y) is float64:
        n = Scalar()
        n.value = y
    elif type(y) is tuple:
        n = new(Node)
        n.shape, n.dtype = tuple(v.shape for v in y), tuple(v.dtype for v in y)
        n.value, n.out = None, nobody
    else:
        n = new(Node)
        try:
            n.shape, n.dtype, n.value = y.shape, y.dtype, shown(y)
        except AttributeError:
            check_leaves(parents)
            raise
    n.plan = plan
    n.parents = parents
    n.saved = saved
    n.constants = constants
    n.order = clock()
    if type(y) is not tuple:
        t = wrap(y, n)
        n.out = ref(t)
    if recording.special and recording.state.watcher:
        recording.state.watcher.made(n, y)
    return n if type(y) is tuple else t


def needs_grad(v) -> bool:
    """Whether ``v`` is a Tensor that gradients reach."""
    return type(v) is Tensor and v.node is not None


def tensor(data, dtype=None, requires_grad=False, name=None, **unknown) -> Tensor:
    """`Tensor` with PyTorch's order of arguments: ``tensor([1, 2], dtype=float)``."""
    if unknown:
        refuse("tensor", unknown)
    return Tensor(data, requires_grad, name, dtype)


def as_tensor(data, dtype=None, requires_grad=False, name=None, **unknown) -> Tensor:
    """A Tensor that shares the memory of ``data``; a Tensor that already fits comes back as it is.

    What a graph saves of memory that can still be written to is copied, so that a later change of
    ``data`` cannot change a gradient.
    """
    if unknown:
        refuse("as_tensor", unknown)
    if type(data) is Tensor and (dtype is None or data.dtype == dtype) and not requires_grad:
        return data
    t = wrap(_numeric(data, dtype, copy=None), None)
    t.name = name
    return t.requires_grad_() if requires_grad else t


def _numeric(data, dtype, copy):
    """``data`` as an array of numbers; a NumPy scalar where 0-d, which is ten times faster."""
    if type(data) is Tensor:
        data = data.data
    if type(data) is not ndarray:
        data = plain(data, "Tensor")
    if not isinstance(data, ndarray) and hasattr(data, "__array_function__"):
        return data.copy() if copy else data  # another library's array: CuPy, say
    try:
        array = np.array(data, dtype=dtype, copy=copy)
    except ValueError as e:
        raise ShapeError(f"Tensor: the data is not a full array of numbers ({e})") from None
    if array.dtype.kind not in "biufc":
        raise DtypeError(
            f"Tensor: expected numbers (bool, int, float, complex), got dtype {array.dtype} "
            f"from a {type(data).__name__}. Encode text or objects as numbers first."
        )
    return array if array.ndim else array[()]


def check_leaves(nodes):
    """Raise where the ``.data`` of a leaf was rebound to something else than such an array."""
    for leaf in nodes:
        t = leaf.out() if isinstance(leaf, graph.Leaf) else None
        array = t is not None and type(t.data) is not Tensor and hasattr(t.data, "dtype")
        same = array and t.data.shape == leaf.shape
        if t is None or (same and t.data.dtype == leaf.dtype):
            continue
        called = f" {t.name!r}" if t.name else ""
        raise GraphError(
            f"the .data of the leaf{called} was rebound from "
            f"{leaf.dtype if same else f'shape {leaf.shape}'} to "
            f"{described(t.data)}. Make a new Tensor of it; values of the same shape are put in "
            "by t.assign(values) inside `with no_grad():`."
        )


def described(v) -> str:
    """What ``v`` is, for messages."""
    return f"{'a Tensor, ' if type(v) is Tensor else ''}{describe(v)}"


def no_derivative(name: str) -> DtypeError:
    """The error for a NumPy function that is not differentiable here."""
    return DtypeError(
        f"np.{name} has no derivative here. For its value alone pass t.data; for a gradient write "
        "a primitive: a function and one formula per argument (help(autograd.primitive))."
    )


def refused(name: str, options: dict) -> DtypeError:
    """The error for ``np.exp(t, out=...)`` and its like."""
    if "out" in options:
        return DtypeError(
            f"np.{name} with out= (or array += tensor) would write a Tensor's values into an array "
            "and lose the graph. Write array = array + tensor, or use tensor.data for the values."
        )
    return DtypeError(f"np.{name}: the options {sorted(options)} are not supported on Tensors")
