"""The ratios as bars around the line at 1, and growth as curves."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.machine import summary
from benchmarks.measure import MB, Result
from benchmarks.protocol import OURS, OURS_NUMPY, PYTORCH
from benchmarks.rows.growing import AXES

COLOURS = {
    PYTORCH: "#d1603d", "micrograd": "#3d7ea6", "MyGrad": "#7a9e5b", "NumPy by hand": "#8a7f9e",
    "JAX, jit": "#c9a227", "JAX, op by op": "#e0cc85", "HIPS autograd": "#5f9ea0",
    "JAX": "#c9a227", OURS: "#2b4c7e",
}  # fmt: skip
PALE = "#eab9a6"  # PyTorch again, against NumPy kernels
TICKS = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def ratios(results: list[Result], machine: dict, path: Path) -> Path:
    """Draw chalkgrad / peer of every row, its quartiles a thin line, its target a mark."""
    bars = [bar for r in results for bar in _bars(r)]
    rows = len({row.name for row, *_ in bars})
    figure = Figure(figsize=(9, 1.8 + 0.25 * max(len(bars), 3) + 0.22 * rows))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    y, last, places, labels = 0.0, None, [], []
    for row, label, colour, s, limit in bars:
        y += 1 if row is last else 1.9
        if row is not last:
            axes.text(0, y - 0.6, f" {row.title}", transform=axes.get_yaxis_transform(),
                      fontsize=8, fontweight="bold", va="bottom")  # fmt: skip
        last = row
        axes.barh(y, s.median - 1, left=1, height=0.7, color=colour)
        axes.plot([max(s.lower, TICKS[0]), max(s.upper, TICKS[0])], [y, y], "#222222", linewidth=1)
        if limit is not None:
            axes.plot([limit, limit], [y - 0.42, y + 0.42], "#117733", linewidth=2)
        right = s.median >= 1
        end = max(s.upper if right else s.lower, TICKS[0])
        if limit is not None:
            end = max(end, limit) if right else min(end, limit)
        axes.annotate(f"{s.median:.2f}", (end, y), (4 if right else -4, 0), fontsize=8, va="center",
                      textcoords="offset points", ha="left" if right else "right")  # fmt: skip
        places.append(y)
        labels.append(label)
    low = min((min(s.lower, limit or 1) for *_, s, limit in bars if s.lower > 0), default=0.5)
    high = max((max(s.upper, limit or 0) for *_, s, limit in bars), default=2)
    _scale(axes, min(low, 0.5) / 1.8, max(high, 2) * 1.8)
    axes.set_yticks(places, labels, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(y + 0.7, 0.6)
    axes.axvline(1, color="#222222", linewidth=1.2)
    axes.set_title("Time of chalkgrad / time of the peer: left of 1, chalkgrad is faster.\n"
                   "Green: the target", fontsize=10)  # fmt: skip
    axes.set_xlabel(summary(machine).replace("; ", ";\n", 2), fontsize=7, labelpad=8)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    return path


def _bars(result):
    """Row, label, colour, spread and target of every ratio."""
    row, limits = result.row, result.row.targets
    bars = []
    for peer, spread in result.ratios().items():
        if peer != OURS_NUMPY:
            limit = limits.time.get(peer)
            bars.append((row, peer, COLOURS.get(peer, "#777777"), spread, limit))
    if PYTORCH in (only := result.ratios(OURS_NUMPY)):
        label = "NumPy kernels / PyTorch"
        bars.insert(1, (row, label, PALE, only[PYTORCH], limits.numpy))
    return bars


def _scale(axes, left, right):
    axes.set_xscale("log")
    axes.set_xlim(left, right)
    ticks = [t for t in TICKS if left <= t <= right]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks], fontsize=8)
    axes.minorticks_off()
    axes.grid(axis="x", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def growth(results: dict[str, dict[int, Result]], machine: dict, path: Path) -> Path:
    """Draw time and memory by size: a line of panels per axis, both axes logarithmic."""
    figure = Figure(figsize=(9, 3 * len(results) + 0.6))
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(results), 2, squeeze=False)
    for (axis, sizes), (time, memory) in zip(results.items(), panels, strict=True):
        for name in (OURS, PYTORCH):
            spreads = {n: r.times()[name] for n, r in sizes.items() if name in r.samples}
            style = {"color": COLOURS[name], "marker": "o", "markersize": 3.5}
            time.plot(spreads.keys(), [s.median for s in spreads.values()], label=name, **style)
            lower, upper = ([getattr(s, q) for s in spreads.values()] for q in ("lower", "upper"))
            time.fill_between(spreads.keys(), lower, upper, color=COLOURS[name], alpha=0.2)
            for part, line, what in (
                ("peak", "-", "whole process"),
                ("work", "--", "less imports"),
            ):
                points = {n: getattr(r.memory[name], part) / MB
                          for n, r in sizes.items() if name in r.memory}  # fmt: skip
                memory.plot(points.keys(), points.values(), line, label=f"{name}, {what}", **style)
        for panel, title in ((time, f"{AXES[axis].title}: ms"), (memory, "Peak memory: MB")):
            panel.set(xscale="log", yscale="log", xlabel=AXES[axis].label)
            panel.set_xticks(list(sizes), [f"{n:,}" for n in sizes], fontsize=7)
            panel.minorticks_off()
            panel.set_title(title, fontsize=9)
            panel.grid(color="#dddddd", linewidth=0.7)
            panel.legend(fontsize=7, frameon=False)
    figure.supxlabel(summary(machine).replace("; ", ";\n", 2), fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    return path
