"""Networks for short videos (N, C, T, H, W): a CNN read by an LSTM, and a 3-D CNN."""

import numpy as np

from autograd.errors import ShapeError
from nn.layers import AdaptiveAvgPool3d, Conv2d, Conv3d, Flatten, Linear, MaxPool2d, MaxPool3d, ReLU
from nn.models.registry import register
from nn.models.sequence_text import SequenceClassifier
from nn.module import Module
from nn.sequential import Sequential


class CNNLSTM(Module):
    """A small CNN on every frame, an LSTM over its features: (N, C, T, H, W) -> (N, classes).

    Donahue et al. 2015, "Long-term recurrent convolutional networks".

    Parameters
    ----------
    channels, classes, hidden, filters : int
    size : int
        H = W, a multiple of 8.
    cell : {'lstm', 'gru', 'rnn'}

    Examples
    --------
    >>> CNNLSTM(1, 8, size=16)(np.zeros((2, 1, 5, 16, 16), np.float32)).shape
    (2, 8)
    """

    def __init__(self, channels=1, classes=8, size=32, hidden=64, filters=8, cell="lstm"):
        if size % 8:
            raise ShapeError(f"CNNLSTM: size must be a multiple of 8, got {size!r}")
        self.channels, self.size = channels, size
        self.frames = Sequential(
            Conv2d(channels, filters, 3, padding=1), ReLU(), MaxPool2d(2),
            Conv2d(filters, 2 * filters, 3, padding=1), ReLU(), MaxPool2d(2),
            Conv2d(2 * filters, 2 * filters, 3, padding=1), ReLU(), MaxPool2d(2),
            Flatten(),
        )  # fmt: skip
        features = 2 * filters * (size // 8) ** 2
        self.sequence = SequenceClassifier(features, hidden, classes, cell=cell)

    def forward(self, x):
        """x (N, C, T, H, W) -> scores (N, classes)."""
        if x.ndim != 5 or (x.shape[1], *x.shape[3:]) != (self.channels, self.size, self.size):
            raise ShapeError(
                f"CNNLSTM: expected (N, {self.channels}, T, {self.size}, {self.size}), got "
                f"{tuple(x.shape)}"
            )
        batch, count = x.shape[0], x.shape[2]
        frames = np.reshape(np.transpose(x, (2, 0, 1, 3, 4)), (-1, *x.shape[1:2], *x.shape[3:]))
        features = self.frames(frames)  # (T N, features)
        return self.sequence(np.reshape(features, (count, batch, -1)))


@register
def cnn_lstm(channels=1, classes=8, **options) -> CNNLSTM:
    """A CNN on every frame and an LSTM over them; see `CNNLSTM`."""
    return CNNLSTM(channels, classes, **options)


@register
def cnn_3d(channels=1, classes=8, filters=8) -> Sequential:
    """A 3-D CNN for videos: (N, channels, T, H, W) -> (N, classes); T, H, W at least 8.

    Filters over time and space alike.  Tran et al. 2015, "Learning spatiotemporal features with 3D
    convolutional networks".
    """
    return Sequential(
        {
            "conv1": Conv3d(channels, filters, 3, padding=1),
            "relu1": ReLU(),
            "pool1": MaxPool3d((1, 2, 2)),
            "conv2": Conv3d(filters, 2 * filters, 3, padding=1),
            "relu2": ReLU(),
            "pool2": MaxPool3d(2),
            "conv3": Conv3d(2 * filters, 4 * filters, 3, padding=1),
            "relu3": ReLU(),
            "pool3": AdaptiveAvgPool3d((1, 2, 2)),
            "flatten": Flatten(),
            "scores": Linear(4 * filters * 4, classes),
        }
    )
