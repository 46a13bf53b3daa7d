"""What was measured, as text for the terminal, Markdown, and JSON with every sample."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.machine import summary
from benchmarks.measure import MB, Result, Spread
from benchmarks.protocol import OURS, OURS_NUMPY, PYTORCH

TIMES = (
    "row", "contender", "time", "quartiles", "chalkgrad / it", "quartiles", "target",
    "NumPy kernels / it", "target",
)  # fmt: skip
MEMORY = (
    "row", "contender", "peak", "above imports", "chalkgrad / it", "target",
    "above imports: chalkgrad / it",
)  # fmt: skip
DISTURBED = 0.1  # cores
ABSENT = "not installed (make bench-peers)"
Table = list[tuple[str, ...]]


def times(result: Result) -> Table:
    """The cells of one row's lines: ours first, then each peer."""
    row, measured = result.row, result.times()
    ratios, numpy = result.ratios(), result.ratios(OURS_NUMPY)
    table: Table = []
    for c in row.contenders:
        title = f"{row.name}: {row.title}" if not table else ""
        if c.name in result.missing:
            table.append((title, c.name, ABSENT, *[""] * (len(TIMES) - 3)))
            continue
        spread = measured[c.name]
        cells = [_time(result, spread), _range(spread)]
        if c.name in ratios and c.name != OURS_NUMPY:
            ratio = ratios[c.name]
            cells += [f"{ratio.median:.2f}", _range(ratio)]
            cells.append(_verdict(ratio.median, row.targets.time.get(c.name)))
        else:
            cells += ["", "", ""]
        if c.name in numpy and c.name != OURS:
            limit = row.targets.numpy if c.name == PYTORCH else None
            cells += [f"{numpy[c.name].median:.2f}", _verdict(numpy[c.name].median, limit)]
        else:
            cells += ["", ""]
        name = f"{c.name} (taken off)" if c.name == row.over else c.name
        table.append((title, name, *cells))
    return table


def memory(result: Result) -> Table:
    """The same of memory, of those that were measured."""
    table: Table = []
    ours = result.memory.get(OURS)
    for name, m in result.memory.items():
        title = f"{result.row.name}: {result.row.title}" if not table else ""
        cells = [f"{m.peak / MB:,.0f} MB", f"{m.work / MB:,.0f} MB"]
        if ours is not None and name not in (OURS, OURS_NUMPY):
            limit = result.row.targets.memory if name == PYTORCH else None
            ratio = ours.peak / m.peak
            cells += [f"{ratio:.2f}", _verdict(ratio, limit)]
            cells.append(f"{ours.work / m.work:.2f}" if m.work > 0 else "")
        else:
            cells += ["", "", ""]
        table.append((title, name, *cells))
    return table


def targets(results: list[Result]) -> dict[str, bool]:
    """Every target of the rows that could be judged, and whether it was met."""
    met = {}
    for r in results:
        limits, name = r.row.targets, r.row.name
        for of, peers in ((OURS, limits.time), (OURS_NUMPY, {PYTORCH: limits.numpy})):
            ratios = r.ratios(of)
            for peer, limit in peers.items():
                if limit is not None and peer in ratios:
                    met[f"{name}: time of {of} / {peer} ≤ {limit:g}"] = ratios[peer].median <= limit
        if limits.memory is not None and {OURS, PYTORCH} <= r.memory.keys():
            ratio = r.memory[OURS].peak / r.memory[PYTORCH].peak
            met[f"{name}: memory of {OURS} / {PYTORCH} ≤ {limits.memory:g}"] = (
                ratio <= limits.memory
            )
    return met


def text(results: list[Result]) -> str:
    """The tables, aligned."""
    parts = [_aligned(TIMES, [line for r in results for line in times(r)])]
    if lines := [line for r in results for line in memory(r)]:
        parts.append(_aligned(MEMORY, lines))
    met = targets(results)
    if met:
        missed = [name for name, fine in met.items() if not fine]
        parts.append("\n".join([
            f"{len(met) - len(missed)} of {len(met)} targets met" + (", missed:" * bool(missed)),
            *(f"  {name}" for name in missed),
        ]))  # fmt: skip
    if lines := warnings(results):
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def warnings(results: list[Result]) -> list[str]:
    """One line per row that was measured while other processes were at work."""
    return [
        f"Disturbed: {r.row.name} shared the machine with others that kept {r.disturbed:.1f} cores "
        "busy; measure again."
        for r in results
        if r.disturbed is not None and r.disturbed > DISTURBED
    ]


