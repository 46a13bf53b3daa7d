"""Every notebook runs from a fresh kernel without error or warning, and is kept without outputs."""

import os
import re
from pathlib import Path

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")  # for the plots: the extra `viz`

from ipykernel.kernelspec import get_kernel_dict  # noqa: E402
from jupyter_client.kernelspec import KernelSpec  # noqa: E402
from jupyter_client.manager import AsyncKernelManager  # noqa: E402

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


class ThisInterpreter(AsyncKernelManager):
    """The Python that runs the tests is the kernel, whichever kernels are registered here."""

    kernel_spec = KernelSpec(**get_kernel_dict())


def run(path, home) -> tuple[nbformat.NotebookNode, str]:
    """The notebook with its outputs, and which cell failed with what, or ''."""
    nb = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        nb,
        kernel_manager_class=ThisInterpreter,
        timeout=300,
        resources={"metadata": {"path": str(path.parent)}},
    )
    env = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}  # plots go into the notebook
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH")]))
    env["IPYTHONDIR"] = str(home)  # without anyone's start-up files
    try:
        client.execute(env=env)
    except nbclient.exceptions.CellExecutionError as error:
        number, cell = next((k, c) for k, c in enumerate(nb.cells) if outputs(c, "error"))
        text = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)  # the colours of a terminal
        return nb, f"{path.name}, cell {number} ({cell.id}): {error.ename}\n{text}"
    return nb, ""


def outputs(cell, kind):
    return [output for output in cell.get("outputs", []) if output.output_type == kind]


@each_notebook
def test_runs(path, tmp_path):
    nb, failure = run(path, tmp_path)
    if failure:
        pytest.fail(failure, pytrace=False)
    for number, cell in enumerate(nb.cells):
        for stream in outputs(cell, "stream"):
            assert stream.name != "stderr" or "Warning" not in stream.text, (
                f"{path.name}, cell {number} ({cell.id}) shows a warning:\n{stream.text}"
            )


@each_notebook
def test_is_kept_without_outputs(path):
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    assert nb.metadata.kernelspec.name == "python3"
    for number, cell in enumerate(nb.cells):
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None, (
                f"{path.name}, cell {number} ({cell.id}) has an output: clear all, then save"
            )


def test_a_failing_cell_is_named_with_its_error(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(text, id=f"cell-{k}")
        for k, text in enumerate(("x = 1", "assert x == 2"))
    ]
    path = tmp_path / "wrong.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    failure = run(path, tmp_path)[1]
    assert "wrong.ipynb, cell 1 (cell-1): AssertionError" in failure
    assert "assert x == 2" in failure and "\x1b" not in failure
