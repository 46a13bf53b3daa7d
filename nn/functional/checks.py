"""What the functions of this package check of their arguments, and how losses are reduced."""

import numpy as np

from autograd import Tensor, as_tensor
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.foreign import plain
from autograd.ops.geometry import check_image


def array(op, name, v):
    """Tensors and arrays as they are; what NumPy makes an array of, a list or a Series, as one."""
    if type(v) in (Tensor, np.ndarray):
        return v
    v = plain(v, f"{op}, {name}")
    if hasattr(v, "__array_function__"):
        return v
    if isinstance(v, tuple) and v and type(v[0]) is Tensor:
        raise DtypeError(
            f"{op}: {name} must be an array, got a tuple of {len(v)}. A recurrent layer gives "
            "(outputs, state): pass on the first; np.stack joins Tensors."
        )
    try:
        return as_tensor(v).data
    except (DtypeError, ShapeError) as e:
        raise type(e)(f"{op}: {name} must be an array of numbers: {e}") from None


def optional(op, name, v):
    """`array`, but None, which is not given, stays None."""
    return None if v is None else array(op, name, v)


def value(v):
    """The values of ``v`` as an ndarray, outside any graph."""
    return v.data if type(v) is Tensor else np.asarray(v)


def just(v, n) -> bool:
    """Whether an option is this number: a Tensor is not, it may want its gradient."""
    return type(v) is not Tensor and v == n


def images(op, x, d):
    """``x`` as floating images (N, C, *S) with ``d`` spatial axes."""
    x = array(op, "input", x)
    check_image(op, x, d)
    return x


def floating(op, name, v):
    """Refuse what has no derivative where one is needed."""
    if v.dtype.kind not in "fc":
        raise DtypeError(
            f"{op}: {name} must be floating, got {v.dtype} of shape {tuple(v.shape)}; use "
            f"{name}.astype(np.float32)"
        )


def positive(op, **numbers):
    """Refuse what is no positive integer."""
    for name, n in numbers.items():
        positive_int(op, name, n)


def positive_int(op, name, n) -> int:
    """``n`` as an int; ValueRangeError if it is no positive integer."""
    if not hasattr(n, "__index__") or isinstance(n, bool) or np.ndim(n) or n < 1:
        raise ValueRangeError(f"{op}: {name} must be a positive integer, got {n!r}")
    return int(n)


def whole(op, **numbers):
    """Refuse what is no integer from 0 on."""
    for name, v in numbers.items():
        if not hasattr(v, "__index__") or isinstance(v, bool) or np.ndim(v) or v < 0:
            raise ValueRangeError(f"{op}: {name} must be an integer from 0 on, got {v!r}")


def is_number(v) -> bool:
    """Whether this is a real number of Python or NumPy; True and False are not."""
    return isinstance(v, (int, float, np.integer, np.floating)) and not isinstance(v, bool)


def numbers(op, **values):
    """Refuse what is no real number; a Tensor of one, which may want its gradient, is."""
    for name, v in values.items():
        scalar = hasattr(v, "dtype") and v.ndim == 0 and v.dtype.kind in "iuf"
        if not scalar and not is_number(v):
            raise ValueRangeError(f"{op}: {name} must be a number, got {v!r}")


def not_negative(op, **numbers):
    """Refuse what is no number from 0 on."""
    for name, v in numbers.items():
        if not is_number(v) or not 0 <= v < np.inf:
            raise ValueRangeError(f"{op}: {name} must be a number from 0 on, got {v!r}")


def one_of(op, name, got, choices):
    """Refuse an option that is not one of ``choices``."""
    if not isinstance(got, tuple({type(c) for c in choices})) or got not in choices:
        names = ", ".join(map(repr, choices[:-1])) + f" or {choices[-1]!r}"
        raise ValueRangeError(f"{op}: {name} must be {names}, got {got!r}")


def same_shape(op, x, target, names=("input", "target")):
    """Losses do not broadcast: (N, 1) against (N,) would silently give (N, N)."""
    shapes = tuple(x.shape), tuple(target.shape)
    if shapes[0] != shapes[1]:
        long = [[n for n in shape if n != 1] for shape in shapes]
        remedy = f"; use {names[1]}.reshape({names[0]}.shape)" if long[0] == long[1] else ""
        raise ShapeError(
            f"{op}: {names[0]} and {names[1]} differ in shape, {shapes[0]} and {shapes[1]}, "
            f"and nothing is broadcast here{remedy}"
        )


