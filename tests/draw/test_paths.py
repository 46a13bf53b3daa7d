"""What goes back along each arrow, the graph of the derivatives, and findings in colour."""

from types import SimpleNamespace

import numpy as np
import pytest

import autograd
import nn
from autograd import gradients
from autograd.draw import draw
from autograd.errors import DtypeError, GraphError, ShapeError, ValueRangeError
from autograd.ops import relu
from autograd.tensor import Tensor
from tests.draw.pictures import SVG, groups, leaf, words


def label(g, edge) -> str:
    """The words on an arrow."""
    group = next(e for e in g.root.iter(f"{SVG}g") if e.get("id") == edge)
    return words(" ".join("".join(t.itertext()) for t in group.iter(f"{SVG}text")))


def test_contributions_and_their_sum(renderer):
    x = leaf(2.0)
    u = x * x
    L = u * x + 3.0 * x
    L.backward()
    g = groups(draw(L, paths=True))
    assert label(g, "n0-op1") == label(g, "n0-op1-2") == "2·2=4"  # dL/du, du/dx
    assert label(g, "n1-op2") == "1·2=2" and label(g, "n0-op2") == "1·4=4"
    assert label(g, "n0-op3") == "1·3=3" and label(g, "op1-n1") == ""
    assert words(g.text["n0"]) == "x=2dL/dx=4+4+4+3=15"
    assert words(g.text["n1"]) == "u=4dL/du=2"
    assert x.grad == 15


def test_contributions_need_no_backward_and_store_nothing():
    x = leaf(2.0)
    y = np.exp(-x)
    text = draw(y, paths=True).dot
    assert "· (-1) = -0.1353" in text and x.grad is None and y.grad is None


def test_contributions_that_are_no_products():
    x = leaf(0.0)
    y = np.sqrt((x + 0.0) * 2.0)
    with np.errstate(all="ignore"):
        text = draw(y, paths=True).dot
    assert "> 1 · inf = inf <" in text and text.count("> inf <") == 2 and "nan" not in text
    z = leaf(1 + 2j)
    y = np.real(np.conj(z * (2 - 1j)) * (3 + 1j))
    text = draw(y, paths=True).dot
    assert "> 3-1j <" in text and "> 5-5j <" in text and text.count("·") == 1  # in the legend


def test_contributions_in_arrays(renderer):
    r = np.random.default_rng(0)
    x, w = leaf(r.normal(size=(5, 4))), leaf(r.normal(size=(4, 4)))
    h = np.tanh(x @ w)
    L = (h * h.sum(axis=0)).sum() + (h**3).sum()
    g = groups(draw(L, paths=True))
    a, b, c = (
        np.linalg.norm(gradients(part, h))
        for part in (
            (h * h.sum(axis=0).detach()).sum(), (h.detach() * h.sum(axis=0)).sum(), (h**3).sum()
        )
    )  # fmt: skip
    said = next(text for text in g.text.values() if "3 paths" in text)
    for norm in (a, b, c):
        assert f"{norm:.3g}" in said
    assert any(f"‖·‖{c:.3g}" in label(g, edge) for edge in g.edges)
    assert words(f"‖grad‖ {np.linalg.norm(gradients(L, h)):.3g}") in words(said)


def test_contributions_to_what_is_folded_are_added_up(renderer):
    x = leaf(np.arange(8.0))
    block = nn.Sequential(lambda x: np.sin(x) * x, np.exp)
    net = nn.Sequential({"block": block, "end": lambda y: (np.tanh(y) * y).sum()})
    part = np.linalg.norm(gradients(net(x), x))
    g = groups(draw(net, x, paths=True, fold="block"))
    (arrow,) = (edge for edge in g.edges if edge.startswith("n0-"))
    assert label(g, arrow) == words(f"‖·‖ {part:.3g}")


def test_the_wider_arrow_carries_more(renderer):
    x = leaf(1.0)
    y = x * 1e-3 + x * 1e3
    g = groups(draw(y, paths=True))
    width = {edge: float(path.get("stroke-width", 1)) for edge, path in g.edges.items()}
    assert width["n0-op1"] == 0.6 and width["n0-op2"] == 3.0


