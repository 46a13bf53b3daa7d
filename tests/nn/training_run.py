"""A run to be killed: ``python -m tests.nn.training_run folder`` trains, or goes on with it."""

import sys
import time

import numpy as np

import nn


def shifted(images, rng):
    """Every batch moved by a random step: the augmentation must be resumed too."""
    return np.roll(images, int(rng.integers(0, 8)), axis=-1)


def trainer(folder, seed=5, **options):
    """Dropout, batch norm, momentum, a schedule by steps, a validation set: all with state."""
    rng = np.random.default_rng(7)
    images = rng.standard_normal((60, 8)).astype(np.float32)
    labels = (images.sum(1) > 0).astype(np.int64)
    nn.init.seed(1)
    model = nn.Sequential(
        nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2)
    )
    optimizer = nn.optim.Adam(model.parameters(), lr=0.01)
    data = nn.data.DataLoader((images, labels), 8, shuffle=True, seed=seed, transform=shifted)
    return nn.Trainer(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        data,
        nn.data.DataLoader((images, labels), 20),
        **{
            "schedule": nn.optim.OneCycleLR(optimizer, 0.05, total_steps=200),
            "schedule_every": "step",
            "metrics": {"accuracy": nn.training.accuracy},
            "clip_norm": 1.0,
            "folder": folder,
            "checkpoint_every": 3,
            "progress": False,
            **options,
        },
    )


def told(trainer):
    """Say where the run is, and give the killer time."""
    print(trainer.step, flush=True)
    time.sleep(0.003)


def main(folder):
    run = trainer(folder, after_step=[told])
    run.resume()
    run.fit(epochs=24)
    nn.save(run.model, f"{folder}/end.npz")


if __name__ == "__main__":
    main(sys.argv[1])
