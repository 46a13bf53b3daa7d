"""What all of `nn.insight` shares: how networks are run, layers found, and arguments checked."""

import difflib
from collections.abc import Iterable, Iterator, Sized
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from autograd import Tensor, graph, no_grad
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from nn import bars, init, modes
from nn.functional.checks import array, floating, positive, value
from nn.module import Module

NAMES = 40  # so many layers are listed in a message


def evaluating(op: str, model: Module) -> AbstractContextManager[None]:
    """`nn.modes.evaluating`, for what is a module."""
    if not isinstance(model, Module):
        raise DtypeError(f"{op}: the model must be a Module, got {type(model).__name__}")
    return modes.evaluating(model)


# -- layers by name -------------------------------------------------------------------------------


def layer_named(op: str, model: Module, name: str) -> Module:
    """The module at a path; the message of the error lists the paths there are."""
    if not isinstance(name, str):
        raise DtypeError(
            f"{op}: a layer is given by its name, such as 'conv1', got {type(name).__name__}"
        )
    try:
        return model.get_submodule(name)
    except ValueRangeError:
        names = [path for path, _ in model.named_modules() if path]
    near = difflib.get_close_matches(name, names, 1)
    raise ValueRangeError(
        f"{op}: there is no layer {name!r} in {type(model).__name__}."
        + (f" Did you mean {near[0]!r}?" if near else "")
        + f" There are: {', '.join(names[:NAMES]) or 'none'}"
        + (f", and {len(names) - NAMES} more (model.named_modules())" if names[NAMES:] else "")
    )


@contextmanager
def outputs_of(op: str, model: Module, name: str) -> Iterator[list[Any]]:
    """A list that takes up what the layer of this name returns, every time it runs."""
    found: list[Any] = []
    hook = layer_named(op, model, name).register_forward_hook(lambda *call: found.append(call[2]))
    with hook:
        yield found


def last_of(op: str, name: str, found: list[Any], n: int) -> Any:
    """The output of the last run of a layer, checked to have one row per example."""
    if not found:
        raise ValueRangeError(f"{op}: the layer {name!r} did not run on this input")
    y = found.pop()
    found.clear()
    if not isinstance(y, (Tensor, np.ndarray)):
        raise DtypeError(
            f"{op}: the layer {name!r} returns a {type(y).__name__}, expected one array. Take a "
            "layer inside it, or one behind it."
        )
    if y.ndim < 2 or len(y) != n:
        raise ShapeError(
            f"{op}: the layer {name!r} returns the shape {tuple(y.shape)} for {n} examples, "
            f"expected ({n}, channels, ...)"
        )
    return y


def is_spatial(y: Any) -> bool:
    """Whether these are maps (N, C, H, W) of more than one place."""
    return y.ndim == 4 and y.shape[2] * y.shape[3] > 1


def last_spatial(op: str, model: Module, x: np.ndarray) -> str:
    """The name of the layer that was the last to return maps of more than one place."""
    last: list[str] = []

    def note(path):
        def hook(module, inputs, y):
            if isinstance(y, (Tensor, np.ndarray)) and is_spatial(y):
                last[:] = [path]

        return hook

    handles = [m.register_forward_hook(note(p)) for p, m in model.named_modules() if p]
    try:
        with no_grad():
            model(x[:1])
    finally:
        for handle in handles:
            handle.remove()
    if not last:
        raise ShapeError(
            f"{op}: no layer of {type(model).__name__} returns maps (N, C, H, W) of more than one "
            "place. It takes a convolutional network."
        )
    return last[0]


def layer_outputs(
    op: str, model: Module, x: np.ndarray, layer: str, batch_size: int, progress: bool
) -> Iterator[np.ndarray]:
    """What a layer returns for all of ``x``, batch by batch; in eval mode, outside any graph."""
    positive(op, batch_size=batch_size)
    starts = range(0, len(x), batch_size)
    with evaluating(op, model), outputs_of(op, model, layer) as found:
        for start in bar(starts, op, progress):
            part = x[start : start + batch_size]
            with no_grad():
                model(part)
            yield value(last_of(op, layer, found, len(part)))


# -- inputs, scores and classes -------------------------------------------------------------------


def examples(op: str, x: Any, name: str = "x") -> np.ndarray:
    """``x`` as a floating array (N, ...) of at least one example."""
    x = value(array(op, name, x))
    floating(op, name, x)
    if x.ndim < 2 or not len(x):
        raise ShapeError(
            f"{op}: {name} must be a batch (N, ...) of at least one example, got {x.shape}. Of a "
            f"single one make a batch: {name}[np.newaxis]."
        )
    return x


