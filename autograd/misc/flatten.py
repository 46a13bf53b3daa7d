"""Nestings of arrays as one vector, and back."""

import numpy as np

from autograd import trees


def flatten(value):
    """A nesting of lists, tuples and dicts (by sorted key) of arrays as one vector.

    Returns
    -------
    vector : ndarray or Tensor, shape (n,)
    unflatten : callable
        The vector, or another of its length, as a nesting; floating dtypes are those of ``value``.

    Examples
    --------
    >>> vector, unflatten = flatten({"w": np.ones((2, 2)), "b": 3.0})
    >>> vector
    array([3., 1., 1., 1., 1.])
    >>> unflatten(vector * 2)["w"]
    array([[2., 2.],
           [2., 2.]])
    """
    leaves, structure = trees.flatten(value, keys=sorted)
    leaves = [v if hasattr(v, "dtype") else np.asarray(v) for v in leaves]
    vector = np.concatenate([np.ravel(v) for v in leaves]) if leaves else np.array([])
    shapes = [v.shape for v in leaves]
    dtypes = [v.dtype if v.dtype.kind in "fc" else None for v in leaves]
    ends = np.cumsum([v.size for v in leaves], dtype=int)

    def unflatten(vector):
        parts = []
        for shape, dtype, end in zip(shapes, dtypes, ends, strict=True):
            part = np.reshape(vector[end - int(np.prod(shape)) : end], shape)
            parts.append(part if dtype is None or part.dtype == dtype else part.astype(dtype))
        return trees.unflatten(structure, parts)

    return vector, unflatten


def flatten_func(f, example):
    """``f`` as a function of vectors, how to unflatten one, and ``example`` as a vector."""
    vector, unflatten = flatten(example)

    def flat(x, *args):
        return flatten(f(unflatten(x), *args))[0]

    return flat, unflatten, vector
