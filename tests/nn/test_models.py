"""Networks: their parameters, the sizes of their layers, and a training step of each."""

import importlib
import math
import os

import numpy as np
import pytest

import nn
from autograd import Tensor, as_tensor, no_grad
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn import functional as F
from nn.models import losses, starts
from nn.models.googlenet import BasicInception

models = nn.models


@pytest.fixture
def undrawn(monkeypatch):
    """Build large networks without drawing their numbers: zeros that take no memory."""
    monkeypatch.setattr(nn.init, "uniform", lambda shape, bound: zeros(shape))
    for name in ("densenet", "googlenet", "resnet", "small", "vgg"):
        module = importlib.import_module(f"nn.models.{name}")
        monkeypatch.setattr(module, "he_normal", lambda model, *args, **options: model)


def zeros(shape):
    return as_tensor(np.zeros(shape, np.float32)).requires_grad_()


# -- parameters ----------------------------------------------------------------------------------

# from the lectures, but for ZFNet, network in network, VGG with batch norm, the residual networks
# of CIFAR and GoogLeNet: those are added up from the papers' tables in test_models_counts.py
PARAMETERS = [
    ("perceptron", {}, 784 * 10 + 10),
    ("mlp", {}, 784 * 256 + 256 + 256 * 10 + 10),
    ("modern_mlp", {"activation": "leaky_relu"}, 784 * 256 + 512 + 256 * 128 + 256 + 1290),
    ("modern_mlp", {}, 784 * 256 + 512 + 1 + 256 * 128 + 256 + 1 + 1290),
    ("lenet5", {}, 61_706),
    ("lenet", {}, 1_256_080),
    ("alexnet_original", {}, 60_965_224),
    ("alexnet", {}, 61_100_840),
    ("zfnet", {}, 62_357_608),
    ("vgg", {"configuration": "A"}, 132_863_336),
    ("vgg", {"configuration": "A-LRN"}, 132_863_336),
    ("vgg", {"configuration": "B"}, 133_047_848),
    ("vgg", {"configuration": "C"}, 133_638_952),
    ("vgg", {"configuration": "D"}, 138_357_544),
    ("vgg", {"configuration": "E"}, 143_667_240),
    ("vgg11", {}, 132_863_336),
    ("vgg13", {}, 133_047_848),
    ("vgg16", {}, 138_357_544),
    ("vgg16", {"batch_norm": True}, 138_365_992),
    ("vgg19", {}, 143_667_240),
    ("googlenet", {}, 13_378_280),
    ("googlenet", {"aux": False}, 6_998_552),
    ("googlenet", {"batch_norm": True}, 13_004_888),
    ("googlenet", {"batch_norm": True, "aux": False}, 6_624_904),
    ("resnet18", {}, 11_689_512),
    ("resnet34", {}, 21_797_672),
    ("resnet50", {}, 25_557_032),
    ("resnet101", {}, 44_549_160),
    ("resnet152", {}, 60_192_808),
    ("resnet20", {}, 269_722),
    ("resnet20", {"shortcut": "B"}, 272_474),
    ("resnet_cifar", {"depth": 32}, 464_154),
    ("resnet_cifar", {"depth": 44}, 658_586),
    ("resnet56", {}, 853_018),
    ("resnet110", {}, 1_727_962),
    ("resnet1202", {}, 19_421_274),
    ("densenet121", {}, 7_978_856),
    ("network_in_network", {}, 966_986),
    ("mobilenet_v1", {}, 4_231_976),
    ("squeezenet1_1", {}, 1_235_496),
]


@pytest.mark.parametrize("name, options, expected", PARAMETERS)
def test_parameters(undrawn, name, options, expected):
    assert models.build(name, **options).count_parameters() == expected


def test_names():
    assert models.names() == sorted(models.names())
    assert {name for name, _, _ in PARAMETERS + STEPS + LARGE} <= set(models.names())
    assert all(getattr(models, name).__doc__ for name in models.names())


def test_alexnet_without_layers(undrawn):
    """Removing fc7 takes its 16 M; fc6 and fc7 50 M; conv3 and conv4 1 M and a narrower conv5."""
    whole = 60_965_224
    expected = {
        ("fc7",): whole - (4096 * 4096 + 4096),
        ("fc6", "fc7"): 2_334_080 + 9216 * 1000 + 1000,
        ("conv3", "conv4"): whole - 885_120 - 663_936 - 256 * (192 - 128) * 9,
    }
    expected["conv3", "conv4", "fc6", "fc7"] = (
        expected["fc6", "fc7"] + expected["conv3", "conv4"] - whole
    )
    for without, n in expected.items():
        assert models.alexnet_original(without=without).count_parameters() == n


