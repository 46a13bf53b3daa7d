"""Checkpoints: nestings of arrays and plain values as .npz files; the last few are kept."""

import contextlib
import json
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from autograd.errors import ValueRangeError
from nn.storage import StorageError, load, save

TREE = "tree.json"  # the name of the array that holds everything that is no array, as JSON


def pack(tree) -> dict[str, np.ndarray]:
    """A nesting of dicts, lists, tuples, arrays and plain values as a flat dict of arrays.

    Raises
    ------
    ValueRangeError
        Something else in it, a function say.

    Examples
    --------
    >>> sorted(pack({"step": 3, "model": {"weight": np.ones(2)}}))
    ['model/weight', 'tree.json']
    """
    arrays: dict[str, np.ndarray] = {}

    def plain(v, path):
        if isinstance(v, (np.ndarray, np.generic)):
            arrays[path] = np.asarray(v)
            return {"array": path}
        if isinstance(v, dict):
            return {
                "dict": [[k, plain(x, f"{path}/{k}" if path else str(k))] for k, x in v.items()]
            }
        if isinstance(v, (list, tuple)):
            kind = "list" if isinstance(v, list) else "tuple"
            return {kind: [plain(x, f"{path}/{k}") for k, x in enumerate(v)]}
        if v is None or isinstance(v, (bool, int, float, str)):
            return v
        raise ValueRangeError(
            f"checkpoint: {path!r} is of type {type(v).__name__}, expected arrays, numbers, texts "
            "or nestings of them"
        )

    text = json.dumps(plain(tree, ""))
    return {**arrays, TREE: np.frombuffer(text.encode(), np.uint8)}


def unpack(arrays) -> Any:
    """What `pack` was given."""

    def whole(v):
        if not isinstance(v, dict):
            return v
        (kind, of), *_ = v.items()
        if kind == "array":
            return arrays[of]
        if kind == "dict":
            return {k: whole(x) for k, x in of}
        return [whole(x) for x in of] if kind == "list" else tuple(map(whole, of))

    return whole(json.loads(bytes(arrays[TREE])))


class Checkpoints:
    """The checkpoints of a run in a folder: checkpoint-<step>.npz, the last ``keep`` of them.

    Each is written to a temporary file and renamed, so that a process killed at any moment leaves
    whole checkpoints only; none is removed before its successor is there.
    """

    def __init__(self, folder, keep=2):
        if isinstance(keep, bool) or not isinstance(keep, int) or keep < 1:
            raise ValueRangeError(f"Checkpoints: keep must be a positive int, got {keep!r}")
        self.folder, self.keep = Path(folder), keep

    def paths(self) -> list[Path]:
        """The checkpoints in the folder, oldest first."""
        found = [
            (int(m[1]), p)
            for p in self.folder.glob("checkpoint-*.npz")
            if (m := re.fullmatch(r"checkpoint-(\d+)\.npz", p.name))
        ]
        return [p for _, p in sorted(found)]

    def write(self, step: int, tree) -> Path:
        """Write the state after ``step`` steps; remove what is older than the last ``keep``."""
        path = self.folder / f"checkpoint-{step:08d}.npz"
        save(pack(tree), path)
        for old in self.paths()[: -self.keep]:
            old.unlink()
        return path

    def drop_unfinished(self):
        """Remove temporary files that a killed process has left."""
        for path in self.folder.glob("*.tmp"):
            with contextlib.suppress(OSError):
                path.unlink()

    def read(self, path):
        """The state in one file.

        Raises
        ------
        StorageError
            The file is damaged, or no checkpoint; the newest whole one before it is named.
        """
        try:
            return _read(path)
        except StorageError as e:
            whole = next(
                (p for p in reversed(self.paths()) if p < Path(path) and _is_whole(p)), None
            )
            hint = (
                f"The newest whole one before it is {str(whole)!r}."
                if whole
                else ("There is no whole one before it.")
            )
            raise StorageError(f"{e} {hint}") from e

    def read_latest(self):
        """(path, state) of the newest whole checkpoint, or None where there are none.

        Warns of damaged ones that were passed over.

        Raises
        ------
        StorageError
            There are checkpoints, and all are damaged.
        """
        damaged: list[str] = []
        for path in reversed(self.paths()):
            try:
                tree = _read(path)
            except StorageError as e:
                damaged.append(str(e))
                continue
            if damaged:
                warnings.warn(
                    f"{' '.join(damaged)} Going on from {str(path)!r}, the newest whole one.",
                    stacklevel=3,
                )
            return path, tree
        if damaged:
            raise StorageError(
                f"No whole checkpoint in {str(self.folder)!r}: {' '.join(damaged)} Start again in "
                "another folder."
            )
        return None


def _read(path):
    try:
        arrays = load(path)
        return unpack(arrays)
    except (KeyError, json.JSONDecodeError, UnicodeDecodeError) as e:
        raise StorageError(f"{str(path)!r} is no checkpoint: it lacks {e}.") from e
    except StorageError as e:
        raise StorageError(f"Checkpoint {str(path)!r} is damaged or cut off ({e}).") from e


def _is_whole(path):
    try:
        _read(path)
    except StorageError:
        return False
    return True
