"""What the formulas of one node share in a backward pass."""

import weakref


class _OncePerPass:
    """Results by the objects that they were made from, while these live.

    A cotangent lives as long as its node's turn in the pass, so formulas that are asked one after
    another find what the first of them made.
    """

    def __init__(self):
        self.found = {}

    def __call__(self, make, *parts, numbers=()):
        """``make()``, or what it gave for these very objects, and such numbers."""
        key = (*map(id, parts), *numbers)
        result, refs = self.found.get(key, (None, ()))
        if not refs or any(r() is not p for r, p in zip(refs, parts, strict=True)):
            result = make()  # none yet, or what Ctrl-C kept `forget` from taking away
            self.found[key] = result, [weakref.ref(p, lambda _: self.forget(key)) for p in parts]
        return result

    def forget(self, key):
        """One of the objects is gone."""
        self.found.pop(key, None)


once_per_pass = _OncePerPass()
