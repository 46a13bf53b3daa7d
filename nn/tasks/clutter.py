"""What the tasks on scenes share: their options, three kinds of scenes, the predictions.

Scenes to train on, to choose by and to test with are made of three sets of digits that have none
in common, from seeds that have none in common.  Options are chosen with ``--validate``, which
shows the second kind and leaves the third unmade.
"""

from collections.abc import Callable
from itertools import count
from typing import NamedTuple

import numpy as np

from autograd import no_grad
from nn.data import DataLoader, digits, mnist
from nn.data.scenes import Scenes, cluttered_digits
from nn.data.sources import held_out
from nn.tasks import common

SHOWN = 18  # scenes in the picture
HELD_OUT = 6  # one of so many training digits is kept for validation
TRAINING, VALIDATION, TEST = 1, 2, 3  # in the seeds of the scenes


def parser(about, epochs, scenes, hidden):
    """A parser with the options of both tasks."""
    width = "filters of the first stage, doubled in each after it"
    p = common.parser(about, epochs=epochs, lr=4e-3, batch=32, hidden=hidden, width=width)
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
    common.check_picture(p, "--out", options.out)
    return options


def choosing(p):
    """Add the option that keeps the test out of sight."""
    p.add_argument(
        "--validate",
        action="store_true",
        help="stop after the validation: for choosing options, so that the test decides nothing",
    )


class Prepared(NamedTuple):
    """Scenes of digits that no other of the three kinds has."""

    epoch: Callable[[], Scenes]
    """Gives fresh scenes to train on every time."""

    validation: Scenes
    """Of digits held out of the training set."""

    test: Callable[[], Scenes]
    """Gives the scenes of the test set's digits; they are not made before."""


def prepare(options) -> Prepared:
    """Scenes to train on, to choose options by, and to test with."""
    small = options.quick and options.data is None
    train, test = digits() if small else mnist(options.data, verbose=not options.quiet)
    kept, few_digits = held_out(train, HELD_OUT)  # the same for every seed

    def scenes(part, n, kind, k=0):
        seed = (options.seed, kind, k)
        return cluttered_digits(*part, n, options.size, clutter=options.clutter, seed=seed)

    numbers, few = count(), max(options.scenes // 4, SHOWN)
    return Prepared(
        lambda: scenes(kept, options.scenes, TRAINING, next(numbers)),
        scenes(few_digits, few, VALIDATION),
        lambda: scenes(test, few, TEST),
    )


def judge(options, prepared, measure) -> dict:
    """``measure(scenes)`` -> a dict and what to print of it: on validation scenes, then the test's.

    Gives the dict of the test scenes, the other one in it as "validation".  With ``--validate``
    that of the validation scenes, and the test scenes are never made.
    """

    def measured(kind, scenes):
        found, text = measure(scenes)
        common.say(options, f"{kind}, {len(scenes.labels):,} scenes of other digits:\n{text}")
        return found | {"scenes": scenes}

    validation = measured("validation", prepared.validation)
    found = validation if options.validate else measured("test", prepared.test())
    return found | {"validation": validation}


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
