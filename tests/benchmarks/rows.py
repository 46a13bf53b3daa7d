"""Small rows for the tests, run in this process."""

from benchmarks.processes import Shared
from benchmarks.protocol import OURS, Contender, Row
from benchmarks.rows.scalars import Graph, chalkgrad


class Wrong(Graph):
    """A peer with one wrong gradient."""

    def values(self):
        values = super().values()
        values["gradients"][3] += 0.25
        return values


class Remembering(Shared):
    """Shared, with memory: the peer needs twice as much."""

    def __init__(self, row, contender, steps):
        super().__init__(row, contender, steps)
        self.peak = 100_000_000 if contender.name == OURS else 200_000_000

    def ask(self, command, *arguments):
        if command == "memory":
            return {"peak": self.peak, "imported": self.peak // 2}
        return super().ask(command, *arguments)


def build(leaves, relu):
    return relu(leaves[0] * leaves[1] + leaves[2]) * leaves[3]


def made(kind):
    return lambda: kind(chalkgrad(), build, [2.0, 3.0, 4.0, 5.0])


TINY = Row("tiny", "four nodes", "µs/node", (Contender(OURS, made(Graph)),), scale=1e6 / 4)
