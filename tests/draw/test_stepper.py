"""The stepper: its text is true, its steps are those of the engine, its page is whole."""

import ast
import functools
import gc
import html
import inspect
import json
import math
import re
import weakref
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from autograd import Tensor, gradients, ops, primitive
from autograd.draw import reading, render, step_through
from autograd.draw.stepper import picture, rules
from autograd.draw.stepper.steps import _Walk
from autograd.draw.stepper.sweep import passed
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from autograd.graph import reachable, release
from autograd.names import Names
from autograd.recording import no_grad
from autograd.trees import flatten
from tests.autograd.cases import CASES
from tests.browser.walks import diamond, leaf, lecture, perceptron
from tests.draw.test_draw import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def walk_of(t) -> _Walk:
    nodes = reachable(t.node)[::-1]
    found = passed(nodes)
    graph = reading.read(nodes, Names())
    picture.complete(graph, nodes, found)
    return _Walk(graph, nodes, found)


# -- the text -------------------------------------------------------------------------------------


def test_lecture():
    assert [str(step).replace("\n    ", "; ") for step in lecture().steps] == [
        "Start: the leaves have their values; a = 5; b = 3; c = 2",
        "Forward: multiply; u = b * c = 3 * 2 = 6",
        "Forward: add; v = a + u = 5 + 6 = 11",
        "Forward: multiply; J = 3 * v = 3 * 11 = 33",
        "Backward starts at the output J; dJ/dJ = 1",
        "Backward through J = 3 * v; dJ/dv = dJ/dJ * 3 = 1 * 3 = 3",
        "Backward through v = a + u; dJ/da = dJ/dv = 3; dJ/du = dJ/dv = 3",
        "Backward through u = b * c; dJ/db = dJ/du * c = 3 * 2 = 6; dJ/dc = dJ/du * b = 3 * 3 = 9",
        "Done: every gradient is known; dJ/da = 3; dJ/db = 6; dJ/dc = 9; "
        "J.backward() adds these to the .grad of the leaves",
    ]


def test_paths_that_meet_wait_and_add_up():
    steps = diamond().steps
    assert steps[5].waiting == {0: "0 of 4"}
    counts = [step.waiting.get(0) for step in steps[6:10]]
    assert counts == ["1 of 4", None, "2 of 4", "4 of 4"]
    assert steps[6].lines[1:] == ("dJ/dx += dJ/dJ = 1", "dJ/dx waits: 1 of 4 paths arrived")
    assert steps[8].lines == (
        "dJ/dx += dJ/dz * cos(x) = 4 * cos(2) = -1.665",
        "dJ/dx = 1 + (-1.665) = -0.6646, waits: 2 of 4 paths arrived",
    )
    assert steps[9].lines[-1] == "dJ/dx = 1.154 + 1.819 = 2.973, complete: 4 of 4 paths arrived"
    assert [step.gradients[0][1] for step in steps[6:10] if 0 in step.gradients] == [
        False, False, True,
    ]  # fmt: skip


def test_arrays():
    text = perceptron().text
    for line in (
        "dloss/dW1 = x.T @ dloss/dt1 = array of shape (3, 5), norm 3.15",
        "dloss/dt3 = dloss/dy",
        "dloss/db2 = dloss/dy, summed to shape (2,), = [2.238, 0.1542]",
        "dloss/dt2 = dloss/dh * (h > 0)",
        "dloss/dt5 = dloss/dloss / 8, at each of the 8 elements",
    ):
        assert line in text


