"""PyTorch's name for what works on gradients: ``nn.utils.clip_grad_norm_``."""

from nn import missing
from nn.optim.clipping import clip_grad_norm_, clip_grad_value_

__all__ = ["clip_grad_norm_", "clip_grad_value_"]


def __getattr__(name):
    raise AttributeError(missing.message(__name__, name, missing.UTILS))
