"""Recurrent layers over a whole sequence: one node per layer and direction, not one per step.

With p_t = x_t w_ihᵀ + b_ih and q_t = h_{t-1} w_hhᵀ + b_hh:

- RNN: h_t = tanh(p_t + q_t), or relu;
- LSTM: i, f, g, o = σ, σ, tanh, σ of p_t + q_t; c_t = f c_{t-1} + i g; h_t = o tanh(c_t)
  (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000);
- GRU: r, u = σ of p_t + q_t; n = tanh(p_t + r q_t); h_t = (1 - u) n + u h_{t-1} (Cho et al. 2014).

Backpropagation through time gives δ_t = dL/dp_t, and dL/dq_t, which differs in a GRU alone.  All
other gradients are sums over time of products with these.  On plain arrays they come from
`autograd.kernels.recurrent`; where derivatives are differentiated themselves, and on other
libraries' arrays, from the graph of the single steps: what is differentiated is then that graph.
"""

import weakref

import numpy as np
from numpy import ndarray

from autograd import recording
from autograd.backward import gradients
from autograd.cotangents import countable
from autograd.errors import DtypeError, ShapeError, ValueRangeError
from autograd.kernels import recurrent as kernel_of
from autograd.kernels.products import matmul
from autograd.kernels.recurrent import Cotangents
from autograd.ops.passes import once_per_pass
from autograd.ops.recurrent_cells import (
    GATES,
    STEPS,
    finite_where_skipped,
    recurrent_steps,
    walk,
)
from autograd.ops.register import as_array, listed, value
from autograd.primitive import Primitive, primitive
from autograd.recording import enable_grad
from autograd.tensor import Tensor, needs_grad


class Notes:
    """What a forward pass leaves for the walk back: the tape, by the array that it returned.

    So a call of the same primitive at other values, by a check of its formulas say, does not
    overwrite what this graph needs.
    """

    __slots__ = ("tapes", "__weakref__")

    def __init__(self):
        self.tapes = []  # (weak reference to the states, tape)

    def keep(self, h, tape):
        """Keep ``tape`` for the states ``h``; forget those whose states are gone."""
        self.tapes = [(r, t) for r, t in self.tapes if r() is not None]
        self.tapes.append((weakref.ref(h), tape))

    def tape(self, h):
        """The tape of these states, or None."""
        return next((t for r, t in self.tapes if r() is h), None)


def _by_kernel(x, w_ih, w_hh, h0):
    """Whether the kernels can do it: plain arrays, and at least one step."""
    return all(type(a) is ndarray for a in (x, w_ih, w_hh, h0)) and len(x) > 0


def _run_kernel(cell, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse):
    """The result, and the tape."""
    if cell == "lstm":
        return kernel_of.lstm_forward(x, w_ih, w_hh, b_ih, h0, c0, mask, reverse)
    if cell == "gru":
        return kernel_of.gru_forward(x, w_ih, w_hh, b_ih, b_hh, h0, mask, reverse)
    return kernel_of.rnn_forward(x, w_ih, w_hh, b_ih, h0, cell[4:], mask, reverse)


def _forward(cell, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse, notes):
    """The states (T, N, H) and, of an LSTM, the last cell."""
    if _by_kernel(x, w_ih, w_hh, h0):
        y, tape = _run_kernel(cell, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse)
        notes.keep(_states(y), tape)
        return y
    states = recurrent_steps(cell, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse)
    h = np.stack([s[0] for s in states]) if states else np.zeros_like(h0, shape=(0, *h0.shape))
    if c0 is None:
        return h
    return h, np.copy(states[0 if reverse else -1][1] if states else c0)


def _states(y):
    return y[0] if type(y) is tuple else y


def _cotangents(cell, g, y, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse, notes):
    """δ and its like (`Cotangents`), by hand on arrays, else by the graph of the steps."""
    parts = g if type(g) is tuple else (g,)
    if _by_kernel(x, w_ih, w_hh, h0) and all(type(a) is ndarray for a in parts):
        tape = notes.tape(_states(y))
        if tape is None:
            y, tape = _run_kernel(cell, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse)
        if cell == "lstm":
            return kernel_of.lstm_backward(g, w_hh, mask, reverse, tape)
        if cell == "gru":
            return kernel_of.gru_backward(g, w_hh, mask, reverse, tape)
        return kernel_of.rnn_backward(g, y, w_hh, cell[4:], mask, reverse)
    again = recording.state.on  # so that what comes out is in the graph
    with enable_grad():
        p = x @ np.swapaxes(w_ih, 0, 1)
        p = _apart(p if b_ih is None else p + b_ih)
        q = np.zeros_like(value(p)) if b_hh is None else np.broadcast_to(b_hh, p.shape)
        inputs = [p, _apart(q), _apart(h0)] + ([] if c0 is None else [_apart(c0)])
        states = walk(STEPS[cell], p, w_hh, *inputs[1:3], *(inputs[3:] or [None]), mask, reverse)
        total = sum(np.sum(s[0] * a) for a, s in zip(np.unstack(parts[0]), states, strict=True))
        if c0 is not None:
            last = states[0 if reverse else -1][1] if states else inputs[3]
            total = total + np.sum(last * parts[1])
        if not hasattr(total, "node"):  # there are no steps
            return Cotangents(*(np.zeros_like(v.data) for v in inputs))
        found = gradients(total, inputs, create_graph=again)
    return Cotangents(*found)


