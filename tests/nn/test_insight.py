"""nn.insight: analytic answers, things found where they were planted, models left alone."""

import numpy as np
import pytest

import nn
from autograd import Tensor, no_grad
from autograd.errors import ShapeError
from nn import insight

RNG = np.random.default_rng(0)


class Bilinear(nn.Module):
    """y_k = xᵀ A_k x."""

    def __init__(self, a):
        self.a = Tensor(a, requires_grad=True)

    def forward(self, x):
        return np.einsum("ni,kij,nj->nk", x, self.a, x)


def linear(w, b):
    model = nn.Linear(*w.shape[::-1]).astype(w.dtype)
    return model.load_state_dict({"weight": w, "bias": b})


def digits_net(seed=0):
    """A small network with relu on 8 by 8 digits, trained for half a second."""
    nn.init.seed(seed)
    train, test = nn.data.digits()
    model = nn.Sequential(
        {
            "conv1": nn.Conv2d(1, 8, 3, padding=1),
            "relu1": nn.ReLU(),
            "pool1": nn.MaxPool2d(2),
            "conv2": nn.Conv2d(8, 16, 3),
            "relu2": nn.ReLU(),
            "flatten": nn.Flatten(),
            "fc": nn.Linear(64, 10),
        }
    )
    optimizer = nn.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(4):
        for x, y in nn.data.DataLoader(train, 64, shuffle=True, seed=0):
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model, test


@pytest.fixture(scope="module")
def trained():
    return digits_net()


# -- which pixels ---------------------------------------------------------------------------------


def test_a_linear_model():
    """dy_k/dx = w_k; the parts are x w_k, and those from a baseline (x - x₀) w_k."""
    w, b, x = RNG.normal(size=(4, 6)), RNG.normal(size=4), RNG.normal(size=(3, 6))
    model, k = linear(w, b), np.array([2, 0, 3])
    np.testing.assert_allclose(insight.saliency(model, x, k).array, np.abs(w[k]))
    np.testing.assert_allclose(insight.gradient_times_input(model, x, k).array, x * w[k])
    start = RNG.normal(size=6)
    found = insight.integrated_gradients(model, x, k, baseline=start, steps=3)
    np.testing.assert_allclose(found.array, (x - start) * w[k])
    np.testing.assert_allclose(found.difference, ((x - start) * w[k]).sum(1))
    np.testing.assert_allclose(found.gap, 0, atol=1e-12)
    smooth = insight.smooth_grad(model, x, k, samples=4, seed=1)
    np.testing.assert_allclose(smooth.array, w[k])
    np.testing.assert_array_equal(insight.saliency(model, x).target, (x @ w.T + b).argmax(1))
    np.testing.assert_allclose(found.scores, (x @ w.T + b)[np.arange(3), k])


def test_a_bilinear_model():
    """Of y = xᵀ A x the gradient is (A + Aᵀ) x, and its mean on the way from 0 half of that."""
    a, x = RNG.normal(size=(3, 5, 5)), RNG.normal(size=(4, 5))
    model, k = Bilinear(a), np.array([0, 1, 2, 1])
    slope = np.einsum("nij,nj->ni", a[k] + a[k].transpose(0, 2, 1), x)
    np.testing.assert_allclose(insight.saliency(model, x, k).array, np.abs(slope))
    found = insight.integrated_gradients(model, x, k, steps=4)  # exact: the slope is linear
    np.testing.assert_allclose(found.array, x * slope / 2)
    np.testing.assert_allclose(found.array.sum(1), np.einsum("ni,nij,nj->n", x, a[k], x))


def test_integrated_gradients_are_complete(trained):
    model, test = trained
    x = test.images[:4].astype(np.float64)
    few, many = (insight.integrated_gradients(model, x, 3, steps=n) for n in (4, 300))
    np.testing.assert_allclose(
        many.array.sum((1, 2, 3)) - many.gap, many.difference, rtol=1e-6, atol=1e-9
    )
    assert np.abs(many.gap).max() < 0.01 * np.abs(many.difference).max()
    assert np.abs(many.gap).max() < np.abs(few.gap).max()
    wrong = insight.gradient_times_input(model, x, 3).array.sum((1, 2, 3)) - many.difference
    assert np.abs(wrong).max() > 10 * np.abs(many.gap).max()


