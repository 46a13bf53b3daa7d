"""The first value that is not finite: which operation gave it, where, from what."""

import math
from dataclasses import dataclass, replace

import numpy as np

from autograd import recording, wording
from autograd.insight.lines import Line, line_of
from autograd.insight.reasons import why_not_finite
from autograd.insight.values import GONE, call_of, input_name, inputs_of
from autograd.tensor import Tensor

LISTED = 3  # indices that are written out


@dataclass
class NonFinite:
    """A NaN or an infinity where it arose.

    ``argument``: the input whose derivative it is, None in the forward pass; ``indices``: the first
    few places in the result, of ``count``; ``inputs``: {name: number} at the first of them, where
    the operation works element by element; ``line``: known inside `debug`.
    """

    op: str
    argument: str | None
    what: str
    indices: list[tuple]
    count: int
    size: int
    inputs: dict[str, float]
    reason: str
    line: Line | None

    def __str__(self):
        who = self.op
        if self.argument is not None:
            who = f"the derivative formula of {self.op} for {self.argument!r}"
        text = f"{who} gave {self.what}{self._where()}"
        if self.line:
            text += f" ({self.line})"
        text += f": {self.reason}." if self.reason else "."
        values = [f"{k} = {_number(v)}" for k, v in self.inputs.items() if k not in ("g", "out")]
        if values and self.size > 1:
            text += f" There {', '.join(values)}."
        elif values:
            text += f" It had {', '.join(values)}."
        if "g" in self.inputs:
            text += f" The cotangent that came in was {_number(self.inputs['g'])}."
        return text

    def _where(self):
        if self.size == 1:
            return ""
        places = ", ".join(str(list(i)) for i in self.indices)
        more = ", ..." if self.count > len(self.indices) else ""
        return f" at {places}{more} ({self.count:,} of {self.size:,} elements)"


def is_finite(v) -> bool:
    """Whether an array or number, or a tuple of them, is finite."""
    if type(v) is Tensor:
        v = v.data
    if isinstance(v, float):
        return math.isfinite(v)
    if type(v) is tuple:
        return all(map(is_finite, v))
    return np.asarray(v).dtype.kind not in "fc" or bool(np.isfinite(v).all())


def word(v) -> str:
    """``NaN``, ``inf`` or ``-inf``: what there is in an array that is not finite."""
    v = np.asarray(v.data if type(v) is Tensor else v)
    if np.isnan(v).any():
        return "NaN"
    if v.dtype.kind == "c":
        return "inf"
    return "inf" if np.isposinf(v).any() else "-inf"


def forward(node, y, values: dict) -> NonFinite | None:
    """What to say of a result ``y`` that is not finite; None if it only passed something on.

    An infinity that came in may have been put there on purpose (the -inf of a mask): it passes
    until it makes a NaN.
    """
    y = next(v for v in y if not is_finite(v)) if type(y) is tuple else y
    named = _named(node, values)
    has_nan = [k for k, v in named.items() if np.isnan(v).any()]
    has_inf = any(np.isinf(v).any() for v in named.values())
    if has_nan:
        computed = {input_name(node, k) for k, p in enumerate(inputs_of(node)) if p.plan}
        given = [k for k in has_nan if k not in computed]
        if not given:
            return None
        at = list(map(int, np.argwhere(np.isnan(named[given[0]]))[0]))
        reason = f"its argument {given[0]!r} holds NaN already" + (f", at {at}" if at else "")
        return replace(described(node, None, y, None, values), reason=reason, inputs={})
    if word(y) != "NaN" and has_inf:
        return None
    return described(node, None, y, None, values)


def described(node, k, result, g, values: dict) -> NonFinite:
    """What to say of a ``result`` that is not finite: of formula ``k`` of ``node``, or forward."""
    result, g = (v.data if type(v) is Tensor else v for v in (result, g))
    op, result = wording.operation(node.plan.op), np.asarray(result)
    bad = np.isnan(result) if np.isnan(result).any() else ~np.isfinite(result)
    indices = [tuple(map(int, i)) for i in np.argwhere(bad)[:LISTED]]
    argument = None if k is None else input_name(node, k)
    at = _numbers_at(node, _place(node, k, result, g, indices[0]), values)
    if argument is None:
        at.pop("y", None)
    elif g is not None and not isinstance(g, tuple):
        at |= _numbers({"g": g}, node.shape, _place(node, k, result, g, indices[0]))
    reason = why_not_finite(op, argument, {**at, "out": result[indices[0]].item()}, result.dtype)
    if not reason or (reason.startswith("too large") and not at):
        reason = _bad_argument(node, values) or reason
    if at.keys() - {"y", "g"}:  # the output says less than the inputs
        at.pop("y", None)
    return NonFinite(
        op, argument, word(result), indices, int(bad.sum()), result.size, at, reason, line_of(node)
    )


def _place(node, k, result, g, index):
    """Where in the result of an elementwise operation ``result[index]`` comes from; None: unknown.

    A gradient that was summed over broadcast axes is computed once more, without the sum.
    """
    if not node.plan.elementwise:
        return None
    if result.shape == node.shape:
        return index
    if k is None or g is None or isinstance(g, tuple):
        return None
    whole = unsummed(node, k, g)
    places = np.argwhere(~np.isfinite(whole))
    return tuple(map(int, places[0])) if whole.shape == node.shape and len(places) else None


def unsummed(node, k, g):
    """What formula ``k`` gives for ``g``, before that is summed over broadcast axes."""
    with recording.set_recording(False), np.errstate(all="ignore"):
        return np.asarray(node.plan.vjps[k](g, node.saved))


def _numbers_at(node, place, values) -> dict:
    """{argument: number} at a place of an elementwise operation; the numbers of any operation."""
    known = _named(node, values)
    if node in values and type(values[node]) is not tuple:
        known["y"] = values[node]
    return _numbers(known, node.shape, place)


def _numbers(arrays: dict, shape, place) -> dict:
    found = {}
    for name, v in arrays.items():
        if np.size(v) == 1:
            found[name] = np.asarray(v).reshape(()).item()
        elif place is not None:
            found[name] = np.broadcast_to(v, shape)[place].item()
    return found


def _bad_argument(node, values) -> str:
    """``its argument 'b' holds inf``, if one does."""
    for name, v in _named(node, values).items():
        if not is_finite(v):
            return f"its argument {name!r} holds {word(v)}"
    return ""


def _named(node, values) -> dict:
    """{argument: array of numbers} of an operation, those that are known."""
    op = node.plan.op
    if not op.names:
        return {}
    found = {}
    for name, v in zip(op.names, call_of(node, values).args, strict=False):
        parts = v if type(v) is list else [v]
        for i, a in enumerate(parts):
            number = isinstance(a, (int, float)) and not isinstance(a, bool)
            kind = getattr(getattr(a, "dtype", None), "kind", "f" if number else "")
            if a is not GONE and kind and kind in "iufc":
                found[f"{name}[{i}]" if type(v) is list else name] = a
    return found


def _number(v) -> str:
    return wording.number(v, 6)
