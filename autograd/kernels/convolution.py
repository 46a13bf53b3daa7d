"""Convolution in d dimensions as one matrix product over windows (im2col), and its two adjoints.

`depthwise` and `convolution_flat` do without copies of all windows, and take over where that pays.
Shapes: x (N, C, *S), w (O, C/groups, *K), y and g (N, O, *P).  All three are bilinear.
"""

import math

import numpy as np

from autograd.kernels import after, compilable, convolution_flat, depthwise
from autograd.kernels.windows import overlap_add, windows


@compilable(lambda x, w, *_: x.size * math.prod(w.shape[2:]) * w.shape[0])
@after(depthwise.conv, convolution_flat.conv)
def conv(x, w, b, geometry, groups):
    """y = b[o] + Σ over c, k of w[o, c, k] x[n, c, stride·p + dilation·k]: (N, O, *P)."""
    columns, out = _columns(x, w.shape, geometry, groups)
    y = np.matmul(_rows(w, groups), columns)  # (G, O/G, CK) @ (N, G, CK, P)
    y = np.reshape(y, (x.shape[0], w.shape[0]) + out)
    return y if b is None else y + np.reshape(b, (-1,) + (1,) * (y.ndim - 2))


@compilable(lambda g, w, *_: g.size * math.prod(w.shape[1:]))
@after(depthwise.conv_dx, convolution_flat.conv_dx)
def conv_dx(g, w, x_shape, geometry, groups):
    """The adjoint in x: every window gets wᵀ g, and windows overlap: (N, C, *S)."""
    out = g.shape[2:]
    g = np.reshape(g, (len(g), groups, w.shape[0] // groups, math.prod(out)))
    columns = np.matmul(np.swapaxes(_rows(w, groups), -1, -2), g)  # (N, G, CK, P)
    spread = np.reshape(columns, tuple(x_shape[:2]) + geometry.kernel + out)
    return overlap_add(spread, x_shape[2:], geometry)


@compilable(lambda x, g, w_shape, *_: g.size * math.prod(w_shape[1:]))
@after(depthwise.conv_dw, convolution_flat.conv_dw)
def conv_dw(x, g, w_shape, geometry, groups):
    """The adjoint in w: every window of x times its cotangent: (O, C/groups, *K)."""
    columns, _ = _columns(x, w_shape, geometry, groups)
    n, places = x.shape[0], math.prod(g.shape[2:])
    g = np.reshape(g, (n, groups, w_shape[0] // groups, places))
    if places >= g.shape[2]:  # a product for each image: the results are smaller than the windows
        dw = np.sum(np.matmul(columns, np.swapaxes(g, -1, -2)), axis=0)  # (G, CK, O/G)
        return np.reshape(np.swapaxes(dw, -1, -2), w_shape)
    # one product over images and places together: (G, O/G, N·P) @ (G, N·P, CK)
    g = np.reshape(np.moveaxis(g, 0, 2), (groups, g.shape[2], n * places))
    columns = np.moveaxis(columns, (0, 3), (1, 2))  # (G, N, P, CK)
    columns = np.reshape(columns, (groups, n * places, columns.shape[3]))
    return np.reshape(np.matmul(g, columns), w_shape)


def _rows(w, groups):
    return np.reshape(w, (groups, w.shape[0] // groups, -1))


def _columns(x, w_shape, geometry, groups):
    """The windows of x as columns (N, G, C/G·K, P), and the output's spatial shape."""
    v = windows(x, geometry)
    out = v.shape[x.ndim :]
    return np.reshape(v, (x.shape[0], groups, math.prod(w_shape[1:]), math.prod(out))), out