class Corner(nn.Module):
    """Score 1 is the ink in the upper left corner, score 0 that in the lower right."""

    def __init__(self):
        self.conv = nn.Conv2d(1, 2, 1, bias=False)
        nn.init.ones_(self.conv.weight)

    def forward(self, x):
        y = nn.functional.relu(self.conv(x))
        return np.stack([np.sum(y[:, 0, 5:, 5:], (1, 2)), np.sum(y[:, 1, :3, :3], (1, 2))], 1)


def test_occlusion_and_grad_cam_find_the_place():
    model, x = Corner(), np.ones((2, 1, 8, 8), np.float32)
    found = insight.occlusion(model, x, [1, 0], size=2, stride=2)
    assert found.array.shape == (2, 4, 4) and found.scores.tolist() == [9, 9]
    expected = np.full((4, 4), 9)
    expected[:2, :2] = [[5, 7], [7, 8]]
    np.testing.assert_array_equal(found.array[0], expected)
    np.testing.assert_array_equal(found.array[1], expected[::-1, ::-1])
    drop = found.map()
    assert drop[0, 0, 0] == 4 and drop[0, 3:, 4:].max() == 0 and drop[1, 7, 7] == 4
    uneven = insight.occlusion(model, x[:1], 1, size=3, stride=4)
    assert uneven.tops.tolist() == [0, 4, 5]  # the last touches the edge
    assert uneven.map()[0, 0, 3] == 0 < uneven.map()[0, 0, 2]
    saliency = insight.saliency(model, x, 1).map()
    np.testing.assert_array_equal(saliency[0] > 0, np.outer(np.arange(8) < 3, np.arange(8) < 3))
    cam = insight.grad_cam(model, x, 1)
    assert cam.layer == "conv"
    np.testing.assert_allclose(cam.array[0], 9 / 64)  # the weight is a mean over all places


def test_the_second_run_of_a_layer_counts():
    class Twice(nn.Module):
        def __init__(self):
            self.act = nn.ReLU()
            self.fc = nn.Linear(4, 2)

        def forward(self, x):
            return self.fc(np.mean(self.act(self.act(x) - 1), axis=(2, 3)))

    model, x = Twice(), np.full((1, 4, 3, 3), 3, np.float32)
    assert insight.activations(model, x, "act").array.max() == 2
    expected = 2 * max(0, model.fc.weight.data[1].sum() / 9)
    np.testing.assert_allclose(insight.grad_cam(model, x, 1, "act").maps, expected, 1e-5)
    assert insight.grad_cam(model, x, 1).layer == "act"


def test_smooth_grad_is_seeded(trained):
    model, test = trained
    one, same, other = (
        insight.smooth_grad(model, test.images[:2], samples=3, seed=s).array for s in (1, 1, 2)
    )
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    nn.init.seed(5)
    a = insight.smooth_grad(model, test.images[:2], samples=3).array
    nn.init.seed(5)
    assert np.array_equal(a, insight.smooth_grad(model, test.images[:2], samples=3).array)


def test_all_methods_side_by_side(trained):
    model, test = trained
    found = insight.compare_attributions(model, test.images[:1], seed=0)
    assert list(found.maps) == [
        "saliency", "gradient × input", "integrated gradients", "SmoothGrad", "guided backprop",
        "deconvnet", "Grad-CAM", "occlusion",
    ]  # fmt: skip
    for values in found.maps.values():
        assert values.shape == (8, 8) and np.isfinite(values).all() and np.abs(values).max() > 0
    flat = nn.Sequential(nn.Flatten(), nn.Linear(64, 10), nn.Tanh())
    assert len(insight.compare_attributions(flat, test.images[:1]).maps) == 5


