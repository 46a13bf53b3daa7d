"""What nn.insight says to mistakes, and that its figures are drawn, or missing clearly."""

import sys
import warnings

import numpy as np
import pytest

import nn
from autograd import checkpoint, no_grad
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from nn import insight
from nn.insight.results import columns_for

nn.init.seed(0)
LENET = nn.models.lenet5()
RELU = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 3))
COLOUR = nn.Sequential(nn.Flatten(), nn.Linear(48, 2))
X = np.random.default_rng(0).random((2, 1, 28, 28), np.float32)
SMALL = X[:, :, :8, :8]
F = np.ones((4, 3))


class Leaves(nn.Module):
    """Its scores do not come from x through the graph, nor from the maps of `conv`."""

    def __init__(self):
        self.conv, self.head = nn.Conv2d(1, 2, 3), nn.Linear(72, 3)

    def forward(self, x):
        return self.head(self.conv(x).data.reshape(len(x), -1))


class Inside(nn.Module):
    """Its `conv` runs in a checkpoint."""

    def __init__(self):
        self.conv, self.head = nn.Conv2d(1, 2, 3), nn.Linear(72, 3)

    def forward(self, x):
        return self.head(checkpoint(self.conv)(x).reshape(len(x), -1))


def test_a_layer_by_its_second_name():
    conv = nn.Conv2d(1, 1, 3)
    model = nn.Sequential(conv, nn.ReLU(), conv)
    one, two = (insight.top_patches(model, SMALL, name, 0, k=1) for name in ("0", "2"))
    assert np.array_equal(one.boxes, two.boxes) and two.layer == "2"
    assert two.patches[0][0].shape == (1, 5, 5)  # what the last run sees


