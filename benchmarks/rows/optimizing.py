"""One step of Adam over a parameter of a million numbers, the gradient as it is."""

from benchmarks.numbers import normal
from benchmarks.protocol import Row, ours, pytorch

SIZE = 1000, 1000


def adam() -> Row:
    """It reads three arrays and writes three: memory decides."""
    arguments = normal("w", *SIZE), normal("g", *SIZE)

    def ours_():
        from benchmarks.libraries import ours

        return ours.Adam(*arguments)

    def pytorch_():
        from benchmarks.libraries import pytorch

        return pytorch.Adam(*arguments)

    return Row(
        "adam",
        "Adam, 1,000,000 numbers",
        "ms",
        (*ours(ours_), pytorch(pytorch_)),
        scale=1e3,
        tolerance=1e-5,
    )
