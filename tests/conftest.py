"""Before any test: the environment must be chalkgrad's own, and random cases the same each time."""

import os

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
