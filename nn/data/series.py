"""A real time series, and windows of one to learn from."""

from typing import NamedTuple

import numpy as np

from autograd.errors import DtypeError, ShapeError, ValueRangeError
from nn.data.collate import shapes

_AIRLINE = """
112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166 171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201 204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278 284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336 340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405 417 391 419 461 472 535 622 606 508 461 390 432
"""


class Series(NamedTuple):
    """Values at equally spaced times."""

    time: np.ndarray
    """Years: float64, shape (n,)."""

    values: np.ndarray
    """float64, shape (n,)."""

    def __repr__(self):
        return shapes(self)


def airline() -> Series:
    """Passengers of international airlines, in thousands a month, 1949 to 1960: 144 numbers.

    G. E. P. Box, G. M. Jenkins, "Time series analysis, forecasting and control", 1970, series G.

    Examples
    --------
    >>> series = airline()
    >>> series.values[:3], float(series.time[-1])
    (array([112., 118., 132.]), 1960.9166666666667)
    """
    values = np.array(_AIRLINE.split(), float)
    return Series(1949 + np.arange(len(values)) / 12, values)


def windows(values, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Every ``length`` values in a row, and for each of them the value that follows it.

    Parameters
    ----------
    values : (n,) or (n, features)
    length : int
        From 1 to n - 1.

    Returns
    -------
    x, y : ndarrays, (length, n - length, features)
        Time first, as recurrent layers take it; ``y[t] = x[t + 1]``, so that ``y[-1]`` is what
        comes next.  Features is 1 for values (n,).

    Examples
    --------
    >>> x, y = windows([1.0, 2.0, 3.0, 4.0], 2)
    >>> x[:, :, 0].T.tolist(), y[:, :, 0].T.tolist()
    ([[1.0, 2.0], [2.0, 3.0]], [[2.0, 3.0], [3.0, 4.0]])
    """
    values = np.asarray(values)
    if values.ndim not in (1, 2):
        raise ShapeError(f"windows: values must be (n,) or (n, features), got {values.shape}")
    if isinstance(length, bool) or not hasattr(length, "__index__"):
        raise DtypeError(f"windows: length must be an int, got {length!r}")
    if not 1 <= length < len(values):
        raise ValueRangeError(
            f"windows: length must be between 1 and {len(values) - 1} for {len(values)} values, "
            f"got {length!r}"
        )
    values = values.reshape(len(values), -1)
    rows = np.arange(length)[:, None] + np.arange(len(values) - length)
    return values[rows], values[rows + 1]
