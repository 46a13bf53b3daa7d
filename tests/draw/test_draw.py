"""Drawings: what they say, that they can be parsed, and that nothing stops them."""

import html
import re
import subprocess
import sys
import time
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd
from autograd import wording
from autograd.checkpoint import checkpoint
from autograd.draw import RenderError, draw, render, sketch
from autograd.draw.theme import DARK, LIGHT
from autograd.errors import DtypeError, GraphError, ValueRangeError
from autograd.graph import release
from autograd.ops import relu
from autograd.primitive import primitive
from autograd.recording import no_grad
from autograd.tensor import Tensor
from autograd.wording import TIMES
from nn import Sequential
from nn.models import lenet5
from tests.draw.pictures import SVG, groups, leaf, lecture, network, rambling, unrepeated, words

HOSTILE = [
    '"quoted"', "<b>&amp;</b>", "back\\slash \\N \\G\\", "θ 名前 é", "{a|b} %s", "</svg>",
    "--> ]]> <!--",
]  # fmt: skip


# -- the picture of the lecture -------------------------------------------------------------------


def test_lecture_graph(renderer):
    g = groups(lecture())
    assert g.boxes == {
        "n0": "input", "n1": "input", "n2": "input", "op3": "operation", "n3": "result",
        "op4": "operation", "n4": "result", "c5_0": "constant", "op5": "operation", "n5": "output",
    }  # fmt: skip
    assert set(g.edges) == {
        "n1-op3", "n2-op3", "op3-n3", "n0-op4", "n3-op4", "op4-n4", "c5_0-op5", "n4-op5", "op5-n5",
    }  # fmt: skip
    expected = {
        "n0": "a=5 dJ/da=3", "n1": "b=3 dJ/db=6", "n2": "c=2 dJ/dc=9", "n3": "u=6 dJ/du=3",
        "n4": "v=11 dJ/dv=3", "n5": "J=33 dJ/dJ=1", "c5_0": "3", "op3": TIMES, "op4": "+",
    }  # fmt: skip
    for key, text in expected.items():
        assert words(g.text[key]) == words(text)
    assert g.title["n3"] == "u = multiply(b, c)\nshape (), float64\nvalue 6\ndJ/du 3"


def test_before_backward_no_gradient_is_shown_not_zero(renderer):
    g = groups(lecture(backward=False))
    assert "dJ" not in g.all and "not computed" in g.title["n3"]
    assert words(g.all).count(words("gradient: not computed; J.backward() computes it")) == 1
    assert "computed" not in "".join(g.text.values())  # said once, not in every box
    g = groups(network(backward=False))
    assert "‖grad‖" not in g.all and words(g.all).count(words("gradient: not computed")) == 1


def test_a_constant_is_dashed_and_so_is_its_edge(renderer):
    g = groups(lecture())
    assert g.edges["c5_0-op5"].get("stroke-dasharray")
    assert not g.edges["n4-op5"].get("stroke-dasharray")
    box = next(e for e in g.root.iter(f"{SVG}g") if e.get("id") == "c5_0")
    assert any(shape.get("stroke-dasharray") for shape in box)


def test_wider_edges_for_larger_gradients(renderer):
    x = leaf(1.0)
    y = x * 1e-3
    z = y * 1e3
    z.backward()
    g = groups(draw(z))
    assert float(g.edges["n1-op2"].get("stroke-width")) > float(
        g.edges["n0-op1"].get("stroke-width")
    )


def test_operands_are_numbered_where_their_order_matters(renderer):
    p, q = leaf(2.0), leaf(3.0)
    assert "2nd" in groups(draw(p - q)).all
    assert "2nd" not in groups(draw(p * q)).all


def test_one_tensor_twice_has_two_edges(renderer):
    x = leaf(3.0)
    assert set(groups(draw(x * x)).edges) == {"n0-op1", "n0-op1-2", "op1-n1"}


def test_a_leaf_alone(renderer):
    x = leaf(3.0)
    assert words(groups(draw(x)).text["n0"]) == "x=3"
    w = leaf(np.ones((3, 4)))
    assert groups(draw(w)).boxes == {"out": "output"}


