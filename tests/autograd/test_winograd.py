"""Winograd's algorithm gives what the direct sum gives, or leaves it to the direct sum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import kernels
from autograd.kernels import convolution
from autograd.kernels.windows import Geometry
from tests.autograd.test_kernels import DTYPES, both

pytest.importorskip("numba", reason="the extra fast is not installed")
winograd = kernels.twins("winograd")
SIDES = st.tuples(*[st.tuples(*[st.integers(0, 2)] * 2)] * 2)


def layer(rng, images, channels, outs, size, padding, dtype):
    """Images, filters and a cotangent of their convolution."""
    out = [n + sum(p) - 2 for n, p in zip(size, padding, strict=True)]
    x = rng.normal(size=(images, channels, *size)).astype(dtype)
    w = rng.normal(size=(outs, channels, 3, 3)).astype(dtype)
    return x, w, rng.normal(size=(images, outs, *out)).astype(dtype)


def around(padding):
    """Windows of 3 × 3 next to each other, with this padding; one group."""
    return Geometry((3, 3), (1, 1), padding, (1, 1)), 1


def compare(x, w, b, g, padding):
    """All three kernels, which must not decline, against NumPy's."""
    options = around(padding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winograd, "pays", lambda *_: True)
        _compare(x, w, b, g, options)


def _compare(x, w, b, g, options):
    for name, args in (
        ("conv", (x, w, b)), ("conv_dx", (g, w, x.shape)), ("conv_dw", (x, g, w.shape)),
    ):  # fmt: skip
        plain = getattr(convolution, name).__wrapped__(*args, *options)
        fast = getattr(winograd, name)(*args, *options)
        assert fast is not NotImplemented and fast.dtype == plain.dtype
        tolerance = 1e-5 if x.dtype == np.float32 else 1e-13
        np.testing.assert_allclose(fast, plain, rtol=0, atol=tolerance * np.abs(plain).max())


@given(
    st.integers(1, 20),
    st.integers(3, 40),
    st.integers(22, 40),
    st.booleans(),
    *[st.integers(3, 22)] * 2,
    SIDES,
    DTYPES,
    st.integers(0, 9),
)
@settings(max_examples=80)
def test_images_of_any_size(images, few, many, turn, height, width, padding, dtype, seed):
    rng, (channels, outs) = np.random.default_rng(seed), (few, many)[:: 1 - 2 * turn]
    x, w, g = layer(rng, images, channels, outs, (height, width), padding, dtype)
    b = rng.normal(size=outs).astype(dtype) if seed % 2 else None
    compare(x, w, b, g, padding)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 3), (9, 1)])
def test_images_smaller_than_a_filter(size, rng=np.random.default_rng(0)):
    padding = ((1, 2), (2, 1))
    x, w, g = layer(rng, 3, 8, 9, size, padding, np.float32)
    compare(x, w, None, g, padding)


@pytest.mark.parametrize("channels, outs", [(130, 150), (150, 67), (9, 200)])
def test_groups_of_outputs(channels, outs, rng=np.random.default_rng(0)):
    for images, size in ((1, (7, 9)), (9, (4, 4))):
        x, w, g = layer(rng, images, channels, outs, size, ((1, 1), (1, 1)), np.float32)
        compare(x, w, None, g, ((1, 1), (1, 1)))


def test_strips_of_large_images(rng=np.random.default_rng(0)):
    for images in (1, 9):
        x, w, g = layer(rng, images, 16, 24, (67, 90), ((1, 1), (0, 2)), np.float32)
        compare(x, w, None, g, ((1, 1), (0, 2)))


def test_arrays_that_are_not_contiguous(rng=np.random.default_rng(0)):
    x, w, g = layer(rng, 4, 16, 16, (9, 9), ((1, 1), (1, 1)), np.float64)
    w = np.asfortranarray(w)
    compare(x[::2, :, ::-1], w, None, g[::2].swapaxes(2, 3), ((1, 1), (1, 1)))


def test_it_rounds_about_as_much_as_a_product_of_windows_does(rng=np.random.default_rng(0)):
    options = around(((1, 1), (1, 1)))
    x, w, g = layer(rng, 4, 64, 64, (16, 16), options[0].padding, np.float32)
    for name, args in (
        ("conv", (x, w, None)), ("conv_dx", (g, w, x.shape)), ("conv_dw", (x, g, w.shape)),
    ):  # fmt: skip
        plain = getattr(convolution, name).__wrapped__
        wide = (a.astype(float) if hasattr(a, "dtype") else a for a in args)
        exact = plain(*wide, *options)
        error = np.std(getattr(winograd, name)(*args, *options) - exact)
        assert 0 < error < 1.5 * np.std(plain(*args, *options) - exact)


def test_an_output_depends_on_nothing_outside_its_window(rng=np.random.default_rng(0)):
    options = around(((1, 1), (1, 1)))
    x, w, _ = layer(rng, 2, 16, 16, (11, 11), options[0].padding, np.float32)
    y = winograd.conv(x, w, None, *options)
    for h, v in ((5, 5), (4, 7), (0, 10)):
        other = x.copy()
        other[1, 3, h, v] = 1e9
        changed = np.argwhere(winograd.conv(other, w, None, *options) != y)
        assert set(changed[:, 0]) == {1} and len(changed)
        assert (np.abs(changed[:, 2:] - (h, v)) <= 1).all()
        g = np.zeros_like(y)
        g[1, 3, h, v] = 1
        seen = np.argwhere(winograd.conv_dx(g, w, x.shape, *options))
        assert set(seen[:, 0]) == {1} and (np.abs(seen[:, 2:] - (h, v)) <= 1).all()