def _apart(v):
    """The same values as a Tensor to differentiate by: a node of its own, which nobody hooks."""
    if needs_grad(v):
        return +v
    return Tensor(value(v), requires_grad=True)


def _over_time(d, v):
    """Σ over t and n of d[t, n] v[t, n]ᵀ: what every step adds to the gradient of a weight."""
    return matmul(np.transpose(np.reshape(d, (-1, d.shape[2]))), np.reshape(v, (-1, v.shape[2])))


def _to_inputs(d, w):
    """d w, as one product: what goes back to the inputs of all steps."""
    return np.reshape(matmul(np.reshape(d, (-1, d.shape[2])), w), (*d.shape[:2], w.shape[1]))


def _before(y, h0, reverse, notes):
    """h_{t-1} for all t."""
    h = _states(y)
    tape = notes.tape(h) if type(h) is ndarray else None
    if tape is not None:
        return tape.before
    if not len(h):
        return h
    return np.concatenate([h[1:], h0[None]] if reverse else [h0[None], h[:-1]])


def _layer(cell) -> Primitive:
    """The primitive of a kind of layer, with its formulas."""

    def states(x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse, notes):
        return _forward(cell, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse, notes)

    states.__name__ = cell

    def through_time(formula):
        """A formula of d = `Cotangents`, x, w_ih and a function that gives h_{t-1} for all t."""

        def vjp(g, y, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse, notes):
            arguments = x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse, notes
            d = once_per_pass(
                lambda: _cotangents(cell, g, y, *arguments),
                notes, _states(y), *(g if type(g) is tuple else (g,)),
            )  # fmt: skip
            return formula(d, x, w_ih, lambda: _before(y, h0, reverse, notes))

        return vjp

    return primitive(states).vjp(
        x=through_time(lambda d, x, w_ih, before: _to_inputs(d.delta, w_ih)),
        w_ih=through_time(lambda d, x, w_ih, before: _over_time(d.delta, x)),
        w_hh=through_time(lambda d, x, w_ih, before: _over_time(d.recurrent, before())),
        b_ih=through_time(lambda d, x, w_ih, before: np.sum(countable(d.delta), axis=(0, 1))),
        b_hh=through_time(lambda d, x, w_ih, before: np.sum(countable(d.recurrent), axis=(0, 1))),
        h0=through_time(lambda d, x, w_ih, before: d.h0),
        c0=through_time(lambda d, x, w_ih, before: d.c0),
    )


rnn_tanh, rnn_relu, lstm_states, gru_states = (listed(_layer(cell)) for cell in GATES)


def rnn(x, w_ih, w_hh, b_ih=None, b_hh=None, h0=None, activation="tanh", mask=None, reverse=False):
    """h_t = activation(x_t w_ihᵀ + b_ih + h_{t-1} w_hhᵀ + b_hh) for all t: one node.

    Parameters
    ----------
    x : Tensor or ndarray, (T, N, I)
    w_ih : Tensor or ndarray, (H, I)
    w_hh : Tensor or ndarray, (H, H)
    b_ih, b_hh : Tensor or ndarray, (H,), optional
    h0 : Tensor or ndarray, (N, H), optional
        The state before the first step; zeros by default.
    activation : {'tanh', 'relu'}
    mask : ndarray of bool, (T, N), optional
        Where it is False the step is skipped: the state is carried over, and so is its gradient.
    reverse : bool
        Walk from the last step to the first.

    Returns
    -------
    Tensor or ndarray, (T, N, H)
        h_t at t.

    Raises
    ------
    ShapeError
        Shapes do not agree.
    ValueRangeError
        Another activation.

    Examples
    --------
    >>> x, w = np.ones((3, 1, 1)), np.ones((1, 1))
    >>> rnn(x, w, w, activation="relu")[:, 0, 0]
    array([1., 2., 3.])
    """
    if activation not in ("tanh", "relu"):
        raise ValueRangeError(
            f"rnn: activation must be 'tanh' or 'relu', got {activation!r}. For any other function "
            "use recurrent steps of your own: h = f(x[t] @ w_ih.T + h @ w_hh.T)."
        )
    op = rnn_tanh if activation == "tanh" else rnn_relu
    return _run(op, x, w_ih, w_hh, b_ih, b_hh, h0, None, mask, reverse)


