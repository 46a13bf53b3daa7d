"""Trees: nestings of lists, tuples and dicts, with arrays, Tensors and numbers as leaves.

Plain functions, no closures that call themselves: those are reference cycles, and would keep
Tensors alive until the garbage collector comes by.
"""

from autograd.errors import DtypeError, ShapeError


def flatten(tree, keys=list) -> tuple[list, object]:
    """The leaves of a tree in order, and its structure, for `unflatten`: None for a single leaf.

    ``keys=sorted`` takes the items of a dict by sorted key; the dict's own order comes back.

    >>> flatten({"w": [1, 2], "b": 3})[0]
    [1, 2, 3]
    """
    leaves: list = []
    return leaves, _structure(tree, leaves, keys)


def unflatten(structure, leaves):
    """The tree of this structure with these leaves; of an iterator, with its next ones."""
    return _build(structure, iter(leaves))


def leaves_like(structure, tree, what: str) -> list:
    """The leaves of ``tree`` in the order of this structure, whose dicts may be in another.

    Raises
    ------
    ShapeError
        The tree has another structure; ``what`` says whose it is.
    """
    if structure is None:
        return [tree]
    kind, order, parts = structure
    if order is None:
        fits = isinstance(tree, (list, tuple)) and len(tree) == len(parts)
    else:
        fits = isinstance(tree, dict) and tree.keys() == parts.keys()
    if not fits:
        expected = f"of {len(parts)}" if order is None else f"with the keys {order}"
        got = type(tree).__name__
        if isinstance(tree, (list, tuple)):
            got += f" of {len(tree)}"
        elif isinstance(tree, dict):
            got += f" with the keys {list(tree)}"
        raise ShapeError(f"{what}: expected a {kind.__name__} {expected}, got {got}")
    pairs = (
        zip(parts, tree, strict=True) if order is None else ((p, tree[k]) for k, p in parts.items())
    )
    return [leaf for p, t in pairs for leaf in leaves_like(p, t, what)]


def _structure(tree, leaves, keys):
    """(type, order of keys, structures of the parts), or None for a leaf, put into ``leaves``."""
    if isinstance(tree, dict):
        parts = {k: _structure(tree[k], leaves, keys) for k in keys(tree)}
        return type(tree), list(tree), parts
    if isinstance(tree, (list, tuple)):
        return type(tree), None, [_structure(v, leaves, keys) for v in tree]
    leaves.append(tree)
    return None


def _build(structure, leaves):
    if structure is None:
        return next(leaves)
    kind, order, parts = structure
    if order is not None:
        made = {k: _build(p, leaves) for k, p in parts.items()}
        values = {k: made[k] for k in order}
    else:
        values = [_build(p, leaves) for p in parts]
    try:
        return kind(*values) if hasattr(kind, "_fields") else kind(values)  # a namedtuple, or not
    except TypeError:
        base = next(b for b in (dict, list, tuple) if issubclass(kind, b)).__name__
        name = kind.__name__
        raise DtypeError(
            f"a {name} cannot be made again with other values: {name}(values) fails. Pass a plain "
            f"{base}: {base}(x)"
        ) from None
