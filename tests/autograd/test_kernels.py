"""Compiled kernels give what NumPy's give; which are used; products by BLAS in one thread."""

import functools
import importlib.util
import inspect
import math
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import Tensor, gradients, kernels, ops
from autograd.kernels import (
    classification,
    convolution,
    normalization,
    pooling,
    products,
    recurrent,
    recurrent_walk,
    scatter,
)
from autograd.kernels.windows import Geometry
from tests.autograd.geometries import geometries

pytest.importorskip("numba", reason="the extra fast is not installed")
DTYPES = st.sampled_from([np.float32, np.float64])


def both(kernel, *args, twin=None, declines=False):
    """What the compiled kernel gives, checked against NumPy's, or that it leaves this to NumPy."""
    if not callable(twin):
        module, name = (twin or f"{kernel.__module__}.{kernel.__name__}").split(".")[-2:]
        twin = getattr(kernels.twins(module), name)
    plain, fast = kernel.__wrapped__(*args), twin(*args)
    assert (fast is NotImplemented) == declines
    if declines:
        return plain
    for a, b in zip(*((v if type(v) is tuple else (v,)) for v in (plain, fast)), strict=True):
        if a is None:
            assert b is None
            continue
        assert b.shape == a.shape and b.dtype == a.dtype
        tolerance = 1e-5 if a.dtype == np.float32 else 1e-12
        scale = max(1, np.abs(a[np.isfinite(a)]).max(initial=0))
        np.testing.assert_allclose(b, a, rtol=tolerance, atol=tolerance * scale)
    return plain


@given(geometries(images=20, groups=3, inputs=3, outputs=6), DTYPES, st.integers(0, 9))
@settings(max_examples=150)
def test_convolution(case, dtype, seed):
    x_shape, w_shape, options = case
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=x_shape).astype(dtype), rng.normal(size=w_shape).astype(dtype)
    b = rng.normal(size=w_shape[0]).astype(dtype) if seed % 2 else None
    (kernel, stride, padding, dilation), _ = options
    padded = any(map(any, padding))
    product = math.prod(kernel) == 1 and set(stride) == {1} and not padded  # BLAS does it better
    y = both(convolution.conv, x, w, b, *options, declines=product)
    g = rng.normal(size=y.shape).astype(dtype)
    both(convolution.conv_dx, g, w, x_shape, *options, declines=product)
    both(convolution.conv_dw, x, g, w_shape, *options, declines=product)
    by_rows = len(kernel) < 3 and set(dilation) == {1} and stride[-1] < 3
    g = both(pooling.sum_pool, x, options[0], 2, declines=not by_rows)
    both(pooling.sum_unpool, g, x_shape, options[0], 2, declines=not by_rows)


@given(
    st.tuples(st.integers(1, 4), st.integers(1, 9)),
    st.tuples(st.integers(1, 12), st.integers(1, 70)),
    st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 3), st.integers(0, 9)),
    st.integers(1, 2),
    DTYPES,
    st.integers(0, 9),
)
@settings(max_examples=150)
def test_convolution_of_every_channel_by_itself(kernel, more, pads, d, dtype, seed):
    rng, channels = np.random.default_rng(seed), 1 + seed % 5
    kernel, padding = kernel[-d:], ((pads[0], pads[2]), (pads[1], pads[3]))[-d:]
    size = tuple(max(1, k + m - p - q) for k, m, (p, q) in zip(kernel, more[-d:], padding))
    geometry = Geometry(kernel, (1,) * d, padding, (1,) * d)
    x = rng.normal(size=(1 + seed % 3, channels, *size)).astype(dtype)
    w = rng.normal(size=(channels, 1, *kernel)).astype(dtype)
    b = rng.normal(size=channels).astype(dtype) if seed % 2 else None
    assume(min(geometry.out(size)) > 0 and math.prod(kernel) > 1)
    assert kernels.twins("depthwise").conv(x, w, b, geometry, channels) is not NotImplemented
    y = both(convolution.conv, x, w, b, geometry, channels)
    g = rng.normal(size=y.shape).astype(dtype)
    both(convolution.conv_dx, g, w, x.shape, geometry, channels)
    both(convolution.conv_dw, x, g, w.shape, geometry, channels)
    x.flat[seed % x.size], g.flat[seed % g.size] = np.inf, np.nan
    with np.errstate(invalid="ignore"):
        both(convolution.conv, x, w, b, geometry, channels)
        both(convolution.conv_dx, g, w, x.shape, geometry, channels)


