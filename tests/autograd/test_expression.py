"""`expression`: the words of formulas, and numbers equal to the engine's."""

import numpy as np
import pytest

from autograd import Tensor, debug, expression, gradients, graph, ops, primitive
from autograd.insight.reading import Reader
from autograd.names import Names


def T(v, **options):
    return Tensor(v, requires_grad=True, **options)


a, b, c = T(5.0), T(3.0), T(2.0)
x, w1, beta = T(0.7), T(1.2), T(0.4)
W, h = T(np.arange(6.0).reshape(2, 3) / 3), T([1.0, 2.0, 3.0])
target = np.array([0.5, 1.5])

# (the graph, plain text, its derivative by the Tensor, in plain text)
SCALARS = [
    (lambda: 3 * (a + b * c), "3 (a + b c)", b, "3 c"),
    (lambda: 3 * (a + b * c), "3 (a + b c)", a, "3"),
    (lambda: a - (b - c), "a - b + c", b, "-1"),
    (lambda: a * a * a, "a^3", a, "3 a^2"),
    (lambda: a + a + 1, "2 a + 1", a, "2"),
    (lambda: a * b / c, "a b / c", c, "-a b / c^2"),
    (lambda: a / (b * c), "a / (b c)", a, "1 / (b c)"),
    (lambda: (a + b) / (a - b), "(a + b) / (a - b)", None, ""),
    (lambda: -((x - w1) ** 3) / 2, "-0.5 (x - w1)^3", x, "-1.5 (x - w1)^2"),
    (lambda: np.sqrt(x**2 + w1**2), "sqrt(x^2 + w1^2)", x, "x / sqrt(x^2 + w1^2)"),
    (lambda: np.tanh(w1 * x), "tanh(w1 x)", x, "(1 - tanh(w1 x)^2) w1"),
    (lambda: 1 / (1 + np.exp(-x)), "1 / (1 + exp(-x))", x, "exp(-x) / (1 + exp(-x))^2"),
    (lambda: np.log(x) / x, "log(x) / x", x, "1 / x^2 - log(x) / x^2"),
    (lambda: x**w1, "x^w1", x, "w1 x^(w1 - 1)"),
    (lambda: 2.0**x, "2^x", x, "0.693147 * 2^x"),
    (lambda: abs(x - 2), "|x - 2|", x, "sign(x - 2)"),
    (lambda: x * 1 + 0 * w1, "x", x, "1"),
    (lambda: np.sin(x) * 0.5, "0.5 sin(x)", x, "0.5 cos(x)"),
    (lambda: ops.sigmoid(x), "sigmoid(x)", x, "sigmoid(x) (1 - sigmoid(x))"),
    (lambda: -(a + b) * c, "-(a + b) c", None, ""),
    (lambda: (-a) ** 2, "a^2", a, "2 a"),
    (lambda: np.exp(-(a**2)), "exp(-a^2)", None, ""),
    (lambda: (a**b) ** c, "(a^b)^2", None, ""),
    (lambda: a / b / c, "a / (b c)", None, ""),
    (lambda: a / (b / c), "a c / b", None, ""),
    (lambda: 0.5 / a, "1 / (2 a)", None, ""),
]  # fmt: skip
SCALARS[-4] = (lambda: (a**b) ** c, "(a^b)^c", None, "")


@pytest.mark.parametrize(("f", "text", "by", "slope"), SCALARS)
def test_text_of_scalars(f, text, by, slope):
    y = f()
    e = expression(y)
    assert str(e) == f"y = {text}"
    assert np.isclose(e.evaluate(), y.data)
    if by is not None:
        name = {id(a): "a", id(b): "b", id(c): "c", id(x): "x"}[id(by)]
        d = expression(y, wrt=by)
        assert str(d).splitlines()[0] == f"dy/d{name} = {slope}"
        assert np.isclose(d.evaluate(), gradients(y, by))