def pictures(op: str, x: Any, name: str = "x") -> np.ndarray:
    """``x`` as a floating array (N, C, H, W)."""
    x = value(array(op, name, x))
    if x.ndim != 4:
        more = f" Of a single one make a batch: {name}[np.newaxis]." if x.ndim == 3 else ""
        raise ShapeError(f"{op}: {name} must be pictures (N, C, H, W), got {x.shape}.{more}")
    return examples(op, x, name)


def scores_of(op: str, model: Module, x: Any) -> Any:
    """The scores (N, classes) of a model, checked to be such."""
    y = model(x)
    if not isinstance(y, (Tensor, np.ndarray)):
        raise DtypeError(f"{op}: the model returns a {type(y).__name__}, expected scores")
    if y.ndim != 2 or len(y) != len(x):
        raise ShapeError(
            f"{op}: the model returns the shape {tuple(y.shape)} for {len(x)} examples, expected "
            f"scores ({len(x)}, classes)"
        )
    return y


def depends(y: Any, *xs: Any) -> bool:
    """Whether the graph of ``y`` leads to any of ``xs``: else every gradient would be 0."""
    if not isinstance(y, Tensor) or y.node is None:
        return False
    nodes = {x.node for x in xs if isinstance(x, Tensor)}
    return not nodes.isdisjoint(graph.reachable(y.node))


def check_depends(op: str, what: str, y: Any, x: Tensor):
    """Raise unless the graph of ``y`` leads to the input ``x``; ``what`` says what ``y`` is."""
    if not depends(y, x):
        raise GraphError(
            f"{op}: {what} not depend on x in the graph, so all gradients by it would be 0. "
            "Somewhere on the way the model leaves the graph, by .data, float(), or a part under "
            "no_grad; what runs inside checkpoint(...) is in none."
        )


def all_scores(op, model, x, batch_size, progress=False, text="") -> np.ndarray:
    """The scores of all of ``x``, batch by batch; the model must be in eval mode already."""
    positive(op, batch_size=batch_size)
    parts = []
    for start in bar(range(0, len(x), batch_size), text or op, progress):
        with no_grad():
            parts.append(value(scores_of(op, model, x[start : start + batch_size])))
    return np.concatenate(parts)


def classes_of(op: str, scores: Any, target: Any, name: str = "target") -> np.ndarray:
    """One class per example: ``target``, one for all or one each; None is the best score's."""
    n, classes = scores.shape
    if target is None:
        return np.argmax(value(scores), axis=1)
    target = np.asarray(target)
    if target.dtype.kind not in "iu":
        raise DtypeError(f"{op}: {name} must be the numbers of classes, got {target.dtype}")
    if target.shape not in ((), (n,)):
        raise ShapeError(
            f"{op}: {name} must be one class, or one for each of the {n} examples, got the shape "
            f"{target.shape}"
        )
    wrong = target[(target < 0) | (target >= classes)]
    if wrong.size:
        raise ValueRangeError(
            f"{op}: there is no class {wrong.flat[0]}; the model's {classes} scores are of the "
            f"classes 0 to {classes - 1}"
        )
    return np.broadcast_to(target, (n,)).astype(np.int64)


def probabilities(scores: np.ndarray) -> np.ndarray:
    """Softmax along axis 1."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# -- options --------------------------------------------------------------------------------------


def random(op: str, seed: Any) -> np.random.Generator:
    """The generator to draw from: that of `nn.init.seed` where no seed is given."""
    try:
        return init.generator() if seed is None else np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise ValueRangeError(
            f"{op}: seed must be an integer from 0 on, or a numpy Generator, got {seed!r}"
        ) from None


def limits(
    op: str, bounds: Any, x: np.ndarray | None = None, name: str = "bounds"
) -> tuple[float, float]:
    """The least and largest value of a pixel; ``x`` must lie between."""
    try:
        low, high = (float(v) for v in bounds)
    except (TypeError, ValueError):
        low, high = 0.0, 0.0
    if not low < high:
        raise ValueRangeError(f"{op}: {name} must be (low, high) with low < high, got {bounds!r}")
    if x is not None and (x.min() < low - 1e-6 or x.max() > high + 1e-6):
        raise ValueRangeError(
            f"{op}: x goes from {x.min():.4g} to {x.max():.4g}, outside bounds {(low, high)}. Give "
            "the range that its pixels may have, or clip x to it."
        )
    return low, high


def bar(steps: Iterable[Any], text: str, shown: bool) -> Iterable[Any]:
    """The steps, behind a bar if there are several and they take more than a second."""
    single = isinstance(steps, Sized) and len(steps) < 2
    return bars.bar(steps, text, shown and not single, delay=1, leave=False)
