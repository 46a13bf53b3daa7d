"""Where older scripts find ``logsumexp``: ``from autograd.scipy.misc import logsumexp``."""

from autograd.scipy.special import logsumexp

__all__ = ["logsumexp"]
