"""One import name, two distributions: tell when the other ``autograd`` is installed too."""

import importlib.metadata

from autograd.errors import AutogradError


class EnvironmentConflict(AutogradError, ImportError):
    """Another distribution installs a package named ``autograd`` into this environment."""


def check_environment():
    """Raise if the distribution named ``autograd`` (HIPS autograd) is installed here.

    Both install a package of that name; whichever came last has overwritten files of the other.
    """
    try:
        other = importlib.metadata.distribution("autograd")
    except importlib.metadata.PackageNotFoundError:
        return
    raise EnvironmentConflict(
        f"chalkgrad and the distribution 'autograd' {other.version} both install a package of the "
        "name autograd, and cannot live in one environment. Run `pip uninstall autograd "
        "chalkgrad`, then install chalkgrad again; or use an environment of its own for each."
    )
