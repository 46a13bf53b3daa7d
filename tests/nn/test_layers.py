"""What layers must do: the lectures' numbers and formulas; derivatives by finite differences."""

import copy
import math

import numpy as np
import pytest

import nn
from autograd import Tensor, gradcheck, ops
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn import functional as F
from tests.reference import conv_by_definition, conv_matrix


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


# -- convolution ---------------------------------------------------------------------------------

GEOMETRIES = [
    ((2, 4, 9), (6, 2, 3), 2, ((1, 0),), (2,), 2),
    ((2, 3, 6, 5), (2, 3, 3, 2), 1, ((1, 2), (0, 1)), (1, 2), 1),
    ((1, 4, 7, 7), (4, 1, 3, 3), 2, ((1, 1), (1, 1)), (1, 1), 4),
    ((1, 2, 4, 4, 3), (3, 2, 2, 3, 2), 1, ((0, 0), (1, 1), (0, 1)), (1, 1, 1), 1),
]


@pytest.mark.parametrize("x_shape, w_shape, stride, padding, dilation, groups", GEOMETRIES)
def test_four_ways_to_convolve_agree(x_shape, w_shape, stride, padding, dilation, groups):
    x, w, d = normal(*x_shape), normal(*w_shape, seed=1), len(w_shape) - 2
    fast = (F.conv1d, F.conv2d, F.conv3d)[d - 1](x, w, None, stride, padding, dilation, groups)
    steps = (stride,) * d
    np.testing.assert_allclose(conv_by_definition(x, w, steps, padding, dilation, groups), fast)

    columns = F.unfold(x, w_shape[2:], dilation, padding, stride)  # (N, C ΠK, places)
    columns = columns.reshape(x_shape[0], groups, -1, columns.shape[-1])
    rows = w.reshape(groups, w_shape[0] // groups, -1)
    np.testing.assert_allclose(np.matmul(rows, columns).reshape(fast.shape), fast)

    matrix = conv_matrix(w, x_shape[1:], steps, padding, dilation, groups)
    flat = [matrix @ image.ravel() for image in x]
    np.testing.assert_allclose(np.reshape(flat, fast.shape), fast)


def test_the_gradients_of_convolution_are_convolutions():
    x, w = Tensor(normal(1, 1, 6, 6), requires_grad=True), Tensor(normal(1, 1, 3, 3), True)
    g = normal(1, 1, 4, 4, seed=2)
    F.conv2d(x, w).backward(g)
    np.testing.assert_allclose(x.grad, F.conv2d(g, w.data[:, :, ::-1, ::-1], padding=2))
    np.testing.assert_allclose(w.grad, F.conv2d(x.data, g))


@pytest.mark.parametrize("d", [1, 2, 3])
def test_transposed_convolution_is_the_adjoint(d):
    x, w, y = normal(2, 3, *[5] * d), normal(4, 3, *[3] * d, seed=1), normal(2, 4, *[3] * d, seed=2)
    conv = (F.conv1d, F.conv2d, F.conv3d)[d - 1](x, w, stride=2, padding=1)
    back = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[d - 1]
    assert np.sum(conv * y) == pytest.approx(np.sum(x * back(y, w, stride=2, padding=1)))


@pytest.mark.parametrize("more", range(4))
def test_output_padding_shows_more_of_the_end(more):
    """As much as the stride and less than the dilation, as in PyTorch."""
    x, w = normal(1, 2, 5), normal(2, 3, 3)
    whole = F.conv_transpose1d(x, w, stride=2, dilation=4)
    y = F.conv_transpose1d(x, w, stride=2, dilation=4, padding=2, output_padding=more)
    zeros = np.zeros((1, 3, 3))
    np.testing.assert_allclose(y, np.concatenate([whole, zeros], 2)[..., 2 : 15 + more])


def test_strict_convolution_refuses_what_does_not_fit():
    layer, x = nn.Conv2d(1, 1, 3, stride=3, strict=True), np.ones((1, 1, 7, 7), np.float32)
    with pytest.raises(ShapeError) as e:
        layer(x)
    assert "H = 7 with filter 3, padding 0 + 0 and stride 3" in str(e.value)
    assert "(7 + 0 - 3) / 3 + 1 = 2.333 places" in str(e.value)
    assert "Pad by 2 more, crop by 1" in str(e.value)
    assert nn.Conv2d(1, 1, 3, stride=3)(x).shape == (1, 1, 2, 2)
    assert layer(np.ones((1, 1, 9, 6), np.float32)).shape == (1, 1, 3, 2)
    assert nn.Conv1d(1, 1, 2, stride=2, padding=1, strict=True)(normal(1, 1, 4)).shape == (1, 1, 3)


def test_same_padding_with_stride_is_tensorflows():
    x, w = normal(1, 1, 6, 7), normal(1, 1, 3, 3, seed=1)
    same = F.conv2d(x, w, stride=2, padding="same")
    assert same.shape == (1, 1, 3, 4)  # ceil(6 / 2), ceil(7 / 2)
    np.testing.assert_array_equal(same, F.conv2d(x, w, stride=2, padding=((0, 1), (1, 1))))
    padded = np.pad(x, ((0, 0), (0, 0), (0, 1), (1, 1)))
    np.testing.assert_array_equal(same, F.conv2d(padded, w, stride=2))


def test_a_border_of_pairs_can_be_reflected():
    layer = nn.Conv2d(1, 1, 3, padding=((0, 2), (1, 0)), padding_mode="reflect").astype(float)
    x = normal(1, 1, 5, 4)
    padded = np.pad(x, ((0, 0), (0, 0), (0, 2), (1, 0)), mode="reflect")
    np.testing.assert_allclose(layer(x).data, F.conv2d(padded, layer.weight, layer.bias).data)


def test_separable_convolution_saves_parameters():
    n, m, k = 16, 32, 3
    separable = nn.SeparableConv2d(n, m, k, padding=1, bias=False)
    assert separable.count_parameters() == n * k * k + n * m
    assert nn.Conv2d(n, m, k, padding=1, bias=False).count_parameters() == n * m * k * k
    assert separable(np.ones((1, n, 8, 8), np.float32)).shape == (1, m, 8, 8)
    x = normal(1, n, 5, 5)
    separable.astype(float)
    depth, point = separable["depthwise"].weight.data, separable["pointwise"].weight.data
    full = point * depth[:, 0][None]  # (m, n, k, k): the same map as one full convolution
    np.testing.assert_allclose(separable(x).data, F.conv2d(x, full, padding=1))


def test_multiplies_of_the_bottleneck():
    def multiplies(layer, places):
        return layer.weight.size * places

    direct = multiplies(nn.Conv2d(192, 32, 5, padding=2), 28 * 28)
    thin = multiplies(nn.Conv2d(192, 16, 1), 28 * 28)
    through = thin + multiplies(nn.Conv2d(16, 32, 5, padding=2), 28 * 28)
    assert (round(direct / 1e6, 1), round(through / 1e6, 1)) == (120.4, 12.4)
    assert 32 * 32 * nn.Conv2d(3, 10, 5, padding=2).weight.size == 768_000


# -- batch norm ----------------------------------------------------------------------------------


def test_batch_norm_backward_is_the_lectures_with_its_sign_corrected():
    x, g, weight = normal(8, 3), normal(8, 3, seed=1), normal(3, seed=2)
    layer, t = nn.BatchNorm1d(3).astype(float), Tensor(x, requires_grad=True)
    layer.weight = Tensor(weight, requires_grad=True)
    layer(t).backward(g)

    n, eps = len(x), layer.eps
    mean, var = x.mean(0), x.var(0)
    x_hat = (x - mean) / np.sqrt(var + eps)  # eps once, inside the root
    d_hat = g * weight
    d_var = np.sum(d_hat * (x - mean), 0) * -0.5 * (var + eps) ** -1.5
    d_mean = -np.sum(d_hat, 0) / np.sqrt(var + eps) + d_var * np.mean(-2 * (x - mean), 0)
    d_x = d_hat / np.sqrt(var + eps) + d_var * 2 * (x - mean) / n + d_mean / n
    np.testing.assert_allclose(t.grad, d_x, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(layer.weight.grad, np.sum(g * x_hat, 0), rtol=1e-12)
    np.testing.assert_allclose(layer.bias.grad, np.sum(g, 0), rtol=1e-12)
    printed = -d_hat / np.sqrt(var + eps) + d_var * 2 * (x - mean) / n + d_mean / n
    assert np.abs(printed - t.grad).max() > 0.1  # the sign in print is wrong


def test_a_misspelt_way_at_test_time_is_refused_when_it_runs():
    layer = nn.BatchNorm1d(3).eval()
    layer.test_statistics = "Batch"
    with pytest.raises(ValueRangeError, match="test_statistics must be .* got 'Batch'"):
        layer(np.ones((4, 3), np.float32))


def test_three_ways_at_test_time():
    rng = np.random.default_rng(0)
    batches = [(rng.standard_normal((6, 3)) * [1, 2, 3] + 5, None) for _ in range(4)]
    everything = np.concatenate([x for x, _ in batches])
    net = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 4), nn.ReLU(), nn.BatchNorm1d(4))
    net.astype(float)
    for x, _ in batches:
        net(x)
    net.eval()
    running = net(everything).data

    for layer in (net[0], net[3]):
        layer.test_statistics = "batch"
    by_batch = net(everything).data
    np.testing.assert_allclose(by_batch.mean(0), 0, atol=1e-12)
    assert np.abs(net(everything[:6]).data - by_batch[:6]).max() > 0.01  # depends on the others
    assert net[0].num_batches_tracked == 4  # eval counts nothing

    net.train()
    assert nn.fit_statistics(net, batches) is net
    assert all(m.training for m in net.modules())
    net.eval()
    fitted = net(everything).data
    np.testing.assert_allclose(fitted, by_batch, rtol=1e-10)  # the batch was the whole set
    np.testing.assert_allclose(net(everything[:6]).data, fitted[:6], rtol=1e-10)
    assert np.abs(running - fitted).max() > 0.01
    np.testing.assert_allclose(net[0].running_mean, everything.mean(0))
    np.testing.assert_allclose(net[0].running_var, everything.var(0))