def test_a_leaf_that_nobody_holds():
    svg = draw(np.exp(Tensor(1.0, requires_grad=True))).svg
    assert "·: a leaf that nobody holds any more; its value is gone" in svg
    assert "value: gone; nobody holds this leaf any more" in svg
    assert "gone" not in draw(np.sin(Tensor(3.0, requires_grad=True))).svg  # sin saves 3


def test_data_makes_parameters_of_leaves(renderer):
    w, x = leaf(0.5), Tensor(2.0)
    g = groups(draw(w * x))
    assert g.boxes["n0"] == "parameter" and g.boxes["c1_1"] == "input"
    assert words(g.text["c1_1"]) == "x=2"


# -- arrays ---------------------------------------------------------------------------------------


def test_network(renderer):
    g = groups(network())
    assert list(g.boxes.values()).count("operation") == 6  # both x @ w + b in one
    first = next(text for text in g.text.values() if "w1" in text)
    for part in ("matmul", "w1", "(4, 5)", "add", "b1", "(5,)", "‖grad‖", "±"):
        assert words(part) in words(first)
    named = next(text for text in g.text.values() if "hidden" in text)
    assert "relu" in named
    assert words("loss=") in words(g.text["out"]) and words("dloss/dloss=1") in words(g.text["out"])
    assert "(8, 5)" in g.all and "(8, 3)" in g.all  # where the shape changes
    data = next(key for key, text in g.text.items() if "x" in text and "(8, 4)" in text)
    assert g.boxes[data] == "input"


def test_shapes_values_and_gradients_can_be_left_out(renderer):
    w = leaf(np.arange(12.0).reshape(3, 4))
    y = np.tanh(w).sum()
    y.backward()
    everything = groups(draw(y)).all
    assert "(3, 4)" in everything and "±" in everything and "‖grad‖" in everything
    nothing = groups(draw(y, shapes=False, statistics=False, gradients=False)).all
    assert "(3, 4)" not in nothing and "±" not in nothing and "grad" not in nothing
    assert "‖grad‖" not in groups(draw(y, gradients=False)).all
    assert "tanh" in nothing
    assert words(groups(draw(y, values=False)).text["out"]) == words("y dy/dy = 1")


def test_chains_of_one_input_share_a_box_unless_full(renderer):
    x = leaf(np.ones(10))
    y = np.exp(np.sin(np.cos(np.tanh(x * x)))).sum()
    merged, full = groups(draw(y)), groups(draw(y, full=True))
    assert len(merged.boxes) == 4 and len(full.boxes) == 8
    chain = next(text for text in merged.text.values() if "tanh" in text)
    assert [w for w in chain.split() if w.isalpha()][:5] == ["tanh", "cos", "sin", "exp", "sum"]


def test_a_parameter_used_twice_has_a_box_of_its_own(renderer):
    w = leaf(np.ones((4, 4)))
    g = groups(draw(((w @ w) @ w).sum()))
    assert g.boxes["n0"] == "parameter" and {"n0-n1", "n0-n1-2", "n0-n2"} <= set(g.edges)


def test_parameters_are_seen_through_transposes(renderer):
    x, w = Tensor(np.ones((2, 3))), leaf(np.ones((4, 3)))
    g = groups(draw(relu(x @ w.T)))
    assert any(words("w (4, 3) transpose") in words(text) for text in g.text.values())


def test_large_scalar_graphs_are_drawn_by_operations(renderer):
    g = groups(draw(rambling(leaf(1.0), 60)))
    assert "out" in g.boxes and len(g.boxes) == 61


def test_several_outputs(renderer):
    @primitive
    def halves(x):
        return x[:2], x[2:]

    halves.vjp(x=lambda g: np.concatenate(g))
    p, q = halves(leaf(np.arange(4.0)))
    y = (p * q).sum()
    y.backward()
    g = groups(draw(y))
    assert any("halves" in text for text in g.text.values())
    assert any("output 0" in text for text in g.text.values())


