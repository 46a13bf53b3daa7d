"""Distances of vectors, as layers."""

from nn import functional as F
from nn.layers.base import options
from nn.module import Module


class CosineSimilarity(Module):
    """``x1·x2 / (max(‖x1‖, eps) max(‖x2‖, eps))`` along ``dim``, which goes away."""

    def __init__(self, dim=1, eps=1e-8):
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        """X1 and x2 of one shape -> the shape without ``dim``."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)

    def extra_repr(self):
        """What is not the default."""
        return options(self, dim=1, eps=1e-8)[2:]


class PairwiseDistance(Module):
    """``‖x1 - x2 + eps‖_p`` along the last axis: (N, D), (N, D) -> (N,)."""

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        """X1 and x2 of one shape -> the shape without its last axis, or 1 there by ``keepdim``."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)

    def extra_repr(self):
        """The norm, and what is not the default."""
        return f"p={self.norm}" + options(self, eps=1e-6, keepdim=False)
