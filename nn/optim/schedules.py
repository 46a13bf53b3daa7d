"""Learning rates over time.

A schedule is a formula: the rate at step t from the rate at the start, so that it can be plotted,
resumed and put into a sequence.  Call ``schedule.step()`` after every epoch (or step of training).
"""

import bisect
import math
from inspect import signature

from autograd.errors import DtypeError, ValueRangeError
from nn import missing
from nn.functional.checks import is_number, positive_int
from nn.optim.optimizer import Optimizer
from nn.optim.options import check_state


class LRScheduler(missing.Refusing):
    """Base of the schedules: they set ``optimizer.param_groups[k]["lr"]`` at every `step`.

    Parameters
    ----------
    optimizer : Optimizer
        Its groups' learning rates are the base rates.

    Raises
    ------
    ValueRangeError
        A rate is negative or no number, at the start or at a `step`.

    Attributes
    ----------
    last_epoch : int
        How often `step` was called.
    base_lrs : list of float
        The rate of each group at the start.

    Examples
    --------
    A rule of one's own, 1/sqrt(1 + t):

    >>> from autograd import Tensor
    >>> from nn.optim import SGD
    >>> class Slower(LRScheduler):
    ...     def lr(self, base, t):
    ...         return base / (1 + t) ** 0.5
    >>> optimizer = SGD([Tensor([1.0], requires_grad=True)], lr=0.1)
    >>> schedule = Slower(optimizer)
    >>> for _ in range(3):
    ...     schedule.step()
    >>> optimizer.lr
    0.05
    """

    refused = missing.OF_SCHEDULES
    is_formula = True  # whether the step alone decides the rate, so that a sequence can take it

    def __init__(self, optimizer):
        check_optimizer(type(self).__name__, optimizer)
        self.optimizer = optimizer
        # Kept in the group: a second schedule must not take the first one's rate as its base.
        self.base_lrs = [g.setdefault("initial_lr", g["lr"]) for g in optimizer.param_groups]
        self.last_epoch = 0
        self._set()

    def lr(self, base, t):
        """The learning rate after ``t`` steps of a group that starts from ``base``."""
        raise NotImplementedError(f"{type(self).__name__} has no lr(self, base, t)")

    def step(self):
        """Go on by one.  Raises ValueRangeError where the optimizer has got more groups."""
        groups, known = len(self.optimizer.param_groups), len(self.base_lrs)
        if groups != known:
            raise ValueRangeError(
                f"{type(self).__name__}.step: the optimizer has {groups} groups now, and had "
                f"{known} when the schedule was made. Give it all groups at the start, the later "
                "ones frozen (it skips them), or make a new schedule after add_param_group."
            )
        self.last_epoch += 1
        self._set()

    def _rates(self) -> list:
        return [self.lr(base, self.last_epoch) for base in self.base_lrs]

    def _set(self):
        rates = self._rates()
        for rate in rates:
            if not is_number(rate) or not rate >= 0:
                raise ValueRangeError(
                    f"{type(self).__name__}: the rate after {self.last_epoch} steps is {rate!r}, "
                    "expected a number, 0 or more"
                )
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate

    def get_last_lr(self) -> list[float]:
        """The learning rate of every group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def __repr__(self):
        shown = []
        for name, p in signature(type(self).__init__).parameters.items():
            value = getattr(self, name, p.default)
            if name not in ("self", "optimizer") and value != p.default:
                shown.append(f"{name}={value!r}")
        rates = [float(f"{r:.6g}") for r in self.get_last_lr()]
        rate = rates if len(set(rates)) > 1 else rates[0]
        return f"{type(self).__name__}({', '.join(shown)}): lr {rate!r} at step {self.last_epoch}"

    def state_dict(self) -> dict:
        """What changes over time.  The learning rates themselves are the optimizer's."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state):
        """Take over what `state_dict` gave.

        Raises
        ------
        ValueRangeError
            Something is missing, or there is another number of groups.  Nothing has been changed
            then.
        """
        by = f"load_state_dict of {type(self).__name__}"
        check_state(by, state, self.state_dict())
        if len(state["base_lrs"]) != len(self.base_lrs):
            raise ValueRangeError(
                f"{by}: {len(self.base_lrs)} groups, the state has {len(state['base_lrs'])}"
            )
        self.last_epoch = int(state["last_epoch"])
        self.base_lrs = [float(v) for v in state["base_lrs"]]


