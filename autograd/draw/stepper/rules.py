"""The local rule of an operation as text: ``dJ/du * c``, to be read with names and with numbers.

The text is the operation's own line of NumPy, found in its source file.  Where that line calls
helpers, a shorter one of the same value is written here, else the docstring says what it does.
"""

import ast
import copy
import functools
import inspect
import linecache
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import wording
from autograd.plan import is_output

LONGEST = 64  # characters of a line that is shown as it is
SAYS = ("dy/d", "dL/d", "dy =", "dL =", "Adjoint", "adjoint", "derivative", "cotangent")
INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**",
    "float_power": "**", "matmul": "@", "remainder": "%", "floor_divide": "//",
}  # fmt: skip

# Of the same value as the operation's own line, and shorter, where the arguments are like this.
# G is the cotangent dL/dy, y the result.
SHORTER: dict[tuple[str, str], tuple[str, Callable[..., Any]]] = {
    ("absolute", "x"): ("G * sign(x)", lambda x: not np.iscomplexobj(x)),
    ("arctan", "x"): ("G / (1 + x * x)", lambda x: not np.iscomplexobj(x)),
    ("arctan2", "a"): ("G * b / (a * a + b * b)", lambda a, b: np.all(a * a + b * b != 0)),
    ("arctan2", "b"): ("-G * a / (a * a + b * b)", lambda a, b: np.all(a * a + b * b != 0)),
    ("hypot", "a"): ("G * a / y", lambda a, b: np.all(a * a + b * b != 0)),
    ("hypot", "b"): ("G * b / y", lambda a, b: np.all(a * a + b * b != 0)),
    ("logaddexp", "a"): ("G * exp(a - y)", lambda a, b: np.all(np.isfinite(a - b))),
    ("logaddexp", "b"): ("G * exp(b - y)", lambda a, b: np.all(np.isfinite(a - b))),
    ("maximum", "a"): ("G * (a > b)", lambda a, b: not np.any(a == b)),
    ("maximum", "b"): ("G * (b > a)", lambda a, b: not np.any(a == b)),
    ("minimum", "a"): ("G * (a < b)", lambda a, b: not np.any(a == b)),
    ("minimum", "b"): ("G * (b < a)", lambda a, b: not np.any(a == b)),
    ("power", "a"): ("G * b * a ** (b - 1)", lambda a, b: not np.any((a == 0) & (b == 0))),
    ("power", "b"): ("G * y * log(a)", lambda a, b: np.all(a > 0)),
}
SHORTER |= {("float_power", q): SHORTER["power", q] for q in "ab"}
MATMUL = {  # by argument, and axes of both: 1 or more
    ("a", 1, 1): "G * b", ("a", 1, 2): "b @ G", ("a", 2, 1): "outer(G, b)", ("a", 2, 2): "G @ b.T",
    ("b", 1, 1): "G * a", ("b", 1, 2): "outer(a, G)", ("b", 2, 1): "a.T @ G",
    ("b", 2, 2): "a.T @ G",
}  # fmt: skip
WORDS = {
    ("add_windows", "w"): "the windows of {g}",
    ("astype", "x"): "{g}, in the dtype of the input",
    ("batch_norm", "bias"): "{g} summed over batch and places",
    ("batch_norm", "weight"): "{g} * normalised {x}, summed over batch and places",
    ("batch_norm", "x"): "{weight}/σ * ({g} - its mean - its share along normalised {x})",
    ("broadcast_to", "x"): "{g}",
    ("clip", "x"): "{g} where {x} is within the bounds, else 0",
    ("clip", "a_max"): "{g} where {x} is above the bound, else 0",
    ("clip", "a_min"): "{g} where {x} is below the bound, else 0",
    ("concatenate", "arrays"): "its own slice of {g}",
    ("conv", "w"): "the convolution of {x} with {g} (conv_dw)",
    ("conv", "x"): "the convolution of {g} with the flipped {w} (conv_dx)",
    ("cross_entropy", "x"): "{g} * (softmax({x}) - one-hot label)",
    ("cumsum", "x"): "{g} summed from the other end",
    ("gelu", "x"): "{g} * (Φ({x}) + {x} φ({x}))",
    ("getitem", "x"): "{g} added into zeros at the index",
    ("linear", "b"): "{g} summed over the batch",
    ("linear", "w"): "{g}.T @ {x}",
    ("linear", "x"): "{g} @ {w}",
    ("layer_norm", "bias"): "{g} summed over all axes but the last",
    ("layer_norm", "weight"): "{g} * normalised {x}, summed over all axes but the last",
    ("layer_norm", "x"): "1/σ * (h - its mean - its share along {x}), h = {g} * {weight}",
    ("logsumexp", "x"): "{g} * softmax({x})",
    ("max", "x"): "{g} at the largest element, else 0; equal ones share",
    ("max_pool", "x"): "{g} at the winner of every window, else 0",
    ("mean", "x"): "{g} / {n}, at each of the {n} elements",
    ("min", "x"): "{g} at the smallest element, else 0; equal ones share",
    ("moveaxis", "x"): "{g} with its axes moved back",
    ("nan_to_num", "x"): "{g} where {x} is finite, else 0",
    ("norm_2", "x"): "{g} * {x} / ‖{x}‖, and 0 where ‖{x}‖ = 0",
    ("pad_constant", "x"): "{g} without the border",
    ("prod", "x"): "{g} * the product of the other factors",
    ("repeat", "x"): "{g} summed over the copies",
    ("rms_norm", "weight"): "{g} * scaled {x}, summed over all axes but the last",
    ("rms_norm", "x"): "(h - its share along {x}) / the root of mean {x}², h = {g} * {weight}",
    ("roll", "x"): "{g} rolled back",
    ("scale_channels", "bias"): "{g} summed over batch and places",
    ("scale_channels", "weight"): "{g} * {x} summed over batch and places",
    ("scale_channels", "x"): "{g} * {weight}, per channel",
    ("scatter_add", "x"): "{g} at the index",
    ("setitem", "value"): "{g} at the index",
    ("setitem", "x"): "{g}, with 0 at the index",
    ("sign", "x"): "0 * {g}",
    ("solve", "a"): "-solve({a}.T, {g}) times {y}.T",
    ("solve", "b"): "solve({a}.T, {g})",
    ("stack", "arrays"): "its own place of {g}",
    ("std", "x"): "{g} * ({x} - mean) / ((n - ddof) {y})",
    ("sum", "x"): "{g}, at each of the {n} summands",
    ("transpose", "x"): "{g} with its axes permuted back",
    ("var", "x"): "{g} * 2 ({x} - mean) / (n - ddof)",
    ("where", "a"): "{g} where the condition holds, else 0",
    ("where", "b"): "{g} where the condition does not hold, else 0",
}  # fmt: skip