def test_expressions_of_names_and_numbers():
    x, n = leaf(-2.0), leaf(3.0)
    cases = {
        x**2: "dy/dx = dy/dy * 2 * x ** (2 - 1) = 1 * 2 * (-2) ** (2 - 1) = -4",
        x - n: "dy/dn = -dy/dy = -1",
        x / n: "dy/dn = -dy/dy * y / n = -1 * (-0.6667) / 3 = 0.2222",
        np.maximum(x, n): "dy/dx = dy/dy * (x > n) = 1 * (-2 > 3) = 0",
        ops.relu(x): "dy/dx = dy/dy * (y > 0) = 1 * (0 > 0) = 0",
        ops.sigmoid(n): "dy/dn = dy/dy * y * (1 - y) = 1 * 0.9526 * (1 - 0.9526) = 0.04518",
        np.where(np.array(True), x, n): "dy/dx = dy/dy where the condition holds, else 0 = 1",
        np.exp(x): "dy/dx = dy/dy * y = 1 * 0.1353 = 0.1353",
        np.tanh(n): "dy/dn = dy/dy * (1 - y * y) = 1 * (1 - 0.9951 * 0.9951) = 0.009866",
        np.log(n): "dy/dn = dy/dy / n = 1 / 3 = 0.3333",
        -x: "dy/dx = -dy/dy = -1",
    }
    for y, line in cases.items():
        found = step_through(y, names={"x": x, "n": n, "y": y})
        assert line in found.text, f"{line!r} is not in\n{found.text}"


def test_complex_numbers_and_deep_arrays():
    z = leaf(1 + 2j)
    w = z * z
    assert "dw/dz += dw/dw * z = (1+0j) * (1+2j) = 1+2j" in step_through(w).text
    x = leaf(np.ones((1, 2, 1, 1)))
    y = np.reshape(x, (2,))
    J = np.sum(y * y)
    text = step_through(J).text
    assert "x = array of shape (1, 2, 1, 1), 1 ± 0 (mean ± std)" in text
    assert "= reshape([2, 2], (1, 2, 1, 1)) = array of shape (1, 2, 1, 1), norm 2.83" in text


def test_layers():
    r = np.random.default_rng(0)
    image, w = leaf(r.normal(size=(1, 1, 4, 4))), leaf(r.normal(size=(2, 1, 3, 3)), "conv.weight")
    scores = np.reshape(ops.conv(image, w), (2, 4))
    loss = np.mean(ops.cross_entropy(scores, np.array([0, 3])))
    text = step_through(loss).text
    for words in (
        "d(conv.weight) = the convolution of image with dloss/dt1 (conv_dw)",
        "dloss/dimage = the convolution of dloss/dt1 with the flipped conv.weight (conv_dx)",
        "dloss/dscores = dloss/dt2 * (softmax(scores) - one-hot label)",
        "dloss/dt2 = dloss/dloss / 2, at each of the 2 elements = [0.5, 0.5]",
    ):
        assert words in text, text


def test_an_operation_of_the_users_own():
    @primitive
    def cube(x):
        """The cube."""
        return x**3

    cube.vjp(x=lambda g, x: g * 3 * x * x)

    @primitive
    def odd(x):
        """x - 1.  The derivative is one."""
        return x - 1

    def formula(g):
        return g

    odd.vjp(x=formula)

    def twice(f):
        @functools.wraps(f)
        def call(g, x):
            return 2 * f(g, x)

        return call

    @primitive
    def square(x):
        return x * x

    square.vjp(x=twice(lambda g, x: g * x))
    x = leaf(2.0)
    y = square(x)
    assert "dy/dx = vjp of square for x at dy/dy = 4" in step_through(y).text
    y = odd(cube(x))
    text = step_through(y).text
    assert "dy/dx = dy/dt1 * 3 * x * x = 1 * 3 * 2 * 2 = 12" in text
    assert "dy/dt1 = vjp of odd for x at dy/dy: “The derivative is one” = 1" in text


def rounded(text) -> float:
    return float(text.replace("True", "1").replace("False", "0"))


