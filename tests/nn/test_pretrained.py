"""EfficientNet-lite0 with its pretrained weights, what it is used for, and what that needs."""

import importlib.metadata
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import no_grad
from autograd.errors import AutogradError, DtypeError, ShapeError, ValueRangeError
from nn.data import DataError, center_crop, photo, resize
from nn.models import efficientnet_lite0
from nn.models.efficientnet import NORMALIZE, PACKAGE
from nn.torch_files import load_torch

SAVED = Path(__file__).parent / "torch_saved"
PHOTOS = {"china": 698, "flower": 985}  # palace, daisy


def _installed():
    try:
        return any(f.suffix == ".pth" for f in importlib.metadata.files(PACKAGE) or [])
    except importlib.metadata.PackageNotFoundError:
        return False


needs_weights = pytest.mark.skipif(not _installed(), reason=f"needs {PACKAGE}")


@pytest.fixture(scope="module")
def model():
    return efficientnet_lite0(pretrained=True)


def _run(f, x):
    with no_grad():
        y = f(x)
    return np.asarray(getattr(y, "data", y))


# --- the network --------------------------------------------------------------------------------


def test_new_network():
    nn.init.seed(0)
    model = efficientnet_lite0()
    assert model.count_parameters() == 4_652_008
    assert len(model.blocks) == 16 and model.training
    assert nn.models.build("efficientnet_lite0", classes=10).count_parameters() == 3_383_818
    x = np.random.default_rng(0).random((2, 3, 32, 32), np.float32)
    loss = nn.functional.cross_entropy(model(x), np.array([1, 2]))
    loss.backward()
    assert loss.dtype == np.float32
    assert all(np.isfinite(p.grad).all() for p in model.parameters())


@needs_weights
def test_the_file_has_296_tensors_and_they_fit(model):
    path = next(f.locate() for f in importlib.metadata.files(PACKAGE) if f.suffix == ".pth")
    arrays = load_torch(path)
    assert len(arrays) == 296
    assert len(model.state_dict()) == 296
    np.testing.assert_array_equal(
        arrays["_blocks.3._depthwise_conv.weight"], model.blocks[3].depthwise_conv.weight.data
    )
    assert not any(m.training for m in model.modules())


@needs_weights
def test_scores_and_features_are_pytorchs(model):
    """On sizes that pad unevenly, before or behind, in every stage."""
    with np.load(SAVED / "efficientnet.npz") as stored:
        x = stored["x"].astype(np.float32) / 127
        scores, features = stored["scores"], stored["features"]
    np.testing.assert_allclose(_run(model.features, x), features, atol=2e-4)
    np.testing.assert_allclose(_run(model, x), scores, atol=1e-3)


@needs_weights
@pytest.mark.parametrize("name", PHOTOS)
def test_photos_are_recognised(model, name):
    pytest.importorskip("sklearn")
    x = model.preprocess(photo(name)[np.newaxis])
    assert x.shape == (1, 3, 224, 224) and x.dtype == np.float32
    scores = _run(model, x)[0]
    assert scores.argmax() == PHOTOS[name]
    ahead = np.diff(np.sort(scores)[-2:])[0]
    assert ahead > 0.7  # by a factor of two, not by chance


@needs_weights
def test_new_head_on_a_frozen_trunk():
    """Only the head learns; the trunk, its batch norm too, stays as it was bit for bit."""
    nn.init.seed(0)
    model = efficientnet_lite0(pretrained=True, classes=2)
    model.freeze()
    model.fc.unfreeze()
    assert model.count_parameters() == 1280 * 2 + 2
    before = model.state_dict()
    y = np.array([0, 1, 0, 1, 0, 1])
    x = np.random.default_rng(0).normal(size=(6, 3, 32, 32)).astype(np.float32) / 4
    x[:, 0] += (2 * y - 1)[:, np.newaxis, np.newaxis]  # red or not
    optimizer = nn.SGD([p for p in model.parameters() if p.requires_grad], lr=2.0)
    losses = []
    for _ in range(8):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.data))
    assert losses[-1] < 0.5 * losses[0]
    for name, a in model.state_dict().items():
        assert name.startswith("fc.") != np.array_equal(a, before[name]), name


