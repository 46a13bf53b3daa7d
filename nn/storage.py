"""Parameters on disk: .npz files of plain arrays, never pickles."""

import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from autograd.errors import AutogradError, ValueRangeError
from nn.module import Module


class StorageError(AutogradError, RuntimeError):
    """A file that cannot be read as saved parameters."""


def save(what, path):
    """Write a module's state, or a dict of arrays, as ``path`` (.npz).

    Written to a temporary file beside it and renamed: after a crash the old file is whole.

    Raises
    ------
    ValueRangeError
        The path does not end in .npz, or a value is no array of numbers.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueRangeError(f"save: the path must end in .npz, got {str(path)!r}")
    state = what.state_dict() if isinstance(what, Module) else dict(what)
    arrays = {
        k: np.asarray(getattr(v, "data", v) if not isinstance(v, np.ndarray) else v)
        for k, v in state.items()
    }
    for name, a in arrays.items():
        if a.dtype.hasobject:
            raise ValueRangeError(f"save: {name!r} is no array of numbers, but {a.dtype}")
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(fd, "wb") as f:
            np.savez(f, **arrays)
            f.flush()
            os.fsync(f.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def load(path, into=None):
    """Read a .npz file: the dict of arrays, or ``into``, a module that takes them over.

    Raises
    ------
    StorageError
        The file is not there, is truncated, or holds anything but arrays.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            state = {name: arrays[name] for name in arrays.files}
    except FileNotFoundError:
        raise StorageError(f"load: there is no file {str(path)!r}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as e:
        raise StorageError(f"load: {str(path)!r} is not a whole .npz file of arrays ({e})") from e
    return state if into is None else into.load_state_dict(state)
