"""Slow definitions, written as in a textbook, to hold the fast code to."""

from itertools import product

import numpy as np


def conv_by_definition(x, w, stride, padding, dilation, groups):
    """y[n, o, p] = Σ over c, k of w[o, c, k] x[n, c, stride p + dilation k - padding], in loops."""
    size, kernel = x.shape[2:], w.shape[2:]
    out = [
        (s + p + q - e * (k - 1) - 1) // t + 1
        for s, k, t, (p, q), e in zip(size, kernel, stride, padding, dilation, strict=True)
    ]
    y = np.zeros((x.shape[0], w.shape[0], *out))
    inputs, outputs = w.shape[1], w.shape[0] // groups
    for n, o in product(range(x.shape[0]), range(w.shape[0])):
        first = o // outputs * inputs
        for place in product(*map(range, out)):
            for c, k in product(range(inputs), product(*map(range, kernel))):
                at = [
                    t * i + e * j - p
                    for t, i, e, j, (p, _) in zip(stride, place, dilation, k, padding, strict=True)
                ]
                if all(0 <= a < s for a, s in zip(at, size, strict=True)):
                    y[(n, o, *place)] += w[(o, c, *k)] * x[(n, first + c, *at)]
    return y


def conv_matrix(w, image, stride, padding, dilation, groups):
    """The matrix C with C vec(x) = vec(conv(x, w)) for one image: a row per output element."""
    columns = [
        conv_by_definition(one.reshape(1, *image), w, stride, padding, dilation, groups).ravel()
        for one in np.eye(int(np.prod(image)))
    ]
    return np.stack(columns, axis=1)