def test_a_basic_inception_module_passes_all_channels_on():
    module = BasicInception(192, 64, 128, 32)
    assert module.width == 64 + 128 + 32 + 192
    convolutions = 192 * (64 + 9 * 128 + 25 * 32) + 64 + 128 + 32
    assert module.count_parameters() == convolutions
    x = Tensor(np.random.default_rng(0).standard_normal((1, 192, 5, 5)), dtype=np.float32)
    y = module(x)
    assert y.shape == (1, 416, 5, 5)
    np.testing.assert_array_equal(y.data[:, -192:], F.max_pool2d(x, 3, 1, 1).data)


# torchvision's names and shapes
NAMES = [
    ("resnet18", {}, {
        "conv1.weight": (64, 3, 7, 7), "bn1.running_mean": (64,),
        "layer1.0.conv1.weight": (64, 64, 3, 3), "layer2.0.downsample.0.weight": (128, 64, 1, 1),
        "layer2.0.downsample.1.bias": (128,), "layer4.1.bn2.weight": (512,),
        "fc.weight": (1000, 512), "fc.bias": (1000,),
    }),
    ("resnet50", {}, {
        "layer1.0.conv3.weight": (256, 64, 1, 1), "layer1.0.downsample.0.weight": (256, 64, 1, 1),
        "layer3.5.conv2.weight": (256, 256, 3, 3), "fc.weight": (1000, 2048),
    }),
    ("vgg", {"configuration": "A", "hidden": 64}, {
        "features.0.weight": (64, 3, 3, 3), "features.18.bias": (512,),
        "classifier.0.weight": (64, 25088), "classifier.6.weight": (1000, 64),
    }),
    ("vgg", {"configuration": "A", "hidden": 64, "batch_norm": True}, {
        "features.0.weight": (64, 3, 3, 3), "features.1.running_var": (64,),
        "features.25.weight": (512, 512, 3, 3),
    }),
    ("alexnet", {"hidden": 64}, {
        "features.0.weight": (64, 3, 11, 11), "features.10.weight": (256, 256, 3, 3),
        "classifier.1.weight": (64, 9216), "classifier.6.bias": (1000,),
    }),
    ("densenet121", {}, {
        "features.conv0.weight": (64, 3, 7, 7),
        "features.denseblock1.denselayer1.norm1.weight": (64,),
        "features.denseblock4.denselayer16.conv2.weight": (32, 128, 3, 3),
        "features.transition1.conv.weight": (128, 256, 1, 1), "features.norm5.bias": (1024,),
        "classifier.weight": (1000, 1024),
    }),
    ("googlenet", {"batch_norm": True}, {
        "conv1.conv.weight": (64, 3, 7, 7), "conv1.bn.weight": (64,),
        "inception3a.branch1.conv.weight": (64, 192, 1, 1),
        "inception3a.branch2.1.conv.weight": (128, 96, 3, 3),
        "inception4b.branch3.1.conv.weight": (64, 24, 3, 3),
        "inception5b.branch4.1.bn.running_mean": (128,), "aux1.conv.conv.weight": (128, 512, 1, 1),
        "aux2.fc1.weight": (1024, 2048), "fc.weight": (1000, 1024),
    }),
    ("squeezenet1_1", {}, {
        "features.0.weight": (64, 3, 3, 3), "features.3.squeeze.weight": (16, 64, 1, 1),
        "features.12.expand3x3.weight": (256, 64, 3, 3), "classifier.1.weight": (1000, 512, 1, 1),
    }),
]  # fmt: skip


@pytest.mark.parametrize("name, options, expected", NAMES)
def test_weights_have_the_names_of_torchvision(undrawn, name, options, expected):
    state = models.build(name, **options).state_dict()
    assert {path: state[path].shape for path in expected} == expected


# -- values --------------------------------------------------------------------------------------

