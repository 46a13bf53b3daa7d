"""The state of a run: what a checkpoint holds, written, read back and taken over."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import AutogradError, ValueRangeError
from nn import init
from nn.module import Module
from nn.optim import LRScheduler, Optimizer
from nn.training.batches import Batches
from nn.training.checkpoints import Checkpoints
from nn.training.log import CSVLog


class TrainingError(AutogradError, RuntimeError):
    """Training cannot go on: the loss or a weight is not finite, or the folder is in use."""


_PLAIN = (
    "step", "epoch", "batch", "history", "stopped", "best", "bad_epochs", "_asked", "_sums",
    "_seconds",
)  # fmt: skip


class Resumable:
    """The part of a `Trainer` that goes to disk and back."""

    model: Module
    loss: Any
    optimizer: Optimizer
    schedule: LRScheduler | None
    checkpoints: Checkpoints | None
    log: CSVLog | None
    step: int
    history: list[dict]
    losses: list[float]
    _train: Batches
    _validation: Batches | None
    _measures: Callable[[], list[str]]
    _advice: Callable[..., str]

    def resume(self) -> int:
        """Go back to the newest checkpoint in the folder; returns its step, 0 if there is none.

        The trainer must have been made as the first time.  A damaged checkpoint is passed over
        with a warning.

        Raises
        ------
        StorageError
            There are checkpoints, but no whole one.
        ValueRangeError, ShapeError
            The checkpoint does not fit this model, optimizer or loader.
        """
        if self.checkpoints is None or self.log is None:
            raise ValueRangeError(
                "Trainer: resume needs the folder of the run: Trainer(folder=...)"
            )
        self.checkpoints.drop_unfinished()
        found = self.checkpoints.read_latest()
        if found is None:
            return 0
        path, state = found
        try:
            self.load_state_dict(state)
        except AutogradError as e:
            e.add_note(f"while resuming from {str(path)!r}, which must be of the same training")
            raise
        self.log.restart(self.history)
        return self.step

    def state_dict(self) -> dict:
        """All that decides how the run goes on: arrays, numbers and texts in dicts and lists."""
        return {
            "model": self.model.state_dict(),
            "loss": self.loss.state_dict() if isinstance(self.loss, Module) else {},
            "optimizer": self.optimizer.state_dict(),
            "schedule": None if self.schedule is None else self.schedule.state_dict(),
            "generator": init.generator().bit_generator.state,
            "loader": self._train.state_dict(),
            "validation seed": None if self._validation is None else self._validation.seed,
            "losses": np.array(self.losses),
            "measures": self._measures(),
            **{k: copy.deepcopy(getattr(self, k)) for k in _PLAIN},
        }

    def load_state_dict(self, state):
        """Take over what `state_dict` gave; all of it, or nothing where something does not fit."""
        before = self.state_dict()
        missing = sorted(before.keys() - state)
        if missing:
            raise ValueRangeError(f"Trainer: the state lacks {', '.join(missing)}")
        try:
            self._take_over(state)
        except AutogradError:
            self._take_over(before)
            raise

    def _take_over(self, state):
        if (state["schedule"] is None) != (self.schedule is None):
            which = "with" if self.schedule is None else "without"
            raise ValueRangeError(f"Trainer: the checkpoint is of a run {which} a schedule")
        if state["measures"] != self._measures():
            raise ValueRangeError(
                f"Trainer: the run measured {', '.join(state['measures'])}, now it would be "
                f"{', '.join(self._measures())}; a log has the same columns from start to end"
            )
        self._train.load_state_dict(state["loader"])
        self.model.load_state_dict(state["model"])
        if isinstance(self.loss, Module):
            self.loss.load_state_dict(state["loss"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.schedule is not None:
            self.schedule.load_state_dict(state["schedule"])
        if self._validation is not None:
            self._validation.seed = state["validation seed"]
        init.generator().bit_generator.state = state["generator"]
        self.losses = state["losses"].tolist()
        for k in _PLAIN:
            setattr(self, k, copy.deepcopy(state[k]))

    def _checkpoint(self):
        self._check_weights()
        self.checkpoints.write(self.step, self.state_dict())

    def _check_weights(self):
        """Raise rather than write a model that is lost."""
        for name, p in self.model.named_parameters():
            if not np.isfinite(p.data).all():
                raise TrainingError(
                    f"Trainer: {name} has infinite or NaN weights. "
                    f"{self._advice(f'step {self.step}')}"
                )
