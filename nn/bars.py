"""Bars that show how far something is, where tqdm is installed; without it there are none."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any


def bar(steps: Iterable[Any], title: str, shown: bool, **options: Any) -> Iterable[Any]:
    """The steps, behind a bar if it is to be shown; ``options`` are tqdm's."""
    found = moved_by_hand(title, shown, iterable=steps, **options)
    return steps if found is None else found


@contextmanager
def counter(title: str, shown: bool, **options: Any) -> Iterator[Callable[[int], Any]]:
    """A function to be told how many are done by now; it moves the bar."""
    found = moved_by_hand(title, shown, **options)
    if found is None:
        yield lambda done: None
        return
    with found:
        yield lambda done: found.update(max(done - found.n, 0))


def moved_by_hand(title: str, shown: bool, **options: Any) -> Any:
    """A bar of tqdm's, or None; on stdout, because notebooks show stderr in red."""
    if not shown or sys.stdout is None:  # a program without a console
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(desc=title, **{"file": sys.stdout, "mininterval": 0.3, **options})
