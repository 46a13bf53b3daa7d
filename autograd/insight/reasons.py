"""Why an operation gives 0, an infinity or NaN: in the words of its own formula.

A reason is looked up by operation and argument.  It gets the values by name (``x``, ``a``, ``b``,
``y``: at the places in question), and returns what to say, or None if it does not hold there.
"""

from typing import Any

import numpy as np

# -- where a local derivative is 0 ----------------------------------------------------------------


def _all(test) -> bool:
    return test is not None and bool(np.all(test))


def _value(v) -> str:
    """One number of those there are: ``x = -2``, ``x from -2 to -0.5``."""
    low, high = np.min(v), np.max(v)
    return f"= {low:.4g}" if low == high else f"from {low:.4g} to {high:.4g}"


def _flat(op):
    return lambda v: f"{op} is constant between its jumps, so its derivative is 0 everywhere"


def _relu(v):
    x, y = v.get("x"), v.get("y")
    if x is not None and _all(x <= 0):
        return f"relu is dead there: its input is <= 0 (x {_value(x)})"
    return "relu is dead there: its input is <= 0" if y is not None and _all(y <= 0) else None


def _limited(low, high, name):
    def reason(v):
        x = v.get("x")
        if x is None or not _all((x <= low) | (x >= high)):
            return None
        return f"the input of {name} is outside ({low}, {high}): x {_value(x)}"

    return reason


def _clip(v):
    x, low, high = v.get("x"), v.get("a_min"), v.get("a_max")
    if x is None or np.any(x == v.get("y", np.nan)):
        return None
    bounds = (
        f"[{'-inf' if low is None else _shown(low)}, {'inf' if high is None else _shown(high)}]"
    )
    return f"clip: the input is outside its range {bounds}: x {_value(x)}"


def _saturated(name):
    def reason(v):
        x, y = v.get("x"), v.get("y")
        if y is None or not _all(np.isclose(y, np.round(y), atol=1.1e-3)):
            return None
        where = f"x {_value(x)}, " if x is not None else ""
        return f"{name} is saturated: {where}y {_value(y)}, so its derivative is all but 0"

    return reason


def _softmax(v):
    y, g = v.get("y"), v.get("g")
    if g is not None and g.size > 1 and np.all(g == g.flat[0]):
        return (
            f"softmax: all its outputs have the same cotangent {g.flat[0]:.4g}, and they always "
            "sum to 1"
        )
    if y is not None and _all((y < 1e-4) | (y > 1 - 1e-4)):
        return f"softmax is saturated: its outputs are 0 and 1 (the largest is {np.max(y):.6g})"
    return None


def _cross_entropy(v):
    x = v.get("x")
    if x is None:
        return None
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return _softmax({"y": e / np.sum(e, axis=1, keepdims=True)})


def _where(branch):
    other = "false" if branch == "a" else "true"
    which = "first" if branch == "a" else "second"
    return lambda v: f"where did not take its {which} branch there: the condition is {other}"


def _loses(other, sign, name):
    def reason(v):
        a, b = (v.get("a"), v.get("b")) if other == "b" else (v.get("b"), v.get("a"))
        if a is None or b is None or not _all(sign * (b - a) > 0):
            return f"{name} took the other argument there"
        less = "smaller" if sign > 0 else "larger"
        if "the values" in (_shown(a), _shown(b)):
            return f"{name} took the other argument: the values are {less} than those of it"
        return f"{name} took the other argument: {_shown(a)} is {less} than {_shown(b)}"

    return reason


def _winner(name):
    what = "largest" if name.startswith("max") else "smallest"
    return lambda v: f"{name} passes a gradient to the {what} element only; others won"


def _factor(name, other):
    def reason(v):
        b = v.get(other)
        if b is None or not _all(b == 0):
            return None
        return (
            f"{name} by 0: its other argument, {other!r}, is 0 there (a mask, a dropped unit, or "
            "a factor that is 0)"
        )

    return reason


def _product(name, other):
    def reason(v):
        b = v.get(other)
        return (
            f"{name} with 0: its other argument, {other!r}, is all 0"
            if b is not None and _all(b == 0)
            else None
        )

    return reason


def _at_zero(name, derivative):
    def reason(v):
        x = v.get("x")
        return f"the derivative of {name}, {derivative}, is 0 at x = 0" if _is(x, 0) else None

    return reason


