"""State dicts: the arrays of a module by name, and a module filled from them, all or nothing."""

from collections.abc import Mapping

import numpy as np

from autograd import Tensor, no_grad
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from autograd.foreign import plain


def state_dict(module) -> dict[str, np.ndarray]:
    """Path -> array (a copy) of every parameter and state."""
    return {
        path: np.array(v.data if isinstance(v, Tensor) else v)
        for path, (_, _, v) in _parts(f"state_dict of {type(module).__name__}", module).items()
    }


def _parts(op, module):
    """Path -> (owner, name, value) of every parameter and state."""
    found = {}
    for path, owner in _paths(module):
        for name, v in owner.attributes():
            if not isinstance(v, (Tensor, np.ndarray)):
                continue
            if path + name in found:  # a dot in the key of a dict, or the keys 1 and "1"
                raise ValueRangeError(
                    f"{op}: two parts have the path {path + name!r}, and one of them would be "
                    "lost. Give one another name."
                )
            found[path + name] = owner, name, v
    return found


def _paths(module):
    """(path with a dot, module) of all modules, a shared one under each of its paths."""
    todo = [("", module, ())]
    while todo:
        path, m, above = todo.pop()
        yield path, m
        children = [(f"{path}{n}.", child, (*above, m)) for n, child in m.named_children()]
        todo += [c for c in reversed(children) if c[1] not in c[2]]  # one that has its parent


def load_state_dict(module, state, strict):
    """Take over the arrays of ``state``; see `Module.load_state_dict`."""
    op = f"load_state_dict of {type(module).__name__}"
    if not isinstance(state, Mapping):
        raise DtypeError(
            f"{op}: expected a dict of arrays by name, got {type(state).__name__}. nn.load(path) "
            "reads one from a file."
        )
    mine = _parts(op, module)
    missing = sorted(mine.keys() - state.keys())
    unknown = sorted(map(str, state.keys() - mine.keys()))
    new = {path: _array(op, path, state[path]) for path in mine if path in state}
    if strict and (missing or unknown):
        found = {"missing": missing, "unknown": unknown, "of other shapes": _reshaped(mine, new)}
        text = "; ".join(f"{what}: {', '.join(names)}" for what, names in found.items() if names)
        raise ValueRangeError(f"{op}: {text}. Use strict=False to load what fits by name.")
    _compare(op, mine, new)
    new = {path: a.astype(mine[path][2].dtype) for path, a in new.items()}
    with no_grad():
        for path, a in new.items():
            owner, name, v = mine[path]
            if isinstance(v, Tensor):
                v.assign(a)
            else:
                owner.set_attribute(name, a)


def _array(op, path, v):
    try:
        a = np.asarray(v.data if isinstance(v, Tensor) else plain(v, f"{op}: {path}"))
    except ValueError as e:
        raise ShapeError(f"{op}: {path} is not a full array of numbers ({e})") from None
    if a.dtype.kind not in "biufc":
        raise DtypeError(f"{op}: {path} is no array of numbers, but {type(v).__name__}")
    return a


def _reshaped(mine, new):
    return [
        f"{path} is {mine[path][2].shape}, got {a.shape}"
        for path, a in new.items()
        if a.shape != mine[path][2].shape
    ]


def _compare(op, mine, new):
    """Raise, with all of them listed, for arrays that do not fit."""
    if wrong := _reshaped(mine, new):
        raise ShapeError(f"{op}: shapes differ: {'; '.join(wrong)}. Nothing has been changed.")
    if wrong := [p for p in new if isinstance(v := mine[p][2], Tensor) and not v.is_leaf]:
        raise GraphError(
            f"{op}: {', '.join(wrong)}: the result of an operation, no parameter. Compute it in "
            "forward. Nothing has been changed."
        )
    wrong = [
        f"{path} is {mine[path][2].dtype}, got {a.dtype}"
        for path, a in new.items()
        if not np.can_cast(a.dtype, mine[path][2].dtype, "same_kind")
    ]
    if wrong:
        raise DtypeError(f"{op}: dtypes do not fit: {'; '.join(wrong)}. Nothing has been changed.")
