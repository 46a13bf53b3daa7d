"""Fourier transforms.  F is symmetric, so its adjoint (without conjugation) is itself.

A real input takes the real part of its gradient, as everywhere.
"""

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.complex_numbers import conj
from autograd.ops.register import instead_of, listed
from autograd.primitive import primitive

# what undoes the scale of a transform: with norm=None it is forward 1, inverse 1/n
OPPOSITE: dict = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


@listed
@primitive(linear=True)
def dft(x, axes, norm):
    """Σ over j of x[j] exp(-2πi jk/n), along each of ``axes``.  Adjoint: itself."""
    return np.fft.fftn(x, axes=axes, norm=norm)


@listed
@primitive(linear=True)
def inverse_dft(x, axes, norm):
    """1/n Σ over k of x[k] exp(2πi jk/n), along each of ``axes``.  Adjoint: itself."""
    return np.fft.ifftn(x, axes=axes, norm=norm)


dft.vjp(x=lambda g, axes, norm: dft(g, axes, norm))
inverse_dft.vjp(x=lambda g, axes, norm: inverse_dft(g, axes, norm))


@listed
@primitive(linear=True)
def real_dft(x, axis, norm):
    """The first n//2 + 1 elements of the transform of real numbers.

    dL/dx[j] = Re Σ g[k] exp(-2πi jk/n): an inverse transform of conj(g), halved where that counts
    an element twice.
    """
    return np.fft.rfft(x, axis=axis, norm=norm)


@listed
@primitive(linear=True)
def inverse_real_dft(x, n, axis, norm):
    """The ``n`` real numbers whose transform begins with ``x``; see `real_dft`."""
    return np.fft.irfft(x, n, axis, norm)


