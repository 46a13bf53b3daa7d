"""NumPy's convolution with few channels per group gives what im2col and the definition give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.kernels import convolution, depthwise, threads
from autograd.kernels.windows import Geometry
from tests.autograd.geometries import geometries
from tests.reference import conv_by_definition

KERNELS = convolution.conv, convolution.conv_dx, convolution.conv_dw
conv, conv_dx, conv_dw = (kernel.__wrapped__ for kernel in KERNELS)


def all_three(x, w, b, options, takes):
    """y, dx and dw for some cotangent, by sums of shifted rows or by im2col."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(depthwise, "pays", lambda *_: takes)
        y = conv(x, w, b, *options)
        g = np.random.default_rng(1).normal(size=y.shape).astype(y.dtype)
        return y, conv_dx(g, w, x.shape, *options), conv_dw(x, g, w.shape, *options)


@given(
    geometries(images=9, groups=5, inputs=3, outputs=3),
    st.sampled_from([1, 300, depthwise.BLOCK]),
    st.sampled_from([1, 300, depthwise.ROW]),
    st.sampled_from([np.float32, np.float64, np.complex128]),
    st.integers(0, 99),
)
@settings(max_examples=150)
def test_as_im2col(case, block, row, dtype, seed):
    (x_shape, w_shape, options), rng = case, np.random.default_rng(seed)
    x, w, b = (rng.normal(size=s).astype(dtype) for s in (x_shape, w_shape, w_shape[:1]))
    if dtype is np.complex128:
        w *= 1 + 2j
    b = b if seed % 2 else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(depthwise, "BLOCK", block)
        patch.setattr(depthwise, "ROW", row)
        fast = all_three(x, w, b, options, True)
    for a, plain in zip(fast, all_three(x, w, b, options, False), strict=True):
        assert a.shape == plain.shape and a.dtype == plain.dtype
        tolerance = 1e-4 if dtype is np.float32 else 1e-11
        np.testing.assert_allclose(a, plain, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("strides", [(1, 1), (2, 3)])
def test_by_definition(strides, rng=np.random.default_rng(0)):
    x, w = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=(6, 1, 3, 2))
    options = Geometry((3, 2), strides, ((1, 2), (0, 1)), (2, 1)), 3
    assert depthwise.pays(w.shape, 3)
    y, dx, dw = all_three(x, w, None, options, True)
    np.testing.assert_allclose(y, conv_by_definition(x, w, *options[0][1:], 3), atol=1e-12)
    g = np.random.default_rng(1).normal(size=y.shape)
    for gradient, value in ((dx, x), (dw, w)):  # bilinear: each product is the same number
        assert np.sum(gradient * value) == pytest.approx(np.sum(g * y))


def test_it_is_taken_where_channels_are_few():
    assert depthwise.pays((64, 1, 3, 3), 64) and depthwise.pays((64, 2, 3, 3), 32)
    assert not depthwise.pays((64, 8, 3, 3), 8) and not depthwise.pays((8, 1, 3, 3), 1)


@pytest.mark.parametrize("n", [0, 1])
def test_an_empty_batch(n):
    x, w = np.ones((n, 2, 4, 4), np.float32), np.ones((2, 1, 3, 3), np.float32)
    options = Geometry((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)), 2
    y, dx, dw = all_three(x, w, None, options, True)
    assert y.shape == x.shape == dx.shape and dw.shape == w.shape and dw.any() == bool(n)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_infinite_stays_where_it_is(bad, rng=np.random.default_rng(0)):
    x, w = rng.normal(size=(2, 2, 6, 6)), rng.normal(size=(2, 1, 3, 3))
    for stride in ((1, 1), (2, 2)):  # with a stride of 2 the last pixel is in no window
        options = Geometry((3, 3), stride, ((0, 0), (0, 0)), (1, 1)), 2
        x_bad, w_bad = x.copy(), w.copy()
        x_bad[0, 0, -1, -1] = w_bad[1, 0, 0, 0] = bad
        for fast, plain in zip(
            all_three(x_bad, w, None, options, True) + all_three(x, w_bad, None, options, True),
            all_three(x_bad, w, None, options, False) + all_three(x, w_bad, None, options, False),
            strict=True,
        ):
            np.testing.assert_allclose(fast, plain, atol=1e-12)


def test_the_same_bits_whatever_the_number_of_threads(monkeypatch, rng=np.random.default_rng(0)):
    x, w = (rng.normal(size=s).astype(np.float32) for s in ((4, 8, 40, 40), (8, 1, 3, 3)))
    monkeypatch.setattr(depthwise, "BLOCK", 4000)
    found = []
    for n in (1, 3):
        monkeypatch.setattr(threads, "_pool", [])
        monkeypatch.setattr(threads, "threads", lambda n=n: n)
        options = Geometry((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)), 8
        found.append([a.tobytes() for a in all_three(x, w, None, options, True)])
    assert found[0] == found[1]