class LambdaLR(LRScheduler):
    """lr = base f(t), with ``lr_lambda`` = f of one's own, or a list of them, one per group."""

    def __init__(self, optimizer, lr_lambda):
        check_optimizer("LambdaLR", optimizer)
        groups = len(optimizer.param_groups)
        several = isinstance(lr_lambda, (list, tuple))
        self.factors = list(lr_lambda) if several else [lr_lambda] * groups
        if len(self.factors) != groups or not all(map(callable, self.factors)):
            raise ValueRangeError(
                f"LambdaLR: expected a function, or {groups} of them, one per group; got "
                f"{lr_lambda!r}"
            )
        super().__init__(optimizer)

    def _rates(self):
        factors = [factor(self.last_epoch) for factor in self.factors]
        if not all(map(is_number, factors)):
            raise DtypeError(
                f"LambdaLR: after {self.last_epoch} steps lr_lambda gave {factors}, expected "
                "numbers"
            )
        return [base * f for base, f in zip(self.base_lrs, factors, strict=True)]


class StepLR(LRScheduler):
    """lr = base gamma^floor(t / step_size): ÷10 every 30 epochs with step_size=30, gamma=0.1."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size, self.gamma = positive_int("StepLR", "step_size", step_size), gamma
        check_positive("StepLR", gamma=gamma)
        super().__init__(optimizer)

    def lr(self, base, t):
        """The learning rate after ``t`` steps."""
        return base * self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """lr = base gamma^(number of milestones ≤ t)."""

    def __init__(self, optimizer, milestones, gamma=0.1):
        self.milestones, self.gamma = _milestones("MultiStepLR", milestones), gamma
        check_positive("MultiStepLR", gamma=gamma)
        super().__init__(optimizer)

    def lr(self, base, t):
        """The learning rate after ``t`` steps."""
        return base * self.gamma ** bisect.bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """lr = base gamma^t."""

    def __init__(self, optimizer, gamma):
        self.gamma = gamma
        check_positive("ExponentialLR", gamma=gamma)
        super().__init__(optimizer)

    def lr(self, base, t):
        """The learning rate after ``t`` steps."""
        return base * self.gamma**t


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (base - eta_min) (1 + cos(π t / T_max)) / 2; Loshchilov and Hutter 2017.

    After ``T_max`` it rises again.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max, self.eta_min = positive_int("CosineAnnealingLR", "T_max", T_max), eta_min
        super().__init__(optimizer)

    def lr(self, base, t):
        """The learning rate after ``t`` steps."""
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


class CosineAnnealingWarmRestarts(LRScheduler):
    """A cosine from base to eta_min over ``T_0`` steps, then again from base, each T_mult as long.

    lr = eta_min + (base - eta_min) (1 + cos(π s / T)) / 2, s being the steps since the last restart
    and T = T_0 T_mult^k after k restarts.  Loshchilov and Hutter 2017, equation 5.

    Raises
    ------
    ValueRangeError
        T_0 or T_mult is no positive integer.
    """

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0):
        name = "CosineAnnealingWarmRestarts"
        self.T_0, self.eta_min = positive_int(name, "T_0", T_0), eta_min
        self.T_mult = positive_int(name, "T_mult", T_mult)
        super().__init__(optimizer)

    def lr(self, base, t):
        """The learning rate after ``t`` steps."""
        since, length = t % self.T_0 if self.T_mult == 1 else t, self.T_0
        while since >= length:
            since, length = since - length, length * self.T_mult
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * since / length)) / 2


class ConstantLR(LRScheduler):
    """lr = factor base for the first ``total_iters`` steps, then base.

    Raises
    ------
    ValueRangeError
        The factor is not in [0, 1]; total_iters is no positive integer.
    """

    def __init__(self, optimizer, factor=1 / 3, total_iters=5):
        if not 0 <= factor <= 1:
            raise ValueRangeError(f"ConstantLR: factor must be in [0, 1], got {factor!r}")
        self.factor = factor
        self.total_iters = positive_int("ConstantLR", "total_iters", total_iters)
        super().__init__(optimizer)

    def lr(self, base, t):
        """The learning rate after ``t`` steps."""
        return base * self.factor if t < self.total_iters else base


class LinearLR(LRScheduler):
    """Warm-up: the factor goes from start_factor to end_factor in total_iters steps, then stays."""

    def __init__(self, optimizer, start_factor=1 / 3, end_factor=1.0, total_iters=5):
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = positive_int("LinearLR", "total_iters", total_iters)
        check_positive("LinearLR", start_factor=start_factor)
        super().__init__(optimizer)

    def lr(self, base, t):
        """The learning rate after ``t`` steps."""
        done = min(t / self.total_iters, 1)
        return base * (self.start_factor + (self.end_factor - self.start_factor) * done)


class SequentialLR(LRScheduler):
    """One schedule after another: ``schedulers[k + 1]`` starts at ``milestones[k]``.

    Examples
    --------
    Five steps of warm-up, then a cosine over 95:

    >>> from autograd import Tensor
    >>> from nn.optim import SGD
    >>> optimizer = SGD([Tensor([1.0], requires_grad=True)], lr=0.1)
    >>> warm, cosine = LinearLR(optimizer, 0.2, total_iters=5), CosineAnnealingLR(optimizer, 95)
    >>> schedule = SequentialLR(optimizer, [warm, cosine], milestones=[5])
    >>> rates = []
    >>> for _ in range(101):
    ...     rates += schedule.get_last_lr()
    ...     schedule.step()
    >>> [round(rates[t], 6) for t in (0, 1, 5, 100)]
    [0.02, 0.036, 0.1, 0.0]
    """

    def __init__(self, optimizer, schedulers, milestones):
        self.schedulers = list(schedulers)
        self.milestones = _milestones("SequentialLR", milestones)
        if len(self.milestones) != len(self.schedulers) - 1:
            raise ValueRangeError(
                f"SequentialLR: {len(self.schedulers)} schedules need "
                f"{len(self.schedulers) - 1} milestones, got {len(self.milestones)}"
            )
        for s in self.schedulers:
            if not isinstance(s, LRScheduler) or not s.is_formula:
                raise DtypeError(
                    f"SequentialLR: {type(s).__name__} has no place in a sequence; expected "
                    "schedules that are formulas of the step"
                )
            if s.optimizer is not optimizer:
                raise ValueRangeError(
                    f"SequentialLR: its {type(s).__name__} belongs to another optimizer"
                )
        super().__init__(optimizer)

    def _set(self):
        k = bisect.bisect_right(self.milestones, self.last_epoch)
        now = self.schedulers[k]
        now.last_epoch = self.last_epoch - (self.milestones[k - 1] if k else 0)
        now.base_lrs = self.base_lrs  # of a state that was loaded
        now._set()


def check_optimizer(schedule, optimizer):
    """Raise unless it is one."""
    if not isinstance(optimizer, Optimizer):
        raise DtypeError(
            f"{schedule}: expected an optimizer, got {type(optimizer).__name__}; pass the "
            "optimizer whose learning rate it is to set"
        )


def _milestones(schedule, milestones):
    found = list(milestones) if hasattr(milestones, "__iter__") else None
    if found is None or found != sorted(found):
        raise ValueRangeError(f"{schedule}: milestones must be steps that rise, got {milestones!r}")
    return found


def check_positive(schedule, **options):
    """Raise unless they are positive numbers."""
    for name, value in options.items():
        if not is_number(value) or not value > 0:
            raise ValueRangeError(f"{schedule}: {name} must be positive, got {value!r}")
