"""``python -m benchmarks [row ...] [--quick]``: the table here, its files in ``out/bench``."""

import argparse
import os
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the rows asked for; 0 if all contenders agreed, 1 if two computed different values."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help="which rows; all if none is named")
    parser.add_argument("--quick", action="store_true", help="a few short blocks: does it run?")
    parser.add_argument("--threads", type=int, default=2, help="of every contender (default 2)")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="where files go")
    options = parser.parse_args(arguments)
    set_threads(options.threads)

    from benchmarks import machine, report  # NumPy is imported from here on
    from benchmarks.measure import Mismatch, measure
    from benchmarks.rows import ROWS

    known = {row.name: row for row in ROWS}
    for name in options.rows:
        if name not in known:
            parser.error(f"there is no row {name!r}; the rows are {', '.join(known)}")
    about, results = machine.describe(options.threads), []
    print(machine.summary(about), flush=True)
    for name in options.rows or known:
        print(f"{name} ...", end=" ", flush=True)
        try:
            results.append(measure(known[name], options.quick))
        except Mismatch as e:
            print(f"\nThe contenders disagree, so there is nothing to time. {e}", file=sys.stderr)
            return 1
    print("\n\n" + report.text(results) + "\n")
    for path in report.write(results, about, options.quick, options.out):
        print(f"wrote {path}")
    return 0


def set_threads(threads: int):
    """Give every library the same number of threads; the BLAS reads it when NumPy is imported."""
    for name in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        os.environ[f"{name}_NUM_THREADS"] = str(threads)


if __name__ == "__main__":
    sys.exit(main())
