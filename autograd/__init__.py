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
from autograd.graph import Node, enable_grad, no_grad
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
