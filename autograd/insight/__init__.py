"""Answers to "why?": what a gradient came from, where it was lost, which formula is wrong."""

from autograd.insight.audit import audit
from autograd.insight.debug import NonFiniteError, debug
from autograd.insight.explain import explain
from autograd.insight.expression import expression
from autograd.insight.live import live_graph

__all__ = ["NonFiniteError", "audit", "debug", "explain", "expression", "live_graph"]
