"""`nn.summary`: the lectures' numbers, receptive fields against what a pixel really reaches."""

import html.parser
from fractions import Fraction

import numpy as np
import pytest

import nn
from autograd import Tensor, no_grad, ops, primitive
from autograd.errors import DtypeError, IndexRangeError, ShapeError, ValueRangeError
from nn import functional as F
from nn.models.googlenet import BasicInception, Inception
from nn.models.resnet import BasicBlock, Subsample

models = nn.models


class Of(nn.Module):
    """A module of one function."""

    def __init__(self, function):
        self._function = function

    def forward(self, *inputs):
        return self._function(*inputs)


# -- the lectures' numbers -----------------------------------------------------------------------


def test_ten_filters_on_a_small_image():
    s = nn.summary(nn.Conv2d(3, 10, 5, padding=2), (3, 32, 32))
    (row,) = s.rows
    assert (row.output, row.parameters, row.multiply_adds) == ((10, 32, 32), 760, 768_000)
    assert row.memory == 10 * 32 * 32 * 4
    assert (row.field.size, row.field.stride, row.field.start) == ((5, 5), (1, 1), (-2, -2))


def test_the_bottleneck_of_the_lectures():
    """28×28×192 by 5×5 to 32 channels: 120 M; through 1×1 to 16 channels: 12.4 M."""
    straight = nn.summary(nn.Conv2d(192, 32, 5, padding="same"), (192, 28, 28))
    through = nn.summary(
        nn.Sequential(nn.Conv2d(192, 16, 1), nn.Conv2d(16, 32, 5, padding="same")), (192, 28, 28)
    )
    assert straight.multiply_adds == 28 * 28 * 32 * 25 * 192 == 120_422_400
    assert through.multiply_adds == 28 * 28 * (16 * 192 + 32 * 25 * 16) == 12_443_648


def test_sizes_of_the_lectures_lenet():
    s = nn.summary(models.lenet(), (1, 28, 28))
    names = ("conv1", "pool1", "conv2", "pool2", "flatten", "fc1", "fc2")
    sizes = [s[name].output for name in names]
    assert sizes == [(20, 28, 28), (20, 14, 14), (50, 14, 14), (50, 7, 7), (2450,), (500,), (10,)]
    assert s.parameters == s.trained == 1_256_080
    assert [s[name].field.size[0] for name in names[:4]] == [5, 6, 14, 16]
    assert s["fc2"].field.stride == (None, None)  # every score sees the whole image
    assert s["fc1"].multiply_adds == 2450 * 500


# multiply-adds at 224×224 (32×32 for ResNet-20) in the tables of torchvision and of the papers;
# receptive fields of the last convolution from Araujo, Norris and Sim 2019 where they list it
KNOWN = [
    ("resnet18", {}, (3, 224, 224), 1.814, "layer4", 435, 32),
    ("resnet50", {}, (3, 224, 224), 4.089, "layer4", 427, 32),
    ("vgg11", {"hidden": 8}, (3, 224, 224), 7.485, "features", 150, 32),
    ("mobilenet_v1", {}, (3, 224, 224), 0.569, "features", 315, 32),
    ("squeezenet1_1", {}, (3, 224, 224), 0.349, None, None, None),
    ("alexnet", {}, (3, 224, 224), 0.714, "features", 195, 32),
    ("resnet20", {}, (3, 32, 32), 0.0406, None, None, None),
]


@pytest.mark.parametrize("name, options, shape, billions, layer, size, stride", KNOWN)
def test_known_networks(name, options, shape, billions, layer, size, stride):
    s = nn.summary(models.build(name, **options), shape, depth=1)
    assert not s.notes  # an operation that layers use has no rule
    assert s.multiply_adds / 1e9 == pytest.approx(billions, rel=2e-3)
    if layer:
        assert s[layer].field.size == (size, size) and s[layer].field.stride == (stride, stride)


# -- receptive fields against what a pixel reaches -----------------------------------------------