def test_fitting_statistics_goes_layer_by_layer_and_leaves_nothing_half_done():
    class Twice(nn.Module):
        def __init__(self):
            self.norm, self.unused = nn.BatchNorm2d(2), nn.BatchNorm2d(5)

        def forward(self, x):
            return self.norm(self.norm(x) * 2)

    net, x = Twice(), normal(3, 2, 4, 4).astype(np.float32)
    nn.fit_statistics(net, [x[:1], x[1:]])
    assert net.unused.running_var.tolist() == [1] * 5
    before = {k: v.copy() for k, v in net.state_dict().items()}
    with pytest.raises(ShapeError):
        nn.fit_statistics(net, [x, x[:, :1]])
    for k, v in net.state_dict().items():
        np.testing.assert_array_equal(v, before[k])
    assert net.training and not net.norm._forward_pre_hooks


def test_batch_norm_sums_float16_in_float32_and_refuses_complex_numbers():
    x = np.random.default_rng(0).normal(300, 50, size=(64, 3, 16, 16))
    expected = nn.functional.batch_norm(x, None, None, training=True)
    y = nn.functional.batch_norm(x.astype(np.float16), None, None, training=True)
    assert y.dtype == np.float16
    np.testing.assert_allclose(y, expected, atol=0.01)
    with pytest.raises(DtypeError, match="batch_norm: x must be real and floating, got complex"):
        nn.functional.batch_norm(x * 1j, None, None, training=True)


