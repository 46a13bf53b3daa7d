"""All windows of an image as columns, and back: convolution is a matrix product of these."""

import math

import numpy as np

from autograd.errors import ShapeError
from autograd.kernels import windows as kernel_of
from autograd.ops.geometry import check_image, fitting, geometry_of
from autograd.ops.register import listed
from autograd.primitive import primitive


@listed
@primitive(linear=True)
def windows_of(x, geometry):
    """All windows (N, C, *K, *P) of an image (N, C, *S).  Adjoint: added up again."""
    return np.copy(kernel_of.windows(x, geometry))


@listed
@primitive(linear=True)
def add_windows(w, size, geometry):
    """Windows (N, C, *K, *P) added up in an image of spatial shape ``size``."""
    return kernel_of.overlap_add(w, size, geometry)


windows_of.vjp(x=lambda g, x_shape, geometry: add_windows(g, x_shape[2:], geometry))
add_windows.vjp(w=lambda h, geometry: windows_of(h, geometry))


def unfold(x, kernel, stride=1, padding=0, dilation=1):
    """Every window of the last axes as a column.

    Parameters
    ----------
    x : Tensor or ndarray, (N, C, *S)
        1, 2 or 3 spatial axes S.
    kernel, stride, dilation : int or one per spatial axis
    padding : int, one or a pair per spatial axis, 'same' or 'valid'
        Zeros around the image.

    Returns
    -------
    Tensor or ndarray, (N, C ΠK, ΠP)
        The columns of `conv`: its result is the matrix of filters (O, C ΠK) times these.
    """
    d = len(x.shape) - 2
    check_image("unfold", x, d if d in (1, 2, 3) else 2)
    size = tuple(x.shape[2:])
    geometry = geometry_of("unfold", size, kernel, stride, padding, dilation)
    w = windows_of(x, fitting("unfold", size, geometry))
    rows = x.shape[1] * math.prod(geometry.kernel)
    return np.reshape(w, (x.shape[0], rows, math.prod(w.shape[-d:])))


def fold(x, size, kernel, stride=1, padding=0, dilation=1):
    """The adjoint of `unfold`: columns (N, C ΠK, ΠP) added up in an image (N, C, *size).

    Raises
    ------
    ShapeError
        The columns are not those of such an image.
    """
    size = tuple(size)
    geometry = geometry_of("fold", size, kernel, stride, padding, dilation)
    out = fitting("fold", size, geometry).out(size)
    k = math.prod(geometry.kernel)
    if len(x.shape) != 3 or x.shape[1] % k or x.shape[2] != math.prod(out):
        raise ShapeError(
            f"fold: for an image {size} with windows {geometry.kernel} expected x of shape "
            f"(N, C * {k}, {math.prod(out)}), got {tuple(x.shape)}"
        )
    return add_windows(
        np.reshape(x, (x.shape[0], x.shape[1] // k, *geometry.kernel, *out)), size, geometry
    )
