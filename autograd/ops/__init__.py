"""Every operation: a NumPy function and, beside it, its derivative formulas; a file per family.

Options carry NumPy's names (``axis``, ``keepdims``).  What NumPy has is best called there, as
``np.exp(t)``; here it has the same name, beside what NumPy lacks (``relu``, ``softmax``, ``conv``).
"""

import numpy as np

from autograd.ops.arithmetic import (
    absolute,
    add,
    arctan2,
    copysign,
    divide,
    fabs,
    float_power,
    floor_divide,
    fmax,
    fmin,
    fmod,
    hypot,
    logaddexp,
    logaddexp2,
    maximum,
    minimum,
    multiply,
    negative,
    positive,
    power,
    remainder,
    subtract,
)
from autograd.ops.convolution import conv, conv_dw, conv_dx
from autograd.ops.elementwise import (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctanh,
    cbrt,
    ceil,
    clip,
    cos,
    cosh,
    deg2rad,
    degrees,
    elu,
    exp,
    exp2,
    expm1,
    floor,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    prelu,
    rad2deg,
    radians,
    reciprocal,
    relu,
    rint,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    square,
    tan,
    tanh,
    trunc,
)
from autograd.ops.indexing import (
    METHODS,
    getitem,
    scatter_add,
    setitem,
    sort,
    take,
    take_along_axis,
    where,
)
from autograd.ops.joining import array_split, concatenate, split, stack
from autograd.ops.pooling import avg_pool, max_pool
from autograd.ops.products import dot, einsum, inner, matmul, outer, tensordot
from autograd.ops.reductions import cumsum, log_softmax, logsumexp, mean, prod, softmax, std, var
from autograd.ops.reductions import max_ as max
from autograd.ops.reductions import min_ as min
from autograd.ops.reductions import sum_ as sum
from autograd.ops.register import operations
from autograd.ops.shapes import (
    astype,
    broadcast_to,
    copy,
    diagonal,
    expand_dims,
    flip,
    matrix_transpose,
    moveaxis,
    on_diagonal,
    pad,
    ravel,
    repeat,
    reshape,
    roll,
    squeeze,
    swapaxes,
    tile,
    transpose,
    tril,
    triu,
)
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


for _name, _method in METHODS.items():
    setattr(Tensor, _name, _method)
for _name, _f in {**_BINARY, **_UNARY, **_COMPARISONS}.items():
    setattr(Tensor, f"__{_name}__", UFUNCS[_f, "__call__"])
    if _name in _BINARY:
        setattr(Tensor, f"__r{_name}__", _swapped(UFUNCS[_f, "__call__"]))
