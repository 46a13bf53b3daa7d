"""Kernels compiled by numba: the twins of the NumPy kernels of the same names."""

import contextlib
import functools
import hashlib
import os
import pickle
import sys
from pathlib import Path

import numba
from numba.core.compiler_lock import global_compiler_lock

if getattr(numba.config, "DISABLE_JIT", False):  # absent from the stubs
    raise ImportError("NUMBA_DISABLE_JIT is set")

_sources = sorted(Path(__file__).parent.parent.rglob("*.py"))
STAMP = hashlib.sha256(b"".join(p.read_bytes() for p in _sources)).hexdigest()

if hasattr(os, "register_at_fork"):  # a forked process has no thread that would end compiling
    _lock = global_compiler_lock
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )

_elsewhere = getattr(numba.config, "CACHE_DIR", "")  # absent from the stubs
if not _elsewhere and not any(Path(__file__).parent.glob("__pycache__/*.nbi")):
    print("autograd: compiling kernels, once on this machine: some seconds", file=sys.stderr)


def jit(f=None, **options):
    """Compile ``f`` when it is first called, and keep the machine code in numba's cache.

    The cache is valid for the source of all kernels: numba by itself would look at the file of
    ``f`` alone, and not at those of the functions that it calls.
    """
    if f is None:
        return functools.partial(jit, **options)
    compiled = numba.njit(nogil=True, cache=True, error_model="numpy", **options)(f)
    with contextlib.suppress(AttributeError):
        kept = compiled._cache._cache_file
        kept._source_stamp, kept._load_index = STAMP, functools.partial(_index, kept._load_index)
    return compiled


def _index(load):
    """What numba has kept of a function: nothing, where it cannot be read.

    It may be damaged, or have been made for modules that are gone.
    """
    try:
        return load()
    except (ImportError, AttributeError, EOFError, pickle.UnpicklingError):
        return {}
