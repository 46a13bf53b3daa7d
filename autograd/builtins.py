"""The containers of HIPS autograd's ``autograd.builtins``, which here are Python's own.

Lists, tuples and dicts hold Tensors as they are, so nothing has to be wrapped.  `isinstance` and
`type` look at the value of a Tensor: ``isinstance(t, np.ndarray)`` is true of one that is an array.
"""

import builtins

from autograd.tensor import Tensor

dict = builtins.dict
list = builtins.list
tuple = builtins.tuple


def isinstance(x, kinds) -> bool:
    """Python's ``isinstance``, of the value where ``x`` is a Tensor and not asked for as one."""
    is_a = builtins.isinstance
    return is_a(x, kinds) or (builtins.type(x) is Tensor and is_a(x.data, kinds))


def type(x, *more):
    """Python's ``type``, of the value where ``x`` is a Tensor."""
    return builtins.type(x.data if builtins.type(x) is Tensor else x, *more)
