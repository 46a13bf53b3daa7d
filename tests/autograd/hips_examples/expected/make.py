"""Run every example with HIPS autograd and store what it prints.

In an environment of its own, never chalkgrad's: ``pip install autograd==1.9.1 numpy==2.4.6
scipy==1.17.1``, then ``python make.py [name ...]``.
"""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

here = Path(__file__).parent
names = sys.argv[1:] or sorted(p.stem for p in here.parent.glob("*.py"))
for name in names:
    command = ["-W", "ignore", f"{name}.py"]
    run = subprocess.run(
        [sys.executable, *command], cwd=here.parent, check=True, capture_output=True, text=True
    )
    head = (
        f"# HIPS autograd {version('autograd')}, NumPy {version('numpy')}: "
        f"python {' '.join(command)}\n"
    )
    (here / f"{name}.txt").write_text(head + run.stdout)
