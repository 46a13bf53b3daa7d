"""What the experiments of `nn.insight.approximation` return."""

from dataclasses import dataclass

import numpy as np

from nn.insight.results import Drawn


@dataclass(frozen=True, eq=False, repr=False)
class Approximation(Drawn):
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


@dataclass(frozen=True, eq=False, repr=False)
class DepthComparison(Drawn):
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
