"""Vector spaces of values, as `autograd.extend` offers them: their zeros, bases, inner products."""

import numpy as np

from autograd.errors import DtypeError
from autograd.tensor import Tensor
from autograd.trees import flatten, leaves_like, unflatten


class VSpace:
    """The vector space of a value: an array, a number, or a nesting of them.

    ``shape``, ``size``, ``dtype``, ``iscomplex`` describe it; the methods make its elements and
    compute with them.
    """

    def __init__(self, value):
        leaves, self.structure = flatten(value)
        arrays = [np.asarray(v.data if type(v) is Tensor else v) for v in leaves]
        for a in arrays:
            if a.dtype.kind not in "biufc":
                raise DtypeError(f"vspace: expected numbers, got dtype {a.dtype} in {value!r}")
        self.shapes, self.dtypes = [a.shape for a in arrays], [a.dtype for a in arrays]

    def __eq__(self, other):
        return isinstance(other, VSpace) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self):
        return f"VSpace(shapes={self.shapes}, dtypes={list(map(str, self.dtypes))})"

    @property
    def shape(self):
        """The shape; for a nesting, the shapes in its structure."""
        return unflatten(self.structure, self.shapes)

    @property
    def dtype(self):
        """The dtype; for a nesting, that of all of it together."""
        return np.result_type(*self.dtypes)

    @property
    def size(self) -> int:
        """The number of elements."""
        return sum(int(np.prod(s)) for s in self.shapes)

    @property
    def iscomplex(self) -> bool:
        """Whether any of it is complex."""
        return any(d.kind == "c" for d in self.dtypes)

    def zeros(self):
        """Zero."""
        return self._made(np.zeros)

    def ones(self):
        """Ones."""
        return self._made(np.ones)

    def randn(self):
        """A random element, from NumPy's global generator."""

        def make(shape, dtype):
            x = np.random.randn(*shape)  # noqa: NPY002
            return np.asarray(x + 1j * np.random.randn(*shape) if dtype.kind == "c" else x, dtype)  # noqa: NPY002

        return self._made(make)

    def standard_basis(self):
        """The unit vectors, one by one."""
        for k, shape in enumerate(self.shapes):
            for index in np.ndindex(shape):
                leaves = [np.zeros(s, d) for s, d in zip(self.shapes, self.dtypes, strict=True)]
                leaves[k][index] = 1
                yield unflatten(self.structure, leaves)

    def add(self, x, y):
        """``x + y``."""
        return self._map(lambda a, b: a + b, x, y)

    mut_add = add

    def scalar_mul(self, x, a):
        """``x * a``."""
        return self._map(lambda v: v * a, x)

    def inner_prod(self, x, y):
        """Σ conj(x) y, its real part."""
        pairs = self._rows(x, y)
        if self.iscomplex:
            return sum(np.real(np.sum(np.conj(a) * b)) for a, b in pairs)
        return sum(np.sum(a * b) for a, b in pairs)

    def covector(self, x):
        """``conj(x)``."""
        return self._map(np.conj, x) if self.iscomplex else x

    def _made(self, make):
        return unflatten(self.structure, map(make, self.shapes, self.dtypes))

    def _map(self, f, *elements):
        return unflatten(self.structure, (f(*row) for row in self._rows(*elements)))

    def _rows(self, *elements):
        """The leaves of several elements, side by side."""
        leaves = (leaves_like(self.structure, x, "vspace") for x in elements)
        return zip(*leaves, strict=True)


def vspace(value) -> VSpace:
    """The vector space of ``value``."""
    return VSpace(value)
