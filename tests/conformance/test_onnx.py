"""The operator tests of ONNX: the models that specify its operators, replayed through ours.

A model is a graph of nodes; `OPERATORS` has a function of (inputs, attributes) for each operator
with a counterpart here.  Floating inputs become Tensors that require gradients, and the results
must be those of ONNX within the model's tolerance, of its dtype; the gradients of their sum must
have the shapes and dtypes of the inputs.

A case passes, or is left out for a reason: those in `WITHOUT` for operators that have no
counterpart, those in `LEFT_OUT` for cases by name, and that a case is not about floating numbers.
"""

import functools
import math
import warnings

import numpy as np
import onnx
import pytest

from autograd import Tensor, gradients, ops
from nn import functional

NUMPY = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()


@functools.cache
def every_case():
    """All cases, made once: the modules that compute them take seconds to import."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ONNX computes some expected results past overflow
        from onnx.backend.test.case.node import collect_testcases

        return collect_testcases()


# -- attributes and inputs ------------------------------------------------------------------------


def data(x):
    return x.data if type(x) is Tensor else np.asarray(x)


def ints(x):
    """A small array of integers as a tuple."""
    return None if x is None else tuple(int(v) for v in np.ravel(data(x)))


def one(f):
    """An operator of arrays without attributes."""
    return lambda inputs, a: f(*inputs)


def with_attributes(f, **names):
    """An operator whose attributes are our options by other names."""
    return lambda inputs, a: f(*inputs, **{names[k]: v for k, v in a.items() if k in names})


def fold_over(f):
    return lambda inputs, a: functools.reduce(f, inputs)


def reduce(f):
    def call(inputs, a):
        x, axes = inputs[0], a.get("axes", inputs[1] if len(inputs) > 1 else None)
        axes = ints(axes)
        if not axes:
            axes = () if a.get("noop_with_empty_axes") else None
        return f(x, axis=axes, keepdims=bool(a.get("keepdims", 1)))

    return call


def arg(f):
    def call(inputs, a):
        x, axis = data(inputs[0]), a.get("axis", 0)
        if a.get("select_last_index"):
            y = x.shape[axis] - 1 - f(np.flip(x, axis), axis=axis)
        else:
            y = f(x, axis=axis)
        return np.expand_dims(y, axis) if a.get("keepdims", 1) else y

    return call


def geometry(a, size, kernel):
    """Strides, (before, after) pairs of padding and dilations of convolution and pooling."""
    d = len(kernel)
    strides, dilations = a.get("strides", [1] * d), a.get("dilations", [1] * d)
    auto = a.get("auto_pad", "NOTSET")
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        pairs = []
        for n, k, s, e in zip(size, kernel, strides, dilations, strict=True):
            total = max((-(-n // s) - 1) * s + e * (k - 1) + 1 - n, 0)
            half = total // 2
            pairs.append((half, total - half) if auto == "SAME_UPPER" else (total - half, half))
    else:
        pads = a.get("pads", [0] * 2 * d)
        pairs = list(zip(pads[:d], pads[d:], strict=True))
    return tuple(strides), tuple(pairs), tuple(dilations)


def with_bias(y, b):
    return y if b is None else y + np.reshape(b, (1, -1) + (1,) * (y.ndim - 2))


def conv(inputs, a):
    x, w, b = [*inputs, None][:3]
    strides, pairs, dilations = geometry(a, x.shape[2:], w.shape[2:])
    return with_bias(ops.conv(x, w, strides, pairs, dilations, a.get("group", 1)), b)


def conv_transpose(inputs, a):
    x, w, b = [*inputs, None][:3]
    d = x.ndim - 2
    strides, pairs, dilations = geometry(a, x.shape[2:], w.shape[2:])
    more = a.get("output_padding", [0] * d)
    whole = [
        (n - 1) * s + e * (k - 1) + 1 + m
        for n, s, e, k, m in zip(x.shape[2:], strides, dilations, w.shape[2:], more, strict=True)
    ]
    size = a.get("output_shape")
    same = a.get("auto_pad", "NOTSET").startswith("SAME")
    if size is None and same:
        size = [n * s for n, s in zip(x.shape[2:], strides, strict=True)]
    if size is not None:  # too much is cropped, half before; too little is added behind
        crop = [max(n - m, 0) for n, m in zip(whole, size, strict=True)]
        more = [o + max(m - n, 0) for o, n, m in zip(more, whole, size, strict=True)]
        behind = a.get("auto_pad") != "SAME_UPPER"
        pairs = [(c - c // 2, c // 2) if behind else (c // 2, c - c // 2) for c in crop]
    y = ops.conv_transpose(
        x, w, strides, tuple(map(tuple, pairs)), tuple(more), dilations, a.get("group", 1)
    )
    return with_bias(y, b)


def max_pool(inputs, a):
    (x,) = inputs
    kernel = tuple(a["kernel_shape"])
    strides, pairs, dilations = geometry(a, x.shape[2:], kernel)
    return ops.max_pool(x, kernel, strides, pairs, dilations, bool(a.get("ceil_mode", 0)))


def avg_pool(inputs, a):
    (x,) = inputs
    kernel = tuple(a["kernel_shape"])
    strides, pairs, _ = geometry(a, x.shape[2:], kernel)
    return ops.avg_pool(
        x, kernel, strides, pairs, bool(a.get("ceil_mode", 0)), bool(a.get("count_include_pad", 0))
    )


def lp_pool(inputs, a):
    (x,) = inputs
    kernel = tuple(a["kernel_shape"])
    strides, pairs, _ = geometry(a, x.shape[2:], kernel)
    return ops.lp_pool(x, a.get("p", 2), kernel, strides, pairs, bool(a.get("ceil_mode", 0)))


def lrn(inputs, a):
    # ONNX's neighbours are (size - 1) // 2 before: ours for an odd size, as all its cases have
    return ops.local_response_norm(
        *inputs, a["size"], a.get("alpha", 1e-4), a.get("beta", 0.75), a.get("bias", 1.0)
    )


def col2im(inputs, a):
    x, size, kernel = inputs[0], ints(inputs[1]), ints(inputs[2])
    strides, pairs, dilations = geometry(a, size, kernel)
    return ops.fold(x, size, kernel, strides, pairs, dilations)


# -- normalisation, losses ------------------------------------------------------------------------


def batch_norm(inputs, a):
    x, scale, b, mean, var = inputs
    eps = a.get("epsilon", 1e-5)
    if not a.get("training_mode"):
        return functional.batch_norm(x, data(mean), data(var), scale, b, training=False, eps=eps)
    # ONNX moves the running variance towards the biased one, PyTorch and we the unbiased
    y = functional.batch_norm(x, None, None, scale, b, training=True, eps=eps)
    axes = (0, *range(2, x.ndim))
    stats = np.mean(x, axis=axes), np.var(x, axis=axes)
    keep = a.get("momentum", 0.9)
    moved = (v * keep + np.ravel(s) * (1 - keep) for v, s in zip((mean, var), stats, strict=True))
    return y, *moved


def instance_norm(inputs, a):
    x, scale, b = inputs
    return functional.instance_norm(x, None, None, scale, b, eps=a.get("epsilon", 1e-5))


def layer_norm(inputs, a):
    x, scale, b = [*inputs, None][:3]
    axes, eps = tuple(range(a.get("axis", -1) % x.ndim, x.ndim)), a.get("epsilon", 1e-5)
    y = functional.layer_norm(x, tuple(x.shape[axes[0] :]), scale, b, eps)
    var = np.var(x, axis=axes, keepdims=True)
    return y, np.mean(x, axis=axes, keepdims=True), 1 / np.sqrt(var + eps)


def rms_norm(inputs, a):
    x, scale = inputs
    axes = tuple(range(a.get("axis", -1) % x.ndim, x.ndim))
    return x / np.sqrt(np.mean(x * x, axis=axes, keepdims=True) + a.get("epsilon", 1e-5)) * scale


def group_norm(inputs, a):
    x, scale, b = inputs
    return functional.group_norm(x, a["num_groups"], scale, b, a.get("epsilon", 1e-5))


def mean_variance_norm(inputs, a):
    (x,) = inputs
    axes = tuple(a.get("axes", [0, 2, 3]))
    return (x - np.mean(x, axis=axes, keepdims=True)) / np.std(x, axis=axes, keepdims=True)


def lp_norm(inputs, a):
    (x,) = inputs
    size = np.linalg.vector_norm(x, axis=a.get("axis", -1), keepdims=True, ord=a.get("p", 2))
    return np.where(size == 0, 0, x / np.where(size == 0, 1, size))


def nll_loss(inputs, a):
    logp, labels, weight = [*inputs, None][:3]
    labels = data(labels)
    kept = labels != a.get("ignore_index", math.nan)
    index = np.expand_dims(np.where(kept, labels, 0), 1)
    losses = -np.squeeze(np.take_along_axis(logp, index, axis=1), 1)
    w = np.where(kept, 1, 0).astype(logp.dtype)
    if weight is not None:
        w = np.where(kept, np.take(weight, index[:, 0]), 0)
    losses = losses * w
    reduction = a.get("reduction", "mean")
    if reduction == "none":
        return losses
    return np.sum(losses) / np.sum(w) if reduction == "mean" else np.sum(losses)


def cross_entropy(inputs, a):
    logp = ops.log_softmax(inputs[0], axis=1)
    return nll_loss([logp, *inputs[1:]], a), logp


# -- shapes ---------------------------------------------------------------------------------------


def squeeze(inputs, a):
    axes = ints(inputs[1]) if len(inputs) > 1 else a.get("axes")
    return np.squeeze(inputs[0], None if axes is None else tuple(axes))


def unsqueeze(inputs, a):
    axes = ints(inputs[1]) if len(inputs) > 1 else tuple(a["axes"])
    return np.expand_dims(inputs[0], axes)


def reshape(inputs, a):
    x, shape = inputs[0], ints(inputs[1])
    if not a.get("allowzero"):
        shape = tuple(x.shape[k] if n == 0 else n for k, n in enumerate(shape))
    return np.reshape(x, shape)


def flatten(inputs, a):
    (x,) = inputs
    axis = a.get("axis", 1)
    axis += x.ndim * (axis < 0)
    return np.reshape(x, (math.prod(x.shape[:axis]), math.prod(x.shape[axis:])))


def expand(inputs, a):
    x, shape = inputs[0], ints(inputs[1])
    return np.broadcast_to(x, np.broadcast_shapes(x.shape, shape))


def split(inputs, a):
    x, axis = inputs[0], a.get("axis", 0)
    sizes = ints(inputs[1]) if len(inputs) > 1 else a.get("split")
    if sizes is None:
        n, parts = x.shape[axis], a.get("num_outputs", a["outputs"])
        step = -(-n // parts)
        sizes = [step] * (parts - 1) + [n - step * (parts - 1)]
    return tuple(np.split(x, np.cumsum(sizes)[:-1], axis))


def slices(inputs, a):
    x, starts, ends, axes, steps = [*inputs, None, None][:5]
    axes = range(x.ndim) if axes is None else ints(axes)
    index = [slice(None)] * x.ndim
    steps = ints(steps) or (1,) * len(ints(starts))
    for start, end, axis, step in zip(ints(starts), ints(ends), axes, steps, strict=False):
        if step < 0 and end < -x.shape[axis]:
            end = None
        index[axis] = slice(start, end, step)
    return x[tuple(index)]


def pad(inputs, a):
    x, pads, value, axes = [*inputs, None, None][:4]
    pads = ints(pads)
    axes = ints(axes) or tuple(range(x.ndim))
    pairs = [(0, 0)] * x.ndim
    for k, axis in enumerate(axes):
        pairs[axis] = (pads[k], pads[k + len(axes)])
    mode = a.get("mode", "constant")
    if mode == "constant":
        return np.pad(x, pairs, constant_values=0 if value is None else data(value).item())
    return np.pad(x, pairs, mode=mode)


def trilu(inputs, a):
    k = 0 if len(inputs) < 2 else int(data(inputs[1]))
    return (np.triu if a.get("upper", 1) else np.tril)(inputs[0], k)


def compress(inputs, a):
    return np.compress(data(inputs[1]), inputs[0], axis=a.get("axis"))


def depth_to_space(inputs, a):
    (x,), b = inputs, a["blocksize"]
    n, c, h, w = x.shape
    if a.get("mode", "DCR") == "DCR":
        y = np.transpose(np.reshape(x, (n, b, b, c // b**2, h, w)), (0, 3, 4, 1, 5, 2))
    else:
        y = np.transpose(np.reshape(x, (n, c // b**2, b, b, h, w)), (0, 1, 4, 2, 5, 3))
    return np.reshape(y, (n, c // b**2, h * b, w * b))


def space_to_depth(inputs, a):
    (x,), b = inputs, a["blocksize"]
    n, c, h, w = x.shape
    order = (0, 3, 5, 1, 2, 4) if a.get("mode", "DCR") == "DCR" else (0, 1, 3, 5, 2, 4)
    y = np.transpose(np.reshape(x, (n, c, h // b, b, w // b, b)), order)
    return np.reshape(y, (n, c * b * b, h // b, w // b))


# -- indexing -------------------------------------------------------------------------------------


def gather(inputs, a):
    return np.take(inputs[0], data(inputs[1]), axis=a.get("axis", 0))


def wrapped(index, n):
    return np.where(index < 0, index + n, index)


def gather_elements(inputs, a):
    x, index, axis = inputs[0], data(inputs[1]), a.get("axis", 0)
    grid = list(np.indices(index.shape))
    grid[axis] = wrapped(index, x.shape[axis])
    return x[tuple(grid)]


def gather_nd(inputs, a):
    x, index, b = inputs[0], data(inputs[1]), a.get("batch_dims", 0)
    batch = np.indices(index.shape[:-1], sparse=True)[:b]
    return x[(*batch, *np.moveaxis(index, -1, 0))]


def scattered(x, index, v, how):
    if how == "none":
        y = x.copy()
        y[index] = v
        return y
    if how == "add":
        return x + ops.scatter_add(v, index, x.shape)
    raise NotImplementedError(how)


def scatter_elements(inputs, a):
    x, index, v = inputs
    index, axis = data(index), a.get("axis", 0)
    grid = list(np.indices(index.shape))
    grid[axis] = wrapped(index, x.shape[axis])
    return scattered(x, tuple(grid), v, a.get("reduction", "none"))


def scatter_nd(inputs, a):
    x, index, v = inputs
    return scattered(x, tuple(np.moveaxis(data(index), -1, 0)), v, a.get("reduction", "none"))


def one_hot(inputs, a):
    labels, classes, values = inputs
    n = int(np.ravel(data(classes))[0])
    hot = ops.one_hot(data(labels).astype(np.int64) % n, n, bool)
    labels = data(labels)[..., None]
    hot = hot & (labels >= -n) & (labels < n)
    return np.where(np.moveaxis(hot, -1, a.get("axis", -1)), values[1], values[0])


def top_k(inputs, a):
    x, k = inputs
    axis, k = a.get("axis", -1), ints(k)[0]
    order = np.argsort(data(-x if a.get("largest", 1) else x), axis=axis, kind="stable")
    order = np.take(order, range(k), axis=axis)
    return np.take_along_axis(x, order, axis), order


def reverse_sequence(inputs, a):
    x, lengths = inputs
    time, batch = a.get("time_axis", 0), a.get("batch_axis", 1)
    n = x.shape[time]
    t = np.arange(n)[:, None]
    lengths = np.asarray(data(lengths))[None]
    index = np.where(t < lengths, lengths - 1 - t, t)  # (time, batch)
    index = index if time < batch else index.T
    shape = [1] * x.ndim
    shape[time], shape[batch] = n, x.shape[batch]
    index = np.broadcast_to(index.reshape(shape), x.shape)
    return np.take_along_axis(x, index, time)


def cumulative(f):
    def call(inputs, a):
        x, (axis,) = inputs[0], ints(inputs[1])
        x = np.flip(x, axis) if a.get("reverse") else x
        if a.get("exclusive"):
            y = f(x, axis=axis % x.ndim, include_initial=True)
            y = y[(slice(None),) * (axis % x.ndim) + (slice(0, -1),)]
        else:
            y = f(x, axis=axis % x.ndim)
        return np.flip(y, axis) if a.get("reverse") else y

    return call


# -- others ---------------------------------------------------------------------------------------


def clip(inputs, a):
    x, low, high = [*inputs, None, None][:3]
    low, high = a.get("min", low), a.get("max", high)
    if low is not None and high is not None:  # ONNX lets the minimum be above the maximum
        return np.clip(x, low, high)
    return x + 0 if low is None and high is None else np.clip(x, low, high)


def hard_sigmoid(inputs, a):
    (x,), alpha, beta = inputs, a.get("alpha", 0.2), a.get("beta", 0.5)
    if (alpha, beta) == (np.float32(1 / 6), 0.5):
        return ops.hard_sigmoid(x)
    return np.clip(alpha * x + beta, 0, 1)


def selu(inputs, a):
    (x,) = inputs
    return a["gamma"] * ops.elu(x, a["alpha"]) if a.keys() >= {"alpha", "gamma"} else ops.selu(x)


def shrink(inputs, a):
    (x,), bias, lambd = inputs, a.get("bias", 0.0), a.get("lambd", 0.5)
    return np.where(x > lambd, x - bias, np.where(x < -lambd, x + bias, 0))


def gemm(inputs, a):
    x, w, c = [*inputs, None][:3]
    x = np.transpose(x) if a.get("transA") else x
    w = np.transpose(w) if a.get("transB") else w
    y = a.get("alpha", 1.0) * (x @ w)
    return y if c is None else y + a.get("beta", 1.0) * c


def hardmax(inputs, a):
    x, axis = data(inputs[0]), a.get("axis", -1)
    return np.moveaxis(ops.one_hot(np.argmax(x, axis), x.shape[axis], x.dtype), -1, axis)


def dft(inputs, a):
    x, n, axis = [*inputs, None, None][:3]
    axis = ints(axis)[0] if axis is not None else a.get("axis", -2)
    axis, n = axis % x.ndim, None if n is None else ints(n)[0]
    if a.get("inverse"):
        z = x[..., 0] + 1j * x[..., 1] if x.shape[-1] == 2 else x[..., 0]
        if a.get("onesided"):
            return np.fft.irfft(z, n, axis)[..., None]
        z = np.fft.ifft(z, n, axis)
    elif a.get("onesided"):
        z = np.fft.rfft(x[..., 0], n, axis)
    else:
        z = np.fft.fft(x[..., 0] + 1j * x[..., 1] if x.shape[-1] == 2 else x[..., 0], n, axis)
    return np.stack([np.real(z), np.imag(z)], axis=-1).astype(x.dtype)


def mod(inputs, a):
    return (np.fmod if a.get("fmod") else np.remainder)(*inputs)


def is_inf(inputs, a):
    x = data(inputs[0])
    return np.isinf(x) & (
        (x > 0) & bool(a.get("detect_positive", 1)) | (x < 0) & bool(a.get("detect_negative", 1))
    )


def dtype_of(code):
    return onnx.helper.tensor_dtype_to_np_dtype(code)


def cast(inputs, a):
    return np.astype(inputs[0], dtype_of(a["to"]))


def constant(inputs, a):
    if "value" in a:
        return onnx.numpy_helper.to_array(a["value"])
    ((name, v),) = ((k, v) for k, v in a.items() if k.startswith("value_"))
    return np.array(v, np.float32 if "float" in name else np.int64)


def constant_of_shape(inputs, a):
    v = onnx.numpy_helper.to_array(a["value"]) if "value" in a else np.zeros(1, np.float32)
    return np.full(ints(inputs[0]), v[0])


def shape_of(inputs, a):
    return np.array(inputs[0].shape[a.get("start", 0) : a.get("end")], np.int64)


def range_of(inputs, a):
    return np.arange(*(data(x).item() for x in inputs)).astype(inputs[0].dtype)


def power(inputs, a):
    x, y = inputs
    return np.astype(np.power(x, y), x.dtype)


def divide(inputs, a):
    a, b = inputs
    if a.dtype.kind == "f":
        return a / b
    return np.trunc(np.true_divide(a, b)).astype(a.dtype)


def gelu(inputs, a):
    return ops.gelu(*inputs, a.get("approximate", "none"))


def einsum(inputs, a):
    return np.einsum(a["equation"].replace(" ", ""), *inputs)


OPERATORS = {
    **{name: one(f) for name, f in {
        "Abs": np.abs, "Acos": np.arccos, "Acosh": np.arccosh, "Add": np.add, "And": np.logical_and,
        "Asin": np.arcsin, "Asinh": np.arcsinh, "Atan": np.arctan, "Atanh": np.arctanh,
        "Ceil": np.ceil, "Cos": np.cos, "Cosh": np.cosh, "Det": np.linalg.det, "Equal": np.equal,
        "Erf": ops.erf, "Exp": np.exp, "Floor": np.floor, "Greater": np.greater,
        "GreaterOrEqual": np.greater_equal, "HardSwish": ops.hard_swish, "Identity": np.copy,
        "IsNaN": np.isnan, "Less": np.less, "LessOrEqual": np.less_equal, "Log": np.log,
        "MatMul": np.matmul, "Mish": ops.mish, "Mul": np.multiply, "Neg": np.negative,
        "Not": np.logical_not, "Or": np.logical_or, "PRelu": ops.prelu, "Reciprocal": np.reciprocal,
        "Relu": ops.relu, "Round": np.round, "Sigmoid": ops.sigmoid, "Sign": np.sign, "Sin": np.sin,
        "Sinh": np.sinh, "Softplus": ops.softplus, "Softsign": ops.softsign, "Sqrt": np.sqrt,
        "Sub": np.subtract, "Tan": np.tan, "Tanh": np.tanh, "Xor": np.logical_xor,
        "GlobalAveragePool": ops.global_avg_pool, "GlobalMaxPool": ops.global_max_pool,
    }.items()},
    "Celu": with_attributes(ops.celu, alpha="alpha"),
    "Elu": with_attributes(ops.elu, alpha="alpha"),
    "LeakyRelu": with_attributes(ops.leaky_relu, alpha="slope"),
    "Selu": selu,
    "Gelu": gelu, "HardSigmoid": hard_sigmoid, "Shrink": shrink, "Clip": clip,
    "Swish": lambda x, a: x[0] * ops.sigmoid(a.get("alpha", 1.0) * x[0]),
    "ThresholdedRelu": lambda x, a: np.where(x[0] > a.get("alpha", 1.0), x[0], 0),
    "Div": divide, "Pow": power, "Mod": mod, "IsInf": is_inf,
    "Where": lambda x, a: np.where(data(x[0]), x[1], x[2]),
    "Max": fold_over(np.maximum), "Min": fold_over(np.minimum), "Sum": fold_over(np.add),
    "Mean": lambda x, a: functools.reduce(np.add, x) / len(x),
    "Softmax": lambda x, a: ops.softmax(*x, a.get("axis", -1)),
    "LogSoftmax": lambda x, a: ops.log_softmax(*x, a.get("axis", -1)), "Hardmax": hardmax,
    "ReduceL1": reduce(lambda x, **o: np.sum(np.abs(x), **o)),
    "ReduceL2": reduce(lambda x, **o: np.sqrt(np.sum(x * x, **o))),
    "ReduceLogSum": reduce(lambda x, **o: np.log(np.sum(x, **o))),
    "ReduceLogSumExp": reduce(ops.logsumexp), "ReduceMax": reduce(np.max),
    "ReduceMean": reduce(np.mean), "ReduceMin": reduce(np.min), "ReduceProd": reduce(np.prod),
    "ReduceSum": reduce(np.sum), "ReduceSumSquare": reduce(lambda x, **o: np.sum(x * x, **o)),
    "ArgMax": arg(np.argmax), "ArgMin": arg(np.argmin),
    "CumSum": cumulative(np.cumulative_sum), "CumProd": cumulative(np.cumulative_prod),
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": max_pool, "AveragePool": avg_pool,
    "LpPool": lp_pool, "LRN": lrn, "Col2Im": col2im,
    "BatchNormalization": batch_norm, "InstanceNormalization": instance_norm,
    "LayerNormalization": layer_norm, "RMSNormalization": rms_norm,
    "GroupNormalization": group_norm, "MeanVarianceNormalization": mean_variance_norm,
    "LpNormalization": lp_norm, "Dropout": lambda x, a: (np.copy(x[0]), np.ones(x[0].shape, bool)),
    "NegativeLogLikelihoodLoss": nll_loss, "SoftmaxCrossEntropyLoss": cross_entropy,
    "Gemm": gemm, "Einsum": einsum, "DFT": dft,
    "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Reshape": reshape, "Flatten": flatten,
    "Transpose": lambda x, a: np.transpose(*x, a.get("perm")), "Expand": expand,
    "Tile": lambda x, a: np.tile(x[0], ints(x[1])), "Split": split, "Slice": slices, "Pad": pad,
    "Concat": lambda x, a: np.concatenate(x, a["axis"]), "Trilu": trilu, "Compress": compress,
    "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth,
    "Gather": gather, "GatherElements": gather_elements, "GatherND": gather_nd,
    "Scatter": scatter_elements, "ScatterElements": scatter_elements, "ScatterND": scatter_nd,
    "OneHot": one_hot, "TopK": top_k, "ReverseSequence": reverse_sequence,
    "Cast": cast, "CastLike": lambda x, a: np.astype(x[0], x[1].dtype),
    "Constant": constant, "ConstantOfShape": constant_of_shape, "Shape": shape_of,
    "Size": lambda x, a: np.array(data(x[0]).size, np.int64), "Range": range_of,
    "NonZero": lambda x, a: np.array(np.nonzero(data(x[0])), np.int64),
}  # fmt: skip

# Operators without a counterpart, which no case can be replayed of, by the reason.
WITHOUT = {
    reason: names.split()
    for reason, names in {
        "quantised numbers": "QuantizeLinear DequantizeLinear DynamicQuantizeLinear QLinearConv "
        "QLinearMatMul ConvInteger MatMulInteger",
        "integers or bits": "BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor",
        "strings": "RegexFullMatch StringConcat StringNormalizer StringSplit TfIdfVectorizer",
        "sequences and optional values": "OptionalGetElement OptionalHasElement SequenceEmpty "
        "SequenceInsert SequenceLength SequenceMap SplitToSequence",
        "control flow, which is Python's": "If Loop Scan",
        "random numbers": "Bernoulli RandomUniformLike",
        "images and detection": "AffineGrid CenterCropPad DeformConv GridSample ImageDecoder "
        "NonMaxSuppression Resize RoiAlign Upsample",
        "recurrent and attention layers": "Attention CausalConvWithState FlexAttention GRU LSTM "
        "LinearAttention RNN RotaryEmbedding SwiGLU TensorScatter",
        "optimisers": "Adagrad Adam Momentum",
        "traditional machine learning": "ArrayFeatureExtractor Binarizer LabelEncoder TreeEnsemble",
        "signals and constants": "BlackmanWindow EyeLike HammingWindow HannWindow MelWeightMatrix "
        "STFT",
        "NumPy's own has other results": "MaxUnpool Unique",
    }.items()
}

# Cases of operators that have a counterpart, which must fail: one that passes is to be taken off.
LEFT_OUT = {
    name: reason
    for reason, names in {
        "padding of more than half the window is refused": "averagepool_2d_pads "
        "averagepool_2d_pads_count_include_pad lppool_2d_pads maxpool_2d_pads",
        "average and Lp pooling have no dilation": "averagepool_2d_dilations "
        "averagepool_3d_dilations_small lppool_2d_dilations "
        "averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_True "
        "averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_False "
        "averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True "
        "averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_False",
        "dropout in training: another generator of random numbers": "training_dropout "
        "training_dropout_default training_dropout_default_mask training_dropout_mask",
        "max_pool does not give the places of the winners": ""
        "maxpool_with_argmax_2d_precomputed_pads maxpool_with_argmax_2d_precomputed_strides",
        "the largest of no elements is refused, as NumPy does": "reduce_max_empty_set "
        "reduce_min_empty_set",
        "scatter by product or extreme": "scatter_elements_with_reduction_mul "
        "scatter_elements_with_reduction_max scatter_elements_with_reduction_min "
        "scatternd_multiply scatternd_max scatternd_min scatternd_max_with_element_indices "
        "scatternd_min_with_element_indices",
    }.items()
    for name in names.split()
}  # fmt: skip


def attributes(node):
    values = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return {k: v.decode() if isinstance(v, bytes) else v for k, v in values.items()} | {
        "outputs": len(node.output)
    }


def run(graph, inputs):
    """The outputs of a graph of nodes."""
    known = {x.name: onnx.numpy_helper.to_array(x) for x in graph.initializer} | inputs
    for node in graph.node:
        xs = [known.get(name) if name else None for name in node.input]
        ys = OPERATORS[node.op_type](xs, attributes(node))
        ys = ys if isinstance(ys, (tuple, list)) else [ys]
        known |= dict(zip(node.output, ys, strict=False))
    return [known[x.name] for x in graph.output]


def replay(case, inputs, expected):
    names = [x.name for x in case.model.graph.input]
    xs = [Tensor(x, requires_grad=True) if x.dtype.kind == "f" else x for x in inputs]
    with np.errstate(all="ignore"):
        ys = run(case.model.graph, dict(zip(names, xs, strict=True)))
        for y, e in zip(ys, expected, strict=True):
            assert (data(y).dtype, data(y).shape) == (e.dtype, e.shape)
            np.testing.assert_allclose(data(y), e, rtol=case.rtol or 1e-3, atol=case.atol or 1e-7)
        xs = [x for x in xs if type(x) is Tensor]
        ys = [y for y in ys if type(y) is Tensor and y.node is not None]
        if ys:
            for x, d in zip(xs, gradients(sum(np.sum(y) for y in ys), xs), strict=True):
                assert (d.shape, d.dtype) == (x.shape, x.dtype)


def operator_of(case):
    """The operator a case is of: the only node's, or "several" for a graph of others."""
    nodes = case.model.graph.node
    return nodes[0].op_type if len(nodes) == 1 else "several"


