"""Drawings of the graph: ``draw(J)`` shows values and gradients where they were computed."""

from autograd.draw.api import draw
from autograd.draw.drawing import Drawing
from autograd.draw.render import RenderError

__all__ = ["Drawing", "RenderError", "draw"]
