"""Eval mode for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Every module of ``model`` in eval mode, and back to the mode that each was in.

    Also after an error; a module whose class says its mode gets no flag of its own.

    Examples
    --------
    >>> import nn
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.Dropout().eval())
    >>> with evaluating(net):
    ...     net.training
    False
    >>> net.training, net[1].training
    (True, False)
    """
    before = [(m, m.training, "training" in vars(m)) for m in model.modules()]
    try:
        model.eval()
        yield
    finally:
        for m, training, own in before:
            m.training = training
            if not own:
                del m.training
