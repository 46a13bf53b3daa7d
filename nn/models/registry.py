"""The networks' names: `build("resnet18", classes=10)` is `resnet18(classes=10)`."""

from collections.abc import Callable

from autograd.errors import ValueRangeError
from nn.module import Module

_builders: dict[str, Callable[..., Module]] = {}


def register(builder):
    """Decorator: `build` finds the function by its name."""
    _builders[builder.__name__] = builder
    return builder


def names() -> list[str]:
    """The name of every network that `build` knows, sorted."""
    return sorted(_builders)


def build(name: str, *args, **options) -> Module:
    """A network by name; the arguments are those of the function of that name.

    Raises
    ------
    ValueRangeError
        There is no network of that name.

    Examples
    --------
    >>> build("lenet5").count_parameters()
    61706
    """
    if name not in _builders:
        raise ValueRangeError(
            f"build: no network is called {name!r}; there are {', '.join(names())}"
        )
    return _builders[name](*args, **options)
