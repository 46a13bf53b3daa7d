"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any


@contextmanager
def replacing(path, mode="wb", **options) -> Iterator[IO[Any]]:
    """A file to write, which takes the place of ``path`` at the end; its folder is made.

    It is a temporary file beside ``path``, and renamed when its contents are on the disk: whatever
    goes wrong on the way, a crash of the machine too, ``path`` is what it was.  After an error the
    temporary file is removed; one that a killed process leaves ends in .tmp.  A symbolic link stays
    one: the file it points to is replaced.

    Parameters
    ----------
    path : path_like
    mode, **options
        As `open` takes them.

    Raises
    ------
    OSError
        It cannot be written there.

    Examples
    --------
    >>> with replacing("out/numbers.txt", "w") as file:  # doctest: +SKIP
    ...     file.write("1 2 3")
    """
    from pathlib import Path  # here, so that `import nn` stays quick

    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        with open(draft, mode, **options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