MISTAKES = [
    (lambda: insight.saliency(Leaves(), SMALL), GraphError, "scores do not depend on x"),
    (lambda: insight.integrated_gradients(Leaves(), SMALL), GraphError, "leaves the graph"),
    (lambda: insight.fgsm(Leaves(), SMALL, 0, 0.1), GraphError, "fgsm: the scores do not depend"),
    (lambda: insight.maximize(Leaves(), (1, 8, 8), 0), GraphError, "layer '' returns does not"),
    (lambda: insight.maximize(Inside(), (1, 8, 8), 0, "conv"), GraphError, "inside checkpoint"),
    (lambda: insight.grad_cam(Leaves(), SMALL), GraphError, "what the layer 'conv' returns"),
    (lambda: insight.grad_cam(Inside(), SMALL), GraphError, "inside checkpoint"),
    (lambda: insight.activations(LENET, X, "conv3"), ValueRangeError,
     "no layer 'conv3' in Sequential. Did you mean 'conv2'? There are: conv1, tanh1"),
    (lambda: insight.activations(LENET, X, LENET["conv1"]), DtypeError, "by its name"),
    (lambda: insight.activations(LENET, X[0], "conv1"), ShapeError, "conv"),
    (lambda: insight.activations(LENET, X.astype(int), "conv1"), DtypeError, "must be floating"),
    (lambda: insight.activations(LENET, X[:0], "conv1"), ShapeError, "at least one example"),
    (lambda: insight.activations(np.tanh, X, "conv1"), DtypeError, "must be a Module"),
    (lambda: insight.activations(nn.LSTM(3, 4), np.ones((5, 2, 3), np.float32), ""), DtypeError,
     "returns a tuple"),
    (lambda: insight.activations(LENET, X, "conv1", batch_size=0), ValueRangeError, "batch_size"),
    (lambda: insight.grad_cam(LENET, X, layer="fc1"), ShapeError, "expected maps (N, C, H, W)"),
    (lambda: insight.grad_cam(LENET, X, layer="conv9"), ValueRangeError, "There are: conv1"),
    (lambda: insight.grad_cam(LENET, X[0]), ShapeError, "x[np.newaxis]"),
    (lambda: insight.grad_cam(nn.Sequential(nn.Flatten(), nn.Linear(784, 3)), X), ShapeError,
     "takes a convolutional network"),
    (lambda: insight.grad_cam(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2)),
                              X, layer="0"), ShapeError, "Take a layer before it"),
    (lambda: insight.saliency(LENET, X, target=10), ValueRangeError, "classes 0 to 9"),
    (lambda: insight.saliency(LENET, X, target=[1, -1]), ValueRangeError, "no class -1"),
    (lambda: insight.saliency(LENET, X, target=[1, 2, 3]), ShapeError, "each of the 2 examples"),
    (lambda: insight.saliency(LENET, X, target=1.0), DtypeError, "numbers of classes"),
    (lambda: insight.saliency(LENET, X[:, :, :20]), ShapeError, "conv2d|linear|matmul"),
    (lambda: insight.saliency(LENET["conv1"], X), ShapeError, "expected scores (2, classes)"),
    (lambda: insight.integrated_gradients(LENET, X, baseline=np.ones(3)), ShapeError, "baseline"),
    (lambda: insight.integrated_gradients(LENET, X, steps=0), ValueRangeError, "steps"),
    (lambda: insight.smooth_grad(LENET, X, noise=-1), ValueRangeError, "noise"),
    (lambda: insight.guided_backprop(LENET, X), ValueRangeError, "no relu or relu6"),
    (lambda: insight.deconvnet(LENET, X), ValueRangeError, "use saliency"),
    (lambda: insight.occlusion(LENET, X, size=30), ShapeError, "does not fit"),
    (lambda: insight.occlusion(LENET, X, stride=0), ValueRangeError, "stride"),
    (lambda: insight.compare_attributions(LENET, X), ShapeError, "one picture"),
    (lambda: insight.compare_attributions(LENET, X[:1], layer="nope"), ValueRangeError, "nope"),
    (lambda: insight.filters(nn.Linear(3, 2)), ShapeError, "no layer with filters"),
    (lambda: insight.filters(LENET, "tanh1"), ValueRangeError, "has no weight"),
    (lambda: insight.filters(LENET, "fc1"), ShapeError, "give their shape"),
    (lambda: insight.filters(LENET, "fc1", shape=(1, 28, 28)), ShapeError, "(120, 400)"),
    (lambda: insight.top_patches(LENET, X, "conv1", 6), ValueRangeError, "it has 6"),
    (lambda: insight.top_patches(LENET, X, "conv1", "a"), ValueRangeError, "number of a channel"),
    (lambda: insight.top_patches(LENET, X[0], "conv1", 0), ShapeError, "images must be pictures"),
    (lambda: insight.maximize(LENET, (1, 28, 28), 10), ValueRangeError, "no unit 10"),
    (lambda: insight.maximize(LENET, (1, 28, 28), (1, 2), "conv1"), ShapeError, "has 2 numbers"),
    (lambda: insight.maximize(LENET, (1, 28, 28), 1.5), DtypeError, "unit must be an integer"),
    (lambda: insight.maximize(LENET, (1, 28, 28), []), ValueRangeError, "empty list"),
    (lambda: insight.maximize(LENET, (3, 28, 28), 1, steps=1), ShapeError, "channels"),
    (lambda: insight.maximize(LENET, 28, 1), ShapeError, "as (1, 28, 28)"),
    (lambda: insight.maximize(LENET, (1, 28, 28), 1, bounds=(1, 0)), ValueRangeError, "low < high"),
    (lambda: insight.maximize(LENET, (1, 28, 28), 1, start=F), ShapeError, "start has the shape"),
    (lambda: insight.maximize(LENET, (1, 28, 28), 1, jitter=0.5), ValueRangeError, "pixels"),
    (lambda: insight.maximize(LENET, (1, 28, 28), 1, l1=-1), ValueRangeError, "l1"),
    (lambda: insight.fgsm(LENET, X, None, 0.1), ValueRangeError, "labels must be"),
    (lambda: insight.fgsm(LENET, X, 11, 0.1), ValueRangeError, "no class 11"),
    (lambda: insight.fgsm(LENET, X - 0.5, 1, 0.1), ValueRangeError, "outside bounds"),
    *((lambda e=e: insight.adversarial_accuracy(LENET, X, [1, 2], e), kind, "eps must be")
      for e, kind in ((["a"], DtypeError), ([0, np.inf], ValueRangeError), (1j, ValueRangeError))),
    *((lambda s=s: insight.loss_surface(RELU, lambda: 0.0, span=s), ValueRangeError,
       "span must be positive and finite, got") for s in (np.inf, "a", None, 0)),
    (lambda: insight.loss_surface(RELU, lambda: 0.0, None), DtypeError, "directions must be 1, 2"),
    *((lambda s=s: insight.loss_surface(RELU, lambda: 0.0, seed=s), ValueRangeError,
       "seed must be an integer") for s in (-1, "a", 2.5)),
    (lambda: insight.smooth_grad(LENET, X, seed=-1), ValueRangeError, "seed must be"),
    (lambda: insight.hessian_eigenvalues(RELU, lambda: 0.0, tolerance="a"), ValueRangeError,
     "tolerance must be a number from 0 on, got 'a'"),
    (lambda: insight.tsne(F, perplexity="a"), ValueRangeError, "perplexity must be between 0"),
    (lambda: insight.tsne(F, perplexity=2, seed=-1), ValueRangeError, "seed must be an int"),
    (lambda: insight.occlusion(LENET, X, fill=[1, 2]), ShapeError, "fill must be a num"),
    (lambda: insight.occlusion(LENET, X, stride=np.ones(2, int)), ValueRangeError, "stride"),
    (lambda: insight.linearised_predictions(RELU, SMALL, F, SMALL, "a", 1), ValueRangeError,
     "lr must be a number, got 'a'"),
    (lambda: insight.universal_approximation(np.sin, 3), ValueRangeError,
     "interval must be (low, high)"),
    (lambda: insight.universal_approximation(np.sin, widths=8), ValueRangeError,
     "widths must be a list of positive integers, got 8"),
    (lambda: insight.universal_approximation(np.sin, steps=-1), ValueRangeError, "steps must"),
    (lambda: insight.universal_approximation(np.sin, seed=None), ValueRangeError, "seed must"),
    (lambda: insight.deep_against_shallow(np.sin, parameters=np.inf), ValueRangeError,
     "parameters must be a positive integer, got inf"),
    (lambda: insight.fgsm(LENET, X, 1, -0.1), ValueRangeError, "eps"),
    (lambda: insight.adversarial_accuracy(LENET, X, 12, [0.1]), ValueRangeError, "no class 12"),
    (lambda: insight.occlusion(LENET, X, fill=None), DtypeError, "fill"),
    (lambda: insight.occlusion(LENET, X, fill="grey"), DtypeError, "fill"),
    (lambda: insight.evolve(nn.Sequential(nn.Flatten(), nn.Linear(4, 1)), (1, 2, 2), 0), ShapeError,
     "one score only"),
    (lambda: insight.evolve(LENET, (1, 28, 28), 10), ValueRangeError, "no class 10"),
    (lambda: insight.evolve(LENET, (1, 28, 28), 1, population=5), ValueRangeError, "fewer parents"),
    (lambda: insight.retrieve(F, 4), ValueRangeError, "from 0 to 3"),
    (lambda: insight.retrieve(F, np.ones((1, 2))), ShapeError, "3 features expected"),
    (lambda: insight.retrieve(F[0], 0), ShapeError, "must be (N, D)"),
    (lambda: insight.retrieve(F, F[:1]).figure(X), ValueRangeError, "query_images"),
    (lambda: insight.pca(F, 4), ShapeError, "at most 3"),
    (lambda: insight.tsne(F, perplexity=4), ValueRangeError, "perplexity"),
    (lambda: insight.tsne(F, 4), ValueRangeError, "2 or 3"),
    (lambda: insight.saliency(nn.Linear(3, 2), np.ones((1, 3))).map(), ShapeError, "pictures"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(MISTAKES)))
