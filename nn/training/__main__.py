"""Train a network on MNIST by its recipe: ``python -m nn.training lenet5 --data folder``."""

import argparse
from pathlib import Path

import numpy as np

import nn
from autograd.environment import check_environment
from nn.data.sources import held_out
from nn.training import Trainer, accuracy, recipe

MEAN, DEVIATION = np.float32(0.1307), np.float32(0.3081)  # of the pixels of MNIST's training images


def scaled(images):
    """Pixels with mean 0 and deviation 1."""
    return (images - MEAN) / DEVIATION


def as_vectors(images):
    """(N, 1, 28, 28) -> (N, 784), scaled."""
    return scaled(images).reshape(len(images), -1)


def shifted(images, rng):
    """Every image moved by up to 2 pixels in each direction, then scaled."""
    n, _, height, width = images.shape
    rows, columns = (np.arange(s) + rng.integers(0, 5, (n, 1)) for s in (height, width))
    padded = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2)))
    of = np.arange(n)[:, None, None]
    return scaled(padded[of, 0, rows[:, :, None], columns[:, None, :]])[:, None]


NETWORKS = {  # the network, and what its training and its test images go through
    "lenet5": (nn.models.lenet5, shifted, scaled),
    "modern_mlp": (
        lambda: nn.models.modern_mlp(784, 512, 256, 10, dropout=0.2),
        as_vectors,
        as_vectors,
    ),
}


def main(arguments=None):
    """Train, and print the share of the test images that are right; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m nn.training", description=__doc__)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--data", help="folder with MNIST's IDX files (default: search, download)")
    parser.add_argument("--epochs", type=int, help="rounds over the images (the recipe's)")
    parser.add_argument("--seed", type=int, default=0, help="of weights, order and shifts (0)")
    parser.add_argument("--out", type=Path, help="folder of the run (out/<network>)")
    options = parser.parse_args(arguments)
    check_environment()

    build, for_training, for_test = NETWORKS[options.network]
    digits, test = nn.data.mnist(options.data)
    digits, validation = held_out(digits, 12)
    nn.init.seed(options.seed)
    model = build()
    changes = {"epochs": options.epochs} if options.epochs else {}
    size = nn.training.recipes.RECIPES[options.network][1]["batch_size"]
    train = nn.data.DataLoader(
        digits, size, shuffle=True, seed=options.seed, transform=for_training
    )
    how = recipe(options.network, model.parameters(), steps_per_epoch=len(train), **changes)
    trainer = Trainer(
        model,
        nn.CrossEntropyLoss(),
        how.optimizer,
        train,
        nn.data.DataLoader(validation, 500, transform=for_test),
        schedule=how.schedule,
        schedule_every=how.schedule_every,
        metrics={"accuracy": accuracy},
        folder=options.out or Path("out") / options.network,
    )
    if trainer.resume():
        print(f"going on after step {trainer.step:,}")
    history = trainer.fit(how.epochs)
    right = trainer.evaluate(nn.data.DataLoader(test, 500, transform=for_test))["accuracy"]
    seconds = sum(row["seconds"] for row in history)
    print(
        f"{right:.2%} of {len(test.labels):,} test images are right, after {len(history)} rounds "
        f"over {len(digits.labels):,} in {seconds:.0f} s; log and weights in {trainer.folder}"
    )
    return right


if __name__ == "__main__":
    main()