def test_numbers_in_the_text_are_true():
    x, n, k = leaf(0.7), leaf(1.3), leaf(-0.4)
    unary = [
        np.exp, np.log, np.sin, np.cos, np.tan, np.tanh, np.sqrt, np.square, np.reciprocal,
        np.arctan, np.sinh, np.log1p, np.expm1, np.cbrt, ops.softplus, ops.relu, ops.sigmoid,
        ops.elu, ops.leaky_relu, ops.silu, ops.softsign, np.abs,
    ]  # fmt: skip
    binary = [
        np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum, np.hypot,
        np.arctan2, np.logaddexp, np.remainder,
    ]  # fmt: skip
    results = [f(x) for f in unary] + [f(x, n) for f in binary] + [f(k * 1) for f in (np.tanh,)]
    names = {**vars(ops), **vars(np), "π": math.pi}
    checked = 0
    for y in results:
        for line in step_through(y, names={"x": x, "n": n, "k": k, "y": y}).steps[-2].lines:
            left, *_, numbers, result = re.split(r" (?<![=<>])=(?!=) ", line)
            if left[0] == "d" and "d" not in numbers.replace("modf", "").split("(")[0]:
                assert eval(numbers, names) == pytest.approx(rounded(result), rel=5e-3), line
                checked += 1
    assert checked > 35


# -- every operation ------------------------------------------------------------------------------


def test_every_rule_is_what_the_engine_computes():
    """Where a rule is an expression, evaluating it gives the engine's contribution."""
    true, told = set(), set()
    for case in CASES:
        leaves = [leaf(x) for x in case.inputs]
        with np.errstate(all="ignore"):
            outputs = [np.sum(np.real(y)) for y in flatten(case.f(*leaves))[0]]
        total = outputs[0]
        for y in outputs[1:]:
            total = total + y
        walk = walk_of(total)
        for e in walk.operations:
            node = walk.nodes[e.index]
            values = walk.terms(e)[2] | dict(zip(node.plan.names, node.saved, strict=True))
            for k, part in enumerate(walk.passed.parts[node]):
                rule = rules.rule(node, k, values)
                key = node.plan.op.__name__, rules.argument_of(node, k)
                if isinstance(rule, str):
                    assert "{g}" in rule
                    told.add(key)
                elif key not in true and _is_true(rule, node, values, e.value, walk, part):
                    true.add(key)
        for step in walk.steps():
            assert all(line.strip() for line in step.lines)
    assert len(true) > 110
    assert len(told) > 40


def _is_true(rule, node, values, y, walk, part) -> bool:
    """Whether it could be evaluated; it must then be right."""
    formula = inspect.unwrap(next(iter(node.plan.op.formulas.values())))
    g = walk.passed.total[node]
    g = g.whole() if hasattr(g, "whole") else g
    shapes = {f"{n}_shape": v.shape for n, v in values.items() if hasattr(v, "shape")}
    known = {**vars(np), **formula.__globals__, "π": math.pi, "y": y, **shapes, **values, "G": g}
    used = {n.id for n in ast.walk(rule) if isinstance(n, ast.Name)}
    arrays = [known.get(n) for n in used]
    if any(isinstance(a, np.ndarray) and np.isnan(a).any() for a in arrays):
        return False  # not kept by the graph
    needed = {"y", *node.plan.op.formulas}
    if any(a is None for n, a in zip(used, arrays, strict=True) if n in needed):
        return False
    text = ast.unparse(rule).replace(".mT", ".swapaxes(-1, -2)")
    with np.errstate(all="ignore"):
        got = np.asarray(eval(text, known))
    if not np.iscomplexobj(part):
        got = np.real(got)
    extra = got.ndim - np.ndim(part)
    got = np.sum(got, axis=tuple(range(extra)))
    axes = tuple(i for i, (a, b) in enumerate(zip(got.shape, np.shape(part), strict=True)) if a > b)
    got = np.sum(got, axis=axes, keepdims=True) if axes else got
    np.testing.assert_allclose(got, part, rtol=1e-10, atol=1e-12, err_msg=text)
    return True


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)),
                                    ((2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4))], ids=str)  # fmt: skip
def test_rules_of_products(shapes):
    r = np.random.default_rng(0)
    a, b = (leaf(r.normal(size=s)) for s in shapes)
    walk = walk_of(np.sum(a @ b))
    e = walk.operations[0]
    node = walk.nodes[e.index]
    values = walk.terms(e)[2]
    for k, part in enumerate(walk.passed.parts[node]):
        rule = rules.rule(node, k, values)
        assert _is_true(rule, node, values, (a @ b).data, walk, part)


