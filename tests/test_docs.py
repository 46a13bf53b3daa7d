"""What the documents say is true: the reference page is the code's, the examples run."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn

ROOT = Path(__file__).parent.parent
MODULES = [
    m.name
    for package in (autograd, nn)
    for m in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    if "__main__" not in m.name
]


def test_the_reference_page_is_up_to_date():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "reference.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["autograd", "nn", *MODULES])
def test_examples_in_docstrings(name):
    import numpy as np

    with np.printoptions():
        result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_examples_of_the_readme(tmp_path, monkeypatch):
    """Every Python block of the README runs, one after another, on a few digits."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert len(blocks) >= 4
    monkeypatch.chdir(tmp_path)
    load = nn.data.mnist

    def few_digits():
        train, test = load(verbose=False)
        return type(train)(train.images[:128], train.labels[:128]), test

    monkeypatch.setattr(nn.data, "mnist", few_digits)
    names: dict = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert (tmp_path / "lenet5.npz").exists()
    assert names["b"].grad == 6.0


def test_the_documents_link_to_files_that_exist():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
