"""Loss surfaces, Hessian eigenvalues, tangent kernels and approximation, against what is exact."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import nn
from autograd import Tensor, hessian, no_grad
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from nn import functional as F
from nn.figures import new_figure
from nn.insight import approximation as fits
from nn.insight import curvature, landscape
from nn.insight import kernel as ntk
from nn.insight.curvature import hessian_eigenvalues
from nn.insight.landscape import loss_surface
from nn.insight.results import plain_ticks

RNG = np.random.default_rng(0)
X, LABELS = RNG.standard_normal((20, 3)), RNG.integers(0, 3, 20)


def net(*layers, seed=0):
    nn.init.seed(seed)
    layers = layers or (nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 3))
    return nn.Sequential(*layers).astype(float)


def classify(model):
    return lambda: F.cross_entropy(model(X), LABELS)


def full_hessian(model):
    """Of `classify`, by the engine's `hessian`, on one vector of all weights."""
    weights = [p for _, p in model.named_parameters()]
    ends = np.cumsum([w.size for w in weights])[:-1]

    def of_vector(v):
        a, b, c, d = (
            np.reshape(part, w.shape) for part, w in zip(np.split(v, ends), weights, strict=True)
        )
        return F.cross_entropy(np.tanh(X @ a.T + b) @ c.T + d, LABELS)

    return hessian(of_vector)(np.concatenate([w.data.ravel() for w in weights]))


# -- surfaces ------------------------------------------------------------------------------------


def test_the_surface_of_a_quadratic_is_that_quadratic():
    model = nn.Linear(3, 2, bias=False).astype(float)
    target = RNG.standard_normal((20, 2))
    directions = [{"weight": RNG.standard_normal((2, 3))} for _ in range(2)]
    found = loss_surface(
        model, lambda: F.mse_loss(model(X), target), directions, 0.7, 5, progress=False
    )
    assert_allclose(found.steps, [-0.7, -0.35, 0, 0.35, 0.7])
    for (i, a), (j, b) in [((1, -0.35), (4, 0.7)), ((3, 0.35), (0, -0.7))]:
        w = model.weight.data + a * directions[0]["weight"] + b * directions[1]["weight"]
        assert_allclose(found.values[i, j], np.mean((X @ w.T - target) ** 2))


def test_random_directions_have_the_norms_of_the_filters():
    model = net(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 3))
    weights = landscape.named_weights("test", model)
    d = landscape.filter_normalised(weights, np.random.default_rng(1))
    for name in ("0.weight", "3.weight"):
        rows = [v.reshape(len(v), -1) for v in (d[name], weights[name].data)]
        assert_allclose(*(np.linalg.norm(v, axis=1) for v in rows))
    assert not any(d[name].any() for name in ("0.bias", "1.weight", "1.bias", "3.bias"))


def test_the_model_is_afterwards_as_it_was_even_if_the_loss_fails():
    model = net(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))
    before, calls = model.state_dict(), []
    found = loss_surface(model, classify(model), points=3, seed=1, progress=False)
    again = loss_surface(model, classify(model), points=3, seed=1, progress=False)
    other = loss_surface(model, classify(model), points=3, seed=2, progress=False)
    assert np.array_equal(found.values, again.values)
    assert not np.array_equal(found.values, other.values)

    def fails():
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("no")
        return classify(model)()

    with pytest.raises(RuntimeError, match="no"):
        loss_surface(model, fails, points=3, progress=False)
    hessian_eigenvalues(model, classify(model), progress=False)
    ntk.neural_tangent_kernel(model, X[:2], progress=False)
    assert model.training
    for name, value in model.state_dict().items():
        assert np.array_equal(value, before[name])


def test_one_direction_gives_a_curve_between_two_networks():
    model, other = net(seed=0), net(seed=1)
    there = other.state_dict()
    direction = {k: there[k] - v for k, v in model.state_dict().items()}
    found = loss_surface(model, classify(model), [direction], points=3, progress=False)
    assert found.values.shape == (3,)
    assert_allclose(found.values[1:], [classify(m)().data for m in (model, other)])


