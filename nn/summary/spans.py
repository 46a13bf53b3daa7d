"""Spans: which positions of the input the elements of an array see, all of them at once."""

from dataclasses import dataclass
from fractions import Fraction

from autograd.graph import Node
from autograd.plan import is_output


@dataclass(frozen=True)
class Span:
    """Element i on ``axis`` sees ``low + i step`` to ``high + i step``; axis None: all the same."""

    axis: int | None
    low: Fraction
    high: Fraction
    step: Fraction

    def joined(self, n: int) -> "Span":
        """What all ``n`` elements see together."""
        ends = (Fraction(0), (n - 1) * self.step)
        return Span(None, self.low + min(ends), self.high + max(ends), Fraction(0))


class Step:
    """One node of the graph, as the rules see it: its shape, and what its formulas saved."""

    def __init__(self, node: Node):
        self.node, self.name = node, node.plan.op.__name__
        ours = node.plan.op.trusted or is_output(node)
        self.known = self.name if ours else ""  # for rules, which say nothing of a user's "conv"
        self.shape = first_shape(node)
        self.saved = dict(zip(node.plan.names, node.saved, strict=True)) if node.saved else {}

    def place(self, k: int) -> tuple[int, int | None]:
        """Which argument the parent ``k`` is, and which element of it where that is a list."""
        place = self.node.plan.key[k]
        return place if isinstance(place, tuple) else (place, None)


def first_shape(node: Node) -> tuple[int, ...]:
    """The shape of a node's result; of the first one where it has several."""
    return node.shape[0] if node.shape and isinstance(node.shape[0], tuple) else node.shape
