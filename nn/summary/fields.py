"""Which part of the input an element sees: receptive fields, followed through a recorded graph.

Along each spatial axis of the input a `Span` says it for all elements of an array at once.  A rule
per operation turns the span of its input into that of its output; where inputs meet, the union
counts.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from autograd.graph import Node
from nn.summary.spans import Span, Step, first_shape


def of_node(step: Step, fields: dict[Node, tuple[Span, ...]]) -> tuple[tuple[Span, ...], bool]:
    """The spans of a node's result from those of its parents, and whether there was a rule."""
    found, known = [], True
    for k, parent in enumerate(step.node.parents):
        if parent not in fields:
            continue
        rule = RULES.get(step.known) or (pointwise if step.node.plan.elementwise else None)
        known &= rule is not None
        rule = rule or unknown
        found.append(
            tuple(
                span if span.axis is None else rule(step, k, first_shape(parent), span)
                for span in fields[parent]
            )
        )
    if not found:
        return (), known
    return tuple(_union(spans, step.shape) for spans in zip(*found, strict=True)), known


def _union(spans, shape) -> Span:
    axes = {(s.axis, s.step) for s in spans}
    if len(axes) > 1:
        spans = [s if s.axis is None else s.joined(shape[s.axis]) for s in spans]
    low, high = min(s.low for s in spans), max(s.high for s in spans)
    return replace(spans[0], low=low, high=high)


# -- rules: (step, number of the parent, its shape, its span) -> the span in the result ------------


def unknown(step, k, shape, span):
    """Nothing is known, or everything is mixed: each element may see what all see."""
    return span.joined(shape[span.axis])


def pointwise(step, k, shape, span):
    """Each element from those at its place, with broadcasting."""
    axis = span.axis + len(step.shape) - len(shape)
    if axis < 0 or step.shape[axis] != shape[span.axis]:
        return unknown(step, k, shape, span)
    return replace(span, axis=axis)


def window(span, kernel, stride, before, dilation):
    """Windows at ``stride`` that start ``before`` elements early."""
    return moved(span, -before, dilation * (kernel - 1) - before, span.step * stride)


def moved(span, first, last, step):
    """Element i sees what elements ``first`` to ``last``, counted from i step / span.step, saw."""
    ends = (first * span.step, last * span.step)
    return Span(span.axis, span.low + min(ends), span.high + max(ends), step)


def convolution(step, k, shape, span):
    """Windows of the image; channels are mixed, examples are not."""
    if step.place(k)[0] == 0 and span.axis == 0:
        return span
    if step.place(k)[0] != 0 or span.axis < 2:
        return unknown(step, k, shape, span)
    kernel, stride, padding, dilation = _along(step, span)
    return window(span, kernel, stride, padding[0], dilation)


def transposed_convolution(step, k, shape, span):
    """Output o gets input i where o = stride i - before + dilation j, for j within the filter."""
    if step.place(k)[0] == 0 and span.axis == 0:
        return span
    if step.place(k)[0] != 0 or span.axis < 2:
        return unknown(step, k, shape, span)
    kernel, stride, (before, _), dilation = _along(step, span)
    first, last = Fraction(before - dilation * (kernel - 1), stride), Fraction(before, stride)
    return moved(span, first, last, span.step / stride)


def pooling(step, k, shape, span):
    """Windows of each channel."""
    if span.axis < 2:
        return span
    kernel, stride, padding, dilation = _along(step, span)
    return window(span, kernel, stride, padding[0], dilation)


def _along(step, span):
    """Kernel, stride, padding and dilation of the windows along the axis of ``span``."""
    return (numbers[span.axis - 2] for numbers in step.saved["geometry"])


def unfolded(step, k, shape, span):
    """(N, C, *S) -> (N, C, *K, *P): the places P; what the window K covers counts for each."""
    if span.axis < 2:
        return span
    return replace(pooling(step, k, shape, span), axis=span.axis + len(shape) - 2)


def matrix_product(step, k, shape, span):
    """The summed axis is seen whole; the others stay."""
    left, from_end = step.place(k)[0] == 0, span.axis - len(shape)
    if len(shape) == 1 or from_end == (-1 if left else -2):
        return unknown(step, k, shape, span)
    other = _other_ndim(step, left)
    if other == 1:  # a vector on the other side has no axis in the result
        return replace(span, axis=span.axis - (1 if from_end == -1 else 0))
    axis = from_end + len(step.shape)
    if step.shape[axis] != shape[span.axis]:
        return unknown(step, k, shape, span)
    return replace(span, axis=axis)


def _other_ndim(step, left):
    name = "b" if left else "a"
    if name in step.saved:
        return step.saved[name].ndim
    return len(step.saved[f"{name}_shape"])


def linear(step, k, shape, span):
    """The features are mixed; the axes before them stay."""
    if step.place(k)[0] != 0 or span.axis == len(shape) - 1:
        return unknown(step, k, shape, span)
    return span


def batch_statistics(step, k, shape, span):
    """Each channel is normalised by the mean and variance of all of it."""
    return span if span.axis == 1 and step.place(k)[0] == 0 else unknown(step, k, shape, span)


def channel_scales(step, k, shape, span):
    """Each element from that of its place; the scales from everywhere."""
    return span if step.place(k)[0] == 0 else unknown(step, k, shape, span)


def layer_statistics(step, k, shape, span):
    """Normalised by the mean and variance of the whole last axis."""
    kept = step.place(k)[0] == 0 and span.axis < len(shape) - 1
    return span if kept else unknown(step, k, shape, span)


