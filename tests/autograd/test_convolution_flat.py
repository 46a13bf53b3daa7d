"""NumPy's convolution over images in one row gives what im2col gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.kernels import convolution, convolution_flat
from autograd.kernels.windows import Geometry

conv, conv_dx, conv_dw = (
    kernel.__wrapped__ for kernel in (convolution.conv, convolution.conv_dx, convolution.conv_dw)
)


@st.composite
def convolutions(draw):
    d = draw(st.integers(1, 3))
    kernel = [draw(st.integers(1, 3)) for _ in range(d)]
    dilation = [draw(st.integers(1, 2)) for _ in range(d)]
    reach = [e * (k - 1) for k, e in zip(kernel, dilation, strict=True)]
    padding = tuple((draw(st.integers(0, r)), draw(st.integers(0, r))) for r in reach)
    size = [draw(st.integers(r + 1, r + 6)) for r in reach]
    channels, outs = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    n = draw(st.integers(1, 7))
    options = Geometry(tuple(kernel), (1,) * d, padding, tuple(dilation)), 1
    return (n, channels, *size), (outs, channels, *kernel), options, draw(st.integers(0, 99))


@given(convolutions(), st.sampled_from([1, 4_000, convolution_flat.BLOCK]), st.booleans())
@settings(max_examples=120)
def test_as_im2col(case, block, biased):
    x_shape, w_shape, options, seed = case
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=x_shape), rng.normal(size=w_shape)
    b = rng.normal(size=w_shape[0]) if biased else None
    found = []
    for takes in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(convolution_flat, "pays", lambda *_, takes=takes: takes)
            patch.setattr(convolution_flat, "BLOCK", block)
            y = conv(x, w, b, *options)
            g = np.random.default_rng(seed).normal(size=y.shape)
            dx, dw = conv_dx(g, w, x.shape, *options), conv_dw(x, g, w.shape, *options)
            found.append((y, dx, dw))
    for plain, fast in zip(*found, strict=True):
        assert fast.shape == plain.shape and fast.dtype == plain.dtype
        np.testing.assert_allclose(fast, plain, rtol=1e-12, atol=1e-12)


def test_it_is_taken_where_it_pays():
    layer = (32, 32), (16, 16, 3, 3)
    same = Geometry((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1))
    assert convolution_flat.pays(*layer, same, 1)
    assert not convolution_flat.pays(*layer, same._replace(stride=(2, 2)), 1)
    assert not convolution_flat.pays(*layer, same, 2)
    assert not convolution_flat.pays(*layer, same._replace(padding=((-1, 0), (0, 0))), 1)
    half = same._replace(kernel=(5, 5), padding=((0, 0), (3, 3)))
    assert not convolution_flat.pays((4, 4), (16, 16, 5, 5), half, 1)  # most would be dropped
    assert not convolution_flat.pays((32, 32), (16, 3, 3, 3), same, 1)


def test_an_infinite_weight_spoils_only_what_it_meets():
    g, w = np.ones((1, 8, 4, 4)), np.ones((8, 8, 3, 3))
    w[0, 0, 0, 0] = np.inf
    options = Geometry((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)), 1
    dx = conv_dx(g, w, (1, 8, 4, 4), *options)
    assert np.isfinite(dx[0, 1:]).all() and not np.isnan(dx).any()


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_an_infinite_pixel_spoils_only_what_it_meets(bad, rng=np.random.default_rng(0)):
    x, g = rng.normal(size=(2, 8, 6, 6)), rng.normal(size=(2, 8, 4, 4))
    x[1, 3, -1, -1] = bad  # of all taps, only the last meets it
    options = Geometry((3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1)), 1
    dw = conv_dw(x, g, (8, 8, 3, 3), *options)
    spoilt = np.zeros(dw.shape, bool)
    spoilt[:, 3, -1, -1] = True
    np.testing.assert_array_equal(np.isfinite(dw), ~spoilt)


def test_halves_are_summed_as_before(rng=np.random.default_rng(0)):
    x, g = (rng.normal(size=(2, 8, 32, 32)).astype(np.float16) for _ in range(2))
    options = Geometry((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)), 1
    dw = conv_dw(x, g, (8, 8, 3, 3), *options)
    exact = conv_dw(x.astype(float), g.astype(float), (8, 8, 3, 3), *options)
    assert dw.dtype == np.float16
    np.testing.assert_allclose(dw, exact, atol=0.1)
