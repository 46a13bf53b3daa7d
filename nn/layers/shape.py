"""Layers that change the shape, the border or the size of an image."""

from autograd.errors import ShapeError, ValueRangeError
from nn import functional as F
from nn.functional.checks import array
from nn.module import Module


class Flatten(Module):
    """Several axes as one, by default all but the first: (N, ...) -> (N, D)."""

    def __init__(self, start_dim=1, end_dim=-1):
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        """x (N, ...) -> (N, D)."""
        return F.flatten(x, self.start_dim, self.end_dim)

    def extra_repr(self):
        """The axes, if not the default."""
        axes = (self.start_dim, self.end_dim)
        return "" if axes == (1, -1) else f"{axes[0]}, {axes[1]}"


class Unflatten(Module):
    """One axis as several: ``Unflatten(1, (3, 4))`` of (N, 12) -> (N, 3, 4)."""

    def __init__(self, dim, unflattened_size):
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, x):
        """x (..., n, ...) -> (..., *unflattened_size, ...)."""
        return F.unflatten(x, self.dim, self.unflattened_size)

    def extra_repr(self):
        """The axis and its sizes."""
        return f"{self.dim}, {self.unflattened_size}"


class Upsample(Module):
    """Images of another size; see `nn.functional.interpolate` for the options."""

    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None):
        self.size, self.scale_factor = size, scale_factor
        self.mode, self.align_corners = mode, align_corners

    def forward(self, x):
        """x (N, C, *S) -> (N, C, *P)."""
        return F.interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners)

    def extra_repr(self):
        """The size, and how."""
        size = f"{self.size}" if self.size is not None else f"scale_factor={self.scale_factor}"
        return f"{size}, mode={self.mode!r}"


class PixelShuffle(Module):
    """Channels as pixels: (N, C r², H, W) -> (N, C, H r, W r).  Shi et al. 2016."""

    def __init__(self, upscale_factor):
        self.upscale_factor = upscale_factor

    def forward(self, x):
        """x (N, C r², H, W) -> (N, C, H r, W r)."""
        return F.pixel_shuffle(x, self.upscale_factor)

    def extra_repr(self):
        """The factor."""
        return str(self.upscale_factor)


class PixelUnshuffle(Module):
    """Pixels as channels: (N, C, H r, W r) -> (N, C r², H, W)."""

    def __init__(self, downscale_factor):
        self.downscale_factor = downscale_factor

    def forward(self, x):
        """x (N, C, H r, W r) -> (N, C r², H, W)."""
        return F.pixel_unshuffle(x, self.downscale_factor)

    def extra_repr(self):
        """The factor."""
        return str(self.downscale_factor)


class Padding(Module):
    """Base of the layers that add a border to the last ``d`` axes."""

    d, mode = 0, "constant"

    def __init__(self, padding):
        n = 2 * self.d
        self.padding = tuple(padding) if hasattr(padding, "__iter__") else (padding,) * n
        if len(self.padding) != n or not all(hasattr(p, "__index__") for p in self.padding):
            names = ["left", "right", "top", "bottom", "front", "back"][:n]
            raise ValueRangeError(
                f"{type(self).__name__}: padding must be an integer or ({', '.join(names)}), got "
                f"{padding!r}"
            )

    def forward(self, x):
        """x (N, C, *S) -> the same with a border."""
        x = array(type(self).__name__, "x", x)
        if x.ndim != self.d + 2:
            names = "N, C, " + ", ".join("DHW"[3 - self.d :])
            raise ShapeError(
                f"{type(self).__name__}: expected x of shape ({names}), got {tuple(x.shape)}"
            )
        return F.pad(x, self.padding, self.mode, getattr(self, "value", 0.0))

    def extra_repr(self):
        """The widths."""
        return str(self.padding)


class ConstantPad1d(Padding):
    """A border of ``value`` around the last axis."""

    d = 1

    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value


class ConstantPad2d(Padding):
    """A border of ``value`` around the last 2 axes."""

    d = 2

    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value


class ConstantPad3d(Padding):
    """A border of ``value`` around the last 3 axes."""

    d = 3

    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value


class ZeroPad1d(Padding):
    """A border around the last axis: zeros."""

    d, mode = 1, "constant"


class ZeroPad2d(Padding):
    """A border around the last 2 axes: zeros."""

    d, mode = 2, "constant"


class ZeroPad3d(Padding):
    """A border around the last 3 axes: zeros."""

    d, mode = 3, "constant"


class ReflectionPad1d(Padding):
    """A border around the last axis: the elements mirrored at the edge."""

    d, mode = 1, "reflect"


class ReflectionPad2d(Padding):
    """A border around the last 2 axes: the elements mirrored at the edge."""

    d, mode = 2, "reflect"


class ReflectionPad3d(Padding):
    """A border around the last 3 axes: the elements mirrored at the edge."""

    d, mode = 3, "reflect"


class ReplicationPad1d(Padding):
    """A border around the last axis: the edge repeated."""

    d, mode = 1, "replicate"


class ReplicationPad2d(Padding):
    """A border around the last 2 axes: the edge repeated."""

    d, mode = 2, "replicate"


class ReplicationPad3d(Padding):
    """A border around the last 3 axes: the edge repeated."""

    d, mode = 3, "replicate"


class CircularPad1d(Padding):
    """A border around the last axis: the opposite side."""

    d, mode = 1, "circular"


class CircularPad2d(Padding):
    """A border around the last 2 axes: the opposite side."""

    d, mode = 2, "circular"


class CircularPad3d(Padding):
    """A border around the last 3 axes: the opposite side."""

    d, mode = 3, "circular"