@needs_weights
def test_stored_features_give_what_the_whole_network_gives(model):
    x = np.random.default_rng(1).normal(size=(3, 3, 64, 64)).astype(np.float32)
    features = _run(model.features, x)
    np.testing.assert_allclose(_run(model.fc, features), _run(model, x), atol=1e-5)
    np.testing.assert_allclose(features, _run(model.maps, x).mean((2, 3)), atol=1e-5)


def test_without_the_package(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", missing)
    with pytest.raises(DataError, match=r'is missing: pip install "chalkgrad\[pretrained\]"'):
        efficientnet_lite0(pretrained=True)
    monkeypatch.setattr(importlib.metadata, "files", lambda name: None)
    with pytest.raises(DataError, match=r"\.pth file is not there.*--force-reinstall"):
        efficientnet_lite0(pretrained=True)


def test_another_file_in_the_package(monkeypatch):
    class File:
        suffix = ".pth"
        locate = staticmethod(lambda: SAVED / "protocol4-zip.pth")

    monkeypatch.setattr(importlib.metadata, "files", lambda name: [File])
    with pytest.raises(ValueRangeError, match="missing: blocks.0"):
        efficientnet_lite0(pretrained=True)


# --- preparing photos ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(7, 9), (20, 31), (45, 31), (60, 90)])
def test_resize_is_pillows_bicubic(size):
    Image = pytest.importorskip("PIL.Image")
    x = np.random.default_rng(0).random((2, 3, 20, 31))
    y = resize(x, size)
    assert y.shape == (2, 3, *size) and y.dtype == np.float64
    for n, c in np.ndindex(2, 3):
        image = Image.fromarray(x[n, c].astype(np.float32))
        expected = np.asarray(image.resize(size[::-1], Image.Resampling.BICUBIC))
        np.testing.assert_allclose(y[n, c], expected, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_resize_keeps_dtype_constants_and_identity(dtype):
    x = np.random.default_rng(0).random((2, 1, 12, 10)).astype(dtype)
    np.testing.assert_array_equal(resize(x, (12, 10)), x, strict=True)
    ones = np.ones((1, 2, 12, 10), dtype)
    for size in (3, (40, 25)):
        y = resize(ones, size)
        assert y.dtype == dtype
        np.testing.assert_allclose(y, 1, rtol=1e-3 if dtype == np.float16 else 1e-6)


def test_center_crop():
    x = np.arange(2 * 3 * 6 * 8.0).reshape(2, 3, 6, 8)
    np.testing.assert_array_equal(center_crop(x, (4, 2)), x[:, :, 1:5, 3:5])
    np.testing.assert_array_equal(center_crop(x, (6, 8)), x)


def test_preprocess():
    model = nn.models.efficientnet.EfficientNetLite
    x = model.preprocess(np.full((2, 3, 300, 500), 127 / 255), size=32)
    assert x.shape == (2, 3, 32, 32) and abs(x).max() < 1e-12
    np.testing.assert_allclose(NORMALIZE(np.ones((1, 3, 2, 2))), 1)
    # The middle 7/8: a border that is narrower is not seen.
    framed = np.zeros((1, 3, 160, 160))
    framed[:, :, 10:-10, 10:-10] = 1
    np.testing.assert_allclose(model.preprocess(framed, size=140), 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: resize(np.zeros((3, 8, 8)), 4), ShapeError, r"resize: .*got \(3, 8, 8\)"),
        (lambda: resize(np.zeros((1, 3, 8, 8), int), 4), DtypeError, "resize: expected floats"),
        (lambda: resize(np.zeros((1, 3, 8, 8)), 0), ValueRangeError, "size must be 1 or more"),
        (lambda: center_crop(np.zeros((1, 3, 8, 8)), 9), ShapeError, "8 x 8.*9 x 9"),
        (
            lambda: nn.models.efficientnet.EfficientNetLite.preprocess(np.zeros((3, 40, 40))),
            ShapeError,
            r"got \(3, 40, 40\)",
        ),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message) as raised:
        call()
    assert isinstance(raised.value, AutogradError)


# --- ensembles ----------------------------------------------------------------------------------


def _softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def test_ensemble_is_the_mean_of_the_probabilities():
    nn.init.seed(0)
    models = [nn.Linear(4, 3) for _ in range(3)]
    x = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    both = nn.Ensemble(*models, views=lambda x: [x, -x])
    y = _run(both, x)
    expected = np.mean([_softmax(_run(m, v)) for m in models for v in (x, -x)], axis=0)
    np.testing.assert_allclose(_softmax(y), expected, rtol=1e-5)
    np.testing.assert_allclose(np.exp(y), expected, rtol=1e-5)  # they are logarithms already
    np.testing.assert_allclose(_softmax(_run(nn.Ensemble(models[0]), x)),
                               _softmax(_run(models[0], x)), rtol=1e-5)  # fmt: skip


def test_ensemble_of_certain_networks_stays_finite():
    class Certain(nn.Module):
        def forward(self, x):
            return x * 1e4

    x = np.array([[1.0, 0.0, -1.0]])
    y = _run(nn.Ensemble(Certain(), Certain(), views=lambda x: (x, x[:, ::-1])), x)
    assert np.isfinite(y).all()
    np.testing.assert_allclose(np.exp(y), [[0.5, 0, 0.5]], atol=1e-12)


def test_ensemble_puts_its_networks_into_eval():
    net = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 3))
    both = nn.Ensemble(net)
    assert not net.training
    x = np.ones((5, 4), np.float32)
    np.testing.assert_array_equal(_run(both, x), _run(both, x))
    assert [name for name, _ in both.named_parameters()] == [
        "models.0.1.weight",
        "models.0.1.bias",
    ]


