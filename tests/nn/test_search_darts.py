"""DARTS: its gradient against the definition, a planted operation found, cells and drawings."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import nn
from autograd import Tensor, gradients, no_grad
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from nn import functional as F
from nn.search import Cell, DerivedCell, Genotype, MixedOperation, Zero, architecture_gradient
from nn.search.cell import strongest

OPERATIONS = {
    "none": Zero,
    "identity": nn.Identity,
    "tanh": nn.Tanh,
    "sine": lambda: np.sin,
    "square": lambda: np.square,
}


def small(seed=0):
    """A net in float64 whose cell has edges with weights and without."""
    nn.init.seed(seed)
    operations = {
        "none": Zero, "tanh": nn.Tanh, "line": lambda: nn.Linear(3, 3), "sine": lambda: np.sin,
    }  # fmt: skip
    net = nn.Sequential(nn.Linear(2, 3), Cell(operations, nodes=2), nn.Linear(6, 1)).astype(float)
    rng = np.random.default_rng(seed)
    with no_grad():
        net[1].alpha.assign(rng.standard_normal(net[1].alpha.shape))
    data = [rng.standard_normal((2, 8, k)) for k in (2, 1)]
    losses = [lambda k=k: F.mse_loss(net(data[0][k]), data[1][k]) for k in range(2)]
    return net, *losses


def loss_after_a_step(net, train, validation, lr, alpha):
    """L_val(w - lr ∇_w L_train(w, α), α), written down as it is defined."""
    mine, before = net[1].alpha, net.state_dict()
    with no_grad():
        mine.assign(alpha)
    weights = [p for p in net.parameters() if p is not mine]
    slopes = gradients(train(), weights)
    with no_grad():
        for w, s in zip(weights, slopes, strict=True):
            w.assign(w.data - lr * s)
    value = float(validation().data)
    net.load_state_dict(before)
    return value


@pytest.mark.parametrize("lr", [0.5, 0.05])
def test_the_second_order_gradient_is_that_of_the_loss_after_a_step(lr):
    net, train, validation = small()
    before = net.state_dict()
    (found,) = architecture_gradient(net, train, validation, lr)
    assert all(np.array_equal(before[k], v) for k, v in net.state_dict().items())
    alpha, step = net[1].alpha.data.copy(), 1e-5
    expected = np.zeros_like(alpha)
    for at in np.ndindex(alpha.shape):
        sides = []
        for sign in (1, -1):
            moved = alpha.copy()
            moved[at] += sign * step
            sides.append(loss_after_a_step(net, train, validation, lr, moved))
        expected[at] = (sides[0] - sides[1]) / (2 * step)
    assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    (first,) = architecture_gradient(net, train, validation, lr, order=1)
    assert np.abs(first - expected).max() > 1e-3 * np.abs(expected).max()


def test_the_differences_of_the_paper_come_near_the_exact_mixed_derivative():
    net, train, validation = small(1)
    lr = 0.5
    exact, near, first = (
        architecture_gradient(net, train, validation, lr, **o)[0]
        for o in ({}, {"exact": False}, {"order": 1})
    )
    assert not np.array_equal(exact, near)
    assert_allclose(near, exact, atol=1e-3 * np.abs(exact).max())
    assert np.abs(first - exact).max() > 1e-2 * np.abs(exact).max()
    (at_zero,) = architecture_gradient(net, train, validation, 0.0)
    assert_allclose(at_zero, first)


def test_state_and_noise_are_as_if_nothing_had_been_tried():
    nn.init.seed(0)
    cell = Cell({"tanh": nn.Tanh, "line": lambda: nn.Linear(4, 4)})
    net = nn.Sequential(nn.BatchNorm1d(4), cell, nn.Dropout(0.5)).astype(float)
    x = np.random.default_rng(0).standard_normal((16, 4))
    before = net.state_dict()
    loss = lambda: np.mean(net(x) ** 2)  # noqa: E731
    exact, near = (
        (nn.init.seed(3), architecture_gradient(net, loss, loss, 0.5, exact=e))[1][0]
        for e in (True, False)
    )
    assert all(np.array_equal(before[k], v) for k, v in net.state_dict().items())
    assert_allclose(near, exact, atol=1e-3 * np.abs(exact).max())  # so all drop the same units


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("planted", ["identity", "sine", "square"])
def test_the_planted_operation_is_found(planted, order):
    rng = np.random.default_rng(0)
    true = nn.Sequential(OPERATIONS[planted](), nn.Linear(3, 2))
    true.load_state_dict({k: rng.standard_normal(v.shape) for k, v in true.state_dict().items()})
    x = (1.5 * rng.standard_normal((2, 8, 32, 3))).astype(np.float32)
    scale = true(x.reshape(-1, 3)).data.std()
    train, validation = ([(b, true(b).data / scale) for b in half] for half in x)
    nn.init.seed(1)
    model = nn.Sequential(Cell(OPERATIONS), nn.Linear(3, 2))
    found = nn.search.darts(
        model, F.mse_loss, train, validation, 30, order=order, lr=0.05, architecture_lr=0.05,
        progress=False,
    )  # fmt: skip
    assert found.genotype.edges == ((0, 1, planted),)
    assert found.shares.shape == (31, 1, 5) and found.losses.shape == (30, 2)
    assert_allclose(found.shares[0], 0.2)
    share = found.shares[-1, 0, list(OPERATIONS).index(planted)]
    # How much "none" there is, the layer after it undoes (section 2.4 of the paper).
    assert share / (1 - found.shares[-1, 0, 0]) > 0.5
    assert found.losses[-1, 1] < found.losses[0, 1] / 20
    assert found.genotype_at(30) == found.genotype


def test_a_mixture_is_the_sum_of_all_by_their_shares():
    x = np.linspace(-1, 1, 12).reshape(4, 3)
    cell = Cell(OPERATIONS, inputs=2, nodes=2).astype(float)
    rng = np.random.default_rng(0)
    with no_grad():
        cell.alpha.assign(rng.standard_normal((5, 5)))
    p = np.exp(cell.alpha.data) / np.exp(cell.alpha.data).sum(1, keepdims=True)
    assert_allclose(cell.shares(), p)

    def mixed(e, v):
        return p[e, 1] * v + p[e, 2] * np.tanh(v) + p[e, 3] * np.sin(v) + p[e, 4] * v**2

    first = mixed(0, x) + mixed(1, 2 * x)
    second = mixed(2, x) + mixed(3, 2 * x) + mixed(4, first)
    assert_allclose(cell(x, 2 * x).data, np.concatenate([first, second], axis=1))


def test_the_strongest_edges_are_kept_and_none_is_never_chosen():
    shares = np.array(
        [[0.9, 0.06, 0.04], [0.1, 0.2, 0.7], [0.2, 0.5, 0.3], [0.4, 0.1, 0.5], [0.0, 0.6, 0.4]]
    )
    found = strongest(shares, ("none", "a", "b"), inputs=2, nodes=2)
    assert found == Genotype(((0, 2, "a"), (1, 2, "b"), (1, 3, "b"), (2, 3, "a")), 2, 2) or (
        found.edges == ((0, 2, "a"), (1, 2, "b"), (0, 3, "a"), (2, 3, "a"))
    )
    one = strongest(shares, ("none", "a", "b"), 2, 2, incoming=1)
    assert one.edges == ((1, 2, "b"), (2, 3, "a"))


def test_a_derived_cell_computes_what_the_genotype_says():
    genotype = Genotype(((0, 2, "tanh"), (1, 2, "sine"), (2, 3, "square")), 2, 2)
    cell = DerivedCell(genotype, OPERATIONS)
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    state = np.tanh(x) + np.sin(x + 1)
    assert_allclose(np.asarray(cell(x, x + 1)), np.concatenate([state, state**2], axis=1))
    assert "0→2: tanh" in repr(cell)


def test_cells_share_their_architecture():
    first = Cell(OPERATIONS)
    net = nn.Sequential(
        nn.Linear(2, 2), first, nn.Linear(2, 2), Cell(OPERATIONS, alpha=first.alpha)
    )
    x = np.ones((3, 2), np.float32)
    loss = lambda: np.mean(net(x) ** 2)  # noqa: E731
    (found,) = architecture_gradient(net, loss, loss, 0.1)
    assert found.shape == first.alpha.shape
    with pytest.raises(ShapeError, match=r"alpha must be a Tensor of shape \(3, 5\)"):
        Cell(OPERATIONS, nodes=2, alpha=first.alpha)


def test_images_go_through_a_cell_of_convolutions():
    operations = {
        "none": Zero, "pool": lambda: nn.MaxPool2d(3, 1, padding=1), "skip": nn.Identity,
        "conv": lambda: nn.Conv2d(4, 4, 3, padding=1),
    }  # fmt: skip
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3), Cell(operations, nodes=2), nn.GlobalAvgPool2d(), nn.Flatten(),
        nn.Linear(8, 10),
    )  # fmt: skip
    x = np.random.default_rng(0).standard_normal((1, 2, 1, 8, 8)).astype(np.float32)
    batches = [(x[0], np.array([1, 7]))]
    found = nn.search.darts(net, F.cross_entropy, batches, batches, 2, lr=0.1, progress=False)
    assert len(found.genotype.edges) == 3 and np.isfinite(found.losses).all()
    assert found.losses[1, 0] < found.losses[0, 0]


def test_a_cell_is_drawn_with_every_edge_and_its_operation():
    genotype = Genotype(((0, 2, "tanh"), (1, 2, "a<b"), (2, 3, "square")), 2, 2)
    drawing = genotype.draw()
    svg = drawing.svg
    for text in ("input 0", "input 1", "state 2", "state 3", "tanh", "a&lt;b", "square"):
        assert text in svg
    assert drawing.dot.count("->") == 3 + 2
    assert "image/svg+xml" in genotype._repr_mimebundle_()
    with pytest.raises(ValueRangeError, match="direction must be"):
        genotype.draw(direction="up")


def test_the_figure_has_a_panel_for_each_edge_and_the_losses():
    pytest.importorskip("matplotlib")
    net, *_ = small()
    x, y = np.ones((4, 2)), np.ones((4, 1))
    found = nn.search.darts(net, F.mse_loss, [(x, y)], [(x, y)], 2, progress=False)
    titles = [a.get_title() for a in found.figure().axes if a.axison]
    assert titles == ["edge 0 → 1", "edge 0 → 2", "edge 1 → 2", "loss"]


BATCH = [(np.ones((2, 3), np.float32), np.ones((2, 3), np.float32))]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Cell({"a": nn.Tanh}), ValueRangeError, "expected 2 operations or more"),
        (lambda: Cell([nn.Tanh, nn.ReLU]), DtypeError, "must be a dict of name -> function"),
        (lambda: Cell({"a": nn.Tanh(), "b": nn.ReLU}), DtypeError, "Write lambda: ... before it"),
        (lambda: Cell(OPERATIONS, nodes=0), ValueRangeError, "nodes must be a positive int"),
        (lambda: Cell(OPERATIONS)(1, 2), ShapeError, "expected 1 inputs, got 2"),
        (
            lambda: MixedOperation({"a": nn.Identity, "b": lambda: nn.Linear(3, 2)})(
                np.ones((2, 3), np.float32), np.ones(2)
            ),
            ShapeError,
            r"must give one shape, got {'a': \(2, 3\), 'b': \(2, 2\)}",
        ),
        (
            lambda: DerivedCell(Genotype(((0, 1, "gone"),), 1, 1), OPERATIONS),
            ValueRangeError,
            "operations has no gone",
        ),
        (
            lambda: nn.search.darts(nn.Linear(3, 3), F.mse_loss, BATCH, BATCH, 1),
            ValueRangeError,
            "there is no nn.search.Cell in Linear",
        ),
        (
            lambda: nn.search.darts(Cell(OPERATIONS), F.mse_loss, BATCH, BATCH, 1),
            ValueRangeError,
            "Cell has no weights besides",
        ),
        (
            lambda: nn.search.darts(Cell(OPERATIONS), F.mse_loss, iter(BATCH), BATCH, 1),
            DtypeError,
            "train must give its batches again in every epoch",
        ),
        (
            lambda: nn.search.darts(Cell(OPERATIONS), F.mse_loss, BATCH, BATCH, 1, order=3),
            ValueRangeError,
            "order must be 1 or 2, got 3",
        ),
    ],
)
def test_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("order", [1, 2])
def test_the_loss_of_another_model_is_refused(order):
    searched, other = (nn.Sequential(Cell(OPERATIONS), nn.Linear(3, 3)) for _ in range(2))
    (x, y) = BATCH[0]
    with pytest.raises(GraphError, match="does not depend on the alpha of any Cell"):
        architecture_gradient(
            searched,
            lambda: F.mse_loss(searched(x), y),
            lambda: F.mse_loss(other(x), y),
            0.1,
            order,
        )


def test_empty_data_and_nan_losses_are_told():
    def model():
        return nn.Sequential(nn.Linear(3, 3), Cell(OPERATIONS))

    with pytest.raises(ValueRangeError, match="train has no batches"):
        nn.search.darts(model(), F.mse_loss, [], BATCH, 1, progress=False)
    with pytest.raises(ValueRangeError, match="validation has no batches"):
        nn.search.darts(model(), F.mse_loss, BATCH, [], 1, progress=False)
    net, (x, y) = model(), BATCH[0]
    before = net.state_dict()
    with pytest.raises(GraphError, match="the loss on validation data is nan in epoch 1"):
        nn.search.darts(net, F.mse_loss, BATCH, [(x * np.nan, y)], 1, progress=False)
    assert all(np.array_equal(before[k], v) for k, v in net.state_dict().items())
    assert isinstance(net[1].alpha, Tensor)