# the smallest images that the network takes, or nearly
STEPS = [
    ("perceptron", {"features": 20}, (20,)),
    ("mlp", {}, (784,)),
    ("modern_mlp", {"dropout": 0.2}, (784,)),
    ("modern_mlp", {"several_losses": True, "activation": "leaky_relu"}, (784,)),
    ("lenet5", {}, (1, 28, 28)),
    ("lenet", {}, (1, 28, 28)),
    ("alexnet", {"hidden": 128}, (3, 63, 63)),
    ("alexnet_original", {"hidden": 32, "without": ["conv3", "conv4", "fc7"]}, (3, 224, 224)),
    ("vgg", {"configuration": "A-LRN", "hidden": 64}, (3, 32, 32)),
    ("vgg11", {"hidden": 64}, (3, 32, 32)),
    ("googlenet", {}, (3, 32, 32)),
    ("resnet18", {}, (3, 64, 64)),
    ("resnet50", {}, (3, 64, 64)),
    ("resnet20", {}, (3, 8, 8)),
    ("resnet20", {"shortcut": "B"}, (3, 8, 8)),
    ("resnet20", {"residual": False}, (3, 8, 8)),
    ("resnet56", {}, (3, 8, 8)),
    ("resnet110", {}, (3, 8, 8)),
    ("densenet121", {}, (3, 64, 64)),
    ("network_in_network", {}, (3, 16, 16)),
    ("mobilenet_v1", {}, (3, 64, 64)),
    ("squeezenet1_1", {}, (3, 32, 32)),
    ("multitask", {}, (1, 16, 16)),
    ("fully_convolutional", {"classes": 10}, (3, 13, 18)),
]

# the same blocks, or many parameters: CHALKGRAD_SLOW=1 runs them too
LARGE = [
    ("vgg", {"configuration": "C", "hidden": 64}, (3, 32, 32)),
    ("vgg13", {"hidden": 64, "batch_norm": True}, (3, 32, 32)),
    ("vgg16", {"hidden": 64}, (3, 32, 32)),
    ("vgg19", {"hidden": 64}, (3, 32, 32)),
    ("googlenet", {"batch_norm": True}, (3, 64, 64)),
    ("googlenet", {"module": "basic", "aux": False}, (3, 32, 32)),
    ("resnet34", {}, (3, 64, 64)),
    ("resnet101", {}, (3, 64, 64)),
    ("resnet152", {}, (3, 64, 64)),
    ("zfnet", {"hidden": 32}, (3, 224, 224)),
]
slow = pytest.mark.skipif(
    "CHALKGRAD_SLOW" not in os.environ, reason="large networks: CHALKGRAD_SLOW=1 trains them too"
)


@pytest.mark.parametrize(
    "name, options, shape", [*STEPS, *(pytest.param(*case, marks=slow) for case in LARGE)]
)
def test_a_training_step_reaches_every_parameter(name, options, shape):
    classes = {} if name in ("mlp", "modern_mlp") else {"classes": 10}
    model = models.build(name, **classes | options)
    gives_the_same_again(model, shape)
    train_once(model.train(), shape)


def train_once(model, shape, batch=2):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, *shape), np.float32)
    loss = loss_of(model(x), rng)
    assert np.isfinite(loss.data)
    loss.backward()
    for path, p in model.named_parameters():
        assert p.grad is not None and np.all(np.isfinite(p.grad)), path
        assert p.dtype == p.grad.dtype == np.float32, path
    moving = [p for p in model.parameters() if np.any(p.grad)]
    assert len(moving) > 0.9 * len(list(model.parameters()))
    place = [np.unravel_index(np.argmax(p.grad), p.shape) for p in moving]
    before = [float(p.data[k]) for p, k in zip(moving, place, strict=True)]
    slope = [float(p.grad[k]) for p, k in zip(moving, place, strict=True)]
    nn.optim.SGD(model.parameters(), lr=0.5).step()
    after = [float(p.data[k]) for p, k in zip(moving, place, strict=True)]
    np.testing.assert_allclose(after, np.subtract(before, np.multiply(0.5, slope)), 1e-5, 1e-6)


def gives_the_same_again(model, shape):
    """In eval mode: no dropout, no statistics of the batch, and none gathered."""
    x = np.random.default_rng(1).standard_normal((1, *shape), np.float32)
    model.eval()
    state = [b.copy() for b in model.buffers()]
    with no_grad():
        np.testing.assert_array_equal(flat(model(x)), flat(model(x)))
    assert all(map(np.array_equal, state, model.buffers()))


