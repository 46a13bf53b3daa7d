"""Figures of searches."""

import numpy as np

from nn.figures import new_figure

COLORS = {"complete": "#0072B2", "stopped": "#E69F00", "failed": "#B3261E"}
ACROSS = 4  # panels in a row
TICKS = 6  # so many different numbers are each marked on the axis


def result_figure(result):
    """Values over trials with the best so far, over each parameter, and the reported curves."""
    names = list(result.trials[0].config) if result.trials else []
    curves = any(len(t.curve) > 1 for t in result.trials)
    panels = 1 + curves + len(names)
    rows = -(-panels // ACROSS)
    columns = -(-panels // rows)
    figure = new_figure((3.3 * columns, 2.8 * rows + 0.3))
    grid = figure.subplots(rows, columns, squeeze=False)
    axes = list(grid.flat)
    for unused in axes[panels:]:
        unused.set_axis_off()
    _over_trials(axes[0], result)
    if curves:
        _curves(axes[1], result)
    for at, name in zip(axes[1 + curves :], names, strict=False):
        _over_parameter(at, result, name)
    named = {}
    for at in axes:
        handles, labels = at.get_legend_handles_labels()
        named.update(zip(labels, handles, strict=True))
    figure.legend(named.values(), named, loc="outside upper right", ncols=len(named), frameon=False)
    return figure


def _over_trials(axes, result):
    for state, color in COLORS.items():
        chosen = [t for t in result.trials if t.state == state]
        if not chosen:
            continue
        where = [t.number for t in chosen]
        if state == "failed":  # they have no value: a mark at the foot
            axes.plot(
                where, [0.02] * len(where), "x", color=color, label=state,
                transform=axes.get_xaxis_transform(),
            )  # fmt: skip
        else:
            axes.plot(where, [t.value for t in chosen], "o", ms=4, color=color, label=state)
    axes.step(
        [t.number for t in result.trials], result.best_so_far(), where="post", color="0.4",
        linewidth=1, label="best so far",
    )  # fmt: skip
    axes.set(xlabel="trial", ylabel="value", title="values")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)


def _curves(axes, result):
    for t in result.trials:
        if t.curve:
            steps = sorted(t.curve)
            values = [t.curve[s] for s in steps]
            axes.plot(steps, values, color=COLORS[t.state], linewidth=0.8, alpha=0.6)
            axes.plot(steps[-1:], values[-1:], ".", color=COLORS[t.state], markersize=4)
    axes.set(xlabel="step", title="reports")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)


def _over_parameter(axes, result, name):
    trials = [t for t in result.trials if t.state != "failed"]
    values = [t.config[name] for t in trials]
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
    if numbers:
        where = values
        if name in result._logarithmic:
            axes.set_xscale("log")
        if len(set(values)) <= TICKS:
            axes.set_xticks(sorted(set(values)), [f"{v:.4g}" for v in sorted(set(values))])
            axes.minorticks_off()
    else:
        words = list(dict.fromkeys(getattr(v, "__name__", None) or str(v) for v in values))
        where = [words.index(getattr(v, "__name__", None) or str(v)) for v in values]
        axes.set_xticks(range(len(words)), words, rotation=30 if len("".join(words)) > 20 else 0)
        axes.set_xlim(-0.5, len(words) - 0.5)
    axes.scatter(where, [t.value for t in trials], s=14, c=[COLORS[t.state] for t in trials])
    best = next((t for t in trials if t is _best(result)), None)
    if best is not None:
        axes.scatter(
            [where[trials.index(best)]], [best.value], s=90, facecolors="none", edgecolors="k",
            label="best",
        )  # fmt: skip
    axes.set_title(name)
    axes.grid(alpha=0.3)


def _best(result):
    return result.best if np.isfinite(result.best_so_far()).any() else None
