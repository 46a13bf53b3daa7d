"""How the weights of deep networks without their own recipe start."""

import math

from autograd import no_grad
from nn import init
from nn.layers import Conv2d, Linear


def he_normal(model, mode="fan_in", kinds=(Conv2d, Linear)):
    """Draw the weights from N(0, 2 / fan), biases 0, in place; returns the model.

    With PyTorch's default for layers, a signal through many layers without batch norm fades:
    each of them gives a sixth of the variance back.  He et al. 2015, "Delving deep".

    Parameters
    ----------
    model : Module
    mode : str
        'fan_in' keeps the size of the signal, 'fan_out' that of the gradient.
    kinds : tuple of types
        The layers to start so; others keep what they have.
    """
    for layer in model.modules():
        if not isinstance(layer, kinds):
            continue
        shape = layer.weight.shape
        fan = math.prod(shape[1:])
        if mode == "fan_out":
            fan = math.prod(shape[2:]) * shape[0] // getattr(layer, "groups", 1)
        with no_grad():
            with layer.weight.changing(by="he_normal") as weight:
                init.generator().standard_normal(dtype=weight.dtype, out=weight)
                weight *= weight.dtype.type(math.sqrt(2 / fan))
            if layer.bias is not None:
                layer.bias.assign(0.0)
    return model