def loss_of(output, rng):
    if hasattr(output, "points"):
        points = rng.uniform(size=output.points.shape).astype(np.float32)
        return models.multitask_loss(output, rng.integers(0, 10, len(points)), points)
    main = output[0] if isinstance(output, tuple) else output
    labels = rng.integers(0, 10, (main.shape[0], *main.shape[2:]))
    return models.auxiliary_cross_entropy(output, labels)


def flat(output):
    parts = output if isinstance(output, tuple) else (output,)
    return np.concatenate([p.data.ravel() for p in parts])


def test_a_thousand_layers_take_a_step():
    train_once(models.resnet1202(), (3, 4, 4))


@pytest.mark.parametrize("shortcut", ["A", "B"])
def test_a_resnet_of_zeros_is_its_shortcuts(shortcut):
    """With the last norm of every block at 0, only what the shortcuts carry is left."""
    model = models.resnet_cifar(8, shortcut=shortcut).eval()
    x = np.random.default_rng(0).standard_normal((2, 3, 8, 8), np.float32)
    with no_grad():
        for path, p in model.named_parameters():
            if path.endswith("bn2.weight"):
                p.assign(0.0)
        start = F.relu(model.bn1(model.conv1(x))).data
        carried = model.layer1(start)
        np.testing.assert_array_equal(carried.data, start)
        wide = model.layer2(start).data
    if shortcut == "A":
        np.testing.assert_array_equal(wide[:, 8:24], start[:, :, ::2, ::2])
        assert not wide[:, :8].any() and not wide[:, 24:].any()
    else:
        conv, norm = model.layer2[0].downsample
        np.testing.assert_allclose(wide, F.relu(norm(conv(start))).data, rtol=1e-6)


def test_he_normal_keeps_the_size_of_a_signal():
    layers = [layer for _ in range(20) for layer in (nn.Linear(200, 200), nn.ReLU())]
    x = np.random.default_rng(0).standard_normal((64, 200), np.float32)
    plain = np.sqrt(np.mean(nn.Sequential(*layers)(x).data ** 2))
    model = starts.he_normal(nn.Sequential(*layers))
    assert plain < 0.05 and 0.3 < np.sqrt(np.mean(model(x).data ** 2)) < 3
    conv = starts.he_normal(nn.Conv2d(32, 64, 3, groups=2), "fan_out")
    assert np.std(conv.weight.data) == pytest.approx(math.sqrt(2 / (9 * 32)), rel=0.05)
    assert not conv.bias.data.any()


def test_separable_convolution_has_the_parameters_of_the_lectures():
    """9 C + C·filters in the place of 9 C·filters."""
    block = models.separable(64, 128)
    separate = block["depthwise"].weight.size + block["pointwise"].weight.size
    assert separate == 64 * 9 + 64 * 128
    assert nn.Conv2d(64, 128, 3, bias=False).weight.size == 9 * 64 * 128


# -- several outputs -----------------------------------------------------------------------------


def test_auxiliary_losses_add_up():
    rng = np.random.default_rng(0)
    a, b, c = (Tensor(rng.standard_normal((4, 3)), requires_grad=True) for _ in range(3))
    labels = np.array([0, 2, 1, 1])
    loss = models.auxiliary_cross_entropy((a, b, None, c), labels, weight=0.5)
    parts = [float(F.cross_entropy(t, labels).data) for t in (a, b, c)]
    assert float(loss.data) == pytest.approx(parts[0] + 0.5 * (parts[1] + parts[2]))
    assert float(losses.auxiliary_cross_entropy(a, labels).data) == pytest.approx(parts[0])
    with pytest.raises(DtypeError, match=r"auxiliary_cross_entropy: expected a Tensor.*got list"):
        models.auxiliary_cross_entropy([a, b], labels)


def test_googlenet_gives_three_scores_in_training_and_one_in_use():
    x = np.random.default_rng(0).standard_normal((1, 3, 32, 32), np.float32)
    model = models.googlenet(classes=7)
    scores = model(x)
    assert [s.shape for s in scores] == [(1, 7)] * 3
    assert scores.logits is scores[0] and scores.aux_logits1 is scores[2]
    assert model.eval()(x).shape == (1, 7)
    assert models.googlenet(classes=7, aux=False)(x).shape == (1, 7)


