"""The error of files and downloads."""

from autograd.errors import AutogradError


class DataError(AutogradError, RuntimeError):
    """A data file that is missing, damaged or not what it should be, or a broken download."""