# -- what is in a network -------------------------------------------------------------------------


def test_filters_and_activations(trained):
    model, test = trained
    first = insight.filters(model)
    assert first.layer == "conv1"
    np.testing.assert_array_equal(first.array, model["conv1"].weight.data)
    assert insight.filters(model, "conv2").array.shape == (16, 8, 3, 3)
    assert insight.filters(model, "fc", shape=(16, 2, 2)).array.shape == (10, 16, 2, 2)
    with no_grad():
        maps = model["relu1"](model["conv1"](test.images[:5])).data
        scores = model(test.images[:5]).data
    found = insight.activations(model, test.images[:5], "relu1", batch_size=2)
    np.testing.assert_allclose(found.array, maps, 1e-5, 1e-6)
    np.testing.assert_allclose(insight.activations(model, test.images[:5], "").array, scores, 1e-4)


def test_top_patches_find_what_a_filter_looks_for():
    """A filter that is a cross is excited most by crosses, where they are."""
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.float32)
    conv = nn.Conv2d(1, 2, 3, stride=2, padding=1, bias=False)
    conv.load_state_dict({"weight": np.stack([cross, -cross])[:, np.newaxis]})
    model = nn.Sequential(conv, nn.ReLU(), nn.Flatten(), nn.Linear(50, 3))
    images = np.zeros((6, 1, 10, 10), np.float32)
    places = {4: (3, 5), 1: (7, 1), 3: (0, 0)}  # middle of the field is place × stride
    for i, (row, column) in places.items():
        for r, c in np.argwhere(cross) - 1:
            if row + r >= 0 and column + c >= 0:
                images[i, 0, row + r + row % 2, column + c + column % 2] = 0.5 + i / 10
    top = insight.top_patches(model, images, "0", 0, k=3, batch_size=4)
    assert top.indices.tolist() == [[4, 1, 3]]
    assert top.places[0].tolist() == [[2, 3], [4, 1], [0, 0]]
    assert top.boxes[0].tolist() == [[3, 5, 6, 8], [7, 1, 10, 4], [-1, -1, 2, 2]]
    np.testing.assert_allclose(top.patches[0][0][0], cross * 0.9)
    assert top.patches[0][2].shape == (1, 2, 2)  # without the padding
    np.testing.assert_allclose(top.values[0], [4.5, 3.0, 2.4], rtol=1e-6)
    both = insight.top_patches(model, images, "1", [1, 0], k=99)
    assert both.values.shape == (2, 6) and both.values[0].max() == 0
    whole = insight.top_patches(model, images, "3", 2, k=2)
    assert whole.boxes[0].tolist() == [[0, 0, 10, 10]] * 2


def test_a_patch_alone_gives_the_same_activation(trained):
    """The receptive field holds all that the unit sees."""
    model, test = trained
    top = insight.top_patches(model, test.images, "conv2", [2, 5], k=4)
    maps = insight.activations(model, test.images, "conv2").array
    for u, unit in enumerate(top.units):
        expected = np.sort(maps[:, unit].max((1, 2)))[::-1][:4]
        np.testing.assert_allclose(top.values[u], expected, 1e-6)
        for i, (t, le, b, r), value, (row, column) in zip(
            top.indices[u], top.boxes[u], top.values[u], top.places[u], strict=True
        ):
            only = np.zeros_like(test.images[:1])
            part = (slice(max(t, 0), b), slice(max(le, 0), r))
            only[0, 0][part] = test.images[i, 0][part]
            alone = insight.activations(model, only, "conv2").array[0, unit, row, column]
            assert alone == pytest.approx(value, rel=1e-5)


