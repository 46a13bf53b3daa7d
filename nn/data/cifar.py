"""CIFAR-10: 60,000 small photos of ten kinds of things."""

import io
import os

import numpy as np

from nn.data.errors import DataError
from nn.data.idx import unpack
from nn.data.pickles import Built, Named, read_pickle
from nn.data.sources import Images, Source

CIFAR10 = Source(
    "cifar10",
    "https://www.cs.toronto.edu/~kriz/",
    {"cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a"},
    folders=("cifar10", "cifar-10"),
)
CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
TRAIN = [f"cifar-10-batches-py/data_batch_{k}" for k in range(1, 6)]
TEST = ["cifar-10-batches-py/test_batch"]


def cifar10(root: str | os.PathLike | None = None, verbose: bool = True) -> tuple[Images, Images]:
    """CIFAR-10, photos of 32 by 32 pixels: ``train, test = cifar10()``.

    The archive ``cifar-10-python.tar.gz`` is taken from the first place that has it: ``root`` (or
    its ``cifar10/`` or ``cifar-10/``), ``$CHALKGRAD_DATA`` in the same way, the cache, the web
    (170 MB, which then stay in the cache).  The pickles in it are read by a machine that only
    builds arrays.

    Parameters
    ----------
    root : path, optional
        The folder to take it from, and no other place.
    verbose : bool
        Print where it comes from and how many images it has, and show the progress of a download.

    Returns
    -------
    train, test : Images
        50,000 and 10,000: ``images`` float32 in [0, 1] of shape (N, 3, 32, 32), ``labels`` int64
        of shape (N,), numbers in ``CIFAR10_CLASSES``.

    Raises
    ------
    DataError
        If ``root`` lacks the archive, it is damaged, or no place has it.

    Notes
    -----
    A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.

    Examples
    --------
    >>> train, test = cifar10()  # doctest: +SKIP
    cifar10: 50,000 + 10,000 images from ~/.cache/chalkgrad/cifar10
    """
    (archive,), source = CIFAR10.load(root, verbose)
    members = _members(archive, TRAIN + TEST)
    train, test = (
        _joined([_batch(members[name], name) for name in names]) for names in (TRAIN, TEST)
    )
    if verbose:
        print(f"cifar10: {len(train.labels):,} + {len(test.labels):,} images from {source}")
    return train, test


def _members(archive: bytes, names: list[str]) -> dict[str, bytes]:
    """The contents of these files of the archive; nothing is unpacked to disk."""
    import tarfile

    content = unpack(archive, *CIFAR10.md5)
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            return {name: tar.extractfile(name).read() for name in names}  # type: ignore[union-attr]
    except (KeyError, AttributeError, tarfile.TarError) as error:
        raise DataError(
            f"cifar10: the archive lacks a file or is damaged: {error}. Expected "
            f"{', '.join(names)}. Download cifar-10-python.tar.gz again."
        ) from error


def _batch(content: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Pixels uint8 (n, 3, 32, 32) and labels int64 (n,) of one pickled batch."""
    batch = read_pickle(content, f"cifar10: {name}", ARRAYS)
    # Python 3 pickles again as bytes the keys that it read with encoding="bytes".
    pixels, labels = (
        batch.get(key, batch.get(key.encode())) if isinstance(batch, dict) else None
        for key in ("data", "labels")
    )
    pixels = pixels.array if isinstance(pixels, _Array) else None
    if (
        pixels is None
        or pixels.ndim != 2
        or pixels.shape[1] != 3 * 32 * 32
        or not isinstance(labels, list)
        or len(labels) != len(pixels)
        or not all(type(k) is int and 0 <= k <= 9 for k in labels)
    ):
        raise DataError(
            f"cifar10: {name} is no batch of CIFAR-10. Expected 'data', bytes of shape (n, 3072), "
            "and 'labels', n integers from 0 to 9. Download cifar-10-python.tar.gz again."
        )
    return pixels.reshape(-1, 3, 32, 32), np.array(labels, np.int64)


def _joined(batches) -> Images:
    pixels, labels = zip(*batches, strict=True)
    images = np.concatenate(pixels).astype(np.float32)
    images /= 255
    return Images(images, np.concatenate(labels))


# --- what the pickles may build -----------------------------------------------------------------


class _Array(Built):
    """NumPy pickles an array as an empty one, and then its state."""

    array: np.ndarray | None = None

    def build(self, state):
        _, shape, _, fortran, content = state
        content = content.encode("latin-1") if isinstance(content, str) else content  # Python 2
        self.array = np.frombuffer(content, np.uint8).reshape(shape, order="F" if fortran else "C")


class _Bytes(Built):
    """A dtype: of the bytes that images are."""

    def build(self, state):
        """How bytes are ordered says nothing about single ones."""


def _uint8(code, *_):
    if code not in ("u1", "|u1", b"u1"):
        raise ValueError(f"pixels of dtype {code!r}" if isinstance(code, str) else "no dtype")
    return _Bytes()


ARRAYS = {
    "numpy.ndarray": None,
    "numpy.dtype": Named(_uint8),
    "numpy.core.multiarray._reconstruct": Named(lambda *_: _Array()),
    "numpy._core.multiarray._reconstruct": Named(lambda *_: _Array()),
    "_codecs.encode": Named(lambda text, _: text.encode("latin-1")),  # bytes, from Python 3
}
