"""What the formulas of one node share in a backward pass."""

import weakref


class _OncePerPass:
    """Results by the objects that they were made from, while these live.

    A cotangent lives as long as its node's turn in the pass, so formulas that are asked one after
    another find what the first of them made.
    """

    def __init__(self):
        self.found = {}

    def __call__(self, make, *parts):
        """``make()``, or what it gave for these very objects."""
        key = tuple(map(id, parts))
        if key not in self.found:
            result = make()
            self.found[key] = result, [weakref.ref(p, lambda _: self.forget(key)) for p in parts]
            return result
        return self.found[key][0]

    def forget(self, key):
        """One of the objects is gone."""
        self.found.pop(key, None)


once_per_pass = _OncePerPass()
