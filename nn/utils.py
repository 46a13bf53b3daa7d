"""PyTorch's name for what works on gradients: ``nn.utils.clip_grad_norm_``."""

from nn.optim.clipping import clip_grad_norm_, clip_grad_value_

__all__ = ["clip_grad_norm_", "clip_grad_value_"]