def test_a_checkpoint_is_one_operation(renderer):
    w, x = leaf(np.ones((3, 3))), leaf(np.ones((2, 3)))
    y = checkpoint(lambda x, w: np.tanh(x @ w))(x, w).sum()
    y.backward()
    g = groups(draw(y))
    assert not any("output" in text for text in g.text.values())
    assert set(g.boxes.values()) == {"operation", "output"}


def test_arrays_among_the_tensors_of_a_list(renderer):
    t, data = leaf(np.ones(3)), np.zeros(9)
    g = groups(draw(np.concatenate([data, t, np.ones((4,))])))
    (joined,) = (key for key, kind in g.boxes.items() if kind == "operation")
    assert sum(edge.split("-")[1] == joined for edge in g.edges) == 1  # the others are rows
    assert "(9,)" in g.all and "(4,)" in g.all


def test_small_matrices_are_written_in_rows(renderer):
    m = leaf(np.array([[1.0, -20.0], [3.0, 4.0], [0.5, 6.0]]))
    y = np.exp(m) * 0.0
    text = groups(draw(y)).all
    for row in ("[1,-20]", "[3,4]", "[0.5,6]"):
        assert row in words(text)
    assert "  " not in text  # of these browsers show one
    kernel = leaf(np.ones((1, 2, 1, 2)))
    assert "[1, 1, 1, 1]" in groups(draw(np.sin(kernel))).all


ARIAL = {".": 278, "-": 333, ",": 278, "[": 278, "]": 278, " ": 278}


@pytest.mark.parametrize(
    "m",
    [
        [[-1.25, 0.333], [10.0, -0.00123], [3.0, -12.5]],
        [[1.5, -2e-5, 111.0], [0.25, 1.0, -3e6]],
        [[np.inf, 1.0], [-np.inf, np.nan]],
    ],
)
def test_columns_of_a_small_matrix_stand_under_each_other(m):
    widths = ARIAL | {"i": 222, "f": 278}  # in thousandths; digits and the others have 556
    ends = [
        sum(widths.get(c, 556) for c in number.rstrip(","))
        for row in wording.listing(np.array(m))
        for number in re.split(r"(?<=,) ", row.strip("[]"))
    ]
    columns = [ends[k :: len(m[0])] for k in range(len(m[0]))]
    assert all(max(column) - min(column) <= 120 for column in columns)  # in pixels, 1 of 11


def test_a_parameter_of_many_operations_is_a_row_of_each(renderer):
    w, x = leaf(np.eye(3)), Tensor(np.ones((2, 3)))
    h = x
    for f in (np.tanh, np.sin, np.exp, np.cos, np.arctan):
        h = f(h @ w)
    g = groups(draw(h))
    tied = [
        key for key, text in g.text.items() if words(f"w (3, 3) {TIMES}5, the same") in words(text)
    ]
    assert len(tied) == 5


# -- names ----------------------------------------------------------------------------------------


def test_names_in_their_order():
    x, y = leaf(1.0), leaf(2.0, name="own")
    held = [leaf(3.0)]
    _hidden = x + y + held[0]
    text = draw(_hidden * 1.0, names={"given": x}).dot
    for name in ("given", "own", "held[0]"):
        assert f"<B>{name}</B>" in text
    for name in ("x", "y", "_hidden"):
        assert f"<B>{name}</B>" not in text


def test_names_in_nested_lists_and_dicts():
    w = [[leaf(1.0), leaf(2.0)], [leaf(3.0)]]
    layers = {"out": (leaf(4.0),)}
    layers["self"] = layers  # a list or dict may hold itself
    text = draw((w[0][0] + w[0][1]) * w[1][0] * layers["out"][0]).dot
    for name in ("w[0][0]", "w[0][1]", "w[1][0]", "layers['out'][0]"):
        assert f"<B>{html.escape(name)}</B>" in text


def test_the_package_draws_too():
    from autograd import draw as package

    J = leaf(1.0) * 2.0
    assert package(J).dot == package.draw(J).dot == autograd.draw(J).dot