def test_paths_of_a_tensor_with_several_elements():
    for option in ({"paths": True}, {"backward": True}):
        with pytest.raises(ShapeError, match=r"one element, got shape \(3,\)"):
            draw(leaf(np.ones(3)) * 2.0, **option)


def test_paths_when_the_graph_is_gone():
    from autograd.graph import release

    x = leaf(1.0)
    h = np.tanh(x)
    y = h * 2.0
    release(h.node, "SGD.step()")
    with pytest.raises(GraphError, match="has released"):
        draw(y, paths=True)


# -- derivatives ----------------------------------------------------------------------------------


def test_the_graph_of_the_derivatives(renderer):
    a, b, c = leaf(5.0), leaf(3.0), leaf(2.0)
    J = 3.0 * (a + b * c) ** 2
    drawing = draw(J, backward=True)
    assert repr(drawing).startswith("<Drawing of the derivatives of J:")
    g = groups(drawing)
    outputs = {words(g.text[k]) for k, kind in g.boxes.items() if kind == "output"}
    assert outputs == {"dJ/da=66", "dJ/db=132", "dJ/dc=198"}
    assert a.grad is None and "not computed" not in g.all


def test_derivatives_that_depend_on_nothing(renderer):
    a, b = leaf(5.0), leaf(3.0)
    J = 3.0 * (a + b)
    g = groups(draw(J, backward=True))
    assert {words(t) for t in g.text.values()} == {"dJ/da=3", "dJ/db=3"}


def test_derivatives_of_arrays(renderer):
    w, x = leaf(np.ones((3, 2))), np.ones((4, 3))
    loss = np.mean(np.tanh(x @ w) ** 2)
    g = groups(draw(loss, backward=True))
    (output,) = (t for k, t in g.text.items() if g.boxes[k] == "output")
    assert words("dloss/dw (3, 2)") in words(output)


# -- findings -------------------------------------------------------------------------------------


def audited(**status):
    x, w = Tensor(np.ones((2, 3))), leaf(np.ones((3, 3)))
    h = np.tanh(x @ w)
    y = (relu(h) * 2.0).sum()
    nodes = {"tanh": h.node, "sum": y.node}
    found = SimpleNamespace(status={nodes[k]: word for k, word in status.items()})
    return draw(y, audit=found)


def test_an_audit_colours_what_fails(renderer):
    g = groups(audited(tanh="failed", sum="ok"))
    failed = next(key for key, text in g.text.items() if "tanh" in text)
    assert words("derivative is wrong") in words(g.text[failed])
    box = next(e for e in g.root.iter(f"{SVG}g") if e.get("id") == failed)
    assert any(e.get("fill") == "#FBD9D3" and e.get("stroke") == "#B3261E" for e in box.iter())
    assert "audit: failed" in g.title[failed] and "failed" in g.all.split("\n")
    assert not any("derivative is wrong" in t for k, t in g.text.items() if k != failed)


def test_audits_that_are_none():
    with pytest.raises(DtypeError, match="what autograd.audit"):
        draw(leaf(1.0) * 2.0, audit="all")
    with pytest.raises(ValueRangeError, match="'great' is none of failed, kink, unchecked, ok"):
        audited(tanh="great")


def test_a_profile_says_where_the_time_goes(renderer):
    x, w = Tensor(np.ones((64, 64))), leaf(np.ones((64, 64)))
    with autograd.profile() as p:
        loss = np.tanh(x @ w).sum()
        loss.backward()
    rows = p.nodes().values()
    shares = sorted(f"{row.total / sum(r.total for r in rows):.0%}" for row in rows)
    g = groups(draw(loss, profile=p))
    said = [text.split("\n")[0] for key, text in g.text.items() if g.boxes[key] == "operation"]
    assert sorted(text.split(", ")[1] for text in said) == shares
    assert "20 % of the time or more" in g.all
    assert any("forward" in title and "bytes kept" in title for title in g.title.values())
    for options, kind in (
        ({"profile": 3}, DtypeError),
        ({"profile": p, "audit": p}, ValueRangeError),
    ):
        with pytest.raises(kind, match="draw: "):
            draw(loss, **options)


def test_the_audit_of_autograd():
    x = leaf(2.0)
    y = np.sin(x) * x
    text = draw(y, audit=autograd.audit(y)).dot
    assert "#E3F4EC" in text and "audit: ok" in text
