"""Where the files of a known data set come from: a folder, this user's cache, or the web."""

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nn.data.collate import shapes
from nn.data.download import cache_folder, download, keep
from nn.data.errors import DataError
from nn.data.idx import unpack


class Images(NamedTuple):
    """Images, and what each of them shows."""

    images: np.ndarray
    """float32 in [0, 1]; shape (N, C, H, W)."""

    labels: np.ndarray
    """int64, the number of the class; shape (N,)."""

    def __repr__(self):
        return shapes(self)


def held_out(data, part):
    """``data``, a named tuple of arrays, without one example in ``part``, and these.

    Which ones is always the same; at least one is held out.
    """
    order = np.random.default_rng(0).permutation(len(data[0]))
    few, rest = np.split(order, [max(len(order) // part, 1)])
    return tuple(type(data)(*(a[k] for a in data)) for k in (rest, few))


@dataclass(frozen=True)
class Source:
    """A data set as a few files with known names and sums.

    With ``suffix`` .gz, files are compressed at ``address`` and may be so elsewhere, and ``md5``
    has the sums of the unpacked bytes: the same file compressed elsewhere has another one.
    """

    name: str  # of the function that loads it, and of its folder in the cache
    address: str
    md5: dict[str, str]
    folders: tuple[str, ...]  # where in a folder of data sets the files may lie
    suffix: str = ""
    shares_names: bool = False  # with another set: then $CHALKGRAD_DATA itself may hold that one

    @property
    def files(self) -> str:
        """The names of the files, for a message."""
        return ", ".join(f"{name}{self.suffix}" for name in self.md5)

    @property
    def cache(self) -> Path:
        """The folder in this user's cache."""
        return cache_folder(self.name)

    def from_folder(self, root: str | os.PathLike | None) -> list[Path] | None:
        """The files in ``root``, or in the folder that ``$CHALKGRAD_DATA`` names if it has them.

        Raises
        ------
        DataError
            If ``root`` is given and lacks a file.
        """
        if root is not None:
            files = self._find(Path(root).expanduser())
            if files is None:
                raise DataError(
                    f"{self.name}: found no files of it in root={os.fspath(root)!r}. Expected "
                    f"there, or in {' or '.join(f'{f}/' for f in self.folders)} of it, all of "
                    f"{', '.join(self.md5)}{', each as it is or as .gz' if self.suffix else ''}. "
                    "Put them there, or leave out root to have them downloaded."
                )
            return files
        named = os.environ.get("CHALKGRAD_DATA")
        return self._find(Path(named).expanduser(), itself=not self.shares_names) if named else None

    def from_cache_or_web(self, verbose: bool) -> tuple[list[bytes], str]:
        """The true contents, and in words where from.  What is downloaded is kept in the cache.

        Raises
        ------
        OSError
            If something is not in the cache, and the web does not answer.
        DataError
            If a download breaks off or is not what it should be.
        """
        contents, source = [], str(self.cache)
        for name in self.md5:
            content = self._from_cache(name, verbose)
            if content is None:
                address = f"{self.address}{name}{self.suffix}"
                packed = download(address, progress=verbose)
                content = self._verified(self._unpacked(packed, address), address, name)
                source = f"{self.address}, kept in {self.cache}"
                try:
                    keep(packed, self.cache / f"{name}{self.suffix}")
                except OSError as error:  # a home that is read-only or full; the data are here
                    source = f"{self.address}, but not kept: {error}"
            contents.append(content)
        return contents, source

    def load(self, root: str | os.PathLike | None, verbose: bool) -> tuple[list[bytes], str]:
        """The contents of the files from the first place that has them, and that place.

        Raises
        ------
        DataError
            If no place has them, or a file is not what it should be.
        """
        files = self.from_folder(root)
        if files is not None:
            return [self.content(path) for path in files], str(files[0].parent)
        try:
            return self.from_cache_or_web(verbose)
        except OSError as error:
            raise DataError(self.nowhere(error)) from error

    def nowhere(self, error: OSError) -> str:
        """The message that it was not found, and how to get it by hand."""
        return (
            f"{self.name}: found no data: neither {self.cache} nor {self.address} gave them "
            f"({error}). Download from that address {self.files} and put that into that folder, "
            "or into one that root= or $CHALKGRAD_DATA names."
        )

    def _find(self, root: Path, itself: bool = True) -> list[Path] | None:
        for folder in [root] * itself + [root / name for name in self.folders]:
            files = [path for name in self.md5 for path in self._present(folder, name)[:1]]
            if len(files) == len(self.md5):
                return files
        return None

    def _present(self, folder: Path, name: str) -> list[Path]:
        """The files of this name, the one that is faster to read first."""
        names = dict.fromkeys((name, f"{name}{self.suffix}"))
        return [path for path in (folder / n for n in names) if path.is_file()]

    def _from_cache(self, name: str, verbose: bool) -> bytes | None:
        """The content of one file.  A file that is not what it should be is removed."""
        for path in self._present(self.cache, name):
            try:
                return self._verified(self.content(path), path, name)
            except DataError as error:
                if verbose:
                    print(f"{self.name}: removed a wrong file from the cache. {error}")
                with contextlib.suppress(OSError):
                    path.unlink()
        return None

    def content(self, path: Path) -> bytes:
        """The bytes of one file, unpacked if it is a compressed one."""
        return self._unpacked(path.read_bytes(), path)

    def _unpacked(self, content, source):
        return unpack(content, source) if self.suffix else content

    def _verified(self, content: bytes, source: str | Path, name: str) -> bytes:
        """The unpacked content, if its sum is right."""
        found = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if found != self.md5[name]:
            raise DataError(
                f"{self.name}: {source} has{', unpacked,' * bool(self.suffix)} {len(content):,} "
                f"bytes with md5 {found}, expected md5 {self.md5[name]}. It is not the right file: "
                "download it again, and see that no proxy or login page answers in its place. "
                "Files of your own go into a folder given as root=."
            )
        return content
