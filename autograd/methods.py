"""The methods of a Tensor that mirror an array's: each is NumPy's function of that name."""

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import recording
from autograd.errors import DtypeError, ShapeError
from autograd.hints import checked

if TYPE_CHECKING:
    from autograd.tensor import Tensor


class ArrayMethods:
    """What an ndarray has: shape, ``sum``, ``reshape``, ``T``, ...; operators come from `ops`."""

    __slots__ = ()
    data: Any
    node: Any
    name: "str | None"

    if TYPE_CHECKING:  # the operators themselves: autograd/ops/arithmetic.py, indexing.py

        def __add__(self, other) -> Tensor: ...
        def __radd__(self, other) -> Tensor: ...
        def __sub__(self, other) -> Tensor: ...
        def __rsub__(self, other) -> Tensor: ...
        def __mul__(self, other) -> Tensor: ...
        def __rmul__(self, other) -> Tensor: ...
        def __truediv__(self, other) -> Tensor: ...
        def __rtruediv__(self, other) -> Tensor: ...
        def __floordiv__(self, other) -> Tensor: ...
        def __mod__(self, other) -> Tensor: ...
        def __pow__(self, other) -> Tensor: ...
        def __rpow__(self, other) -> Tensor: ...
        def __matmul__(self, other) -> Tensor: ...
        def __rmatmul__(self, other) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __lt__(self, other) -> Any: ...
        def __le__(self, other) -> Any: ...
        def __gt__(self, other) -> Any: ...
        def __ge__(self, other) -> Any: ...
        def __getitem__(self, index) -> Tensor: ...
        def __setitem__(self, index, value) -> None: ...
        def _with_item(self, index, value) -> Tensor: ...

    __hash__ = object.__hash__  # by identity: == compares elements, as in NumPy

    if not TYPE_CHECKING:  # else every name would be there for a type checker

        def __getattr__(self, name):
            if name[:2] == "__":  # what Python and NumPy look for
                raise AttributeError(name)
            from autograd.hints import missing

            raise missing(name)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes; () for a scalar."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.data.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.data.size

    @property
    def dtype(self) -> np.dtype:
        """Type of the elements."""
        return self.data.dtype

    @property
    def T(self) -> "Tensor":
        """The transpose: axes reversed."""
        return np.transpose(self)

    @property
    def mT(self) -> "Tensor":
        """The matrix transpose: the last two axes swapped."""
        return np.swapaxes(self, -1, -2)

    @property
    def real(self) -> "Tensor":
        """The real part."""
        return np.real(self)

    @property
    def imag(self) -> "Tensor":
        """The imaginary part."""
        return np.imag(self)

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a 0-d Tensor: a scalar has no length")
        return self.shape[0]

    def __iter__(self):
        if not self.shape:
            raise TypeError("a 0-d Tensor cannot be iterated over: it is a scalar")
        return (self[i] for i in range(self.shape[0]))

    def __contains__(self, value):
        return value in self.data

    def __bool__(self):
        return bool(self.data)

    def __float__(self):
        return float(self._number("float"))

    def __int__(self):
        return int(self._number("int"))

    def __complex__(self):
        return complex(self._number("complex"))

    def _number(self, kind):
        if self.node is not None and recording.state.on:
            raise DtypeError(
                f"{kind}(t) of a Tensor that requires grad would cut the graph, and so would "
                "math.exp(t) or array[i] = t. Use np.exp(t) to record it, t.item() for the number. "
                "With y = Tensor(array), y[i] = t is recorded; so is np.stack([t, u])."
            )
        return self.data

    def __index__(self):
        return self.data.__index__()

    def item(self):
        """The single element as a Python number."""
        return self.data.item()

    def tolist(self):
        """The values as nested Python lists."""
        return self.data.tolist()

    def __repr__(self):
        text = np.array2string(np.asarray(self.data), separator=", ", prefix="Tensor(")
        if self.dtype not in (np.float64, np.int64, np.bool_, np.complex128):
            text += f", dtype={self.dtype}"
        if self.name:
            text += f", name={self.name!r}"
        if self.node is not None:
            op = self.node.plan and self.node.plan.op.__name__
            text += f", op={op}" if op else ", requires_grad=True"
        return f"Tensor({text})"

    def _repr_html_(self):
        from autograd.insight.show import tensor_html

        return tensor_html(self)

    def draw(self, **options):
        """`autograd.draw.draw` of this Tensor: the graph it was computed by, to look at."""
        from autograd.draw import draw

        return draw(self, **options)

    def __format__(self, spec):
        if not spec:
            return str(self)
        if not self.shape:
            return format(self.item(), spec)
        return np.array2string(self.data, formatter={"all": lambda v: format(v, spec)})

    def sum(self, axis=None, keepdims=False, **options) -> "Tensor":
        """``np.sum``."""
        return np.sum(self, axis=axis, keepdims=keepdims, **checked("sum", options))

    def mean(self, axis=None, keepdims=False, **options) -> "Tensor":
        """``np.mean``."""
        return np.mean(self, axis=axis, keepdims=keepdims, **checked("mean", options))

    def prod(self, axis=None, keepdims=False, **options) -> "Tensor":
        """``np.prod``."""
        return np.prod(self, axis=axis, keepdims=keepdims, **checked("prod", options))

    def max(self, axis=None, keepdims=False, **options) -> "Tensor":
        """``np.max``; equal winners share the gradient evenly."""
        return np.max(self, axis=axis, keepdims=keepdims, **checked("max", options))

    def min(self, axis=None, keepdims=False, **options) -> "Tensor":
        """``np.min``; equal winners share the gradient evenly."""
        return np.min(self, axis=axis, keepdims=keepdims, **checked("min", options))

    def var(self, axis=None, ddof=0, keepdims=False, **options) -> "Tensor":
        """``np.var``."""
        return np.var(self, axis=axis, ddof=ddof, keepdims=keepdims, **checked("var", options))

    def std(self, axis=None, ddof=0, keepdims=False, **options) -> "Tensor":
        """``np.std``."""
        return np.std(self, axis=axis, ddof=ddof, keepdims=keepdims, **checked("std", options))

    def cumsum(self, axis=None, **options) -> "Tensor":
        """``np.cumsum``."""
        return np.cumsum(self, axis=axis, **checked("cumsum", options))

    def cumprod(self, axis=None, **options) -> "Tensor":
        """``np.cumprod``."""
        return np.cumprod(self, axis=axis, **checked("cumprod", options))

    def round(self, decimals=0) -> "Tensor":
        """``np.round``: constant between its jumps, so its derivative is 0."""
        return np.round(self, decimals)

    def __round__(self, ndigits=None) -> "Tensor":
        return np.round(self, ndigits or 0)

    def trace(self, offset=0, axis1=0, axis2=1) -> "Tensor":
        """``np.trace``."""
        return np.trace(self, offset, axis1, axis2)

    def diagonal(self, offset=0, axis1=0, axis2=1) -> "Tensor":
        """``np.diagonal``."""
        return np.diagonal(self, offset, axis1, axis2)

    def conj(self) -> "Tensor":
        """``np.conj``."""
        return np.conj(self)

    def take(self, indices, axis=None, **options) -> "Tensor":
        """``np.take``."""
        return np.take(self, indices, axis=axis, **checked("take", options))

    def any(self, axis=None, keepdims=False, **options):
        """``np.any``: plain, it has no derivative."""
        return np.any(self.data, axis=axis, keepdims=keepdims, **checked("any", options))

    def all(self, axis=None, keepdims=False, **options):
        """``np.all``: plain, it has no derivative."""
        return np.all(self.data, axis=axis, keepdims=keepdims, **checked("all", options))

    def argsort(self, axis=-1, **options):
        """``np.argsort``: a plain array, it has no derivative.  Stable."""
        return np.argsort(self.data, axis, **({"kind": "stable"} | checked("argsort", options)))

    def argmax(self, axis=None, keepdims=False, **options):
        """``np.argmax``: a plain array, it has no derivative."""
        return np.argmax(self.data, axis=axis, keepdims=keepdims, **checked("argmax", options))

    def argmin(self, axis=None, keepdims=False, **options):
        """``np.argmin``: a plain array, it has no derivative."""
        return np.argmin(self.data, axis=axis, keepdims=keepdims, **checked("argmin", options))

    def reshape(self, *shape, **options) -> "Tensor":
        """``np.reshape``, with the shape as a tuple or as several numbers."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **options)

    def ravel(self, order="C", **options) -> "Tensor":
        """``np.ravel``: one axis."""
        if isinstance(order, int):  # PyTorch's flatten(1)
            options["start_dim"] = order
        return np.ravel(self, order, **checked("flatten", options))

    flatten = ravel

    def transpose(self, *axes) -> "Tensor":
        """``np.transpose``, with the axes as a tuple or as several numbers."""
        if len(axes) == 2 < self.ndim:  # PyTorch's transpose
            raise ShapeError(
                f"transpose: expected all {self.ndim} axes in their new order, got {axes}. To swap "
                f"two, write t.swapaxes{axes}."
            )
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def swapaxes(self, axis1, axis2) -> "Tensor":
        """``np.swapaxes``."""
        return np.swapaxes(self, axis1, axis2)

    def squeeze(self, axis=None, **options) -> "Tensor":
        """``np.squeeze``."""
        return np.squeeze(self, axis=axis, **checked("squeeze", options))

    def repeat(self, repeats, axis=None, **options) -> "Tensor":
        """``np.repeat``."""
        return np.repeat(self, repeats, axis=axis, **checked("repeat", options))

    def clip(self, min=None, max=None) -> "Tensor":
        """``np.clip``."""
        return np.clip(self, min, max)

    def dot(self, other) -> "Tensor":
        """``np.dot``."""
        return np.dot(self, other)

    def copy(self) -> "Tensor":
        """``np.copy``: the same value in its own memory, recorded."""
        return np.copy(self)

    def astype(self, dtype) -> "Tensor":
        """``np.astype``: an integer or bool dtype ends the graph, it has no derivative."""
        return np.astype(self, dtype)
