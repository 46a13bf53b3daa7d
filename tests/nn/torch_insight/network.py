"""The network of the references: its names, weights and pictures by formula, so none are stored."""

import math
import zlib

import numpy as np

SHAPES = {
    "conv1.weight": (6, 3, 3, 3), "conv1.bias": (6,),
    "bn.weight": (6,), "bn.bias": (6,), "bn.running_mean": (6,), "bn.running_var": (6,),
    "conv2.weight": (6, 1, 3, 3), "conv2.bias": (6,),
    "conv3.weight": (8, 6, 3, 3), "conv3.bias": (8,),
    "fc.weight": (5, 8), "fc.bias": (5,),
}  # fmt: skip
TARGET = np.array([1, 4])
PATCH, STRIDE, FILL = 5, 3, 0.25
EPS, STEPS = 0.05, 4


def filled(name):
    """The array of this name, float64."""
    shape = SHAPES[name]
    wave = np.sin(np.arange(math.prod(shape)) * 1.37 + zlib.crc32(name.encode()) % 1000)
    wave = wave.reshape(shape)
    if len(shape) > 1:
        return wave * 2.5 / math.sqrt(math.prod(shape[1:]))
    return 1 + 0.3 * wave if name in ("bn.weight", "bn.running_var") else 0.2 * wave


def pictures():
    """Two pictures, (2, 3, 16, 14), float64 between 0 and 1."""
    place = np.arange(2 * 3 * 16 * 14)
    return (0.5 + 0.45 * np.sin(place * 0.713 + 3 * np.cos(place * 0.031))).reshape(2, 3, 16, 14)
