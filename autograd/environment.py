"""What this process runs in: another distribution named ``autograd``; the C library's memory."""

import ctypes
import importlib.metadata
import os

from autograd.errors import AutogradError


class EnvironmentConflict(AutogradError, ImportError):
    """Another distribution installs a package named ``autograd`` into this environment."""


def check_environment():
    """Raise if the distribution named ``autograd`` (HIPS autograd) is installed here.

    Both install a package of that name; whichever came last has overwritten files of the other.
    """
    try:
        other = importlib.metadata.distribution("autograd")
    except importlib.metadata.PackageNotFoundError:
        return
    raise EnvironmentConflict(
        f"chalkgrad and the distribution 'autograd' {other.version} both install a package of the "
        "name autograd, and cannot live in one environment. Run `pip uninstall autograd "
        "chalkgrad`, then install chalkgrad again; or use an environment of its own for each."
    )


def keep_memory():
    """Let the C library (glibc) keep the memory of freed arrays for the next ones.

    By default it hands large blocks back to the system, and every new array then costs a page fault
    per 4 kB: three quarters of the time of a step of small layers.  Arrays up to 32 MB are kept, up
    to 256 MB in all.  ``AUTOGRAD_KEEP_MEMORY=0``, or a setting of one's own such as
    ``MALLOC_TRIM_THRESHOLD_``, leaves everything as it is.
    """
    own = any(name.startswith("MALLOC_") for name in os.environ)
    if own or os.environ.get("AUTOGRAD_KEEP_MEMORY", "1") == "0":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library
        return
    mmap_threshold, trim_threshold = -3, -1
    mallopt(mmap_threshold, 32 << 20)
    mallopt(trim_threshold, 256 << 20)
