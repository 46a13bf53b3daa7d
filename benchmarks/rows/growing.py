"""Rows of a size that grows: ``growth:batch:64`` is LeNet-5 with batches of 64."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.protocol import OURS, PYTORCH, Row
from benchmarks.rows.networks import lenet5, resnet20
from benchmarks.rows.scalars import chain
from benchmarks.rows.sequences import lstm


@dataclass(frozen=True)
class Axis:
    """What grows, through which sizes, and the row of a size."""

    title: str
    label: str
    sizes: tuple[int, ...]
    make: Callable[[int], Row]


AXES = {
    "nodes": Axis(
        "A chain of scalars: forward and backward",
        "nodes",
        (100, 1000, 10_000, 100_000, 1_000_000),
        lambda n: replace(chain("", length=n // 2), unit="ms", scale=1e3, steps=1),
    ),
    "batch": Axis("LeNet-5: a training step", "images in the batch", (1, 4, 16, 64, 256), lenet5),
    "image": Axis(
        "ResNet-20, batch 2: a training step",
        "pixels along a side",
        (8, 16, 32, 64, 128, 224),
        lambda n: resnet20(batch=2, size=n),
    ),
    "time": Axis(
        "LSTM, batch 32, 128 to 128: forward and backward",
        "steps in time",
        (10, 30, 100, 300, 1000),
        lstm,
    ),
}


def find(name: str) -> Row:
    """The row, with chalkgrad and PyTorch alone."""
    _, axis, size = name.split(":")
    row = AXES[axis].make(int(size))
    two = tuple(c for c in row.contenders if c.name in (OURS, PYTORCH))
    return replace(row, name=name, contenders=two, seconds=0.1)