def test_names_of_modules():
    class Scale:
        def __init__(self):
            self.factor = leaf(2.0)

        def named_parameters(self):
            yield "factor", self.factor

        def __call__(self, x):
            return x * self.factor

    class Broken:
        def named_parameters(self):
            raise AttributeError("not ready")

    module, other = Scale(), Broken()
    assert isinstance(other, Broken)  # a variable here, as in a notebook
    assert "<B>factor</B>" in draw(Scale(), 3.0).dot
    y = module(3.0)
    assert "<B>module.factor</B>" in draw(y).dot


def test_the_method_finds_the_names_of_its_caller():
    a, b = leaf(2.0), leaf(3.0)
    product = a * b
    for text in (product.draw().dot, draw(product).dot):
        assert all(f"<B>{name}</B>" in text for name in ("a", "b", "product"))


def test_an_array_that_was_copied_is_found_by_its_values():
    images, w = np.random.default_rng(0).normal(size=(5, 4)), leaf(np.ones((4, 2)))
    assert "<B>images</B>" in draw(images @ w).dot


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_modules(renderer, name):
    layers = {name: Sequential({"a": np.tanh, "b": np.sin}), "last": Sequential(np.cos)}
    net = Sequential({"net": Sequential(layers), "head": np.exp})
    x = leaf(np.ones((3, 4)))
    f = Sequential({name: Sequential({"w": lambda x: (np.tanh(x) * x) @ x.T}), "out": np.exp})
    for drawing in (draw(net, x), draw(f, x), draw(f, x, fold="*")):
        assert groups(drawing).boxes
    assert words(name) in words(groups(draw(f, x, fold="*")).all)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("shape", [(), (3, 4)])
def test_hostile_names(renderer, name, shape):
    t = leaf(np.ones(shape), name=name)
    y = np.tanh(t)
    y.name = name
    y.backward(np.ones(shape))
    for theme in ("light", "auto"):
        g = groups(draw(y, theme=theme))
        assert any(words(text).startswith(words(name)) for text in g.text.values())
        assert any(f"tanh({name})" in (title or "") for title in g.title.values())


def test_names_that_cannot_be_written(renderer):
    t = leaf(1.0, name="line\nbreak \x00\x1b\ud800 tab\t!")
    assert words(groups(draw(np.exp(t))).text["n0"]).startswith("linebreaktab!=1")
    empty = leaf(2.0, name=" \n")
    assert words(groups(draw(np.exp(empty))).text["n0"]).startswith("empty=2")
    number = leaf(2.0, name=7)
    assert words(groups(draw(np.exp(number))).text["n0"]).startswith("7=2")


def test_long_names_are_cut_in_the_middle(renderer):
    t = leaf(1.0, name="first" + "x" * 100 + "last")
    g = groups(draw(np.exp(t)))
    assert "..." in g.text["n0"] and g.text["n0"].startswith("first") and "last" in g.text["n0"]
    assert t.name in g.title["n0"]


# -- gradients ------------------------------------------------------------------------------------


def test_gradients_of_results_that_nobody_holds():
    x = leaf(2.0)
    y = (x * 3.0 + 1.0) * x
    y.backward()
    text = draw(y).dot
    assert text.count("grad = 2<") == 2 and "dy/dx = 13<" in text  # of 3x and of 3x + 1
    assert x.grad == 13 and y.grad == 1


def test_gradients_that_are_not_of_this_root_are_called_grad():
    x = leaf(2.0)
    y, z = x * 3.0, x * 5.0
    y.backward()
    y.backward()
    assert "grad = 6" in draw(y).dot and "dy/dx" not in draw(y).dot
    assert "dz/dx" not in draw(z).dot and "maybe from several" in draw(z).dot


def test_hooks_are_not_called_for_a_drawing():
    x, calls = leaf(2.0), []
    u = x * x
    u.register_hook(calls.append)
    y = np.exp(u * 0.5)
    y.backward()
    assert len(calls) == 1
    assert "gradient: not kept" in draw(y).dot
    assert len(calls) == 1


def test_a_leaf_changed_since_backward():
    x = leaf(2.0)
    y = x * x * x
    y.backward()
    with no_grad():
        x.assign(5.0)
    text = draw(y).dot
    assert "= 12" in text and "gradient: not kept" in text


