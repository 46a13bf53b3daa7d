"""Every operation: a NumPy function and, beside it, its derivative formulas; a file per family.

Options carry NumPy's names (``axis``, ``keepdims``).  Functions that NumPy has are best called there:
``np.exp(t)``; here they have the same names, and beside them the ones that NumPy lacks.
"""

import numpy as np

from autograd.ops.arithmetic import *  # noqa: F403
from autograd.ops.convolution import conv, conv_dw, conv_dx
from autograd.ops.elementwise import *  # noqa: F403
from autograd.ops.indexing import *  # noqa: F403
from autograd.ops.joining import *  # noqa: F403
from autograd.ops.pooling import avg_pool, max_pool
from autograd.ops.products import *  # noqa: F403
from autograd.ops.reductions import *  # noqa: F403
from autograd.ops.register import operations
from autograd.ops.shapes import *  # noqa: F403
from autograd.tensor import UFUNCS, Tensor

_BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide,
    "pow": np.power, "mod": np.remainder, "floordiv": np.floor_divide, "matmul": np.matmul,
}  # fmt: skip
_UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute}
_COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip


def _swapped(call):
    return lambda b, a: call(a, b)


for _name, _f in {**_BINARY, **_UNARY, **_COMPARISONS}.items():
    setattr(Tensor, f"__{_name}__", UFUNCS[_f, "__call__"])
    if _name in _BINARY:
        setattr(Tensor, f"__r{_name}__", _swapped(UFUNCS[_f, "__call__"]))
