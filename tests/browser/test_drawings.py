"""Drawings in a browser: every text inside its box, light and dark, at a notebook's width."""

import numpy as np
import pytest

from autograd import Tensor
from autograd.draw import draw, render
from autograd.draw.theme import DARK, LIGHT
from nn.models import lenet5
from tests.browser.conftest import prefer
from tests.browser.test_stepper import color
from tests.browser.walks import leaf

OUTSIDE = """
return [...document.querySelectorAll("g.node")].flatMap((g) => {
  const shape = g.querySelector("ellipse, polygon, path, rect").getBoundingClientRect();
  return [...g.querySelectorAll("text")].filter((t) => {
    const a = t.getBoundingClientRect();
    return a.left < shape.left - 1 || a.right > shape.right + 1
        || a.top < shape.top - 3 || a.bottom > shape.bottom + 3;
  }).map((t) => `${g.id}: ${t.textContent}`);
});"""


def lecture(**options):
    a, b, c = leaf(5.0), leaf(3.0), leaf(2.0)
    u = b * c
    v = a + u
    J = 3 * v
    J.backward()
    return draw(J, **options)


def logistic(**options):
    w, b = leaf(0.5), leaf(0.1)
    x, t = Tensor(2.0, name="x"), Tensor(1.0, name="t")
    y = 1 / (1 + np.exp(-(w * x + b)))
    E = -(t * np.log(y) + (1 - t) * np.log(1 - y))
    E.backward()
    return draw(E, **options)


def network(**options):
    model = lenet5()
    y = model(np.zeros((2, 1, 28, 28), np.float32))
    loss = (y * y).mean()
    loss.backward()
    return draw(loss, **options)


@pytest.mark.parametrize("name", ["lecture", "logistic", "network"])
@pytest.mark.parametrize("renderer", ["graphviz", "own"])
def test_text_stays_in_its_box(page, tmp_path, shots, monkeypatch, name, renderer):
    if renderer == "own":
        monkeypatch.setattr(render, "programs", list)
    page.get(globals()[name]().save(tmp_path / "drawing.svg").as_uri())
    assert page.execute_script("return document.querySelectorAll('g.node text').length") > 10
    page.save_screenshot(str(shots / f"draw-{name}-{renderer}.png"))
    assert page.execute_script(OUTSIDE) == []


@pytest.mark.parametrize("scheme, theme", [("light", LIGHT), ("dark", DARK)])
def test_the_readers_theme(page, tmp_path, shots, scheme, theme):
    prefer(page, scheme)
    page.get(lecture(theme="auto").save(tmp_path / "drawing.html").as_uri())
    assert color(page, "body", "backgroundColor") == theme.page
    assert color(page, "svg > rect") == theme.page
    assert color(page, ".node.input > path, .node.input > rect") == theme.kinds["input"].fill
    page.save_screenshot(str(shots / f"draw-{scheme}.png"))


def test_as_a_notebook_shows_it(page, tmp_path):
    output = network()._repr_mimebundle_()["text/html"]
    (tmp_path / "output.html").write_text(f"<!DOCTYPE html><html><body>{output}</body></html>")
    page.get((tmp_path / "output.html").as_uri())
    shown = "return document.querySelector('object').getBoundingClientRect().width"
    assert page.execute_script(shown) > 200
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