def einsum(step, k, shape, span):
    """An index that stays in the result stays; one that is summed over is seen whole."""
    inputs, out = step.saved["subscripts"].split("->")
    letters = inputs.split(",")[step.place(k)[1] or 0]
    letter = letters[span.axis]
    if letters.count(letter) > 1 or letter not in out:
        return unknown(step, k, shape, span)
    return replace(span, axis=out.index(letter))


def along_axis(step, k, shape, span):
    """A reduction, softmax or running sum: its axes are seen whole, the others stay."""
    axes = _axes(step.saved.get("axis"), len(shape))
    if span.axis in axes:
        return unknown(step, k, shape, span)
    if len(step.shape) == len(shape):
        return span
    return replace(span, axis=span.axis - sum(a < span.axis for a in axes))


def reshaped(step, k, shape, span):
    """An axis that is an axis of the result too, the same elements before it, stays."""
    before = _product(shape[: span.axis])
    for axis, n in enumerate(step.shape):
        if n == shape[span.axis] and _product(step.shape[:axis]) == before:
            return replace(span, axis=axis)
    return unknown(step, k, shape, span)


def permuted(step, k, shape, span):
    """Axes in another order."""
    s, order = step.saved, list(range(len(shape)))
    if "axes" in s:
        order = order[::-1] if s["axes"] is None else [a % len(order) for a in s["axes"]]
    elif "axis1" in s:
        a, b = s["axis1"], s["axis2"]
        order[a], order[b] = order[b], order[a]
    else:
        source, destination = _axes(s["source"], len(shape)), _axes(s["destination"], len(shape))
        order = [a for a in order if a not in source]
        for at, a in sorted(zip(destination, source, strict=True)):
            order.insert(at, a)
    return replace(span, axis=order.index(span.axis))


def flipped(step, k, shape, span):
    """Along the flipped axes element i is what element n - 1 - i was."""
    if span.axis not in _axes(step.saved["axis"], len(shape)):
        return span
    last = (shape[span.axis] - 1) * span.step
    return Span(span.axis, span.low + last, span.high + last, -span.step)


def repeated(step, k, shape, span):
    """Element o is what element floor(o / times) was."""
    axis, times = step.saved["axis"], step.saved["repeats"]
    if axis is None or not hasattr(times, "__index__"):
        return unknown(step, k, shape, span)
    if axis % len(shape) != span.axis:
        return span
    return moved(span, Fraction(1 - times, times), 0, span.step / times)


def padded(step, k, shape, span):
    """Element i is what element i - before was."""
    back = step.saved["pad_width"][span.axis][0] * span.step
    return replace(span, low=span.low - back, high=span.high - back)


def passed(step, k, shape, span):
    """One of the results of an operation that has several."""
    return span


def joined(step, k, shape, span):
    """Along the axis that arrays are joined on or parted by, one span cannot say who sees what."""
    if step.saved["axis"] is None or step.saved["axis"] % len(shape) == span.axis:
        return unknown(step, k, shape, span)
    return span


def stacked(step, k, shape, span):
    """A new axis, before or behind."""
    new = step.saved["axis"] % len(step.shape)
    return replace(span, axis=span.axis + (new <= span.axis))


def indexed(step, k, shape, span):
    """Slices and numbers; an array of indices sees whatever it may pick."""
    index = step.saved["index"]
    index = index if isinstance(index, tuple) else (index,)
    basic = (int, slice, type(None), type(Ellipsis))
    if not all(isinstance(q, basic) and not isinstance(q, bool) for q in index):
        return unknown(step, k, shape, span)
    used = sum(isinstance(q, (int, slice)) for q in index)
    if Ellipsis not in index:
        index = (*index, Ellipsis)
    at = index.index(Ellipsis)
    index = index[:at] + (slice(None),) * (len(shape) - used) + index[at + 1 :]
    source = new = 0
    for q in index:
        if q is None:
            new += 1
            continue
        if source == span.axis:
            break
        new += isinstance(q, slice)
        source += 1
    n = shape[span.axis]
    if isinstance(q, int):
        shift = (q % n) * span.step
        return Span(None, span.low + shift, span.high + shift, Fraction(0))
    start, _, stride = q.indices(n)
    shift = start * span.step
    return Span(new, span.low + shift, span.high + shift, span.step * stride)


def _axes(axis, d):
    if axis is None:
        return tuple(range(d))
    return tuple(a % d for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def _product(sizes) -> int:
    n = 1
    for s in sizes:
        n *= s
    return n


RULES: dict[str, Callable[[Step, int, Any, Span], Span]] = {
    "conv": convolution,
    "conv_dx": transposed_convolution,
    "max_pool": pooling,
    "avg_pool": pooling,
    "lp_pool": pooling,
    "windows_of": unfolded,
    "matmul": matrix_product,
    "linear": linear,
    "weighted_sums": linear,
    "einsum": einsum,
    "batch_norm": batch_statistics,
    "layer_norm": layer_statistics,
    "rms_norm": layer_statistics,
    "scale_channels": channel_scales,
    "reshape": reshaped,
    "expand_dims": reshaped,
    "squeeze": reshaped,
    "transpose": permuted,
    "swapaxes": permuted,
    "moveaxis": permuted,
    "flip": flipped,
    "repeat": repeated,
    "pad_constant": padded,
    "concatenate": joined,
    "array_split": joined,
    "output": passed,
    "stack": stacked,
    "getitem": indexed,
    "broadcast_to": pointwise,
    "copy": pointwise,
    "astype": pointwise,
} | dict.fromkeys(
    (
        "sum", "mean", "max", "min", "prod", "var", "std", "logsumexp", "norm_2", "norm_p",
        "softmax", "log_softmax", "cumsum", "cumprod",
    ),
    along_axis,
) | dict.fromkeys(("rnn_tanh", "rnn_relu", "lstm", "gru"), unknown)  # fmt: skip
