"""`explain`: its kinds, its words, and numbers that are the engine's own."""

import re
import sys

import numpy as np
import pytest

from autograd import Tensor, debug, explain, gradients, graph, no_grad, ops
from autograd.insight import flow
from autograd.insight.flow import trace
from tests.autograd.cases import CASES


def T(v, **options):
    return Tensor(v, requires_grad=True, **options)


def quiet(f):
    """``f`` without NumPy's warnings: these graphs have infinities."""

    def call():
        with np.errstate(all="ignore"):
            return f()

    return call


x, z = T(0.7, name="x"), T([1.0, -2.0, 3.0], name="z")
q = T([1.0, 0.0], name="q")
w = T([[1.0, 2.0, 3.0], [-0.5, 0.0, 0.0]], name="w")
s = T([[50.0, 0.0, 0.0]], name="s")

STORIES = [
    # what: (result, of which Tensor, kind, words that must be there)
    ("one use", lambda: 3 * x, x, "fine", r"= 3: through .*local derivative 3 × upstream 1 = 3"),
    ("two uses", lambda: x * x, x, "fine",
     r"= 1\.4, the sum of 2 contributions.*By path: L → x: 0\.7; L → x: 0\.7\."),
    ("broadcast", lambda: (z + x).sum(), x, "fine", "summed over the 3 copies"),
    ("relu", lambda: ops.relu(-z * z).sum(), z, "zero", r"relu is dead there.*x from -9 to -1"),
    ("where", lambda: np.where(True, 1.0, z).sum(), z, "zero", "did not take its second branch"),
    ("where, first", lambda: np.where(False, z, 1.0).sum(), z, "zero", "its first branch"),
    ("maximum", lambda: np.maximum(x, 2.0) * 1, x, "zero", "took the other.*0.7 is smaller than 2"),
    ("minimum", lambda: np.minimum(3.0, x + 4), x, "zero", "minimum took the other argument"),
    ("clip", lambda: np.clip(z * 10, -1, 1).sum(), z, "zero", r"outside its range \[-1, 1\]"),
    ("times 0", lambda: (z * 0.0).sum(), z, "zero", "multiply by 0: its other argument, 'b'"),
    ("matmul 0", lambda: (np.zeros((2, 3)) @ z).sum(), z, "zero", "matmul with 0"),
    ("floor", lambda: np.floor(z).sum(), z, "zero", "floor is constant between its jumps"),
    ("round", lambda: z.round().sum(), z, "zero", "round is constant"),
    ("cancel", lambda: (z - z).sum(), z, "zero", r"cancel in z: \[1, 1, 1\] and \[-1, -1, -1\]"),
    ("softmax sum", lambda: ops.softmax(z).sum(), z, "zero", "same cotangent 1, and they always"),
    ("index", lambda: z[1:].sum() * 1 + z[0] * 0, z, "fine", "1 of its 3 elements are 0"),
    ("square at 0", lambda: (q - 1)[:1].sum() ** 2, q, "zero", r"b a\^\(b-1\) is 0 at a = 0"),
    ("sigmoid", lambda: ops.sigmoid(x * 1000) * 1, x, "zero", "sigmoid is saturated: x = 700"),
    ("almost", lambda: ops.sigmoid(x * 30) * 1, x, "fine", "Least of it is left by sigmoid"),
    ("tanh", lambda: np.tanh(z * 100).sum(), z, "zero", "tanh is saturated"),
    ("saturated loss", lambda: ops.cross_entropy(s, np.array([0])).sum(), s, "fine",
     r"softmax is saturated: its outputs are 0 and 1 \(the largest is 1\)"),
    ("max", lambda: np.max(z), z, "fine", "2 of its 3 elements are 0. max passes a gradient to"),
    ("partly dead", lambda: ops.relu(w @ z).sum(), w, "fine", "3 of its 6 elements.*relu is dead"),
    ("log 0", lambda: np.log(q).sum(), q, "infinite", r"at \[1\].*1/x is infinite at x = 0"),
    ("sqrt 0", lambda: np.sqrt(q).sum(), q, "infinite", r"1/\(2√x\) is infinite at x = 0"),
    ("0 / 0", lambda: (q / q).sum(), q, "nan", r"In the forward pass: divide gave NaN at \[1\]"),
    ("power", lambda: (q**0.5).sum(), q, "infinite", r"b a\^\(b-1\) is infinite at a = 0"),
    ("overflow", lambda: np.exp(x * 1e4) * 1, x, "infinite", "too large for float64"),
    ("inf - inf", lambda: (np.sqrt(q) - np.sqrt(q)).sum(), q, "nan", "inf and -inf meet"),
    ("sqrt of square", lambda: np.sqrt((z - z) ** 2).sum(), z, "nan", "formula of sqrt"),
    ("not under", lambda: x * 1, z, "none", r"does not depend on z. The leaves under it are x"),
    ("detach", lambda: (z.detach() * x).sum(), z, "none", "used the value of z as a plain number"),
    ("itself", lambda: x, x, "fine", "it is the result itself"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "of", "kind", "words"), [s[1:] for s in STORIES],
                         ids=[s[0] for s in STORIES])  # fmt: skip
