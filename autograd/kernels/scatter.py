"""Rows added up at places that may repeat: the gradient of a table of vectors."""

import numpy as np

from autograd.kernels import compilable


@compilable(lambda x, *_: 20 * x.size, labels=True)
def sum_rows(x, index, rows):
    """Zeros (rows, n), the rows of x (m, n) added at ``index`` (m,) of 0 to rows - 1, in order."""
    n = x.shape[1]
    y = np.zeros_like(x, order="C", shape=(rows, n))
    places = index[:, None] * n + np.arange(n)  # NumPy adds single numbers several times as fast
    np.add.at(y.reshape(-1), places.reshape(-1), x.reshape(-1))
    return y
