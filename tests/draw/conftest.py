"""Which programs there are to draw with."""

import pytest

from autograd.draw import render


@pytest.fixture(params=["graphviz-pure", "own"])
def renderer(request, monkeypatch):
    """Both ways to an SVG that need nothing but Python packages."""
    monkeypatch.setattr(render.shutil, "which", lambda name: None)
    assert render.programs(), "graphviz-pure is not installed: pip install graphviz-pure"
    if request.param == "own":
        monkeypatch.setattr(render, "programs", list)
    return request.param


@pytest.fixture
def graphviz(monkeypatch):
    """Only graphviz-pure."""
    monkeypatch.setattr(render.shutil, "which", lambda name: None)


@pytest.fixture
def nothing(monkeypatch):
    """No Graphviz at all."""
    monkeypatch.setattr(render, "programs", list)
