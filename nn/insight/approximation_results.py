"""What the experiments of `nn.insight.approximation` return."""

from typing import NamedTuple

import numpy as np

from nn.insight.results import png_of, shapes_of


class Approximation(NamedTuple):
    """What `universal_approximation` finds; shows itself as plots in a notebook."""

    widths: np.ndarray
    """Numbers of hidden units: (K,)."""
    errors: np.ndarray
    """Root mean square errors: (K,)."""
    x: np.ndarray
    """Where the function was taken: (points,)."""
    y: np.ndarray
    """The function: (points,)."""
    fits: np.ndarray
    """The networks: (K, points)."""

    def figure(self):
        """A matplotlib figure: the function with some networks, the error over the width."""
        from nn.insight.landscape_plots import approximation_figure

        return approximation_figure(self)

    def __repr__(self):
        return shapes_of(self, self._asdict())

    def _repr_png_(self):
        return png_of(self)


class DepthComparison(NamedTuple):
    """What `deep_against_shallow` finds; shows itself as plots in a notebook."""

    depths: np.ndarray
    """Numbers of hidden layers: (K,)."""
    widths: np.ndarray
    """Units in each of them: (K,)."""
    parameters: np.ndarray
    """Parameters in all: (K,)."""
    errors: np.ndarray
    """Root mean square errors: (K, seeds)."""
    x: np.ndarray
    """Where the function was taken: (points,)."""
    y: np.ndarray
    """The function: (points,)."""
    fits: np.ndarray
    """The best network of each depth: (K, points)."""

    def figure(self):
        """A matplotlib figure: the function with two networks, the error over the depth."""
        from nn.insight.landscape_plots import depth_figure

        return depth_figure(self)

    def __repr__(self):
        return shapes_of(self, self._asdict())

    def _repr_png_(self):
        return png_of(self)
