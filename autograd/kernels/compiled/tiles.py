"""The innermost loops of matrix products: four outputs by three of the others, in registers."""

from autograd.kernels.compiled import jit
from autograd.kernels.compiled.vectors import fma, in_order, load, splat_of, store, zeros


@jit(forceinline=True)
def tile(x, at, j, w, k, across, along, sums, y, q, row, V):
    """``y[q + o row] = sums[o] + Σ over i of w[k + o across + i along] x[at[i] + j]``.

    For the four outputs o, each with a vector of ``sums``, and for 3 vectors of places from j on.
    """
    a0 = a1 = a2 = sums[0]
    b0 = b1 = b2 = sums[1]
    c0 = c1 = c2 = sums[2]
    d0 = d1 = d2 = sums[3]
    for i in range(at.size):
        p = at[i] + j
        x0, x1, x2 = load(x, p), load(x, p + V), load(x, p + 2 * V)
        in_order()
        s = splat_of(w, k)
        a0, a1, a2 = fma(s, x0, a0), fma(s, x1, a1), fma(s, x2, a2)
        in_order()
        s = splat_of(w, k + across)
        b0, b1, b2 = fma(s, x0, b0), fma(s, x1, b1), fma(s, x2, b2)
        in_order()
        s = splat_of(w, k + 2 * across)
        c0, c1, c2 = fma(s, x0, c0), fma(s, x1, c1), fma(s, x2, c2)
        in_order()
        s = splat_of(w, k + 3 * across)
        d0, d1, d2 = fma(s, x0, d0), fma(s, x1, d1), fma(s, x2, d2)
        k += along
    three(y, q, V, a0, a1, a2)
    three(y, q + row, V, b0, b1, b2)
    three(y, q + 2 * row, V, c0, c1, c2)
    three(y, q + 3 * row, V, d0, d1, d2)


@jit(forceinline=True)
def column(x, at, j, w, k, across, along, y, q, row):
    """The same for one vector, from sums of 0."""
    a = b = c = d = zeros(x)
    for i in range(at.size):
        v = load(x, at[i] + j)
        a, b = fma(splat_of(w, k), v, a), fma(splat_of(w, k + across), v, b)
        c, d = fma(splat_of(w, k + 2 * across), v, c), fma(splat_of(w, k + 3 * across), v, d)
        k += along
    store(y, q, a)
    store(y, q + row, b)
    store(y, q + 2 * row, c)
    store(y, q + 3 * row, d)


@jit(forceinline=True)
def dots(g, q, row, x, p0, p1, p2, places, V):
    """Σ over j of ``g[q + o row + j] x[p + j]``, in vectors still to be summed up.

    Per output o of four a triple, for p0, p1 and p2; j goes up to ``places``, by whole vectors.
    """
    a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = d0 = d1 = d2 = zeros(x)
    for j in range(0, places, V):
        x0, x1, x2 = load(x, p0 + j), load(x, p1 + j), load(x, p2 + j)
        s = load(g, q + j)
        a0, a1, a2 = fma(s, x0, a0), fma(s, x1, a1), fma(s, x2, a2)
        s = load(g, q + row + j)
        b0, b1, b2 = fma(s, x0, b0), fma(s, x1, b1), fma(s, x2, b2)
        s = load(g, q + 2 * row + j)
        c0, c1, c2 = fma(s, x0, c0), fma(s, x1, c1), fma(s, x2, c2)
        s = load(g, q + 3 * row + j)
        d0, d1, d2 = fma(s, x0, d0), fma(s, x1, d1), fma(s, x2, d2)
    return (a0, a1, a2), (b0, b1, b2), (c0, c1, c2), (d0, d1, d2)


@jit(forceinline=True)
def three(y, q, V, a, b, c):
    """Store three vectors side by side."""
    store(y, q, a)
    store(y, q + V, b)
    store(y, q + 2 * V, c)
