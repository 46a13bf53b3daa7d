"""Sequences: masks of their lengths, what to read off the outputs, states to carry over.

The recurrent layers themselves are operations: `autograd.ops.rnn`, `lstm`, `gru`.
"""

import operator

import numpy as np

from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.trees import flatten, unflatten
from nn.functional.checks import array, value


def sequence_mask(lengths, steps):
    """Which steps are real: lengths (N,) -> bool (T, N), True at [t, n] where t < lengths[n].

    Raises
    ------
    DtypeError
        Lengths that are no integers.
    ValueRangeError
        A length below 0 or above ``steps``.

    Examples
    --------
    >>> sequence_mask([1, 3], 3).T.astype(int)
    array([[1, 0, 0],
           [1, 1, 1]])
    """
    lengths = value(lengths)
    if lengths.ndim != 1:
        raise ShapeError(f"sequence_mask: lengths must be (N,), got {lengths.shape}")
    if lengths.size and lengths.dtype.kind not in "iu":
        raise DtypeError(f"sequence_mask: lengths must be integers, got {lengths.dtype}")
    try:
        steps = operator.index(steps)
    except TypeError:
        raise DtypeError(f"sequence_mask: steps must be an integer, got {steps!r}") from None
    if lengths.size and (lengths.min() < 0 or lengths.max() > steps):
        bad = lengths[(lengths < 0) | (lengths > steps)][0]
        raise ValueRangeError(
            f"sequence_mask: a length is {bad}, but the sequences have {steps} steps, so it must "
            f"be between 0 and {steps}"
        )
    return np.arange(steps)[:, None] < lengths


def pad_sequences(sequences, value=0):
    """Sequences of several lengths as one array: list of N arrays (T_n, ...) -> (T, N, ...), (N,).

    Past its end each is filled up with ``value``.  The second result are the lengths.

    Raises
    ------
    ValueRangeError
        A value that the sequences' type cannot hold: 0.5 behind integers.

    Examples
    --------
    >>> padded, lengths = pad_sequences([[1, 2], [3]])
    >>> padded.T.tolist(), lengths.tolist()
    ([[1, 2], [3, 0]], [2, 1])
    """
    arrays = [array("pad_sequences", f"sequence {n}", s) for n, s in enumerate(sequences)]
    if not arrays:
        raise ShapeError("pad_sequences: there are no sequences")
    shapes = {a.shape[1:] for a in arrays if a.size or a.ndim > 1}
    if any(a.ndim == 0 for a in arrays) or len(shapes) > 1:
        raise ShapeError(
            f"pad_sequences: expected arrays (T_n, ...) alike but for T_n, got shapes "
            f"{[a.shape for a in arrays[:8]]}"
        )
    lengths = np.array([len(a) for a in arrays])
    dtype = np.result_type(*(a.dtype for a in arrays if a.size)) if lengths.any() else float
    if not _holds(dtype, value):
        raise ValueRangeError(
            f"pad_sequences: the sequences are {dtype}, which cannot hold the value {value!r}. "
            "Give them in a type that does: np.asarray(s, float) for each."
        )
    padded = np.full((max(lengths), len(arrays), *(shapes.pop() if shapes else ())), value, dtype)
    for n, a in enumerate(arrays):
        if len(a):  # [] has no feature axes
            padded[: len(a), n] = a
    return padded, lengths


def _holds(dtype, number) -> bool:
    """Whether a number stays what it is in an array of this type, but for rounding of floats."""
    if np.iscomplexobj(number):
        return np.dtype(dtype).kind == "c"
    if np.dtype(dtype).kind not in "biu":
        return True
    with np.errstate(invalid="ignore"):
        return bool(np.all(np.asarray(number).astype(dtype) == number))


