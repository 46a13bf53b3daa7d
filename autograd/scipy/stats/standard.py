"""What the distributions share: location and scale, the support, parameters that are not valid."""

import functools

import numpy as np

from autograd.scipy.register import arrays, valid, where


def standardized(x, shapes, loc, scale, low=-np.inf, high=np.inf):
    """What a density on [low, high] is a function of, harmless where it does not apply.

    Returns
    -------
    z, scale : array
        (x - loc) / scale, a number inside of the support where it is not, and the scale.  NaN where
        the scale or a shape parameter is not positive.
    shapes : list of arrays
        The shape parameters, NaN likewise.
    settle : callable
        ``(y, below=0, above=0)`` -> ``y``, with these left and right of the support.
    """
    x, loc, *parameters = arrays(x, loc, scale, *shapes)
    positive = functools.reduce(np.logical_and, [np.greater(v, 0) for v in parameters])
    scale, *shapes = valid(positive, *parameters)
    z = (x - loc) / scale
    left = np.less(z, low)
    right = np.greater(z, high) | (np.equal(z, np.inf) & (low == 0))

    def settle(y, below=0, above=0):
        return where(np.logical_not(left), where(np.logical_not(right), y, above), below)

    return where(np.logical_not(left | right), z, 0.5), scale, shapes, settle