@pytest.mark.parametrize("size", [20, 70, 200])
def test_convolution_of_large_images_in_strips(size, rng=np.random.default_rng(0)):
    x = rng.normal(size=(2, 3, size, size + 1)).astype(np.float32)
    w = rng.normal(size=(5, 3, 3, 3)).astype(np.float32)
    for stride in (1, 2):
        options = Geometry((3, 3), (stride, 1), ((1, 1), (1, 2)), (1, 1)), 1
        y = both(convolution.conv, x, w, None, *options)
        both(convolution.conv_dx, y, w, x.shape, *options)
        both(convolution.conv_dw, x, y, w.shape, *options)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_infinite_stays_where_it_is(bad, use_kernels, rng=np.random.default_rng(0)):
    use_kernels("numba")
    x, w = rng.normal(size=(1, 1, 6, 6)), rng.normal(size=(1, 1, 3, 3))
    for stride in ((1, 1), (2, 2)):  # with a stride of 2 the last pixel is in no window
        options = Geometry((3, 3), stride, ((0, 0), (0, 0)), (1, 1)), 1
        g = convolution.conv(x, w, None, *options)
        x_bad, w_bad = x.copy(), w.copy()
        x_bad[..., -1, -1] = w_bad[..., 0, 0] = bad
        for kernel, args in (
            (convolution.conv_dw, (x_bad, g, w.shape)), (convolution.conv_dx, (g, w_bad, x.shape)),
            (convolution.conv, (x_bad, w, None)),
        ):  # fmt: skip
            expected = kernel.__wrapped__(*args, *options)
            np.testing.assert_allclose(kernel(*args, *options), expected, atol=1e-12)


