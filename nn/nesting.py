"""Nestings of arrays and plain values as flat dicts of arrays, which fit into an .npz file."""

from typing import Any

import numpy as np

from autograd import Tensor
from autograd.errors import ValueRangeError
from autograd.foreign import plain as as_plain

TREE = "tree.json"  # the name of the array that holds everything that is no array, as JSON


def pack(tree) -> dict[str, np.ndarray]:
    """A nesting of dicts, lists, tuples, arrays and plain values as a flat dict of arrays.

    Raises
    ------
    ValueRangeError
        Something else in it, a function say; a key that JSON has not, a tuple say.
    DtypeError
        An array that is more than its numbers, a masked one say.

    Examples
    --------
    >>> sorted(pack({"step": 3, "model": {"weight": np.ones(2)}}))
    ['model/weight', 'tree.json']
    """
    import json  # here and below, so that `import nn` stays quick

    arrays: dict[str, np.ndarray] = {}

    def plain(v, path):
        if isinstance(v, (np.ndarray, np.generic, Tensor)):
            while path in arrays or path == TREE:  # {"a": {"b": v}, "a/b": v}: one path twice
                path += "'"
            arrays[path] = as_array(v, path)
            return {"array": path}
        if isinstance(v, dict):
            for k in v:
                if not (k is None or isinstance(k, (bool, int, float, str))):
                    raise ValueRangeError(
                        f"save: {path!r} has the key {k!r} of type {type(k).__name__}, expected "
                        "texts or numbers of Python: files keep no others"
                    )
            return {
                "dict": [[k, plain(x, f"{path}/{k}" if path else str(k))] for k, x in v.items()]
            }
        if isinstance(v, (list, tuple)):
            kind = "list" if isinstance(v, list) else "tuple"
            return {kind: [plain(x, f"{path}/{k}") for k, x in enumerate(v)]}
        if v is None or isinstance(v, (bool, int, float, str)):
            return v
        raise ValueRangeError(
            f"save: {path!r} is of type {type(v).__name__}, expected arrays, numbers, texts or "
            "nestings of them, such as a state_dict()"
        )

    text = json.dumps(plain(tree, ""))
    return {**arrays, TREE: np.frombuffer(text.encode(), np.uint8)}


def as_array(v, name) -> np.ndarray:
    """What is saved of an array, number or Tensor."""
    return v.data if isinstance(v, Tensor) else np.asarray(as_plain(v, f"save: {name!r}"))


def unpack(arrays) -> Any:
    """What `pack` was given."""
    import json

    def whole(v):
        if not isinstance(v, dict):
            return v
        (kind, of), *_ = v.items()
        if kind == "array":
            return arrays[of]
        if kind == "dict":
            return {k: whole(x) for k, x in of}
        return [whole(x) for x in of] if kind == "list" else tuple(map(whole, of))

    return whole(json.loads(bytes(arrays[TREE])))
