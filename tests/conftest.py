"""Before any test: the environment must be chalkgrad's own."""

import pytest

from autograd.environment import EnvironmentConflict, check_environment


def pytest_sessionstart(session):
    try:
        check_environment()
    except EnvironmentConflict as e:
        pytest.exit(str(e), returncode=3)


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
