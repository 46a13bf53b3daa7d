"""Layers that are affine in their input, and tables of vectors."""

import math

from autograd import no_grad
from autograd.errors import IndexRangeError
from nn import functional as F
from nn import init
from nn.functional.checks import positive
from nn.layers.base import without
from nn.module import Module


class Identity(Module):
    """The input itself; takes and ignores any arguments."""

    def __init__(self, *arguments, **options):
        pass

    def forward(self, x):
        """x as it is."""
        return x


class Linear(Module):
    """``y = x Wᵀ + b``: (..., in_features) -> (..., out_features).

    ``weight`` (out, in), ``bias`` (out,), uniform within 1/sqrt(in) at first.

    Examples
    --------
    >>> import numpy as np
    >>> Linear(3, 2)(np.ones((5, 3), np.float32)).shape
    (5, 2)
    """

    def __init__(self, in_features, out_features, bias=True):
        positive("Linear", in_features=in_features, out_features=out_features)
        self.in_features, self.out_features = in_features, out_features
        self.weight = init.kaiming_uniform((out_features, in_features))
        self.bias = init.uniform((out_features,), 1 / math.sqrt(in_features)) if bias else None

    def forward(self, x):
        """x (..., in) -> (..., out)."""
        return F.linear(x, self.weight, self.bias)

    def extra_repr(self):
        """Sizes."""
        return f"{self.in_features}, {self.out_features}" + without(self.bias, "bias")


class Bilinear(Module):
    """``y[k] = x₁ᵀ W[k] x₂ + b[k]``: (..., in1) and (..., in2) -> (..., out).

    ``weight`` (out, in1, in2), ``bias`` (out,), uniform within 1/sqrt(in1) at first.
    """

    def __init__(self, in1_features, in2_features, out_features, bias=True):
        positive(
            "Bilinear", in1_features=in1_features, in2_features=in2_features,
            out_features=out_features,
        )  # fmt: skip
        self.in1_features, self.in2_features = in1_features, in2_features
        self.out_features = out_features
        bound = 1 / math.sqrt(in1_features)
        self.weight = init.uniform((out_features, in1_features, in2_features), bound)
        self.bias = init.uniform((out_features,), bound) if bias else None

    def forward(self, x1, x2):
        """x1 (..., in1), x2 (..., in2) -> (..., out)."""
        return F.bilinear(x1, x2, self.weight, self.bias)

    def extra_repr(self):
        """Sizes."""
        return f"{self.in1_features}, {self.in2_features}, {self.out_features}" + without(
            self.bias, "bias"
        )


class Embedding(Module):
    """A table of vectors: integers (...) -> (..., embedding_dim).

    ``weight`` (num_embeddings, embedding_dim), normal at first.  The row ``padding_idx`` starts at
    0 and gets no gradient.

    Examples
    --------
    >>> import numpy as np
    >>> Embedding(10, 4)(np.array([[1, 2, 3]])).shape
    (1, 3, 4)
    """

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        positive("Embedding", num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        row = hasattr(padding_idx, "__index__") and -num_embeddings <= padding_idx < num_embeddings
        if padding_idx is not None and not row:
            raise IndexRangeError(
                f"Embedding: padding_idx {padding_idx!r} is no row of a table with {num_embeddings}"
            )
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = init.constant((num_embeddings, embedding_dim), 0.0)
        init.normal_(self.weight)
        if padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0.0

    def forward(self, x):
        """x (...) integers -> (..., D)."""
        return F.embedding(x, self.weight, self.padding_idx)

    def extra_repr(self):
        """Sizes."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
