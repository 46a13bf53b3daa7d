"""Gradients checked against finite differences, to second order and beyond."""

import inspect

import numpy as np

from autograd import recording
from autograd.backward import gradients
from autograd.check_report import Report, Row
from autograd.errors import DtypeError, GradcheckError
from autograd.tensor import Tensor, as_tensor
from autograd.trees import flatten, unflatten

MOST = 200  # elements checked one by one per argument; of larger ones a random choice


def gradcheck(
    f, *inputs, order=2, eps=1e-6, rtol=1e-5, atol=1e-6, seed=0, raise_on_failure=True
) -> Report:
    """Hold the gradients of ``f`` at ``inputs`` against central finite differences.

    Everything runs in float64 with random cotangents.  Order k differentiates order k - 1, with
    respect to the inputs and to the cotangent.  Every argument is also tried with a memory layout
    that is not contiguous, and must come back unchanged.  Of a complex argument x both parts are
    moved: dS = Re(g dx), so the derivative by the imaginary part is -Im(g).

    Parameters
    ----------
    f : callable
        Takes the inputs as Tensors, returns a Tensor or a nesting of them, of any shape.
    *inputs : array_like, Tensor, or nestings of them
        The floating and complex ones are differentiated, the others passed as they are.
    order : int
        How many times to differentiate.
    eps : float
        Step of the differences; 1 is exact for a bilinear function.
    rtol, atol : float
        Allowed |formula - numeric|: atol scale + rtol |numeric|, where scale is the larger of 1 and
        the size of the function's value; 10 rtol |numeric| where a larger step finds the same.
    seed : int
        Of the random cotangents.
    raise_on_failure : bool
        Raise, or leave it to the caller to look at ``report.ok``.

    Returns
    -------
    Report
        One row per order and argument; prints as a table.

    Raises
    ------
    GradcheckError
        With function, argument, index and both numbers; ``.report`` holds all rows.  Also for a
        function that changes its inputs, or gives other results for the same ones.
    DtypeError
        No input is floating, or no result.

    Examples
    --------
    >>> gradcheck(lambda x: np.sin(x) * x, np.array([0.3, 2.0])).ok
    True
    """
    check = _Check(f, inputs, eps, rtol, atol, np.random.default_rng(seed))
    check.repeats()
    report = Report(check.name, left_out=check.left_out)
    for k in range(1, order + 1):
        report.rows += check.at_order(k)
        if not report.ok:
            break
    report.rows += check.layout()
    if raise_on_failure and not report.ok:
        bad = next(r for r in report.rows if r.status == "FAIL")
        where = f"{bad.argument}{list(bad.index) if bad.index else ''}"
        text = (
            f"gradcheck: the order {bad.order} derivative of {check.name} for {where} is "
            f"{bad.formula:.10g} by its formula, {bad.numeric:.10g} by finite differences. "
            f"{bad.note}"
        )
        raise GradcheckError(f"{text.rstrip()}{check.short}\n{report}", report)
    return report