def test_values_that_are_no_ordinary_numbers():
    with np.errstate(all="ignore"):
        x = leaf(np.array([0.0, -1.0, 1e300, np.nan, np.inf, 5, 6, 7]))
        y = np.log(x * x) * 1e10
        y.backward(np.ones(8))
    z = leaf(np.array([1 + 2j, 3j]))
    for t in (y, np.exp(z), (leaf(np.zeros((0, 3))) * 2.0)):
        assert isinstance(draw(t).svg, str)
    assert "-0" not in draw(leaf(-0.0) * 0.0).dot.replace("-0.", "")


# -- too large, or not at all ---------------------------------------------------------------------


def test_a_graph_of_100_000_nodes_is_a_table():
    x = leaf(1.0)
    y = x
    for _ in range(50_000):
        y = y * 0.999 + x
    start = time.process_time()
    drawing = draw(y)
    text = repr(drawing)
    assert time.process_time() - start < 2
    for part in ("100,000 operations on 1 leaf", "50,000 add", "longest path", "too large"):
        assert part in text
    assert "50,000 multiply" in groups(drawing).all
    assert set(drawing._repr_mimebundle_()) == {"text/plain", "image/svg+xml", "text/html"}


def test_more_than_400_boxes_only_in_full(graphviz):
    x = leaf(np.ones(3))
    y = rambling(x, 450)
    assert "full=True" in repr(draw(y))
    drawing = draw(y, full=True)
    assert repr(drawing) == "<Drawing of y: 450 operations on 1 leaf>"
    assert len(groups(drawing).boxes) == 451


@pytest.mark.parametrize(("steps", "drawn"), [(80, True), (300, False)])
def test_tangled_graphs_do_not_hang(graphviz, steps, drawn):
    states = [np.tanh(leaf(np.ones(3)))]
    for f in unrepeated(steps):
        states.append(f(states[-1]) * 2.0)
    y = np.concatenate(states).sum()
    start = time.process_time()
    drawing = draw(y, full=True)
    assert len(groups(drawing).boxes) > steps if drawn else "too tangled" in repr(drawing)
    assert time.process_time() - start < 10


def test_without_graphviz_150_boxes_are_drawn_and_no_more(nothing):
    x = leaf(np.ones(3))
    assert len(groups(draw(rambling(x, 140))).boxes) == 141
    drawing = draw(rambling(x, 160))
    with pytest.raises(RenderError, match=r'pip install "chalkgrad\[viz\]"'):
        _ = drawing.svg
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/plain"} and 'pip install "chalkgrad[viz]"' in bundle["text/plain"]
    assert drawing.dot.startswith("digraph")


def test_a_program_that_fails_is_no_obstacle(monkeypatch):
    monkeypatch.setattr(render, "programs", lambda: ["/nowhere/dot"])
    assert len(groups(lecture()).boxes) == 10
    with pytest.raises(RenderError, match="nowhere"):
        lecture().save("graph.png")


def test_the_next_program_is_tried(monkeypatch):
    monkeypatch.setattr(render.shutil, "which", lambda name: "/nowhere/dot")
    assert len(render.programs()) == 2
    assert lecture().svg.count('class="graph"') == 1  # Graphviz's, not our own layout


def test_dot_on_the_path_comes_first(monkeypatch):
    monkeypatch.setattr(render.shutil, "which", lambda name: "/usr/bin/dot")
    assert render.programs()[0] == "/usr/bin/dot"
    assert "graphviz-pure" in render.programs()[1]


def test_a_repr_never_raises(monkeypatch):
    drawing = lecture()
    monkeypatch.setattr(render, "programs", list)
    monkeypatch.setattr(sketch, "svg", lambda *args: 1 / 0)
    assert set(drawing._repr_mimebundle_()) == {"text/plain"}
    assert repr(drawing) == "<Drawing of J: 3 operations on 3 leaves>"


def test_a_drawing_holds_nothing_of_the_graph():
    x = leaf(1.0)
    y = x * 2.0
    drawing = draw(y)
    before = drawing.dot
    with no_grad():
        x.assign(7.0)
    del y
    assert drawing.dot == before