def forward(op: str, operands: list[str]) -> str:
    """``b * c`` or ``relu(x)``."""
    if op in INFIX and len(operands) == 2:
        return unbracketed(f"{operands[0]} {INFIX[op]} {operands[1]}")
    if op == "negative":
        return f"-{operands[0]}"
    return f"{op}({', '.join(map(unbracketed, operands))})"


def rule(node, k: int, arguments: dict) -> "ast.expr | str":
    """The rule for parent ``k`` of a node: an expression to be `written`, or words with ``{g}``.

    In words, ``{x}`` stands for the name of the argument x, ``{y}`` for that of the result.

    ``arguments``: the values of the node's arguments by name; NaN where a value is not known.
    """
    op, argument = node.plan.op, argument_of(node, k)
    if is_output(node):
        return "{g}, as the gradient of this output"
    if op.trusted:  # this project's own: another's name would say nothing
        if op.__name__ == "matmul":
            text = _product(argument, *(np.ndim(arguments[q]) for q in "ab"))
            return ast.parse(text, mode="eval").body
        text, holds = SHORTER.get((op.__name__, argument), ("", _never))
        if holds(*(arguments[q] for q in op.names)):
            return ast.parse(text, mode="eval").body
        if (op.__name__, argument) in WORDS:
            words = WORDS[op.__name__, argument]
            if "{n}" in words:  # a reduction: how many elements went into each result
                n = math.prod(node.parents[k].shape) // max(math.prod(node.shape), 1)
                words = words.replace("{n}", f"{n:,}")
            return words
    formula = op.formulas.get(argument)
    if op.trusted:  # compiled for arrays: of the same value; what another wraps may not be
        formula = inspect.unwrap(formula)
    own = _own_line(getattr(formula, "__code__", None), argument)
    return own if own is not None and _readable(own, op) else documented(node, k)


