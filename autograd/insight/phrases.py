"""Pieces of the sentences of `explain`."""

from decimal import Decimal

import numpy as np

from autograd import wording
from autograd.cotangents import same
from autograd.insight.finite import LISTED

IN_FULL = 10**15  # above that only the magnitude of a count is said
MOST_STEPS = 12  # of a path that are written out


def joined(words, sign) -> str:
    """Words with a sign between them; of many, the first and the last."""
    half = MOST_STEPS // 2
    return sign.join(words if len(words) <= MOST_STEPS else [*words[:half], "...", *words[-half:]])


def shown(v) -> str:
    """An array in full if small, else its shape and norm."""
    if np.size(v) == 1 and np.shape(v) == ():
        return wording.number(v, 6)
    if wording.small(v):
        return wording.array(v)
    return f"an array {list(np.shape(v))} of norm {wording.norm(v):.4g}"


def count(n: Decimal) -> str:
    """``1,024``; ``about 10^3010`` of what grows exponentially."""
    return f"{n:,}" if n < IN_FULL else f"about 10^{n.log10():.0f}"


def times(held, g) -> int:
    """The whole number that ``held`` is ``g`` times, 0 if there is none."""
    at = np.argmax(np.abs(g))
    with np.errstate(all="ignore"):
        ratio = np.ravel(held)[at] / np.ravel(g)[at]
        n = round(ratio.real) if np.isfinite(ratio) else 0
        return n if same(held, n * np.asarray(g)) else 0


def extent(g) -> str:
    """`` in all 6 elements``, of an array."""
    return f" in all {np.size(g):,} elements" if np.size(g) > 1 else ""


def places(bad) -> str:
    """The first few indices where an array of bools is true, and how many."""
    found = [str([int(i) for i in at]) for at in np.argwhere(bad)[:LISTED]]
    more = ", ..." if bad.sum() > len(found) else ""
    return f"{', '.join(found)}{more} ({int(bad.sum()):,} of {bad.size:,} elements)"


def at_line(line) -> str:
    """A source line in parentheses, if it is known."""
    return f" ({line})" if line else ""


def capital(text: str) -> str:
    """A sentence begins with a capital, unless it begins with the name of an operation."""
    return text[:1].upper() + text[1:] if text.startswith(("the ", "what ")) else text