def reach(model, shape, place, axis):
    """Which positions along a spatial axis change the output at ``place``: NaN goes everywhere."""
    n = shape[axis + 1]
    x = np.ones((n, *shape), np.float32)
    at = np.arange(n)
    x[(at, *(slice(None),) * (axis + 1), at)] = np.nan
    with no_grad(), np.errstate(all="ignore"):
        y = model(x)
    y = np.asarray(y.data if isinstance(y, Tensor) else y)
    return set(np.flatnonzero(np.isnan(y[(slice(None), slice(None), *place)]).any(axis=1)).tolist())


def branches(x, *layers):
    return np.concatenate([layer(x) for layer in layers], axis=1)


class Fork(nn.Module):
    """Branches of other windows side by side, one of them twice as deep."""

    def __init__(self):
        self.wide = nn.Conv2d(2, 3, 5, stride=2, padding=1)
        self.deep = nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), nn.Conv2d(2, 2, 3, 2))

    def forward(self, x):
        return branches(x, self.wide, self.deep)


class Functional(nn.Module):
    """Crops, pads, turns and mixes axes in its own forward."""

    def __init__(self):
        self.conv = nn.Conv2d(2, 3, 3)

    def forward(self, x):
        x = np.pad(x[:, :, 1:-2, ::2], ((0, 0), (0, 0), (2, 1), (0, 0)))
        x = np.moveaxis(np.flip(x, 2), 1, -1)
        x = np.transpose(x * 2.0 + 1.0, (0, 3, 1, 2))
        x = np.squeeze(np.expand_dims(np.swapaxes(x, 2, 3), 1), 1)
        return F.relu(self.conv(np.swapaxes(x, 2, 3)))


EXACT = {
    "dilated": lambda: nn.Sequential(
        nn.Conv2d(2, 2, 3, dilation=2), nn.ReLU(), nn.Conv2d(2, 2, (3, 2), stride=(2, 1))
    ),
    "pools": lambda: nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.AvgPool2d(2), nn.Conv2d(2, 1, 2)),
    "fork": Fork,
    "inception": lambda: Inception(2, 3, 2, 3, 2, 3, 2),
    "basic inception": lambda: BasicInception(2, 3, 2, 3),
    "residual": lambda: nn.Sequential(
        BasicBlock(2, 4, 2, nn.Sequential(nn.Conv2d(2, 4, 1, 2), nn.BatchNorm2d(4))),
        BasicBlock(4, 4),
    ),
    "option A": lambda: BasicBlock(2, 4, 2, Subsample(2, 4, 2)),
    "functional": Functional,
    "linear": lambda: nn.Linear(19, 4),
    "batch statistics": lambda: nn.Sequential(
        nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2, track_running_stats=False)
    ),
    "einsum": lambda: Of(lambda x: np.einsum("nchw,dc->ndhw", x, np.ones((3, 2), np.float32))),
    "matrix product": lambda: Of(lambda x: np.ones((3, 19), np.float32) @ x),
    "softmax over rows": lambda: Of(lambda x: F.softmax(x, 2)),
    "mean over channels": lambda: Of(lambda x: np.mean(x, axis=1, keepdims=True)),
    "channels split": lambda: Of(lambda x: np.split(x, 2, axis=1)[1]),
    "gated": lambda: Of(lambda x: x * np.mean(x, axis=(2, 3), keepdims=True)),
    "adaptive": lambda: nn.Sequential(nn.Conv2d(2, 2, 2, 2), nn.AdaptiveAvgPool2d(3)),
    "stack": lambda: Of(lambda x: np.stack([x, x], axis=1)[:, 0]),
}


