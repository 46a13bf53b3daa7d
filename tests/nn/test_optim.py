"""Optimisers and clipping: PyTorch's numbers, groups, state, and what happens to the graph."""

import copy
import functools
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

import nn
from autograd import Tensor, kernels, no_grad
from autograd.errors import AutogradError, DtypeError, GraphError, ShapeError, ValueRangeError
from tests.nn.torch_optim import cases

REFERENCES = np.load(Path(__file__).parent / "torch_optim" / "references.npz")


def parameters(dtype=float):
    return [Tensor(v, requires_grad=True) for v in cases.start(dtype)]


def one_step(ps, optimizer):
    optimizer.zero_grad()
    cases.loss(*ps).backward()
    optimizer.step()
    return np.concatenate([np.ravel(p.data) for p in ps])


def _is_compiled(case):
    return getattr(nn.optim, cases.OPTIMISERS[case][0]).update in nn.optim.optimizer.TWINS


def descended(ps, optimizer):
    return np.array([one_step(ps, optimizer) for _ in range(cases.STEPS)])[4::5]


@pytest.mark.parametrize("dtype, close", [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("case", cases.OPTIMISERS)
def test_fifty_steps_are_pytorchs(case, dtype, close):
    name, options = cases.OPTIMISERS[case]
    ps = parameters(dtype)
    got = descended(ps, getattr(nn.optim, name)(ps, **options))
    assert all(p.dtype == dtype for p in ps)
    np.testing.assert_allclose(got, REFERENCES[f"{case}/{dtype}"], rtol=close, atol=close)


def test_groups_have_options_of_their_own():
    ps = parameters()
    groups = [{"params": ps[:1], **cases.GROUPS[0]}, {"params": ps[1:], **cases.GROUPS[1]}]
    got = descended(ps, nn.SGD(groups, lr=0.01, momentum=0.9))
    np.testing.assert_allclose(got, REFERENCES["groups"], rtol=1e-12)


def test_a_group_added_later_is_trained_from_then_on():
    ps = parameters()
    optimizer = nn.SGD(ps[:2], lr=0.01)
    one_step(ps, optimizer)
    assert ps[2].data == cases.start(float)[2]
    optimizer.add_param_group({"params": ps[2], "lr": 0.5, "name": "head"})
    one_step(ps, optimizer)
    assert ps[2].data != cases.start(float)[2]
    assert [g["lr"] for g in optimizer.param_groups] == [0.01, 0.5]
    assert "group 1: 1 parameters of 1 numbers, lr=0.5" in repr(optimizer)


@pytest.mark.parametrize("case", cases.OPTIMISERS)
def test_large_parameters_in_blocks_as_small_ones(case, monkeypatch):
    """An array larger than a block, in any memory order, follows the rule of its elements."""
    name, options = cases.OPTIMISERS[case]
    value = np.random.default_rng(0).standard_normal((300, 500))
    monkeypatch.setattr(nn.optim.optimizer, "BLOCK", 20_000)
    monkeypatch.setattr(nn.optim.optimizer, "WAKING", 0)  # threads take part
    whole = Tensor(value, requires_grad=True)
    across = Tensor(value, requires_grad=True)
    across.data = np.asfortranarray(value)
    corner = Tensor(value[-3:, -3:], requires_grad=True)
    ps = (whole, across, corner)
    optimizer = getattr(nn.optim, name)(ps, **options)
    for _ in range(3):
        optimizer.zero_grad()
        for p in ps:
            (p * p * p * p).sum().backward()
        optimizer.step()
    np.testing.assert_array_equal(whole.data[-3:, -3:], corner.data)
    np.testing.assert_array_equal(whole.data, across.data)
    assert not np.array_equal(whole.data[-3:, -3:], value[-3:, -3:])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", [c for c in cases.OPTIMISERS if _is_compiled(c)])
def test_a_compiled_step_has_the_bits_of_its_rule(case, dtype, monkeypatch):
    """With and without momentum, decay, ...; infinite and NaN gradients; in many jobs or one."""
    pytest.importorskip("numba", reason="the extra fast is not installed")
    name, options = cases.OPTIMISERS[case]
    declined = options.get("amsgrad", False)
    rng = np.random.default_rng(0)
    values = [rng.standard_normal(n).astype(dtype) for n in (1, 17, 40_001)]
    pairs = [[Tensor(v, requires_grad=True) for v in values] for _ in range(2)]
    fast, plain = (getattr(nn.optim, name)(ps, **options) for ps in pairs)
    taken, step = [], fast._updated_fast
    fast._updated_fast = lambda *args: taken.append(step(*args)) or taken[-1]
    for t in range(4):
        for p, q in zip(*pairs, strict=True):
            p.grad = rng.standard_normal(p.shape).astype(dtype)
            p.grad[:: 1000 + t] = (0, np.inf, np.nan, 1e-30)[t]
            q.grad = p.grad.copy()
        for optimizer, wanted in ((fast, True), (plain, False)):
            monkeypatch.setattr(kernels, "compiled_is_wanted", lambda _, w=wanted: w)
            optimizer.step()
        for p, q in zip(*pairs, strict=True):
            np.testing.assert_array_equal(p.data, q.data)
            for k, v in fast.state[p].items():
                np.testing.assert_array_equal(v, plain.state[q][k])
    assert set(taken) == {not declined}


@pytest.fixture
def large(monkeypatch):
    """An Adam, and its parameter with a gradient, as if they were worth compiled code."""
    pytest.importorskip("numba", reason="the extra fast is not installed")
    monkeypatch.setattr(kernels, "compiled_is_wanted", lambda _: True)
    p = Tensor(np.ones(1000, np.float32), requires_grad=True)
    p.grad = np.ones(1000, np.float32)
    optimizer = nn.optim.Adam([p], lr=0.1)
    optimizer.step()
    return optimizer, p


def test_a_compiled_step_leaves_what_does_not_fit_to_its_rule(large):
    """Compiled code would write beyond the end of arrays that are too short."""
    optimizer, p = large
    kept = optimizer.state[p]["exp_avg"]
    for wrong in (kept[:7].copy(), kept[:1].copy(), np.broadcast_to(kept, kept.shape)):
        optimizer.state[p]["exp_avg"] = wrong
        with pytest.raises(ValueError, match=r"broadcast|read-only"):
            optimizer.step()
    optimizer.state[p]["exp_avg"], before = kept, p.data.copy()
    for wrong in (None, "0.1", np.ones(7)):
        optimizer.param_groups[0]["lr"] = wrong
        with pytest.raises((TypeError, ValueError)):
            optimizer.step()
    np.testing.assert_array_equal(p.data, before)
    p.data, p.grad = np.ones((2, 5000), np.float32), np.ones((2, 5000), np.float32)
    optimizer.param_groups[0]["lr"] = 0.1
    with pytest.raises(ValueError, match="broadcast"):
        optimizer.step()


def test_only_the_rule_itself_is_compiled(large):
    """Not one that stands before it and has its attributes."""
    optimizer, p = large
    before, update = p.data.copy(), optimizer.update
    optimizer.update = functools.wraps(update)(lambda *args, **options: None)
    optimizer.step()
    np.testing.assert_array_equal(p.data, before)
    optimizer.update = mock.Mock(wraps=update)
    optimizer.step()
    assert optimizer.update.called and (p.data != before).all()


@pytest.mark.parametrize("case", cases.OPTIMISERS)
def test_a_run_goes_on_from_its_state(case):
    name, options = cases.OPTIMISERS[case]
    ps = parameters()
    optimizer = getattr(nn.optim, name)(ps, **options)
    for _ in range(3):
        one_step(ps, optimizer)
    state = optimizer.state_dict()
    twins = [Tensor(p.data, requires_grad=True) for p in ps]
    twin = getattr(nn.optim, name)(twins)  # the options come with the state
    twin.load_state_dict(state)
    kept = copy.deepcopy(state)
    for _ in range(3):
        np.testing.assert_array_equal(one_step(ps, optimizer), one_step(twins, twin))
    for k, of in kept["state"].items():  # the state stayed as it was taken
        for n, v in of.items():
            np.testing.assert_array_equal(v, state["state"][k][n])


@pytest.mark.parametrize("case", cases.OPTIMISERS)
def test_what_is_kept_follows_the_dtype_of_its_parameter(case):
    name, options = cases.OPTIMISERS[case]
    model = nn.Module()
    model.ps = ps = parameters(np.float32)
    optimizer = getattr(nn.optim, name)(ps, **options)
    one_step(ps, optimizer)
    model.astype(float)
    twins = [Tensor(p.data, requires_grad=True) for p in ps]
    twin = getattr(nn.optim, name)(twins)
    twin.load_state_dict(optimizer.state_dict())
    for _ in range(3):
        np.testing.assert_array_equal(one_step(ps, optimizer), one_step(twins, twin))
    kept = [v for p in ps for v in optimizer.state[p].values() if type(v) is not int]
    assert all(v.dtype == float for v in kept)


def test_momentum_switched_on_during_training():
    ps = parameters()
    optimizer = nn.SGD(ps, lr=0.01)
    one_step(ps, optimizer)
    optimizer.param_groups[0]["momentum"] = 0.9
    one_step(ps, optimizer)
    assert all("momentum_buffer" in optimizer.state[p] for p in ps)


def test_a_velocity_begins_undamped_whenever_momentum_is_switched_on():
    w = Tensor(np.array([1.0]), requires_grad=True)
    optimizer = nn.SGD([w], lr=0.1, dampening=0.5)
    for momentum, v in ((0.0, 1), (0.9, 1), (0.9, 0.9 + 0.5), (0, 1), (0.9, 0.9 * 1.4 + 0.5)):
        before = w.data.copy()
        optimizer.param_groups[0]["momentum"] = momentum
        w.grad = np.ones(1)
        optimizer.step()
        np.testing.assert_allclose(before - w.data, 0.1 * v)


def test_nadams_momentum_may_change_during_training():
    w = Tensor(np.array([1.0]), requires_grad=True)
    optimizer = nn.optim.NAdam([w], lr=0.1)
    x, m, v, product = 1.0, 0.0, 0.0, 1.0
    for t, beta in enumerate((0.9, 0.8, 0.95), 1):
        optimizer.param_groups[0]["betas"] = (beta, 0.999)
        w.grad = 2 * w.data
        optimizer.step()
        g = 2 * x
        now, ahead = (beta * (1 - 0.96 ** (k * 4e-3) / 2) for k in (t, t + 1))
        product, m, v = product * now, beta * m + (1 - beta) * g, 0.999 * v + 0.001 * g * g
        n = (1 - now) * g / (1 - product) + ahead * m / (1 - product * ahead)
        x -= 0.1 * n / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        np.testing.assert_allclose(w.data, [x], rtol=1e-12)


@pytest.mark.parametrize("stepped", [False, True])
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize(
    "rule, option, on",
    [("SGD", "momentum", 0.9), ("RMSprop", "centered", 1), ("Adam", "amsgrad", 1)],
)
def test_a_run_goes_on_from_its_state_after_an_option_was_switched(
    rule, option, on, first, stepped
):
    """What an option that is now off has left is kept: it may be switched on again."""
    ps = parameters()
    optimizer = getattr(nn.optim, rule)(ps, lr=0.01, **{option: first * on})
    one_step(ps, optimizer)
    optimizer.param_groups[0][option] = (not first) * on
    if stepped:
        one_step(ps, optimizer)
    twins = [Tensor(p.data, requires_grad=True) for p in ps]
    twin = getattr(nn.optim, rule)(twins)
    twin.load_state_dict(optimizer.state_dict())
    for now in (not first, first):
        optimizer.param_groups[0][option] = twin.param_groups[0][option] = now * on
        np.testing.assert_array_equal(one_step(ps, optimizer), one_step(twins, twin))


def test_parameters_without_a_gradient_and_frozen_ones_stay():
    a, b, c = (Tensor([1.0], requires_grad=True) for _ in range(3))
    optimizer = nn.optim.Adam([a, b, c, a])
    (a * b * c).backward()
    b.zero_grad()
    c.requires_grad_(False)
    optimizer.step()
    assert a.data != 1 and b.data == 1 and c.data == 1
    assert list(optimizer.state) == [a]
    assert len(optimizer.param_groups[0]["params"]) == 3  # the shared one once


def test_a_wrong_gradient_changes_nothing():
    a, b = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True, name="b")
    (a * b).backward()
    b.grad = np.ones(3)
    optimizer = nn.SGD([a, b], lr=0.1)
    with pytest.raises(ShapeError, match=r"gradient of parameter 'b' of shape \(1,\) has shape"):
        optimizer.step()
    assert a.data == 1 and not optimizer.state


@pytest.mark.parametrize(
    "option, wrong, words",
    [
        *(("lr", v, "SGD: lr must be 0 or more, got ") for v in (None, "0.1", np.nan, -1.0)),
        ("momentum", 1.5, r"SGD: momentum must be in \[0, 1\), got 1.5"),
    ],
)
def test_an_option_set_to_what_is_out_of_range_changes_nothing(option, wrong, words):
    a, b = (Tensor([1.0], requires_grad=True) for _ in "ab")
    (a * b).backward()
    optimizer = nn.SGD([{"params": a}, {"params": b}], lr=0.1)
    optimizer.param_groups[1][option] = wrong
    with pytest.raises(ValueRangeError, match=words):
        optimizer.step()
    assert a.data == 1 and not optimizer.state


def test_a_step_that_raises_is_not_counted(monkeypatch):
    a = Tensor([1.0], requires_grad=True)
    a.grad = np.ones(1)
    optimizer = nn.optim.Adam([a])
    optimizer.step()
    update = mock.Mock(side_effect=ZeroDivisionError)
    with monkeypatch.context() as m, pytest.raises(ZeroDivisionError):
        m.setattr(optimizer, "update", update)
        optimizer.step()
    assert update.called and optimizer.state[a]["step"] == 1


def test_infinite_gradients_warn_of_nothing():
    w = Tensor(np.ones(2, np.float32), requires_grad=True)
    w.grad = np.array([np.inf, 1e30], np.float32)
    nn.optim.Adam([w]).step()
    assert np.isnan(w.data[0])


@pytest.mark.parametrize("name", ["Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax"])
def test_every_optimiser_releases_and_stamps(name):
    w = Tensor(np.ones(2), requires_grad=True, name="w")
    other, loss = (w * w).sum(), (w * w * w).sum()
    loss.backward()
    getattr(nn.optim, name)([w]).step()
    with pytest.raises(GraphError, match=rf"{name}.step\(\) has released"):
        loss.backward()
    with pytest.raises(GraphError, match=rf"{name}.step\(\) on 'w' has changed it in place"):
        other.backward()


def test_the_five_line_loop():
    nn.init.seed(0)
    x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
    model = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
    optimizer = nn.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(200):
        loss = nn.functional.mse_loss(model(x), np.sin(3 * x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 1e-2


def test_lr_of_all_groups():
    ps = parameters()
    optimizer = nn.SGD([{"params": ps[:1], "lr": 0.1}, {"params": ps[1:], "lr": 0.2}])
    with pytest.raises(ValueRangeError, match=r"rates of their own, \[0.1, 0.2\]"):
        _ = optimizer.lr
    optimizer.lr = 0.3
    assert optimizer.lr == 0.3


def test_a_closure_computes_the_gradients():
    (p,) = ps = [Tensor([3.0], requires_grad=True)]
    optimizer = nn.SGD(params=ps, lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with no_grad():
        assert optimizer.step(closure).item() == 9
    np.testing.assert_allclose(p.data, [2.4])
    assert optimizer.step() is None


# -- clipping ------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0, float("inf")])
def test_clipped_gradients_are_pytorchs(order):
    ps = parameters()
    cases.loss(*ps).backward()
    total = nn.utils.clip_grad_norm_(ps, 2.0, order)
    got = np.concatenate([[total], *(np.ravel(p.grad) for p in ps)])
    np.testing.assert_allclose(got, REFERENCES[f"clip {order}"], rtol=1e-12)
    before = [np.array(p.grad) for p in ps]
    assert nn.optim.clip_grad_norm_(ps, 1e9, order) == pytest.approx(min(total, 2), rel=1e-5)
    for p, g in zip(ps, before, strict=True):
        np.testing.assert_array_equal(p.grad, g)


def test_norms_that_overflow_when_squared():
    w = Tensor(np.ones(2, np.float32), requires_grad=True)
    for size in (1e30, 1e-30):
        w.grad = np.full(2, size, np.float32)
        assert nn.utils.clip_grad_norm_(w, 1e38) == pytest.approx(size * 2**0.5, rel=1e-5)
    w.grad = np.zeros(2, np.float32)
    assert nn.utils.clip_grad_norm_(w, 1.0) == 0


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0, float("inf")])
@pytest.mark.parametrize("size", [6e-8, 3e-4, 1.0, 6e4])
def test_norms_of_float16(size, order):
    w = Tensor(np.ones(5000, np.float16), requires_grad=True)
    w.grad = np.full(5000, size, np.float16)
    exact = np.linalg.norm(w.grad.astype(float), order)
    assert nn.utils.clip_grad_norm_(w, 1e30, order) == pytest.approx(exact, rel=1e-5)
    assert w.grad.dtype == np.float16


def test_clipping_says_which_gradient_is_not_finite():
    a, b = Tensor([1.0], requires_grad=True), Tensor([1.0, 2.0], requires_grad=True, name="fc.bias")
    a.grad, b.grad = np.array([3.0]), np.array([np.nan, 1.0])
    words = r"norm is nan: 1 of 2 numbers in the gradient of parameter 1 'fc.bias'"
    with pytest.raises(ValueRangeError, match=words):
        nn.utils.clip_grad_norm_([a, b], 1.0)
    assert a.grad == 3
    nn.utils.clip_grad_norm_([a, b], 1.0, error_if_nonfinite=False)
    assert np.isnan(a.grad)


def test_clipped_values():
    w = Tensor([1.0, 2.0], requires_grad=True)
    (w * w).sum().backward()
    nn.utils.clip_grad_value_([w], 3.0)
    np.testing.assert_array_equal(w.grad, [2, 3])


# -- mistakes ------------------------------------------------------------------------------------

w = Tensor([1.0, 2.0], requires_grad=True)
v = Tensor([1.0, 2.0], requires_grad=True, name="v")
sgd, adam = nn.SGD([w]), nn.optim.Adam([w])
momentum = nn.SGD([w], momentum=0.9)


def loaded(into, change, of=None):
    """Load into ``into`` the state of ``of`` after a step, changed by ``change``."""
    of = of or into
    w.grad = np.ones(2)
    of.step()
    state = of.state_dict()
    change(state)
    into.load_state_dict(state)


class Own(nn.optim.Adadelta):
    """Its mistakes go by its own name."""


MISTAKES = [
    (lambda: nn.SGD(w), DtypeError, r"expected parameters to train, got Tensor\. Pass model.param"),
    (lambda: nn.SGD({"params": [w]}), DtypeError, "expected parameters to train, got dict"),
    (lambda: nn.SGD([("w", w)]), DtypeError, "parameter 0 must be a leaf Tensor, got tuple"),
    (lambda: nn.SGD([w * 2]), DtypeError, "leaf Tensor, got the result of an operation"),
    (lambda: nn.SGD([Tensor([1, 2])]), DtypeError, "int64 parameters are not supported"),
    (lambda: nn.SGD([Tensor([1j], requires_grad=True)]), DtypeError, "complex parameters"),
    (lambda: nn.SGD([]), ValueRangeError, "SGD: there are no parameters to train"),
    (lambda: nn.SGD([{"params": []}]), ValueRangeError, "no parameters to train in a group"),
    (lambda: nn.SGD([{"lr": 0.1}]), ValueRangeError, r"a group needs its parameters.*got \['lr'\]"),
    (lambda: nn.SGD([{"params": [w]}, {"params": [v, w]}]), ValueRangeError,
     r"parameter of \(2,\) \(parameter 1 of its group\) is in another group already"),
    (lambda: nn.SGD([{"params": [w], "weight_deccay": 1}]), ValueRangeError,
     r"unknown options \['weight_deccay'\]; it knows \['dampening', 'lr'"),
    (lambda: nn.SGD([w], lr="0.1"), ValueRangeError, "lr must be positive, got '0.1'"),
    (lambda: nn.SGD([w], lr=float("nan")), ValueRangeError, "lr must be positive, got nan"),
    (lambda: nn.SGD([w], nesterov=True), ValueRangeError, "nesterov needs momentum > 0"),
    (lambda: nn.SGD([w], weight_decay=-1), ValueRangeError, "weight_decay must be >= 0, got -1"),
    (lambda: nn.optim.Adam([w], betas=(0.9, 1)), ValueRangeError, r"Adam: betas must be in \[0, 1"),
    (lambda: nn.optim.AdamW([w], betas=(0.9,)), ValueRangeError, "AdamW: betas must be two"),
    (lambda: nn.optim.Adam([w], betas=0.9), ValueRangeError, r"betas=\(a, b\), got 0.9"),
    (lambda: nn.optim.Adam([{"params": w, "betas": None}]), ValueRangeError, "got None"),
    (lambda: nn.optim.Adamax([w], betas="ab"), ValueRangeError, "Adamax: betas must be two.*'ab'"),
    (lambda: nn.optim.Rprop([w], etas=0.5), ValueRangeError, "Rprop: etas must be two numbers"),
    (lambda: nn.optim.Rprop([w], step_sizes=(1, 2, 3)), ValueRangeError, "step_sizes must be two"),
    (lambda: nn.optim.NAdam([w], momentum_decay=-1), ValueRangeError, "decay must be >= 0, got -1"),
    (lambda: nn.optim.RAdam([w], betas=(1, 0.9)), ValueRangeError, r"RAdam: betas must be in \[0"),
    (lambda: nn.optim.RMSprop([w], alpha=2), ValueRangeError, r"alpha must be in \[0, 1\), got 2"),
    (lambda: nn.optim.Adadelta([w], rho=-1), ValueRangeError, "rho must be in"),
    (lambda: nn.optim.Adagrad([w], lr_decay=-1), ValueRangeError, "lr_decay must be >= 0"),
    (lambda: nn.optim.Adamax([w], eps=None), ValueRangeError, "eps must be >= 0, got None"),
    (lambda: nn.optim.Rprop([w], etas=(2, 3)), ValueRangeError, "Rprop: expected etas"),
    (lambda: Own([w], rho=-1), ValueRangeError, "^Own: rho must be in"),
    (lambda: sgd.zero_grad(set_to_none=True), DtypeError, "SGD.zero_grad: .*set to None always"),
    (lambda: setattr(sgd, "lr", -1), ValueRangeError, "SGD: lr must be 0 or more, got -1"),
    (lambda: nn.utils.clip_grad_norm_([w], 0), ValueRangeError, "must be positive, got 0"),
    (lambda: nn.utils.clip_grad_norm_([1.0], 1), DtypeError, "parameter 0 must be a Tensor"),
    (lambda: nn.utils.clip_grad_value_([w], -1), ValueRangeError, "clip_value must be positive"),
    (lambda: sgd.load_state_dict(nn.SGD([w, v]).state_dict()), ValueRangeError,
     r"its groups have \[1\] parameters, the state's have \[2\]"),
    (lambda: sgd.load_state_dict({"optimizer": sgd.state_dict()}), ValueRangeError,
     "load_state_dict of SGD: the state lacks 'state', 'param_groups'. Pass what state_dict"),
    (lambda: sgd.load_state_dict({"state": {}, "param_groups": [{}]}), ValueRangeError,
     "load_state_dict of SGD, group: the state lacks 'params'"),
    (lambda: loaded(momentum, lambda s: s.update(state={"0": s["state"][0]})), ValueRangeError,
     r"keeps something for the parameters \['0'\], but its groups have \[0\]"),
    (lambda: loaded(sgd, lambda s: None, adam), ValueRangeError, "the state is another opt"),
    (lambda: loaded(momentum, lambda s: s["state"][0].pop("momentum_buffer")), ValueRangeError,
     r"for parameter 0 it needs \['momentum_buffer', 'step'\], got \['step'\]"),
    (lambda: loaded(momentum, lambda s: s["state"][0].update(momentum_buffer=np.ones(3))),
     ShapeError, r"'momentum_buffer' of parameter 0 has shape \(3,\), a parameter of \(2,\)"),
    (lambda: sgd.step(v), DtypeError, r"SGD.step\(\) takes nothing, or a function .* got Tensor"),
    (lambda: nn.SGD([w], maximize=True), DtypeError, r"'maximize'. Go down .* \(-value\).backward"),
    (lambda: nn.SGD([w], learning_rate=1), DtypeError, "no option 'learning_rate'. It is lr."),
    (lambda: nn.SGD([w], fused=True), DtypeError, "SGD: there is no option 'fused'. Large param"),
]  # fmt: skip


@pytest.mark.parametrize("mistake, kind, words", MISTAKES, ids=range(len(MISTAKES)))
def test_message(mistake, kind, words):
    before = [o.state_dict() for o in (sgd, adam)]
    with pytest.raises(kind, match=words) as e:
        mistake()
    assert isinstance(e.value, AutogradError)
    for o, state in zip((sgd, adam), before, strict=True):
        assert o.state_dict()["param_groups"] == state["param_groups"]


@pytest.mark.parametrize("number", [np.float64, np.array])
@pytest.mark.parametrize("rule", [nn.SGD, nn.optim.Adam])
def test_options_of_numpy_are_the_numbers_that_they_are(rule, number):
    """float32 parameters are not updated in double precision because their rate is a float64."""
    value, g = np.random.default_rng(0).standard_normal((2, 1000)).astype(np.float32)
    ps = [Tensor(value, requires_grad=True) for _ in range(2)]
    for p, kind in zip(ps, (float, number), strict=True):
        optimizer = rule([p])
        group = optimizer.param_groups[0]
        group.update(lr=kind(0.1), weight_decay=kind(0.01))
        if "betas" in group:
            group["betas"] = [kind(0.9), kind(0.99)]
        for p.grad in (g, -2 * g):
            optimizer.step()
    np.testing.assert_array_equal(*(p.data for p in ps))
