"""Graphs to draw, and drawings taken apart."""

from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np

from autograd.draw import draw
from autograd.ops import relu
from autograd.tensor import Tensor

SVG = "{http://www.w3.org/2000/svg}"


def leaf(value, name=None):
    return Tensor(value, requires_grad=True, name=name)


def lecture(backward=True):
    a, b, c = leaf(5.0), leaf(3.0), leaf(2.0)
    u = b * c
    v = a + u
    J = 3 * v
    if backward:
        J.backward()
    return draw(J)


def network(backward=True):
    r = np.random.default_rng(0)
    x, y = Tensor(r.normal(size=(8, 4))), Tensor(r.normal(size=(8, 3)))
    w1, b1 = leaf(r.normal(size=(4, 5))), leaf(np.zeros(5))
    w2, b2 = leaf(r.normal(size=(5, 3))), leaf(np.zeros(3))
    hidden = relu(x @ w1 + b1)
    loss = np.mean((hidden @ w2 + b2 - y) ** 2)
    if backward:
        loss.backward()
    return draw(loss)


def groups(drawing) -> SimpleNamespace:
    """Boxes and edges by id; in ``text`` the words of each box, in ``title`` its tooltip."""
    root = ElementTree.fromstring(drawing.svg)
    found = SimpleNamespace(boxes={}, edges={}, text={}, title={}, root=root)
    for g in root.iter(f"{SVG}g"):
        kind = g.get("class", "").split()
        if kind[:1] == ["node"]:
            key = g.get("id")
            assert key not in found.boxes
            found.boxes[key] = kind[1]
            found.text[key] = "\n".join("".join(t.itertext()) for t in g.iter(f"{SVG}text"))
            found.title[key] = g.findtext(f"{SVG}title")
        elif kind == ["edge"]:
            assert g.get("id") not in found.edges
            found.edges[g.get("id")] = g.find(f"{SVG}path")
    found.all = "\n".join("".join(t.itertext()) for t in root.iter(f"{SVG}text"))
    return found


def words(text) -> str:
    """Text without the breaks that a renderer puts between runs."""
    return "".join(text.split())


def unrepeated(n):
    """n functions of which no stretch is ever repeated right away: Thue's word without squares."""
    word = "a"
    while len(word) < n:
        word = "".join({"a": "abc", "b": "ac", "c": "b"}[letter] for letter in word)
    return [{"a": np.tanh, "b": np.sin, "c": np.cos}[letter] for letter in word[:n]]


def rambling(x, steps):
    """A long computation in which nothing is repeated."""
    y = x
    for f in unrepeated(steps // 2):
        y = f(y + x)
    return y
