"""The memory of arrays, as the C library hands it out."""

import os


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
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library
        return
    mmap_threshold, trim_threshold = -3, -1
    mallopt(mmap_threshold, 32 << 20)
    mallopt(trim_threshold, 256 << 20)
