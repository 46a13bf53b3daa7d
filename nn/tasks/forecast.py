"""Two years of airline passengers ahead: the last 24 of 144 months, from those before.

    python -m nn.tasks.forecast --cell lstm --plot forecast.png

The network sees how the logarithm changes from month to month, and feeds its own forecasts back to
itself.  It is held against the seasonal forecast: last year's month, times last year's growth.
"""

import numpy as np

from autograd import no_grad
from nn.data import airline, windows
from nn.functional import mse_loss
from nn.layers import Linear
from nn.models.sequence_text import recurrent
from nn.module import Module
from nn.tasks import common

AHEAD, YEAR = 24, 12


class Forecaster(Module):
    """The next value after each: (T, N, 1) -> (T, N, 1), and the state."""

    def __init__(self, hidden=32, cell="gru"):
        self.recurrent = recurrent(cell, 1, hidden)
        self.next = Linear(hidden, 1)

    def forward(self, x, state=None):
        """x (T, N, 1) -> the next value after each (T, N, 1), and the state to carry on with."""
        h, state = self.recurrent(x, state)
        return self.next(h), state


def main(argv=None) -> dict:
    """Train; returns the forecast, the root mean squared errors, and the losses."""
    p = common.parser(__doc__, epochs=300, lr=1e-2, batch=1, hidden=32)
    common.cell_option(p, "gru")
    p.add_argument("--window", type=int, default=36, help="months in a sequence (%(default)s)")
    p.add_argument("--plot", metavar="FILE", help="save the curves as a picture")
    options = common.parsed(p, argv, epochs=20, hidden=8)
    common.check_picture(p, "--plot", options.plot)
    if options.window <= YEAR:
        p.error(f"--window must be above {YEAR}, the months that are only read")
    series = airline()
    known, future = series.values[:-AHEAD], series.values[-AHEAD:]
    steps = np.diff(np.log(known))
    mean, deviation = steps.mean(), steps.std()
    scaled = ((steps - mean) / deviation).astype(np.float32)
    x, y = windows(scaled, options.window)
    model = Forecaster(options.hidden, options.cell)

    def loss_of(x, y):
        return mse_loss(model(x)[0][YEAR:], y[YEAR:])  # a year to look around first

    quiet, options.quiet = options.quiet, True  # hundreds of epochs of one batch each
    losses = common.fit(model, lambda: [(x, y)], loss_of, options, 1)
    options.quiet = quiet
    ahead = continued(model, scaled, AHEAD) * deviation + mean
    forecast = known[-1] * np.exp(np.cumsum(ahead))
    simple = seasonal(known)
    errors = {
        name: float(np.sqrt(np.mean((values - future) ** 2)))
        for name, values in (("network", forecast), ("seasonal", simple))
    }
    common.say(options, "month    passengers  network  seasonal   (thousands)")
    for row in zip(series.time[-AHEAD:], future, forecast, simple, strict=True):
        common.say(options, f"{row[0]:7.2f}  {row[1]:10.0f}  {row[2]:7.0f}  {row[3]:8.0f}")
    common.say(options, ", ".join(f"{k}: RMSE {v:.1f}" for k, v in errors.items()))
    if options.plot:
        figure(series, forecast, simple).savefig(options.plot, dpi=110)
    return {"forecast": forecast, "errors": errors, "losses": losses, "series": series}


def continued(model, values, count) -> np.ndarray:
    """The next ``count`` values, each fed back as if it had happened."""
    found: list[float] = []
    model.eval()
    with no_grad():
        y, state = model(np.asarray(values, np.float32).reshape(-1, 1, 1))
        for _ in range(count):
            found.append(float(y[-1, 0, 0].data))
            y, state = model(np.full((1, 1, 1), found[-1], np.float32), state)
    return np.array(found)


def seasonal(known) -> np.ndarray:
    """Last year's month, times the growth of last year over the year before, for each year."""
    year = known[-YEAR:]
    growth = year.sum() / known[-2 * YEAR : -YEAR].sum()
    return np.concatenate([year * growth, year * growth**2])


def figure(series, forecast, simple):
    """A matplotlib figure of the series and both forecasts."""
    from nn.figures import new_figure

    found = new_figure((7.5, 3.4))
    axes = found.subplots()
    axes.plot(series.time, series.values, color="0.3", linewidth=1, label="passengers")
    ahead = series.time[-AHEAD:]
    axes.plot(ahead, simple, color="tab:orange", linestyle=":", label="seasonal")
    axes.plot(ahead, forecast, color="tab:blue", label="network")
    axes.axvline(ahead[0] - 1 / 24, color="0.7", linewidth=1)
    axes.set(ylabel="thousands a month", title="airline passengers, 24 months ahead")
    axes.legend(frameon=False, loc="upper left")
    return found


if __name__ == "__main__":
    main()
