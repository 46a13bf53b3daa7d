"""How long an import takes in a fresh interpreter, over the time of ``import numpy``."""

import subprocess
import sys

from benchmarks.protocol import OURS, Contender, Row

NUMPY = "NumPy alone"


class Import:
    """`Work`: a new interpreter that runs ``code``."""

    def __init__(self, code: str):
        self.command = [sys.executable, "-c", code]

    def step(self):
        """Once; the first time writes the compiled modules that later ones read."""
        subprocess.run(self.command, check=True)

    def values(self):
        """Nothing to compare."""
        return {}


def imports() -> Row:
    """Ours and the peers', all with NumPy imported first."""

    def contender(name, modules, package=None):
        return Contender(name, lambda: Import(f"import numpy{modules}"), package)

    return Row(
        "import",
        "import, over import numpy",
        "ms",
        (
            contender(OURS, ", autograd, nn"),
            contender("PyTorch", ", torch", "torch"),
            contender("JAX", ", jax", "jax"),
            contender("MyGrad", ", mygrad", "mygrad"),
            contender(NUMPY, ""),
        ),
        scale=1e3,
        seconds=0.0,
        steps=1,
        over=NUMPY,
        memory=False,
    )
