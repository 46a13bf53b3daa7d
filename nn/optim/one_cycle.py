"""OneCycleLR: one rise and one fall of the learning rate over a whole run."""

import math

from autograd.errors import ValueRangeError
from nn.functional.checks import positive_int
from nn.optim.schedules import LRScheduler, check_optimizer, check_positive


class OneCycleLR(LRScheduler):
    """Up to ``max_lr`` and down again over a whole run, momentum the other way; `step` every batch.

    From max_lr / div_factor to max_lr in the first ``pct_start`` of the steps, then down to the
    first rate / final_div_factor.  Smith and Topin 2018.

    Parameters
    ----------
    optimizer : Optimizer
        Its own learning rate is not used.
    max_lr : float or list of float
        The highest rate, of all groups or per group.
    total_steps : int, optional
        Of the run; or give ``epochs`` and ``steps_per_epoch``.
    pct_start : float
        Share of the steps on the way up.
    anneal_strategy : {"cos", "linear"}
        The form of the ways up and down.
    cycle_momentum : bool
        Momentum (or Adam's beta1) from ``max_momentum`` down to ``base_momentum`` and back.
    div_factor, final_div_factor : float
        max_lr / first rate, and first rate / last rate.
    three_phase : bool
        Down in the time of the way up, then on to the last rate.
    """

    is_formula = False  # the highest rate and the momentum are its own

    def __init__(
        self,
        optimizer,
        max_lr,
        total_steps=None,
        epochs=None,
        steps_per_epoch=None,
        pct_start=0.3,
        anneal_strategy="cos",
        cycle_momentum=True,
        base_momentum=0.85,
        max_momentum=0.95,
        div_factor=25.0,
        final_div_factor=1e4,
        three_phase=False,
    ):
        check_optimizer("OneCycleLR", optimizer)
        groups = optimizer.param_groups
        if total_steps is None and None in (epochs, steps_per_epoch):
            raise ValueRangeError("OneCycleLR: give total_steps, or epochs and steps_per_epoch")
        if total_steps is None:
            total_steps = positive_int("OneCycleLR", "epochs", epochs) * positive_int(
                "OneCycleLR", "steps_per_epoch", steps_per_epoch
            )
        self.total_steps = positive_int("OneCycleLR", "total_steps", total_steps)
        several = hasattr(max_lr, "__iter__")
        self.max_lrs = list(max_lr) if several else [max_lr] * len(groups)
        if len(self.max_lrs) != len(groups):
            raise ValueRangeError(
                f"OneCycleLR: {len(groups)} groups need as many max_lr, got {len(self.max_lrs)}"
            )
        if not 0 <= pct_start <= 1 or anneal_strategy not in ("cos", "linear"):
            raise ValueRangeError(
                "OneCycleLR: pct_start must be in [0, 1] and anneal_strategy 'cos' or 'linear', "
                f"got {pct_start!r} and {anneal_strategy!r}"
            )
        for rate in self.max_lrs:
            check_positive("OneCycleLR", max_lr=rate)
        check_positive("OneCycleLR", div_factor=div_factor, final_div_factor=final_div_factor)
        self.momentum = next((m for m in ("momentum", "betas") if m in optimizer.defaults), None)
        if cycle_momentum and self.momentum is None:
            raise ValueRangeError(
                f"OneCycleLR: {type(optimizer).__name__} has no momentum; use cycle_momentum=False"
            )
        self.cycle_momentum, self.cosine = cycle_momentum, anneal_strategy == "cos"
        self.momenta = (max_momentum, base_momentum, max_momentum, max_momentum)
        self.factors = (1 / div_factor, 1.0, 1 / div_factor, 1 / div_factor / final_div_factor)
        up = float(pct_start * self.total_steps) - 1
        if three_phase:
            self.ends = (0.0, up, 2 * up, self.total_steps - 1.0)
        else:
            self.ends = (0.0, up, self.total_steps - 1.0)
            self.factors, self.momenta = self.factors[:2] + self.factors[3:], self.momenta[:3]
        super().__init__(optimizer)

    def _set(self):
        if self.last_epoch >= self.total_steps + 1:
            raise ValueRangeError(
                f"OneCycleLR: step {self.last_epoch} of a cycle of {self.total_steps} steps"
            )
        for group, most in zip(self.optimizer.param_groups, self.max_lrs, strict=True):
            group["lr"] = self._between([most * f for f in self.factors])
            if self.cycle_momentum:
                m = self._between(self.momenta)
                group[self.momentum] = (m, *group["betas"][1:]) if self.momentum == "betas" else m

    def _between(self, values):
        """The value at the present step, which is on the way between two of ``values``."""
        t = self.last_epoch
        k = next((k for k in range(1, len(self.ends)) if t <= self.ends[k]), len(self.ends) - 1)
        length = self.ends[k] - self.ends[k - 1]
        done = (t - self.ends[k - 1]) / length if length else 1.0
        if self.cosine:
            return values[k] + (values[k - 1] - values[k]) * (1 + math.cos(math.pi * done)) / 2
        return values[k - 1] + (values[k] - values[k - 1]) * done