@pytest.mark.parametrize("name", EXACT)
def test_a_field_is_what_an_element_sees(name):
    model, shape = EXACT[name]().eval(), (2, 19, 19)
    s = nn.summary(model, shape)
    field, size = s.rows[-1].field, s.rows[-1].output[1:]
    assert not s.notes
    for place in {(0, 0), (size[0] // 2, size[1] // 3), (size[0] - 1, size[1] - 1)}:
        slices = field.of(*place)
        for axis in range(2):
            expected = set(range(*slices[axis].indices(19)))
            seen = reach(model, shape, place, axis)
            assert expected - seen <= holes(name, axis, expected), (place, axis)
            assert seen <= expected, (place, axis)


def holes(name, axis, expected):
    """Positions between the first and the last that a sparse filter or a crop leaves out."""
    if name == "dilated":
        return expected - {min(expected), max(expected)}
    if name == "functional":  # rows 1 to 16 of 19; every second column
        return expected & ({0, 17, 18} if axis == 0 else set(range(1, 19, 2)))
    return set()


SPREAD = {
    "transposed": lambda: nn.Sequential(nn.Conv2d(2, 3, 3, 2), nn.ConvTranspose2d(3, 1, 4, 2, 1)),
    "odd transposed": lambda: nn.ConvTranspose2d(2, 1, 3, stride=2),
    "repeated": lambda: Of(lambda x: np.repeat(np.repeat(x, 2, axis=2), 3, axis=3)),
    "skip": lambda: models.fully_convolutional(classes=2, channels=2, widths=(2, 2)),
}


@pytest.mark.parametrize("name", SPREAD)
def test_after_enlarging_an_interval_holds_what_every_element_sees(name):
    """From place to place the length differs; the interval moves evenly and is one pixel wider."""
    model, shape = SPREAD[name]().eval(), (2, 16, 16)
    row = nn.summary(model, shape).rows[-1]
    for place in [(5, 5), (6, 6), (7, 8)]:
        for axis in range(2):
            seen = reach(model, shape, place, axis)
            expected = set(range(*row.field.of(*place)[axis].indices(16)))
            assert seen <= expected and len(expected - seen) <= 2, (place, axis, seen, expected)


def test_stride_of_an_enlarged_image_is_a_fraction():
    field = nn.summary(nn.ConvTranspose2d(1, 1, 2, stride=2), (1, 4, 4)).rows[0].field
    assert field.stride == (Fraction(1, 2),) * 2
    assert field.of(3, 6) == (slice(1, 2), slice(3, 4))


def test_fields_along_one_and_three_axes():
    one = nn.summary(nn.Sequential(nn.Conv1d(2, 3, 3, 2), nn.Conv1d(3, 3, 3)), (2, 20)).rows[-1]
    assert one.field == nn.summary(nn.Conv1d(2, 1, 7, stride=2), (2, 20)).rows[0].field
    three = nn.summary(nn.Conv3d(1, 2, (2, 3, 5)), (1, 4, 8, 8)).rows[0]
    assert three.field.size == (2, 3, 5) and three.output == (2, 3, 6, 4)


def test_windows_as_columns_keep_their_places_along_one_axis():
    """Along two axes the places are joined into one, and everything is seen."""
    one = nn.summary(Of(lambda x: ops.unfold(x, 3, stride=2, padding=1)), (2, 20)).rows[0]
    assert (
        one.output == (6, 10)
        and one.field == nn.summary(nn.MaxPool1d(3, 2, 1), (2, 20)).rows[0].field
    )
    two = nn.summary(Of(lambda x: ops.unfold(x, 3)), (2, 20, 20)).rows[0]
    assert two.field.size == (20, 20) and two.field.stride == (None, None)


def test_place_of_a_field():
    field = nn.summary(models.lenet5(), (1, 28, 28))["conv2"].field
    assert (field.size, field.stride, field.start) == ((14, 14), (2, 2), (-2, -2))
    assert field.of(0, 4) == (slice(0, 12), slice(6, 20))
    with pytest.raises(IndexRangeError, match=r"of: expected 2 places, got 1: \(3,\)"):
        field.of(3)


@pytest.mark.parametrize("name", ["conv", "max_pool", "linear", "einsum", "reshape"])
def test_a_rule_is_not_for_an_operation_of_the_users_of_that_name(name):
    def times(x, w):
        return x * w

    times.__name__ = name
    own = primitive(times).vjp(x=lambda g, w: g * w, w=lambda g, x: g * x)
    w = Tensor(np.ones((1, 3, 8, 8), np.float32), requires_grad=True)
    s = nn.summary(Of(lambda x: own(x, w)), (3, 8, 8))
    assert s.multiply_adds == 0 and s.rows[0].field.size == (8, 8) and not s.rows[0].is_view
    assert s.notes == [f"Taken to see everything, without multiply-adds: {name}"]


def test_an_operation_without_a_rule_is_named():
    s = nn.summary(Of(lambda x: np.roll(x, 1, axis=2)), (1, 6, 6))
    assert s.rows[0].field.size == (6, 6)
    assert s.notes == ["Taken to see everything, without multiply-adds: roll"]


# -- counts --------------------------------------------------------------------------------------

COSTS = [
    (lambda: nn.Conv2d(4, 8, 3, groups=2), (4, 10, 10), 8 * 8 * 8 * 2 * 9),
    (lambda: nn.Conv2d(4, 4, 3, stride=2, groups=4), (4, 11, 11), 4 * 5 * 5 * 9),
    (lambda: nn.Conv1d(3, 5, 4), (3, 10), 5 * 7 * 3 * 4),
    (lambda: nn.Conv3d(2, 3, 2), (2, 3, 4, 5), 3 * 2 * 3 * 4 * 2 * 8),
    (lambda: nn.ConvTranspose2d(4, 6, 3, stride=2), (4, 5, 5), 4 * 5 * 5 * 6 * 9),
    (lambda: nn.Linear(7, 3), (7,), 21),
    (lambda: nn.Linear(7, 3), (5, 7), 5 * 21),
    (lambda: Of(lambda x: x @ np.swapaxes(x, -1, -2)), (5, 7), 5 * 5 * 7),
    (lambda: Of(lambda x: np.einsum("nij,njk->nik", x, x)), (4, 4), 4 * 4 * 4),
    (lambda: nn.Sequential(nn.ReLU(), nn.MaxPool2d(2), nn.BatchNorm2d(2)), (2, 4, 4), 0),
    (lambda: nn.AdaptiveAvgPool2d(2), (3, 12, 12), 0),
    (lambda: nn.AdaptiveAvgPool2d(2), (3, 13, 13), 0),
    (lambda: nn.Upsample(scale_factor=2, mode="bilinear"), (3, 4, 4), 0),
]


class FromConstant(nn.Module):
    """A generator that starts from a constant, moved by its input."""

    def __init__(self, layer, shape):
        self.layer, self.start = layer, np.ones(shape, np.float32)

    def forward(self, x):
        return np.sum(self.layer(self.start)) + x


COSTS += [
    (lambda: FromConstant(nn.ConvTranspose2d(2, 3, 3), (1, 2, 5, 5)), (1,), 5 * 5 * 2 * 3 * 9),
    (lambda: FromConstant(nn.Conv2d(2, 3, 3), (1, 2, 5, 5)), (1,), 3 * 3 * 3 * 2 * 9),
    (lambda: FromConstant(nn.Linear(4, 3), (1, 4)), (1,), 12),
]


@pytest.mark.parametrize("make, shape, expected", COSTS)
def test_multiply_adds(make, shape, expected):
    s = nn.summary(make(), shape)
    assert s.multiply_adds == expected and not s.notes


def test_frozen_layers_count_too():
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 3), nn.Linear(3, 2))
    model.requires_grad_(False)
    model[2].requires_grad_()
    s = nn.summary(model, (6,), dtype=np.int64)
    assert s.multiply_adds == 6 * (12 + 6)
    assert (s.parameters, s.trained) == (40 + 15 + 8, 8)
    assert "63 parameters (8 trained, 55 frozen)" in str(s)
    assert [p.requires_grad for p in model.parameters()] == [False] * 3 + [True] * 2
    assert s.rows[0].field is None