def test_gradients_are_those_of_the_engine():
    r = np.random.default_rng(1)
    x, w = leaf(r.normal(size=(4, 4))), leaf(r.normal(size=4))
    values, vectors = np.linalg.eigh(x @ x.T)
    y = np.sum(np.stack([values * w, vectors[0]])) + np.sum(np.concatenate([w, w])) * np.max(x)
    nodes = reachable(y.node)[::-1]
    found = passed(nodes).total
    for t, g in zip((x, w), gradients(y, [x, w]), strict=True):
        np.testing.assert_allclose(found[t.node], g, rtol=1e-12)
    step_through(y)


# -- what it leaves alone, and what it refuses ----------------------------------------------------


def test_nothing_is_stored_and_no_hook_runs():
    x = leaf(2.0)
    calls = []
    y = x * x
    y.register_hook(calls.append)
    J = y * 3
    step_through(J)
    assert x.grad is None and y.grad is None and J.grad is None and not calls
    J.backward()
    assert x.grad == 12
    J.backward()
    assert "x.grad is 24: from several backward passes, or another output" in step_through(J).text
    assert x.grad == 24


def test_powers_of_negative_numbers_keep_their_brackets():
    x = leaf(-3.0)
    y = x**2 * (x - 2.0)
    text = step_through(y).text
    assert "t1 = x ** 2 = (-3) ** 2 = 9" in text
    assert "t2 = x - 2 = -3 - 2 = -5" in text


def test_what_grad_says_otherwise():
    x = leaf(2.0)
    y = x * x
    y.backward()
    handle = x.register_hook(lambda g: g * 10)
    y.backward()
    text = step_through(y).text
    assert "x.grad is 44: from several" in text and "from hooks, which no step calls" in text
    handle.remove()
    assert "hooks" not in step_through(y).text
    small = leaf(1.0)
    y = small * 1e-12
    y.backward()
    assert "small.grad" not in step_through(y).text
    y.backward()
    assert "small.grad is 2e-12" in step_through(y).text


def test_it_holds_nothing_of_the_graph():
    def made():  # a frame of its own: one that was looked at keeps its variables while it lasts
        J = np.sin(leaf(2.0))
        return step_through(J), weakref.ref(J.node)

    stepper, seen = made()
    gc.collect()
    assert seen() is None
    assert "dJ/dt1" in stepper.html


def test_long_graphs_are_refused_with_what_to_do():
    x = leaf(1.0)
    y = x
    for _ in range(300):
        y = y * 1.01
    with pytest.raises(GraphError, match=r"301 nodes; up to 200 .*detach.*requires_grad_.*draw"):
        step_through(y)


def test_two_hundred_nodes_are_not(renderer):
    x = leaf(1.0)
    y = x
    for _ in range(199 if renderer == "graphviz-pure" else 100):
        y = np.sin(y)
    stepper = step_through(y)
    assert len(stepper.steps) == 2 * (len(reachable(y.node)) - 1) + 3
    assert len(stepper.html) < 1_000_000
    assert "more lines" in repr(stepper) and len(repr(stepper).splitlines()) < 110


