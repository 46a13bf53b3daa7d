"""What the functions of `nn.insight` return: arrays with a figure, and how pictures are drawn."""

import math
import textwrap

import numpy as np

from autograd.errors import ShapeError
from nn.figures import new_figure, png


class Result:
    """Named arrays; its `repr` gives their shapes, and the number where there is only one."""

    def __repr__(self):
        arrays = (
            f"{name} {'×'.join(map(str, v.shape)) or v}"
            for name, v in vars(self).items()
            if isinstance(v, np.ndarray)
        )
        return f"{type(self).__name__}({', '.join(arrays)})"


class Drawn(Result):
    """A result that shows itself as a figure in a notebook, and as text where it cannot."""

    def figure(self):
        """A matplotlib figure of it."""
        raise NotImplementedError

    def _repr_png_(self):
        try:
            return png(self.figure())
        except (ImportError, ShapeError):  # no matplotlib, or nothing that looks like a picture
            return None


def grid(rows: int, columns: int, width: float, height: float):
    """A figure of rows × columns empty axes without ticks, each of this size in inches."""
    figure = new_figure((columns * width, rows * height))
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax in axes.flat:
        bare(ax)
    return figure, axes


def headline(figure, text: str, size: int = 10):
    """A title over all axes, in as many lines as it needs."""
    letters = max(int(figure.get_figwidth() * 140 / size), 12)
    figure.suptitle("\n".join(textwrap.wrap(text, letters)), fontsize=size)


def bare(ax):
    """Axes with a thin frame and no ticks."""
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(color="0.8", linewidth=0.5)
    return ax


def show(ax, image: np.ndarray, low: float | None = None, high: float | None = None):
    """Draw an image (C, H, W): of one channel as ink on paper, of three in colour.

    ``low`` and ``high`` are the values of black and white (paper and ink); by default the image's
    own least and largest.
    """
    image = image_of(image)
    low = float(image.min()) if low is None else low
    high = float(image.max()) if high is None else high
    if len(image) == 1:
        ax.imshow(image[0], cmap="gray_r", vmin=low, vmax=max(high, low + 1e-12))
    else:
        ax.imshow(np.clip((image - low) / max(high - low, 1e-12), 0, 1).transpose(1, 2, 0))


def heat(ax, values: np.ndarray, signed: bool = False):
    """Draw a map (H, W): from 0 on as heat, with both signs in blue and red.

    The strongest half percent is cut off, so that a single pixel does not hide all others.
    """
    top = max(float(np.quantile(np.abs(values), 0.995)), 1e-30)
    if signed:
        return ax.imshow(values, cmap="RdBu_r", vmin=-top, vmax=top)
    return ax.imshow(values, cmap="inferno", vmin=0, vmax=top)


def image_of(image: np.ndarray) -> np.ndarray:
    """The image, if it can be drawn: (1 or 3, H, W)."""
    if image.ndim != 3 or len(image) not in (1, 3):
        raise ShapeError(
            f"figure: only pictures of 1 or 3 channels can be drawn, got the shape {image.shape}; "
            "the arrays are all there"
        )
    return image


def mosaic(tiles: np.ndarray, columns: int) -> np.ndarray:
    """Tiles (n, H, W) or (n, H, W, 3) as one picture, with white (or NaN) between them."""
    n, h, w, *colours = tiles.shape
    rows = -(-n // columns)
    line = max(1, min(h, w) // 12)
    fill = 1.0 if colours else np.nan
    page = np.full((rows * (h + line) - line, columns * (w + line) - line, *colours), fill)
    for k, tile in enumerate(tiles):
        top, left = k // columns * (h + line), k % columns * (w + line)
        page[top : top + h, left : left + w] = tile
    return page


def columns_for(n: int) -> int:
    """In how many columns n tiles make a page that is wide, without gaps where that can be."""
    best = math.sqrt(1.6 * n)
    some = range(math.ceil(math.sqrt(n)), math.ceil(2 * best) + 1)
    return min(some, key=lambda c: (n % c > 0, abs(math.log(c / best))))


def mosaic_figure(page: np.ndarray, title: str, scale: bool = True, **options):
    """A figure of one mosaic, 7 inches wide at most, and of what its colours mean (``scale``)."""
    h, w = page.shape[:2]
    width = max(7.0 * min(1.0, 1.4 * w / h), 3.6)
    figure = new_figure((width + 0.8 * scale, width * h / w + 0.35 + 0.2 * title.count("\n")))
    ax = figure.subplots()
    drawn = ax.imshow(page, interpolation="nearest", **options)
    ax.set_title(title, fontsize=10)
    ax.axis("off")
    if scale:
        figure.colorbar(drawn, ax=ax, shrink=0.9, aspect=30, pad=0.02).ax.tick_params(labelsize=8)
    return figure


def plain_ticks(axes):
    """On a logarithmic y axis of few decades, a few numbers as they are written: 0.1, 0.2, 0.5."""
    from matplotlib.ticker import LogLocator, NullLocator

    low, high = axes.get_ylim()
    if not 0 < low < high < 300 * low:
        return
    marks = [1, 2, 5] if high > 4 * low else [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]
    axes.yaxis.set_major_locator(LogLocator(subs=marks))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())
