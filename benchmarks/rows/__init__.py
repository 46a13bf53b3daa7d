"""The rows of the table, in its order.  A new one: a file with a function, and a line here."""

from collections.abc import Callable
from functools import partial

from benchmarks.protocol import Row
from benchmarks.rows import growing
from benchmarks.rows.drawing import drawing
from benchmarks.rows.imports import imports
from benchmarks.rows.layers import (
    activation,
    attention,
    batch_norm,
    convolution,
    cross_entropy,
    einsum,
    embedding,
    layer_norm,
    linear,
    pool,
    softmax,
    squared_error,
)
from benchmarks.rows.loading import crops, moved
from benchmarks.rows.networks import lenet5, lenet20, mlp, resnet20, vgg16
from benchmarks.rows.optimizing import adam
from benchmarks.rows.scalars import chain, neurons
from benchmarks.rows.sequences import lstm, rnn

CONVOLUTIONS = {
    "conv-lenet-1": ((64, 1, 28, 28), 20, 5, 2, "5×5, 1 to 20"),
    "conv-lenet-2": ((64, 20, 14, 14), 50, 5, 2, "5×5, 20 to 50"),
    "conv-resnet20-1": ((32, 16, 32, 32), 16, 3, 1, "3×3, 16 to 16"),
    "conv-resnet20-2": ((32, 32, 16, 16), 32, 3, 1, "3×3, 32 to 32"),
    "conv-resnet20-3": ((32, 64, 8, 8), 64, 3, 1, "3×3, 64 to 64"),
    "conv-resnet50-3x3": ((8, 64, 56, 56), 64, 3, 1, "3×3, 64 to 64"),
    "conv-resnet50-1x1": ((8, 64, 56, 56), 256, 1, 0, "1×1, 64 to 256"),
    "conv-depthwise": ((8, 64, 56, 56), 64, 3, 1, "3×3, depth-wise"),
}
ACTIVATIONS = "relu", "leaky_relu", "elu", "silu", "softplus", "gelu", "tanh"
# a row is made when it is asked for: its numbers should not lie in every contender's memory
ROWS: dict[str, Callable[[], Row]] = {
    "scalar-2k": partial(neurons, "scalar-2k", samples=4),
    "scalar-100k": partial(neurons, "scalar-100k", samples=201, large=True),
    "chain-2k": partial(chain, "chain-2k", length=1000),
    "mlp": mlp,
    "lenet5": lenet5,
    "lenet20": lenet20,
    "resnet20": resnet20,
    "vgg16": vgg16,
    "rnn": rnn,
    "lstm": lstm,
    **{
        name: partial(
            convolution,
            name,
            *options,
            groups=64 if name == "conv-depthwise" else 1,
            fixed=("x",) if name == "conv-lenet-1" else (),
            target=2.0 if options[4].startswith("3×3,") else None,
        )
        for name, options in CONVOLUTIONS.items()
    },
    **{
        f"{kind.split('_')[0]}-pool-{size}": partial(
            pool, f"{kind.split('_')[0]}-pool-{size}", kind, size, 2
        )
        for kind in ("max_pool", "average_pool")
        for size in (2, 3)
    },
    "batch-norm": batch_norm,
    "layer-norm": layer_norm,
    **{name: partial(activation, name) for name in ACTIVATIONS},
    "softmax": softmax,
    "cross-entropy": cross_entropy,
    "squared-error": squared_error,
    "embedding": embedding,
    "einsum": einsum,
    "attention": attention,
    "linear": linear,
    "adam": adam,
    "draw-2k": drawing,
    "loader-crop": crops,
    "loader-affine": moved,
    "import": imports,
}


def find(name: str) -> Row:
    """The row of this name; ``growth:batch:64`` is one of a size."""
    if name.startswith("growth:"):
        return growing.find(name)
    return ROWS[name]()
