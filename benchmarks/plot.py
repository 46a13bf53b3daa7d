"""The ratios as bars around the line at 1: to its left chalkgrad is faster."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.machine import summary
from benchmarks.measure import Result

COLOURS = {
    "PyTorch": "#d1603d", "micrograd": "#3d7ea6", "MyGrad": "#7a9e5b", "NumPy by hand": "#8a7f9e",
}  # fmt: skip
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)


def ratios(results: list[Result], machine: dict, path: Path) -> Path:
    """Draw chalkgrad / peer of every row, with the smallest and largest as a thin line."""
    bars = [(r.row, peer, spread) for r in results for peer, spread in r.ratios().items()]
    figure = Figure(figsize=(9, 1.6 + 0.34 * max(len(bars), 3) + 0.3 * len(results)))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    y, last, places, labels = 0.0, None, [], []
    for row, peer, s in bars:
        y += 1 if row is last else 1.7
        if row is not last:
            axes.text(0, y - 0.62, f" {row.title}", transform=axes.get_yaxis_transform(),
                      fontsize=8.5, fontweight="bold", va="bottom")  # fmt: skip
        last = row
        axes.barh(y, s.median - 1, left=1, height=0.7, color=COLOURS.get(peer, "#777777"))
        axes.plot([max(s.low, TICKS[0]), s.high], [y, y], color="#222222", linewidth=1)
        end, align, shift = s.high, "left", 4
        if s.median < 1:
            end, align, shift = max(s.low, TICKS[0]), "right", -4
        axes.annotate(f"{s.median:.2f}", (end, y), (shift, 0), textcoords="offset points",
                      ha=align, va="center", fontsize=8.5)  # fmt: skip
        places.append(y)
        labels.append(peer)
    low = min((s.low for *_, s in bars if s.low > 0), default=0.5)
    high = max((s.high for *_, s in bars), default=2)
    axes.set_xscale("log")
    axes.set_xlim(min(low, 0.5) / 1.8, max(high, 2) * 1.8)
    left, right = axes.get_xlim()
    ticks = [t for t in TICKS if left <= t <= right]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.set_yticks(places, labels, fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(y + 0.7, 0.6)
    axes.axvline(1, color="#222222", linewidth=1.2)
    axes.grid(axis="x", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_title("Time of chalkgrad / time of the peer: left of 1, chalkgrad is faster")
    axes.set_xlabel(summary(machine), fontsize=7.5, labelpad=8)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    return path
