"""Backprop you can read, see and trust: every derivative is one line of NumPy.

>>> import numpy as np
>>> from autograd import Tensor
>>> a, b, c = (Tensor(v, requires_grad=True) for v in (5.0, 3.0, 2.0))
>>> u = b * c
>>> v = a + u
>>> J = 3 * v
>>> J.backward()
>>> float(b.grad), float(u.grad)  # dJ/db = 3c, dJ/du = 3
(6.0, 3.0)
"""

from autograd import errors, ops
from autograd.backward import gradients
from autograd.check import gradcheck
from autograd.checkpoint import checkpoint
from autograd.graph import Node, enable_grad, no_grad
from autograd.hips import (
    deriv,
    grad_and_aux,
    grad_named,
    hessian_tensor_product,
    hessian_vector_product,
    holomorphic_grad,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_jvp_reversemode,
    make_vjp,
    multigrad_dict,
    tensor_jacobian_product,
    vector_jacobian_product,
)
from autograd.primitive import primitive
from autograd.tensor import Tensor, as_tensor, tensor
from autograd.transforms import (
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)

__version__ = "0.1.0"

_INSIGHT = ("NonFiniteError", "audit", "debug", "explain", "expression", "live_graph")
_ON_DEMAND = ("builtins", "extend", "misc", "numpy", "test_util")


def __getattr__(name):
    """What is loaded when first asked for: answers to "why?", and the names of HIPS autograd."""
    import importlib

    if name in _INSIGHT:
        return getattr(importlib.import_module("autograd.insight"), name)
    if name == "profile":
        return importlib.import_module("autograd.profiling").profile
    if name == "step_through":
        return importlib.import_module("autograd.draw").step_through
    if name in _ON_DEMAND:
        return importlib.import_module(f"autograd.{name}")
    if name in ("dict", "isinstance", "list", "tuple", "type"):
        return getattr(importlib.import_module("autograd.builtins"), name)
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")
