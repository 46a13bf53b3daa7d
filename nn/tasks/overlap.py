"""How well boxes and masks fit: intersection over union, and the distance of points."""

from itertools import pairwise

import numpy as np

from autograd.errors import DtypeError, IndexRangeError, ShapeError, ValueRangeError


def quadrilateral_iou(a, b) -> np.ndarray:
    """Area of the intersection over that of the union, of each pair of quadrilaterals; exact.

    Each is cut into two triangles, and each pair of triangles is clipped by the lines of one of
    them (Sutherland and Hodgman 1974).  So they may be turned, have a corner that points inwards,
    be given in either direction, or cross themselves: then the two triangles count.

    Parameters
    ----------
    a, b : array_like, (N, 4, 2)
        Corners in order around each box, in the same units.

    Returns
    -------
    ndarray, (N,)
        0 to 1; 0 where both have no area.

    Raises
    ------
    ShapeError, ValueRangeError
        Arrays of other shapes; corners that are not finite.

    Examples
    --------
    >>> square = np.array([[[0, 0], [2, 0], [2, 2], [0, 2]]])
    >>> quadrilateral_iou(square, square + [1, 0])  # 2 of 6
    array([0.33333333])
    """
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape or a.ndim != 3 or a.shape[1:] != (4, 2):
        raise ShapeError(f"quadrilateral_iou: expected two (N, 4, 2), got {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueRangeError("quadrilateral_iou: corners must be finite, got NaN or infinity")
    found = np.zeros(len(a))
    for n, pair in enumerate(zip(a, b, strict=True)):
        s, t = (_triangles(quad) for quad in pair)
        common = sum(_area(_clipped(p, q)) for p in s for q in t)
        union = sum(map(_area, s)) + sum(map(_area, t)) - common
        found[n] = common / union if union > 0 else 0.0
    return found


def _triangles(quad):
    """Two triangles that share no area and cover the quadrilateral, each counted clockwise."""
    a, b, c, d = quad.tolist()
    if _side(a, c, b) * _side(a, c, d) < 0:  # this diagonal lies inside
        parts = (a, b, c), (a, c, d)
    elif _side(b, d, a) * _side(b, d, c) < 0:
        parts = (b, c, d), (b, d, a)
    else:  # two opposite sides cross, a-b and c-d or b-c and d-a
        if _side(c, d, a) * _side(c, d, b) > 0:  # 0 where corners coincide: a triangle
            a, b, c, d = b, c, d, a
        along = _side(c, d, a) - _side(c, d, b)
        share = _side(c, d, a) / along if along else 0.0
        x = [p + share * (q - p) for p, q in zip(a, b, strict=True)]
        parts = (a, x, d), (b, c, x)
    return [p if _side(*p) >= 0 else p[::-1] for p in parts]


def _side(p, q, r):
    """Twice the area of the triangle; its sign tells on which side of the line p-q is r."""
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def _area(polygon):
    """Of a convex polygon, as a fan of triangles."""
    return sum(_side(polygon[0], p, q) for p, q in pairwise(polygon[1:])) / 2


def _clipped(polygon, triangle):
    """What of the convex polygon is inside the triangle."""
    if _side(*triangle) == 0:
        return []
    for p, q in zip(triangle, (*triangle[1:], triangle[0]), strict=True):
        kept = []
        for r, s in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
            here, there = _side(p, q, r), _side(p, q, s)
            if here >= 0:
                kept.append(r)
            if here * there < 0:
                share = here / (here - there)
                kept.append([u + share * (v - u) for u, v in zip(r, s, strict=True)])
        polygon = kept
    return polygon


def mean_distance(predicted, true) -> np.ndarray:
    """The mean over n of ``|p - p̂|`` for each point: (N, points, 2) twice -> (points,)."""
    predicted, true = np.asarray(predicted, float), np.asarray(true, float)
    if predicted.shape != true.shape or predicted.ndim != 3 or predicted.shape[2] != 2:
        raise ShapeError(
            f"mean_distance: expected two (N, points, 2), got {predicted.shape} and {true.shape}"
        )
    return np.linalg.norm(predicted - true, axis=2).mean(axis=0)


def class_iou(predicted, true, classes: int) -> np.ndarray:
    """For each class, the pixels that both give it over those that either does, of all images.

    Parameters
    ----------
    predicted, true : array_like of int, equal shapes
        The class of each pixel.
    classes : int

    Returns
    -------
    ndarray, (classes,)
        0 to 1; NaN for a class that no pixel has.  ``np.nanmean`` of it is the mean IoU.

    Raises
    ------
    DtypeError, ShapeError, IndexRangeError
        Labels that are no integers, differ in shape, or name no class.

    Examples
    --------
    >>> class_iou([[0, 0, 1, 1]], [[0, 1, 1, 1]], 3)
    array([0.5       , 0.66666667,        nan])
    """
    predicted, true = np.asarray(predicted), np.asarray(true)
    if predicted.shape != true.shape:
        raise ShapeError(
            f"class_iou: predicted and true differ in shape: {predicted.shape} and {true.shape}"
        )
    for name, labels in (("predicted", predicted), ("true", true)):
        if labels.dtype.kind not in "iu":
            raise DtypeError(f"class_iou: {name} must be integers, got {labels.dtype}")
        if labels.size and not (labels.min() >= 0 and labels.max() < classes):
            raise IndexRangeError(
                f"class_iou: {name} must be in 0..{classes - 1}, got {labels.min()} to "
                f"{labels.max()}"
            )
    pairs = true.astype(np.intp).ravel() * classes + predicted.astype(np.intp).ravel()
    table = np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    both = table.diagonal()
    either = table.sum(axis=0) + table.sum(axis=1) - both
    return np.where(either > 0, both / np.maximum(either, 1), np.nan)
