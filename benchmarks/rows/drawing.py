"""Drawing a large graph: there is no peer that draws."""

from benchmarks.protocol import Row, ours
from benchmarks.rows.scalars import neurons


class Picture:
    """`Work`: from the graph of neurons in the row scalar-2k to the SVG of it."""

    def __init__(self):
        from autograd.draw import draw

        graph = neurons("", samples=4).contenders[0].make()
        self.y, self.draw = graph.build(graph.leaves, graph.library.relu), draw
        self.y.backward()

    def step(self):
        """Once, with Graphviz, or what else lays it out here."""
        self.svg = self.draw(self.y).svg

    def values(self):
        """Nothing to compare."""
        return {}


def drawing() -> Row:
    """Loops in it are found and folded."""
    title = "draw(y).svg of 1,987 scalar nodes"
    return Row("draw-2k", title, "ms", ours(Picture, kernels=False), scale=1e3, steps=1)
