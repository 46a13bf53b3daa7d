"""Every operation: a NumPy function and, beside it, its derivative formulas; a file per family.

Options carry NumPy's names (``axis``, ``keepdims``).  What NumPy has is best called there, as
``np.exp(t)``; here it has the same name, beside what NumPy lacks (``relu``, ``softmax``, ``conv``).
"""

import numpy as np

from autograd.errors import DtypeError
from autograd.ops import emath, options, some_elements, ufunc_methods
from autograd.ops.activations import (
    celu,
    elu,
    gelu,
    gelu_,
    gelu_tanh,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
    huber,
    leaky_relu,
    log_sigmoid,
    mish,
    one_hot,
    prelu,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
)
from autograd.ops.adaptive_pooling import (
    adaptive_avg_pool,
    adaptive_max_pool,
    global_avg_pool,
    global_lp_pool,
    global_max_pool,
    local_response_norm,
)
from autograd.ops.arithmetic import (
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
    heaviside,
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
from autograd.ops.calculus import (
    bincount,
    convolve,
    correlate,
    diff,
    ediff1d,
    geomspace,
    gradient,
    interp,
    linspace,
    logspace,
    polyval,
    trapezoid,
    unwrap,
)
from autograd.ops.complex_numbers import (
    absolute,
    angle,
    conjugate,
    imag,
    real,
    sign,
)
from autograd.ops.convolution import (
    conv,
    conv_dw,
    conv_dx,
    conv_transpose,
)
from autograd.ops.cumulative import (
    cumprod,
    cumsum,
    cumulative_prod,
    cumulative_sum,
    nancumprod,
    nancumsum,
)
from autograd.ops.decompositions import (
    cholesky,
    eig,
    eigh,
    eigvals,
    eigvalsh,
    qr,
    svd,
    svdvals,
)
from autograd.ops.einstein import (
    einsum,
)
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
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    fix,
    floor,
    frexp,
    i0,
    ldexp,
    log,
    log1p,
    log2,
    log10,
    logit,
    modf,
    nan_to_num,
    rad2deg,
    radians,
    reciprocal,
    rint,
    sin,
    sinc,
    sinh,
    sqrt,
    square,
    tan,
    tanh,
    trunc,
)
from autograd.ops.elementwise import divmod_ as divmod
from autograd.ops.elementwise import round_ as round
from autograd.ops.fourier import (
    fft,
    fft2,
    fftn,
    fftshift,
    hfft,
    ifft,
    ifft2,
    ifftn,
    ifftshift,
    ihfft,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftn,
)
from autograd.ops.histograms import (
    histogram,
    histogram2d,
    histogram_bin_edges,
    histogramdd,
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
from autograd.ops.joining import (
    append,
    array_split,
    atleast_1d,
    atleast_2d,
    atleast_3d,
    block,
    broadcast_arrays,
    column_stack,
    concatenate,
    delete,
    dsplit,
    dstack,
    hsplit,
    hstack,
    insert,
    meshgrid,
    split,
    stack,
    unstack,
    vsplit,
    vstack,
)
from autograd.ops.linalg import (
    det,
    inv,
    lstsq,
    matrix_power,
    pinv,
    slogdet,
    solve,
    tensorinv,
    tensorsolve,
)
from autograd.ops.normalization import (
    batch_norm,
    batch_norm_,
    batch_norm_of,
    cross_entropy,
    cross_entropy_,
    layer_norm,
    layer_norm_,
    rms_norm,
    rms_norm_,
    scale_channels,
)
from autograd.ops.norms import (
    cond,
    matrix_norm,
    norm,
    vector_norm,
)
from autograd.ops.padding import (
    pad,
)
from autograd.ops.polynomials import (
    poly,
    polyadd,
    polyder,
    polydiv,
    polyfit,
    polyint,
    polymul,
    polysub,
    roots,
    vander,
)
from autograd.ops.pooling import (
    avg_pool,
    lp_pool,
    max_pool,
)
from autograd.ops.products import (
    cross,
    dot,
    inner,
    kron,
    linear,
    matmul,
    matvec,
    multi_dot,
    outer,
    tensordot,
    vdot,
    vecdot,
    vecmat,
)
from autograd.ops.recurrent import (
    gru,
    lstm,
    rnn,
)
from autograd.ops.recurrent_cells import (
    gru_step,
    lstm_step,
    recurrent_steps,
    rnn_step,
)
from autograd.ops.reductions import (
    log_softmax,
    logsumexp,
    mean,
    prod,
    softmax,
    std,
    var,
)
from autograd.ops.reductions import max_ as max
from autograd.ops.reductions import min_ as min
from autograd.ops.reductions import sum_ as sum
from autograd.ops.register import (
    operations,
)
from autograd.ops.selection import (
    choose,
    compress,
    extract,
    ix_,
    partition,
    put_along_axis,
    resize,
    select,
    unique,
)
from autograd.ops.sets import (
    intersect1d,
    real_if_close,
    setdiff1d,
    setxor1d,
    sort_complex,
    trim_zeros,
    union1d,
    unique_all,
    unique_counts,
    unique_inverse,
    unique_values,
)
from autograd.ops.shapes import (
    astype,
    broadcast_to,
    copy,
    diag,
    diagflat,
    diagonal,
    expand_dims,
    flip,
    fliplr,
    flipud,
    matrix_transpose,
    moveaxis,
    on_diagonal,
    ravel,
    repeat,
    reshape,
    roll,
    rollaxis,
    rot90,
    squeeze,
    swapaxes,
    tile,
    trace,
    transpose,
    tril,
    triu,
)
from autograd.ops.slices import (
    apply_along_axis,
    apply_over_axes,
    nanmedian,
    nanpercentile,
    nanquantile,
    piecewise,
)
from autograd.ops.sliding import (
    fold,
    unfold,
)
from autograd.ops.statistics import (
    average,
    corrcoef,
    cov,
    median,
    nanmax,
    nanmean,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
    percentile,
    ptp,
    quantile,
)
from autograd.tensor import UFUNCS, Tensor

_BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide,
    "pow": np.power, "mod": np.remainder, "floordiv": np.floor_divide, "matmul": np.matmul,
    "divmod": np.divmod, "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
    "lshift": np.bitwise_left_shift, "rshift": np.bitwise_right_shift,
}  # fmt: skip
_UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.bitwise_invert}
_COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip


def _swapped(call):
    return lambda b, a: call(a, b)


def _to_the_power(call):
    def to_the_power(a, b, modulus=None):
        if modulus is not None:
            raise DtypeError("pow: a modulus is not supported on Tensors. Write t**3 % 5.")
        return call(a, b)

    return to_the_power


for _name, _f in {**_BINARY, **_UNARY, **_COMPARISONS}.items():
    setattr(Tensor, f"__{_name}__", UFUNCS[_f, "__call__"])
    if _name in _BINARY:
        setattr(Tensor, f"__r{_name}__", _swapped(UFUNCS[_f, "__call__"]))
_powers = {"__pow__": _to_the_power(UFUNCS[np.power, "__call__"])}
for _name, _method in {**METHODS, **_powers}.items():
    setattr(Tensor, _name, _method)
