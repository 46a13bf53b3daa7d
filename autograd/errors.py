"""Every error a user can cause: which operation, what it got, what it expected, what to do."""


class AutogradError(Exception):
    """Base of all errors raised by ``autograd`` and ``nn``."""


class ShapeError(AutogradError, ValueError):
    """Shapes that do not fit the operation."""


class DtypeError(AutogradError, TypeError):
    """A dtype or a type that the operation cannot take."""


class ValueRangeError(AutogradError, ValueError):
    """A value outside what the operation accepts: a label, an axis, an option."""


class IndexRangeError(AutogradError, IndexError):
    """An index that is not in the array."""


class GraphError(AutogradError, RuntimeError):
    """The graph cannot be differentiated: not recorded, released, or changed since."""


class GradcheckError(AutogradError, RuntimeError):
    """A derivative disagrees with finite differences.  ``report`` holds the whole check."""

    def __init__(self, message: str, report=None):
        super().__init__(message)
        self.report = report
