"""What tells better from worse: a number, the best of it so far, and how long ago that was."""

import math

from autograd.errors import ValueRangeError
from nn.training.checks import count


class Monitor:
    """A number that is looked at once per epoch.

    Parameters
    ----------
    name : str
        The column of a Trainer's history.
    mode : {"min", "max"}
        Whether less or more of it is better.
    patience : int, optional
        How many epochs without improvement are endured; all, by default.
    """

    def __init__(self, name, mode="min", patience=None):
        if mode not in ("min", "max"):
            raise ValueRangeError(f"Trainer: mode must be one of ('min', 'max'), got {mode!r}")
        self.name, self.mode = name, mode
        self.patience = None if patience is None else count("patience", patience)
        self.best, self.bad_epochs = math.inf if mode == "min" else -math.inf, 0

    def see(self, value) -> bool:
        """Take note of an epoch's value; True if it is the best so far, which NaN never is."""
        better = value < self.best if self.mode == "min" else value > self.best
        if better:
            self.best, self.bad_epochs = value, 0
        else:
            self.bad_epochs += 1
        return better

    def reason_to_stop(self) -> str:
        """What to say when patience is at an end; '' before."""
        if self.patience is None or self.bad_epochs < self.patience:
            return ""
        return (
            f"{self.name} has not improved for {self.bad_epochs} epochs; the best was "
            f"{self.best:.6g}"
        )
