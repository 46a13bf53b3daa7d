"""Checkpoints: the state of a run as .npz files, of which the last few are kept."""

import contextlib
import re
import warnings
from pathlib import Path

from nn.functional.checks import positive_int
from nn.nesting import pack, unpack
from nn.storage import StorageError, arrays_in, write_arrays


class Checkpoints:
    """The checkpoints of a run in a folder: checkpoint-<step>.npz, the last ``keep`` of them.

    Each is written to a temporary file and renamed, so that a process killed at any moment leaves
    whole checkpoints only; none is removed before its successor is there.
    """

    def __init__(self, folder, keep=2):
        self.folder, self.keep = Path(folder), positive_int("Checkpoints", "keep", keep)

    def paths(self) -> list[Path]:
        """The checkpoints in the folder, oldest first."""
        found = [
            (int(m[1]), p)
            for p in self.folder.glob("checkpoint-*.npz")
            if (m := re.fullmatch(r"checkpoint-(\d+)\.npz", p.name))
        ]
        return [p for _, p in sorted(found)]

    def write(self, step: int, tree) -> Path:
        """Write the state after ``step`` steps; remove what is older than the last ``keep``.

        What is newer goes too: it is damaged, or of a course that the run has left.
        """
        path = self.folder / f"checkpoint-{step:08d}.npz"
        write_arrays(pack(tree), path)
        held = self.paths()
        newest = held.index(path)
        for other in (*held[: max(newest + 1 - self.keep, 0)], *held[newest + 1 :]):
            other.unlink()
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
        return unpack(arrays_in(path))
    except KeyError as e:
        raise StorageError(f"{str(path)!r} is no checkpoint: it lacks {e}.") from e
    except (TypeError, ValueError) as e:  # a text that is no JSON, or says something else
        raise StorageError(f"{str(path)!r} is no checkpoint ({e}).") from e
    except StorageError as e:
        raise StorageError(f"Checkpoint {str(path)!r} is damaged or cut off ({e}).") from e


def _is_whole(path):
    try:
        _read(path)
    except StorageError:
        return False
    return True