# -- eigenvalues ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["lanczos", "power"])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_largest_eigenvalues_are_those_of_the_whole_hessian(method, seed):
    model = net(seed=seed)
    exact, vectors = np.linalg.eigh(full_hessian(model))
    found = hessian_eigenvalues(
        model, classify(model), 3, method, products=400, tolerance=1e-5, progress=False
    )
    assert exact[0] < 0 and abs(exact[0]) < exact[-3]  # so that both methods mean the same
    assert_allclose(found.values, exact[::-1][:3], rtol=1e-4)
    assert (found.residuals < 1e-4 * exact[-1]).all()
    assert_allclose(np.abs(np.sum(found.vectors * vectors.T[::-1][:3], axis=1)), 1, atol=1e-3)
    assert_allclose(found.history[-1], found.values)


def test_products_are_those_with_the_hessian():
    model = net()
    product = curvature.hessian_product(classify(model)(), list(model.parameters()))
    exact = full_hessian(model)
    assert_allclose(np.array([product(v) for v in np.eye(38)]), exact, atol=1e-12)


def test_all_eigenvalues_of_a_hessian_that_has_equal_ones():
    model = nn.Linear(2, 2, bias=False).astype(float)
    x = np.diag([1.0, 2.0])
    loss = lambda: np.sum(model(x) ** 2) / 2  # noqa: E731
    for method in ("lanczos", "power"):
        found = hessian_eigenvalues(
            model, loss, 4, method, tolerance=1e-9, products=300, progress=False
        )
        assert_allclose(found.values, [4, 4, 1, 1], atol=1e-6)
        assert_allclose(found.vectors @ found.vectors.T, np.eye(4), atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 12])
def test_an_eigenvalue_that_is_there_three_times_is_found_three_times(count):
    model, x = net(nn.Linear(4, 3, bias=False)), RNG.standard_normal((6, 4))
    found = hessian_eigenvalues(
        model, lambda: np.sum(model(x) ** 2) / 2, count, tolerance=1e-6, progress=False
    )
    exact = np.repeat(np.linalg.eigvalsh(x.T @ x)[::-1], 3)
    assert_allclose(found.values, exact[:count], rtol=1e-6)
    assert_allclose(found.vectors @ found.vectors.T, np.eye(count), atol=1e-9)
    assert (found.residuals < 1e-5 * exact[0]).all()


def test_two_equal_eigenvalues_of_a_model_in_float32():
    model, x = nn.Linear(2, 2, bias=False), np.diag([1, 2]).astype(np.float32)
    found = hessian_eigenvalues(model, lambda: np.sum(model(x) ** 2) / 2, 2, progress=False)
    assert_allclose(found.values, [4, 4], rtol=1e-6)
    assert_allclose(found.history[-1], [4, 4], rtol=1e-6)


def test_the_largest_eigenvalue_takes_one_run():
    model = net()
    loss = classify(model)
    one, two = (hessian_eigenvalues(model, loss, n, progress=False) for n in (1, 2))
    assert len(one.history) < 10 < len(two.history) < 40