def test_mistakes(case):
    call, error, text = MISTAKES[case]
    with pytest.raises(error) as caught:
        call()
    assert any(part in str(caught.value) for part in text.split("|")), caught.value


RESULTS = {
    "filters": lambda: insight.filters(LENET),
    "filters, many channels": lambda: insight.filters(LENET, "conv2"),
    "filters, colour": lambda: insight.filters(nn.Conv2d(3, 5, 3)),
    "activations": lambda: insight.activations(LENET, X, "conv1"),
    "activations, flat": lambda: insight.activations(LENET, X, "fc1"),
    "patches": lambda: insight.top_patches(LENET, X, "conv2", [0, 1], k=2),
    "maximize": lambda: insight.maximize(LENET, (1, 28, 28), [1, 2], steps=2),
    "maximize, colour": lambda: insight.maximize(COLOUR, (3, 4, 4), 1, steps=2, bounds=(0, 1)),
    "saliency": lambda: insight.saliency(LENET, X),
    "integrated": lambda: insight.integrated_gradients(LENET, X, steps=2),
    "grad-cam": lambda: insight.grad_cam(LENET, X),
    "occlusion": lambda: insight.occlusion(LENET, X),
    "comparison": lambda: insight.compare_attributions(RELU, SMALL[:1]),
    "fgsm": lambda: insight.fgsm(LENET, X, [1, 2], 0.1),
    "accuracy": lambda: insight.adversarial_accuracy(LENET, X, [1, 2], [0, 0.1]),
    "evolved": lambda: insight.evolve(LENET, (1, 28, 28), [1], generations=2),
    "pca": lambda: insight.pca(np.eye(4)),
}


