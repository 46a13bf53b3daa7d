"""Batch norm's third way at test time: statistics of the whole training set, layer by layer."""

import numpy as np

from autograd import no_grad
from autograd.errors import DtypeError, ValueRangeError
from nn.functional.checks import value
from nn.layers.normalization import BatchNormalization
from nn.modes import evaluating
from nn.module import Module


def fit_statistics(model: Module, batches) -> Module:
    """Set the statistics of every batch norm to those of its inputs over a whole data set.

    Layer by layer, in the order in which they run: what reaches a layer is computed with the
    statistics that the layers before it have got.  So in eval every layer's output has, over this
    data set, exactly mean 0 and variance 1 before ``weight`` and ``bias``.  The data set is read
    once per layer, and only up to that layer.

    Parameters
    ----------
    model : Module
        Runs in eval; its ``training`` flags are put back afterwards.
    batches : iterable of arrays, or of tuples whose first element is the input
        Can be read again and again: a DataLoader, a list.  The size of the batches does not matter.

    Returns
    -------
    Module
        The model, its batch norms with test_statistics 'running'.  Those that it does not run in
        eval keep what they have.

    Raises
    ------
    ValueRangeError
        No batch norm with running statistics runs, or there are no batches.
    DtypeError
        ``batches`` can be read only once.

    Examples
    --------
    >>> import nn, numpy as np
    >>> net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    >>> data = [np.random.default_rng(0).random((8, 3), dtype=np.float32)]
    >>> y = nn.fit_statistics(net, data).eval()(data[0])
    >>> bool(np.all(np.abs(y.data.mean(axis=0)) < 1e-5))
    True
    """
    if not hasattr(batches, "__iter__") or hasattr(batches, "__next__"):
        raise DtypeError(
            f"fit_statistics: expected batches that can be read several times, got "
            f"{type(batches).__name__}. Pass a DataLoader or a list."
        )
    kept = []
    try:
        with evaluating(model), no_grad():
            for layer, calls in _calls(model, batches).items():
                mean, var = _moments(model, layer, calls, batches)
                kept.append((layer, layer.running_mean, layer.running_var, layer.test_statistics))
                layer.test_statistics = "running"
                layer.running_mean = mean.astype(layer.running_mean.dtype)
                layer.running_var = var.astype(layer.running_var.dtype)
    except BaseException:
        for layer, mean, var, use in kept:
            layer.running_mean, layer.running_var, layer.test_statistics = mean, var, use
        raise
    return model


class _Reached(Exception):
    """The forward pass has got to the layer whose inputs are wanted; the rest is not needed."""


def _calls(model, batches) -> dict[BatchNormalization, int]:
    """The batch norms in the order in which they first run, and how often each runs."""
    calls: dict[BatchNormalization, int] = {}

    def count(layer, inputs):
        calls[layer] = calls.get(layer, 0) + 1

    layers = [
        m
        for m in model.modules()
        if isinstance(m, BatchNormalization) and m.running_mean is not None
    ]
    handles = [m.register_forward_pre_hook(count) for m in layers]
    try:
        for batch in batches:
            model(_input(batch))
            break
        else:
            raise ValueRangeError("fit_statistics: there are no batches")
    finally:
        for handle in handles:
            handle.remove()
    if not calls:
        raise ValueRangeError(
            f"fit_statistics: {type(model).__name__} runs no batch norm with running statistics"
        )
    return calls


def _moments(model, layer, calls, batches):
    """Mean and variance per channel of all that reaches ``layer``, merged as Chan et al. 1979."""
    count, mean, squares, seen = 0, 0.0, 0.0, 0

    def gather(layer, inputs):
        nonlocal count, mean, squares, seen
        x = np.asarray(value(inputs[0]), float)
        axes = (0, *range(2, x.ndim))
        n = x.size // x.shape[1]
        own = x.mean(axis=axes)
        spread = np.square(x - own.reshape((1, -1) + (1,) * (x.ndim - 2))).sum(axis=axes)
        apart, total = own - mean, count + n
        squares = squares + spread + np.square(apart) * (count * n / total)
        mean = mean + apart * (n / total)
        count, seen = total, seen + 1
        if seen == calls:
            raise _Reached

    with layer.register_forward_pre_hook(gather):
        for batch in batches:
            seen = 0
            try:
                model(_input(batch))
            except _Reached:
                continue
    return mean, squares / count


def _input(batch):
    return batch[0] if isinstance(batch, (tuple, list)) else batch