def test_multitask_loss_is_the_sum_of_its_parts():
    model = models.multitask(classes=3, points=5).eval()
    out = model(np.random.default_rng(0).standard_normal((2, 1, 16, 16), np.float32))
    assert out.scores.shape == (2, 3) and out.points.shape == (2, 5, 2)
    labels, points = np.array([0, 2]), out.points.data + np.float32(0.5)
    loss = models.multitask_loss(out, labels, points, weight=2.0)
    expected = float(F.cross_entropy(out.scores, labels).data) + 2.0 * 5 * 2 * 0.25
    assert float(loss.data) == pytest.approx(expected, rel=1e-5)
    with pytest.raises(ShapeError, match=r"multitask_loss: expected points of shape \(2, 5, 2\)"):
        models.multitask_loss(out, labels, points[:, :4])
    with pytest.raises(ShapeError, match=r"the trunk must give features \(N, width\)"):
        models.MultiTask(nn.Conv2d(1, 2, 3), 2, 3)(np.zeros((1, 1, 5, 5), np.float32))


@pytest.mark.parametrize("size", [(4, 4), (7, 5), (16, 16), (9, 30)])
def test_a_label_for_every_pixel_at_any_size(size):
    model = models.fully_convolutional(classes=3).eval()
    x = np.random.default_rng(0).standard_normal((2, 3, *size), np.float32)
    assert model(x).shape == (2, 3, *size)


def test_scores_are_enlarged_by_interpolation_at_first():
    """The transposed convolution of a constant is that constant, away from the border."""
    model = models.fully_convolutional(classes=2)
    x = np.zeros((1, 2, 6, 6), np.float32)
    x[:, 1] = 3.0
    y = model.enlarge[0](x).data
    assert y.shape == (1, 2, 12, 12)
    np.testing.assert_allclose(
        y[0, :, 1:-1, 1:-1], np.array([0.0, 3.0])[:, None, None] + 0 * y[0, :, 1:-1, 1:-1]
    )


def test_networks_learn_a_handful_of_images():
    """Loss falls on 8 images: the gradients point the right way through every kind of join."""
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((8, 3, 16, 16), np.float32), np.arange(8)
    for model, lr in (
        (models.resnet20(classes=8), 0.05),
        (models.fully_convolutional(classes=2, widths=(8, 16)), 0.5),
    ):
        optimizer = nn.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
        found = []
        for _ in range(8):
            scores = model(x)
            target = labels if scores.ndim == 2 else (x[:, 0] > 0).astype(int)
            loss = F.cross_entropy(scores, target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            found.append(float(loss.data))
        assert found[-1] < 0.8 * found[0], type(model).__name__


# -- the user's mistakes -------------------------------------------------------------------------

MISTAKES = [
    (lambda: models.build("resnet19"), r"build: no network is called 'resnet19'; there are"),
    (lambda: models.resnet_cifar(21), r"resnet_cifar: depth must be 6n \+ 2 .*got 21"),
    (lambda: models.resnet_cifar(20, shortcut="C"), r"shortcut must be 'A' or 'B', got 'C'"),
    (lambda: models.vgg("F"), r"vgg: configuration 'F' is none of A, A-LRN, B, C, D, E"),
    (lambda: models.alexnet_original(without=["fc8"]), r"names from conv3, conv4, fc6, fc7; got"),
    (lambda: models.alexnet_original(without="fc7"), r"without must be a list of names"),
    (lambda: models.googlenet(module="naive"), r"module must be 'full' or 'basic', got 'naive'"),
    (lambda: models.lenet5(image=30), r"lenet5: image must be 28 or 32, got 30"),
    (lambda: models.mlp(784), r"mlp: expected the number of features.*got \(784,\)"),
    (lambda: models.mlp(4, 3, 2, activation="step"), r"mlp: activation 'step' is none of relu"),
    (lambda: models.modern_mlp(784, 10), r"modern_mlp: expected a hidden layer too"),
    (lambda: models.fully_convolutional(widths=(8,)), r"expected two widths or more, got \(8,\)"),
]  # fmt: skip


@pytest.mark.parametrize("call, message", MISTAKES)
def test_mistakes(call, message):
    with pytest.raises(ValueRangeError, match=message):
        call()


def test_images_too_small_for_the_stages():
    with pytest.raises(ShapeError, match="expected images of 4×4 or more"):
        models.fully_convolutional()(np.zeros((1, 3, 3, 8), np.float32))
