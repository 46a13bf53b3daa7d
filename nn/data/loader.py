"""Batches: cuts a data set into equal pieces, in its own order or in a fresh one every epoch."""

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.tensor import Tensor


class DataLoader:
    """Iterate over a data set in batches: ``for images, labels in DataLoader(train, 128): ...``.

    Every ``for`` loop over the loader is one epoch.  With ``shuffle``, epoch k visits the samples
    in the order ``default_rng([seed, k]).permutation(n)``: it depends on nothing else, so a run
    that is resumed needs only ``loader.epoch = k`` to see what the first run would have seen.

    Batches are new arrays, contiguous and read-only: the engine then needs no copy of its own to
    be sure that what it saved stays as it was.  To change a batch in place, ``.copy()`` it.

    Parameters
    ----------
    dataset : ndarray, tuple of ndarrays, or object with ``__len__`` and ``__getitem__``
        An array of shape (n, ...), of any dtype, gives batches of shape (batch_size, ...).  A
        tuple or NamedTuple of arrays with the same n gives the same kind of tuple, of batches.
        From any other object, a list say, the samples ``dataset[i]`` with integer i are stacked:
        numbers and arrays to one array, tuples of them to a tuple of arrays.
    batch_size : int
        Samples in a batch; the last batch of an epoch has what remains.
    shuffle : bool
        Whether every epoch has an order of its own.
    seed : int, optional
        Where the orders come from, not negative.  Without it one is drawn; see ``.seed``.
    drop_last : bool
        Leave out the last batch if it is smaller than the others.

    Attributes
    ----------
    seed : int
        The seed in use, given or drawn.
    epoch : int
        The number, from 0, of the epoch that the next ``for`` loop will be.  May be set.

    Raises
    ------
    DtypeError
        If the data set, a sample or an option has a type that does not serve.
    ShapeError
        If arrays differ in length, or samples in shape.
    ValueRangeError
        If there are no samples, there is no whole batch, or an option is out of range.

    Examples
    --------
    >>> images, labels = np.zeros((5, 1, 28, 28)), np.arange(5)
    >>> for x, y in DataLoader((images, labels), batch_size=2):
    ...     print(x.shape, y)
    (2, 1, 28, 28) [0 1]
    (2, 1, 28, 28) [2 3]
    (1, 1, 28, 28) [4]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        seed: int | None = None,
        drop_last: bool = False,
    ):
        self._samples = _count(dataset)
        self.dataset = dataset
        self.batch_size = _whole_number("batch_size", batch_size, least=1)
        self.shuffle = shuffle
        if seed is None:
            seed = int(np.random.default_rng().integers(2**32))
        self.seed = _whole_number("seed", seed, least=0)
        self.drop_last = drop_last
        self.epoch = 0
        if len(self) == 0:
            raise ValueRangeError(
                f"DataLoader: batch_size={self.batch_size} with drop_last=True leaves no batch of "
                f"{self._samples} samples. Choose a batch_size of at most {self._samples}, or "
                "drop_last=False."
            )

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        whole, rest = divmod(self._samples, self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def order(self, epoch: int) -> np.ndarray:
        """The indices of the samples in the order of this epoch: int64, shape (n,)."""
        epoch = _whole_number("epoch", epoch, least=0)
        if not self.shuffle:
            return np.arange(self._samples)
        return np.random.default_rng([self.seed, epoch]).permutation(self._samples)

    def __iter__(self) -> Iterator[Any]:
        # Not itself a generator: the epoch counts from the `for`, not from its first batch.
        order = self.order(self.epoch)
        self.epoch += 1
        size = self.batch_size
        return (self._batch(order[k * size : (k + 1) * size]) for k in range(len(self)))

    def _batch(self, rows):
        if isinstance(self.dataset, np.ndarray):
            return _rows_of(self.dataset, rows)
        if isinstance(self.dataset, tuple):
            return _tuple_like(self.dataset, [_rows_of(a, rows) for a in self.dataset])
        return _stacked([self.dataset[i] for i in rows.tolist()], rows)


def _count(dataset) -> int:
    """The number of samples, or the error that says why this is not a data set."""
    if isinstance(dataset, (Tensor, dict)):
        raise DtypeError(
            f"DataLoader: got a {type(dataset).__name__}, expected arrays or a list of samples. "
            "Pass the .data of a Tensor, the tuple(d.values()) of a dict of arrays."
        )
    if not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
        raise DtypeError(
            "DataLoader: expected an array, a tuple of arrays, or an object with __len__ and "
            f"__getitem__, got {type(dataset).__name__}. Make a list of it."
        )
    columns = dataset if isinstance(dataset, tuple) else (dataset,)
    for k, column in enumerate(columns):
        if isinstance(dataset, tuple) and not isinstance(column, np.ndarray):
            raise DtypeError(
                f"DataLoader: expected a tuple of arrays, got {type(column).__name__} at position "
                f"{k}. Convert it with np.asarray (a Tensor: take its .data); if these are the "
                "samples themselves, pass them as a list."
            )
        if isinstance(column, np.ndarray) and column.ndim == 0:
            raise ShapeError(
                "DataLoader: got an array of shape (), expected the samples along its first axis. "
                "Give it that axis: a[np.newaxis]."
            )
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        shapes = ", ".join(str(column.shape) for column in columns)
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


def _whole_number(name: str, value, least: int) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise DtypeError(
            f"DataLoader: {name} must be an int, got {value!r} of type {type(value).__name__}"
        )
    value = operator.index(value)
    if value < least:
        raise ValueRangeError(f"DataLoader: {name} must be {least} or more, got {value}")
    return value


def _rows_of(array, rows):
    # Indexing, not `take`: that first copies the whole of an array that is not contiguous.
    return _frozen(np.ascontiguousarray(np.asarray(array)[rows]))


def _stacked(samples, rows):
    """One array of all samples, or a tuple of them if samples are tuples."""
    first = samples[0]
    if not isinstance(first, tuple):
        return _stack(samples, rows, "")
    for sample, i in zip(samples, rows, strict=True):
        if not isinstance(sample, tuple) or len(sample) != len(first):
            raise ShapeError(
                f"DataLoader: sample {rows[0]} is a tuple of {len(first)}, but sample {i} is "
                f"{_described(sample)}. Make dataset[i] return the same kind of tuple for every i."
            )
    parts = zip(*samples, strict=True)
    return _tuple_like(first, [_stack(part, rows, f"[{k}]") for k, part in enumerate(parts)])


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
    return _frozen(np.stack(arrays))


def _as_array(value, name):
    try:
        array = np.asarray(value)
    except ValueError:  # a list of unequal things
        array = None
    if array is None or array.dtype == object:
        raise DtypeError(
            f"DataLoader: {name} is {_described(value)}, expected a number or an array, or a tuple "
            "of these. A pair of image and label is a tuple: (image, label)."
        )
    return array


def _described(value) -> str:
    return (
        f"a tuple of {len(value)}"
        if isinstance(value, tuple)
        else f"of type {type(value).__name__}"
    )


def _tuple_like(example, parts):
    """A tuple of parts: a NamedTuple if the example is one, so that fields keep their names."""
    make = getattr(type(example), "_make", tuple)
    return make(parts)


def _frozen(array):
    array.flags.writeable = False
    return array
