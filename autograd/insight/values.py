"""What is known of the values in a graph: those of its nodes, and the arguments of an operation.

A node keeps only what its formulas name, but what one node keeps is often the value of another; and
`debug` keeps every value.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd import graph
from autograd.calls import CallPlan
from autograd.insight.lines import records
from autograd.primitive import Primitive, owned

GONE = object()  # stands for a value that nobody holds any more
FROM_RESULT = {  # options that the result itself gives away
    ("astype", "dtype"): lambda node: node.dtype,
    ("expand_dims", "axis"): lambda node: _ones(node.shape, node.parents[0].shape),
    ("squeeze", "axis"): lambda node: _ones(node.parents[0].shape, node.shape),
}
INDEPENDENT = ("add", "subtract", "where")  # dy/da does not depend on b, nor dy/db on a


def known_values(nodes) -> dict:
    """{node: value} of all these nodes whose value somebody still holds."""
    found: dict = {}
    for node in nodes:
        t, record = node.out(), records.get(node)
        if t is not None:
            found[node] = t.data
        elif record is not None:
            found[node] = record.value
        elif node.plan is not None and type(node.value) is not tuple and node.value is not None:
            found[node] = node.value
    for node in nodes:
        if node.plan is None or type(node.saved) is graph.Released:
            continue
        for v, link in zip(node.saved, node.plan.links, strict=True):
            if link == "y":
                found.setdefault(node, v)
            elif type(link) is int:
                found.setdefault(inputs_of(node)[link], v)
            elif type(link) is dict:
                for place, k in link.items():
                    found.setdefault(node.parents[k], v[place])
    return found


def gathers(node) -> bool:
    """Whether the one parent of ``node`` stands for several inputs, as in `autograd.calls`."""
    return isinstance(node.plan, CallPlan) and node.plan.gathered


def inputs_of(node) -> tuple:
    """The nodes of the inputs that need a gradient."""
    return node.parents[0].parents if gathers(node) else node.parents


def input_name(node, k: int) -> str:
    """What the operation calls its input ``k``."""
    return (node.parents[0].plan if gathers(node) else node.plan).of(k)


@dataclass
class Call:
    """The arguments of an operation, to compute it again: ``fn(*args, **options)``.

    ``at``: for each input that needs a gradient, its place in ``args``: k, or (k, i) in a list.
    ``gone``: names whose value nobody holds; ``guessed``: options that were given their default;
    ``stand_ins``: constants that are zeros here, because no derivative depends on their values.
    """

    fn: Any
    args: list
    options: dict[str, Any]
    at: list
    gone: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    stand_ins: list[str] = field(default_factory=list)

    def result(self, args=None):
        """What it gives, for other ``args`` if need be: an array, or a tuple."""
        y = self.fn(*(self.args if args is None else args), **self.options)
        return tuple(map(owned, y)) if type(y) in (tuple, list) else owned(y)


def call_of(node, values: dict) -> Call:
    """What ``node`` was called with, from the values that are known."""
    by_name = isinstance(node.plan.op, Primitive)
    return _of_primitive(node, values) if by_name else _of_call(node)


def _of_primitive(node, values) -> Call:
    plan, op = node.plan, node.plan.op
    record = records.get(node)
    if record is not None and record.call is not None:
        args, options = record.call
        return Call(op.fn, list(args), dict(options), list(plan.key))
    saved = dict(zip(plan.names, node.saved, strict=True))
    single = [(op.names[k], v) for k, v in node.constants if type(k) is int]
    constants = {name: v for name, v in single if type(v) is not tuple}
    constants_shape = {name: v for name, v in single if type(v) is tuple}
    inputs = {place: values.get(p, GONE) for place, p in zip(plan.key, node.parents, strict=True)}
    call = Call(op.fn, [], {}, list(plan.key))
    for k, (name, parameter) in enumerate(op.__signature__.parameters.items()):
        if k in inputs:
            v = inputs[k]
        elif k in op.lists:
            v = _list(node, k, name, saved, inputs)
        elif name in saved:
            v = saved[name]
        elif name in constants:
            v = constants[name]
        elif name in op.formulas and name not in constants_shape:
            v = None  # the only constant that a node does not mention
        elif name in constants_shape and op.trusted and op.__name__ in INDEPENDENT:
            v = np.zeros(constants_shape[name])
            call.stand_ins.append(name)
        elif op.trusted and (
            name == "shape" or name.endswith("_shape")
        ):  # of what a linear operation gives back
            v = node.shape
        elif op.trusted and (op.__name__, name) in FROM_RESULT:
            v = FROM_RESULT[op.__name__, name](node)
        elif parameter.default is not parameter.empty:
            v = parameter.default
            call.guessed.append(name)
        else:
            v = GONE
        if v is GONE or (type(v) is list and any(x is GONE for x in v)):
            call.gone.append(name)
        if parameter.kind is parameter.KEYWORD_ONLY:
            call.options[name] = v
        elif parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            if name not in saved:
                call.gone.append(name)
            elif parameter.kind is parameter.VAR_POSITIONAL:
                call.args += v
            else:
                call.options |= v
        else:
            call.args.append(v)
    return call


def _ones(long, short) -> tuple:
    """The axes of size 1 that the shape ``long`` has and ``short`` has not."""
    found, rest = [], list(short)
    for k, n in enumerate(long):
        if n == 1 and len(long) - k > len(rest):
            found.append(k)
        else:
            rest.pop(0)
    return tuple(found)


def _list(node, k, name, saved, inputs):
    """An argument that is a list of arrays."""
    small = {place: v for place, v in node.constants if type(v) is not tuple} | inputs
    mine = {place[1]: v for place, v in small.items() if type(place) is tuple and place[0] == k}
    if name in saved:
        return [mine.get(i, v) for i, v in enumerate(saved[name])]
    shapes = saved.get(f"{name}_shape")
    n = len(shapes) if shapes is not None else max(mine) + 1
    if node.plan.op.__name__ == "stack":
        n = node.shape[saved["axis"] % len(node.shape)]
    return [mine.get(i, GONE) for i in range(n)]


def _of_call(node) -> Call:
    """Of one of `autograd.calls`: all its arguments are saved, as 'argument 0', 'argument axis'."""
    call = Call(node.plan.op.fn, [], {}, [])
    if call.fn is None:
        call.gone.append("the function itself: it is run again in the backward pass")
        return call
    saved = dict(zip(node.plan.names, node.saved, strict=True))
    for name, v in saved.items():
        key = name.removeprefix("argument ")
        if name == "result":
            continue
        if "leaf" in name:
            call.gone.append(name)
        elif key.isdigit():
            call.args.append(v)
        else:
            call.options[key] = v
    names = [input_name(node, k) for k in range(len(inputs_of(node)))]
    call.at = [int(n.removeprefix("argument ")) for n in names if "leaf" not in n]
    return call
