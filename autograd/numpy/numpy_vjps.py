"""Sums over broadcast axes, for scripts that take them in a `defvjp` (the engine does so too)."""

import numpy as np


def unbroadcast(x, target_meta, broadcast_idx=0):
    """``x`` summed over the axes along which an array of shape ``target_meta[0]`` was broadcast."""
    shape = target_meta[0]
    lead = np.ndim(x) - len(shape)
    axes = tuple(range(lead)) + tuple(
        lead + k for k, n in enumerate(shape) if n == 1 and np.shape(x)[lead + k] != 1
    )
    return np.reshape(np.sum(x, axis=axes), shape) if axes else x


def unbroadcast_f(target, f):
    """``f``, with its result summed to the shape of ``target``."""
    meta = (np.shape(target),)
    return lambda g: unbroadcast(f(g), meta)