def test_batch_norm_counts_and_averages_batches():
    layer = nn.BatchNorm1d(2, momentum=None)
    xs = [normal(5, 2, seed=k) for k in range(3)]
    for x in xs:
        layer(x)
    np.testing.assert_allclose(layer.running_mean, np.mean([x.mean(0) for x in xs], 0), rtol=1e-5)
    np.testing.assert_allclose(
        layer.running_var, np.mean([x.var(0, ddof=1) for x in xs], 0), rtol=1e-5
    )
    assert layer.num_batches_tracked == 3 and layer.running_mean.dtype == np.float32
    with pytest.raises(ShapeError):
        layer(xs[0][:1])
    assert layer.num_batches_tracked == 3
    layer.reset_running_stats()
    assert layer.running_mean.tolist() == [0, 0] and layer.num_batches_tracked == 0


# -- activations, dropout ------------------------------------------------------------------------


def test_slope_of_prelu_by_the_lectures_formula():
    x, g = normal(4, 3, 5), normal(4, 3, 5, seed=1)
    for layer, axes in ((nn.PReLU(), None), (nn.PReLU(3), (0, 2))):
        layer.astype(float)
        layer(x).backward(g)
        np.testing.assert_allclose(layer.weight.grad, np.sum((x < 0) * x * g, axis=axes).ravel())