def _twice(n, axis, like):
    """2 for the elements of a half transform that stand for two, else 1, to multiply with."""
    k = np.arange(n // 2 + 1)
    twice = np.where((k == 0) | (2 * k == n), 1, 2).astype(np.real(like).dtype)
    return np.reshape(twice, (-1,) + (1,) * (like.ndim - 1 - axis % like.ndim))


real_dft.vjp(
    x=lambda g, x_shape, axis, norm: np.fft.irfft(
        conj(g) / _twice(x_shape[axis], axis, g), x_shape[axis], axis, OPPOSITE[norm]
    )
)
inverse_real_dft.vjp(
    x=lambda g, n, axis, norm: conj(np.fft.rfft(g, n, axis, OPPOSITE[norm])) * _twice(n, axis, g)
)


def _resized(x, n, axis):
    """Cropped or padded with zeros at the end to ``n`` elements along an axis."""
    have = x.shape[axis]
    if n is None or n == have:
        return x
    if n < 1:
        raise ValueRangeError(f"fft: the number of points must be at least 1, got {n}")
    if n < have:
        return x[(slice(None),) * (axis % x.ndim) + (slice(0, n),)]
    widths = [(0, 0)] * x.ndim
    widths[axis] = (0, n - have)
    return np.pad(x, widths)


def _axes(x, s, axes):
    """The sizes and axes of a transform over several axes, written out."""
    if axes is None:
        axes = tuple(range(x.ndim if s is None else len(s)))
        axes = axes if s is None else tuple(a - len(s) for a in axes)
    axes = tuple(axes)
    s = (None,) * len(axes) if s is None else tuple(s)
    if len(s) != len(axes):
        raise ShapeError(f"fft: the sizes {s} and the axes {axes} differ in number")
    return tuple(x.shape[a] if n == -1 else n for n, a in zip(s, axes, strict=True)), axes


def _over_axes(transform, x, s, axes, norm):
    s, axes = _axes(x, s, axes)
    for n, axis in zip(s, axes, strict=True):
        x = _resized(x, n, axis)
    return transform(x, axes, norm) if axes else x + 0j


@instead_of(np.fft.fft)
def fft(a, n=None, axis=-1, norm=None):
    """The Fourier transform along an axis, of the first ``n`` points, or padded with zeros."""
    return dft(_resized(a, n, axis), (axis,), norm)


@instead_of(np.fft.ifft)
def ifft(a, n=None, axis=-1, norm=None):
    """The inverse of `fft`."""
    return inverse_dft(_resized(a, n, axis), (axis,), norm)


@instead_of(np.fft.rfft)
def rfft(a, n=None, axis=-1, norm=None):
    """`fft` of real numbers: the first n//2 + 1 elements, which the others are conjugates of."""
    return real_dft(_resized(a, n, axis), axis, norm)


@instead_of(np.fft.irfft)
def irfft(a, n=None, axis=-1, norm=None):
    """The inverse of `rfft`: ``n`` real numbers, by default 2 (m - 1) of m."""
    n = 2 * (a.shape[axis] - 1) if n is None else n
    if n < 1:
        raise ValueRangeError(f"irfft: the number of points must be at least 1, got {n}")
    return inverse_real_dft(_resized(a, n // 2 + 1, axis), n, axis, norm)


@instead_of(np.fft.hfft)
def hfft(a, n=None, axis=-1, norm=None):
    """The transform of a signal with real spectrum, given by its first half."""
    return irfft(conj(a), n, axis, OPPOSITE[norm])


@instead_of(np.fft.ihfft)
def ihfft(a, n=None, axis=-1, norm=None):
    """The inverse of `hfft`."""
    return conj(rfft(a, n, axis, OPPOSITE[norm]))


@instead_of(np.fft.fftn)
def fftn(a, s=None, axes=None, norm=None):
    """`fft` along several axes, by default all."""
    return _over_axes(dft, a, s, axes, norm)


@instead_of(np.fft.ifftn)
def ifftn(a, s=None, axes=None, norm=None):
    """The inverse of `fftn`."""
    return _over_axes(inverse_dft, a, s, axes, norm)


@instead_of(np.fft.fft2)
def fft2(a, s=None, axes=(-2, -1), norm=None):
    """`fft` along two axes."""
    return fftn(a, s, axes, norm)


@instead_of(np.fft.ifft2)
def ifft2(a, s=None, axes=(-2, -1), norm=None):
    """The inverse of `fft2`."""
    return ifftn(a, s, axes, norm)


@instead_of(np.fft.rfftn)
def rfftn(a, s=None, axes=None, norm=None):
    """`rfft` along the last of several axes, then `fft` along the others."""
    s, axes = _axes(a, s, axes)
    return _over_axes(dft, rfft(a, s[-1], axes[-1], norm), s[:-1], axes[:-1], norm)


@instead_of(np.fft.irfftn)
def irfftn(a, s=None, axes=None, norm=None):
    """The inverse of `rfftn`."""
    s, axes = _axes(a, s, axes)
    return irfft(_over_axes(inverse_dft, a, s[:-1], axes[:-1], norm), s[-1], axes[-1], norm)


@instead_of(np.fft.rfft2)
def rfft2(a, s=None, axes=(-2, -1), norm=None):
    """`rfftn` along two axes."""
    return rfftn(a, s, axes, norm)


@instead_of(np.fft.irfft2)
def irfft2(a, s=None, axes=(-2, -1), norm=None):
    """The inverse of `rfft2`."""
    return irfftn(a, s, axes, norm)


@instead_of(np.fft.fftshift)
def fftshift(x, axes=None):
    """The element of frequency 0 rolled to the middle."""
    axes = tuple(range(x.ndim)) if axes is None else axes if isinstance(axes, tuple) else (axes,)
    return np.roll(x, tuple(x.shape[a] // 2 for a in axes), axes)


@instead_of(np.fft.ifftshift)
def ifftshift(x, axes=None):
    """The inverse of `fftshift`."""
    axes = tuple(range(x.ndim)) if axes is None else axes if isinstance(axes, tuple) else (axes,)
    return np.roll(x, tuple(-(x.shape[a] // 2) for a in axes), axes)
