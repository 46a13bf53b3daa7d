"""Networks by name."""

from nn.models.lenet import lenet5
