"""ReduceLROnPlateau: a smaller learning rate when a measure stops improving."""

import math

from autograd.errors import ValueRangeError
from nn.functional.checks import is_number
from nn.optim.schedules import LRScheduler


class ReduceLROnPlateau(LRScheduler):
    """lr <- factor lr when a measure has not improved for more than ``patience`` steps.

    Parameters
    ----------
    optimizer : Optimizer
    mode : {"min", "max"}
        Whether the measure is a loss or, say, an accuracy.
    factor : float
        What the learning rate is multiplied by: 0.1 for ÷10.
    patience : int
        How many steps without improvement are endured.
    threshold : float
        The least improvement that counts, relative to the best or, with ``threshold_mode="abs"``,
        absolute.
    cooldown : int
        Steps after a reduction in which nothing is counted.
    min_lr : float
        The rate never falls below it.
    eps : float
        A reduction by less is left out.
    """

    is_formula = False

    def __init__(
        self,
        optimizer,
        mode="min",
        factor=0.1,
        patience=10,
        threshold=1e-4,
        threshold_mode="rel",
        cooldown=0,
        min_lr=0.0,
        eps=1e-8,
    ):
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueRangeError(
                "ReduceLROnPlateau: mode must be 'min' or 'max' and threshold_mode 'rel' or 'abs', "
                f"got {mode!r} and {threshold_mode!r}"
            )
        if not 0 < factor < 1:
            raise ValueRangeError(f"ReduceLROnPlateau: factor must be in (0, 1), got {factor!r}")
        if not is_number(min_lr):
            raise ValueRangeError(
                f"ReduceLROnPlateau: min_lr must be one number for all groups, got {min_lr!r}"
            )
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.relative, self.cooldown = threshold, threshold_mode == "rel", cooldown
        self.min_lr, self.eps = min_lr, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = 0
        super().__init__(optimizer)

    def _set(self):
        """The rate changes in `step` alone."""

    def step(self, metrics):
        """Take note of the measure, a number, and reduce the rates if it is time."""
        value = float(metrics)
        self.last_epoch += 1
        if self._better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group in self.optimizer.param_groups:
                new = max(group["lr"] * self.factor, self.min_lr)
                if group["lr"] - new > self.eps:
                    group["lr"] = new
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def _better(self, value):
        sign = 1 if self.mode == "min" else -1
        step = self.threshold
        if self.relative:
            step = self.threshold * abs(self.best) if math.isfinite(self.best) else 0
        return sign * value < sign * self.best - step

    def state_dict(self) -> dict:
        """What changes over time."""
        counters = ("best", "num_bad_epochs", "cooldown_counter")
        return {**super().state_dict(), **{k: getattr(self, k) for k in counters}}

    def load_state_dict(self, state):
        """Take over what `state_dict` gave."""
        super().load_state_dict(state)
        self.best = float(state["best"])
        self.num_bad_epochs = int(state["num_bad_epochs"])
        self.cooldown_counter = int(state["cooldown_counter"])
