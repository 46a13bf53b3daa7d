"""Parameters on disk: .npz files of plain arrays, never pickles."""

from collections.abc import Mapping

import numpy as np

from autograd import Tensor
from autograd.errors import AutogradError, DtypeError, ValueRangeError
from autograd.files import replacing
from nn.module import Module
from nn.nesting import TREE, as_array, pack, unpack


class StorageError(AutogradError, RuntimeError):
    """A file that cannot be read as saved parameters."""


def save(what, path):
    """Write a module's state, a dict of arrays, or a nesting, as ``path`` (.npz).

    Written to a temporary file beside it and renamed: after a crash the old file is whole.

    Parameters
    ----------
    what : Module or dict
        The values of a dict are arrays, numbers, texts, None, or lists, tuples and dicts of these:
        ``save({"model": m.state_dict(), "optimizer": o.state_dict(), "epoch": 3}, path)``.
    path : path_like
        Its name ends in .npz.

    Raises
    ------
    ValueRangeError
        The path does not end in .npz, or a value is something else.
    DtypeError
        The path is none: a module, or what is to be saved.  That is neither module nor dict, or
        has an array that is more than its numbers, a masked one say.
    """
    from os import PathLike
    from pathlib import Path  # here, so that `import nn` stays quick

    if not isinstance(path, (str, PathLike)):
        raise DtypeError(
            f"save: the path comes last: nn.save(model, path); got {type(path).__name__} for it"
        )
    if not isinstance(what, (Module, Mapping)):
        raise DtypeError(
            f"save: expected a module or a dict of arrays by name, got {type(what).__name__}"
        )
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueRangeError(f"save: the path must end in .npz, got {str(path)!r}")
    state = what.state_dict() if isinstance(what, Module) else dict(what)
    alike = all(isinstance(v, (np.ndarray, np.generic, Tensor)) for v in state.values())
    if alike and TREE not in state:
        write_arrays({k: as_array(v, k) for k, v in state.items()}, path)
    else:
        write_arrays(pack(state), path)


def write_arrays(arrays: dict[str, np.ndarray], path):
    """Write arrays by name as a .npz file, which `arrays_in` reads."""
    import zipfile  # here, so that `import nn` stays quick

    form = np.lib.format
    for name, a in arrays.items():
        if not isinstance(name, str) or "\0" in name:  # zip files end names there
            raise ValueRangeError(f"save: names must be texts without \\0, got {name!r}")
        if a.dtype.hasobject:
            raise ValueRangeError(f"save: {name!r} is no array of numbers, but {a.dtype}")
        if form.descr_to_dtype(form.dtype_to_descr(a.dtype)) != a.dtype:  # bfloat16, say
            raise ValueRangeError(
                f"save: {name!r} is of dtype {a.dtype}, which .npz files have not; save it as "
                "float32: a.astype(np.float32)"
            )
    # np.savez does the same, but has arguments of its own that names may collide with
    with replacing(path) as file, zipfile.ZipFile(file, "w") as members:
        for name, a in arrays.items():
            with members.open(f"{name}.npy", "w", force_zip64=True) as member:
                form.write_array(member, a, allow_pickle=False)


def load(path, into=None):
    """Read a .npz file: what `save` was given, or ``into``, a module that takes its arrays over.

    Raises
    ------
    StorageError
        The file is not there, is truncated, or holds anything but arrays.
    DtypeError
        A module stands where the path belongs.
    """
    if isinstance(path, Module):
        raise DtypeError("load: the path comes first: nn.load(path, into=model)")
    state = arrays_in(path)
    if TREE in state:
        try:
            state = unpack(state)
        except Exception as e:  # whatever a text that `save` did not write leads to
            raise StorageError(f"load: {str(path)!r} was not written by save ({e})") from e
    return state if into is None else into.load_state_dict(state)


def arrays_in(path) -> dict[str, np.ndarray]:
    """The arrays of a .npz file by name."""
    from pathlib import Path  # here, so that `import nn` stays quick

    path = Path(path)
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            # by the members' whole names: arrays["w.npy"] is that of "w" where there are both
            found = {name.removesuffix(".npy"): arrays[name] for name in arrays.zip.namelist()}
    except FileNotFoundError:
        raise StorageError(f"load: there is no file {str(path)!r}") from None
    except MemoryError:
        raise
    except Exception as e:  # zipfile and zlib have many ways to say that a file is damaged
        raise StorageError(f"load: {str(path)!r} is not a whole .npz file of arrays ({e})") from e
    if not all(isinstance(a, np.ndarray) for a in found.values()):  # any other zip file
        raise StorageError(
            f"load: {str(path)!r} is not a .npz file of arrays; nn.load_torch reads PyTorch's files"
        )
    return found