def test_story(f, of, kind, words):
    L = quiet(f)()
    told = explain(of, of=L)
    assert told.kind == kind
    assert re.search(words, str(told)), str(told)
    assert "<p>" in told._repr_html_()
    of.zero_grad()


def test_line_and_name_of_what_cut_the_graph():
    t = T([1.0, 2.0])
    with debug():
        h = np.exp(t)
        L = (h.detach() * q).sum()
    assert "multiply (test_explain.py:" in str(explain(t, of=L))
    assert "it was given h.data, h.detach() or h.item()" in str(explain(t, of=L))
    assert "`L = (h.detach() * q).sum()`" in str(explain(t, of=L))


def test_no_grad_and_integers_are_seen_inside_debug():
    t = T([1.2, 2.9])
    with debug():
        with no_grad():
            h = np.exp(t)
        k = t.astype(int)
        L = (h * q + k * q).sum()
    assert "exp (test_explain.py:" in str(explain(t, of=L))
    assert "ran under no_grad" in str(explain(t, of=L))
    assert "which made it, ran under no_grad" in str(explain(h))
    assert "integers have no derivative" in str(explain(k))


def test_outside_any_graph():
    t = T([1.0, 2.0], name="t")
    h = t * 2
    free = h.detach()
    assert "shares the memory of h" in str(explain(free))
    assert "without requires_grad=True" in str(explain(Tensor([5.0])))
    assert "in no graph" in str(explain(t, of=Tensor(1.0)))


def test_the_trail_of_what_used_it():
    t = T([1.0, 2.0])
    L = float(np.exp(t).data.sum()) * q[0]
    assert "No operation in a living graph has used t" in str(explain(t, of=L))
    h = np.exp(t)
    L = float(h.data.sum()) * q[0]
    assert "t was used, but the trail ends at h" in str(explain(t, of=L))
    assert h is not None


def test_when_backward_was_or_was_not_called():
    t = T(2.0)
    y = t * 3
    assert "No backward pass has reached t" in str(explain(t))
    assert "y.backward() has not been called" in str(explain(t, of=y))
    y.backward()
    assert str(explain(t)) == (
        "dy/dt = 3: through y = multiply as 'a': local derivative 3 × upstream 1 = 3."
    )
    y.backward()
    assert "t.grad is 2 times that, as after 2 backward passes" in str(explain(t))
    t.zero_grad()
    assert "forgotten (zero_grad) since" in str(explain(t))
    (t * 5).backward()
    y2 = t * 3
    assert "is another: other backward passes" in str(explain(t, of=y2))
    del y
    assert "not held any more" in str(explain(t))


