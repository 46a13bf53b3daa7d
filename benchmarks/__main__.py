"""``python -m benchmarks [row ...] [--quick]``: the tables here, their files in ``out/bench``.

``python -m benchmarks growth [nodes|batch|image|time ...]``: how time and memory grow with size.
"""

import argparse
import contextlib
import os
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the rows asked for; 0 if all contenders agreed, 1 if two computed different values."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", nargs="*", metavar="row", help="which rows; all if none is named")
    parser.add_argument("--quick", action="store_true", help="a few short blocks: does it run?")
    parser.add_argument("--threads", type=int, default=2, help="of every contender (default 2)")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="where files go")
    options = parser.parse_args(arguments)
    set_threads(options.threads)

    from benchmarks import growth, machine, measure, report  # NumPy is imported from here on
    from benchmarks.processes import Failed
    from benchmarks.rows import ROWS, growing

    growing_ones = options.rows[:1] == ["growth"]
    names, known = (options.rows[1:], growing.AXES) if growing_ones else (options.rows, ROWS)
    for name in names:
        if name not in known:
            parser.error(f"there is no row {name!r}; the rows are {', '.join(known)}")
    about = machine.describe(options.threads)
    print(machine.summary(about), flush=True)
    try:
        if growing_ones:
            paths = growth.run(names or list(growing.AXES), about, options.quick, options.out)
        else:
            results = []
            for name in names or known:
                print(f"{name} ...", end=" ", flush=True)
                results.append(measure.measure(ROWS[name](), options.quick))
            print("\n\n" + report.text(results) + "\n")
            paths = report.write(results, about, options.quick, options.out)
    except measure.Mismatch as e:
        print(f"\nThe contenders disagree, so there is nothing to time. {e}", file=sys.stderr)
        return 1
    except Failed as e:
        print(f"\n{e}", file=sys.stderr)
        return 1
    for path in paths:
        print(f"wrote {path}")
    return 0


def set_threads(threads: int):
    """Give every library the same number of threads, on the same cores where the system can.

    The BLAS reads the variables when NumPy is imported; JAX has none, and counts the cores.
    """
    for name in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        os.environ[f"{name}_NUM_THREADS"] = str(threads)
    with contextlib.suppress(AttributeError, OSError):  # not Linux; not allowed
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


if __name__ == "__main__":
    sys.exit(main())
