"""Neural networks on `autograd`: layers, losses, optimisers, data, models.

>>> import numpy as np
>>> model = Sequential(Linear(4, 8), Tanh(), Linear(8, 3))
>>> loss = CrossEntropyLoss()(model(np.ones((5, 4), np.float32)), np.array([0, 1, 2, 0, 1]))
>>> loss.backward()
>>> optim.SGD(model.parameters(), lr=0.1).step()
"""

import autograd

if not hasattr(autograd, "Tensor"):
    raise ImportError(
        f"nn needs the package autograd of chalkgrad, but {autograd.__file__} is another "
        "distribution's. The two cannot live in one environment: pip uninstall autograd chalkgrad, "
        "then install chalkgrad again."
    )

from nn import data, functional, init, models, optim
from nn.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    CrossEntropyLoss,
    Flatten,
    Linear,
    MaxPool2d,
    MSELoss,
    ReLU,
    Sigmoid,
    Tanh,
)
from nn.module import Module, Sequential
from nn.optim import SGD
from nn.storage import load, save
