"""Batches: cuts a data set into equal pieces, in its own order or in a fresh one every epoch."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd.errors import DtypeError, ValueRangeError
from nn import init, missing
from nn.data.collate import collate, count, first_part, rows_of, taken_over, tuple_like
from nn.data.prefetch import Prefetch
from nn.data.transforms import apply


class DataLoader:
    """Iterate over a data set in batches: ``for images, labels in DataLoader(train, 128): ...``.

    Every ``for`` loop over the loader is one epoch.  With ``shuffle``, epoch k visits the samples
    in the order ``default_rng([seed, k]).permutation(n)``, and each batch has a generator of its
    own, made from the seed, the epoch and the number of the batch: its transform gets it, and in
    the data set, too, `nn.init.generator` and augmentations draw from it.  So a run is resumed
    from three numbers (`state_dict`), and sees bit for bit what it would have seen.

    Batches are new arrays, contiguous and read-only: the engine then needs no copy of its own to
    be sure that what it saved stays as it was.  To change a batch in place, ``.copy()`` it.

    Parameters
    ----------
    dataset : ndarray, tuple or dict of ndarrays, or object with ``__len__`` and ``__getitem__``
        An array of shape (n, ...), of any dtype, gives batches of shape (batch_size, ...).  A
        tuple, NamedTuple or dict of arrays with the same n gives the same kind of batches.
        From any other object, a list say, the samples ``dataset[i]`` with integer i are stacked:
        numbers and arrays to one array, tuples or dicts of them to a tuple or dict of arrays.
    batch_size : int
        Samples in a batch; the last batch of an epoch has what remains.
    shuffle : bool
        Whether every epoch has an order of its own.
    seed : int, optional
        Where the orders come from, not negative.  Without it one is drawn; see ``.seed``.
    drop_last : bool
        Leave out the last batch if it is smaller than the others.
    transform : callable, optional
        Called with the images of a whole batch: the batch if it is one array, its first part if
        it is a tuple or dict.  What it returns takes their place.  If it has a parameter named
        ``rng``, as `Compose` and all augmentations have, it is given a numpy Generator there.
    collate_fn : callable, optional
        Makes a batch of a list of samples, in the place of stacking: to pad texts, say.
    prefetch : int
        Batches that a thread prepares while the last one is used; 0 for no thread.  Batches cut
        out of arrays without transform need none: that takes less time than handing them over.

    Attributes
    ----------
    samples : int
        How many there are.  ``len(loader)`` is the number of batches, ``len(dataset)`` for a tuple
        that of its arrays.
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
        transform: Callable | None = None,
        collate_fn: Callable[[list], Any] | None = None,
        prefetch: int = 2,
        **options,
    ):
        missing.refuse("DataLoader", options)
        self.samples = count(dataset)
        self.dataset = dataset
        self.batch_size = _whole_number("batch_size", batch_size, least=1)
        self.shuffle = shuffle
        if seed is None:
            seed = int(np.random.default_rng().integers(2**32))
        self.seed = _whole_number("seed", seed, least=0)
        self.drop_last = drop_last
        for name, f in (("transform", transform), ("collate_fn", collate_fn)):
            if f is not None and not callable(f):
                raise DtypeError(f"DataLoader: {name} must be callable, got {type(f).__name__}")
        self.transform = transform
        self.collate_fn = collate_fn
        self.prefetch = _whole_number("prefetch", prefetch, least=0)
        self._next = (0, 0)  # the epoch of the next loop, and the batch it begins with
        self._latest: list[int] | None = None  # the same of the loop that runs or last ran
        if len(self) == 0:
            raise ValueRangeError(
                f"DataLoader: batch_size={self.batch_size} with drop_last=True leaves no batch of "
                f"{self.samples} samples. Choose a batch_size of at most {self.samples}, or "
                "drop_last=False."
            )

    def __repr__(self):
        order = f"shuffled with seed {self.seed}" if self.shuffle else "in order"
        return f"DataLoader({self.samples:,} samples {order}, {len(self):,} batches)"

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        whole, rest = divmod(self.samples, self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    @property
    def epoch(self) -> int:
        """The number of the epoch that the next ``for`` loop will be."""
        return self._next[0]

    @epoch.setter
    def epoch(self, k: int):
        self._next, self._latest = (_whole_number("epoch", k, least=0), 0), None

    def order(self, epoch: int) -> np.ndarray:
        """The indices of the samples in the order of this epoch: int64, shape (n,)."""
        epoch = _whole_number("epoch", epoch, least=0)
        if not self.shuffle:
            return np.arange(self.samples)
        return np.random.default_rng([self.seed, epoch]).permutation(self.samples)

    def state_dict(self) -> dict[str, int]:
        """Where the loader is, in plain numbers; `load_state_dict` goes on from there.

        In the body of a loop, or after one that was left early: the epoch of that loop, and the
        batch after the last one it was given.  Batches prepared ahead do not count.
        """
        epoch, batch = self._latest or self._next
        if batch == len(self):
            epoch, batch = epoch + 1, 0
        return {"epoch": epoch, "batch": batch, **self._settings()}

    def load_state_dict(self, state: dict[str, int]) -> "DataLoader":
        """Go on where `state_dict` was taken: the next loop begins with that batch.

        The seed is taken over.  Returns the loader.

        Raises
        ------
        ValueRangeError
            If something is missing, or the loader it was taken from had another number of
            samples or other options: its batches would not be these.
        """
        mine = self._settings()
        if missing := [name for name in ("epoch", "batch", *mine) if name not in state]:
            raise ValueRangeError(
                f"DataLoader: the state lacks {', '.join(missing)}. Pass what state_dict() returned"
            )
        other = [name for name in mine if name != "seed" and mine[name] != state[name]]
        if other:
            raise ValueRangeError(
                "DataLoader: the state is of a loader with "
                + ", ".join(f"{name}={state[name]} (here {mine[name]})" for name in other)
                + ". Make this loader with the same data and options; to begin a new epoch "
                f"instead, set loader.epoch = {state['epoch']}."
            )
        seed, epoch, batch = (
            _whole_number(name, state[name], least=0) for name in ("seed", "epoch", "batch")
        )
        if batch >= len(self):
            raise ValueRangeError(f"DataLoader: the state is at batch {batch} of {len(self)}")
        self.seed, self._next, self._latest = seed, (epoch, batch), None
        return self

    def _settings(self):
        return {
            "seed": self.seed,
            "samples": self.samples,
            "batch_size": self.batch_size,
            "shuffle": int(self.shuffle),
            "drop_last": int(self.drop_last),
        }

    def __iter__(self) -> Iterator[Any]:
        # Not itself a generator: the epoch counts from the `for`, not from its first batch.
        epoch, start = self._next
        self._next = (epoch + 1, 0)
        self._latest = [epoch, start]
        return self._batches(self.order(epoch), self._latest)

    def _batches(self, order, position):
        epoch, start = position
        seed, size = self.seed, self.batch_size
        plain = self.transform is None and self._is_sliced()

        def make(k):
            rows = order[k * size : (k + 1) * size]
            if plain:
                return self._batch(rows)
            sequence = np.random.SeedSequence([seed, epoch], spawn_key=(k,))
            with init.drawing_from(np.random.default_rng(sequence)):
                return self._batch(rows)

        keys = range(start, len(self))
        idle = self.prefetch == 0 or plain
        for batch in (make(k) for k in keys) if idle else Prefetch(make, keys, self.prefetch):
            position[1] += 1
            yield batch

    def _is_sliced(self):
        """Whether batches are cut out of arrays in memory."""
        parts = self.dataset
        parts = parts.values() if isinstance(parts, dict) else parts
        parts = parts if isinstance(self.dataset, (tuple, dict)) else (parts,)
        return self.collate_fn is None and all(
            isinstance(part, np.ndarray) and not isinstance(part, np.memmap) for part in parts
        )

    def _batch(self, rows):
        data = self.dataset
        if self.collate_fn is not None:
            batch = self.collate_fn([_sample(data, i) for i in rows.tolist()])
        elif isinstance(data, np.ndarray):
            batch = rows_of(data, rows)
        elif isinstance(data, tuple):
            batch = tuple_like(data, [rows_of(part, rows) for part in data])
        elif isinstance(data, dict):
            batch = {name: rows_of(part, rows) for name, part in data.items()}
        else:
            batch = collate([data[i] for i in rows.tolist()], rows)
        return batch if self.transform is None else self._transformed(batch)

    def _transformed(self, batch):
        """The batch with its images, the first part, transformed."""
        images = first_part(batch)
        if self.collate_fn is None:
            images.flags.writeable = True  # new memory, so a transform may work in place
        images = taken_over(apply(self.transform, images, init.generator()))
        if isinstance(batch, dict):
            return {**batch, next(iter(batch)): images}
        return tuple_like(batch, [images, *batch[1:]]) if isinstance(batch, tuple) else images


def _sample(data, i):
    if isinstance(data, tuple):
        return tuple_like(data, [part[i] for part in data])
    return {k: part[i] for k, part in data.items()} if isinstance(data, dict) else data[i]


def _whole_number(name: str, value, least: int) -> int:
    if isinstance(value, (bool, np.bool)) or not hasattr(value, "__index__"):
        raise DtypeError(
            f"DataLoader: {name} must be an int, got {value!r} of type {type(value).__name__}"
        )
    try:
        value = operator.index(value)
    except TypeError:  # an array of several numbers, or of floats
        raise DtypeError(f"DataLoader: {name} must be an int, got {value!r}") from None
    if value < least:
        raise ValueRangeError(f"DataLoader: {name} must be {least} or more, got {value}")
    return value
