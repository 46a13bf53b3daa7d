"""Drawing a large graph: there is no peer that draws."""

from benchmarks.protocol import Row, ours


class Picture:
    """`Work`: from a graph of n scalar operations to the DOT text of what `draw` shows of it."""

    def __init__(self, nodes: int):
        from autograd import Tensor
        from autograd.draw import draw

        x = y = Tensor(0.5, requires_grad=True)
        for k in range(nodes // 2):
            y = y * x + float(k % 3)
        y.backward()
        self.y, self.draw = y, draw

    def step(self):
        """Once; every box and arrow is laid out by Graphviz later, which is not timed."""
        self.text = self.draw(self.y, full=True).dot

    def values(self):
        """Nothing to compare."""
        return {}


def drawing(nodes: int = 2000) -> Row:
    """As large a graph as is drawn box by box."""
    title = f"draw(y, full=True) of {nodes:,} nodes, to DOT text"
    return Row("draw-2k", title, "ms", ours(lambda: Picture(nodes), kernels=False), scale=1e3)
