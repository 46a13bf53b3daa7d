"""The steps of `recurrent_steps` compiled by Numba, for float32: one pass over memory each.

Loops are kept so short that the compiler turns them into vector instructions.  tanh is a quotient
of two polynomials, right to 3e-7 (the one of the Eigen library, with its coefficients); NaN stays
NaN.
"""

from numpy import float32

from autograd.kernels.compiled import jit

_LIMIT = float32(7.90531110763549805)  # beyond it tanh is 1 in float32
_P0, _P1, _P2, _P3 = map(float32, (4.89352455891786e-3, 6.37261928875436e-4, 1.48572235717979e-5,
                                   5.12229709037114e-8))  # fmt: skip
_P4, _P5, _P6 = map(float32, (-8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16))
_Q0, _Q1, _Q2, _Q3 = map(float32, (4.89352518554385e-3, 2.26843463243900e-3, 1.18534705686654e-4,
                                   1.19825839466702e-6))  # fmt: skip
_ONE, _HALF = float32(1), float32(0.5)  # a plain 1.0 would make the arithmetic float64


@jit(inline="always")
def tanh(x):
    """Tanh of a float32."""
    x = _LIMIT if x > _LIMIT else x
    x = -_LIMIT if x < -_LIMIT else x
    s = x * x
    p = (((((_P6 * s + _P5) * s + _P4) * s + _P3) * s + _P2) * s + _P1) * s + _P0
    return x * p / (((_Q3 * s + _Q2) * s + _Q1) * s + _Q0)


@jit(inline="always")
def _sigmoid(x):
    return _HALF * tanh(_HALF * x) + _HALF


@jit(fastmath={"contract"})
def lstm_forward(gates, before, cell, state):
    """As `recurrent_steps.lstm_forward`."""
    n, width = cell.shape
    for r in range(n):
        row = gates[r]
        for j in range(2 * width):
            row[j] = _sigmoid(row[j])
        for j in range(width):
            row[2 * width + j] = tanh(row[2 * width + j])
        for j in range(width):
            row[3 * width + j] = _sigmoid(row[3 * width + j])
        for j in range(width):
            cell[r, j] = row[width + j] * before[r, j] + row[j] * row[2 * width + j]
        for j in range(width):
            state[r, j] = tanh(cell[r, j]) * row[3 * width + j]


@jit(fastmath={"contract"})
def lstm_backward(gates, before, cell, dh, dc, delta, scratch):
    """As `recurrent_steps.lstm_backward`."""
    n, width = cell.shape
    for r in range(n):
        row, d = gates[r], delta[r]
        for j in range(width):
            scratch[r, j] = tanh(cell[r, j])
        for j in range(width):
            o = row[3 * width + j]
            d[3 * width + j] = dh[r, j] * scratch[r, j] * o * (_ONE - o)
        for j in range(width):
            squashed = scratch[r, j]
            dc[r, j] += dh[r, j] * row[3 * width + j] * (_ONE - squashed * squashed)
        for j in range(width):
            i = row[j]
            d[j] = dc[r, j] * row[2 * width + j] * i * (_ONE - i)
        for j in range(width):
            f = row[width + j]
            d[width + j] = dc[r, j] * before[r, j] * f * (_ONE - f)
        for j in range(width):
            g = row[2 * width + j]
            d[2 * width + j] = dc[r, j] * row[j] * (_ONE - g * g)
        for j in range(width):
            dc[r, j] *= row[width + j]


@jit(fastmath={"contract"})
def gru_forward(gates, z, recurrent, before, state):
    """As `recurrent_steps.gru_forward`."""
    n, width = before.shape
    for r in range(n):
        row = gates[r]
        for j in range(2 * width):
            row[j] = _sigmoid(row[j] + z[r, j])
        for j in range(width):
            recurrent[r, j] = z[r, 2 * width + j]
        for j in range(width):
            row[2 * width + j] += row[j] * recurrent[r, j]
        for j in range(width):
            row[2 * width + j] = tanh(row[2 * width + j])
        for j in range(width):
            new = row[2 * width + j]
            state[r, j] = new + row[width + j] * (before[r, j] - new)


@jit(fastmath={"contract"})
def gru_backward(gates, recurrent, before, dh, delta, delta_recurrent):
    """As `recurrent_steps.gru_backward`."""
    n, width = before.shape
    for r in range(n):
        row, d, e = gates[r], delta[r], delta_recurrent[r]
        for j in range(width):
            new = row[2 * width + j]
            d[2 * width + j] = dh[r, j] * (_ONE - row[width + j]) * (_ONE - new * new)
        for j in range(width):
            u = row[width + j]
            d[width + j] = dh[r, j] * (before[r, j] - row[2 * width + j]) * u * (_ONE - u)
        for j in range(width):
            reset = row[j]
            d[j] = d[2 * width + j] * recurrent[r, j] * reset * (_ONE - reset)
        for j in range(2 * width):
            e[j] = d[j]
        for j in range(width):
            e[2 * width + j] = d[2 * width + j] * row[j]
        for j in range(width):
            dh[r, j] *= row[width + j]