def test_patches_of_blocks_and_of_layers_that_run_twice():
    """Their fields are those of the whole block, or of the last run."""
    nn.init.seed(0)
    model, x = nn.models.efficientnet_lite0(), RNG.random((4, 3, 64, 64), np.float32)
    for layer in ("blocks.2", "blocks.1.relu"):
        top = insight.top_patches(model, x, layer, 3, k=2)
        (i, _), (t, le, b, r) = top.indices[0], top.boxes[0, 0]
        only = np.zeros_like(x[:1])
        part = (slice(None), slice(max(t, 0), b), slice(max(le, 0), r))
        only[0][part] = x[i][part]
        row, column = top.places[0, 0]
        alone = insight.activations(model, only, layer).array[0, 3, row, column]
        assert alone == pytest.approx(top.values[0, 0], rel=1e-4)
        only[0, :, max(t, 0), max(le, 0) : r] = 0  # the first row is seen too
        without = insight.activations(model, only, layer).array[0, 3, row, column]
        assert without != pytest.approx(alone, rel=1e-6)


def test_a_pretrained_network_looks_at_the_tower():
    try:
        model = nn.models.efficientnet_lite0(pretrained=True)
        x = model.preprocess(nn.data.photo("china")[np.newaxis], 160)
    except nn.data.DataError as error:
        pytest.skip(str(error))
    found = insight.grad_cam(model, x, 698)  # palace
    assert found.layer == "relu" and found.maps.shape == (1, 5, 5)
    assert found.array[0, :, :80].sum() > 2 * found.array[0, :, 80:].sum()
    assert insight.guided_backprop(model, x, 698).array.shape == x.shape


def test_maximize_has_a_known_answer():
    """Of wᵀx - l2 Σx² the maximum is at w / (2 l2); with l1, where |w| > l1 only."""
    w = np.array([[1.0, -2.0, 0.1], [0.5, 0.3, -0.2]])
    model = linear(w, np.zeros(2))
    options = dict(steps=400, lr=0.1, seed=0, l2=0.5, start=np.zeros(3))
    found = insight.maximize(model, (3,), [0, 1], **options)
    np.testing.assert_allclose(found.array, w, atol=0.01)
    sparse = insight.maximize(model, (3,), [0, 1], l1=0.25, **options)
    np.testing.assert_allclose(sparse.array, np.sign(w) * np.maximum(abs(w) - 0.25, 0), atol=0.01)
    np.testing.assert_array_equal(sparse.array == 0, abs(w) < 0.25)
    bounded = insight.maximize(model, (3,), 0, steps=200, bounds=(-1, 1), seed=0)
    np.testing.assert_array_equal(bounded.array, [[1, -1, 1]])
    np.testing.assert_allclose(bounded.activation, [3.1])


def test_maximize_units_maps_and_elements(trained):
    model, _ = trained
    options = dict(layer="conv2", steps=30, bounds=(0, 1), seed=1, lr=0.1)
    whole = insight.maximize(model, (1, 8, 8), 4, **options)
    one = insight.maximize(model, (1, 8, 8), (4, 0, 0), **options)
    assert whole.history.shape == (30, 1) and whole.activation[0] > whole.history[0, 0]
    maps = insight.activations(model, whole.array, "conv2").array
    assert maps[0, 4].sum() == pytest.approx(whole.activation[0], rel=1e-4)
    maps = insight.activations(model, one.array, "conv2").array
    assert maps[0, 4, 0, 0] == pytest.approx(one.activation[0], rel=1e-4)
    assert maps[0, 4, 0, 0] > insight.activations(model, whole.array, "conv2").array[0, 4, 0, 0]


def test_regularisers_do_what_they_say(trained):
    model, _ = trained
    options = dict(steps=60, lr=0.1, bounds=(-1, 1), seed=3)
    plain, l1, l2, tv, jitter = (
        insight.maximize(model, (1, 8, 8), range(10), **options, **more)
        for more in ({}, {"l1": 0.3}, {"l2": 0.5}, {"tv": 0.3}, {"jitter": 2})
    )
    assert (plain.activation > plain.history[0] + 3).all()
    assert (l1.array == 0).mean() > 0.3 and (plain.array == 0).mean() < 0.1
    assert np.square(l2.array).sum() < 0.7 * np.square(plain.array).sum()

    def variation(x):
        return sum(np.abs(np.diff(x, axis=axis)).sum() for axis in (2, 3))

    assert variation(tv.array) < 0.6 * variation(plain.array)
    assert not np.array_equal(jitter.array, plain.array)
    again = insight.maximize(model, (1, 8, 8), range(10), **options, jitter=2)
    assert np.array_equal(jitter.array, again.array)


