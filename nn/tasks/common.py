"""What the tasks share: their options, the training loop, how they count."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sized
from pathlib import Path

import numpy as np

from autograd import no_grad
from autograd.errors import ValueRangeError
from nn import init
from nn.bars import bar
from nn.figures import new_figure
from nn.optim import Adam, CosineAnnealingLR, clip_grad_norm_


def parser(
    about: str, epochs: int, lr: float, batch: int, hidden: int, width="width of the network"
) -> argparse.ArgumentParser:
    """A parser with the options that all tasks have; ``about`` is the module's docstring."""
    p = argparse.ArgumentParser(description=about.splitlines()[0])
    p.add_argument("--epochs", type=int, default=epochs, help="rounds over the data (%(default)s)")
    p.add_argument("--lr", type=float, default=lr, help="Adam's first learning rate (%(default)s)")
    p.add_argument("--batch", type=int, default=batch, help="examples in a batch (%(default)s)")
    p.add_argument("--hidden", type=int, default=hidden, help=f"{width} (%(default)s)")
    p.add_argument("--seed", type=int, default=0, help="of weights and data (%(default)s)")
    p.add_argument("--quick", action="store_true", help="seconds instead of minutes: little data")
    p.add_argument("--quiet", action="store_true", help="print nothing")
    return p


def cell_option(p: argparse.ArgumentParser, default="lstm"):
    """Which recurrent layer."""
    cells = ("lstm", "gru", "rnn")
    p.add_argument("--cell", choices=cells, default=default, help="recurrent layer (%(default)s)")


def parsed(p: argparse.ArgumentParser, argv, **quick) -> argparse.Namespace:
    """The options; with ``--quick``, these instead of what was not given by hand."""
    if p.parse_known_args(argv)[0].quick:
        p.set_defaults(**quick)
    options = p.parse_args(argv)
    for name in ("epochs", "batch", "hidden"):
        if getattr(options, name) < 1:
            p.error(f"--{name} must be 1 or more")
    if not options.lr > 0:
        p.error("--lr must be above 0")
    if not getattr(options, "temperature", 0) >= 0:
        p.error("--temperature must be 0 or more")
    init.seed(options.seed)
    return options


def check_picture(p: argparse.ArgumentParser, option: str, path: str | None):
    """Refuse, before the training, a path to which no picture can be saved after it."""
    if not path:
        return
    formats = new_figure((1, 1)).canvas.get_supported_filetypes()  # says if matplotlib is missing
    file = Path(path).absolute()
    if not file.parent.is_dir():
        p.error(f"{option}: there is no folder {Path(path).parent}")
    if file.suffix[1:].lower() not in ("", *formats):
        p.error(f"{option}: pictures end in .png, .svg or .pdf, got {path}")


def say(options, *text):
    """Print, unless --quiet."""
    if not options.quiet:
        print(*text, flush=True)


def fit(model, batches: Callable[[], Iterable], loss_of: Callable, options, count=None):
    """Train with Adam, gradients clipped to norm 1, the rate falling to 0 as a cosine.

    Parameters
    ----------
    model : Module
    batches : callable
        Gives an epoch's batches, each a tuple.
    loss_of : callable
        ``loss_of(*batch)`` -> a scalar Tensor.
    options : namespace
        ``epochs``, ``lr``, ``quiet``.
    count : int, optional
        Batches in an epoch, where ``batches()`` has no length.

    Returns
    -------
    list of float
        The loss of every step.

    Raises
    ------
    ValueRangeError
        The loss is no longer finite.
    """
    if count is None:
        first = batches()
        count = len(first) if isinstance(first, Sized) else sum(1 for _ in first)
    optimizer = Adam(model.parameters(), lr=options.lr)
    schedule = CosineAnnealingLR(optimizer, T_max=options.epochs * count)
    losses: list[float] = []
    model.train()
    for epoch in range(options.epochs):
        start, before = time.perf_counter(), len(losses)
        shown = {"total": count, "leave": False, "file": sys.stderr}
        for batch in bar(batches(), f"epoch {epoch + 1}", not options.quiet, **shown):
            loss = loss_of(*batch)
            losses.append(loss.item())
            if not np.isfinite(losses[-1]):
                raise ValueRangeError(f"the loss is {losses[-1]} in step {len(losses)}: lower --lr")
            optimizer.zero_grad()
            loss.backward()
            clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        mean, seconds = np.mean(losses[before:]), time.perf_counter() - start
        say(options, f"epoch {epoch + 1}/{options.epochs}: loss {mean:.4f}, {seconds:.1f} s")
    return losses


def accuracy(model, batches) -> float:
    """The share of labels with the highest score; batches are (inputs, labels)."""
    right = total = 0
    model.eval()
    with no_grad():
        for x, labels in batches:
            scores = model(x)
            scores = getattr(scores, "data", scores)
            right += int(np.sum(np.argmax(scores, axis=1) == labels))
            total += len(labels)
    return right / total
