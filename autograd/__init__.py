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
from autograd.checkpoint import checkpoint
from autograd.graph import Node
from autograd.primitive import primitive
from autograd.recording import enable_grad, no_grad
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

# What is loaded when first asked for: where each name comes from.
_LATER = {
    "gradcheck": "check",
    "profile": "profiling",
    "step_through": "draw",
    **dict.fromkeys(
        ("NonFiniteError", "audit", "debug", "explain", "expression", "live_graph"), "insight"
    ),
    **dict.fromkeys(
        (
            "deriv",
            "grad_and_aux",
            "grad_named",
            "hessian_tensor_product",
            "hessian_vector_product",
            "holomorphic_grad",
            "make_ggnvp",
            "make_hvp",
            "make_jvp",
            "make_jvp_reversemode",
            "make_vjp",
            "multigrad_dict",
            "tensor_jacobian_product",
            "vector_jacobian_product",
        ),
        "hips",
    ),
}
_BUILTINS = ("dict", "isinstance", "list", "tuple", "type")  # by name only: they hide Python's
_LATER |= dict.fromkeys(_BUILTINS, "builtins")
_MODULES = ("builtins", "draw", "extend", "misc", "numpy", "scipy", "test_util")

__all__ = [
    "Node", "Tensor", "as_tensor", "checkpoint", "elementwise_grad", "enable_grad", "errors",
    "grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "no_grad", "ops", "primitive",
    "tensor", "value_and_grad", "vjp",
]  # fmt: skip
__all__ += [name for name in _LATER if name not in _BUILTINS]


def __getattr__(name):
    import importlib

    if name in _LATER:
        return getattr(importlib.import_module(f"autograd.{_LATER[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"autograd.{name}")
    from autograd.hints import not_in_autograd

    raise not_in_autograd(name)


def __dir__():
    from importlib.util import find_spec

    there = {m for m in _MODULES if m != "scipy" or find_spec(m)}  # help() asks for all of them
    return sorted({*globals(), *_LATER, *there})
