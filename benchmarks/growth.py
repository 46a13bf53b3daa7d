"""How time and memory grow with the size of the work, ours and PyTorch's: a table and a plot."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks import measure
from benchmarks.machine import summary
from benchmarks.measure import MB, QUICK_ROUNDS, Result
from benchmarks.protocol import OURS, PYTORCH
from benchmarks.report import page_table, warnings
from benchmarks.rows.growing import AXES, find

ROUNDS, QUICK_SIZES = 5, 2  # the largest sizes take seconds a step
HEAD = (
    "work", "size", "chalkgrad", "PyTorch", "chalkgrad / PyTorch", "peak: chalkgrad", "PyTorch",
    "above imports: chalkgrad", "PyTorch",
)  # fmt: skip
Measured = dict[str, dict[int, Result]]


def run(axes: list[str], machine: dict, quick: bool, folder: Path) -> list[Path]:
    """Measure every size of these axes, print the table, and write the files."""
    results: Measured = {}
    for axis in axes:
        results[axis] = {}
        for size in AXES[axis].sizes[: QUICK_SIZES if quick else None]:
            print(f"{axis} {size:,} ...", end=" ", flush=True)
            row = find(f"growth:{axis}:{size}")
            results[axis][size] = measure.measure(row, quick, QUICK_ROUNDS if quick else ROUNDS)
    page = markdown(results, machine, quick)
    print("\n\n" + page)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "growth.md", folder / "growth.json"]
    files[0].write_text(page)
    files[1].write_text(json.dumps(record(results, machine, quick), indent=1) + "\n")
    try:
        from benchmarks.plot import growth
    except ImportError:
        return files
    return [*files, growth(results, machine, folder / "growth.png")]


def lines(results: Measured) -> list[tuple[str, ...]]:
    """The cells of the table: a line per size; a dash where PyTorch is not installed."""
    table = []
    for axis, sizes in results.items():
        for size, r in sizes.items():
            title = f"{AXES[axis].title}; {AXES[axis].label}" if size == min(sizes) else ""
            times, ratios = r.times(), r.ratios()
            row = [title, f"{size:,}"]
            row += [f"{times[n].median:.3g} ms" if n in times else "-" for n in (OURS, PYTORCH)]
            row.append(f"{ratios[PYTORCH].median:.2f}" if PYTORCH in ratios else "-")
            for part in ("peak", "work"):
                row += [
                    f"{getattr(r.memory[n], part) / MB:,.0f} MB" if n in r.memory else "-"
                    for n in (OURS, PYTORCH)
                ]
            table.append(tuple(row))
    return table


def markdown(results: Measured, machine: dict, quick: bool) -> str:
    """The table, with what it was measured on and how."""
    note = "**Quick run: shows that it works, not how fast.**\n\n" if quick else ""
    everything = [r for sizes in results.values() for r in sizes.values()]
    disturbed = "".join(line + "\n\n" for line in warnings(everything))
    return (
        f"# Growth with size\n\n{note}{page_table(HEAD, lines(results))}\n\n{disturbed}"
        f"{summary(machine)}\n\nMedians of {len(everything[0].samples[OURS])} blocks, in turns; "
        "the peak of the whole process, and above what it held after its imports. "
        f"{sum(r.compared for r in everything):,} values and gradients were found equal.\n"
    )


def record(results: Measured, machine: dict, quick: bool) -> dict:
    """Everything, for JSON."""
    return {
        "quick": quick,
        "machine": machine,
        "axes": {
            axis: [
                {
                    "size": size,
                    "ms": {k: asdict(v) for k, v in r.times().items()},
                    "ratios": {k: asdict(v) for k, v in r.ratios().items()},
                    "bytes": {k: asdict(v) for k, v in r.memory.items()},
                    "cores taken by others": r.disturbed,
                    "samples": r.samples,
                }
                for size, r in sizes.items()
            ]
            for axis, sizes in results.items()
        },
    }
