"""Trainer: the five-line loop with validation, checkpoints, a log and an exact way back."""

import contextlib
import time
from itertools import islice
from pathlib import Path

import numpy as np

from autograd import Tensor, no_grad
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.modes import evaluating
from nn.module import Module
from nn.optim import ReduceLROnPlateau, clip_grad_norm_
from nn.storage import save
from nn.training.batches import Batches
from nn.training.checkpoints import Checkpoints
from nn.training.checks import check_monitor, check_parts, count
from nn.training.log import CSVLog
from nn.training.metrics import measured
from nn.training.monitor import Monitor
from nn.training.progress import EpochBar
from nn.training.resuming import Resumable, TrainingError


def _of_monitor(name):
    """What the monitor knows, under the name that users and checkpoints have for it."""
    return property(
        lambda self: getattr(self._monitor, name),
        lambda self, value: setattr(self._monitor, name, value),
    )


class Trainer(Resumable):
    """Train a model, epoch by epoch; resumed from a checkpoint it ends with the same weights.

    A step is ``loss(model(inputs), target)``, ``backward``, ``optimizer.step()``.  With a folder,
    all that decides how a run goes on is written there (model, optimizer, schedule, the random
    numbers of `nn.init.generator`, the place in the data): a process killed at any moment and
    started again with `resume` ends with the weights that it would have had, bit for bit.

    Parameters
    ----------
    model : Module
    loss : callable
        ``loss(outputs, target)`` -> Tensor of one number, a mean over the batch.  A Module may
        have parameters of its own.  Means of several batches are put together by their samples,
        or by ``loss.mean_over(target)``, as `nn.CrossEntropyLoss` has it: labels that count, by
        their weights; a batch of which none counts is left out beside others.  A function with
        ignored labels, or weights, needs such a method.
    optimizer : nn.optim.Optimizer
    train, validation : nn.data.DataLoader, or another iterable of batches
        A batch is a tuple of arrays (inputs, target); a single array is its own target.
    schedule : nn.optim.LRScheduler, optional
        Its ``step`` is called once per epoch, or per step with ``schedule_every="step"``.  A
        plateau schedule is shown what ``monitor`` names.
    metrics : dict of str to callable, optional
        Name -> ``metric(outputs, target)``, a number per batch, on arrays; averaged over samples.
        ``{"accuracy": nn.training.accuracy}``.
    inputs : int
        How many arrays of a batch go to the model; the target is what remains.
    accumulate : int
        Batches whose gradients make one step together, as one large batch would: see ``loss``.
        Each must have a loss; one whose labels are all ignored is refused, as without this.
    clip_norm : float, optional
        Limit of the gradient's norm: `nn.optim.clip_grad_norm_`.
    monitor : str, optional
        The column of ``history`` that tells better from worse, for the plateau schedule,
        ``patience`` and best.npz; "validation loss", or "loss" where nothing is validated.
    mode : {"min", "max"}
        Whether less or more of it is better.
    patience : int, optional
        Stop early after so many epochs without improvement.
    folder : path_like, optional
        Where to write checkpoints, log.csv and best.npz, the model with the best ``monitor``.
    checkpoint_every : int, optional
        Steps between checkpoints, beside the one after every epoch.
    keep : int
        How many checkpoints to keep.
    after_step, after_epoch : sequence of callables
        Called with the trainer.  `stop` ends the run.  What they keep themselves is in no
        checkpoint.
    progress : bool
        Show a bar (a line per epoch without tqdm).

    Attributes
    ----------
    history : list of dict
        One row per epoch: ``epoch``, ``step``, ``lr``, ``loss``, the metrics, the same with
        "validation " before it, ``seconds``.
    losses : list of float
        The loss of every step.
    step, epoch, batch : int
        Steps done, epochs done, batches done in the present epoch.
    stopped : str
        Why the run ended early, or ''.
    best : float
        The best value of ``monitor`` so far.

    Raises
    ------
    TrainingError
        The loss is NaN or infinite: at which step, and where the last good checkpoint is.

    Examples
    --------
    >>> import nn
    >>> x = np.linspace(-1, 1, 32, dtype=np.float32)[:, None]
    >>> nn.init.seed(0)
    >>> model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
    >>> trainer = Trainer(
    ...     model,
    ...     nn.MSELoss(),
    ...     nn.optim.Adam(model.parameters(), lr=0.05),
    ...     nn.data.DataLoader((x, x**2), batch_size=8, shuffle=True, seed=0),
    ...     progress=False,
    ... )
    >>> trainer.fit(epochs=20)[-1]["loss"] < 0.01
    True
    """

    monitor, mode, patience = map(_of_monitor, ("name", "mode", "patience"))
    best, bad_epochs = map(_of_monitor, ("best", "bad_epochs"))

    def __init__(
        self,
        model,
        loss,
        optimizer,
        train,
        validation=None,
        *,
        schedule=None,
        schedule_every="epoch",
        metrics=None,
        inputs=1,
        accumulate=1,
        clip_norm=None,
        monitor=None,
        mode="min",
        patience=None,
        folder=None,
        checkpoint_every=None,
        keep=2,
        after_step=(),
        after_epoch=(),
        progress=True,
    ):
        check_parts(model, loss, optimizer, schedule, metrics)
        self.model, self.loss, self.optimizer, self.schedule = model, loss, optimizer, schedule
        self.metrics = dict(metrics or {})
        if schedule_every not in ("epoch", "step"):
            raise ValueRangeError(
                f"Trainer: schedule_every must be one of ('epoch', 'step'), got {schedule_every!r}"
            )
        self.inputs, self.accumulate = count("inputs", inputs), count("accumulate", accumulate)
        self._train = Batches(train, self.inputs)
        self._validation = None if validation is None else Batches(validation, self.inputs)
        self.by_step, self.clip_norm = schedule_every == "step", clip_norm
        if clip_norm is not None and not clip_norm > 0:
            raise ValueRangeError(f"Trainer: clip_norm must be positive, got {clip_norm!r}")
        if monitor is None:
            monitor = "loss" if validation is None else "validation loss"
        self._monitor = Monitor(monitor, mode, patience)
        check_monitor(self._monitor, self._measures(), schedule, self.by_step)
        self.every = (
            None if checkpoint_every is None else count("checkpoint_every", checkpoint_every)
        )
        if self.every and folder is None:
            raise ValueRangeError("Trainer: checkpoint_every needs a folder to write to")
        self.folder = None if folder is None else Path(folder)
        self.checkpoints = None if folder is None else Checkpoints(self.folder, keep)
        self.log = None if folder is None else CSVLog(self.folder / "log.csv")
        for name, given in (("after_step", after_step), ("after_epoch", after_epoch)):
            if callable(given):
                raise DtypeError(f"Trainer: {name} must be a list of functions: {name}=[f]")
        self.after_step, self.after_epoch = list(after_step), list(after_epoch)
        for f in (*self.after_step, *self.after_epoch, *self.metrics.values()):
            if not callable(f):
                raise DtypeError(f"Trainer: expected a function, got {f!r}")
        self.progress = progress
        self.step = self.epoch = self.batch = self.epochs = 0
        self.history: list[dict] = []
        self.losses: list[float] = []
        self.stopped = ""
        self._asked = 0  # the most epochs that fit was asked for
        self._sums: dict[str, tuple] = {}  # sum and weight, over the present epoch
        self._seconds = 0.0

    # -- the run -----------------------------------------------------------------------------------

    def fit(self, epochs: int) -> list[dict]:
        """Train until ``epochs`` epochs are done in all, or it stops early; returns ``history``.

        Called again with more epochs than ever before, it goes on, also where it had stopped
        early: with its patience begun anew.  With no more it stays stopped, resumed or not.

        Raises
        ------
        TrainingError
            The loss is not finite; or the folder holds the checkpoints of another run.
        """
        epochs = count("epochs", epochs)
        if self.checkpoints and self.log:
            held = self.checkpoints.paths()
            if held and self.step == 0:
                raise TrainingError(
                    f"Trainer: the folder {str(self.folder)!r} holds a run already, up to "
                    f"{held[-1].name}. Call trainer.resume() to go on with it, or choose another "
                    "folder."
                )
            self.log.restart(self.history)
        if self.stopped and epochs > self._asked:
            self.stopped, self.bad_epochs = "", 0
        self.epochs, self._asked = epochs, max(epochs, self._asked)
        if not self.model.training:
            self.model.train()
        try:
            while self.epoch < self.epochs and not self.stopped:
                self._run_epoch()
        except KeyboardInterrupt as e:
            e.add_note(
                f"Training was interrupted at {self._place()}. fit() goes on from here; resume() "
                "goes back to the last checkpoint, from where the run is exact."
            )
            raise
        return self.history

    def __repr__(self):
        model, optimizer = type(self.model).__name__, type(self.optimizer).__name__
        done = f"{self.epoch} of {self.epochs} epochs" if self.epochs else f"{self.epoch} epochs"
        parts = [model, optimizer, f"{done}, {self.step} steps"]
        if self.history:
            row = self.history[-1]
            parts += [f"{k} {v:.4g}" for k, v in row.items() if k in ("loss", "validation loss")]
        if self.stopped:
            parts.append(self.stopped)
        if self.folder is not None:
            parts.append(f"in {str(self.folder)!r}")
        return f"Trainer({', '.join(parts)})"

    def stop(self, why="stopped by request"):
        """End the run after the present epoch: for functions in ``after_step``, ``after_epoch``."""
        self.stopped = why

    def _run_epoch(self):
        started, batches = time.perf_counter(), self._train.start_at(self.epoch, self.batch)
        length = self._train.known_length()
        with EpochBar(self, length) as bar:
            while group := list(islice(batches, self.accumulate)):
                with self._located():
                    self._train_on([self._train.parts(batch) for batch in group])
                bar.update(len(group))
                for f in self.after_step:
                    f(self)
                if self.every and self.step % self.every == 0 and self.batch != length:
                    self._seconds += time.perf_counter() - started
                    started = time.perf_counter()
                    self._checkpoint()
            if self.batch == 0:
                raise ValueRangeError(
                    "Trainer: the loader gave no batches; can it be iterated over a second time?"
                )
            row = self._row(self._seconds + time.perf_counter() - started)
            bar.close_with(row)
        self._end_epoch(row)

    def _train_on(self, batches):
        """One step on a list of (inputs, target, samples)."""
        shares = [self._share(target, n) for _, target, n in batches]
        total = sum(shares)
        self.optimizer.zero_grad()
        mean, sums = 0.0, dict(self._sums)
        for (inputs, target, n), share in zip(batches, shares, strict=True):
            if total and not share:  # no label counts; where none does at all, the loss says so
                continue
            loss, outputs = self._forward(inputs, target)
            mean += loss.data.item() * share / total
            (loss if share == total else loss * (share / total)).backward()
            self._add(sums, loss, outputs, target, n)
        if self.clip_norm is not None:
            self._clip()
        self.optimizer.step()
        self._sums = sums
        self.step += 1
        self.batch += len(batches)
        self.losses.append(mean)
        if self.schedule is not None and self.by_step:
            self.schedule.step()

    def _share(self, target, n):
        """How much the loss of a batch of n samples counts among others: what its mean is over."""
        mean_over = getattr(self.loss, "mean_over", None)
        share = None if mean_over is None else mean_over(target)
        return n if share is None else share

    def _forward(self, inputs, target):
        outputs = self.model(*inputs)
        loss = self.loss(outputs, target)
        if not isinstance(loss, Tensor) or loss.size != 1:
            got = f"shape {loss.shape}" if isinstance(loss, Tensor) else type(loss).__name__
            raise ShapeError(
                f"Trainer: the loss must be a Tensor of one number, got {got}; use reduction='mean'"
            )
        if not np.isfinite(loss.data).all():
            self.optimizer.zero_grad()
            raise TrainingError(f"Trainer: the loss is {loss.data.item()}. {self._advice()}")
        return loss, outputs

    def _clip(self):
        params = [p for group in self.optimizer.param_groups for p in group["params"]]
        try:
            clip_grad_norm_(params, self.clip_norm)
        except ValueRangeError as e:
            raise TrainingError(f"Trainer: {e} {self._advice()}") from e

    def _add(self, sums, loss, outputs, target, n):
        """Add this batch to the sums over an epoch."""
        values = {"loss": loss.data.item(), **measured(self.metrics, outputs, target)}
        for k, v in values.items():
            share = self._share(target, n) if k == "loss" else n
            total, weight = sums.get(k, (0.0, 0))
            sums[k] = total + share * v, weight + share

    # -- the end of an epoch -----------------------------------------------------------------------

    def _row(self, seconds):
        """The row of history for the epoch that is over."""
        row = {"epoch": self.epoch + 1, "step": self.step}
        row["lr"] = float(self.optimizer.param_groups[0]["lr"])
        row.update(_means(self._sums))
        if self._validation is not None:
            row.update({f"validation {k}": v for k, v in self._evaluated(self._validation).items()})
        return {**row, "seconds": round(seconds, 3)}

    def _end_epoch(self, row):
        self.epoch, self.batch = self.epoch + 1, 0
        self._sums, self._seconds = {}, 0.0
        self.history.append(row)
        value = row[self.monitor]
        better = self._monitor.see(value)
        if self.schedule is not None and not self.by_step:
            self.schedule.step(*[value] * isinstance(self.schedule, ReduceLROnPlateau))
        if not self.stopped and (why := self._monitor.reason_to_stop()):
            self.stop(why)
        if self.log:
            self._check_weights()
            self.log.append(row)
            if better:
                save(self.model, self.folder / "best.npz")
        for f in self.after_epoch:
            f(self)
        if self.checkpoints:
            self._checkpoint()

    def evaluate(self, loader) -> dict[str, float]:
        """Loss and metrics over a loader, model and loss in eval mode; nothing is changed.

        Returns
        -------
        dict of str to float
            "loss" and the names of the metrics.
        """
        return self._evaluated(Batches(loader, self.inputs))

    def _evaluated(self, batches):
        sums: dict[str, tuple] = {}
        seen = False
        with contextlib.ExitStack() as modes:
            for part in (self.model, self.loss):
                if isinstance(part, Module):
                    modes.enter_context(evaluating(part))
            modes.enter_context(no_grad())
            for batch in batches.to_look_at():
                inputs, target, n = batches.parts(batch)
                seen = True
                if not self._share(target, n):  # no label counts
                    continue
                outputs = self.model(*inputs)
                self._add(sums, self.loss(outputs, target), outputs, target, n)
        if not seen:
            raise ValueRangeError("Trainer: the loader to evaluate on gave no batches")
        if not sums:
            raise ValueRangeError(
                "Trainer: no label of the loader to evaluate on counts: each is ignore_index or of "
                "weight 0. Give it other labels, or leave validation out."
            )
        return _means(sums)

    # -- what is said ------------------------------------------------------------------------------

    def _advice(self, place=None):
        lr = self.optimizer.param_groups[0]["lr"]
        held = self.checkpoints.paths() if self.checkpoints else []
        last = f" The last good checkpoint is {str(held[-1])!r}." if held else ""
        return (
            f"It happened at {place or self._place()}, with lr={lr:.3g}.{last} Lower the learning "
            "rate, clip gradients (clip_norm=1.0), or look for zeros in logarithms and divisions."
        )

    def _place(self):
        return f"step {self.step + 1} (epoch {self.epoch + 1}, batch {self.batch + 1})"

    @contextlib.contextmanager
    def _located(self):
        try:
            yield
        except TrainingError:
            raise
        except Exception as e:
            e.add_note(f"in training, at {self._place()}")
            raise

    def _measures(self):
        """The columns of history that tell how good the model is."""
        names = ["loss", *self.metrics]
        return names + [f"validation {n}" for n in names] * (self._validation is not None)


def _means(sums):
    return {k: total / weight for k, (total, weight) in sums.items()}
