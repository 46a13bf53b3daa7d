"""Text from files or that comes with Python; characters as numbers; streams of them."""

import importlib
import inspect
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from autograd.errors import DtypeError, IndexRangeError, ShapeError, ValueRangeError
from nn.data.errors import DataError

PACKAGES = ("asyncio", "ctypes", "email", "tkinter", "unittest", "xml")


class Vocabulary:
    """The characters of a text and their numbers, in the order of their code.

    Parameters
    ----------
    text : str or iterable of str
        Every character in it gets an id, from ``first`` on.
    first : int
        Ids below are left for other uses: padding, start, stop.

    Examples
    --------
    >>> letters = Vocabulary("banana")
    >>> letters.encode("nab"), letters.decode([1, 0])
    (array([2, 0, 1]), 'ba')
    """

    def __init__(self, text: str | Iterable[str], first: int = 0):
        characters = set(text) if isinstance(text, str) else set().union(*map(set, text))
        if not characters:
            raise ValueRangeError("Vocabulary: the text is empty")
        self.first, self.characters = first, sorted(characters)
        self.ids = {c: k + first for k, c in enumerate(self.characters)}

    def __len__(self) -> int:
        """How many ids there are, the first ones too."""
        return self.first + len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """The ids of the characters: int64, (n,)."""
        try:
            return np.array([self.ids[c] for c in text], np.int64)
        except KeyError as e:
            raise ValueRangeError(
                f"Vocabulary: the character {e.args[0]!r} is not among the {len(self.characters)} "
                f"known ones: {''.join(self.characters)[:80]!r}"
            ) from None

    def decode(self, ids) -> str:
        """The text of these ids; ids below ``first`` have no character and are left out."""
        ids = np.asarray(ids)
        if ids.size and ids.dtype.kind not in "iu":
            raise DtypeError(f"Vocabulary: ids must be integers, got {ids.dtype}")
        if ids.size and (ids.min() < 0 or ids.max() >= len(self)):
            bad = ids[(ids < 0) | (ids >= len(self))].flat[0]
            raise IndexRangeError(f"Vocabulary: id {bad} is not between 0 and {len(self) - 1}")
        return "".join(self.characters[k - self.first] for k in ids.ravel() if k >= self.first)


def shakespeare(root: str | os.PathLike | None = None, verbose: bool = True) -> str:
    """The plays of Shakespeare in one text, a million characters; else prose that Python brings.

    Taken from ``tinyshakespeare.txt`` in the folder ``root`` or ``$CHALKGRAD_DATA``, or their
    folder ``text``.  Where there is none, it is the reference of the Python language, half a
    million characters, which comes with every Python (`pydoc_data.topics`).

    Parameters
    ----------
    root : path, optional
        The folder to take it from, and no other place.
    verbose : bool
        Print where it comes from.

    Raises
    ------
    DataError
        ``root`` has no such file.

    Notes
    -----
    The file is the one of A. Karpathy, "The unreasonable effectiveness of recurrent neural
    networks", 2015.
    """
    path = _found("tinyshakespeare.txt", root)
    text = _read(path) if path else _reference_of_python()
    _say(verbose, "shakespeare", f"{len(text):,} characters", path, "the reference of Python")
    return text


def names(root: str | os.PathLike | None = None, verbose: bool = True) -> list[str]:
    """First names, 32,000 of them in lower case; else the names of Python's standard library.

    Taken from ``names.txt``, one a line, as `shakespeare` is; without it they are the public names
    of functions and classes in modules of Python itself.
    """
    path = _found("names.txt", root)
    found = _read(path).split() if path else _names_of_python()
    if not found:
        raise DataError(f"names: {path} has no names. Write one on each line.")
    _say(verbose, "names", f"{len(found):,} names", path, "Python's standard library")
    return found