def test_floats_for_an_embedding_say_dtype():
    model = nn.Sequential(nn.Embedding(10, 4))
    with pytest.raises(DtypeError, match=r"must be integers.* summary\(model, shape, dtype=int\)"):
        nn.summary(model, (8,))


class Twice(nn.Module):
    """One layer used twice, and a weight of its own tied to it."""

    def __init__(self):
        self.layer = nn.Linear(4, 4)
        self.tied = nn.Linear(4, 4, bias=False)
        self.tied.weight = self.layer.weight
        self.scale = Tensor(np.ones(4, np.float32), requires_grad=True)

    def forward(self, x):
        return self.tied(F.relu(self.layer(self.layer(x)))) * self.scale


def test_shared_layers_count_once_and_run_as_often_as_they_run():
    s = nn.summary(Twice(), (4,))
    assert [(r.name, r.parameters, r.is_reused) for r in s] == [
        ("layer", 20, False), ("layer", 0, True), ("", 4, False), ("tied", 0, True), ("", 0, False),
    ]  # fmt: skip
    assert s.parameters == sum(r.parameters for r in s) == 24
    assert s.multiply_adds == 3 * 16
    assert str(s).count("again") == 2


def test_rows_of_what_a_module_does_itself():
    s = nn.summary(models.resnet18(), (3, 64, 64))
    added = [r for r in s if r.kind == "add"]
    assert [r.name for r in added] == [f"layer{i}.{k}" for i in range(1, 5) for k in range(2)]
    shortcut, block = s["layer2.0.downsample.1"].field, added[2].field
    assert shortcut.size < s["layer2.0.bn2"].field.size == block.size
    assert sum(r.parameters for r in s) == s.parameters == 11_689_512


