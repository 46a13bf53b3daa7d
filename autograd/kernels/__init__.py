"""Array code with no autograd in it.  NumPy always works; compiled code takes over where it may.

A kernel is a NumPy function.  One that is decorated with `compilable` has a twin of the same name
and signature in `autograd.kernels.compiled`, which needs the package numba (the extra ``fast``).
The environment variable ``AUTOGRAD_KERNELS`` says which are used: ``numpy``; ``numba``, always; or,
by default (``auto``), compiled ones for work that is worth it where numba is installed.
"""

import functools
import importlib
import importlib.util
import os
import warnings

import numpy as np

from autograd.errors import ValueRangeError

WORTH = 1_000_000  # multiply-adds from which a compiled kernel is called unless it must be


@functools.cache
def backend() -> str:
    """Which kernels are used: 'numpy', 'numba', or 'auto' (compiled ones for large work)."""
    asked = os.environ.get("AUTOGRAD_KERNELS", "auto")
    if asked not in ("numpy", "numba", "auto"):
        raise ValueRangeError(
            f"AUTOGRAD_KERNELS must be numpy, numba or auto (the default), got {asked!r}"
        )
    if asked == "auto" and importlib.util.find_spec("numba") is None:
        return "numpy"
    return asked


def compiled_is_wanted(work: float) -> bool:
    """Whether a compiled kernel should do this many multiply-adds, if there is one."""
    use = backend()
    return use == "numba" or (use == "auto" and work >= WORTH)


def compilable(work, labels=False):
    """Decorator of a NumPy kernel that has a compiled twin.

    ``work(*args)``: how many multiply-adds it takes.  The twin is called with the same arguments if
    all its arrays are of one floating dtype, or, with ``labels``, integers; it may return
    ``NotImplemented``.
    """

    def decorate(kernel):
        inside, name = kernel.__module__.rpartition(".")[2], kernel.__name__

        @functools.wraps(kernel)
        def call(*args):
            fast = twin_for(work(*args), args, inside, name, labels)
            y = NotImplemented if fast is None else fast(*args)
            return kernel(*args) if y is NotImplemented else y

        return call

    return decorate


def twin_for(work, args, module, name, labels=False):
    """The compiled kernel of this name, or None where NumPy's is to do this work."""
    if not compiled_is_wanted(work) or not _plain(args, labels):
        return None
    found = twins(module)
    return found and getattr(found, name)


def after(*ways):
    """Decorator of a kernel: other kernels are tried first, in order, with the same arguments.

    One that is not made for them, or not faster, returns ``NotImplemented``.
    """

    def decorate(kernel):
        @functools.wraps(kernel)
        def call(*args):
            for way in ways:
                y = way(*args)
                if y is not NotImplemented:
                    return y
            return kernel(*args)

        return call

    return decorate


def _plain(args, labels) -> bool:
    """Whether all arrays among the arguments are NumPy's, not empty, of one floating dtype.

    With ``labels`` they may also be of integers.
    """
    arrays = [a for a in args if hasattr(a, "dtype")]
    dtype = arrays[0].dtype
    return dtype in (np.float32, np.float64) and all(
        type(a) is np.ndarray and (a.dtype == dtype or (labels and a.dtype.kind in "iu")) and a.size
        for a in arrays
    )


@functools.cache
def twins(module):
    """The module of compiled kernels of this name, or None if numba cannot be used."""
    try:
        return importlib.import_module(f"autograd.kernels.compiled.{module}")
    except (ImportError, RuntimeError, ValueError) as e:  # no place for its cache; odd settings
        if backend() == "numba":
            raise ImportError(
                f"AUTOGRAD_KERNELS=numba, but numba cannot be used ({e}). "
                'pip install "chalkgrad[fast]", set NUMBA_CACHE_DIR to a folder that you can write '
                "to, or unset AUTOGRAD_KERNELS."
            ) from e
        warnings.warn(f"numba cannot be used ({e}); NumPy's kernels are", stacklevel=5)
        return None
