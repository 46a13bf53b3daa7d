"""Errors of layers and losses that say which one failed, and what it got."""

import functools
import inspect

from autograd.errors import AutogradError, reraise


def name_errors(module: dict):
    """Give the errors of all functions that ``module`` has imported their names.

    Checks of their own say more; an option of a kind that nobody expects ends in words of Python or
    NumPy, which get the name and the arguments here.
    """
    for name, f in module.items():
        if inspect.isfunction(f) and f.__module__.startswith(module["__name__"] + "."):
            module[name] = _named(f, module["__name__"])


def _named(f, module):
    """``f`` as a function of ``module``, where pickle finds it."""

    @functools.wraps(f)
    def call(*args, **options):
        try:
            return f(*args, **options)
        except AutogradError:
            raise
        except Exception as e:
            reraise(e, f.__name__, [*args, *options.values()])

    call.__module__ = module
    return call
