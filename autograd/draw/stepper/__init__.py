"""The stepper: a graph, forward and backward, one operation at a time."""

from autograd.draw.stepper.api import step_through
from autograd.draw.stepper.stepper import Stepper

__all__ = ["Stepper", "step_through"]