def _is(x, value) -> bool:
    return x is not None and _all(x == value)


def _power(v):
    a, b = v.get("a"), v.get("b")
    if b is not None and _all(b == 0):
        return "power: a ** 0 is 1 whatever a is"
    return (
        f"power: its derivative b a^(b-1) is 0 at a = 0 (b = {_shown(b)})"
        if _is(a, 0) and b is not None
        else None
    )


def _underflow(v):
    return "exp underflows: e^x is 0 there" if _is(v.get("y"), 0) else None


ZERO: dict[tuple[str, str], Any] = {
    ("relu", "x"): _relu,
    ("relu6", "x"): _limited(0, 6, "relu6"),
    ("hard_tanh", "x"): _limited(-1, 1, "hard_tanh"),
    ("hard_sigmoid", "x"): _limited(-3, 3, "hard_sigmoid"),
    ("clip", "x"): _clip,
    ("sigmoid", "x"): _saturated("sigmoid"),
    ("tanh", "x"): _saturated("tanh"),
    ("softmax", "x"): _softmax,
    ("log_softmax", "x"): lambda v: _softmax({**v, "y": np.exp(v["y"])}) if "y" in v else None,
    ("cross_entropy", "x"): _cross_entropy,
    ("where", "a"): _where("a"),
    ("where", "b"): _where("b"),
    ("maximum", "a"): _loses("b", 1, "maximum"),
    ("maximum", "b"): _loses("a", 1, "maximum"),
    ("minimum", "a"): _loses("b", -1, "minimum"),
    ("minimum", "b"): _loses("a", -1, "minimum"),
    ("max", "x"): _winner("max"),
    ("min", "x"): _winner("min"),
    ("max_pool", "x"): _winner("max_pool"),
    ("multiply", "a"): _factor("multiply", "b"),
    ("multiply", "b"): _factor("multiply", "a"),
    **{
        (op, k): _product(op, other)
        for op, pair in (("matmul", ("a", "b")), ("linear", ("x", "w")), ("conv", ("x", "w")))
        for k, other in (pair, pair[::-1])
    },
    ("getitem", "x"): lambda v: "getitem: these elements are not among those that the index picks",
    ("setitem", "x"): lambda v: "item assignment: these elements were overwritten",
    ("square", "x"): _at_zero("square", "2x"),
    ("absolute", "x"): _at_zero("abs", "sign(x)"),
    ("power", "a"): _power,
    ("exp", "x"): _underflow,
    **{
        (op, "x"): _flat(op) for op in ("floor", "ceil", "trunc", "rint", "round", "sign")
    },
    ("heaviside", "a"): _flat("heaviside"),
    **{("floor_divide", k): _flat("floor_divide") for k in ("a", "b")},
}  # fmt: skip


def why_zero(op: str, argument: str, values: dict, called: str, alone: bool = True) -> str:
    """Why the formula of ``op`` for ``argument`` gave 0 for a cotangent that is not 0.

    ``op`` is '' for an operation that is not of this library; ``called``: its name in any case.
    ``alone``: every element of the cotangent gave one of the gradient, times a derivative.
    """
    rule = ZERO.get((op, argument))
    said = _said(rule, values) if rule else None
    if said:
        return said
    if op in ("stack", "concatenate"):
        return f"{called} hands on the part of the gradient that belongs to {argument!r}: it is 0"
    if alone:
        return f"the derivative of {called} by {argument!r} is 0 at these values"
    return f"the formula of {called} for {argument!r} gives 0 for this cotangent at these values"


# -- where a value or a derivative is not finite --------------------------------------------------


def _infinite_at(name, slope, at):
    text = f"the derivative {slope} is infinite at {name} = {at}"
    return name, lambda v: abs(v) == 1 if at == "±1" else v == at, text


