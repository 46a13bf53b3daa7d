"""LeNet (LeCun et al. 1998), and the larger one of the lectures."""

from autograd.errors import ValueRangeError
from nn.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Tanh
from nn.models.registry import register
from nn.sequential import Sequential


@register
def lenet5(classes=10, channels=1, image=28) -> Sequential:
    """LeNet-5 as in the lectures: 6 and 16 filters, 120 and 84 units, 61,706 parameters.

    With tanh, and max pooling where the original has a trained subsampling.

    Parameters
    ----------
    classes, channels : int
        Scores to give, colours to take: (N, channels, image, image) -> (N, classes).
    image : int
        28, which the first layer pads to 32, or 32.
    """
    if image not in (28, 32):
        raise ValueRangeError(
            f"lenet5: image must be 28 or 32, got {image!r}; pad or crop to these"
        )
    return Sequential(
        {
            "conv1": Conv2d(channels, 6, 5, padding=(32 - image) // 2),
            "tanh1": Tanh(),
            "pool1": MaxPool2d(2),
            "conv2": Conv2d(6, 16, 5),
            "tanh2": Tanh(),
            "pool2": MaxPool2d(2),
            "flatten": Flatten(),
            "fc1": Linear(16 * 5 * 5, 120),
            "tanh3": Tanh(),
            "fc2": Linear(120, 84),
            "tanh4": Tanh(),
            "fc3": Linear(84, classes),
        }
    )


@register
def lenet(classes=10, channels=1) -> Sequential:
    """The LeNet of 20 and 50 filters and 500 units: 1,256,080 parameters.

    (N, channels, 28, 28) -> (N, classes), by 20×28×28, 20×14×14, 50×14×14, 50×7×7, 2450, 500.
    """
    return Sequential(
        {
            "conv1": Conv2d(channels, 20, 5, padding=2),
            "relu1": ReLU(),
            "pool1": MaxPool2d(2),
            "conv2": Conv2d(20, 50, 5, padding=2),
            "relu2": ReLU(),
            "pool2": MaxPool2d(2),
            "flatten": Flatten(),
            "fc1": Linear(50 * 7 * 7, 500),
            "relu3": ReLU(),
            "fc2": Linear(500, classes),
        }
    )