def test_relu_has_slope_0_at_0():
    for layer in (nn.ReLU(), nn.ReLU6(), nn.Hardtanh(0.0, 2.0), nn.Threshold(0.0, 0.0)):
        x = Tensor([0.0, 1.0, -1.0], requires_grad=True)
        layer(x).sum().backward()
        assert x.grad.tolist() == [0, 1, 0], layer


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_dropout_keeps_the_mean_and_drops_a_share(p):
    layer, x = nn.Dropout(p), Tensor(np.ones((300, 300), np.float32), requires_grad=True)
    y = layer(x)
    assert y.dtype == np.float32
    kept = y.data != 0
    np.testing.assert_allclose(y.data[kept], 1 / (1 - p), rtol=1e-6)
    deviation = math.sqrt(p * (1 - p) / x.size)
    assert abs(1 - kept.mean() - p) < 5 * deviation
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.data)  # the same elements, the same factor
    assert layer.eval()(x) is x
    assert not np.array_equal(nn.Dropout(p)(x).data, y.data)


def test_dropout_follows_the_seed():
    def run():
        nn.init.seed(7)
        return [nn.Dropout()(np.ones(20)), nn.Dropout2d()(np.ones((2, 3, 2, 2)))]

    for a, b in zip(run(), run(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_channels_are_dropped_as_a_whole(d):
    layer = getattr(nn, f"Dropout{d}d")(0.5)
    y = layer(np.ones((10, 20) + (3,) * d, np.float32)).reshape(10, 20, -1)
    assert set(np.unique(y)) == {0, 2}
    assert np.all(y == y[..., :1])


def test_dropout_at_its_ends_and_after_selu():
    x = normal(400, 400)
    assert nn.Dropout(0.0)(x) is x
    assert not nn.Dropout(1.0)(x).any() and not nn.AlphaDropout(1.0)(x).any()
    y = nn.AlphaDropout(0.2)(x)
    assert abs(y.mean()) < 0.01 and abs(y.std() - 1) < 0.01


# -- lookup, shapes, pools -----------------------------------------------------------------------


def test_embedding_adds_up_and_leaves_the_padding_row():
    layer = nn.Embedding(4, 2, padding_idx=1)
    assert layer.weight.data[1].tolist() == [0, 0] and layer.weight.data[0].any()
    layer(np.array([0, 1, 3, 0])).sum().backward()
    assert layer.weight.grad.tolist() == [[2, 2], [0, 0], [0, 0], [1, 1]]


def test_pooling_to_one_number_per_channel():
    x = normal(2, 3, 4, 5)
    np.testing.assert_allclose(nn.GlobalAvgPool2d()(x), x.mean((2, 3)))
    np.testing.assert_allclose(nn.GlobalMaxPool2d()(x), x.max((2, 3)))


def test_average_pooling_spreads_the_gradient_evenly():
    x = Tensor(normal(1, 1, 4, 4), requires_grad=True)
    nn.AvgPool2d(2)(x).backward(np.array([[[[4.0, 8.0], [12.0, 16.0]]]]))
    assert x.grad[0, 0].tolist() == [[1, 1, 2, 2]] * 2 + [[3, 3, 4, 4]] * 2


def test_one_hot():
    assert F.one_hot([0, 2]).tolist() == [[1, 0, 0], [0, 0, 1]]
    assert F.one_hot(np.array([[1]]), 2).tolist() == [[[0, 1]]]


def test_pixel_shuffle_and_back():
    x = normal(2, 8, 3, 4)
    np.testing.assert_array_equal(F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2), x)


IMAGE, BATCH, PAIR = normal(1, 2, 4, 4), normal(2, 4), np.array([0.5, 1.5])


@pytest.mark.parametrize(
    "case",
    [
        (F.linear, BATCH, normal(3, 4), normal(3)),
        (F.bilinear, BATCH, BATCH, normal(3, 4, 4), normal(3)),
        (F.embedding, np.array([0, 1]), BATCH),
        (F.conv2d, IMAGE, normal(3, 2, 2, 2), normal(3)),
        (F.conv_transpose2d, IMAGE, normal(2, 3, 2, 2), normal(3)),
        (F.batch_norm, IMAGE, PAIR, PAIR, PAIR, PAIR),
        (lambda x, *wb: F.batch_norm(x, None, None, *wb, training=True), IMAGE, PAIR, PAIR),
        (lambda x, *r: F.instance_norm(x, *r, use_input_stats=False), IMAGE, PAIR, PAIR, PAIR),
        (lambda x, *wb: F.group_norm(x, 1, *wb), IMAGE, PAIR, PAIR),
        (lambda x, w: F.rms_norm(x, 4, w), BATCH, BATCH[0]),
        (F.prelu, IMAGE, PAIR),
        (F.glu, BATCH),
        (F.softmin, BATCH),
        (F.hardshrink, BATCH),
        (F.softshrink, BATCH),
        (lambda x: F.threshold(x, 0.1, 0.2), BATCH),
        (lambda x: F.hardtanh(x, -0.5, 0.5), BATCH),
        (lambda x: F.softplus(x, 2.0), BATCH),
        (lambda x: F.unfold(x, 2), IMAGE),
        (lambda x: F.fold(x, (4, 4), 2), normal(1, 8, 9)),
        (F.max_over_time, normal(3, 2, 2)),
        (F.mean_over_time, normal(3, 2, 2)),
        (F.last_step, normal(3, 2, 2)),
        (lambda x: F.pixel_shuffle(x, 2), normal(1, 4, 2, 2)),
        (lambda x: F.pixel_unshuffle(x, 2), IMAGE),
        *(
            (f, BATCH)
            for f in (F.gelu, F.elu, F.celu, F.selu, F.silu, F.mish, F.hardswish, F.hardsigmoid)
        ),
        *((f, BATCH) for f in (F.sigmoid, F.logsigmoid, F.leaky_relu, F.tanhshrink, F.softsign)),
    ],
)
def test_lists_are_taken_as_arrays(case):
    f, *arguments = case
    y = f(*arguments)
    for k, v in enumerate(arguments):
        listed = (*arguments[:k], v.tolist(), *arguments[k + 1 :])
        np.testing.assert_array_equal(f(*listed), y)


@pytest.mark.parametrize(
    "f", [F.hardshrink, lambda x: F.threshold(x, 0.1, 2.0), lambda x: F.hardtanh(x, -2.0, 2.0)]
)
def test_no_activation_hides_that_its_input_is_nan(f):
    np.testing.assert_array_equal(np.isnan(f(np.array([np.nan, 0.0, np.inf]))), [1, 0, 0])


def test_upsampling_to_the_same_size_changes_nothing():
    x = normal(1, 2, 5, 4)
    for mode in ("nearest", "bilinear"):
        np.testing.assert_allclose(F.interpolate(x, (5, 4), mode=mode), x)


# -- derivatives by finite differences -----------------------------------------------------------

PARTS = {
    "Bilinear": (nn.Bilinear(2, 3, 2), (2, 2), (2, 3)),
    "Conv1d reflect": (nn.Conv1d(2, 2, 3, 2, padding=2, padding_mode="reflect"), (1, 2, 5)),
    "Conv2d groups": (nn.Conv2d(2, 4, (2, 3), dilation=(2, 1), groups=2), (1, 2, 4, 4)),
    "Conv3d": (nn.Conv3d(1, 2, 2, padding=((1, 0), (0, 1), (0, 0))), (1, 1, 2, 2, 3)),
    "SeparableConv2d": (nn.SeparableConv2d(2, 3, 2), (1, 2, 3, 3)),
    "ConvTranspose2d": (nn.ConvTranspose2d(2, 2, 3, 2, 1, 1, groups=2), (1, 2, 2, 2)),
    "BatchNorm2d": (nn.BatchNorm2d(2), (2, 2, 2, 2)),
    "BatchNorm1d eval": (nn.BatchNorm1d(2).eval(), (3, 2)),
    "InstanceNorm1d": (nn.InstanceNorm1d(2, affine=True), (2, 2, 3)),
    "GroupNorm": (nn.GroupNorm(2, 4), (2, 4, 2)),
    "LayerNorm": (nn.LayerNorm((2, 3)), (2, 2, 3)),
    "LocalResponseNorm": (nn.LocalResponseNorm(3, 0.5), (1, 4, 2)),
    "PReLU": (nn.PReLU(2), (3, 2)),
    "GELU": (nn.GELU("tanh"), (2, 3)),
    "Softplus": (nn.Softplus(2.0), (2, 3)),
    "GLU": (nn.GLU(1), (2, 4)),
    "Upsample": (nn.Upsample(scale_factor=1.6, mode="bilinear"), (1, 1, 3, 2)),
    "PixelShuffle": (nn.PixelShuffle(2), (1, 4, 2, 1)),
    "ReplicationPad2d": (nn.ReplicationPad2d((1, 0, 2, 1)), (1, 1, 2, 3)),
    "LPPool2d": (nn.LPPool2d(3, 2), (1, 1, 4, 4)),
    "AdaptiveAvgPool1d": (nn.AdaptiveAvgPool1d(3), (1, 2, 5)),
}


@pytest.mark.parametrize("name", [name for name in PARTS if name != "BatchNorm2d"])
def test_an_empty_batch(name):
    """Nothing in, nothing out, gradients of 0; batch statistics need a batch."""
    layer, *shapes = copy.deepcopy(PARTS[name])
    y = layer(*(Tensor(np.zeros((0, *s[1:])), requires_grad=True) for s in shapes))
    assert len(y) == 0
    y.backward(np.zeros(y.shape))
    assert all(not p.grad.any() for p in layer.parameters())


@pytest.mark.parametrize("name", PARTS)
def test_derivatives_to_second_order(name):
    layer, *shapes = PARTS[name]
    layer.astype(float)
    names, values = [], []
    for path, p in layer.named_parameters():
        names.append(path)
        values.append(normal(*p.shape, seed=len(names) + 5))

    def f(*arguments):
        inputs, ps = arguments[: len(shapes)], arguments[len(shapes) :]
        for path, p in zip(names, ps, strict=True):
            owner, _, attribute = path.rpartition(".")
            setattr(layer.get_submodule(owner), attribute, p)
        return layer(*inputs)

    assert gradcheck(f, *(normal(*s, seed=k) for k, s in enumerate(shapes)), *values).ok


# -- attention, root mean square ------------------------------------------------------------------


def test_attention_drops_weights_and_keeps_their_mean():
    nn.init.seed(0)
    q = np.zeros((1, 2000, 4))
    y = F.scaled_dot_product_attention(q, q[:, :8], np.ones((1, 8, 1)), dropout_p=0.5)
    assert len(np.unique(y)) > 4 and abs(y.mean() - 1) < 0.05


def test_attention_that_may_look_at_nothing_is_zero_with_gradients():
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    for mask in (np.zeros((2, 2), bool), np.full((2, 2), -np.inf)):
        y = F.scaled_dot_product_attention(x, x, x, mask)
        y.sum().backward()
        assert not y.data.any() and not x.grad.any()


@pytest.mark.parametrize("dtype, low", [(np.float16, -1e9), (np.float32, np.finfo(float).min)])
def test_attention_takes_what_the_scores_cannot_hold_for_minus_infinity(dtype, low):
    x = Tensor(np.ones((2, 3), dtype), requires_grad=True)
    y = F.scaled_dot_product_attention(x, x, x, np.array([[0, low], [low, low]]))
    y.sum().backward()
    assert y.dtype == dtype and y.data.tolist() == [[1, 1, 1], [0, 0, 0]]
    assert np.isfinite(x.grad).all()


def test_a_scale_of_attention_keeps_the_dtype():
    x = np.ones((2, 3), np.float32)
    y = F.scaled_dot_product_attention(x, x, x, scale=1 / np.sqrt(4))
    assert y.dtype == np.float32
    scale = Tensor(np.float32(0.5), requires_grad=True)
    F.scaled_dot_product_attention(np.eye(3), np.eye(3), np.eye(3), scale=scale)[0, 0].backward()
    assert scale.grad > 0


def test_root_mean_square_of_large_half_precision():
    x = np.full((2, 4), 1000, np.float16)
    y = F.rms_norm(x, 4)
    assert y.dtype == np.float16
    np.testing.assert_array_equal(y, np.ones_like(x))
    small = np.full((2, 4), 1e-3, np.float16)
    root = np.sqrt(np.float32(small) ** 2 + np.finfo(np.float32).eps)
    np.testing.assert_array_equal(F.rms_norm(small, 4), (small / root).astype(np.float16))
    weight = np.array([0.1, 0.3, 0.7, 1.9], np.float16)
    want = (small / root * np.float32(weight)).astype(np.float16)  # rounded once, like PyTorch's
    np.testing.assert_array_equal(F.rms_norm(small, 4, weight), want)
    assert F.rms_norm(small, 4, weight.astype(np.float32)).dtype == np.float32
    assert nn.RMSNorm(4, 1e-3).extra_repr() == "(4,), eps=0.001"
    assert "eps" not in repr(nn.CosineSimilarity()) and "p=2" in repr(nn.PairwiseDistance())


OF_INTEGERS = {
    "softmax": F.softmax,
    "softmin": F.softmin,
    "log_softmax": F.log_softmax,
    "logsumexp": ops.logsumexp,
    "logsigmoid": F.logsigmoid,
    "softshrink": F.softshrink,
    "hardshrink": F.hardshrink,
    "threshold": lambda x: F.threshold(x, 1, 2.5),
    "hardtanh": lambda x: F.hardtanh(x, -0.5, 2.5),
    "erf": ops.erf,
    "erfc": ops.erfc,
    "local_response_norm": lambda x: F.local_response_norm(x[None, :, None], 3),
}


@pytest.mark.parametrize("name", OF_INTEGERS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64, bool])
def test_integers_count_as_floats(name, dtype):
    x = np.array([0, 1, 3, 100, -128]).astype(dtype)  # x - max, -x and x² would go round
    y = OF_INTEGERS[name](x)
    np.testing.assert_allclose(y, OF_INTEGERS[name](x.astype(float)), 2e-3, 1e-6)


def test_scores_that_are_integers_are_refused_by_name():
    with pytest.raises(DtypeError, match="cross_entropy: x must be real and floating, got int64"):
        ops.cross_entropy(np.array([[1, 2]]), np.array([0]))