def test_einsum_counts_an_axis_of_one_as_it_is_stretched():
    one = Tensor(np.ones((1, 5), np.float32), requires_grad=True)
    s = nn.summary(Of(lambda x: np.einsum("bij,jk->bik", x, one)), (3, 4))
    assert s.multiply_adds == 3 * 4 * 5


def test_depth_folds_layers_into_their_parents():
    model = models.resnet20()
    full, whole = nn.summary(model, (3, 16, 16)), nn.summary(model, (3, 16, 16), depth=0)
    children = nn.summary(model, (3, 16, 16), depth=1)
    assert [r.name for r in children] == [name for name, _ in model.named_children()]
    for s in (whole, children):
        assert (s.parameters, s.multiply_adds) == (full.parameters, full.multiply_adds)
        assert sum(r.parameters for r in s) == full.parameters
        assert s.rows[-1].field == full.rows[-1].field


def test_memory_does_not_count_views_twice():
    s = nn.summary(nn.Sequential(nn.ReLU(), nn.Dropout(), nn.Flatten()), (2, 5, 5))
    assert [r.memory for r in s] == [200] * 3 and [r.is_view for r in s] == [False, True, True]
    assert s.memory == 200
    assert nn.summary(nn.ReLU().astype(np.float64), (3,), dtype=np.float64).memory == 24


def test_copies_are_no_views():
    def is_view(module, shape, **options):
        (row,) = nn.summary(module, shape, **options)
        return row.is_view

    assert not is_view(nn.Embedding(10, 4), (5,), dtype=int)
    assert nn.summary(nn.Embedding(10, 4), (5,), dtype=int).memory == 80
    assert not is_view(nn.PixelShuffle(2), (12, 8, 8))  # no one stride fits what it reshapes
    assert not is_view(Of(lambda x: x[:, [0, 2]]), (8,))
    assert is_view(Of(lambda x: x[:, ::2].reshape(1, 4, 1).T), (8,))


def test_several_inputs_and_outputs():
    model = Of(lambda a, b: (np.concatenate([a, b], axis=1), a))
    s = nn.summary(model, [(2, 5, 5), (3, 5, 5)])
    assert s.rows[0].output == (5, 5, 5) and s.rows[0].memory == 4 * 25 * 7
    assert s.rows[0].field.size == (1, 1)
    mixed = nn.summary(Of(lambda image, v: image + np.sum(v)), [(2, 5, 5), (3,)])
    assert mixed.rows[0].field is None and "input 2×5×5, 3" in str(mixed)