def test_zeros_that_are_no_derivatives():
    a, b, c = T([1.0, 2.0]), T([1.0, 3.0]), T(2.0)
    text = str(explain(a, of=np.max(np.stack([a, b]))))
    assert "hands on the part of the gradient that belongs to 'arrays[0]': it is 0" in text
    signs = np.array([1.0, -1.0])
    for y in ((c * np.ones(2) * signs).sum(), (np.maximum(c, np.zeros(2)) * signs).sum()):
        assert "What the copies of 'a' get, made by" in str(explain(c, of=y))
    y = ((a @ np.ones((2, 2))) * signs).sum()
    assert "The formula of matmul for 'a' gives 0 for this cotangent" in str(explain(a, of=y))
    y = np.maximum(a, 9.0).sum()
    assert "the values are smaller than those of it" in str(explain(a, of=y))
    none = T(np.zeros((0, 3)))
    told = explain(none, of=none.sum())
    assert told.kind == "fine" and str(told).startswith("dL/dnone is empty: none has no elements.")


def test_zeros_of_very_many_uses_and_far_away():
    many = T(np.zeros(2))
    y = sum(many[0] * many[1] for _ in range(400))
    assert "multiply by 0" in str(explain(many, of=y))
    far = T(1.0)
    y = far
    for _ in range(600):
        y = -y
    assert "is not among the 500 operations nearest to it" in str(explain(far, of=y * 0.0))


def test_whether_grad_is_a_multiple():
    t, mask = T([1.0, 2.0]), np.array([1.0, 0.0])
    y = (t * mask).sum()
    y.backward()
    t.grad = np.array([2.0, 5.0])
    assert "t.grad = [2, 5] is another" in str(explain(t, of=y))
    small = T(1.0)
    y = small * 1e-12
    y.backward()
    y.backward()
    assert "small.grad is 2 times that" in str(explain(small))
    c = T(1 + 2j)
    y = np.abs(c) ** 2
    y.backward()
    y.backward()
    y.backward()
    assert "c.grad is 3 times that" in str(explain(c))


def test_conjugates_are_no_multiples():
    c = T(1 + 2j)
    u = c * (2 - 1j)
    v = np.conj(u)
    y = np.real(v * (3 + 1j))
    told = explain(u, of=y)
    assert "through v = conjugate as 'x': 3-1j, from an upstream gradient 3+1j in v" in str(told)
    assert not told.contributions[0].local and "7-1j" not in str(explain(c, of=y))


def test_intermediate_finds_its_result():
    a = T(3.0)
    u = a * 2
    J = u * u
    J.backward()
    assert explain(u).gradient == u.grad == 12
    assert "entered the graph after" in str(explain(T(1.0), of=J))


def test_released_graph_says_so():
    t = T(2.0)
    y = t * t
    graph.release(y.node, "SGD.step()")
    assert "SGD.step() has released" in str(explain(t, of=y))


def test_hooks_are_named():
    t = T(2.0)
    h = t * 1
    h.register_hook(lambda g: g * 10)
    assert "A hook on h may change what passes." in str(explain(t, of=h * 1))


def test_numbers_of_other_precisions():
    for dtype in (np.float16, np.float32, np.longdouble):
        x = T(np.array(2.0, dtype))
        J = x * 3 * 4
        assert "Its path: J → multiply → x: 4 × 3 = 12" in str(explain(x, of=J))


def test_a_number_of_paths_that_python_does_not_write():
    x = a = T(1.0)
    for _ in range(15_000):
        a = a * 0.5 + a * 0.5
    assert "It came by about 10^4515 paths from a." in str(explain(x, of=a))
    assert sys.getsizeof(trace(a, x.node).count()) < 200  # no number of 15,000 bits for every node


def test_no_products_along_paths_that_a_hook_changes():
    t = T(2.0)
    u = t * 3
    u.register_hook(lambda g: g * 10)
    y = u * u
    text = str(explain(t, of=y))
    assert "dy/dt = 360" in text and "A hook on u" in text and "By path" not in text


def test_wrong_arguments():
    with pytest.raises(TypeError, match="explain: x must be a Tensor, got float"):
        explain(1.0)
    with pytest.raises(TypeError, match="of must be a Tensor, got ndarray"):
        explain(x, of=np.ones(2))


