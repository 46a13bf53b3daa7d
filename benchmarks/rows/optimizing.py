"""One step of Adam over a parameter of a million numbers, the gradient as it is."""

from benchmarks.numbers import normal
from benchmarks.protocol import Row, ours, pytorch

SIZE = (1000, 1000)


class Ours:
    """`Work`: chalkgrad's step."""

    def __init__(self):
        from autograd import Tensor
        from nn.optim import Adam

        self.w = Tensor(normal("w", *SIZE), requires_grad=True)
        self.w.grad = normal("g", *SIZE)
        self.optimizer = Adam([self.w])

    def step(self):
        """Once."""
        self.optimizer.step()

    def values(self):
        """The parameter."""
        return {"w": self.w.data.copy()}


class PyTorch:
    """`Work`: PyTorch's step."""

    def __init__(self):
        import torch

        self.w = torch.from_numpy(normal("w", *SIZE)).requires_grad_()
        self.w.grad = torch.from_numpy(normal("g", *SIZE))
        self.optimizer = torch.optim.Adam([self.w])

    def step(self):
        """Once."""
        self.optimizer.step()

    def values(self):
        """The parameter."""
        return {"w": self.w.detach().numpy().copy()}


def adam() -> Row:
    """It reads three arrays and writes three: memory decides."""
    return Row(
        "adam",
        "Adam, 1,000,000 numbers",
        "ms",
        (*ours(Ours, kernels=False), pytorch(PyTorch)),
        scale=1e3,
        tolerance=1e-5,
    )
