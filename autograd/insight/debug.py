"""`debug`: source lines for every node, and a stop at the first value that is not finite."""

import functools
import sys

from autograd import recording
from autograd.cotangents import Several
from autograd.errors import AutogradError
from autograd.insight import finite
from autograd.insight.lines import (
    Record,
    Unrecorded,
    line_of,
    mark,
    records,
    unrecorded,
    users_line,
)
from autograd.insight.values import inputs_of, known_values
from autograd.memory import keep


class NonFiniteError(AutogradError, FloatingPointError):
    """A NaN or an infinity, found inside `debug`.  ``found`` says all about it."""

    def __init__(self, found: finite.NonFinite):
        text = str(found)
        super().__init__(f"debug: {text}")
        self.found = found


_NOBODY = recording.Watcher()


class debug(recording.Watcher):
    """``with debug():`` write down where each operation is, and stop at the first NaN or infinity.

    Every operation recorded in this thread keeps its source line and its value as long as its graph
    lives, for `explain`, `audit` and the messages of ``backward``.  In both passes, what gives a
    value that is not finite from values that are raises, with the operation, its inputs there, the
    index, the line and the formula.  An infinity that is put in on purpose, such as the -inf of a
    mask, passes until it makes a NaN.  Also a decorator.  Off, it costs nothing.

    Parameters
    ----------
    stop : bool
        Raise; else collect what is found in ``.found`` and go on.

    Attributes
    ----------
    found : list of NonFinite
        What was not finite, in the order in which it arose; each prints as a sentence.

    Raises
    ------
    NonFiniteError
        Inside the block: an operation or a derivative formula gave NaN or an infinity.

    Examples
    --------
    >>> import numpy as np
    >>> from autograd import Tensor, debug
    >>> x = Tensor([1.0, 0.0], requires_grad=True)
    >>> with debug(stop=False) as seen:
    ...     np.sqrt(x).sum().backward()
    >>> seen.found[0].reason
    'the derivative 1/(2√x) is infinite at x = 0'
    """

    def __init__(self, stop: bool = True):
        self.stop = stop
        self.found: list[finite.NonFinite] = []
        self._inside: list = []  # the blocks of this object that are open
        self._outer: list = []  # who was told before
        self._call: tuple = (None, (), {})  # the forward function that ran last
        self._pulling = 0  # formulas that are running
        self._cotangent = None  # what came in to the formula that ran last

    def __enter__(self):
        self._outer.append(recording.state.watcher)
        block = recording.watching(self)
        self._inside.append(block)
        block.over = False
        return self

    def __exit__(self, kind, error, traceback):
        self._inside[-1].over = True
        recording.special.discard(self._inside.pop())
        self._outer.pop()
        self._call, self._pulling, self._cotangent = (None, (), {}), 0, None
        if error is not None and not isinstance(error, NonFiniteError):
            add_line(error, traceback)

    def __call__(self, f):
        """Decorate ``f``: every call of it runs inside ``debug``."""

        @functools.wraps(f)
        def call(*args, **options):
            with debug(self.stop) as seen:
                seen.found = self.found
                return f(*args, **options)

        return call

    def compute(self, op, args, options):
        """Run the forward function of ``op``, and remember of what."""
        y = self._next().compute(op, args, options)
        self._call = (op, args, options)
        if not self._pulling:
            self._note_unrecorded(op, args, y)
        return y

    def _note_unrecorded(self, op, args, y):
        why = ""
        if not recording.state.on:
            why = "ran under no_grad"
        elif getattr(y, "dtype", None) is not None and y.dtype.kind not in "fc":
            why = f"gave {y.dtype}, which has no derivative"
        if why:
            memory = tuple(mark(a) for a in args if _is_number(a, "fc"))
            line = users_line(sys._getframe(2))
            results = tuple(
                mark(v) for v in (y if type(y) is tuple else (y,)) if _is_number(v, "iufc")
            )
            unrecorded.append(Unrecorded(op.__name__, why, line, memory, results))

    def made(self, node, value):
        """Write down where ``node`` is made, and look at its value."""
        op, args, options = self._call
        call = (tuple(map(keep, args)), options) if node.plan.op is op else None
        records[node] = Record(users_line(sys._getframe(1)), value, call)
        self._next().made(node, value)
        if not finite.is_finite(value):
            found = finite.forward(node, value, known_values([node, *inputs_of(node)]))
            if found:
                self._tell(found)

    def pull(self, node, k, g, saved):
        """Run a formula: what it computes on the way is not the user's."""
        self._pulling += 1
        try:
            return self._next().pull(node, k, g, saved)
        finally:
            self._pulling -= 1
            self._cotangent = g

    def passed(self, node, k, g):
        """Formula ``k`` of ``node`` gave its input the cotangent ``g``."""
        self._next().passed(node, k, g)
        if type(g) is Several:
            g = next(iter(g.parts.values()))
        if finite.is_finite(g) or not finite.is_finite(self._cotangent):
            return  # fine, or it was not fine before
        values = known_values([node, *inputs_of(node)])
        self._pulling += 1
        try:
            found = finite.described(node, k, g, self._cotangent, values)
        finally:
            self._pulling -= 1
        self._tell(found)

    def _next(self):
        """Who was told before this block began, and still is; a `debug` around it is not."""
        for outer in reversed(self._outer):
            if not isinstance(outer, debug):
                return outer or _NOBODY
            if outer is not self:
                return outer._next()
        return _NOBODY

    def _tell(self, found):
        self.found.append(found)
        if self.stop:
            raise NonFiniteError(found)


def _is_number(v, kinds) -> bool:
    """Whether ``v`` is an array or scalar of NumPy's of these kinds."""
    return getattr(getattr(v, "dtype", None), "kind", "") in tuple(kinds)


def add_line(error, traceback):
    """Add to an error of ``backward`` the line of the operation whose formula was running."""
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name == "_sweep" and "node" in frame.f_locals:
            node = frame.f_locals["node"]
            line = line_of(node)
            note = f"{node.plan.op.__name__} was recorded in {line}"
            if line and note not in getattr(error, "__notes__", ()):
                error.add_note(note)
            return
        traceback = traceback.tb_next
