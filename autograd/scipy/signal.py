"""``autograd.scipy.signal.convolve``: the convolution of HIPS autograd, along chosen axes."""

import numpy as np

from autograd import ops
from autograd.errors import ShapeError, ValueRangeError
from autograd.ops.complex_numbers import is_complex
from autograd.scipy.register import arrays


def convolve(A, B, axes=None, dot_axes=((), ()), mode="full"):
    """y[a, b, k] = Σ over d, j of A[a, d, k - j] B[b, d, j], on any axes of A and B.

    Parameters
    ----------
    A, B : array_like
    axes : pair of lists of int, optional
        The axes of A and of B along which they are convolved: up to 3, in pairs.  None: all.
    dot_axes : pair of lists of int
        The axes of A and of B that are summed over, in pairs.
    mode : 'full', 'valid' or 'same'
        All k; those that need no zeros, where one of both must be the longer along all axes; as
        many as A has, from the middle.

    Returns
    -------
    Tensor or ndarray
        The remaining axes of A, those of B, the convolved ones.
    """
    A, B = arrays(A, B)
    axes = (range(A.ndim), range(B.ndim)) if axes is None else axes
    along_a, along_b = ([k % A.ndim for k in axes[0]], [k % B.ndim for k in axes[1]])
    dot_a, dot_b = ([k % A.ndim for k in dot_axes[0]], [k % B.ndim for k in dot_axes[1]])
    sizes = [(A.shape[i], B.shape[j]) for i, j in zip(along_a, along_b, strict=False)]
    _check(A, B, (along_a, along_b), (dot_a, dot_b), mode, sizes)
    a, rest_a = _canonical(A, dot_a, along_a)
    b, rest_b = _canonical(B, dot_b, along_b)
    if not sizes:
        y = np.einsum("ad,bd->ab", a, b)
    elif mode != "valid" or all(m >= n for m, n in sizes):
        y = _correlation(a, _flipped(b), mode)
    else:
        y = np.swapaxes(_correlation(b, _flipped(a), mode), 0, 1)
    if mode == "same":
        starts = [(n - 1) // 2 for _, n in sizes]
        y = y[(..., *(slice(s, s + m) for s, (m, _) in zip(starts, sizes, strict=True)))]
    return np.reshape(y, rest_a + rest_b + tuple(y.shape[2:]))


def _check(A, B, along, dot, mode, sizes):
    if mode not in ("full", "valid", "same"):
        raise ValueRangeError(f"convolve: mode must be 'full', 'valid' or 'same', got {mode!r}")
    got = f"got shapes {tuple(A.shape)} and {tuple(B.shape)}, axes {along}, dot_axes {dot}"
    if len(along[0]) != len(along[1]) or len(along[0]) > 3:
        raise ShapeError(f"convolve: as many axes of A as of B are needed, up to 3; {got}")
    if [A.shape[k] for k in dot[0]] != [B.shape[k] for k in dot[1]]:
        raise ShapeError(f"convolve: the dot_axes must have the same lengths; {got}")
    if any(len({*c, *d}) < len(c) + len(d) for c, d in zip(along, dot, strict=True)):
        raise ShapeError(f"convolve: an axis is named twice; {got}")
    longer = [m >= n for m, n in sizes], [m <= n for m, n in sizes]
    if mode == "valid" and not any(map(all, longer)):
        raise ShapeError(
            f"convolve: with mode 'valid' one array must be the longer along all axes; {got}"
        )
    if any(0 in pair for pair in sizes):
        raise ShapeError(f"convolve: an axis to convolve along is empty; {got}")


def _canonical(x, dot, along):
    """The axes in the order rest, dot, convolved, the first two as one each; the rest's shape."""
    rest = [k for k in range(x.ndim) if k not in dot and k not in along]
    shape = tuple(x.shape[k] for k in rest)
    moved = np.transpose(x, [*rest, *dot, *along])
    sizes = (int(np.prod(shape)), int(np.prod([x.shape[k] for k in dot])))
    return np.reshape(moved, sizes + tuple(x.shape[k] for k in along)), shape


def _flipped(x):
    return np.flip(x, tuple(range(2, x.ndim)))


def _correlation(x, w, mode):
    """`conv` in full, or where it needs no padding; of complex arrays, part by part."""
    if is_complex(x):
        return _correlation(np.real(x), w, mode) + 1j * _correlation(np.imag(x), w, mode)
    if is_complex(w):
        return _correlation(x, np.real(w), mode) + 1j * _correlation(x, np.imag(w), mode)
    padding = 0 if mode == "valid" else [(n - 1, n - 1) for n in w.shape[2:]]
    return ops.conv(x, w, padding=padding)


def __getattr__(name):
    """SciPy's own."""
    import scipy.signal

    return getattr(scipy.signal, name)
