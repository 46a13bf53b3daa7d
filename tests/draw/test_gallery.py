"""The gallery of the docs: its page is up to date, and its examples draw."""

import importlib.util
from pathlib import Path

import pytest

from tests.draw.pictures import groups

SCRIPT = Path(__file__).parents[2] / "docs" / "gallery.py"
LARGE = {"resnet", "resnet_open"}  # test_modules draws them


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


@pytest.mark.parametrize("example", [e for e in GALLERY.GALLERY if e.__name__ not in LARGE])
def test_examples_draw(example, graphviz):
    drawing = example()
    assert groups(drawing).boxes and len(drawing.svg) < 100_000