def test_time_before_the_batch():
    model = nn.Sequential(nn.Embedding(9, 4), nn.LSTM(4, 8))
    s = nn.summary(model, (5,), dtype=np.int64, batch_axis=1)
    assert s.rows[0].output == (5, 4) and s.rows[1].output == (5, 8)
    assert s.rows[1].multiply_adds == 5 * 4 * 8 * (4 + 8)
    s = nn.summary(Of(lambda x: x[2:] - x[:-2]), (10, 3), batch_axis=1)
    assert s.rows[0].output == (8, 3) and s.rows[0].field.size == (3,)
    assert nn.summary(nn.GRU(4, 8), (10, 4), batch_axis=1).rows[0].field.size == (10,)


def test_frames_in_the_place_of_examples_are_shown():
    s = nn.summary(models.cnn_lstm(), (1, 5, 32, 32))
    assert s["frames.0"].output == (5, 8, 32, 32)
    assert s["frames.0"].field.size == (1, 3, 3)  # a frame sees itself, until the LSTM
    assert s["sequence.scores"].field.size[0] == 5


def test_parts_that_do_not_run_are_named():
    s = nn.summary(models.googlenet(classes=10), (3, 32, 32), depth=1)
    assert s.notes == ["Did not run in eval mode: aux1, aux2"]
    assert s.parameters > sum(r.parameters for r in s)


# -- the model is as it was ----------------------------------------------------------------------


def test_the_model_is_left_as_it_was():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(0.5), nn.Linear(6, 2))
    model[1].eval()
    model[0].weight.grad = grad = np.ones_like(model[0].weight.data)
    model[0].bias.requires_grad_(False)
    before = [(set(vars(m)), m.training) for m in model.modules()]
    state, random = model.state_dict(), nn.init.generator().bit_generator.state
    for shape in ((1, 8, 8), (2, 8, 8)):
        try:
            nn.summary(model, shape)
        except ShapeError:
            assert shape == (2, 8, 8)
        assert [(set(vars(m)), m.training) for m in model.modules()] == before
        assert all(np.array_equal(a, state[k]) for k, a in model.state_dict().items())
        assert model[0].weight.grad is grad and not model[0].bias.requires_grad
        assert nn.init.generator().bit_generator.state == random
        assert "forward" not in vars(model[0])


def test_runs_under_no_grad_and_keeps_hooks():
    model, seen = nn.Sequential(nn.Linear(3, 2)), []
    model[0].register_forward_hook(lambda module, inputs, y: seen.append(y.shape))
    with no_grad():
        assert nn.summary(model, (3,)).multiply_adds == 6
    assert seen == [(1, 2)]


class Frozen(nn.Module):
    """A head on a backbone that ``forward`` runs under no_grad, and whose values it keeps."""

    def __init__(self, between):
        self.backbone = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.ReLU())
        self.head, self.between = nn.Conv2d(4, 2, 3), between
        self.kept = np.zeros((1, 4, 4, 4), np.float32)

    def forward(self, x):
        with no_grad():
            features = self.backbone(x)
            self.kept[...] = features  # which a Tensor that requires grad is refused
            features = self.between(features)
        return self.head(features)


def test_what_a_model_runs_under_no_grad_counts():
    model = Frozen(lambda x: x)
    s = nn.summary(model, (3, 9, 9))
    assert s.multiply_adds == 4 * 4 * 4 * 27 + 2 * 2 * 2 * 36 and not s.notes
    assert s["head"].field.size == (7, 7)
    with no_grad():
        assert model(Tensor(np.zeros((1, 3, 9, 9), np.float32))).shape == (1, 2, 2, 2)


def test_operations_under_no_grad_are_named():
    s = nn.summary(Frozen(np.tanh), (3, 9, 9))
    assert s["backbone.0"].field.size == (3, 3) and s["head"].field is None
    assert s.notes == ["Under no_grad, without multiply-adds: tanh"]


def test_untrained_depth_overflows_without_a_warning():
    layers = [Of(lambda x: x * np.float32(1e30)) for _ in range(3)]
    assert len(nn.summary(nn.Sequential(*layers), (2,))) == 3


# -- display -------------------------------------------------------------------------------------