ARRAYS = [
    (lambda: np.sum((W @ h - target) ** 2), "sum((W h - target)^2)",
     "2 (W h - target) h^T", "W^T (2 (W h - target))"),
    (lambda: np.mean(np.tanh(W @ h)), "mean(tanh(W h))", "0.5 (1 - tanh(W h)^2) h^T", None),
    (lambda: np.sum(W * h), "sum(W * h)", None, "sum_0(W)"),
    (lambda: np.sum(W[0] * h[::-1]), "sum(W[0] * h[::-1])", None, None),
    (lambda: np.sum(W.T @ target), "sum(W^T target)", None, "0"),
    (lambda: np.sum(np.sum(W, axis=1) ** 2), "sum(sum_1(W)^2)", None, None),
    (lambda: np.max(ops.softmax(h)), "max(softmax(h))", None, None),
    (lambda: np.sum(np.reshape(W, -1) ** 2), "sum(W^2)", "2 W", None),
    (lambda: np.sum(np.concatenate([h, target])), "sum(concatenate(h))", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("f", "text", "by_w", "by_h"), ARRAYS)
def test_text_of_arrays(f, text, by_w, by_h):
    with debug():
        L = f()
    e = expression(L)
    assert str(e).splitlines()[0] == f"L = {text}"
    assert np.allclose(e.evaluate(), L.data)
    for t, name, slope in ((W, "W", by_w), (h, "h", by_h)):
        with debug():
            d = expression(L, wrt=t)
        assert np.allclose(np.broadcast_to(d.evaluate(), t.shape), gradients(L, t))
        if slope is not None:
            assert str(d).splitlines()[0] == f"dL/d{name} = {slope}"


LATEX = [
    (lambda: 3 * (a + b * c), r"y = 3 \left(a + b c\right)"),
    (lambda: np.exp(-x) / (1 + w1), r"y = \frac{e^{-x}}{1 + w_{1}}"),
    (lambda: np.sqrt(beta) * 1e-7, r"y = 1 \cdot 10^{-7} \sqrt{\beta}"),
    (lambda: np.tanh(x) ** 2, r"y = \tanh^{2}\left(x\right)"),
    (lambda: np.sum(W @ h), r"y = \sum\left(W h\right)"),
    (lambda: np.sum(W * W.data), r"y = \sum\left(W \odot C_{1}\right)"),
    (lambda: ops.relu(x), r"y = \operatorname{relu}\left(x\right)"),
    (lambda: abs(x), r"y = \left|x\right|"),
    (lambda: np.sum(W.T, axis=0)[0], None),
]


@pytest.mark.parametrize(("f", "latex"), LATEX)
def test_latex(f, latex):
    y = f()
    e = expression(y)
    if latex:
        assert e.latex == latex or "C_{1}" in latex
    assert e._repr_latex_() == rf"$\displaystyle {e.latex}$"
    assert e.latex.count("{") == e.latex.count("}")
    assert e.latex.count(r"\left") == e.latex.count(r"\right")


def test_derivative_is_a_fraction():
    J = 3 * (a + b * c)
    assert expression(J, wrt=b).latex == r"\frac{dJ}{db} = 3 c"


def test_other_values():
    y = np.sin(x) * w1
    e = expression(y)
    assert np.isclose(e.evaluate(x=0.2, w1=3.0), 3 * np.sin(0.2))
    with pytest.raises(ValueError, match=r"evaluate: q is none of its symbols, \['w1', 'x'\]"):
        e.evaluate(q=1.0)


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs_at_random_points(seed):
    """The formula, and its derivatives, at other points: the same numbers as the engine's."""
    rng = np.random.default_rng(seed)
    ones = [np.sin, np.exp, np.tanh, lambda v: v * v, lambda v: 1 / (v * v + 1),
            lambda v: np.sqrt(v * v + 2), ops.sigmoid, lambda v: v / 3 - 1]  # fmt: skip
    steps = [(rng.integers(4), *rng.integers(0, 3 + k, 2), rng.integers(8)) for k in range(7)]

    def build(leaves):
        pool = list(leaves)
        for kind, i, j, one in steps:
            p, q = pool[i], pool[j]
            new = (p + q, p * q, p - 2 * q, ones[one](p))[kind]
            pool.append(new)
        return pool[-1] + pool[-2] * pool[-3]

    p, q, r = (T(v) for v in rng.uniform(-1, 1, 3))
    y = build((p, q, r))
    first = [expression(y)] + [expression(y, wrt=t) for t in (p, q, r)]
    for _ in range(3):
        at = dict(zip("pqr", rng.uniform(-1, 1, 3), strict=True))
        leaves = [T(v) for v in at.values()]
        z = build(leaves)
        expected = [z.data, *gradients(z, leaves)]
        for e, value in zip(first, expected, strict=True):
            mine = {k: v for k, v in at.items() if k in e.values}
            assert np.isclose(e.evaluate(**mine), value, rtol=1e-9, atol=1e-9)


def test_long_formulas_have_parts():
    y = x
    for _ in range(40):
        y = np.sin(y * y) + y
    e = expression(y)
    assert np.isclose(e.evaluate(), y.data)
    assert "more definitions" in str(e) and len(str(e)) < 3000
    assert r"\begin{aligned}" in e.latex and r"\vdots" in e.latex
    u = np.tanh(w1 * x) * x + w1
    z = u
    for _ in range(8):
        z = z * (z + u) + w1
    assert "\n  u = " in str(expression(z))  # your own names for the parts


def test_very_long_graphs_are_cut():
    y = x
    for _ in range(20_000):
        y = y * 1.0001 + 1e-5
    e = expression(y)
    assert "older nodes are left out" in str(e)
    assert np.isclose(e.evaluate(), y.data)


def test_pieces_are_noted():
    y = ops.relu(x * w1)
    assert str(expression(y, wrt=x)) == (
        "dy/dx = w1\n(where relu is on the same piece as at the present values)"
    )
    assert "\n" not in str(expression(y))


def test_values_that_were_not_kept():
    y = np.sum(h + np.linspace(0, 1, 300)[:, None])
    e = expression(y)
    assert "the value of C1 was not kept" in str(e)
    with pytest.raises(RuntimeError, match="evaluate: the value of C1 was not kept"):
        e.evaluate()
    with debug():
        y = np.sum(h + np.linspace(0, 1, 300)[:, None])
    assert np.isclose(expression(y).evaluate(), y.data)
    assert "C1 is a constant of shape (300, 1)" in str(expression(y))


def test_several_outputs_and_names():
    with debug():
        values, vectors = np.linalg.eigh(np.diag(h) + 0.1)
    y = np.sum(values) * vectors[0, 0]
    assert np.isclose(expression(y).evaluate(), y.data)
    rate = T(2.0, name="rate 1")
    unnamed = rate * T(3.0)
    assert str(expression(unnamed)) == "unnamed = rate 1 x1"


def test_operations_of_ones_own_are_told_apart():
    one = primitive(lambda x: x**3).vjp(x=lambda g, x: g * 3 * x**2)
    two = primitive(lambda x: x**5).vjp(x=lambda g, x: g * 5 * x**4)

    @primitive
    def add(a, b):  # not what its name says
        return a * b

    add.vjp(a=lambda g, b: g * b, b=lambda g, a: g * a)
    y = one(x) - two(x) + add(x, w1)
    assert np.isclose(expression(y).evaluate(), y.data)
    assert "add(x, w1)" in str(expression(y))
    z = np.round(x, 1) - np.round(x, 2)  # decimals are not kept: not to be taken for the same
    assert str(expression(z)) == "z = round(x) - round(x)"


def test_equal_terms_meet_whatever_their_factor():
    for factor in (49, 1e-320, np.inf, 3e5 + 2e-3j):
        y = factor * x + x
        assert str(expression(y)).count("x") == 1
        assert np.isclose(expression(y).evaluate(), y.data)


def test_complex_factors():
    z = T(1 + 2j)
    for y in (1j / z, z / 4j, (0.5 + 0j) / z, 1 / (2j * z * z)):
        assert np.isclose(expression(y).evaluate(), y.data)
        assert expression(y).latex.startswith("y = ")
    assert str(expression(y)) == "y = (0-0.5j) / z^2"


def test_what_was_detached_is_a_constant():
    d = h.detach()
    y = np.sum(h * d)
    assert str(expression(y)) == "y = sum(h * d)"
    assert str(expression(y, wrt=h)) == "dy/dh = [1, 2, 3]"
    z = np.sum(h * h.data)
    assert "h^2" not in str(expression(z))


def test_constants_that_are_written_alike_are_told_apart():
    y = np.sum(h * np.array([1.00001, 2, 3])) - np.sum(h * np.array([1.00002, 2, 3]))
    assert str(expression(y)).startswith("y = sum(h * [1, 2, 3]) - sum(h * C1)")
    assert np.isclose(expression(y).evaluate(), y.data)
    same = np.sum(h * np.array([1.0, 2, 4])) + np.sum(h * np.array([1.0, 2, 4]))
    assert str(expression(same)) == "same = 2 sum(h * [1, 2, 4])"
    empty = T(np.zeros((3, 0)))
    none = np.sum(empty * np.zeros((3, 0)) * np.zeros(0))
    assert expression(none).evaluate() == 0


@pytest.mark.parametrize("n", [19, 250, 1900, 2500])
def test_deep_chains(n):
    deep = x
    for _ in range(n):
        deep = np.sin(deep)
    found, slope = expression(deep), expression(deep, wrt=x)
    assert len(str(found)) < 3_000 and len(found.latex) < 5_000 and len(str(slope)) < 10_000
    assert np.isclose(found.evaluate(), deep.data) and ("\n  v" in str(found)) == (n > 20)
    assert np.isclose(slope.evaluate(), gradients(deep, x))


def test_names_of_many_leaves():
    """Each is found at once: not by trying those that are given."""

    class Asked(set):
        times = 0

        def __contains__(self, name):
            self.times += 1
            return super().__contains__(name)

    reader = Reader(Names())
    reader.taken = Asked()
    reader.read(np.stack([T(float(k)) for k in range(1000)]))
    assert "x1000" in reader.taken and "x1001" not in reader.taken
    assert reader.taken.times < 3000


def test_mistakes():
    with pytest.raises(TypeError, match="expression: t must be a Tensor, got int"):
        expression(1)
    with pytest.raises(TypeError, match="expression: wrt must be a Tensor"):
        expression(a * b, wrt="a")
    with pytest.raises(RuntimeError, match="no graph behind"):
        expression(Tensor(1.0))
    with pytest.raises(ValueError, match="not a scalar"):
        expression(h * 2, wrt=h)
    y = a * b
    graph.release(y.node, "SGD.step()")
    with pytest.raises(RuntimeError, match="has released"):
        expression(y)
