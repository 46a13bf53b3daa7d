"""Schedules: PyTorch's learning rates, resumed anywhere, and clear refusals."""

import math
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import AutogradError, DtypeError, ValueRangeError
from nn.optim import (
    SGD,
    Adagrad,
    Adam,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    Optimizer,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from tests.nn.torch_optim import cases

REFERENCES = np.load(Path(__file__).parent / "torch_optim" / "references.npz")


def made(case, optimizer):
    name, options = cases.SCHEDULES[case]
    if name == "SequentialLR":
        options = {**options, "schedulers": cases.parts(nn.optim, optimizer)}
    return getattr(nn.optim, name)(optimizer, **options)


def sgd(lr=0.1):
    return SGD([Tensor([1.0], requires_grad=True)], lr=lr, momentum=0.9)


def step(schedule, measure):
    schedule.step(*[measure] * isinstance(schedule, ReduceLROnPlateau))


@pytest.mark.parametrize("case", cases.SCHEDULES)
def test_rates_are_pytorchs(case):
    optimizer = sgd()
    schedule, rows = made(case, optimizer), []
    for measure in cases.measures():
        rows.append((optimizer.lr, optimizer.param_groups[0]["momentum"]))
        step(schedule, measure)
    np.testing.assert_allclose(rows, REFERENCES[f"schedule {case}"], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "base, kept", [(LRScheduler, cases.SCHEDULES), (Optimizer, cases.OPTIMISERS)]
)
def test_every_rule_is_compared(base, kept):
    rules = {n for n, v in vars(nn.optim).items() if isinstance(v, type) and issubclass(v, base)}
    lacking = rules - {name for name, _ in kept.values()} - {base.__name__}
    assert not lacking, f"without a case in torch_optim/cases.py: {sorted(lacking)}"


@pytest.mark.parametrize("case", cases.SCHEDULES)
def test_a_schedule_goes_on_from_its_state(case):
    optimizer, twin = sgd(), sgd()
    schedule, measures = made(case, optimizer), cases.measures()
    for measure in measures[:17]:
        step(schedule, measure)
    resumed = made(case, twin)
    twin.load_state_dict(optimizer.state_dict())
    resumed.load_state_dict(schedule.state_dict())
    for measure in measures[17:]:
        assert twin.param_groups[0]["lr"] == optimizer.param_groups[0]["lr"]
        step(schedule, measure)
        step(resumed, measure)


def test_a_schedule_shows_itself():
    schedule = StepLR(optimizer := sgd(), 3, gamma=0.5)
    for _ in range(4):
        schedule.step()
    assert repr(schedule) == "StepLR(step_size=3, gamma=0.5): lr 0.05 at step 4"
    optimizer.add_param_group({"params": Tensor(1.0, requires_grad=True), "lr": 2.0})
    assert repr(LambdaLR(optimizer, math.exp)) == "LambdaLR(): lr [0.1, 2.0] at step 0"
    warm = LinearLR(sgd(), 0.5)
    assert repr(warm) == "LinearLR(start_factor=0.5): lr 0.05 at step 0"


def test_every_group_has_its_base():
    a, b = (Tensor([1.0], requires_grad=True) for _ in range(2))
    optimizer = SGD([{"params": [a], "lr": 0.1}, {"params": [b], "lr": 0.2}])
    schedule = LambdaLR(optimizer, [lambda t: 2.0**t, lambda t: 1.0])
    schedule.step()
    assert schedule.get_last_lr() == [0.2, 0.2]


def test_one_cycle_turns_adams_first_beta():
    optimizer = Adam([Tensor([1.0], requires_grad=True)])
    schedule = OneCycleLR(optimizer, 0.1, total_steps=10)
    assert optimizer.param_groups[0]["betas"] == (0.95, 0.999)
    for _ in range(2):
        schedule.step()
    assert optimizer.param_groups[0]["betas"] == (0.85, 0.999)
    assert optimizer.lr == pytest.approx(0.1)


@pytest.mark.parametrize("total, share", [(10, 0.1), (2, 0.5), (1, 1.0)])
def test_one_cycle_that_starts_at_its_top(total, share):
    schedule = OneCycleLR(optimizer := sgd(), 0.5, total_steps=total, pct_start=share)
    assert optimizer.lr == 0.5
    for _ in range(total - 1):
        schedule.step()
    assert optimizer.lr == pytest.approx(0.5 / 25 / 1e4 if total > 1 else 0.5)


def test_a_sequence_goes_on_from_the_rates_of_its_state():
    def made(lr):
        optimizer = SGD([Tensor([1.0], requires_grad=True)], lr)
        return SequentialLR(optimizer, [LinearLR(optimizer), StepLR(optimizer, 3)], [2])

    schedule, resumed = made(0.1), made(7.0)
    resumed.optimizer.load_state_dict(schedule.optimizer.state_dict())
    resumed.load_state_dict(schedule.state_dict())
    for _ in range(4):
        schedule.step()
        resumed.step()
        assert resumed.get_last_lr() == schedule.get_last_lr()


def test_plateau_with_negative_measures():
    optimizer = sgd()
    schedule = ReduceLROnPlateau(optimizer, patience=1)
    for measure in (-1.0, -1.0, -1.0):
        schedule.step(measure)
    assert optimizer.lr == pytest.approx(0.01)


class Odd:
    """What someone might pass for an optimizer."""


def grown():
    schedule = StepLR(optimizer := sgd(), 3)
    optimizer.add_param_group({"params": Tensor(1.0, requires_grad=True)})
    try:
        schedule.step()
    finally:
        assert schedule.last_epoch == 0


def below_zero():
    schedule = LinearLR(sgd(), 1.0, -1.0, total_iters=2)
    schedule.step()
    assert schedule.get_last_lr() == [0.0]
    schedule.step()


def too_far():
    schedule = OneCycleLR(sgd(), 0.1, total_steps=2)
    for _ in range(3):
        schedule.step()


MISTAKES = [
    (lambda: StepLR(Odd(), 3), DtypeError, "StepLR: expected an optimizer, got Odd"),
    (lambda: StepLR(sgd(), 3, last_epoch=4), DtypeError, "'last_epoch'. To go on with a run"),
    (lambda: StepLR(sgd(), 0), ValueRangeError, "step_size must be a positive integer, got 0"),
    (lambda: StepLR(sgd(), 3, gamma=-1), ValueRangeError, "gamma must be positive, got -1"),
    (lambda: MultiStepLR(sgd(), [5, 3]), ValueRangeError, r"steps that rise, got \[5, 3\]"),
    (lambda: MultiStepLR(sgd(), 30), ValueRangeError, "milestones must be steps that rise, got 30"),
    (lambda: CosineAnnealingLR(sgd(), 1.5), ValueRangeError, "T_max must be a positive int"),
    (lambda: LinearLR(sgd(), 0), ValueRangeError, "start_factor must be positive, got 0"),
    (lambda: ConstantLR(sgd(), 2), ValueRangeError, r"factor must be in \[0, 1\], got 2"),
    (lambda: CosineAnnealingWarmRestarts(sgd(), 0), ValueRangeError, "T_0 must be a positive"),
    (lambda: CosineAnnealingWarmRestarts(sgd(), 2, 0.5), ValueRangeError, "T_mult must be a pos"),
    (lambda: LambdaLR(sgd(), 0.9), ValueRangeError, "expected a function, or 1 of them"),
    (lambda: SequentialLR(o := sgd(), [StepLR(o, 3)], [5]), ValueRangeError,
     "1 schedules need 0 milestones, got 1"),
    (lambda: SequentialLR(o := sgd(), [StepLR(o, 3), ReduceLROnPlateau(o)], [5]), DtypeError,
     "ReduceLROnPlateau has no place in a sequence"),
    (lambda: SequentialLR(o := sgd(), [StepLR(o, 3), StepLR(sgd(), 3)], [5]), ValueRangeError,
     "its StepLR belongs to another optimizer"),
    (lambda: OneCycleLR(sgd(), 0.1), ValueRangeError, "give total_steps, or epochs and steps"),
    (lambda: OneCycleLR(sgd(), [0.1, 0.2], 10), ValueRangeError, "1 groups need as many max_lr"),
    (lambda: OneCycleLR(sgd(), 0.1, 10, pct_start=3), ValueRangeError, "pct_start must be in"),
    (lambda: OneCycleLR(Adagrad([Tensor([1.0], requires_grad=True)]), 0.1, 10), ValueRangeError,
     "Adagrad has no momentum; use cycle_momentum=False"),
    (too_far, ValueRangeError, "step 3 of a cycle of 2 steps"),
    (grown, ValueRangeError, r"StepLR.step: the optimizer has 2 groups now, and had 1 when"),
    (lambda: ReduceLROnPlateau(sgd(), "least"), ValueRangeError, "mode must be 'min' or 'max'"),
    (lambda: ReduceLROnPlateau(sgd(), factor=10), ValueRangeError, r"factor must be in \(0, 1\)"),
    (lambda: StepLR(sgd(), 3).load_state_dict({"last_epoch": 1, "base_lrs": [1, 2]}),
     ValueRangeError, "1 groups, the state has 2"),
    (lambda: StepLR(sgd(), 3).load_state_dict({"schedule": {}}), ValueRangeError,
     "StepLR: the state lacks 'last_epoch', 'base_lrs'. Pass what state_dict"),
    (lambda: ReduceLROnPlateau(sgd()).load_state_dict(StepLR(sgd(), 3).state_dict()),
     ValueRangeError, "ReduceLROnPlateau: the state lacks 'best', 'num_bad_epochs'"),
    (below_zero, ValueRangeError, "LinearLR: the rate after 2 steps is -0.1, expected a number, 0"),
    (lambda: LinearLR(sgd(), 0.5, math.nan), ValueRangeError, "the rate after 0 steps is nan"),
    (lambda: LambdaLR(sgd(), lambda t: None), DtypeError, "lr_lambda gave .None., expected num"),
    (lambda: StepLR(sgd(), 3, gamma="a"), ValueRangeError, "gamma must be positive, got 'a'"),
    (lambda: OneCycleLR(sgd(), -0.1, 10), ValueRangeError, "max_lr must be positive, got -0.1"),
    (lambda: OneCycleLR(sgd(), 0.1, 10, div_factor=0), ValueRangeError, "div_factor must be pos"),
    (lambda: OneCycleLR(sgd(), 0.1, epochs=-1, steps_per_epoch=-9), ValueRangeError,
     "epochs must be a positive integer, got -1"),
    (lambda: ReduceLROnPlateau(sgd(), min_lr=[0.1]), ValueRangeError, "min_lr must be one number"),
]  # fmt: skip


@pytest.mark.parametrize("mistake, kind, words", MISTAKES, ids=range(len(MISTAKES)))
def test_message(mistake, kind, words):
    with pytest.raises(kind, match=words) as e:
        mistake()
    assert isinstance(e.value, AutogradError)
