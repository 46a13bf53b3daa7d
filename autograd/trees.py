"""Trees: nestings of lists, tuples and dicts, with arrays, Tensors and numbers as leaves."""


def flatten(tree) -> tuple[list, object]:
    """The leaves of a tree in order, and its structure, for `unflatten`.

    >>> flatten({"w": [1, 2], "b": 3})[0]
    [1, 2, 3]
    """
    leaves: list = []

    def walk(t):
        if isinstance(t, dict):
            return type(t), list(t), [walk(t[k]) for k in t]
        if isinstance(t, (list, tuple)):
            return type(t), None, [walk(v) for v in t]
        leaves.append(t)
        return None

    return leaves, walk(tree)


def unflatten(structure, leaves):
    """The tree of this structure with these leaves."""
    rest = iter(leaves)

    def build(s):
        if s is None:
            return next(rest)
        kind, keys, parts = s
        values = [build(p) for p in parts]
        if keys is not None:
            return kind(zip(keys, values, strict=True))
        return (
            kind(*values) if hasattr(kind, "_fields") else kind(values)
        )  # a namedtuple, or a list

    return build(structure)
