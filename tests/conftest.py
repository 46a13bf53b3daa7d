"""Before any test: the environment must be chalkgrad's own."""

import pytest

from autograd.environment import EnvironmentConflict, check_environment


def pytest_sessionstart(session):
    try:
        check_environment()
    except EnvironmentConflict as e:
        pytest.exit(str(e), returncode=3)