# -- what fools it --------------------------------------------------------------------------------


def test_fgsm_of_a_linear_model_is_the_worst_that_can_be():
    """Of two classes the score gap falls by eps Σ|w₀ - w₁|, more than by any other change."""
    w, x = RNG.normal(size=(2, 6)), RNG.uniform(0.4, 0.6, (3, 6))
    model = linear(w, np.zeros(2))
    found = insight.fgsm(model, x, 0, eps=0.1)
    gap = (found.before - found.after) @ [1, -1]
    np.testing.assert_allclose(gap, 0.1 * np.abs(w[0] - w[1]).sum())
    np.testing.assert_allclose(found.array, x - 0.1 * np.sign(w[0] - w[1]))
    back = insight.fgsm(model, x, 1, eps=0.1, targeted=True)
    np.testing.assert_allclose(back.array, found.array)
    np.testing.assert_array_equal(
        insight.iterated_fgsm(model, x, 0, eps=0.1, steps=5).array, found.array
    )
    np.testing.assert_array_equal(found.changed, (found.before.argmax(1) != found.after.argmax(1)))


def test_attacks_on_a_trained_network(trained):
    model, test = trained
    x, labels = test.images[:100], test.labels[:100]
    one = insight.fgsm(model, x, labels, eps=0.2)
    many = insight.iterated_fgsm(model, x, labels, eps=0.2)
    clean = (one.before.argmax(1) == labels).mean()
    after = [(found.after.argmax(1) == labels).mean() for found in (one, many)]
    assert clean > 0.9 and after[0] < clean - 0.3 and after[1] <= after[0]
    for found in (one, many):
        assert found.array.dtype == np.float32
        assert np.abs(found.array - x).max() <= 0.2 + 1e-6
        assert found.array.min() >= 0 and found.array.max() <= 1
    goal = insight.iterated_fgsm(model, x[:10], 7, eps=0.5, steps=20, targeted=True)
    assert (goal.after.argmax(1) == 7).mean() > 0.7
    for steps, expected in ((1, after[0]), (10, after[1])):
        curve = insight.adversarial_accuracy(model, x, labels, [0, 0.2], steps=steps, batch_size=32)
        np.testing.assert_allclose(curve.accuracy, [clean, expected])


def test_evolution_fools_the_network(trained):
    model, _ = trained
    found = insight.evolve(model, (1, 8, 8), [0, 8], generations=40, seed=0)
    assert found.history.shape == (41, 2) and (np.diff(found.history, axis=0) >= 0).all()
    assert (found.history[-1] > 0.95).all()
    assert found.after.argmax(1).tolist() == [0, 8]
    scores = insight.activations(model, found.array, "").array
    np.testing.assert_allclose(scores, found.after, 1e-4, 1e-4)
    again = insight.evolve(model, (1, 8, 8), [0, 8], generations=40, seed=0)
    assert np.array_equal(found.array, again.array)


# -- what is alike --------------------------------------------------------------------------------


def test_features_and_retrieval(trained):
    model, test = trained
    f = insight.features(model, test.images, "flatten", batch_size=100)
    assert f.shape == (len(test.labels), 64)
    maps = insight.activations(model, test.images[:3], "conv2").array
    means = insight.features(model, test.images[:3], "conv2")
    np.testing.assert_allclose(means, maps.mean((2, 3)), 1e-5, 1e-6)
    found = insight.retrieve(f, np.arange(60), k=5)
    assert (test.labels[found.indices] == test.labels[:60, np.newaxis]).mean() > 0.85
    assert (found.indices != np.arange(60)[:, np.newaxis]).all()
    assert (np.diff(found.similarity, axis=1) <= 0).all()
    outside = insight.retrieve(f, 2 * f[:4], k=1)
    assert outside.indices[:, 0].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(outside.similarity, 1, rtol=1e-5)
    assert insight.retrieve(f[:3], 0, k=9).indices.shape == (1, 2)
    assert insight.retrieve(np.zeros((3, 2)), 0).similarity.tolist() == [[0, 0]]


