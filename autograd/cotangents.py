"""What a cotangent is: an array that formulas borrow, in its node's shape and dtype.

What a formula is given is read-only; so what it returns is writable only if it is new memory, which
the next contribution is then added into and a leaf takes as its ``.grad``.  Anything read-only is
borrowed, and copied before it is handed out.
"""

import numpy as np
from numpy import ndarray

from autograd.errors import ShapeError
from autograd.foreign import result
from autograd.tensor import Tensor, check_leaves


def lent(g):
    """A cotangent as formulas get it: read-only, so what they return is writable only if new."""
    if type(g) is ndarray:
        g.flags.writeable = False
    return g.whole() if type(g) is Several else g


def fitted(gp, g, p, node):
    """A formula's result ``gp`` as the cotangent of the input ``p``: its shape and dtype, checked.

    Sums over the axes that broadcasting added; keeps 0 times an infinite derivative 0.
    """
    plan = node.plan
    if type(gp) is not ndarray and not isinstance(gp, (np.generic, Tensor, Several)):
        gp = _checked(gp, p, node)
    if type(gp) is ndarray and gp.flags.writeable and not plan.op.trusted:
        gp = gp.copy()  # a user's formula may give memory that it will give or change again
    if plan.elementwise:
        gp = zero_stays(gp, g)
    if gp.shape != p.shape:
        gp = _summed(gp, p, node)
    return gp if gp.dtype == p.dtype else cast(gp, p.dtype)


def _checked(gp, p, node):
    """What a formula returned that is neither an ndarray nor a NumPy scalar, if it is numbers."""
    of = node.plan.of(node.parents.index(p))
    return result(gp, f"{node.plan.op.__name__}, the derivative formula for {of!r}")


def cast(g, dtype):
    """``g`` in another dtype: of complex numbers, the real part where that is all there can be."""
    if g.dtype.kind == "c" and dtype.kind == "f":
        g = np.real(g)
    return np.astype(g, dtype) if g.dtype != dtype else g


def zero_stays(gp, g):
    """``gp``, 0 wherever it is NaN and ``g``, that it was made from element by element, is 0."""
    if gp.size and gp.dtype.kind in "fc":
        values = gp.data if type(gp) is Tensor else gp
        if np.isnan(np.min(values)):
            return np.where(np.equal(g, 0) & np.isnan(values), np.zeros_like(values), gp)
    return gp


def _summed(gp, p, node):
    """``gp`` summed over the axes along which an input of shape ``p.shape`` was broadcast."""
    lead = gp.ndim - len(p.shape)
    kept = (1,) * lead + p.shape
    if lead < 0 or any(m not in (1, n) for m, n in zip(kept, gp.shape, strict=True)):
        check_leaves((p,))
        raise ShapeError(
            f"{node.plan.op.__name__}: the derivative formula for "
            f"{node.plan.of(node.parents.index(p))!r} returned shape {gp.shape} for an input of "
            f"shape {p.shape}; expected that shape, or one that broadcasting makes of it"
        )
    axes = tuple(
        k for k, (m, n) in enumerate(zip(kept, gp.shape, strict=True)) if k < lead or m != n
    )
    return np.reshape(np.sum(countable(gp), axis=axes, keepdims=True), p.shape)


def countable(g):
    """``g``, in float32 where it is float16: that counts to 2,048, and ends at 65,504."""
    return np.astype(g, np.float32) if g.dtype.char == "e" else g


def own(g):
    """A gradient to hand out: memory that is nobody else's."""
    if type(g) is Tensor:
        return g
    if g.ndim == 0:
        return g[()]
    return g if type(g) is ndarray and g.flags.writeable else g.copy()


def same(held, g) -> bool:
    """Whether two gradients are alike, up to the rounding of sums in another order."""
    with np.errstate(all="ignore"):
        eps = np.finfo(np.result_type(held, g, np.float16)).eps
        largest = np.max(np.abs(g), initial=0.0, where=np.isfinite(g))
        rtol = max(1e-5, 8.0 * eps)
        return bool(np.allclose(held, g, rtol, atol=0.1 * rtol * largest, equal_nan=True))


class Several:
    """The cotangents of an operation with several outputs, by number: those that were used."""

    __slots__ = ("parts", "shape", "dtype")

    def __init__(self, which, g, shape, dtype):
        self.parts, self.shape, self.dtype = {which: g}, shape, dtype

    def __add__(self, other):
        for which, g in other.parts.items():
            before = self.parts.get(which)
            self.parts[which] = g if before is None else before + g
        return self

    def whole(self) -> tuple:
        """One cotangent per output: zeros for those that were not used."""
        like = next(iter(self.parts.values()))
        parts = tuple(
            self.parts[k] if k in self.parts else np.zeros_like(like, shape=s, dtype=d)[()]
            for k, (s, d) in enumerate(zip(self.shape, self.dtype, strict=True))
        )
        for g in parts:
            if type(g) is ndarray:
                g.flags.writeable = False
        return parts