def test_ensemble_of_real_networks_beats_its_members():
    """Five small networks on scikit-learn's digits, each from another seed and 200 examples."""
    pytest.importorskip("sklearn")
    train, test = nn.data.digits()
    models = []
    for seed in range(5):
        nn.init.seed(seed)
        model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        rows = np.random.default_rng(seed).permutation(len(train.labels))[:200]
        part = (train.images[rows], train.labels[rows])
        optimizer = nn.SGD(model.parameters(), lr=0.2, momentum=0.9)
        loader = nn.data.DataLoader(part, 50, shuffle=True, seed=seed)
        for _ in range(15):
            for x, y in loader:
                loss = nn.functional.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        models.append(model)

    def right(model):
        return (_run(model, test.images).argmax(1) == test.labels).mean()

    alone = [right(model) for model in models]
    together = right(nn.Ensemble(*models))
    assert min(alone) > 0.8
    assert together > np.mean(alone) + 0.01


@needs_weights
def test_ten_crops_of_a_photo(model):
    pytest.importorskip("sklearn")
    x = model.preprocess(photo("china")[np.newaxis], size=40)
    views = nn.data.ten_crop(x, 32)
    ten = _run(nn.Ensemble(model, views=lambda x: nn.data.ten_crop(x, 32)), x)
    expected = np.mean([_softmax(_run(model, view)) for view in views], axis=0)
    np.testing.assert_allclose(np.exp(ten), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Ensemble(), ValueRangeError, "at least one network"),
        (lambda: nn.Ensemble([nn.ReLU()]), DtypeError, "expected networks, got list"),
        (lambda: nn.Ensemble(nn.ReLU(), views=3), DtypeError, "views must be callable, got int"),
        (
            lambda: nn.Ensemble(nn.Linear(4, 3), nn.Linear(4, 2))(np.ones((5, 4), np.float32)),
            ShapeError,
            r"Linear gave scores \(5, 2\), expected \(N, classes\) = \(5, 3\)",
        ),
        (
            lambda: nn.Ensemble(nn.ReLU())(np.ones((5, 4, 3))),
            ShapeError,
            r"gave scores \(5, 4, 3\), expected \(N, classes\)",
        ),
        (
            lambda: nn.Ensemble(nn.ReLU(), views=lambda x: [])(np.ones((5, 4))),
            ValueRangeError,
            "views gave nothing",
        ),
    ],
)
def test_ensemble_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
