"""The numbers that rows work on: the same in every process, whatever library is there."""

import zlib

import numpy as np


def normal(name: str, *shape: int, deviation: float = 1.0) -> np.ndarray:
    """Normal numbers, float32; ``name`` says which."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    values = np.empty(shape, np.float32)
    rng.standard_normal(out=values, dtype=np.float32)
    values *= np.float32(deviation)
    return values


def images(*shape: int) -> np.ndarray:
    """Pixels between 0 and 1, float32; the first axis is the batch."""
    return np.random.default_rng(0).uniform(0, 1, shape).astype(np.float32)


def labels(count: int, classes: int = 10) -> np.ndarray:
    """Classes, int64."""
    return np.random.default_rng(1).integers(0, classes, count)


def weights(shapes: dict[str, tuple[int, ...]], gain: float = 1.0) -> dict[str, np.ndarray]:
    """Parameters by name: ±gain/√(inputs) for matrices and filters, near 1 and 0 for vectors."""
    values = {}
    for name, shape in shapes.items():
        if len(shape) > 1:
            fan_in = int(np.prod(shape[1:]))
            values[name] = normal(name, *shape, deviation=gain / np.sqrt(fan_in))
        else:
            center = 1.0 if name.endswith("weight") else 0.0
            values[name] = np.float32(center) + normal(name, *shape, deviation=0.1)
    return values
