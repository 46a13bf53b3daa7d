"""Histograms: linear in the weights; the edges move with the smallest and the largest element.

Which bin an element lies in is constant between jumps, so counts without weights are plain arrays.
"""

import functools

import numpy as np

from autograd.ops.indexing import scatter_add
from autograd.ops.register import as_array, instead_of, value


@instead_of(np.histogram_bin_edges)
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """The edges given, or equal steps between the ends of ``range`` or of the data."""
    return _edges(a, bins, range, np.histogram_bin_edges(*map(value, (a, bins, range, weights))))


def _edges(a, bins, range, at):
    """The edges, which NumPy has put ``at`` these places, as functions of what they come from."""
    if np.ndim(value(bins)) == 1:
        return np.stack(bins) if type(bins) in (list, tuple) else as_array(bins)
    if range is None and not np.size(value(a)):
        return at
    first, last = (np.min(a), np.max(a)) if range is None else range
    edges = np.linspace(first, last, len(at))
    return at + np.astype(edges - value(edges), at.dtype)  # NumPy rounds elsewhere, or widens


@instead_of(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):
    """Σ of the weights in each bin, or how many elements; with ``density`` over sum and width."""
    counts, at = np.histogram(value(a), value(bins), value(range), weights=value(weights))
    edges = _edges(a, bins, range, at)
    if weights is not None:
        counts = _sums([np.ravel(value(a))], [at], weights)
    if density:
        counts = counts / np.astype(np.diff(edges), float) / np.sum(counts)
    return counts, edges


def _sums(columns, edges, weights):
    """Σ of the weights of the points with these coordinates, in each bin of a grid."""
    shape = tuple(len(e) - 1 for e in edges)
    places = [
        np.where(x == e[-1], n - 1, np.searchsorted(e, x, side="right") - 1)
        for x, e, n in zip(columns, edges, shape, strict=True)
    ]
    within = ((k >= 0) & (k < n) for k, n in zip(places, shape, strict=True))
    inside = functools.reduce(np.logical_and, within)
    weights = np.reshape(as_array(weights), -1)
    return scatter_add(weights[inside], tuple(k[inside] for k in places), shape)


@instead_of(np.histogramdd)
def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    """`histogram` of points: an array (N, D), or a sequence of their D coordinates."""
    counts, at = np.histogramdd(value(sample), value(bins), value(range), weights=value(weights))
    if type(sample) not in (list, tuple):
        sample = np.transpose(sample) if np.ndim(sample) == 2 else [sample]
    several = type(bins) in (list, tuple) or np.ndim(bins) > 0
    bins = bins if several else [bins] * len(at)
    range = [None] * len(at) if range is None else range
    edges = [_edges(*each) for each in zip(sample, bins, range, at, strict=True)]
    if weights is not None:
        counts = np.astype(_sums([value(as_array(x)) for x in sample], at, weights), float)
    if density:
        total = np.sum(counts)
        for axis, e in enumerate(edges):
            counts = counts / np.reshape(np.diff(e), (-1,) + (1,) * (len(edges) - 1 - axis))
        counts = counts / total
    return counts, edges


@instead_of(np.histogram2d)
def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    """`histogram` of the points (x, y)."""
    several = type(bins) in (list, tuple) or np.ndim(bins) > 0
    if several and len(bins) not in (1, 2):  # the same edges for both
        bins = [bins, bins]
    counts, edges = histogramdd([x, y], bins, range, density, weights)
    return counts, *edges
