"""Before any test: the environment must be chalkgrad's own, and random cases the same each time.

After the last one, a line says how many operations and cases were held to what; tests say with
``record_property("cases of ONNX", 3)`` how many they replayed.
"""

import os
from collections import Counter

import pytest
from hypothesis import settings

from autograd.environment import EnvironmentConflict, check_environment

# A change is judged by the same examples every time; `make test-random` looks for new ones.
settings.register_profile("steady", deadline=None, max_examples=150, derandomize=True)
settings.register_profile("random", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_sessionstart(session):
    try:
        check_environment()
    except EnvironmentConflict as e:
        pytest.exit(str(e), returncode=3)


def pytest_collection_modifyitems(items):
    """Notebooks first, which take longest: no process is to wait for another's at the end."""
    items.sort(key=lambda item: item.path.name != "test_notebooks.py")


def pytest_terminal_summary(terminalreporter):
    passed = terminalreporter.stats.get("passed", [])
    parts = []
    if any("autograd/test_table.py" in report.nodeid for report in passed):
        from tests.autograd import cases

        rows = {op for case in cases.CASES for op in cases.MADE_OF.get(case.op, set()) | {case.op}}
        parts.append(f"{len(rows)} operations in the table of {len(cases.CASES)} cases")
    nasty = sum("autograd/test_nasty.py" in report.nodeid for report in passed)
    if nasty:
        parts.append(f"{nasty} nasty cases")
    counts: Counter[str] = Counter()
    for report in passed:
        counts.update(dict(report.user_properties))
    parts += [f"{n} {what}" for what, n in counts.items() if n]
    if parts:
        terminalreporter.write_line("checked: " + ", ".join(parts))


@pytest.fixture
def use_kernels(monkeypatch):
    """``use_kernels("numpy")`` or ``("numba")`` for the rest of the test."""
    from autograd.kernels import backend

    def use(name):
        monkeypatch.setenv("AUTOGRAD_KERNELS", name)
        backend.cache_clear()

    yield use
    monkeypatch.undo()
    backend.cache_clear()