def without(case):
    """The operators of the graph that have no counterpart."""
    standard = ("", "ai.onnx")
    nodes = case.model.graph.node
    return [n.op_type for n in nodes if n.op_type not in OPERATORS or n.domain not in standard]


def arrays(values):
    """As arrays; None if there is something else."""
    values = [
        onnx.numpy_helper.to_array(v) if isinstance(v, onnx.TensorProto) else v for v in values
    ]
    if not all(isinstance(v, (np.ndarray, np.generic)) for v in values):
        return None
    return [np.asarray(v) for v in values]


def outcome(case):
    """'passed', or why the case is left out; an AssertionError or another error of the case."""
    for inputs, expected in case.data_sets:
        inputs, expected = arrays(inputs), arrays(expected)
        if inputs is None or expected is None:
            return "sequences and optional values"
        if any(x.dtype.name not in NUMPY for x in (*inputs, *expected)):
            return "a dtype that NumPy does not have"
        if not any(x.dtype.kind == "f" for x in inputs):
            return "no input is floating"
        replay(case, inputs, expected)
    return "passed"


def outcomes(operator):
    """The outcome of every case of an operator, and the errors of those that should have passed."""
    found, errors = {}, []
    for case in every_case():
        if operator_of(case) != operator or without(case):
            continue
        name = case.name.removeprefix("test_")
        try:
            found[name] = outcome(case)
        except Exception as e:
            if name in LEFT_OUT:
                found[name] = LEFT_OUT[name]
            else:
                errors.append(f"{name}: {type(e).__name__}: {e}")
        else:
            if name in LEFT_OUT and found[name] == "passed":
                errors.append(f"{name} passes: take it out of LEFT_OUT")
    return found, errors


@pytest.mark.parametrize("operator", [*OPERATORS, "several"])
def test_operator(operator, record_property):
    found, errors = outcomes(operator)
    record_property("cases of ONNX", sum(o == "passed" for o in found.values()))
    record_property("of ONNX left out for a reason", sum(o != "passed" for o in found.values()))
    assert not errors, "\n".join(errors)


def test_every_case_is_of_an_operator_in_a_table(record_property):
    """Operators that a later ONNX adds are let through, and counted as without a counterpart."""
    listed = {name for names in WITHOUT.values() for name in names}
    assert not listed & OPERATORS.keys()
    missing = [case for case in every_case() if without(case)]
    replayed = [case for case in every_case() if not without(case)]
    record_property("of ONNX without a counterpart here", len(missing))
    assert {operator_of(case) for case in replayed} <= {*OPERATORS, "several"}
    assert len(replayed) > 2 * len(missing)
    if onnx.__version__.startswith("1.23."):
        assert {name for case in missing for name in without(case)} <= listed