@pytest.mark.parametrize("name", RESULTS)
def test_figures(name):
    pytest.importorskip("matplotlib")
    result = RESULTS[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = result._repr_png_()
    assert picture.startswith(b"\x89PNG") and len(picture) > 2000
    assert type(result).__name__ in repr(result) and len(repr(result)) < 300
    assert not cut_off(result.figure())


def cut_off(figure):
    """The texts of a figure that do not lie within it."""
    figure.draw_without_rendering()
    page, found = figure.bbox.padded(1.0), []
    for ax in figure.axes:
        found += [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]
    for part in (figure, *figure.subfigs):
        found += [t for t in (part._suptitle, part._supxlabel) if t]
    boxes = [(t.get_text(), t.get_window_extent()) for t in found if t.get_text()]
    return [t for t, b in boxes if not (page.contains(b.x0, b.y0) and page.contains(b.x1, b.y1))]


@pytest.mark.parametrize(
    ("n", "columns"), [(1, 1), (2, 2), (6, 3), (16, 4), (17, 5), (20, 5), (32, 8), (64, 8)]
)
def test_a_page_of_tiles_is_wide_and_without_gaps_where_that_can_be(n, columns):
    assert columns_for(n) == columns


def test_classes_without_a_chance_have_no_bar():
    pytest.importorskip("matplotlib")
    before, sure = np.array([[9.0, 8.5, -9.0]]), np.array([[-9.0, 0.0, 90.0]])
    for after, names in ((sure, ["0", "1", "2"]), (before * 9, ["0", "1"])):
        found = insight.Adversarial(X[:1], X[:1], np.zeros(1, int), before, after, 0.1, (0, 1))
        assert [t.get_text() for t in found.figure().axes[3].get_yticklabels()] == names


def test_figures_with_labels():
    pytest.importorskip("matplotlib")
    assert len(insight.pca(np.eye(4)).figure([0, 1, 1, 2]).legends) == 1
    many = insight.pca(np.eye(20)).figure(range(20))
    assert not many.legends and len(many.axes) == 2  # with a scale
    assert len(insight.pca(np.eye(20)).figure([str(k) for k in range(20)]).axes) == 1
    page = insight.retrieve(np.eye(2), [0, 1], k=1)
    assert page._repr_png_() is None if hasattr(page, "_repr_png_") else True
    figure = page.figure(X, labels=[7, 8])
    assert [ax.get_title() for ax in figure.axes] == ["query: 7", "8  0.00", "query: 8", "7  0.00"]
    names = [f"name {k}" for k in range(10)]
    bars = insight.fgsm(LENET, X[:1], 3, 0.1).figure(names).axes[3]
    assert {t.get_text() for t in bars.get_yticklabels()} <= set(names)


def test_what_is_no_picture_shows_as_text():
    found = insight.saliency(nn.Linear(3, 2), np.ones((2, 3)))
    assert found._repr_png_() is None
    with pytest.raises(ShapeError, match="pictures"):
        found.figure()


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    found = insight.filters(LENET)
    assert found._repr_png_() is None
    with pytest.raises(ImportError, match=r"pip install \"chalkgrad\[viz\]\""):
        found.figure()
    kernel = insight.neural_tangent_kernel(nn.Linear(2, 1), np.ones((2, 2)), progress=False)
    assert kernel._repr_png_() is None and repr(kernel) == "TangentKernel(kernel 2×2×1×1)"


def test_without_scikit_learn_and_tqdm(monkeypatch):
    for name in ("sklearn", "sklearn.manifold", "tqdm"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"chalkgrad\[data\]"):
        insight.tsne(np.eye(4), perplexity=2)
    assert insight.maximize(LENET, (1, 28, 28), 1, steps=2).history.shape == (2, 1)


def test_evolve_where_a_class_has_no_chance():
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    with no_grad():
        model[1].bias.assign(np.array([0.0, 1e4], np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = insight.evolve(model, (1, 2, 2), 0, 2, seed=0, progress=False)
    assert not found.history.any()
