"""Findings about nodes, to be drawn on them, whatever found them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograd.errors import DtypeError, ValueRangeError

GRAVEST = ("failed", "kink", "unchecked", "ok")  # words of an audit
SAID = {"failed": "derivative is wrong", "kink": "at a kink", "unchecked": "not checked", "ok": ""}
HOT, WARM = "20 % of the time or more", "5 % or more"  # colours of a profile


@dataclass
class Marks:
    """``of``: node -> what was found.  ``together``: of the findings in one box, what to draw.

    That is the name of a colour in `Theme.marks` ('' for none), a line in the box, and one in its
    tooltip.
    """

    of: dict
    together: Callable[[list], tuple[str, str, str]]


def marks_of(audit: Any, profile: Any) -> Marks | None:
    """The marks of a report of `autograd.audit`, or of an `autograd.profile`.

    Raises
    ------
    DtypeError
        It is no such report.
    ValueRangeError
        Both at once; or a word that is none of ok, failed, kink, unchecked.
    """
    if audit is not None and profile is not None:
        raise ValueRangeError("draw: audit= and profile= both colour the boxes; give one of them")
    if audit is not None:
        return _of_audit(audit)
    return None if profile is None else _of_profile(profile)


def _of_audit(report) -> Marks:
    status = getattr(report, "status", None)
    if not isinstance(status, dict):
        raise DtypeError(
            f"draw: audit= expects what autograd.audit(t) returns, got {type(report).__name__}"
        )
    for word in status.values():
        if word not in GRAVEST:
            raise ValueRangeError(f"draw: audit={word!r} is none of {', '.join(GRAVEST)}")

    def together(words):
        word = min(words, key=GRAVEST.index)
        n = words.count(word)
        several = f" ({n} of {len(words)})" if len(words) > 1 and word != "ok" else ""
        return word, f"{SAID[word]}{several}", f"audit: {word}"

    return Marks(status, together)


def _of_profile(profile) -> Marks:
    if not callable(getattr(profile, "nodes", None)):
        raise DtypeError(
            "draw: profile= expects the p of `with autograd.profile() as p:`, got "
            f"{type(profile).__name__}"
        )
    rows = profile.nodes()
    whole = sum(row.total for row in rows.values()) or 1.0

    def together(found):
        seconds = sum(row.total for row in found)
        share = seconds / whole
        backward = sum(row.backward_seconds for row in found)
        kept = sum(row.saved_bytes for row in found)
        mark = HOT if share >= 0.2 else WARM if share >= 0.05 else ""
        tooltip = f"{_time(seconds - backward)} forward, {_time(backward)} backward"
        return mark, f"{_time(seconds)}, {share:.0%}", f"{tooltip}, {kept:,} bytes kept"

    return Marks(rows, together)


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"
