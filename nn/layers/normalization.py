"""Normalisation layers; batch norm with its three ways at test time."""

import numpy as np

from autograd.errors import ShapeError, ValueRangeError
from nn import functional as F
from nn import init
from nn.functional.checks import array, is_number, not_negative, one_of, positive
from nn.functional.normalization import check_batch_norm
from nn.layers.base import options
from nn.module import Module


class RunningNorm(Module):
    """Base of batch and instance norm: learned γ, β and running statistics, per channel."""

    ranks: tuple[int, ...] = ()
    shapes = ""
    tracks = True  # by default

    def __init__(self, num_features, eps, momentum, affine, track_running_stats):
        positive(type(self).__name__, num_features=num_features)
        not_negative(type(self).__name__, eps=eps)
        if momentum is not None and (not is_number(momentum) or not 0 <= momentum <= 1):
            raise ValueRangeError(
                f"{type(self).__name__}: momentum must be between 0 and 1, or None for the plain "
                f"mean over all batches, got {momentum!r}"
            )
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = init.constant((num_features,), 1.0) if affine else None
        self.bias = init.constant((num_features,), 0.0) if affine else None
        self.running_mean = self.running_var = self.num_batches_tracked = None
        if track_running_stats:
            self.reset_running_stats()

    def reset_running_stats(self):
        """Forget the running statistics: mean 0, variance 1."""
        dtype = np.float32 if self.weight is None else self.weight.dtype
        self.running_mean = np.zeros(self.num_features, dtype)
        self.running_var = np.ones(self.num_features, dtype)
        self.num_batches_tracked = np.zeros((), np.int64)

    def _checked(self, x):
        x = array(type(self).__name__, "x", x)
        if x.ndim not in self.ranks:
            raise ShapeError(
                f"{type(self).__name__}: expected x of shape {self.shapes}, got {tuple(x.shape)}"
            )
        return x

    def extra_repr(self):
        """Channels, and options that are not the default."""
        on = self.tracks
        return str(self.num_features) + options(
            self, eps=1e-5, momentum=0.1, affine=on, track_running_stats=on
        )


class BatchNormalization(RunningNorm):
    """Base of the batch norms."""

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True,
        test_statistics="running",
    ):  # fmt: skip
        super().__init__(num_features, eps, momentum, affine, track_running_stats)
        self.test_statistics = test_statistics
        self._check_test_statistics()

    def forward(self, x):
        """x (N, C, ...) -> same."""
        x = self._checked(x)
        self._check_test_statistics()  # it may have been set since
        mean, var, factor = self.running_mean, self.running_var, 0.0
        if self.training and mean is not None:
            check_batch_norm(x, self.weight, self.bias, mean, var, True)
            factor = self._factor()
        elif self.test_statistics == "batch":
            mean = var = None
        return F.batch_norm(x, mean, var, self.weight, self.bias, self.training, factor, self.eps)

    def _check_test_statistics(self):
        name, choices = "test_statistics", ("running", "batch")
        one_of(type(self).__name__, name, self.test_statistics, choices)

    def _factor(self) -> float:
        """How far the running statistics move towards this batch's; counts the batch."""
        self.num_batches_tracked += 1
        if self.momentum is None:
            return 1 / int(self.num_batches_tracked)
        return self.momentum


class BatchNorm1d(BatchNormalization):
    """Batch normalisation per feature, (N, C) -> same, or per channel, (N, C, L) -> same.

    See `BatchNorm2d`.
    """

    ranks, shapes = (2, 3), "(N, C) or (N, C, L)"


class BatchNorm2d(BatchNormalization):
    """Batch normalisation per channel: (N, C, H, W) -> the same shape.

    ``(x - mean) / sqrt(var + eps) * weight + bias``; in training with the mean and variance of the
    batch.  In eval there are three ways to get them:

    - running estimates (the default), gathered in training;
    - ``test_statistics='batch'``: those of the batch at hand, also in eval;
    - `nn.fit_statistics`: those of the whole training set, layer by layer, put in the place of the
      running estimates.

    Parameters
    ----------
    num_features : int
        C.
    eps : float
        Added to the variance, inside the root.
    momentum : float or None
        ``running <- (1 - momentum) running + momentum batch``; None for the mean over all batches.
    affine : bool
        Learn ``weight`` (C,), 1 at first, and ``bias`` (C,), 0 at first.
    track_running_stats : bool
        Keep ``running_mean`` (C,), ``running_var`` (C,) and ``num_batches_tracked``; without them
        eval uses the batch, too.
    test_statistics : str
        'running' or 'batch'.

    References
    ----------
    Ioffe and Szegedy 2015.
    """

    ranks, shapes = (4,), "(N, C, H, W)"


class BatchNorm3d(BatchNormalization):
    """Batch normalisation per channel: (N, C, D, H, W) -> same; see `BatchNorm2d`."""

    ranks, shapes = (5,), "(N, C, D, H, W)"


