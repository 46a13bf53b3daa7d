"""What `explain` returns: a paragraph, the contributions, the causes."""

import html
from dataclasses import dataclass, field
from typing import Any

from autograd import tables


@dataclass
class Explanation:
    """What `explain` found; prints as a paragraph.

    Attributes
    ----------
    kind : str
        'none', 'zero', 'nan', 'infinite' or 'fine'.
    gradient : array or None
        dL/dx, computed again for the explanation.
    sentences : list of str
        The paragraph.
    contributions : list of Contribution
        One per use of x; their sum is the gradient.
    causes : list of Cause
        Where it became 0, NaN or infinite.
    """

    kind: str
    name: str
    gradient: Any = None
    sentences: list[str] = field(default_factory=list)
    contributions: list["Contribution"] = field(default_factory=list)
    causes: list["Cause"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The paragraph."""
        return " ".join(self.sentences)

    def __str__(self):
        return self.text

    __repr__ = __str__

    def _repr_html_(self):
        head = ("through", "line", "local", "upstream", "contribution")
        rows = [(c.through, c.place, c.local, c.upstream, c.shown) for c in self.contributions]
        table = tables.as_html([head, *rows]) if rows else ""
        return f"<p>{html.escape(self.text)}</p>{table}"


@dataclass
class Contribution:
    """What one use of a Tensor adds to its gradient: ``amount`` = local derivative × upstream."""

    op: str
    argument: str
    through: str
    place: str
    local: str
    upstream: str
    shown: str
    amount: Any


@dataclass
class Cause:
    """An operation that made a gradient 0, NaN or infinite, by its formula for ``argument``."""

    op: str
    argument: str
    reason: str
    line: Any = None
