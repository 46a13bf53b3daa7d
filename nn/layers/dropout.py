"""Dropout layers: noise in training, the identity in eval."""

from typing import Any

from nn import functional as F
from nn.functional.checks import proportion
from nn.module import Module


class Dropout(Module):
    """Zero a proportion p of the elements, scale the others by 1/(1-p); identity in eval.

    The random numbers come from `nn.init.generator`.  Srivastava et al. 2014.

    Examples
    --------
    >>> import numpy as np
    >>> sorted(set(Dropout(0.5)(np.ones(100)).tolist()))
    [0.0, 2.0]
    """

    function: Any = staticmethod(F.dropout)

    def __init__(self, p=0.5, inplace=False):
        proportion(type(self).__name__, p)
        self.p, self.inplace = p, inplace

    def forward(self, x):
        """x of any shape -> same."""
        return type(self).function(x, self.p, self.training)

    def extra_repr(self):
        """The proportion."""
        return f"p={self.p}"


class Dropout1d(Dropout):
    """Whole channels zeroed: (N, C, L) -> same."""

    function = staticmethod(F.dropout1d)


class Dropout2d(Dropout):
    """Whole channels zeroed: (N, C, H, W) -> same.  Tompson et al. 2015."""

    function = staticmethod(F.dropout2d)


class Dropout3d(Dropout):
    """Whole channels zeroed: (N, C, D, H, W) -> same."""

    function = staticmethod(F.dropout3d)


class AlphaDropout(Dropout):
    """Dropout after SELU, which keeps mean 0 and variance 1.  Klambauer et al. 2017."""

    function = staticmethod(F.alpha_dropout)
