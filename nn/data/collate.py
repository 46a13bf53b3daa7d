"""Samples put together: which data sets there are, and how a batch is made of their samples."""

from typing import Any

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError, describe
from autograd.foreign import plain
from autograd.tensor import Tensor


def count(dataset: Any) -> int:
    """The number of samples, or the error that says why this is not a data set.

    Raises
    ------
    DtypeError
        If it is no array, tuple or dict of arrays, or object with ``__len__`` and ``__getitem__``.
    ShapeError
        If an array has no axis for the samples, or arrays differ in length.
    ValueRangeError
        If there are no samples.
    """
    if isinstance(dataset, Tensor):
        raise DtypeError("DataLoader: got a Tensor, expected arrays or samples. Pass its .data.")
    if not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
        raise DtypeError(
            "DataLoader: expected an array, a tuple of arrays, or an object with __len__ and "
            f"__getitem__, got {type(dataset).__name__}. Make a list of it."
        )
    places, parts = _parts(dataset)
    for place, part in zip(places, parts, strict=True):
        if isinstance(dataset, (tuple, dict)) and not isinstance(part, np.ndarray):
            raise DtypeError(
                f"DataLoader: expected a {'tuple' if isinstance(dataset, tuple) else 'dict'} of "
                f"arrays, got {type(part).__name__} at {place!r}. Convert it with np.asarray (a "
                "Tensor: take its .data); if these are the samples themselves, pass them as a list."
            )
        if isinstance(part, np.ndarray):
            plain(part, f"DataLoader: the array at {place!r}")
        if isinstance(part, np.ndarray) and part.ndim == 0:
            raise ShapeError(
                "DataLoader: got an array of shape (), expected the samples along its first axis. "
                "Give it that axis: a[np.newaxis]."
            )
    lengths = [len(part) for part in parts]
    if len(set(lengths)) > 1:
        shapes = ", ".join(str(part.shape) for part in parts)
        raise ShapeError(
            f"DataLoader: the arrays have {lengths} samples (shapes {shapes}), expected equally "
            "many in each. Put the samples along the first axis of every array."
        )
    if not lengths or lengths[0] == 0:
        raise ValueRangeError(
            "DataLoader: the data set is empty, expected at least one sample. Check where it is "
            "read or filtered."
        )
    return lengths[0]


def _parts(dataset):
    if isinstance(dataset, dict):
        return list(dataset), list(dataset.values())
    parts = dataset if isinstance(dataset, tuple) else (dataset,)
    return range(len(parts)), parts


def rows_of(array, rows) -> np.ndarray:
    """These rows of an array, in memory of their own that is read-only."""
    # Indexing, not `take`: that first copies the whole of an array that is not contiguous.
    return frozen(np.ascontiguousarray(np.asarray(array)[rows]))


def collate(samples: list, rows) -> Any:
    """One array of all samples; a tuple or dict of arrays if the samples are tuples or dicts.

    ``rows`` are the numbers of the samples, for the message of an error.
    """
    first = samples[0]
    if not isinstance(first, (tuple, dict)):
        return _stack(samples, rows, "")
    for sample, i in zip(samples, rows, strict=True):
        if type(sample) is not type(first) or _keys(sample) != _keys(first):
            raise ShapeError(
                f"DataLoader: sample {rows[0]} is {_described(first)}, but sample {i} is "
                f"{_described(sample)}. Make dataset[i] return the same for every i."
            )
    parts = [_stack([s[k] for s in samples], rows, f"[{k!r}]") for k in _keys(first)]
    if isinstance(first, dict):
        return dict(zip(first, parts, strict=True))
    return tuple_like(first, parts)


def _keys(sample):
    return list(sample) if isinstance(sample, dict) else list(range(len(sample)))


def _stack(values, rows, place):
    """One array of the values, found at ``dataset[i][place]`` for i in rows."""
    arrays = [_as_array(v, f"dataset[{i}]{place}") for v, i in zip(values, rows, strict=True)]
    for a, i in zip(arrays, rows, strict=True):
        if a.shape != arrays[0].shape:
            raise ShapeError(
                f"DataLoader: dataset[{i}]{place} has shape {a.shape}, but "
                f"dataset[{rows[0]}]{place} has {arrays[0].shape}. Pad or crop samples to one "
                "shape; to batch several arrays side by side, pass a tuple of them, not a list."
            )
    return frozen(np.stack(arrays))


def _as_array(value, name):
    try:
        array = np.asarray(plain(value, f"DataLoader: {name}"))
    except ValueError:  # a list of unequal things
        array = None
    if array is None or array.dtype == object:
        raise DtypeError(
            f"DataLoader: {name} is {_described(value)}, expected a number or an array, or a tuple "
            "or dict of these. A pair of image and label is a tuple: (image, label)."
        )
    return array


def _described(value) -> str:
    if isinstance(value, dict):
        return f"a dict of {', '.join(map(repr, value))}"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return f"of type {type(value).__name__}"


def shapes(arrays) -> str:
    """A named tuple of arrays as a prompt shows it: dtypes and shapes, not the numbers."""
    parts = (f"{k}={describe(v)}" for k, v in zip(arrays._fields, arrays, strict=True))
    return f"{type(arrays).__name__}({', '.join(parts)})"


def tuple_like(example, parts):
    """A tuple of parts: a NamedTuple if the example is one, so that fields keep their names."""
    make = getattr(type(example), "_make", tuple)
    return make(parts)


def first_part(batch):
    """The images of a batch: of a tuple or dict the first part."""
    if isinstance(batch, (tuple, dict)):
        return next(iter(batch.values() if isinstance(batch, dict) else batch))
    return batch


def taken_over(result) -> np.ndarray:
    """What a transform returned, as a batch: read-only and contiguous."""
    if not isinstance(result, np.ndarray):
        raise DtypeError(
            f"DataLoader: transform returned {type(result).__name__}, expected an ndarray: "
            "transforms work on the arrays of a whole batch"
        )
    return frozen(np.ascontiguousarray(result))


def frozen(array: np.ndarray) -> np.ndarray:
    """The array, read-only from here on."""
    array.flags.writeable = False
    return array