def test_mistakes():
    x = leaf([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"shape \(2,\) is not a scalar.*t\.sum\(\)"):
        step_through(x * 2)
    with pytest.raises(DtypeError, match="expected a Tensor, got function"):
        step_through(lecture)
    with pytest.raises(GraphError, match="no graph behind"):
        step_through(Tensor(1.0))
    with no_grad(), pytest.raises(GraphError, match="no graph behind"):
        step_through(x.sum())
    y = (x * x).sum()
    with pytest.raises(ValueRangeError, match="direction='up'"):
        step_through(y, direction="up")
    with pytest.raises(ValueRangeError, match="theme='pink'"):
        step_through(y, theme="pink")
    with pytest.raises(DtypeError, match="names="):
        step_through(y, names=["x"])
    with pytest.raises(ValueRangeError, match=r"\.pdf.*\.html"):
        step_through(y).save("walk.pdf")
    with no_grad():
        x[0] = 3.0
    with pytest.raises(GraphError, match="changed"):
        step_through(y)
    z = np.sin(x).sum()
    release(z.node, "optimizer.step()")
    with pytest.raises(GraphError, match=r"optimizer\.step\(\) has released"):
        step_through(z)


def test_a_leaf_that_nobody_holds():
    a = Tensor(2.0, requires_grad=True)
    L = np.exp(Tensor(1.0, requires_grad=True)) * np.sin(Tensor(3.0, requires_grad=True)) * a
    start, *_, end = step_through(L).steps
    gone = "t1, of shape (): gone, nobody holds this leaf any more"
    assert start.lines == ("a = 2", gone, "t3 = 3")
    assert end.lines[-2:] == (
        "L.backward() adds these to the .grad of the leaves that are held",
        "nobody holds t1, t3 any more: there is no .grad to add to",
    )
    gone = np.exp(Tensor(1.0, requires_grad=True))
    assert "adds these" not in step_through(gone).text


def test_a_leaf_and_an_element():
    x = leaf([1.0, 2.0])
    text = step_through(x[1] * 2).text
    assert "dL/dt1 added into zeros at the index = [0, 2]" in text
    b = leaf(1.0)
    assert [step.phase for step in step_through(b).steps] == ["start", "backward", "end"]


# -- the page -------------------------------------------------------------------------------------


class _Page(HTMLParser):
    """Elements with their attributes, and the text of scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.open = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open = tag

    def handle_data(self, data):
        if self.open == "script":
            self.scripts.append(data)
            self.open = ""


def parts(text):
    page = _Page(text)
    picture = ElementTree.fromstring(re.search(r"<svg.*?</svg>", text, re.DOTALL)[0])
    return page, json.loads(page.scripts[0]), picture


def test_the_title_names_the_result_whatever_comes_last():
    a = Tensor(2.0, requires_grad=True)
    J = a * 3
    J.backward()
    J.backward()  # the last line is about a.grad
    assert step_through(J).title == "Backprop through J in 5 steps"


def test_a_leaf_changed_since_is_refused_also_where_no_formula_needs_it():
    a, b = Tensor(2.0, requires_grad=True), Tensor(3.0, requires_grad=True)
    J = a + b
    with no_grad():
        a *= 10
    with pytest.raises(
        GraphError, match=r"\*= has changed a \(shape \(\)\) in place since add used"
    ):
        step_through(J)
    assert "a + b = 20 + 3 = 23" in str(step_through(a + b))


def test_sums_of_infinities_are_told_without_a_warning():
    x = Tensor(0.0, requires_grad=True)
    with np.errstate(all="ignore"):
        J = 1 / x - 2 / x
    with np.errstate(all="raise"):
        assert "dJ/dx = inf + (-inf) = nan" in str(step_through(J))


@pytest.mark.parametrize("make", [lecture, diamond, perceptron])
def test_page(renderer, make):
    stepper = make()
    page, steps, picture = parts(stepper.html)
    assert [s["title"] for s in steps] == [s.title for s in stepper.steps]
    ids = {g.get("id") for g in picture.iter(f"{SVG}g")}
    nodes = {g.get("id"): g for g in picture.iter(f"{SVG}g") if g.get("class", "")[:4] == "node"}
    known = set()
    for step in steps:
        assert ids.issuperset(step["boxes"] + step["edges"] + step["values"])
        assert bool(step["boxes"]) == (step["phase"] != "end")
        known.update(step["values"])
        assert set(step["gradients"]) <= known == known & set(nodes)
    assert {k for k in nodes if k[0] == "n"} == known
    of = {key: {e.get("class") for e in g.iter()} for key, g in nodes.items()}
    assert all("gradient" in of[key] for key in known)
    lit = {edge for step in steps for edge in step["edges"]}
    assert lit == {g.get("id") for g in picture.iter(f"{SVG}g") if g.get("class") == "edge"}
    found = dict(page.elements)
    assert found["input"]["max"] == str(len(steps) - 1)
    assert not re.search(r'(src|href)="http', stepper.html)


@pytest.mark.parametrize("size", [3, 7])
def test_the_legend_explains_what_is_there(size, renderer):
    x = leaf(np.arange(float(size)), "x")
    svg = step_through(np.sum(np.tanh(x) * x)).svg
    assert ("mean ± standard deviation" in svg) == (size == 7)


def test_lit_at_each_step_of_the_lecture():
    _, steps, _ = parts(lecture().html)
    assert [(s["boxes"], s["edges"]) for s in steps] == [
        (["n0", "n1", "n2"], []),
        (["op3", "n3"], ["n1-op3", "n2-op3", "op3-n3"]),
        (["op4", "n4"], ["n0-op4", "n3-op4", "op4-n4"]),
        (["op5", "n5"], ["c5_0-op5", "n4-op5", "op5-n5"]),
        (["n5"], []),
        (["op5", "n5", "n4"], ["n4-op5", "op5-n5"]),
        (["op4", "n4", "n0", "n3"], ["n0-op4", "n3-op4", "op4-n4"]),
        (["op3", "n3", "n1", "n2"], ["n1-op3", "n2-op3", "op3-n3"]),
        ([], []),
    ]
    assert steps[6]["gradients"] == {"n0": ["so far 3", True], "n3": ["so far 3", True]}


@pytest.mark.parametrize(
    "name", [*HOSTILE, "</script><script>alert(1)</script>", "a'b", "x\u2028y"]
)
def test_hostile_names(name, renderer):
    x = leaf(2.0, name)
    stepper = step_through(x * x)
    page, steps, picture = parts(stepper.html)
    clean = " ".join(name.replace("\u2028", " ").split())
    assert steps[0]["lines"] == [f"{clean} = 2"]
    assert sum(tag == "script" for tag, _ in page.elements) == 2
    assert any(clean in "".join(g.itertext()) for g in picture.iter(f"{SVG}g"))
    outer = _Page(stepper._repr_mimebundle_()["text/html"])
    frame = dict(outer.elements)["iframe"]
    assert frame["srcdoc"] == stepper.html
    assert html.escape(clean) in stepper._repr_mimebundle_()["text/html"].split("</iframe>")[1]


def test_mimebundle():
    bundle = lecture()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/svg+xml", "text/html"}
    assert "8. Backward through u = b * c" in bundle["text/plain"]
    frame, _, rest = bundle["text/html"].partition("</iframe>")
    assert frame.startswith("<iframe ")
    assert re.fullmatch(r"<noscript>.*<img src=\"data:image/svg\+xml;base64,.*<details>.*"
                        r"<li>.*</details></noscript>", rest, re.DOTALL)  # fmt: skip
    assert len(bundle["text/html"]) < 100_000


def test_without_a_renderer(monkeypatch):
    monkeypatch.setattr(render, "programs", list)
    x = leaf(1.0)
    y = x
    for _ in range(180):
        y = np.sin(y)
    bundle = step_through(y)._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "chalkgrad[viz]" in bundle["text/plain"]


def test_save(tmp_path):
    stepper = lecture()
    page = stepper.save(tmp_path / "walk.html").read_text("utf-8")
    assert page == stepper.html and page.startswith("<!DOCTYPE html>")
    assert stepper.save(tmp_path / "walk.txt").read_text("utf-8") == stepper.text + "\n"
    assert stepper.save(tmp_path / "walk.svg").read_text("utf-8").startswith("<svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["walk.html", "walk.svg", "walk.txt"]


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_themes(theme):
    b = leaf(3.0)
    stepper = step_through(b * b, theme=theme)
    assert f'<html lang="en" class="{theme}">' in stepper.html
    fills = {e.get("fill") for e in ElementTree.fromstring(stepper.svg)}
    assert ("#1E1E1E" in fills) == (theme == "dark")