class InstanceNormalization(RunningNorm):
    """Base of the instance norms."""

    tracks = False

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False
    ):
        if momentum is None:
            raise ValueRangeError(f"{type(self).__name__}: momentum must be a number, got None")
        super().__init__(num_features, eps, momentum, affine, track_running_stats)

    def forward(self, x):
        """x (N, C, *S) -> same."""
        x = self._checked(x)
        own = self.training or self.running_mean is None
        return F.instance_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, own, self.momentum,
            self.eps,
        )  # fmt: skip


class InstanceNorm1d(InstanceNormalization):
    """Every channel of every sample normalised on its own: (N, C, L) -> same."""

    ranks, shapes = (3,), "(N, C, L)"


class InstanceNorm2d(InstanceNormalization):
    """Every channel of every image normalised on its own: (N, C, H, W) -> same.

    Ulyanov, Vedaldi and Lempitsky 2016.
    """

    ranks, shapes = (4,), "(N, C, H, W)"


class InstanceNorm3d(InstanceNormalization):
    """Every channel of every volume normalised on its own: (N, C, D, H, W) -> same."""

    ranks, shapes = (5,), "(N, C, D, H, W)"


class GroupNorm(Module):
    """Groups of channels of every sample normalised: (N, C, ...) -> same.  Wu and He 2018.

    ``weight`` (C,), 1 at first, and ``bias`` (C,), 0 at first, if ``affine``.
    """

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        positive("GroupNorm", num_groups=num_groups, num_channels=num_channels)
        not_negative("GroupNorm", eps=eps)
        if num_channels % num_groups:
            raise ValueRangeError(
                f"GroupNorm: {num_channels} channels do not part into {num_groups} groups"
            )
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.weight = init.constant((num_channels,), 1.0) if affine else None
        self.bias = init.constant((num_channels,), 0.0) if affine else None
        self.affine = affine

    def forward(self, x):
        """x (N, C, ...) -> same."""
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        """Groups and channels."""
        return f"{self.num_groups}, {self.num_channels}" + options(self, eps=1e-5, affine=True)


def _sizes(layer, normalized_shape):
    """The sizes of the last axes, checked; a number is that of one."""
    single = not hasattr(normalized_shape, "__iter__")
    sizes = (normalized_shape,) if single else tuple(normalized_shape)
    for n in sizes:
        positive(layer, normalized_shape=n)
    return sizes


class LayerNorm(Module):
    """The last axes normalised: (..., *normalized_shape) -> same.  Ba, Kiros and Hinton 2016.

    ``weight``, 1 at first, and ``bias``, 0 at first, of that shape.
    """

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        not_negative("LayerNorm", eps=eps)
        self.normalized_shape, self.eps = _sizes("LayerNorm", normalized_shape), eps
        self.elementwise_affine = elementwise_affine
        affine = elementwise_affine
        self.weight = init.constant(self.normalized_shape, 1.0) if affine else None
        self.bias = init.constant(self.normalized_shape, 0.0) if affine and bias else None

    def forward(self, x):
        """x (..., *normalized_shape) -> same."""
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        """The shape."""
        return str(self.normalized_shape) + options(self, eps=1e-5, elementwise_affine=True)


class RMSNorm(Module):
    """``x / sqrt(mean x² + eps) * weight`` over the last axes: (..., *normalized_shape) -> same.

    Layer norm without mean and bias.  Zhang and Sennrich 2019.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        The last axes.
    eps : float, optional
        By default the smallest step of the input's dtype at 1; of float32's for float16.
    elementwise_affine : bool
        Learn ``weight``, of that shape, 1 at first.

    Raises
    ------
    ValueRangeError
        Sizes that are no positive integers.

    Examples
    --------
    >>> RMSNorm(2)(np.array([[3.0, 4.0]], np.float32)).data.round(3)
    array([[0.849, 1.131]], dtype=float32)
    """

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        not_negative("RMSNorm", eps=0 if eps is None else eps)
        self.normalized_shape, self.eps = _sizes("RMSNorm", normalized_shape), eps
        self.elementwise_affine = elementwise_affine
        self.weight = init.constant(self.normalized_shape, 1.0) if elementwise_affine else None

    def forward(self, x):
        """x (..., *normalized_shape) -> same."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        """The shape."""
        return str(self.normalized_shape) + options(self, eps=None, elementwise_affine=True)


class LocalResponseNorm(Module):
    """``x / (k + alpha mean of x² over size neighbouring channels)^beta``: (N, C, ...) -> same.

    AlexNet's; Krizhevsky, Sutskever and Hinton 2012, section 3.3.
    """

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        positive("LocalResponseNorm", size=size)
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x):
        """x (N, C, ...) -> same."""
        return F.local_response_norm(x, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        """The neighbourhood, and options that are not the default."""
        return str(self.size) + options(self, alpha=1e-4, beta=0.75, k=1.0)