def test_a_weight_of_zero_stops_a_pixel_to_the_last_bit(use_kernels, rng=np.random.default_rng(0)):
    use_kernels("numba")
    x, w, g = layer(rng, 2, 16, 16, (8, 8), ((1, 1), (1, 1)), np.float32)
    w[:, :, 1, 1:] = w[:, :, 2] = 0  # masked: only what was read before
    options = around(((1, 1), (1, 1)))
    assert winograd.conv(x, w, None, *options) is NotImplemented
    assert winograd.conv_dx(g, w, x.shape, *options) is NotImplemented
    y = convolution.conv(x, w, None, *options)
    x[:, :, 4:] += 1e6
    np.testing.assert_array_equal(convolution.conv(x, w, None, *options)[:, :, :4], y[:, :, :4])
    w[w == 0] = 1e-30
    assert winograd.conv(x, w, None, *options) is NotImplemented
    np.testing.assert_allclose(
        convolution.conv(x, w, None, *options)[:, :, :4], y[:, :, :4], 1e-6, 1e-20
    )


def test_a_weight_that_meets_only_zeros_does_not_spoil_the_others(use_kernels):
    use_kernels("numba")
    rng, options = np.random.default_rng(0), around(((2, 0), (0, 0)))
    x, w, g = layer(rng, 4, 16, 16, (3, 5), options[0].padding, np.float32)
    w[:, :, 0, 0] = 1e30
    for kernel, args in ((convolution.conv, (x, w, None)), (convolution.conv_dx, (g, w, x.shape))):
        plain, fast = kernel.__wrapped__(*args, *options), kernel(*args, *options)
        small = np.abs(plain) < 1e6
        np.testing.assert_allclose(fast[small], plain[small], rtol=1e-4, atol=1e-3)


def test_integers_are_left_to_numpy(use_kernels, rng=np.random.default_rng(0)):
    use_kernels("numba")
    options = around(((1, 1), (1, 1)))
    x, w, g = layer(rng, 2, 8, 9, (7, 9), options[0].padding, np.float32)
    whole = np.ones(w.shape, int), np.ones(g.shape, int)
    for kernel, args in (
        (convolution.conv, (x, whole[0], None)), (convolution.conv, (x, w, np.ones(9, int))),
        (convolution.conv_dx, (g, whole[0], x.shape)),
        (convolution.conv_dw, (x, whole[1], w.shape)),
    ):  # fmt: skip
        plain, fast = kernel.__wrapped__(*args, *options), kernel(*args, *options)
        assert fast.dtype == plain.dtype
        np.testing.assert_allclose(fast, plain, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan, 3e38])
@pytest.mark.filterwarnings("ignore:(invalid value|overflow):RuntimeWarning")
def test_what_is_not_finite(bad, use_kernels, rng=np.random.default_rng(0)):
    use_kernels("numba")
    options = around(((1, 1), (1, 1)))
    x, w, g = layer(rng, 20, 8, 8, (8, 8), options[0].padding, np.float32)
    x[2, 3, 4, 5] = g[3, 2, 5, 4] = bad
    for name, args in (
        ("conv", (x, w, None)), ("conv_dx", (g, w, x.shape)), ("conv_dw", (x, g, w.shape)),
    ):  # fmt: skip
        kernel = getattr(convolution, name)
        plain, fast = kernel.__wrapped__(*args, *options), kernel(*args, *options)
        np.testing.assert_array_equal(np.isfinite(fast), np.isfinite(plain))
        np.testing.assert_allclose(fast, plain, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    "w_shape, stride, padding, dilation, groups",
    [
        ((16, 16, 3, 3), (2, 1), ((1, 1), (1, 1)), (1, 1), 1),
        ((16, 16, 3, 3), (1, 1), ((1, 3), (1, 1)), (1, 1), 1),
        ((16, 16, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 2), 1),
        ((16, 8, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 2),
        ((16, 16, 3, 5), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
        ((16, 16, 3, 3, 3), (1, 1, 1), ((1, 1),) * 3, (1, 1, 1), 1),
        ((16, 16, 3), (1,), ((1, 1),), (1,), 1),
        ((64, 2, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
        ((7, 9, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    ],
)
def test_all_else_is_left_to_the_direct_sum(w_shape, stride, padding, dilation, groups):
    rng, size = np.random.default_rng(0), (7,) * len(stride)
    geometry = Geometry(w_shape[2:], stride, padding, dilation)
    assert not winograd.pays(size, w_shape, geometry, groups)
    x = rng.normal(size=(2, w_shape[1] * groups, *size))
    w = rng.normal(size=w_shape)
    y = both(convolution.conv, x, w, None, geometry, groups)
    both(convolution.conv_dx, y, w, x.shape, geometry, groups)
    both(convolution.conv_dw, x, y, w.shape, geometry, groups)
