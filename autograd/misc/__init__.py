"""What scripts for HIPS autograd import from ``autograd.misc``."""

from autograd.misc.flatten import flatten
from autograd.misc.tracers import const_graph
