"""Whether anybody holds the object that an item is assigned to: ``w[0][1] = v`` changes a copy.

Only who counts references knows, as CPython does.  How many there are to an object that nothing
holds depends on its version, so it is found out here, on an object of our own.
"""

import opcode
import sys

from autograd.errors import GraphError

ASSIGNMENTS = {opcode.opmap.get(name) for name in ("STORE_SUBSCR", "STORE_SLICE")}
references_to = getattr(sys, "getrefcount", lambda _: sys.maxsize)


class _Probe:
    def __setitem__(self, found, _):
        found.append(references_to(self))


def _fewest() -> int:
    """References inside ``__setitem__`` to what nothing holds; -1 where what is held has no more.

    (In Python 3.14 a variable lends its reference to the call.)
    """
    found: list[int] = []
    held = _Probe()
    held[found] = _Probe()[found] = None
    held_by_variable, held_by_nobody = found
    return held_by_nobody if held_by_nobody < held_by_variable else -1


FEWEST = _fewest()


def refuse_lost(shape):
    """Raise if ``__setitem__``, who calls this, was called by an assignment: it would be lost.

    ``t.__setitem__(i, v)`` has a reference less, and may be for a Tensor that is held.
    """
    caller = sys._getframe(2)
    if caller.f_code.co_code[caller.f_lasti] in ASSIGNMENTS:
        raise GraphError(
            f"item assignment to a Tensor of shape {shape} that nothing holds: the change would be "
            "lost, because w[0] is a value, not a window into w. Write w[0, 1] = v for "
            "w[0][1] = v, or name the part: row = w[0]; row[1] = v."
        )
