"""The machine that was measured: processor, cores, versions, threads, and its matrix product."""

import importlib.metadata
import os
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.protocol import HIPS_PYTHON
from benchmarks.timing import processor_seconds

PACKAGES = ("chalkgrad", "numpy", "numba", "torch", "jax", "micrograd", "mygrad")


def describe(threads: int) -> dict:
    """Everything that a reader needs to compare numbers with another machine's."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "blas": f"{blas['name']} {blas.get('version', '')}".strip(),
        "threads": threads,
        "blas threads": _blas_threads(),
        "kernels": os.environ.get("AUTOGRAD_KERNELS", "auto"),
        "versions": {name: _version(name) for name in PACKAGES} | {"HIPS autograd": _hips()},
        "float32 matrix product, GFLOP/s": round(matrix_product_rate()),
    }


def summary(machine: dict) -> str:
    """The same in two lines of text."""
    versions = ", ".join(f"{name} {v}" for name, v in machine["versions"].items() if v)
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}; {machine['threads']} "
        f"threads for every contender; {machine['blas']}: "
        f"{machine['float32 matrix product, GFLOP/s']} GFLOP/s in a float32 matrix product.\n"
        f"Python {machine['python']}, {versions}."
    )


def matrix_product_rate(n: int = 1024) -> float:
    """GFLOP/s of NumPy's float32 product of n×n matrices: the best of a few, the limit here."""
    a = np.ones((n, n), np.float32)
    best = float("inf")
    for _ in range(10):
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    return 2 * n**3 / best / 1e9


class Others:
    """How busy other processes keep the machine, from now on: they make every number larger.

    ``contenders()``: the processor time of the processes that take part.
    """

    def __init__(self, contenders: Callable[[], float]):
        self.contenders = contenders
        self.start = self._seconds()

    def cores(self) -> float | None:
        """How many cores they used on average; None where the system does not tell (Linux does)."""
        if self.start is None:
            return None
        wall, theirs = (b - a for a, b in zip(self.start, self._seconds(), strict=True))
        return max(theirs, 0.0) / max(wall, 1e-9)

    def _seconds(self):
        """Wall time, and the processor time of everyone but the benchmark."""
        try:
            user, nice, system = map(int, Path("/proc/stat").read_text().split(maxsplit=4)[1:4])
        except OSError:
            return None
        everyone = (user + nice + system) / os.sysconf("SC_CLK_TCK")
        return time.monotonic(), everyone - processor_seconds() - self.contenders()


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _hips() -> str | None:
    """The version in the environment of its own."""
    code = "import importlib.metadata as m; print(m.version('autograd'))"
    if not HIPS_PYTHON.exists():
        return None
    run = subprocess.run([HIPS_PYTHON, "-P", "-c", code], capture_output=True, text=True)
    return run.stdout.strip() or None


def _blas_threads() -> int | None:
    """How many threads NumPy's BLAS says it uses; None where threadpoolctl is not installed."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return None
    return max((p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"), default=0)
