"""The IDX format of MNIST and its kin: a magic number, the sizes of the axes, then the bytes."""

import math
from pathlib import Path

import numpy as np

from nn.data.errors import DataError


def unpack(content: bytes, source: str | Path) -> bytes:
    """The content of a file called ``source``, decompressed if that ends in ``.gz``.

    Raises
    ------
    DataError
        If it should be a gzip file, and is none or only a part of one.
    """
    if not str(source).endswith(".gz"):
        return content
    import gzip
    import zlib

    try:
        return gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"unpack: {source} is damaged: {error} ({len(content):,} bytes). Expected a whole gzip "
            "file: download it again, or if it is not compressed, drop the .gz from its name."
        ) from error


def parse(content: bytes, ndim: int, source: str | Path) -> np.ndarray:
    """The array in the content of an IDX file called ``source``: read-only uint8, ``ndim`` axes.

    The format is that of section "File formats" of LeCun, Cortes and Burges, "The MNIST database
    of handwritten digits".

    Raises
    ------
    DataError
        If the magic number is not that of unsigned bytes in ``ndim`` dimensions, or if there are
        more or fewer bytes than the sizes of the axes say.
    """
    magic = bytes([0, 0, 0x08, ndim])  # 0x08: unsigned bytes
    start = 4 + 4 * ndim
    if content[:4] != magic or len(content) < start:
        raise DataError(
            f"parse: {source} begins with the bytes [{content[:start].hex(' ')}], expected "
            f"[{magic.hex(' ')}] and {ndim} sizes of 4 bytes: an IDX file of unsigned bytes with "
            f"{ndim} axes. Check that it is the right file, that images and labels are not "
            "swapped, and that it is unpacked if its name does not end in .gz."
        )
    shape = tuple(int.from_bytes(content[k : k + 4], "big") for k in range(4, start, 4))
    expected = start + math.prod(shape)
    if len(content) != expected:
        raise DataError(
            f"parse: {source} holds {len(content):,} bytes, expected {expected:,}: a header of "
            f"{start} and an array of shape {shape}. Download it again, or copy it again."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
