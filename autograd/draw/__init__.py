"""Drawings of the graph: ``draw(J)`` shows values and gradients where they were computed."""

import sys
import types
from typing import TYPE_CHECKING

from autograd.draw.api import draw
from autograd.draw.drawing import Drawing
from autograd.draw.render import RenderError

if TYPE_CHECKING:
    from autograd.draw.stepper import Stepper, step_through

__all__ = ["Drawing", "RenderError", "Stepper", "draw", "step_through"]


def __getattr__(name):
    """The stepper, when it is first asked for."""
    if name in ("Stepper", "step_through"):
        from autograd.draw import stepper

        return getattr(stepper, name)
    raise AttributeError(f"module 'autograd.draw' has no attribute {name!r}")


class _CallableModule(types.ModuleType):
    """This package, callable: after ``from autograd import draw``, too, ``draw(J)`` draws J."""

    __call__ = staticmethod(draw)


sys.modules[__name__].__class__ = _CallableModule
