"""Pooling in 1, 2, 3 dimensions: windows, windows of a given number, the whole image."""

from autograd import ops
from nn.functional.checks import images


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Largest element of every window: (N, C, L) -> (N, C, L'); see `max_pool2d`."""
    input = images("max_pool1d", input, 1)
    return ops.max_pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Largest element of every window: (N, C, H, W) -> (N, C, H', W').

    The gradient goes to the winner, the first of equals, and adds up where windows overlap.

    Parameters
    ----------
    input : Tensor or ndarray, (N, C, H, W)
    kernel_size : int or one per spatial axis
    stride : like kernel_size, optional
        Default: kernel_size, so that windows do not overlap.
    padding : int, one or a pair per spatial axis, 'same' or 'valid'
        At most half the kernel; never wins.
    dilation : int or one per spatial axis
    ceil_mode : bool
        Also take a last window that reaches beyond the image.
    """
    input = images("max_pool2d", input, 2)
    return ops.max_pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Largest element of every window: (N, C, D, H, W) -> the same pooled; see `max_pool2d`."""
    input = images("max_pool3d", input, 3)
    return ops.max_pool(input, kernel_size, stride, padding, dilation, ceil_mode)


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Mean of every window: (N, C, L) -> (N, C, L'); see `avg_pool2d`."""
    input = images("avg_pool1d", input, 1)
    return ops.avg_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Mean of every window: (N, C, H, W) -> (N, C, H', W'); each element gets 1/(kh kw) of g.

    The zeros of the padding are counted unless ``count_include_pad=False``.
    """
    input = images("avg_pool2d", input, 2)
    return ops.avg_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool3d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Mean of every window: (N, C, D, H, W) -> the same pooled; see `avg_pool2d`."""
    input = images("avg_pool3d", input, 3)
    return ops.avg_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """``(Σ|x|ᵖ)^(1/p)`` of every window, p = norm_type >= 1: (N, C, L) -> (N, C, L')."""
    input = images("lp_pool1d", input, 1)
    return ops.lp_pool(input, norm_type, kernel_size, stride, 0, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """``(Σ|x|ᵖ)^(1/p)`` of every window, p = norm_type >= 1: (N, C, H, W) -> (N, C, H', W')."""
    input = images("lp_pool2d", input, 2)
    return ops.lp_pool(input, norm_type, kernel_size, stride, 0, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """``(Σ|x|ᵖ)^(1/p)`` of every window, p = norm_type >= 1, of volumes."""
    input = images("lp_pool3d", input, 3)
    return ops.lp_pool(input, norm_type, kernel_size, stride, 0, ceil_mode)


def adaptive_avg_pool1d(input, output_size):
    """Mean of the windows that part L into output_size places: (N, C, L) -> (N, C, P)."""
    input = images("adaptive_avg_pool1d", input, 1)
    return ops.adaptive_avg_pool(input, output_size)


def adaptive_avg_pool2d(input, output_size):
    """Mean of the windows that part the image into output_size places per axis.

    Window i of n elements in o places is floor(i n / o) ... ceil((i + 1) n / o) - 1.  None keeps
    the size of an axis.  (N, C, H, W) -> (N, C, P, Q).
    """
    input = images("adaptive_avg_pool2d", input, 2)
    return ops.adaptive_avg_pool(input, output_size)


def adaptive_avg_pool3d(input, output_size):
    """Mean of the windows that part a volume; see `adaptive_avg_pool2d`."""
    input = images("adaptive_avg_pool3d", input, 3)
    return ops.adaptive_avg_pool(input, output_size)


def adaptive_max_pool1d(input, output_size):
    """Largest element of the windows that part L into output_size places."""
    input = images("adaptive_max_pool1d", input, 1)
    return ops.adaptive_max_pool(input, output_size)


def adaptive_max_pool2d(input, output_size):
    """Largest element of the windows of `adaptive_avg_pool2d`; the first of equals wins."""
    input = images("adaptive_max_pool2d", input, 2)
    return ops.adaptive_max_pool(input, output_size)


def adaptive_max_pool3d(input, output_size):
    """Largest element of the windows that part a volume; see `adaptive_avg_pool2d`."""
    input = images("adaptive_max_pool3d", input, 3)
    return ops.adaptive_max_pool(input, output_size)