def snippets(packages=PACKAGES, length=128, per_package=400, seed=0):
    """Pieces of the source of packages of Python, to tell which of them each is from.

    Parameters
    ----------
    packages : sequence of str
        Packages of the standard library; their places are the labels.
    length : int
        Characters in a piece.
    per_package : int
        Pieces of each package for training; a quarter as many for the test, from other files, or 1.
    seed : int

    Returns
    -------
    train, test : (list of str, int64 (N,))
        Pieces in random order and their labels.

    Raises
    ------
    DataError
        This Python came without the sources of a package.
    """
    rng = np.random.default_rng(seed)
    parts: tuple[list, list] = ([], [])
    for label, package in enumerate(packages):
        folder = Path(os.__file__).parent / package
        files = sorted(p for p in folder.rglob("*.py") if "test" not in str(p.relative_to(folder)))
        texts = [t for t in (p.read_text("utf-8", errors="replace") for p in files) if t.strip()]
        texts = [texts[k] for k in rng.permutation(len(texts))]
        whole = sum(map(len, texts))
        held, kept = [], list(texts)
        while len(kept) > 1 and sum(map(len, held)) < whole / 5:
            held.append(kept.pop())
        for part, some, count in ((0, kept, per_package), (1, held, max(per_package // 4, 1))):
            text = "\n".join(some)
            if len(text) <= length:
                raise DataError(
                    f"snippets: this Python has too little source of {package!r} in {folder} "
                    f"({len(text)} characters). Choose other packages."
                )
            starts = rng.integers(0, len(text) - length, count)
            parts[part].extend((text[s : s + length], label) for s in starts)
    train, test = (_shuffled(part, rng) for part in parts)
    return train, test


def stream(ids, batch: int, steps: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """A long sequence cut for truncated backpropagation through time: pairs x, y of (T, N).

    The sequence is laid out in ``batch`` rows that are read side by side, ``steps`` at a time:
    each pair goes on where the one before it ended, so the state can be carried over (and must be
    detached).  ``y`` is ``x`` one step later.

    Examples
    --------
    >>> for x, y in stream(np.arange(9), batch=2, steps=2):
    ...     print(x.T.tolist(), y.T.tolist())
    [[0, 1], [4, 5]] [[1, 2], [5, 6]]
    [[2, 3], [6, 7]] [[3, 4], [7, 8]]
    """
    ids = np.asarray(ids)
    if ids.ndim != 1:
        raise ShapeError(f"stream: ids must be one sequence (n,), got {ids.shape}")
    for name, n in (("batch", batch), ("steps", steps)):
        if not hasattr(n, "__index__") or n < 1:
            raise DtypeError(f"stream: {name} must be a positive integer, got {n!r}")
    width = (len(ids) - 1) // batch
    if width < 1:
        raise ValueRangeError(
            f"stream: {len(ids)} ids are too few for {batch} rows; take at most {len(ids) - 1}"
        )
    x = ids[: batch * width].reshape(batch, width).T
    y = ids[1 : batch * width + 1].reshape(batch, width).T
    for start in range(0, width, steps):
        yield x[start : start + steps], y[start : start + steps]


def _found(name, root) -> Path | None:
    folders = [root] if root is not None else [os.environ.get("CHALKGRAD_DATA")]
    for folder in filter(None, folders):
        folder = Path(folder).expanduser()
        for path in (folder / name, folder / "text" / name):
            if path.is_file():
                return path
    if root is not None:
        raise DataError(f"there is no {name} in {root}, nor in its folder 'text'")
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as e:
        raise DataError(f"{path} is no text in UTF-8: {e}") from e


def _say(verbose, what, how_many, path, instead):
    if verbose:
        print(f"{what}: {how_many} from {path or instead}")


def _reference_of_python() -> str:
    try:
        from pydoc_data.topics import topics
    except ImportError:  # some systems leave it out
        docs = (inspect.getdoc(v) for m in _modules() for v in vars(m).values() if callable(v))
        return "\n".join(filter(None, docs))
    return "".join(c for c in "\n".join(topics.values()) if c.isascii())


def _names_of_python() -> list[str]:
    found = set(sys.stdlib_module_names)
    for module in _modules():
        for name, value in vars(module).items():
            found.add(name)
            if inspect.isclass(value):
                found.update(vars(value))
    return sorted({n.lower() for n in found if n.isascii() and n.isalpha() and len(n) > 2})


def _modules():
    """Large modules of every Python."""
    names = (
        "argparse asyncio builtins collections inspect logging os pathlib socket string unittest"
    )
    return [importlib.import_module(name) for name in names.split()]


def _shuffled(part, rng):
    part = [part[k] for k in rng.permutation(len(part))]
    return [text for text, _ in part], np.array([label for _, label in part], np.int64)
