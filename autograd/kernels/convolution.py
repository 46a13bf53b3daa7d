"""Convolution in d dimensions as one matrix product over windows (im2col), and its two adjoints.

`depthwise` and `flat` do without copies of all windows, and take over where that pays.
Shapes: x (N, C, *S), w (O, C/groups, *K), y and g (N, O, *P).  All three are bilinear.
"""

import math

import numpy as np

from autograd.kernels import compilable, depthwise, flat
from autograd.kernels.windows import cropped, overlap_add, padded, windows


@compilable(lambda x, w, *_: x.size * math.prod(w.shape[2:]) * w.shape[0])
def conv(x, w, b, stride, padding, dilation, groups):
    """y = b[o] + Σ over c, k of w[o, c, k] x[n, c, stride·p + dilation·k]: (N, O, *P)."""
    if _in_rows(x, w):
        if depthwise.pays(w.shape, groups):
            return depthwise.conv(x, w, b, stride, padding, dilation, groups)
        if flat.pays(x.shape[2:], w.shape, stride, padding, dilation, groups):
            return flat.conv(x, w, b, padding, dilation)
    columns, out = _columns(x, w.shape, stride, padding, dilation, groups)
    y = np.matmul(_rows(w, groups), columns)  # (G, O/G, CK) @ (N, G, CK, P)
    y = np.reshape(y, (x.shape[0], w.shape[0]) + out)
    return y if b is None else y + np.reshape(b, (-1,) + (1,) * (y.ndim - 2))


@compilable(lambda g, w, *_: g.size * math.prod(w.shape[1:]))
def conv_dx(g, w, x_shape, stride, padding, dilation, groups):
    """The adjoint in x: every window gets wᵀ g, and windows overlap: (N, C, *S)."""
    if _in_rows(g, w) and np.isfinite(w).all():  # times zeros around g, infinity would be NaN
        back = flat.turned_padding(w.shape[2:], padding, dilation)
        if depthwise.pays(w.shape, groups):
            return depthwise.conv_dx(g, w, x_shape, stride, padding, dilation, groups)
        if flat.pays(g.shape[2:], w.shape, stride, back, dilation, groups):
            return flat.conv_dx(g, w, back, dilation)
    n, kernel, out = x_shape[0], w.shape[2:], g.shape[2:]
    g = np.reshape(g, (n, groups, w.shape[0] // groups, math.prod(out)))
    columns = np.matmul(np.swapaxes(_rows(w, groups), -1, -2), g)  # (N, G, CK, P)
    size = tuple(s + p + q for s, (p, q) in zip(x_shape[2:], padding, strict=True))
    spread = np.reshape(columns, x_shape[:2] + kernel + out)
    return cropped(overlap_add(spread, size, kernel, stride, dilation), padding)


@compilable(lambda x, g, w_shape, *_: g.size * math.prod(w_shape[1:]))
def conv_dw(x, g, w_shape, stride, padding, dilation, groups):
    """The adjoint in w: every window of x times its cotangent: (O, C/groups, *K)."""
    if _in_rows(x, g):
        dw = None
        with np.errstate(invalid="ignore"):  # times zeros beside g, infinity is NaN
            if depthwise.pays(w_shape, groups):
                dw = depthwise.conv_dw(x, g, w_shape, stride, padding, dilation, groups)
            elif flat.pays(x.shape[2:], w_shape, stride, padding, dilation, groups):
                dw = flat.conv_dw(x, g, w_shape, padding, dilation)
        if dw is not None and np.isfinite(dw).all():
            return dw
    columns, _ = _columns(x, w_shape, stride, padding, dilation, groups)
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


def _in_rows(a, b):
    """Whether these arrays can be laid out in rows; sums of rows would round halves too often."""
    plain = type(a) is type(b) is np.ndarray and a.size and b.size
    return plain and np.result_type(a, b).char in "fdgFDG"


def _rows(w, groups):
    return np.reshape(w, (groups, w.shape[0] // groups, -1))


def _columns(x, w_shape, stride, padding, dilation, groups):
    """The windows of x as columns (N, G, C/G·K, P), and the output's spatial shape."""
    kernel = w_shape[2:]
    v = windows(padded(x, padding), kernel, stride, dilation)
    out = v.shape[2 + len(kernel) :]
    return np.reshape(v, (x.shape[0], groups, math.prod(w_shape[1:]), math.prod(out))), out
