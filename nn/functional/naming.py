"""Errors of layers and losses that say which one failed, and what it got."""

import functools
import inspect
import sys

from autograd.errors import AutogradError, reraise


def name_errors(module: dict):
    """Give the errors of all functions that ``module`` has imported their names.

    Checks of their own say more; an option of a kind that nobody expects ends in words of Python or
    NumPy, which get the name and the arguments here.
    """
    for name, f in module.items():
        if inspect.isfunction(f) and f.__module__.startswith(module["__name__"] + "."):
            module[name] = _named(f)
            setattr(sys.modules[f.__module__], name, module[name])  # where pickle looks for it


def _named(f):
    @functools.wraps(f)
    def call(*args, **options):
        try:
            return f(*args, **options)
        except AutogradError:
            raise
        except Exception as e:
            reraise(e, f.__name__, [*args, *options.values()])

    return call