def _never(*arguments) -> bool:
    return False


def _product(argument, a, b) -> str:
    text = MATMUL[argument, min(a, 2), min(b, 2)]
    return text.replace(".T", ".mT") if max(a, b) > 2 else text


def argument_of(node, k: int) -> str:
    """The name of the argument that parent ``k`` of a node is, or is in."""
    place, names = node.plan.key[k], node.plan.op.names
    return names[place[0] if type(place) is tuple else place] if names else node.plan.of(k)


def written(rule: ast.expr, texts: dict[str, str]) -> str | None:
    """An expression with every name replaced by its text; None where a text is missing."""
    try:
        text = ast.unparse(_Renamed({"π": "π"} | texts).visit(copy.deepcopy(rule)))
    except KeyError:
        return None
    return unbracketed(text)


def unbracketed(text: str) -> str:
    """``-2 * sin(-3)`` for ``(-2) * sin((-3))``; a power keeps its brackets."""
    return re.sub(r"(^|\()\((-[\w.]+)\)(?! \*\*|\.)", r"\1\2", text)


class _Renamed(ast.NodeTransformer):
    """Names become texts; ``np.cos`` becomes ``cos``; a function keeps its name."""

    def __init__(self, texts):
        self.texts = texts

    def visit_Name(self, node):
        return ast.Name(self.texts[node.id])

    def visit_Attribute(self, node):
        if isinstance(node.value, ast.Name) and node.value.id in ("np", "math"):
            return ast.Name("π" if node.attr == "pi" else node.attr)
        return self.generic_visit(node)

    def visit_Call(self, node):
        f = node.func if isinstance(node.func, ast.Name) else self.visit(node.func)
        keywords = [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords]
        return ast.Call(f, [self.visit(a) for a in node.args], keywords)


# -- where the text comes from --------------------------------------------------------------------


@functools.lru_cache(512)
def _own_line(code, argument) -> ast.expr | None:
    """The body of ``argument=lambda g, ...: body``, with G for g; None where it is not found."""
    if code is None or code.co_name != "<lambda>":
        return None
    found = _lambdas(code.co_filename).get((code.co_firstlineno, argument))
    names = code.co_varnames[: code.co_argcount]
    if found is None or tuple(a.arg for a in found.args.args) != names:
        return None
    same = {n.id: n.id for n in ast.walk(found.body) if isinstance(n, ast.Name)}
    return ast.parse(written(found.body, same | {names[0]: "G"}) or "", mode="eval").body


@functools.lru_cache(64)
def _lambdas(filename: str) -> dict:
    """(line, keyword) -> the lambda given there, of a source file or a notebook's cell."""
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError):
        return {}
    return {
        (line.lineno, k.arg): line
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for k in call.keywords
        for line in (k.value.args if isinstance(k.value, ast.Call) else [k.value])  # decorated
        if isinstance(line, ast.Lambda)
    }


def _readable(rule, op) -> bool:
    """Whether a line is short, and made of the operation's arguments and functions with a name."""
    called = {n.func for n in ast.walk(rule) if isinstance(n, ast.Call)}
    known = {"G", "y", "π", *op.names, *(f"{n}_shape" for n in op.names)}
    names = [n for n in ast.walk(rule) if isinstance(n, ast.Name)]
    plain = all(n.id in known or (n in called and n.id[0] != "_") for n in names)
    return plain and len(ast.unparse(rule)) <= LONGEST


def documented(node, k) -> str:
    """What the docstring says of the derivative, else only whose formula runs."""
    op, argument = node.plan.op, argument_of(node, k)
    text = op.__doc__ if isinstance(op.__doc__, str) else ""
    sentences = " ".join(text.split("\n\n")[0].split()).replace(".  ", ". ").split(". ")
    said = [s.rstrip(".") for s in sentences if any(w in s for w in SAYS)]
    name = wording.operation(op)
    told = f": “{said[0]}”" if said and len(said[0]) <= 2 * LONGEST else ""
    return f"vjp of {name} for {argument} at {{g}}{told}"
