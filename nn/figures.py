"""Matplotlib, where it is installed: figures that no window or backend is needed for."""

import io


def new_figure(size, layout="constrained"):
    """An empty figure of (width, height) inches.

    Raises
    ------
    ImportError
        Matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            'this draws with matplotlib, which is missing: pip install "chalkgrad[viz]"'
        ) from None

    class Shown(Figure):
        """A figure that a notebook shows, also where pyplot has not been imported."""

        def _repr_png_(self):
            return png(self)

    return Shown(figsize=size, layout=layout)


def png(figure) -> bytes:
    """The figure as the bytes of a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()