@pytest.mark.parametrize("seed", range(8))
def test_eigenvalues_of_random_matrices(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(5, 20))
    few = rng.standard_normal(3 + seed // 2)  # some of them are there several times
    exact = np.sort(rng.choice(few, size) if seed % 2 else rng.standard_normal(size))[::-1]
    turn = np.linalg.qr(rng.standard_normal((size, size)))[0]
    matrix = turn * exact @ turn.T
    model = nn.Linear(size, 1, bias=False).astype(float)

    def loss():
        w = model.weight[0]
        return w @ (matrix @ w) / 2

    for count in (1, 2, 3, 5, size):
        found = hessian_eigenvalues(
            model, loss, count, products=500, tolerance=1e-7, progress=False
        )
        assert_allclose(found.values, exact[:count], atol=1e-6)
        assert (found.residuals < 1e-6 * np.abs(exact).max()).all()


def test_a_loss_that_is_linear_in_the_weights_has_no_curvature():
    model = nn.Linear(2, 1).astype(float)
    for method in ("lanczos", "power"):
        found = hessian_eigenvalues(
            model, lambda: np.sum(model(np.ones((3, 2)))), 1, method, progress=False
        )
        assert found.values == 0 and found.residuals == 0


def test_the_step_that_diverges_is_two_over_the_largest_eigenvalue():
    model = nn.Linear(3, 1, bias=False).astype(float)
    loss = lambda: np.mean(model(X) ** 2)  # noqa: E731
    steepest = hessian_eigenvalues(model, loss, tolerance=1e-8, progress=False).values[0]
    ends = []
    for factor in (0.98, 1.02):
        with no_grad():
            model.weight.assign(np.ones((1, 3)))
        optimizer = nn.SGD(model.parameters(), lr=factor * 2 / steepest)
        for _ in range(300):
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()
        ends.append(float(loss().data))
    assert ends[0] < 1e-3 < 1 < ends[1]


# -- tangent kernel ------------------------------------------------------------------------------


def explicit_jacobian(model, x, step=1e-6):
    """∂y/∂w by central differences: (N, O, P)."""
    columns = []
    for p in model.parameters():
        for at in np.ndindex(p.shape):
            start, sides = p.data.copy(), []
            for sign in (1, -1):
                moved = start.copy()
                moved[at] += sign * step
                with no_grad():
                    p.assign(moved)
                    sides.append(model(x).data)
            with no_grad():
                p.assign(start)
            columns.append((sides[0] - sides[1]) / (2 * step))
    return np.stack(columns, axis=-1)


def test_the_kernel_is_that_of_the_explicit_jacobian():
    model = net(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Dropout(0.5), nn.Linear(4, 2))
    found = ntk.neural_tangent_kernel(model, X[:4], X[4:7], progress=False)
    model.eval()
    rows = [explicit_jacobian(model, x) for x in (X[:4], X[4:7])]
    exact = np.einsum("nop,mqp->nmoq", *rows)
    assert found.kernel.shape == (4, 3, 2, 2)
    assert_allclose(found.kernel, exact, rtol=1e-6, atol=1e-8)
    assert_allclose(found.trace(), np.einsum("nmoo->nm", exact) / 2, rtol=1e-6, atol=1e-8)
    assert_allclose(found.matrix()[2 * 1 + 1, 2 * 2 + 0], found.kernel[1, 2, 1, 0])
    own = ntk.neural_tangent_kernel(model, X[:4], progress=False).matrix()
    assert_allclose(own, own.T) and np.linalg.eigvalsh(own)[0] > -1e-9


def test_the_kernel_of_a_network_with_one_number_as_output():
    class Squeezed(nn.Module):
        def __init__(self):
            self.line = nn.Linear(3, 1).astype(float)

        def forward(self, x):
            return self.line(x)[:, 0]

    found = ntk.neural_tangent_kernel(Squeezed(), X[:5], progress=False)
    assert_allclose(found.trace(), X[:5] @ X[:5].T + 1)


def train(model, x, y, lr, steps):
    optimizer = nn.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        loss = np.sum((model(x) - y) ** 2) / (2 * len(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


@pytest.mark.parametrize("steps", [0, 1, 7, 300])
def test_a_model_that_is_linear_in_its_weights_is_predicted_exactly(steps):
    model = nn.Linear(3, 2).astype(float)
    y, x_test = RNG.standard_normal((20, 2)), RNG.standard_normal((4, 3))
    said = ntk.linearised_predictions(model, X, y, x_test, 0.3, steps, progress=False)
    assert_allclose(train(model, X, y, 0.3, steps)(x_test).data, said, atol=1e-10)


def test_the_wider_a_network_the_nearer_it_is_to_its_linear_model():
    class Wide(nn.Module):
        """y = 1/√n Σ v_k tanh(w_k x + b_k): the scaling in which a kernel has a limit."""

        def __init__(self, n):
            rng = np.random.default_rng(n)
            self.w, self.b, self.v = (
                Tensor(rng.standard_normal(s), requires_grad=True) for s in ((1, n), n, (n, 1))
            )

        def forward(self, x):
            return np.tanh(x @ self.w + self.b) @ self.v / np.sqrt(self.b.size)

    x, x_test = np.linspace(-1, 1, 6)[:, None], np.linspace(-1, 1, 9)[:, None]
    y, differences = np.sin(3 * x), []
    for width in (10, 100, 1000):
        model = Wide(width)
        said = ntk.linearised_predictions(model, x, y, x_test, 0.5, 100, progress=False)
        with no_grad():
            moved = np.abs(said - model(x_test).data).max()
        after = train(model, x, y, 0.5, 100)(x_test).data
        differences.append(np.abs(after - said).max() / moved)
    assert differences[0] > 3 * differences[1] > 6 * differences[2]
    assert differences[2] < 0.02


# -- approximation -------------------------------------------------------------------------------


def test_the_error_of_one_hidden_layer_falls_with_the_square_of_its_width():
    widths = (1, 4, 16, 64)
    found = fits.universal_approximation(np.sin, (-4, 4), widths, 30, progress=False)
    assert found.fits.shape == (4, 257) and found.errors[0] > 0.1
    assert (found.errors[1:] < found.errors[:-1] / 4).all() and found.errors[3] < 1e-3
    assert_allclose(found.errors, np.sqrt(np.mean((found.fits - found.y) ** 2, axis=1)))
    assert_allclose(found.y, np.sin(found.x))


def test_training_moves_the_bends_to_where_they_help():
    few = [
        fits.universal_approximation(lambda x: np.exp(-30 * x**2), widths=(6,), steps=s,
                                     progress=False).errors[0]
        for s in (0, 200)
    ]  # fmt: skip
    assert few[1] < 0.8 * few[0]


def test_depths_are_compared_at_the_same_number_of_parameters():
    found = fits.deep_against_shallow(
        lambda x: np.abs(x), parameters=100, depths=(1, 3), seeds=2, steps=150, progress=False
    )
    assert found.widths.tolist() == [33, 5] and found.parameters.tolist() == [100, 76]
    assert found.errors.shape == (2, 2) and found.fits.shape == (2, 129)
    assert found.errors[0].max() < 0.06
    best = np.sqrt(np.mean((found.fits - found.y) ** 2, axis=1))
    assert_allclose(best, found.errors.min(axis=1))


@pytest.mark.parametrize("layers", [1, 2, 6])
def test_a_deep_network_has_exponentially_many_teeth(layers):
    model = fits.sawtooth_network(layers)
    teeth = 2 ** (layers - 1)
    x = np.linspace(0, 1, 2 * teeth * 8 + 1)
    exact = 1 - np.abs(1 - 2 * (x * teeth % 1))
    assert_allclose(model(x[:, None]).data[:, 0], exact, atol=1e-12)
    assert model.count_parameters() == 6 * layers + 1


# -- pictures and mistakes -----------------------------------------------------------------------


def test_every_result_draws_itself():
    pytest.importorskip("matplotlib")
    model = net()
    one = loss_surface(model, classify(model), 1, points=3, progress=False)
    two = loss_surface(model, classify(model), points=3, progress=False)
    steepest = hessian_eigenvalues(model, classify(model), 2, progress=False)
    kernel = ntk.neural_tangent_kernel(model, X[:4], progress=False)
    wide = fits.universal_approximation(np.sin, widths=(1, 2), steps=1, progress=False)
    deep = fits.deep_against_shallow(np.sin, depths=(1, 2), seeds=1, steps=1, progress=False)
    titles = [
        [a.get_title() for a in v.figure().axes if a.get_title()]
        for v in (one, two, steepest, kernel, wide, deep)
    ]
    assert [len(t) for t in titles] == [1, 2, 1, 2, 2, 2]
    assert kernel._repr_png_()[:4] == b"\x89PNG"
    assert all(len(repr(v)) < 100 for v in (steepest, kernel, wide, deep))


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [(0.14, 0.26, ["0.15", "0.2", "0.25"]), (0.12, 2.5, ["0.2", "0.5", "1", "2"])],
)
def test_numbers_on_a_short_logarithmic_axis_are_written_out(low, high, written):
    pytest.importorskip("matplotlib")
    ax = new_figure((4, 3)).subplots()
    ax.set(yscale="log", ylim=(low, high))
    plain_ticks(ax)
    ax.figure.draw_without_rendering()
    shown = [t.get_text() for t in ax.get_yticklabels() if low <= t.get_position()[1] <= high]
    assert shown == written


def model_and_loss():
    model = net()
    return model, classify(model)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m, f: loss_surface(m, f, points=4), ValueRangeError, "points must be odd"),
        (lambda m, f: loss_surface(m, f, span=0), ValueRangeError, "span must be positive"),
        (lambda m, f: loss_surface(m, f, 3), ValueRangeError, "expected 1 or 2 directions, got 3"),
        (
            lambda m, f: loss_surface(m, f, [{"no": X}]),
            ValueRangeError,
            "a direction names no; the",
        ),
        (
            lambda m, f: loss_surface(m, f, [{"0.bias": X}]),
            ShapeError,
            r"direction of '0.bias' has shape \(20, 3\), expected \(5,\)",
        ),
        (lambda m, f: loss_surface(m, f, [X]), DtypeError, "a direction must be a dict"),
        (lambda m, f: loss_surface(f, f), DtypeError, "expected a Module, got function"),
        (lambda m, f: loss_surface(nn.Tanh(), f), ValueRangeError, "Tanh has no parameters"),
        (
            lambda m, f: loss_surface(m, lambda: None, progress=False),
            DtypeError,
            r"loss\(\) returned a NoneType, expected one number",
        ),
        (
            lambda m, f: loss_surface(m, lambda: m(X), progress=False),
            ShapeError,
            r"loss\(\) returned shape \(20, 3\)",
        ),
        (
            lambda m, f: hessian_eigenvalues(m, f, method="qr"),
            ValueRangeError,
            "unknown method 'qr'; known: 'lanczos', 'power'",
        ),
        (lambda m, f: hessian_eigenvalues(nn.Linear(2, 1), f), GraphError, "of another model"),
        (lambda m, f: hessian_eigenvalues(m, f, 0), ValueRangeError, "count must be an int from 1"),
        (lambda m, f: hessian_eigenvalues(m, f, 99), ValueRangeError, "at most the 38 parameters"),
        (
            lambda m, f: ntk.neural_tangent_kernel(m, 3.0),
            ShapeError,
            r"expected samples \(N, ...\), got shape \(\)",
        ),
        (
            lambda m, f: ntk.linearised_predictions(m, X, X[:3], X, 0.1, 1),
            ShapeError,
            r"y has shape \(3, 3\), but the outputs have \(20, 3\)",
        ),
        (
            lambda m, f: ntk.linearised_predictions(m, X, X, X, 1e3, 1, progress=False),
            ValueRangeError,
            "lr=1000.0 must be above 0 and, for steps that converge, below 2N/λ",
        ),
        (
            lambda m, f: fits.universal_approximation(lambda x: x / 0 if x is None else 1.0),
            ValueRangeError,
            r"must give a finite number for each of 257 numbers in \[-1.0, 1.0\], got shape \(\)",
        ),
        (
            lambda m, f: fits.deep_against_shallow(np.sin, parameters=5),
            ValueRangeError,
            "5 parameters are too few for 2 layers",
        ),
        (
            lambda m, f: fits.sawtooth_network(0),
            ValueRangeError,
            "layers must be a positive integer, got 0",
        ),
    ],
)
def test_mistakes(call, error, message):
    model, loss = model_and_loss()
    before = model.state_dict()
    with pytest.raises(error, match=message):
        call(model, loss)
    assert all(np.array_equal(before[k], v) for k, v in model.state_dict().items())