_LOG = [
    ("x", lambda x: x == 0, "log 0 is -inf"),
    ("x", lambda x: x < 0, "a negative number has no real logarithm"),
]
FORWARD: dict[str, list] = {
    "log": _LOG,
    "log2": _LOG,
    "log10": _LOG,
    "log1p": [
        ("x", lambda x: x == -1, "log 0 is -inf"),
        ("x", lambda x: x < -1, "1 + x is negative and has no real logarithm"),
    ],
    "sqrt": [("x", lambda x: x < 0, "a negative number has no real square root")],
    "arcsin": [("x", lambda x: abs(x) > 1, "arcsin is defined from -1 to 1")],
    "arccos": [("x", lambda x: abs(x) > 1, "arccos is defined from -1 to 1")],
    "arctanh": [("x", lambda x: abs(x) >= 1, "arctanh is finite between -1 and 1 only")],
    "arccosh": [("x", lambda x: x < 1, "arccosh is defined from 1 on")],
    "reciprocal": [("x", lambda x: x == 0, "1 / 0")],
    "divide": [("b", lambda b: b == 0, "division by 0")],
    "remainder": [("b", lambda b: b == 0, "division by 0")],
    "power": [
        ("a", lambda a: a < 0, "a negative number to a power that is no whole number"),
        ("a", lambda a: a == 0, "0 to a negative power"),
    ],
    "logit": [("x", lambda x: (x <= 0) | (x >= 1), "logit is finite between 0 and 1 only")],
}

_SLOPES = {  # (operation, argument): its derivative, and where that is infinite or has no value
    ("log", "x"): ("1/x", 0),
    ("log2", "x"): ("1/(x log 2)", 0),
    ("log10", "x"): ("1/(x log 10)", 0),
    ("log1p", "x"): ("1/(1+x)", -1),
    ("sqrt", "x"): ("1/(2√x)", 0),
    ("cbrt", "x"): ("1/(3 x^(2/3))", 0),
    ("reciprocal", "x"): ("-1/x²", 0),
    ("divide", "a"): ("1/b", 0),
    ("divide", "b"): ("-a/b²", 0),
    ("arcsin", "x"): ("1/√(1-x²)", "±1"),
    ("arccos", "x"): ("-1/√(1-x²)", "±1"),
    ("arctanh", "x"): ("1/(1-x²)", "±1"),
    ("arccosh", "x"): ("1/√(x²-1)", 1),
}
BACKWARD: dict[tuple[str, str], list] = {
    ("power", "a"): [
        ("a", lambda a: a == 0, "the derivative b a^(b-1) is infinite at a = 0 for b < 1")
    ],
    ("power", "b"): [("a", lambda a: a < 0, "the derivative a^b log a needs a > 0")],
    ("logit", "x"): [
        ("x", lambda x: (x == 0) | (x == 1), "the derivative 1/(x (1-x)) is infinite at 0 and 1")
    ],
    **{
        (op, argument): [_infinite_at("b" if op == "divide" else argument, slope, at)]
        for (op, argument), (slope, at) in _SLOPES.items()
    },
}


def why_not_finite(op: str, argument: "str | None", values: dict, dtype) -> str:
    """Why ``op`` (its formula for ``argument``, or forward if None) gave a NaN or an infinity.

    ``values``: {name: number} at the index, ``y`` or ``out`` being what was given.
    """
    rules = FORWARD.get(op, []) if argument is None else BACKWARD.get((op, argument), [])
    for name, test, text in rules:
        if values.get(name) is not None and _all(_quiet(test, values[name])):
            return text
    inputs = [v for k, v in values.items() if k not in ("y", "out", "g") and np.ndim(v) == 0]
    if any(np.isnan(v) for v in inputs):
        return "it got NaN"
    if any(np.isinf(v) for v in inputs) and np.isnan(values.get("out", 0)):
        return "infinities that cancel, or 0 times infinity, have no value"
    if any(np.isinf(v) for v in [*inputs, values.get("y", 0)] if np.ndim(v) == 0):
        return "it got an infinity"
    if np.dtype(dtype).kind in "fc" and np.isinf(values.get("out", 0)):
        return f"too large for {dtype}, which ends at {np.finfo(dtype).max:.2g}"
    return ""


def _said(rule, values):
    try:
        return rule(values)
    except (TypeError, ValueError):  # complex values have no order, shapes may not be alike
        return None


def _quiet(test, v):
    with np.errstate(all="ignore"):
        try:
            return test(v)
        except TypeError:
            return False


def _shown(v) -> str:
    v = np.asarray(v)
    return f"{v.flat[0]:.4g}" if v.size == 1 or np.all(v == v.flat[0]) else "the values"
