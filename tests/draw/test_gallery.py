"""The gallery of the docs: its page is up to date, and its examples draw."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.draw.pictures import groups

SCRIPT = Path(__file__).parents[2] / "docs" / "gallery.py"


def _gallery():
    spec = importlib.util.spec_from_file_location("gallery", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GALLERY = _gallery()


def test_the_page_is_up_to_date():
    assert (SCRIPT.parent / "gallery.md").read_text(encoding="utf-8") == GALLERY.page()
    pictures = {path.stem for path in (SCRIPT.parent / "gallery").glob("*.svg")}
    assert pictures == {example.__name__ for example in GALLERY.GALLERY}


@pytest.mark.parametrize("example", GALLERY.GALLERY)
def test_examples_draw_what_the_page_shows(example, graphviz):
    drawing = GALLERY.drawn(example)
    stored = (SCRIPT.parent / "gallery" / f"{example.__name__}.svg").read_text(encoding="utf-8")
    g, shown = groups(drawing), groups(SimpleNamespace(svg=stored))
    assert g.boxes and len(drawing.svg) < 100_000
    assert (g.boxes, set(g.edges)) == (shown.boxes, set(shown.edges))


def test_examples_do_not_depend_on_what_was_drawn_before(graphviz):
    first = GALLERY.drawn(GALLERY.perceptron)
    GALLERY.drawn(GALLERY.branches)
    assert GALLERY.drawn(GALLERY.perceptron).svg == first.svg


def test_it_draws_with_the_checkout_that_it_lies_in(tmp_path):
    other = tmp_path / "autograd"
    other.mkdir()
    (other / "__init__.py").write_text("raise RuntimeError('another one')")
    command, env = [sys.executable, str(SCRIPT), "--check"], os.environ | {"PYTHONPATH": tmp_path}
    subprocess.run(command, env=env, check=True)