def markdown(results: list[Result], machine: dict, quick: bool) -> str:
    """The tables with what they were measured on, and how."""
    note = "**Quick run: shows that it works, not how fast.**\n\n" if quick else ""
    disturbed = "".join(line + "\n\n" for line in warnings(results))
    rounds = len(results[0].samples[OURS])
    compared = sum(r.compared for r in results)
    met = targets(results)
    return (
        f"# Benchmarks\n\n{note}"
        f"{page_table(TIMES, [line for r in results for line in times(r)])}\n\n"
        f"{disturbed}{summary(machine)}\n\n"
        f"Medians and quartiles of {rounds} blocks of steps, the contenders taking turns, each "
        "warm, in a process of its own on the same cores, the garbage collector on. A ratio is "
        "taken between the blocks of one turn; below 1, chalkgrad is faster. First, "
        f"{compared:,} values and gradients of the contenders were found equal. "
        f"{sum(met.values())} of {len(met)} targets are met.\n\n"
        "## Memory\n\n"
        f"{page_table(MEMORY, [line for r in results for line in memory(r)])}\n\n"
        "The peak of the contender's whole process over a few steps; and above what it held when "
        "its libraries, numba among them for chalkgrad's compiled kernels, had been imported.\n"
    )


def page_table(head: tuple[str, ...], lines: Table) -> str:
    """A table in Markdown."""
    return "\n".join(
        "| " + " | ".join(line) + " |" for line in [head, ("---",) * len(head), *lines]
    )


def record(results: list[Result], machine: dict, quick: bool) -> dict:
    """Everything, for JSON."""
    return {
        "quick": quick,
        "machine": machine,
        "targets met": targets(results),
        "rows": [
            {
                "name": r.row.name,
                "title": r.row.title,
                "unit": r.row.unit,
                "taken off": r.row.over,
                "tolerance": r.row.tolerance,
                "values compared": r.compared,
                "not installed": r.missing,
                "cores taken by others": r.disturbed,
                "steps per block": r.steps,
                "times": {k: asdict(v) for k, v in r.times().items()},
                "ratios": {k: asdict(v) for k, v in r.ratios().items()},
                "ratios of NumPy kernels": {k: asdict(v) for k, v in r.ratios(OURS_NUMPY).items()},
                "bytes": {k: asdict(v) for k, v in r.memory.items()},
                "samples": r.samples,
            }
            for r in results
        ],
    }


def write(results: list[Result], machine: dict, quick: bool, folder: Path) -> list[Path]:
    """``results.json``, ``results.md`` and, where matplotlib is installed, ``ratios.png``."""
    folder.mkdir(parents=True, exist_ok=True)
    data, page = folder / "results.json", folder / "results.md"
    data.write_text(json.dumps(record(results, machine, quick), indent=1) + "\n")
    page.write_text(markdown(results, machine, quick))
    try:
        from benchmarks.plot import ratios
    except ImportError:
        return [data, page]
    return [data, page, ratios(results, machine, folder / "ratios.png")]


def _aligned(head, lines):
    table = [head, *lines]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    widths[2] = max(len(line[2]) for line in table if line[2] != ABSENT)
    padded = ("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in table)
    return "\n".join(line.rstrip() for line in padded)


def _time(result, spread):
    """The time of a step, and what is done in a second."""
    row, shown = result.row, f"{spread.median:.3g} {result.row.unit}"
    if row.rate is None:
        return shown
    amount, what = row.rate
    return f"{shown} ({amount * row.scale / spread.median:,.0f} {what}/s)"


def _verdict(ratio, limit):
    return "" if limit is None else f"≤ {limit:g} {'met' if ratio <= limit else 'MISSED'}"


def _range(s: Spread) -> str:
    return f"{s.lower:.3g}-{s.upper:.3g}"
