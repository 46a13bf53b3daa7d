"""`summary`: a network as a table of its layers, read off one forward pass."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.module import Module
from nn.summary.table import ReceptiveField, Row, Summary

__all__ = ["ReceptiveField", "Row", "Summary", "summary"]


def summary(
    model: Module,
    input_shape: Sequence,
    dtype: Any = np.float32,
    depth: int | None = None,
    batch_axis: int = 0,
) -> Summary:
    """Each layer's output shape, parameters, multiply-adds, memory and receptive field.

    Runs the model once, in eval mode, on one example of random numbers, and reads the rows off the
    graph that this records.  So operations of NumPy inside ``forward`` count like layers do: a
    composite module that adds, joins or flattens has a row of its own for it, and a layer that
    runs twice has two, its parameters in the first.  Afterwards the model is as it was.

    Multiply-adds are those of convolutions, matrix products, einsum and recurrent layers; biases,
    activations, normalisation and pooling are not counted.

    The receptive field of branches is their union, one interval per axis.  It says what a layer can
    depend on: the statistics that instance and group norm take of an image count too.  An
    operation without a rule is taken to see all of what its inputs see, and named below the table;
    so is, without a note, indexing by arrays.  Transposed convolution and repetition see slightly
    different lengths from place to place: the interval holds them all.  Integer inputs are not
    followed, and nothing is inside ``autograd.checkpoint``.  Layers that ``forward`` runs under
    ``no_grad``, such as a frozen backbone, count like others; operations of its own there do not,
    and are named below the table.

    Parameters
    ----------
    model : Module
    input_shape : tuple of int, or list of such
        Of one example, without the batch axis: (3, 32, 32); a list for several inputs.
    dtype : dtype, or list of one per input
        Of the input; integers are zeros, which fits labels and embeddings.
    depth : int, optional
        How deep to go: 1 gives the children of ``model`` a row each.  Default: every layer.
    batch_axis : int
        Where the model expects the batch: 0, or 1 behind time, as recurrent layers do unless
        ``batch_first``.  The receptive field is then that in time.

    Returns
    -------
    Summary
        ``rows``, sums; ``summary(...)["conv1"]`` is a row.

    Raises
    ------
    ShapeError
        An input that a layer cannot take; the message names the layer.

    Examples
    --------
    >>> import nn
    >>> print(nn.summary(nn.Conv2d(3, 10, 5, padding=2), (3, 32, 32)))
    Conv2d, input 3×32×32
    ---------------------------------------------------------------------------------
    Layer  Type      Output  Parameters  Multiply-adds   Memory  Field  Stride  Start
    ---------------------------------------------------------------------------------
    (all)  Conv2d  10×32×32         760        768,000  41.0 kB      5       1     -2
    ---------------------------------------------------------------------------------
    760 parameters
    768,000 multiply-adds for one example
    41.0 kB of outputs for one example
    """
    from nn.summary.rows import Reader, never_ran  # here, so that `import nn` stays quick
    from nn.summary.trace import trace

    if not isinstance(model, Module):
        raise DtypeError(f"summary: expected a Module, got {type(model).__name__}")
    if depth is not None and (not hasattr(depth, "__index__") or depth < 0):
        raise ValueRangeError(f"summary: depth must be an integer from 0 on, got {depth!r}")
    if batch_axis not in (0, 1):
        raise ValueRangeError(f"summary: batch_axis must be 0 or 1, got {batch_axis!r}")
    shapes = [s[:batch_axis] + (1,) + s[batch_axis:] for s in _shapes(input_shape)]
    dtypes = list(dtype) if isinstance(dtype, (list, tuple)) else [dtype] * len(shapes)
    if len(dtypes) != len(shapes):
        raise ValueRangeError(f"summary: {len(shapes)} inputs, but {len(dtypes)} dtypes")
    with np.errstate(all="ignore"):  # the values do not matter, and untrained nets may overflow
        found = trace(model, [_example(s, d) for s, d in zip(shapes, dtypes, strict=True)])
    reader = Reader(found, depth, batch_axis)
    rows = reader.rows()
    notes = []
    if idle := never_ran(model, found):
        notes.append(f"Did not run in eval mode: {', '.join(idle)}")
    if reader.without_rule:
        notes.append(
            f"Taken to see everything, without multiply-adds: {', '.join(reader.without_rule)}"
        )
    if found.unrecorded:
        notes.append(f"Under no_grad, without multiply-adds: {', '.join(found.unrecorded)}")
    parameters = list(model.parameters())
    shown = ", ".join("×".join(map(str, s)) or "1" for s in _shapes(input_shape))
    return Summary(
        f"{type(model).__name__}, input {shown}",
        rows,
        sum(p.size for p in parameters),
        sum(p.size for p in parameters if p.requires_grad),
        notes,
    )


def _shapes(input_shape) -> list[tuple[int, ...]]:
    several = isinstance(input_shape, list) and any(
        isinstance(s, (list, tuple)) for s in input_shape
    )
    shapes = [tuple(s) for s in input_shape] if several else [input_shape]
    for shape in shapes:
        if isinstance(shape, (np.ndarray, Tensor)):
            raise ShapeError(
                f"summary: expected the shape of one example, got a batch of shape {shape.shape}; "
                f"use {tuple(shape.shape[1:])}"
            )
        if not isinstance(shape, (tuple, list)) or any(
            not hasattr(n, "__index__") or n < 1 for n in shape
        ):
            raise ShapeError(
                "summary: input_shape must be positive integers without the batch axis, as in "
                f"(3, 32, 32), or a list of such; got {input_shape!r}"
            )
    return [tuple(int(n) for n in shape) for shape in shapes]


def _example(shape, dtype) -> Any:
    """One example: random numbers that record, or integer zeros."""
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        return np.zeros(shape, dtype)
    values = np.random.default_rng(0).standard_normal(shape)
    return Tensor(values, requires_grad=True, dtype=dtype)