def test_pca_finds_the_plane():
    axes = np.linalg.qr(RNG.normal(size=(5, 2)))[0].T
    points = RNG.normal(size=(50, 2)) * [3, 1]
    found = insight.pca(points @ axes + 7, 2)
    assert found.explained.sum() == pytest.approx(1)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(2), atol=1e-12)
    centred = points - points.mean(0)
    np.testing.assert_allclose(found.array @ found.array.T, centred @ centred.T, atol=1e-9)
    assert (found.axes[np.arange(2), np.abs(found.axes).argmax(1)] > 0).all()


def test_tsne_keeps_groups_together():
    f = np.concatenate([RNG.normal(m, 0.1, (15, 6)) for m in (0, 5, 10)])
    found = insight.tsne(f, perplexity=5, seed=0)
    groups = found.array.reshape(3, 15, 2)
    middles = groups.mean(1)
    width = np.linalg.norm(groups - middles[:, np.newaxis], axis=2).mean()
    apart = np.linalg.norm(middles[0] - middles[1])
    assert apart > 3 * width
    assert np.array_equal(found.array, insight.tsne(f, perplexity=5, seed=0).array)


# -- a model is afterwards as it was --------------------------------------------------------------


class Noisy(nn.Module):
    def __init__(self):
        self.conv = nn.Conv2d(1, 3, 3)
        self.bn = nn.BatchNorm2d(3)
        self.relu = nn.ReLU()
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(3, 4)

    def forward(self, x):
        y = self.relu(self.bn(self.conv(x)))
        return self.fc(self.drop(np.mean(y, axis=(2, 3))))


def run_all(model, x):
    yield insight.activations(model, x, "bn")
    yield insight.top_patches(model, x, "conv", 1)
    yield insight.maximize(model, (1, 8, 8), 2, steps=2, seed=0)
    yield insight.compare_attributions(model, x[:1], seed=0)
    yield insight.fgsm(model, x, 1, 0.1)
    yield insight.adversarial_accuracy(model, x, 1, [0.1], steps=2)
    yield insight.evolve(model, (1, 8, 8), 1, generations=2, seed=0)
    yield insight.features(model, x, "relu")


def test_the_model_is_left_alone():
    nn.init.seed(0)
    model, x = Noisy(), RNG.random((3, 1, 8, 8), np.float32)
    model.bn.eval()
    model.conv.freeze()
    calls = []
    model.fc.register_forward_hook(lambda *call: calls.append(1))
    loss = nn.functional.cross_entropy(model(x), np.array([0, 1, 2]))
    loss.backward()
    kept = {name: p.grad for name, p in model.named_parameters()}
    modules, state = list(model.modules()), model.state_dict()
    flags = [m.training for m in modules]
    hooks = [m._forward_hooks for m in modules]
    with no_grad():
        for _ in run_all(model, x):
            pass
    assert [m.training for m in modules] == flags
    assert [m for m in modules if "training" in vars(m)] == [model.bn]
    assert [m._forward_hooks for m in modules] == hooks and len(calls) > 10
    assert all(p.grad is kept[name] for name, p in model.named_parameters())
    assert [p.requires_grad for p in model.conv.parameters()] == [False, False]
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, state[name])
    loss.backward()  # the graph that was there before still works
    assert model.fc.weight.grad is not None


def test_also_after_an_error():
    model, x = Noisy(), np.ones((2, 3, 8, 8), np.float32)  # three channels, one expected
    for f in (insight.saliency, insight.guided_backprop, insight.grad_cam, insight.occlusion):
        with pytest.raises(ShapeError, match="conv"):
            f(model, x)
    assert all(m.training and not m._forward_hooks for m in model.modules())
