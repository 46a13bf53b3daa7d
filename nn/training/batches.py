"""A loader as the trainer needs it: set to any batch of any epoch, and back where it was."""

import copy
from itertools import islice

import numpy as np

from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.data.loader import DataLoader

ARRAYS = (np.ndarray, Tensor)


class Batches:
    """Epoch by epoch through a loader: a DataLoader, or anything a ``for`` loop takes twice.

    The trainer's count of epochs and batches decides where it stands, not who looked at the loader
    in between.  A loader with a ``state_dict`` (see `nn.data.DataLoader`) is set there; of any
    other the first batches are skipped, and its ``epoch``, if it has one, is set.
    """

    def __init__(self, loader, inputs=1):
        if not hasattr(loader, "__iter__"):
            raise DtypeError(
                f"Trainer: expected a loader of batches, got {type(loader).__name__}. Pass an "
                "nn.data.DataLoader, or a list of (inputs, targets)."
            )
        if isinstance(loader, ARRAYS) or (
            isinstance(loader, tuple) and all(isinstance(a, ARRAYS) for a in loader)
        ):
            raise DtypeError(
                f"Trainer: expected a loader of batches, got the data themselves, a "
                f"{type(loader).__name__}. Pass nn.data.DataLoader(data, batch_size=64, "
                "shuffle=True)."
            )
        if hasattr(loader, "__next__") and iter(loader) is loader:
            raise DtypeError(
                f"Trainer: a {type(loader).__name__} gives its batches only once. Pass an "
                "nn.data.DataLoader, or a list of batches."
            )
        self.loader, self.inputs = loader, inputs

    def __len__(self):
        return len(self.loader)

    def known_length(self):
        """The number of batches in an epoch, or None."""
        return len(self.loader) if hasattr(self.loader, "__len__") else None

    def start_at(self, epoch, batch):
        """An iterator over the batches of an epoch, from this one on."""
        if hasattr(self.loader, "load_state_dict"):
            if batch >= len(self.loader):  # all are done, and what comes after was interrupted
                return iter(())
            self.loader.load_state_dict(
                {**self.loader.state_dict(), "epoch": epoch, "batch": batch}
            )
            return iter(self.loader)
        if hasattr(self.loader, "epoch"):
            self.loader.epoch = epoch
        return islice(self.loader, batch, None)

    def to_look_at(self):
        """An iterator over the batches of epoch 0 that leaves a DataLoader where it stands."""
        loader = copy.copy(self.loader) if isinstance(self.loader, DataLoader) else self.loader
        return Batches(loader, self.inputs).start_at(0, 0)

    @property
    def seed(self):
        """What a loader's random numbers come from, or None where it does not say."""
        return getattr(self.loader, "seed", None)

    @seed.setter
    def seed(self, seed):
        if seed is not None and self.seed is not None:
            self.loader.seed = seed

    def state_dict(self):
        """What a loader with a state says about itself: its seed and its data's size."""
        return dict(self.loader.state_dict()) if hasattr(self.loader, "state_dict") else None

    def load_state_dict(self, state):
        """Take over a loader's seed; raise if its data or options are others."""
        if state is not None and hasattr(self.loader, "load_state_dict"):
            self.loader.load_state_dict({**state, "batch": 0})

    def parts(self, batch):
        """(inputs, target, number of samples) of a batch.

        A single array is its own target.  Of a tuple the first ``inputs`` go to the model; the
        others are the target, a tuple if there are several.  Samples lie along the first axis, or
        along the second of sequences (T, N, ...), where the target is as long as that.
        """
        if isinstance(batch, dict):
            raise DtypeError(
                f"Trainer: a batch is a dict with {sorted(batch)}; expected a tuple (inputs, "
                "targets). Give the data as a tuple."
            )
        if not isinstance(batch, (tuple, list)):
            return (batch,), batch, _samples(batch)
        if len(batch) <= self.inputs:
            raise ValueRangeError(
                f"Trainer: a batch of {len(batch)} arrays has no target beside its {self.inputs} "
                "inputs. Give (inputs, targets), or set inputs=."
            )
        target = tuple(batch[self.inputs :])
        target = target if len(target) > 1 else target[0]
        return tuple(batch[: self.inputs]), target, _samples(batch[0], batch[self.inputs])


def _samples(array, target=None):
    if not getattr(array, "shape", ()):
        raise ShapeError(
            f"Trainer: expected batches of arrays (N, ...), got {type(array).__name__} without "
            "samples along a first axis"
        )
    if not len(array):
        raise ShapeError("Trainer: a batch holds no samples")
    first, second = (*array.shape, 0)[:2]
    of_target = getattr(target, "shape", ())[:1]
    return second if of_target == (second,) and second else first