def deep(scale, f, n=12):
    rng = np.random.default_rng(0)
    layers = [T(scale * rng.standard_normal((8, 8))) for _ in range(n)]
    h = rng.standard_normal((4, 8))
    for layer in layers:
        h = f(h @ layer)
    return layers[0], (h**2).mean()


def test_vanishing_and_exploding_gradients():
    first, loss = deep(1.0, ops.sigmoid)
    text = str(explain(first, of=loss))
    assert re.search(
        r"vanishes on its way from loss: the norm goes from 1 to \S+ \(sigmoid ×", text
    )
    assert "in 12 steps" in text
    loss.backward()
    assert f"to {np.linalg.norm(first.grad):.3g} (" in text
    first, loss = deep(3.0, ops.relu)
    assert re.search(
        r"explodes on its way.*\(matmul × \S+ in 12 steps", str(explain(first, of=loss))
    )
    first, loss = deep(0.5, np.tanh, 1)
    assert "on its way" not in str(explain(first, of=loss))


def test_nothing_is_stored():
    t = T([1.0, 2.0])
    L = np.exp(t).sum()
    explain(t, of=L)
    assert t.grad is None and L.grad is None and t.node.fed_by is None


def rows():
    """Every row of the table of operations."""
    for case in CASES[::3]:
        with np.errstate(all="ignore"):
            ins = [Tensor(i, requires_grad=np.asarray(i).dtype.kind in "fc") for i in case.inputs]
            y = case.f(*ins)
        for v in y if type(y) in (tuple, list) else [y]:
            if type(v) is Tensor and v.node is not None:
                yield str(case), ins, np.real(v) if v.dtype.kind == "c" and v.size == 1 else v


def test_contributions_add_up_to_the_gradient_of_every_operation():
    n = 0
    for name, ins, y in rows():
        for t in ins:
            if t.node is None:
                continue
            told = explain(t, of=y)
            g = gradients(y, t, np.ones(y.shape, y.dtype))
            assert str(told), name
            if told.kind == "none":
                assert not np.any(g), name
                continue
            assert np.allclose(told.gradient, g, equal_nan=True), name
            if told.contributions and told.kind in ("fine", "zero"):
                assert np.allclose(sum(c.amount for c in told.contributions), g), name
                n += 1
    assert n > 150


@pytest.mark.parametrize("seed", range(30))
def test_random_graphs_of_scalars(seed):
    rng = np.random.default_rng(seed)
    leaves = [T(v) for v in rng.uniform(0.5, 1.5, 3)]
    pool, ones = list(leaves), [np.sin, np.exp, np.tanh, np.sqrt, ops.relu, lambda v: v * v]
    for _ in range(8):
        a, b = (pool[i] for i in rng.integers(0, len(pool), 2))
        kind = rng.integers(0, 3)
        pool.append(a + b if kind == 0 else a * b if kind == 1 else ones[rng.integers(6)](a))
    y = sum(pool[-3:])
    y.backward()
    for leaf in leaves:
        if leaf.grad is None:
            assert explain(leaf, of=y).kind == "none"
            continue
        told = explain(leaf, of=y)
        assert np.isclose(told.gradient, leaf.grad)
        assert np.isclose(sum(c.amount for c in told.contributions), leaf.grad)
        for c in told.contributions:  # what is printed is what was computed
            assert np.isclose(float(c.local) * float(c.upstream), c.amount, rtol=1e-4, atol=1e-9)
        flow = trace(y, leaf.node)
        paths = flow.paths(most=10_000)
        assert len(paths) == flow.count()
        products = [np.prod([edge.local for edge in path]) for path in paths]
        assert np.isclose(sum(products), leaf.grad)


def test_the_uses_of_a_tensor_are_looked_at_once(monkeypatch):
    w = Tensor(2.0, requires_grad=True)
    found = trace(np.sum(np.stack([w * float(k) for k in range(100)])), w.node)
    assert len(found.edges(w.node)) == 100
    monkeypatch.setattr(flow, "contribution", None)
    assert len(found.edges(w.node)) == 100