@given(
    st.tuples(*(st.integers(1, n) for n in (4, 3))),
    st.tuples(st.integers(2, 40), st.integers(2, 70)),
    DTYPES,
    st.integers(0, 9),
)
@settings(max_examples=60)
def test_max_pool_of_pairs(images, size, dtype, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=images + size).astype(dtype)
    x[0] = np.round(x[0])  # ties
    x[-1].flat[seed % 4] = np.nan
    x[0, -1, :2, :2] = -np.inf
    geometry = Geometry((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
    y = both(pooling.max_pool, x, geometry)
    g = rng.normal(size=y.shape).astype(dtype)
    both(pooling.max_unpool, g, x, y, geometry)


@st.composite
def pools(draw):
    """Windows of images and of lines, as the compiled kernels take them, and what they are over."""
    d = draw(st.integers(1, 2))
    kernel = tuple(draw(st.integers(1, 20 if k == d - 1 else 5)) for k in range(d))
    stride = tuple(draw(st.integers(1, 2 if k == d - 1 else 3)) for k in range(d))
    padding = tuple((draw(st.integers(0, k - 1)), draw(st.integers(0, k - 1))) for k in kernel)
    size = tuple(draw(st.integers(max(1, k), 40)) for k in kernel)
    geometry = Geometry(kernel, stride, padding, (1,) * d)
    return (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *size), geometry


@given(pools(), DTYPES, st.integers(0, 9))
@settings(max_examples=120)
def test_pools_row_by_row(case, dtype, seed):
    from autograd.kernels.compiled.vectors import lanes

    (shape, geometry), rng = case, np.random.default_rng(seed)
    padded = any(map(any, geometry[2]))
    x = np.round(2 * rng.normal(size=shape)).astype(dtype)  # with ties
    x.flat[seed % x.size] = (np.nan, -np.inf, np.inf, 0, 1)[seed % 5]
    with np.errstate(invalid="ignore"):
        y = both(pooling.max_pool, x, geometry)
        g = rng.normal(size=y.shape).astype(dtype)
        far = (geometry.kernel[-1] - 1) // geometry.stride[-1] > min(15, lanes(x.itemsize))
        tied = padded and bool(np.isneginf(y).any())  # with the padding, which must not win
        both(pooling.max_unpool, g, x, y, geometry, declines=far or tied)
        g.flat[seed % g.size] = (np.inf, -np.inf)[seed % 2]  # its window alone gets it
        both(pooling.max_unpool, g, x, y, geometry, declines=far or tied)
        g = rng.normal(size=y.shape).astype(dtype)
        x_low, y_low = np.full_like(x, -np.inf), np.full_like(y, -np.inf)
        both(pooling.max_unpool, g, x_low, y_low, geometry, declines=far or padded)
        x[~np.isfinite(x)] = 0
        both(pooling.sum_pool, x, geometry, 1 + seed)
        both(pooling.sum_unpool, g, x.shape, geometry, 1 + seed)


@given(
    st.sampled_from([(4, 3), (2, 3, 5), (3, 2, 4, 5), (17, 1, 9, 9), (2, 2, 2, 2, 2)]),
    DTYPES,
    st.integers(0, 9),
)
@settings(max_examples=40)
def test_batch_norm(shape, dtype, seed):
    rng = np.random.default_rng(seed)
    x, g = (rng.normal(3, 2, size=shape).astype(dtype) for _ in range(2))
    weight, bias = (rng.normal(size=shape[1]).astype(dtype) for _ in range(2))
    _, mean, var = both(normalization.batch_norm, x, weight, bias, 1e-5)
    both(normalization.batch_norm_backward, g, x, weight, mean, var, 1e-5)
    if x.ndim > 2:
        both(normalization.scale_channels, x, weight, bias)
        both(normalization.scale_channels, x, weight, None)
        both(normalization.over_channels, g)
        both(normalization.dot_over_channels, g, x)


@given(
    st.lists(st.integers(1, 6), max_size=2), st.integers(1, 70), st.booleans(), DTYPES,
    st.integers(0, 9),
)  # fmt: skip
@settings(max_examples=60)
def test_layer_norm(lead, n, affine, dtype, seed):
    rng = np.random.default_rng(seed)
    x, g = (rng.normal(3, 2, size=(*lead, 40, n)).astype(dtype) for _ in range(2))
    weight, bias = (rng.normal(size=n).astype(dtype) if affine else None for _ in range(2))
    for centred in (True, False):
        both(normalization.layer_norm, x, weight, bias if centred else None, 1e-3, centred)
        both(normalization.layer_norm_backward, g, x, weight, 1e-3, centred)


@pytest.mark.parametrize("mean", [0, 10_000])
def test_norms_of_long_rows_far_from_zero(mean, rng=np.random.default_rng(0)):
    x = rng.normal(mean, 1, (1, 2, 1_000_000)).astype(np.float32)
    expected = (x - np.mean(x, 2, float, keepdims=True)) / np.std(x, 2, float, keepdims=True)
    one, atol = np.ones(2, np.float32), 2e-6 + 1e-7 * mean
    module = kernels.twins("normalization")
    assert np.allclose(module.layer_norm(x, None, None, 0.0, True), expected, 0, atol)
    assert np.allclose(module.batch_norm(x, one, 0 * one, 0.0)[0], expected, 0, atol)
    g = rng.normal(size=x.shape).astype(np.float32)
    dx = g - np.mean(g, 2, float, keepdims=True)
    dx = dx - expected * np.mean(g * expected, 2, keepdims=True)
    dx = dx / np.std(x, 2, float, keepdims=True)
    assert np.allclose(module.layer_norm_backward(g, x, None, 0.0, True)[0], dx, 0, 1e-5)


@given(
    st.integers(1, 300), st.integers(1, 40), st.integers(1, 20),
    st.sampled_from([np.float32, np.float64, np.float16]), st.sampled_from(["i1", "u2", "i8"]),
    st.integers(0, 9),
)  # fmt: skip
@settings(max_examples=60)
def test_rows_added_at_places_that_repeat(m, n, rows, dtype, kind, seed):
    rng = np.random.default_rng(seed)
    x, index = rng.normal(size=(n, m)).astype(dtype).T, rng.integers(0, rows, m)
    if dtype != np.float16:
        both(scatter.sum_rows, x, index, rows)
    index = (index - rows * (rng.random(m) < 0.3) * (kind[0] == "i")).astype(kind)
    y = ops.scatter_add(x.reshape(m, n, 1), index, (rows, n, 1))
    expected = np.zeros((rows, n, 1))
    np.add.at(expected, index, x.reshape(m, n, 1))
    assert y.dtype == dtype
    np.testing.assert_allclose(y, expected, rtol=0, atol=m * float(np.finfo(dtype).eps))


def test_rows_added_outside_of_a_table_are_refused():
    for index in (np.array([0, 3]), np.array([-4, 0])):
        with pytest.raises(IndexError, match="out of bounds for axis 0 with size 3"):
            ops.scatter_add(np.ones((2, 5)), index, (3, 5))


@given(
    st.sampled_from([(1, 1), (4, 3), (3, 40), (33, 17)]),
    st.sampled_from([1, 300]),
    st.integers(0, 9),
)
@settings(max_examples=40)
def test_cross_entropy(shape, scale, seed):
    rng = np.random.default_rng(seed)
    x, labels = rng.normal(0, scale, shape).astype(np.float32), rng.integers(0, shape[1], shape[0])
    x.flat[rng.integers(x.size)] = rng.choice([-np.inf, np.nan, 0])
    with np.errstate(all="ignore"):
        y = both(classification.cross_entropy, x, labels.astype(np.int32))
        g = rng.normal(size=y.shape).astype(np.float32)
        both(classification.cross_entropy_dx, g, x, labels)


def test_exponentials():
    """The vectors' e^x, over all that a score minus the largest can be."""
    x = np.concatenate([-np.geomspace(1e-8, 120, 4096), [0, -np.inf]])[None].astype(np.float32)
    shares = kernels.twins("classification").cross_entropy_dx(
        np.ones(1, np.float32), x, np.array([x.size - 2])
    )
    e = np.exp(x.astype(float))
    np.testing.assert_allclose(shares[0, :-2], (e / e.sum())[0, :-2], rtol=4e-7, atol=1e-38)
    assert shares[0, -1] == 0


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@given(
    st.tuples(*(st.integers(1, n) for n in (4, 40, 40))),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 9),
)
@settings(max_examples=40)
def test_a_recurrent_layer_in_one_walk(cell, sizes, masked, reverse, biased, seed):
    """The compiled walk, its rows in parts, gives what NumPy's gives for all rows at once."""
    (steps, n, width), rng = sizes, np.random.default_rng(seed)
    k = {"lstm": 4, "gru": 3}[cell]

    def normal(*shape):
        return rng.normal(size=shape).astype(np.float32)

    x, w_ih = normal(steps, n, 3), normal(k * width, 3)
    w_hh = normal(k * width, width) / np.float32(width**0.5)  # else roundings grow step by step
    biases = [normal(k * width) if biased else None for _ in range(5 - k)]  # a GRU has two
    states = [normal(n, width) for _ in range(k - 2)]  # an LSTM has two
    mask = rng.random((steps, n)) < 0.6 if masked else None
    forward, backward = (getattr(recurrent, f"{cell}_{way}") for way in ("forward", "backward"))
    g = (normal(steps, n, width), normal(n, width)) if cell == "lstm" else normal(steps, n, width)
    found = []
    for walks, heavy in ((recurrent_walk, np.inf), (kernels.twins("recurrent_walk"), 0)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(recurrent, "_walks", lambda gates, walks=walks: walks)
            patch.setattr(recurrent, "HEAVY", heavy)
            y, tape = forward(x, w_ih, w_hh, *biases, *states, mask, reverse)
            back = backward(g, w_hh, mask, reverse, tape)
        results = [*(y if cell == "lstm" else [y]), tape.before, back.delta, back.recurrent]
        found.append([*results, back.h0, *([back.c0] if cell == "lstm" else [])])
    for plain, fast in zip(*found, strict=True):
        assert plain.dtype == fast.dtype == np.float32
        np.testing.assert_allclose(fast, plain, rtol=1e-4, atol=2e-5 * max(1, np.abs(plain).max()))


@st.composite
def matrices(draw):
    """Two that the compiled product takes, by rows, by columns, or as a part of a larger one."""
    seed, dtype = draw(st.integers(0, 9)), draw(DTYPES)
    rng, lanes = np.random.default_rng(seed), 64 // np.dtype(dtype).itemsize
    n, k = draw(st.integers(4, 70)), draw(st.integers(lanes, 90))
    full = lanes * draw(st.integers(1, 200 // lanes))
    m = full - draw(st.integers(0, full // 5))  # few lanes of the last vector are idle

    def laid(rows, columns):
        a = rng.normal(size=(rows, columns)).astype(dtype)
        way = draw(st.sampled_from(["rows", "columns", "part"]))
        if way == "columns":
            return np.asfortranarray(a)
        return np.pad(a, ((0, 0), (1, 2)))[:, 1:-2] if way == "part" else a

    return laid(n, k), laid(k, m)


@given(matrices())
@settings(max_examples=150)
def test_a_compiled_product(case):
    both(products.matmul, *case)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_a_compiled_product_keeps_rows_and_columns_apart(bad, rng=np.random.default_rng(0)):
    a, b = rng.normal(size=(9, 40)), rng.normal(size=(40, 101))
    a[3, 5], b[6, 77] = bad, -bad
    with np.errstate(invalid="ignore"):
        y = both(products.matmul, a, b)
    assert np.isfinite(np.delete(np.delete(y, 3, 0), 77, 1)).all()


SOFT = {"softmax": ops.softmax, "log_softmax": ops.log_softmax}


@pytest.mark.parametrize("name", SOFT)
@given(
    st.lists(st.integers(1, 40), max_size=2), st.integers(1, 100), st.sampled_from([0.1, 1, 40]),
    st.booleans(), st.integers(0, 9),
)  # fmt: skip
@settings(max_examples=60)
def test_softmax(name, lead, n, scale, wild, seed):
    rng = np.random.default_rng(seed)
    x, g = (rng.normal(scale=s, size=(*lead, n)).astype(np.float32) for s in (scale, 1))
    if wild:
        x.ravel()[rng.integers(0, x.size, 5)] = rng.choice([np.inf, -np.inf, np.nan, -1e30, 1e30])
    op, where = SOFT[name], f"classification.{name}"
    with np.errstate(all="ignore"):
        y = both(op.fn, x, -1, twin=where)
        both(op.formulas["x"], g, y, x.ndim - 1, twin=f"{where}_dx")
        both(op.fn, x.astype(float), -1, twin=where, declines=True)
        both(op.fn, x[None], 0, twin=where, declines=True)
        both(op.formulas["x"], g[None], y[None], 0, twin=f"{where}_dx", declines=True)


FORMULAS = {
    f"{name} {of}".strip(): f
    for name, op in ops.operations.items()
    for of, f in (("", op.fn), *op.formulas.items())
    if hasattr(f, "__wrapped__") and name not in SOFT
}
NUMBERS = {"slope": 0.2, "alpha": 1.5, "delta": 1.5}


@pytest.mark.parametrize("name", FORMULAS)
@given(st.integers(1, 50_000), DTYPES, st.booleans(), st.integers(0, 9))
@settings(max_examples=20)
def test_formulas_compiled(name, size, dtype, wild, seed):
    f, rng, compiled = FORMULAS[name].__wrapped__, np.random.default_rng(seed), kernels.twins
    takes = ["x"] if isinstance(f, np.ufunc) else list(inspect.signature(f).parameters)
    arrays = [rng.normal(0, 5, size).astype(dtype) for q in takes if q not in NUMBERS]
    numbers = [NUMBERS[q] for q in takes if q in NUMBERS]
    if wild:
        for a in arrays:
            places = rng.integers(0, size, 9)
            a[places] = rng.choice([0, -0.0, np.inf, -np.inf, np.nan, 1e-30, -1e30], 9)
    twin = functools.partial(compiled("formulas").mapped, f)
    double = dtype == np.float64 and compiled("formulas")._is_single(f)
    kept = dict(declines=double, twin=twin)
    with np.errstate(all="ignore"):
        both(FORMULAS[name], *arrays, *numbers, **kept)
        both(FORMULAS[name], *(a[::2] for a in arrays), *numbers, **kept)


def where(x):
    return x + 1


def test_a_function_of_ones_own_is_not_taken_for_numpys():
    x = np.zeros(3, np.float32)
    np.testing.assert_array_equal(kernels.twins("formulas").mapped(lambda x: where(x), x), 1)


def test_a_formula_is_compiled_for_what_it_is_made_from():
    """Numbers are of the arrays' dtype; other shapes and other numbers are left to NumPy."""
    mapped = kernels.twins("formulas").mapped
    x = np.linspace(-1, 1, 5, dtype=np.float32)
    for f in (lambda x: x * 3 + 0.1, lambda x: x * 4 + 0.1, lambda x: x * 4 + 0.2):
        y = mapped(f, x)
        assert y.dtype == np.float32 and np.array_equal(
            y, f(x)
        )  # not the one of before, from the cache
    for h in (np.fabs, np.sqrt):  # the same words, another meaning
        f = eval("lambda x: h(x) * 2", {"h": h})
        assert np.array_equal(mapped(f, x * x), f(x * x))
    assert mapped(lambda x: x * np.pi, np.ones(3)) is NotImplemented  # not by one of float32
    f = lambda x, z, a: np.where(x > 0, z, a)  # noqa: E731
    assert mapped(f, x, x[:, None], 2) is NotImplemented
    assert mapped(f, x, x, np.float64(2)) is mapped(f, x, x, True) is NotImplemented


@pytest.mark.parametrize("f", [ops.leaky_relu, ops.elu, ops.celu])
def test_formulas_with_options_that_are_not_given(f, use_kernels):
    use_kernels("numba")
    for dtype in (np.float32, np.float64):
        x = np.linspace(-2, 2, 9, dtype=dtype)
        np.testing.assert_allclose(f(x), f.fn.__wrapped__(x), rtol=1e-6)
    near, far = lambda x, k=2.0: k * x, lambda x, k=3.0: k * x
    assert [kernels.twins("formulas").mapped(f, x)[-1] for f in (near, far)] == [4, 6]


def test_digits_where_a_function_is_small():
    """Relative to the value, not to 1: erfc(9) is 4e-37, sigmoid(-80) 2e-35, elu(-1e-9) -1e-9."""
    x = np.concatenate([np.linspace(-80, 9, 9_001), [-1e-9, 1e-9, -1e-20]]).astype(np.float32)
    for name in ("sigmoid", "erfc", "elu", "softplus", "silu"):
        plain, numbers = FORMULAS[name].__wrapped__, (1.0,) if name == "elu" else ()
        for f in (plain, functools.partial(kernels.twins("formulas").mapped, plain)):
            expected = plain(x.astype(float), *numbers)
            np.testing.assert_allclose(f(x, *numbers), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "f",
    [np.tanh, ops.relu, ops.sigmoid, ops.gelu, ops.softmax, ops.log_softmax],
    ids=["tanh", "relu", "sigmoid", "gelu", "softmax", "log_softmax"],
)
def test_elementwise_where_it_is_used(f, use_kernels, rng=np.random.default_rng(0)):
    """The same values, gradients and second derivatives with either kernel, of any layout."""
    x = rng.normal(size=(40, 30, 50)).astype(np.float32)
    for a in (x, x.T, x[:, ::2], x.astype(np.float64), np.broadcast_to(x[0], x.shape), x[0, 0, 0]):
        found = []
        for name in ("numpy", "numba"):
            use_kernels(name)
            t = Tensor(a, requires_grad=True)
            y = f(t)
            dx = gradients(np.sum(y * y * y), t, create_graph=True)
            found.append((y.data, dx.data, gradients(np.sum(dx * dx), t)))
        for plain, fast in zip(*found, strict=True):
            assert fast.dtype == plain.dtype
            atol = 1e-4 * max(1, np.abs(plain).max())
            np.testing.assert_allclose(fast, plain, rtol=1e-4, atol=atol)


PLACE = Geometry((1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1))
LINES, IMAGE = np.zeros((2, 3, 5), np.float32), np.ones((1, 1, 7, 7))
LOW, LOW_Y = np.full((1, 1, 4, 4), -np.inf), np.full((1, 1, 5, 4), -np.inf)
DECLINED = [
    (products.matmul, np.ones((3, 64)), np.ones((64, 64))),  # few rows
    (products.matmul, np.ones((8, 3)), np.ones((3, 64))),  # short sums
    (products.matmul, np.ones((8, 1025)), np.ones((1025, 64))),  # long ones, beyond the cache
    (products.matmul, np.ones((8, 64)), np.ones((64, 9))),  # idle lanes
    (products.matmul, np.ones((2, 8, 64)), np.ones((64, 64))),
    (normalization.scale_channels, np.ones((2, 3)), np.ones(3), np.ones(3)),
    (normalization.over_channels, np.ones((2, 3))),
    (normalization.dot_over_channels, np.ones((2, 3)), np.ones((2, 3))),
    (convolution.conv, IMAGE, np.ones((2, 1, 1, 1)), None, PLACE, 1),
    (classification.cross_entropy, np.ones((2, 3)), np.zeros(2, int)),  # double precision
    (classification.cross_entropy, LINES, np.zeros((2, 5), int)),
    (classification.cross_entropy_dx, np.ones(2), np.ones((2, 3)), np.zeros(2, int)),
    (classification.cross_entropy_dx, LINES[:, 0], LINES, np.zeros((2, 5), int)),
    (pooling.max_pool, IMAGE, PLACE._replace(kernel=(3, 3), stride=(1, 3))),
    (pooling.max_pool, IMAGE, PLACE._replace(kernel=(3, 3), dilation=(2, 1))),
    (pooling.max_unpool, LOW_Y, LOW, LOW_Y, PLACE._replace(padding=((1, 0), (0, 0)))),
]


@pytest.mark.parametrize("case", DECLINED, ids=lambda case: case[0].__name__)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_a_compiled_kernel_leaves_to_numpy(case, use_kernels):
    kernel, *args = case
    expected = both(kernel, *args, declines=True)
    use_kernels("numba")
    np.testing.assert_allclose(kernel(*args), expected)


@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (2, 30, 500), (64, 784, 256), (64, 1100, 256), (3000, 70, 20)]
)
def test_matmul(shape, rng=np.random.default_rng(0)):
    n, k, m = shape
    for dtype in (np.float32, np.float64, complex, int):
        a, b = (
            (10 * rng.normal(size=(n, k))).astype(dtype),
            (10 * rng.normal(size=(k, m))).astype(dtype),
        )
        for x, y in ((a, b), (b.T, a.T)):
            expected = np.matmul(x, y)
            z = products.matmul(x, y)
            assert z.dtype == expected.dtype
            np.testing.assert_allclose(z, expected, rtol=1e-4, atol=0.05)
    stack = rng.normal(size=(7, 60, k))
    np.testing.assert_allclose(products.matmul(stack, np.ones((k, m))), stack @ np.ones((k, m)))
    with pytest.raises(ValueError, match="matmul"):
        products.matmul(np.ones((2000, 2000)), np.ones((1999, 2000)))


@pytest.mark.parametrize("work", [0, np.inf])
def test_matmul_of_many_matrices(work, monkeypatch, rng=np.random.default_rng(0)):
    for limit in ("ALONE", "ALONE_VECTOR", "PARTED"):
        monkeypatch.setattr(products, limit, work)
    cases = [
        ((7, 5, 4), (4, 3)), ((5, 4), (7, 4, 3)), ((2, 3, 5, 4), (2, 3, 4, 6)),
        ((2, 1, 5, 4), (1, 9, 4, 6)), ((1, 5, 4), (1, 4, 6)), ((0, 5, 4), (0, 4, 6)),
        ((3, 5, 0), (3, 0, 6)), ((3, 5, 0), (0, 6)), ((3, 0, 5), (5, 6)),
    ]  # fmt: skip
    for shape_a, shape_b in cases:
        a, b = rng.normal(size=shape_a), rng.normal(size=shape_b)
        np.testing.assert_allclose(products.matmul(a, b), a @ b, atol=1e-12)
        if a.ndim == b.ndim > 3:  # heads, as networks have them: an axis lies between the two
            a, b = (np.ascontiguousarray(np.swapaxes(v, 1, 2)).swapaxes(1, 2) for v in (a, b))
            np.testing.assert_allclose(products.matmul(a, b), a @ b, atol=1e-12)
    for shapes in (((2, 5, 4), (3, 4, 6)), ((3, 5, 4), (3, 5, 6)), ((3, 5, 4), (5, 6))):
        with pytest.raises(ValueError, match="matmul|broadcast"):
            products.matmul(*map(np.ones, shapes))


def test_blas_keeps_its_threads(rng=np.random.default_rng(0)):
    from threadpoolctl import threadpool_info

    before = threadpool_info()
    x = rng.normal(size=(300, 300))
    products.matmul(x, x)
    assert threadpool_info() == before


def test_blas_keeps_its_threads_whoever_leaves_first():
    from threadpoolctl import threadpool_info

    before = threadpool_info()
    products.one_thread.__enter__()
    products.one_thread.__enter__()  # another thread's product
    products.one_thread.__exit__()
    assert all(lib.get_num_threads() == 1 for lib in products._libraries())
    products.one_thread.__exit__()
    assert threadpool_info() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_fork_while_another_thread_is_in_a_kernel():
    held, done = threading.Event(), threading.Event()

    def busy():
        with products.one_thread:
            held.set()
            done.wait()

    thread = threading.Thread(target=busy)
    thread.start()
    held.wait()
    child = os.fork()
    if not child:
        free = products.one_thread.lock.acquire(blocking=False)
        os._exit(0 if free and not products.one_thread.inside else 1)
    status = os.waitpid(child, 0)[1]
    done.set()
    thread.join()
    assert status == 0


def test_a_kernel_called_in_many_threads_at_once(rng=np.random.default_rng(0)):
    x = rng.normal(size=(16, 4, 12, 12)).astype(np.float32)
    w = rng.normal(size=(8, 4, 3, 3)).astype(np.float32)
    args = x, w, None, Geometry((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)), 1
    expected, wrong = convolution.conv(*args), []

    def work():
        for _ in range(50):
            if not np.array_equal(convolution.conv(*args), expected):
                wrong.append(1)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for t in workers:
        t.start()
    for t in workers:
        t.join()
    assert not wrong


def run(code, **env):
    # a process of its own: which kernels are used is decided once
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | env, capture_output=True, text=True
    )
    return done.stdout.strip() or done.stderr


SUM = (
    "import numpy as np; from autograd import ops; r = np.random.default_rng(0);"
    "from autograd.kernels.windows import Geometry;"
    "x, w = (r.normal(size=s).astype('f') for s in ((16, 8, 24, 24), (8, 8, 3, 3)));"
    "geometry = Geometry((3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1));"
    "y = ops.conv_dw(x, ops.conv(x, w), w.shape, geometry, 1);"
    "import sys; print(y.tobytes().hex()[:64], 'numba' in sys.modules)"
)


def test_the_same_bits_whatever_the_number_of_threads():
    one, three = (run(SUM, NUMBA_NUM_THREADS=n, AUTOGRAD_KERNELS="numba") for n in "13")
    assert one == three and one.endswith("True")


SEQUENCE = (
    "import numpy as np; from autograd import Tensor, ops; r = np.random.default_rng(0);"
    "x, w, v = (Tensor(r.normal(size=s), requires_grad=True)"
    " for s in ((5, 33, 16), (512, 16), (512, 128)));"  # so many that threads share the rows
    "np.sum(ops.lstm(x, w, v)[0] ** 2).backward();"
    "np.sum(ops.gru(x, w[128:], v[128:]) ** 2).backward();"
    "y = ops.linear(r.normal(size=(513, 129)), r.normal(size=(257, 129)));"
    "print(*(hash(a.tobytes()) for a in (x.grad, w.grad, v.grad, y)))"
)


def test_the_same_bits_of_products_and_sequences_too():
    one, three = (
        run(SEQUENCE, NUMBA_NUM_THREADS=n, PYTHONHASHSEED="0", OPENBLAS_NUM_THREADS="2")
        for n in "13"
    )
    assert one == three and "Error" not in one


def test_the_environment_chooses():
    assert run(SUM, AUTOGRAD_KERNELS="numpy").endswith("False")
    assert "must be numpy, numba or auto" in run(SUM, AUTOGRAD_KERNELS="fast")


@pytest.mark.parametrize(
    "backend, said", [("auto", "numba cannot be used"), ("numba", "chalkgrad[fast]")]
)
def test_a_numba_that_does_not_import(backend, said, tmp_path):
    (tmp_path / "numba.py").write_text("raise ImportError('wants another NumPy')")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    code = "import warnings; warnings.simplefilter('error');" + SUM
    assert said in run(code, AUTOGRAD_KERNELS=backend, PYTHONPATH=path)


@pytest.mark.parametrize("name, value", [("NUMBA_DISABLE_JIT", "1"), ("NUMBA_NUM_THREADS", "0")])
def test_settings_with_which_numba_does_not_compile(name, value):
    code = "import warnings; warnings.simplefilter('error');" + SUM
    assert "numba cannot be used" in run(code, AUTOGRAD_KERNELS="auto", **{name: value})
    assert "numba cannot be used" in run(code, AUTOGRAD_KERNELS="numba", **{name: value})


def test_importing_the_engine_does_not_import_numba():
    assert importlib.util.find_spec("numba")
    assert run("import autograd, nn, sys; print('numba' in sys.modules)") == "False"


@pytest.mark.parametrize("index", [b"cautograd.no_such_module\nBlock\n.", b"", b"\x80\x04]"])
def test_machine_code_that_cannot_be_read_is_compiled_anew(index):
    """Of another version, or damaged."""
    from autograd.kernels.compiled import jit

    compiled = jit(_twice)
    kept = compiled._cache._cache_file
    kept.save("", b"")  # there is a folder now
    Path(kept._index_path).write_bytes(pickle.dumps(kept._version) + index)
    assert compiled(4) == 8
    fresh = jit(_twice)
    assert fresh(5) == 10 and sum(fresh.stats.cache_hits.values()) == 1


def _twice(x):
    return 2 * x