def test_errors_say_what_to_do():
    x = leaf(1.0)
    y = x * 2.0
    for call, kind, match in (
        (lambda: draw(Tensor(1.0)), GraphError, "requires grad"),
        (lambda: draw(3.0), DtypeError, "a Tensor, a module or a function, got float"),
        (lambda: draw(y, 3.0), DtypeError, "inputs go with"),
        (lambda: draw(lambda: (y, y)), DtypeError, "one Tensor"),
        (lambda: draw(np.sin, 3.0), DtypeError, "sin returned float64; .*that require grad"),
        (lambda: draw(y, direction="up"), ValueRangeError, "LR, TB, auto"),
        (lambda: draw(y, theme="red"), ValueRangeError, "light, dark, auto"),
        (lambda: draw(y, names={y: "y"}), DtypeError, "name -> Tensor"),
        (lambda: draw(y, names=["y"]), DtypeError, "a dict"),
    ):
        with pytest.raises(kind, match=match):
            call()
    release(y.node, "SGD.step()")
    with pytest.raises(GraphError, match=r"SGD.step\(\) has released"):
        draw(y)


def test_a_graph_released_further_down_says_so():
    x = leaf(1.0)
    h = np.tanh(x)
    y = h * 2.0
    release(h.node, "SGD.step()")
    assert "SGD.step() has released what tanh was computed from" in draw(y).dot


# -- look, files, notebooks -----------------------------------------------------------------------


def test_themes(renderer):
    x = leaf(2.0)
    y = x * x
    light, dark, auto = (draw(y, theme=t).svg for t in ("light", "dark", "auto"))
    ground = [
        next(e for e in ElementTree.fromstring(s).iter() if e.get("fill")).get("fill")
        for s in (light, dark, auto)
    ]
    assert ground == [LIGHT.page, DARK.page, LIGHT.page]
    assert "prefers-color-scheme" in auto and "prefers-color-scheme" not in light + dark
    colors = {e.get(k) for e in ElementTree.fromstring(auto).iter() for k in ("fill", "stroke")}
    for color in {c for c in colors if c and c.startswith("#")}:
        assert f'="{color}"]' in auto  # so all of them turn dark


def test_the_svg_scales_and_is_opaque(renderer):
    root = groups(lecture()).root
    assert root.get("viewBox").split()[2:] == [root.get("width"), root.get("height")]
    assert "max-width" in root.get("style") and root.get("role") == "img"
    assert root.get("aria-label") == "J: 3 operations on 3 leaves"


def test_nothing_overlaps_in_our_own_layout(nothing):
    for drawing in (lecture(), network()):
        boxes = []
        for g in ElementTree.fromstring(drawing.svg).iter(f"{SVG}g"):
            if g.get("class", "").startswith("node"):
                shape = next(e for e in g if e.tag != f"{SVG}title")
                boxes.append(extent(shape))
        for k, (left, right, top, bottom) in enumerate(boxes):
            for other in boxes[:k]:
                beside = right < other[0] or other[1] < left
                assert beside or bottom < other[2] or other[3] < top


def extent(shape):
    get = {
        k: float(v) for k, v in shape.attrib.items() if k in "x y width height cx cy rx ry".split()
    }
    if shape.tag == f"{SVG}ellipse":
        return (
            get["cx"] - get["rx"], get["cx"] + get["rx"],
            get["cy"] - get["ry"], get["cy"] + get["ry"],
        )  # fmt: skip
    return get["x"], get["x"] + get["width"], get["y"], get["y"] + get["height"]


def test_directions(renderer):
    x = leaf(2.0)
    y = x * x
    wide, tall = (
        [float(v) for v in groups(draw(y, direction=d)).root.get("viewBox").split()[2:]]
        for d in ("LR", "TB")
    )
    assert wide[0] >= tall[0] and wide[1] < tall[1]


def test_long_graphs_of_numbers_run_from_top_to_bottom():
    x = leaf(0.5)
    assert "rankdir=TB" in draw(rambling(x, 12)).dot
    assert "rankdir=LR" in draw(np.exp(x)).dot and "rankdir=LR" in lecture().dot


