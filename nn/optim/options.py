"""Options and states of optimisers and schedules, checked."""

from collections.abc import Mapping

import numpy as np

from autograd.errors import ValueRangeError
from nn.functional.checks import is_number


def check_state(by, state, names):
    """Raise unless ``state`` is a dict that has these names."""
    missing = [n for n in names if not isinstance(state, Mapping) or n not in state]
    if missing:
        raise ValueRangeError(
            f"{by}: the state lacks {', '.join(map(repr, missing))}. Pass what state_dict() "
            "returned."
        )


def within(optimizer, low, high, **options):
    """Raise unless every option (a number, or a tuple of them) is in [low, high)."""
    rule = type(optimizer).__name__
    for name, value in options.items():
        for v in value if isinstance(value, (tuple, list)) else (value,):
            if not is_number(v) or not low <= v < high:
                limits = f">= {low}" if high == np.inf else f"in [{low}, {high})"
                raise ValueRangeError(f"{rule}: {name} must be {limits}, got {value!r}")


def pair(rule, name, given):
    """Two numbers, or an error."""
    try:
        a, b = given
        if is_number(a) and is_number(b):
            return a, b
    except (TypeError, ValueError):
        pass
    raise ValueRangeError(f"{rule}: {name} must be two numbers, {name}=(a, b), got {given!r}")


def as_python(option):
    """An option with Python's numbers in the place of NumPy's."""
    if isinstance(option, (tuple, list)):
        return tuple(map(as_python, option))
    single = isinstance(option, (np.generic, np.ndarray)) and option.ndim == 0
    return option.item() if single else option
