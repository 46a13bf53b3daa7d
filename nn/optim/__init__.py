"""Optimisers, which change parameters by their gradients; schedules of learning rates; clipping.

>>> from autograd import Tensor
>>> w = Tensor([1.0, -2.0], requires_grad=True)
>>> optimizer = SGD([w], lr=0.1, momentum=0.5)
>>> schedule = CosineAnnealingLR(optimizer, T_max=50)
>>> for _ in range(50):
...     loss = (w * w).sum()
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
...     schedule.step()
>>> bool(loss < 1e-3)
True
"""

from nn import missing
from nn.optim.adam import Adam, Adamax, AdamW, NAdam, RAdam
from nn.optim.adaptive import Adadelta, Adagrad, RMSprop
from nn.optim.clipping import clip_grad_norm_, clip_grad_value_
from nn.optim.one_cycle import OneCycleLR
from nn.optim.optimizer import Optimizer
from nn.optim.plateau import ReduceLROnPlateau
from nn.optim.schedules import (
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    SequentialLR,
    StepLR,
)
from nn.optim.sgd import SGD, Rprop


def __getattr__(name):
    raise AttributeError(missing.message(__name__, name, missing.OPTIM))