def ranks(op, x, allowed, names):
    """``x`` must have one of these numbers of axes; ``names`` shows the expected shapes."""
    if x.ndim not in allowed:
        raise ShapeError(f"{op}: expected input of shape {names}, got {tuple(x.shape)}")


def proportion(op, p):
    """A probability in [0, 1]."""
    if not is_number(p) or not 0 <= p <= 1:
        raise ValueRangeError(f"{op}: p must be between 0 and 1, got {p!r}")


def not_inplace(op, inplace):
    """``inplace`` stands in PyTorch's signatures: a result is never written into its input."""
    if inplace:
        raise ValueRangeError(
            f"{op}: inplace must be False: the graph may need the input, and a result is never "
            f"written into it. Write x = {op}(x)."
        )


def class_axis(op, x):
    """Where the scores of the classes are: axis 1, or 0 of a single sample without batch axis."""
    if x.ndim == 0:
        raise ShapeError(f"{op}: expected scores of shape (N, C, ...), got a single number")
    floating(op, "input", x)
    return min(1, x.ndim - 1)


def labels_for(op, x, target, ignore_index=None):
    """Integer labels (N, ...) for the scores ``x`` (N, C, ...), checked, and which of them count.

    That is None where all do; a label that does not, ``ignore_index``, comes back as 0.
    """
    axis = class_axis(op, x)
    classes = x.shape[axis]
    labels = value(array(op, "target", target))
    if labels.dtype.kind not in "iu":
        hint = "; use target.astype(int)" if labels.dtype.kind in "fb" else ""
        raise DtypeError(
            f"{op}: labels must be integers, got {labels.dtype} of shape {labels.shape}{hint}"
        )
    expected = x.shape[:axis] + x.shape[axis + 1 :]
    if labels.shape != expected:
        raise ShapeError(
            f"{op}: scores (N, C, ...) and labels (N, ...) expected, got {tuple(x.shape)} and "
            f"{labels.shape}{_instead(x, labels, expected, axis)}"
        )
    if ignore_index is not None:
        numbers(op, ignore_index=ignore_index)
    within = not labels.size or (labels.min() >= 0 and labels.max() < classes)
    if within and (ignore_index is None or not 0 <= ignore_index < classes):
        return labels, None
    ignored = labels == ignore_index
    wrong = ((labels < 0) | (labels >= classes)) & ~ignored
    if wrong.any():
        bad = labels[wrong].flat[0]
        raise ValueRangeError(
            f"{op}: a label is {bad}, but with {classes} scores labels go from 0 to {classes - 1}"
        )
    return (np.where(ignored, 0, labels), ~ignored) if ignored.any() else (labels, None)


def _instead(x, labels, expected, axis):
    """What to do about labels of a wrong shape, where it is plain what they are."""
    if labels.shape == (*expected, 1):
        return "; use target[..., 0]"
    if labels.shape == x.shape and labels.ndim > axis and np.all(labels.sum(axis) == 1):
        return f"; use target.argmax({axis})"
    if labels.ndim + 1 == x.ndim and x.shape[:-1] == labels.shape:
        return "; the classes must be axis 1: use np.moveaxis(input, -1, 1)"
    return ""


def class_weights(op, weight, classes):
    """One factor per class, or None."""
    if weight is None:
        return None
    if isinstance(weight, str):
        raise DtypeError(
            f"{op}: weight must be one number per class, got {weight!r}. Give other options by "
            f"name: reduction={weight!r}."
        )
    weight = array(op, "weight", weight)
    if tuple(weight.shape) != (classes,):
        raise ShapeError(
            f"{op}: weight must be one number for each of the {classes} classes, got shape "
            f"{tuple(weight.shape)}"
        )
    return weight


def reduced(op, losses, reduction, total=None):
    """The losses as they are ('none'), their sum, or their mean; ``total`` to divide by."""
    one_of(op, "reduction", reduction, ("mean", "sum", "none"))
    if reduction == "none":
        return losses
    if reduction == "sum":
        return np.sum(losses)
    if losses.size == 0:
        raise ShapeError(f"{op}: the batch is empty, and the mean of nothing is not defined")
    return np.mean(losses) if total is None else np.sum(losses) / total
