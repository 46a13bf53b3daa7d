"""Curves of a run: a figure of its history, drawn again after every epoch."""

import time

import numpy as np

from nn.figures import new_figure, png

BARS = "▁▂▃▄▅▆▇█"
APART = {"epoch", "step", "seconds"}


def plot_history(history, losses=None):
    """A matplotlib figure: the losses, each other measure, and the learning rate, over epochs.

    Parameters
    ----------
    history : list of dict
        As ``trainer.history``.
    losses : sequence of float, optional
        ``trainer.losses``, the loss of every step: drawn thin behind the others.

    Raises
    ------
    ImportError
        Matplotlib is missing.
    """
    panels = _panels(history)
    figure = new_figure((4.2 * len(panels), 3.2))
    all_axes = np.atleast_1d(figure.subplots(1, len(panels)))
    epochs = [row["epoch"] for row in history]
    for axes, (title, names) in zip(all_axes, panels.items(), strict=True):
        if title == "loss" and losses is not None and len(losses) and history:
            at = np.arange(1, len(losses) + 1) * (epochs[-1] / history[-1]["step"])
            axes.plot(at, losses, color="0.85", linewidth=0.8, label="each step", zorder=0)
        for name in names:
            axes.plot(epochs, [row[name] for row in history], marker=".", label=name)
        values = [row[n] for row in history for n in names]
        if title in ("loss", "lr") and values and min(values) > 0:
            axes.set_yscale("log")
        axes.set(xlabel="epoch", title="learning rate" if title == "lr" else title)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        if len(axes.lines) > 1:
            axes.legend(frameon=False)
    return figure


class Curves:
    """For ``Trainer(..., after_epoch=[Curves()])``: the curves of the run, while it runs.

    In a notebook one figure that is drawn again; elsewhere a line of text per epoch.

    Parameters
    ----------
    every : float
        The least time between two drawings, in seconds.  The last epoch is always drawn.
    """

    def __init__(self, every=1.0):
        self.every = every
        self._handle, self._drawn = None, -np.inf

    def __call__(self, trainer):
        """Draw, if it is time."""
        if not _in_notebook():
            print(as_text(trainer.history), flush=True)
            return
        last = trainer.stopped or trainer.epoch >= trainer.epochs
        if not last and time.monotonic() - self._drawn < self.every:
            return
        from IPython.display import Image, display

        picture = Image(png(plot_history(trainer.history, trainer.losses)))
        if self._handle is None or trainer.epoch == 1:
            self._handle = display(picture, display_id=True)
        else:
            self._handle.update(picture)
        self._drawn = time.monotonic()


def as_text(history) -> str:
    """The last row in words, each measure with a small curve of its past.

    Examples
    --------
    >>> as_text([{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0}])
    'epoch 2  loss 1 █▁'
    """
    names = [n for n in history[-1] if n not in APART]
    parts = [f"{n} {history[-1][n]:.4g} {_spark([row[n] for row in history])}" for n in names]
    return f"epoch {history[-1]['epoch']}  " + "  ".join(parts)


def _spark(values, width=12):
    values = np.array(values[-width:], float)
    finite = values[np.isfinite(values)]
    heights = np.where(np.isfinite(values), 0.0, np.nan)
    if finite.size and np.ptp(finite):
        heights = (values - finite.min()) / np.ptp(finite) * (len(BARS) - 1)
    return "".join(BARS[round(h)] if np.isfinite(h) else "?" for h in heights)


def _panels(history):
    """Title -> names of the columns in it: a measure of training and validation together."""
    panels: dict[str, list[str]] = {"loss": []}
    for name in history[0] if history else ():
        if name not in APART:
            panels.setdefault(name.removeprefix("validation "), []).append(name)
    return {**{k: v for k, v in panels.items() if k != "lr"}, "lr": panels.get("lr", [])}


def _in_notebook():
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