class _Check:
    """A function with its inputs as a flat list of float64 arrays."""

    def __init__(self, f, inputs, eps, rtol, atol, rng):
        self.f, self.eps, self.rtol, self.atol, self.rng = f, eps, rtol, atol, rng
        self.name = getattr(f, "__name__", type(f).__name__)
        leaves, self.structure = flatten(tuple(inputs))
        self.leaves = [x.data if type(x) is Tensor else x for x in leaves]
        self.before = [np.array(x) if isinstance(x, np.ndarray) else None for x in self.leaves]
        self.at = [k for k, x in enumerate(self.leaves) if np.asarray(x).dtype.kind in "fc"]
        if not self.at:
            raise DtypeError(
                f"gradcheck: no input of {self.name} is a floating array; write 3.0 instead of 3"
            )
        self.arrays = [_in_double(self.leaves[k]) for k in self.at]
        names = self._argument_names(inputs)
        self.names = [names[k] for k in self.at]
        self.left_out = [name for k, name in enumerate(names) if k not in self.at]
        self.us = [_random(x, rng) for x in self.arrays]
        with recording.no_grad():
            ys = self.run([Tensor(x) for x in self.arrays])
        if not ys:
            raise DtypeError(
                f"gradcheck: {self.name} returned no floating array: nothing to differentiate"
            )
        self.vs = [_random(y, rng) for y in ys]
        short = [y.dtype for y in ys if np.finfo(y.dtype).eps > eps**2]
        self.short = (
            f" The results are {short[0]}, whose rounding outweighs such small differences: try "
            "eps=1e-3, rtol=1e-3, atol=1e-3."
            if short
            else ""
        )

    def _argument_names(self, inputs):
        try:
            names = list(inspect.signature(self.f).parameters)
        except (TypeError, ValueError):
            names = []
        flat = []
        for k, x in enumerate(inputs):
            name = names[k] if k < len(names) else f"argument {k}"
            parts = len(flatten(x)[0])
            flat += [name] if parts == 1 else [f"{name}.{i}" for i in range(parts)]
        return flat

    def run(self, xs):
        """The floating results of f, as a list."""
        leaves = list(self.leaves)
        for k, x in zip(self.at, xs, strict=True):
            leaves[k] = x
        ys = [as_tensor(y) for y in flatten(self.f(*unflatten(self.structure, leaves)))[0]]
        return [y for y in ys if y.dtype.kind in "fc"]

    def scalar(self, k, xs, vs):
        """S₁ = Re Σ v f(x); S_k = Re Σ u dS_(k-1)/dx: what order k differentiates once more."""
        if k == 1:
            return sum(_sum_of_products(v, y) for v, y in zip(vs, self.run(xs), strict=True))
        s = self.scalar(k - 1, xs, vs)
        if type(s) is not Tensor or s.node is None:
            return as_tensor(0.0)
        slopes = gradients(s, xs, create_graph=True)
        return sum(_sum_of_products(u, g) for u, g in zip(self.us, slopes, strict=True))

    def value(self, k, arrays):
        """S_k as a number."""
        xs = [Tensor(a, requires_grad=k > 1) for a in arrays[: len(self.at)]]
        vs = [Tensor(a, requires_grad=k > 1) for a in arrays[len(self.at) :]]
        with recording.set_recording(k > 1), np.errstate(all="ignore"):
            return as_tensor(self.scalar(k, xs, vs)).item()

    def formula(self, k, arrays):
        """The gradients of S_k by the formulas."""
        xs = [as_tensor(a, requires_grad=True) for a in arrays]
        with np.errstate(all="ignore"):
            s = self.scalar(k, xs[: len(self.at)], xs[len(self.at) :])
            if s.node is None:
                return [np.zeros_like(x) for x in arrays]
            return gradients(s, xs)

    def repeats(self):
        """Refuse a random function: its differences are noise, which would pass for a kink."""
        arrays = self.arrays + self.vs
        values = [self.value(1, arrays) for _ in range(4)]
        self.unchanged()
        if not np.allclose(values, values[0], rtol=1e-10, atol=1e-12, equal_nan=True):
            raise GradcheckError(
                f"gradcheck: {self.name} gives different results for the same inputs, so finite "
                f"differences say nothing about its derivative. Call eval() on a module with "
                f"dropout, or let the function make its own generator, from a seed, in every call."
            )

    def at_order(self, k):
        """The rows of order k, one per argument (and, from order 2 on, cotangent)."""
        arrays = self.arrays + self.vs
        names = self.names + [f"cotangent {i}" for i in range(len(self.vs))]
        formulas = self.formula(k, arrays)
        s = self.value(k, arrays)
        rows = []
        for i in range(len(self.at) if k == 1 else len(arrays)):
            before = arrays[i].copy()
            indices = list(np.ndindex(arrays[i].shape))
            if len(indices) > MOST:
                indices = [indices[j] for j in self.rng.choice(len(indices), MOST, replace=False)]
            units = (1, 1j) if before.dtype.kind == "c" else (1,)
            found = [
                self._element(k, arrays, i, at, unit, formulas[i], s)
                for at in indices
                for unit in units
            ]
            row = Row(k, names[i], before.shape, (), 0.0, 0.0, "ok", len(found))
            if found:
                rank = {"FAIL": 3, "kink": 2, "edge": 1, "ok": 0}
                worst = max(found, key=lambda e: (rank[e[3]], np.nan_to_num(abs(e[1] - e[2]))))
                row.index, row.formula, row.numeric, row.status = worst
                # of one number, its derivative
                if k == 1 and [(v.shape, v.dtype.kind) for v in self.vs] == [((), "f")]:
                    row.formula, row.numeric = row.formula / self.vs[0], row.numeric / self.vs[0]
            rows.append(row)
        return rows

    def _element(self, k, arrays, i, at, unit, formula, s):
        """(index, formula, numeric, status) of one element of one argument, moved by ``unit``."""

        def sides(eps):
            return self._sides(k, arrays, i, at, s, eps * unit)

        left, right = sides(self.eps)
        numeric, d = (left + right) / 2, float(np.real(formula[at] * unit))
        allowed = self.atol * max(1.0, abs(s)) + self.rtol * abs(numeric)
        inside = min(left, right) - allowed <= d <= max(left, right) + allowed
        if not np.isfinite(numeric):  # the function ends here, or is infinite itself
            ends = np.isfinite(left) or np.isfinite(right) or not np.isfinite(s)
            return at, d, numeric, "edge" if ends else "FAIL"
        agrees, gap = abs(d - numeric) <= allowed, abs(right - left)
        if agrees and gap <= 1e-3 * (1 + abs(numeric)):
            off = self._is_off(d, (left, right), s, sides)
            return at, d, numeric, "FAIL" if off else "ok"
        nearer = sides(self.eps / 8)
        kinked = gap > allowed and abs(nearer[1] - nearer[0]) > gap / 2  # curvature would close it
        if kinked and inside:
            return at, d, numeric, "kink"
        jumps = abs(sum(nearer)) > max(4 * abs(left + right), allowed)
        if jumps and not kinked:  # the derivative itself has a kink
            return at, d, numeric, "kink"
        for n in range(1, 0 if agrees else 5):  # smaller steps: it may bend, or have a kink nearby
            closer = sum(sides(self.eps / 8**n)) / 2
            small = self.atol * max(1.0, abs(s)) + self.rtol * abs(closer)
            if abs(d - closer) <= small and (inside or closer != 0):
                return at, d, closer, "ok"
        return at, d, numeric, "ok" if agrees else "FAIL"

    def _is_off(self, d, one, s, sides):
        """Whether a difference within ``atol`` is more than the differences are unsure of.

        A step 64 times larger rounds 64 times less: where it finds the same slope, that is it.
        """
        # the formula rounds, too: of numbers that may be about 1, whatever the slope is
        numeric, rounding = sum(one) / 2, np.finfo(float).eps * max(10.0, abs(s) / self.eps)
        off = abs(d - numeric)
        if off <= 10 * (self.rtol * abs(numeric) + rounding):
            return False
        wide = sides(64 * self.eps)
        slope, ends = sum(wide) / 2, (*one, *wide)
        unsure = 10 * (self.rtol * abs(slope) + abs(slope - numeric))
        return slope != 0 and off > unsure and not min(ends) <= d <= max(ends)

    def _sides(self, k, arrays, i, at, s, eps):
        """The one-sided differences, left and right, in one element."""
        values = []
        for step in (-eps, eps):
            moved = list(arrays)
            moved[i] = arrays[i].copy()
            moved[i][at] += step
            values.append(self.value(k, moved))
        return (s - values[0]) / abs(eps), (values[1] - s) / abs(eps)

    def layout(self):
        """The same gradients from arrays that are not contiguous; and no argument was changed."""
        arrays = self.arrays + self.vs
        expected = self.formula(1, arrays)
        rows = []
        for i, x in enumerate(self.arrays):
            strided = list(arrays)
            strided[i] = _strided(x)
            got = self.formula(1, strided)[i]
            if not np.allclose(got, expected[i], rtol=1e-10, atol=1e-12, equal_nan=True):
                at = np.unravel_index(np.nanargmax(abs(got - expected[i])), x.shape)
                note = "The numeric value is for the same array in contiguous memory."
                row = Row(1, self.names[i], x.shape, tuple(map(int, at)), 0.0, 0.0, "FAIL", x.size)
                row.formula, row.numeric, row.note = got[at].item(), expected[i][at].item(), note
                rows.append(row)
        self.unchanged()
        return rows

    def unchanged(self):
        """Refuse a function that has written into its inputs."""
        for k, (x, before) in enumerate(zip(self.leaves, self.before, strict=True)):
            if before is not None and x.tobytes() != before.tobytes():
                raise GradcheckError(
                    f"gradcheck: {self.name} changed its input number {k} in place"
                )


def _in_double(x):
    return np.array(x, dtype=complex if np.asarray(x).dtype.kind == "c" else float)


def _random(x, rng):
    """Normal random numbers of the shape of ``x``, complex where it is."""
    v = rng.standard_normal(x.shape)
    return np.array(v + 1j * rng.standard_normal(x.shape) if x.dtype.kind == "c" else v)


def _sum_of_products(v, y):
    """Re Σ v y."""
    total = np.sum(v * y)
    return np.real(total) if total.dtype.kind == "c" else total


def _strided(x):
    """The same values, every second element of a Fortran-ordered array.

    Read-only, so that the graph shares it as it is.
    """
    if x.ndim == 0:
        return x
    wide = np.zeros(x.shape[:-1] + (2 * x.shape[-1],), x.dtype, order="F")
    wide[..., ::2] = x
    wide.flags.writeable = False
    return wide[..., ::2]
