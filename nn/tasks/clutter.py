"""What the tasks on scenes share: their options, fresh scenes for every epoch, the predictions."""

import argparse
from itertools import count
from pathlib import Path

import numpy as np

from autograd import no_grad
from nn.data import DataLoader, digits, mnist
from nn.data.scenes import cluttered_digits
from nn.insight.figures import new_figure
from nn.tasks import common

SHOWN = 18  # scenes in the picture


def parser(about, epochs, scenes, hidden):
    """A parser with the options of both tasks."""
    parent = common.parser(about, epochs=epochs, lr=4e-3, batch=32, hidden=hidden)
    p = argparse.ArgumentParser(
        description=parent.description, parents=[parent], add_help=False, conflict_handler="resolve"
    )
    p.add_argument("--batch", type=int, default=32, help="scenes in a batch (%(default)s)")
    p.add_argument(
        "--hidden",
        type=int,
        default=hidden,
        help="filters of the first stage, doubled in each after it (%(default)s)",
    )
    p.add_argument("--scenes", type=int, default=scenes, help="in an epoch (%(default)s)")
    p.add_argument("--size", type=int, default=40, help="height and width of a scene (%(default)s)")
    p.add_argument("--clutter", type=int, default=8, help="pieces in a scene (%(default)s)")
    p.add_argument("--data", metavar="FOLDER", help="with the files of MNIST")
    p.add_argument("--out", metavar="PNG", help="draw test scenes with what was predicted")
    return p


def parsed(p, argv, **quick):
    """The options; what would fail only after the training is refused here."""
    options = common.parsed(p, argv, **quick)
    for name, least in (("scenes", 1), ("size", 32), ("clutter", 0)):
        if getattr(options, name) < least:
            p.error(f"--{name} must be {least} or more")
    if options.out:
        new_figure((1, 1))  # says so where matplotlib is missing
        if not Path(options.out).absolute().parent.is_dir():
            p.error(f"--out: there is no folder {Path(options.out).parent}")
    return options


def prepare(options):
    """``epoch()`` gives fresh scenes of training digits every time; and those of test digits."""
    small = options.quick and options.data is None
    train, test = digits() if small else mnist(options.data, verbose=not options.quiet)

    def scenes(part, n, k):
        return cluttered_digits(
            *part, n, options.size, clutter=options.clutter, seed=(options.seed, k)
        )

    numbers = count(1)
    return (
        lambda: scenes(train, options.scenes, next(numbers)),
        scenes(test, max(options.scenes // 4, SHOWN), 0),
    )


def fit(model, epoch, parts, loss_of, options):
    """Train on ``parts`` of fresh scenes; gives the loss of every step."""

    def batches():
        scenes = epoch()
        arrays = tuple(getattr(scenes, name) for name in ("images", *parts))
        return DataLoader(arrays, options.batch, seed=options.seed)

    steps = -(-options.scenes // options.batch)
    return common.fit(model, batches, loss_of, options, steps)


def predicted(model, images):
    """The outputs as arrays, a tuple of them for several heads; in eval mode, in batches."""
    model.eval()
    with no_grad():
        found = [model(batch) for batch in DataLoader(images, 100)]
    if isinstance(found[0], tuple):
        return tuple(np.concatenate([y.data for y in ys]) for ys in zip(*found, strict=True))
    return np.concatenate([y.data for y in found])


def save(figure, options):
    """Write the picture, and say where."""
    figure.savefig(options.out, dpi=110)
    common.say(options, f"drawn: {options.out}")
