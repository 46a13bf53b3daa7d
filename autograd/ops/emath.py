"""``np.emath``: roots, logarithms and inverse functions that turn complex where they must."""

import numpy as np

from autograd.ops.complex_numbers import is_complex
from autograd.ops.register import as_array, instead_of, value


def _complex_if(holds, x):
    """``x`` as complex numbers, if it is real and the condition holds for one of its values."""
    return x + 0j if not is_complex(x) and np.any(holds(value(x))) else x


def _where_negative(f):
    @instead_of(getattr(np.emath, f.__name__))
    def call(x):
        return f(_complex_if(lambda v: v < 0, as_array(x)))

    return call


def _where_beyond_one(f):
    @instead_of(getattr(np.emath, f.__name__))
    def call(x):
        return f(_complex_if(lambda v: np.abs(v) > 1, as_array(x)))

    return call


sqrt, log, log2, log10 = map(_where_negative, (np.sqrt, np.log, np.log2, np.log10))
arccos, arcsin, arctanh = map(_where_beyond_one, (np.arccos, np.arcsin, np.arctanh))


@instead_of(np.emath.logn)
def logn(n, x):
    """The logarithm to the base ``n``."""
    return log(x) / log(n)


@instead_of(np.emath.power)
def power(x, p):
    """``x ** p``, complex where x is negative; negative integers p are taken as floats."""
    x, p = _complex_if(lambda v: v < 0, as_array(x)), as_array(p)
    return x ** (p * 1.0 if p.dtype.kind == "i" and np.any(value(p) < 0) else p)
