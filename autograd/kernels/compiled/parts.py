"""Arrays of one size, element by element: a job is a part of them."""

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.jobs import run

JOB, JOBS = 8_192, 64  # elements: for less, calling a thread that is awake costs more than it does
WAKING = 500_000  # elements from which a thread repays waking it


def in_parts(kernel, arrays, *numbers):
    """Run a kernel over contiguous arrays of one size, as rows; what is not there is None."""
    size = arrays[0].size
    rows = (None if a is None else a.reshape(-1) for a in arrays)
    run(kernel, min(JOBS, max(1, size // JOB)), *rows, *numbers, light=size < WAKING)


@jit
def part(a, job, jobs):
    """The part of a row that a job is."""
    return a[job * a.size // jobs : (job + 1) * a.size // jobs]