def test_long_networks_run_from_top_to_bottom():
    x = leaf(np.ones((3, 3)))
    y = rambling(x, 20)
    assert "rankdir=TB" in draw(y).dot and "rankdir=LR" in draw(x @ x).dot
    assert "rankdir=LR" in draw(y, direction="LR").dot


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("svg", b"<svg"), ("html", b"<!DOCTYPE html>"), ("dot", b"digraph {"), ("png", b"\x89PNG")],
)
def test_save(graphviz, tmp_path, suffix, start):
    path = tmp_path / f"graph.{suffix}"
    path.write_text("an older one")
    assert lecture().save(str(path)) == path
    assert path.read_bytes().startswith(start)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_save_refuses_what_it_does_not_know(tmp_path):
    for name in ("graph.pdf", "graph"):
        with pytest.raises(ValueRangeError, match=r"\.dot, \.html, \.png, \.svg"):
            lecture().save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_a_script_does_in_the_place_of_show():
    with pytest.raises(AttributeError, match=r"'show': .* a script saves it, drawing\.save\("):
        lecture().show()


def test_save_is_whole_or_not_at_all(nothing, tmp_path):
    path = tmp_path / "graph.png"
    path.write_text("an older one")
    with pytest.raises(RenderError, match="pip install"):
        lecture().save(path)
    assert path.read_text() == "an older one" and len(list(tmp_path.iterdir())) == 1


def test_norms_of_numbers_whose_squares_have_no_place_among_doubles():
    v = np.arange(1.0, 11.0)
    for scale in (1e-170, 1e-320, 1e200):
        w = v * scale
        assert np.isclose(wording.norm(w) / scale, np.linalg.norm(w / scale), rtol=1e-3)
        assert np.isclose(wording.moments(w)[1] / scale, np.std(w / scale), rtol=1e-3)
    assert wording.norm(np.array([1.0, np.inf])) == np.inf and wording.norm(np.zeros(0)) == 0
    assert np.isnan(wording.norm(np.array([np.inf, np.nan])))
    x = leaf(v)
    y = (x * 1e-170).sum()
    y.backward()
    assert "‖grad‖ 3.16e-170" in draw(y).dot


def test_tiny_gradients_of_several_passes():
    x = leaf(1.0)
    y = x * 1e-12
    y.backward()
    assert "dy/dx = 1e-12" in draw(y).dot
    y.backward()
    assert "dy/dx" not in draw(y).dot and "grad = 2e-12" in draw(y).dot


def test_leaves_that_were_changed_since_are_named():
    a, b = (Tensor(v, requires_grad=True) for v in (2.0, [3.0, 4.0]))
    J = (a + b).sum()
    said = "changed in place since the results were computed: "
    assert said not in draw(J).svg
    with no_grad():
        a *= 10
    assert f"{said}a<" in draw(J).svg
    with no_grad():
        b[0] = 1.0
    assert f"{said}a, b<" in draw(J).svg and said not in draw((a + b).sum()).svg


def test_notebooks(renderer):
    bundle = lecture()._repr_mimebundle_()
    assert bundle["text/plain"] == "<Drawing of J: 3 operations on 3 leaves>"
    assert bundle["image/svg+xml"].startswith("<svg")
    page = ElementTree.fromstring(bundle["text/html"])
    picture = page.find("object")
    assert picture.get("data") == picture.find("img").get("src")
    assert picture.find("img").get("alt")


def test_a_notebook_is_not_filled_with_megabytes(monkeypatch, graphviz):
    monkeypatch.setattr("autograd.draw.drawing.LARGEST", 1000)
    bundle = lecture()._repr_mimebundle_()
    assert set(bundle) == {"text/plain"} and ".save(" in bundle["text/plain"]


def test_importing_is_quick():
    code = (
        "import sys, autograd.draw; "
        "assert not {'graphviz', 'xml', 'importlib.metadata'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_modules_of_nn():
    model, images = lenet5(), Tensor(np.zeros((2, 1, 28, 28)))
    text = draw(model, images).dot
    for part in ("conv1.weight", "fc3.bias", "(2, 6, 28, 28)", "<B>images</B>", "max_pool"):
        assert part in text