def lstm(x, w_ih, w_hh, b_ih=None, b_hh=None, h0=None, c0=None, mask=None, reverse=False):
    """An LSTM over all steps: one node.  See `rnn` for what is not said here.

    Parameters
    ----------
    w_ih, w_hh, b_ih, b_hh : (4H, I), (4H, H), (4H,), (4H,)
        The gates i, f, g, o one below the other.
    h0, c0 : Tensor or ndarray, (N, H), optional

    Returns
    -------
    h : Tensor or ndarray, (T, N, H)
    c : Tensor or ndarray, (N, H)
        The cell after the last step of the walk.
    """
    return _run(lstm_states, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse)


def gru(x, w_ih, w_hh, b_ih=None, b_hh=None, h0=None, mask=None, reverse=False):
    """A GRU over all steps: one node.  See `rnn` for what is not said here.

    Parameters
    ----------
    w_ih, w_hh, b_ih, b_hh : (3H, I), (3H, H), (3H,), (3H,)
        The gates r, u, n one below the other.

    Returns
    -------
    Tensor or ndarray, (T, N, H)
    """
    return _run(gru_states, x, w_ih, w_hh, b_ih, b_hh, h0, None, mask, reverse)


def _run(op, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, reverse):
    """Check the arguments, fill in what was left out, and record the node."""
    cell = op.__name__
    x, w_ih, w_hh = map(as_array, (x, w_ih, w_hh))
    x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask = _checked(
        cell, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask
    )
    if cell != "gru" and b_hh is not None:  # both are added to the same sum
        b_ih, b_hh = (b_hh if b_ih is None else b_ih + b_hh), None
    x = finite_where_skipped(x, mask)
    return op(x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask, bool(reverse), Notes())


def _checked(cell, x, w_ih, w_hh, b_ih, b_hh, h0, c0, mask):
    """The arguments of a recurrent layer, shapes compared; zeros for a state that is left out."""
    if len(x.shape) != 3:
        raise ShapeError(f"{cell}: expected x of shape (T, N, I), got {tuple(x.shape)}")
    count, batch, features = x.shape
    k = GATES[cell]
    if len(w_hh.shape) != 2 or w_hh.shape[0] != k * w_hh.shape[1]:
        raise ShapeError(f"{cell}: expected w_hh of shape ({k}H, H), got {tuple(w_hh.shape)}")
    for name, w in (("w_ih", w_ih), ("w_hh", w_hh)):
        if w.dtype.kind not in "fc":
            raise DtypeError(f"{cell}: {name} must be floating, got {w.dtype}; write 1.0, not 1")
    width = w_hh.shape[1]
    if tuple(w_ih.shape) != (k * width, features):
        raise ShapeError(
            f"{cell}: x of shape {tuple(x.shape)} has {features} features and w_hh {width} states, "
            f"so w_ih must be ({k * width}, {features}); got {tuple(w_ih.shape)}"
        )
    for name, b in (("b_ih", b_ih), ("b_hh", b_hh)):
        if b is not None and tuple(b.shape) != (k * width,):
            raise ShapeError(f"{cell}: {name} must be ({k * width},), got {tuple(b.shape)}")
    needed = ("h0", "c0") if cell == "lstm" else ("h0",)
    states = []
    for name, s in (("h0", h0), ("c0", c0)):
        if s is None:
            like = value(w_hh)
            s = np.zeros_like(like, shape=(batch, width)) if name in needed else None
        elif tuple(s.shape) != (batch, width):
            raise ShapeError(
                f"{cell}: {name} must be (N, H) = ({batch}, {width}) for x of shape "
                f"{tuple(x.shape)}, got {tuple(s.shape)}"
            )
        states.append(s)
    if mask is not None:
        mask = np.array(value(mask))
        if mask.dtype != bool:
            raise DtypeError(f"{cell}: the mask must be of bool, got {mask.dtype}; write mask > 0")
        if mask.shape != (count, batch):
            raise ShapeError(
                f"{cell}: the mask must be (T, N) = ({count}, {batch}), got {mask.shape}"
            )
    return x, w_ih, w_hh, b_ih, b_hh, *states, mask
