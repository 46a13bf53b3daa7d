"""Neural networks on `autograd`: layers, losses, optimisers, data, models.

>>> import numpy as np
>>> model = Sequential(Linear(4, 8), Tanh(), Linear(8, 3))
>>> loss = CrossEntropyLoss()(model(np.ones((5, 4), np.float32)), np.array([0, 1, 2, 0, 1]))
>>> loss.backward()
>>> optim.SGD(model.parameters(), lr=0.1).step()
"""

from importlib import import_module
from typing import TYPE_CHECKING

import autograd

if not hasattr(autograd, "Tensor"):
    raise ImportError(
        f"nn needs the package autograd of chalkgrad, but {autograd.__file__} is another "
        "distribution's. The two cannot live in one environment: pip uninstall autograd chalkgrad, "
        "then install chalkgrad again."
    )

from autograd.kernels.allocation import keep_memory
from nn import functional, init, missing, optim, utils
from nn.layers import (
    CELU,
    ELU,
    GELU,
    GLU,
    GRU,
    LSTM,
    RNN,
    SELU,
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AlphaDropout,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    BCELoss,
    BCEWithLogitsLoss,
    Bilinear,
    CircularPad1d,
    CircularPad2d,
    CircularPad3d,
    ConstantPad1d,
    ConstantPad2d,
    ConstantPad3d,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    CosineEmbeddingLoss,
    CosineSimilarity,
    CrossEntropyLoss,
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    Embedding,
    Flatten,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    GroupNorm,
    GRUCell,
    HalfMSELoss,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    HingeLoss,
    HuberLoss,
    Identity,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    KLDivLoss,
    L1Loss,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    LogSigmoid,
    LogSoftmax,
    LPPool1d,
    LPPool2d,
    LPPool3d,
    LSTMCell,
    MarginRankingLoss,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    Mish,
    MSELoss,
    MultiMarginLoss,
    NLLLoss,
    PairwiseDistance,
    PixelShuffle,
    PixelUnshuffle,
    PReLU,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReLU,
    ReLU6,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    RMSNorm,
    RNNCell,
    SeparableConv2d,
    Sigmoid,
    SiLU,
    SmoothL1Loss,
    Softmax,
    Softmin,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
    Threshold,
    TripletMarginLoss,
    Unflatten,
    Upsample,
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
    fit_statistics,
)
from nn.module import Module
from nn.optim import SGD
from nn.sequential import Sequential
from nn.storage import load, save
from nn.summary import summary

if TYPE_CHECKING:
    from nn import data, insight, models, search, tasks, training
    from nn.ensemble import Ensemble
    from nn.torch_files import load_torch
    from nn.training import Trainer

keep_memory()

# Imported when they are first asked for, so that `import nn` stays quick.
PACKAGES = ("data", "insight", "models", "search", "tasks", "training")
ELSEWHERE = {"Ensemble": "nn.ensemble", "Trainer": "nn.training", "load_torch": "nn.torch_files"}


def __getattr__(name):
    if name in PACKAGES:
        return import_module(f"nn.{name}")  # which sets the attribute
    if name not in ELSEWHERE:
        raise AttributeError(missing.message(__name__, name, missing.NN | missing.inside(name)))
    globals()[name] = getattr(import_module(ELSEWHERE[name]), name)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *PACKAGES, *ELSEWHERE})