def last_step(y, lengths=None):
    """The output at each sequence's last step: y (T, N, H) -> (N, H)."""
    y = array("last_step", "y", y)
    if y.ndim != 3 or y.shape[0] == 0:
        raise ShapeError(f"last_step: expected y of shape (T, N, H), T > 0, got {tuple(y.shape)}")
    if lengths is None:
        return y[-1]
    mask = sequence_mask(lengths, y.shape[0])
    _all_real("last_step", mask, y)
    return y[np.sum(mask, axis=0) - 1, np.arange(y.shape[1])]


def max_over_time(y, lengths=None, mask=None):
    """The largest value of each feature over the real steps: y (T, N, H) -> (N, H).

    Many to one as in the lecture, ``Y = max_t y_t``: the gradient goes to the step that won.

    Parameters
    ----------
    y : Tensor or ndarray, (T, N, H)
    lengths : (N,) of int, or mask : (T, N) of bool, optional
        Which steps are real; all by default.

    Raises
    ------
    ValueRangeError
        A sequence without a real step: it has no largest value.

    Examples
    --------
    >>> y = np.array([[[1.0, 5.0]], [[3.0, 2.0]], [[9.0, 9.0]]])
    >>> max_over_time(y, lengths=[2])
    array([[3., 5.]])
    """
    y = array("max_over_time", "y", y)
    mask = _mask("max_over_time", y, lengths, mask)
    if mask is not None:
        _all_real("max_over_time", mask, y)
        least = -np.inf if y.dtype.kind in "fc" else np.min(value(y), initial=0)
        y = np.where(mask[:, :, None], y, y.dtype.type(least))
    elif not y.shape[0]:
        raise ValueRangeError("max_over_time: there are no steps to take the largest of")
    return np.max(y, axis=0)


def mean_over_time(y, lengths=None, mask=None):
    """The mean of each feature over the real steps: y (T, N, H) -> (N, H); see `max_over_time`."""
    y = array("mean_over_time", "y", y)
    mask = _mask("mean_over_time", y, lengths, mask)
    if mask is None:
        if not y.shape[0]:
            raise ValueRangeError("mean_over_time: there are no steps to take the mean of")
        return np.mean(y, axis=0)
    _all_real("mean_over_time", mask, y)
    return np.mean(y, axis=0, where=mask[:, :, None])


def detach(state):
    """A state outside the graph that made it: a Tensor, or tuples, lists and dicts of them.

    For truncated backpropagation through time: the values go on to the next piece of the stream,
    the gradients stop here (Williams and Peng 1990).
    """
    leaves, structure = flatten(state)
    return unflatten(structure, [v.detach() if type(v) is Tensor else v for v in leaves])


def _mask(op, y, lengths, mask):
    if y.ndim != 3:
        raise ShapeError(f"{op}: expected y of shape (T, N, H), got {tuple(y.shape)}")
    return step_mask(op, lengths, mask, y.shape[:2])


def step_mask(op, lengths, mask, shape):
    """Lengths or a mask as a mask of the steps ``shape`` = (T, N), checked; None for neither."""
    if lengths is not None and mask is not None:
        raise ValueRangeError(f"{op}: give lengths or mask, not both")
    if lengths is not None:
        mask = sequence_mask(lengths, shape[0])
        if mask.shape != tuple(shape):
            raise ShapeError(
                f"{op}: {shape[1]} sequences need {shape[1]} lengths, got {mask.shape[1]}"
            )
    if mask is None:
        return None
    mask = value(mask)
    if mask.dtype != bool:
        raise DtypeError(f"{op}: the mask must be of bool, got {mask.dtype}; write mask > 0")
    if mask.shape != tuple(shape):
        raise ShapeError(f"{op}: the mask must be (T, N) = {tuple(shape)}, got {mask.shape}")
    return mask


def _all_real(op, mask, y):
    if y.shape[1] and not np.all(np.any(mask, axis=0)):
        row = int(np.argmin(np.any(mask, axis=0)))
        raise ValueRangeError(
            f"{op}: sequence {row} has no real step. Leave out sequences of length 0."
        )