def test_prints_aligned():
    lines = str(nn.summary(models.lenet5(), (1, 28, 28))).splitlines()
    head, rows = lines[2], lines[4:-4]
    assert lines[0] == "Sequential, input 1×28×28" and len(rows) == 12
    for column in ("Output", "Parameters", "Multiply-adds", "Memory", "Field", "Stride", "Start"):
        end = head.index(column) + len(column)
        assert all(len(row) == end or row[end - 1] != " " for row in rows), column
    assert lines[-3:] == [
        "61,706 parameters",
        "416,520 multiply-adds for one example",
        "58.4 kB of outputs for one example",
    ]


def test_a_notebook_shows_a_table():
    class Cells(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.rows = []

        def handle_starttag(self, tag, attributes):
            if tag == "tr":
                self.rows.append([])

        def handle_data(self, data):
            if self.rows and self.lasttag in ("td", "th"):
                self.rows[-1].append(data)

    s = nn.summary(models.lenet5(), (1, 28, 28))
    parser = Cells()
    parser.feed(s._repr_html_())
    assert [row[0] for row in parser.rows] == ["Layer"] + [r.name for r in s]
    assert parser.rows[1][1:4] == ["Conv2d", "6×28×28", "156"]
    assert "&lt;lambda" not in s._repr_html_()


def test_without_an_image_there_are_no_columns_of_fields():
    text = str(nn.summary(models.mlp(), (784,)))
    assert "Field" not in text and "784" in text


# -- mistakes ------------------------------------------------------------------------------------


def test_a_wrong_shape_names_the_layer():
    model = nn.Sequential({"stem": nn.Conv2d(3, 4, 3), "head": nn.Sequential(nn.Linear(9, 2))})
    with pytest.raises(ShapeError, match=r"summary: stem \(Conv2d\).*\(1, 1, 8, 8\): conv.*3"):
        nn.summary(model, (1, 8, 8))
    with pytest.raises(ShapeError, match=r"summary: head\.0 \(Linear\).*\(1, 4, 6, 6\): linear"):
        nn.summary(model, (3, 8, 8))
    with pytest.raises(ShapeError, match=r"summary: fc1 \(Linear\).*\(1, 576\)"):
        nn.summary(models.lenet5(), (1, 32, 32))


def test_another_error_gets_a_note_with_the_layer():
    def forward(x):
        raise KeyError("gone")

    with pytest.raises(KeyError) as caught:
        nn.summary(nn.Sequential(nn.ReLU(), Of(forward)), (3,))
    assert caught.value.__notes__ == ["summary: in 1 (Of), which got the shape (1, 3)"]


MISTAKES = [
    (lambda: nn.summary(models.lenet5(), (28, 28)), ShapeError, r"conv1.*x\[:, None\] a channel"),
    (lambda: nn.summary(str, (3,)), DtypeError, "expected a Module, got type"),
    (lambda: nn.summary(nn.ReLU(), 3), ShapeError, r"without the batch axis, as in.*got 3"),
    (lambda: nn.summary(nn.ReLU(), (None, 3)), ShapeError, r"got \(None, 3\)"),
    (lambda: nn.summary(nn.ReLU(), (3, 0)), ShapeError, "positive integers"),
    (lambda: nn.summary(nn.ReLU(), (3,), depth=-1), ValueRangeError, "depth must be an integer"),
    (lambda: nn.summary(nn.ReLU(), (3,), batch_axis=2), ValueRangeError, "must be 0 or 1, got 2"),
    (lambda: nn.summary(nn.ReLU(), [(3,)], dtype=[int, int]), ValueRangeError, "1 inputs, but 2"),
    (lambda: nn.summary(nn.ReLU(), (3,))["relu"], IndexRangeError, "no layer 'relu' has a row"),
]


@pytest.mark.parametrize("call, error, message", MISTAKES)
def test_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_batch_in_the_place_of_a_shape_is_told_its_shape():
    with pytest.raises(ShapeError, match=r"batch of shape \(8, 4\); use \(4,\)"):
        nn.summary(nn.Linear(4, 2), np.ones((8, 4)))
