"""What was measured, as text for the terminal, Markdown, and JSON with every sample."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.machine import summary
from benchmarks.measure import Result, Spread
from benchmarks.protocol import OURS

HEAD = ("row", "contender", "time", "smallest-largest", "chalkgrad / peer", "smallest-largest")
DISTURBED = 0.1  # cores
ABSENT = "not installed (make bench-peers)"


def lines(result: Result) -> list[tuple[str, ...]]:
    """The cells of one row's lines: ours first, then each peer."""
    times, ratios, row = result.times(), result.ratios(), result.row
    table = []
    for c in row.contenders:
        title = f"{row.name}: {row.title}" if not table else ""
        if c.name in result.missing:
            table.append((title, c.name, ABSENT, "", "", ""))
            continue
        cells = [f"{times[c.name].median:.3g} {row.unit}", _range(times[c.name])]
        if c.name in ratios:
            cells += [f"{ratios[c.name].median:.2f}", _range(ratios[c.name])]
        else:
            cells += ["", ""]
        name = f"{c.name} (taken off)" if c.name == row.over else c.name
        table.append((title, name, *cells))
    return table


def text(results: list[Result]) -> str:
    """The table, aligned."""
    table = [HEAD, *(line for r in results for line in lines(r))]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    widths[2] = max(len(line[2]) for line in table if line[2] != ABSENT)
    padded = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in table]
    return "\n".join([*(line.rstrip() for line in padded), *warnings(results)])


def warnings(results: list[Result]) -> list[str]:
    """One line per row that was measured while other processes were at work."""
    return [
        f"Disturbed: {r.row.name} shared the machine with others that kept {r.disturbed:.1f} cores "
        "busy; measure again."
        for r in results
        if r.disturbed is not None and r.disturbed > DISTURBED
    ]


def markdown(results: list[Result], machine: dict, quick: bool) -> str:
    """The table with what it was measured on, and how."""
    table = [HEAD, ("---",) * len(HEAD), *(line for r in results for line in lines(r))]
    body = "\n".join("| " + " | ".join(line) + " |" for line in table)
    note = "**Quick run: shows that it works, not how fast.**\n\n" if quick else ""
    disturbed = "".join(line + "\n\n" for line in warnings(results))
    rounds = len(results[0].samples[OURS])
    compared = sum(r.compared for r in results)
    return (
        f"# Benchmarks\n\n{note}{body}\n\n{disturbed}{summary(machine)}\n\n"
        f"Medians of {rounds} blocks, the contenders taking turns in one process, warm, the "
        "garbage collector on. A ratio is taken between the blocks of one turn; below 1, chalkgrad "
        f"is faster. First, {compared:,} values and gradients of the contenders were found equal.\n"
    )


def record(results: list[Result], machine: dict, quick: bool) -> dict:
    """Everything, for JSON."""
    return {
        "quick": quick,
        "machine": machine,
        "rows": [
            {
                "name": r.row.name,
                "title": r.row.title,
                "unit": r.row.unit,
                "taken off": r.row.over,
                "values compared": r.compared,
                "not installed": r.missing,
                "cores taken by others": r.disturbed,
                "steps per block": r.steps,
                "times": {k: asdict(v) for k, v in r.times().items()},
                "ratios": {k: asdict(v) for k, v in r.ratios().items()},
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


def _range(s: Spread) -> str:
    return f"{s.low:.3g}-{s.high:.3g}"
