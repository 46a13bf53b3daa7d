"""Sequential: modules one after another."""

from autograd.errors import ValueRangeError
from nn.module import Module


class Sequential(Module):
    """Modules (or functions) one after another: ``Sequential(Linear(2, 3), ReLU())``.

    Children are named '0', '1', ... as in PyTorch; or by the keys of a dict.
    """

    def __init__(self, *layers):
        if len(layers) == 1 and isinstance(layers[0], dict):
            self.layers = dict(layers[0])
        else:
            self.layers = {str(k): layer for k, layer in enumerate(layers)}
        for name, layer in self.layers.items():
            _layer(name, layer)

    def attributes(self):
        """The layers, by their own names, and what else was set on it."""
        yield from self.layers.items()
        yield from ((n, v) for n, v in super().attributes() if not n.startswith("layers."))

    def set_attribute(self, name, value):
        """Replace a layer, or another attribute."""
        if name in self.layers:
            self.layers[name] = value
        else:
            super().set_attribute(name, value)

    def __setattr__(self, name, value):
        layers = vars(self).get("layers", {})
        if name in layers:
            layers[name] = _layer(name, value)
        elif (
            layers and isinstance(value, Module) and type(self).forward is Sequential.forward
        ):  # it would never run
            raise ValueRangeError(
                f"Sequential: there is no layer {name!r} to replace; it has {', '.join(layers)}. "
                "To add a layer, make a Sequential of all of them."
            )
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name):
        layers = vars(self).get("layers", {})
        if name not in layers:
            return super().__getattr__(name)
        return layers[name]

    def __setitem__(self, k, layer):
        name = k if isinstance(k, str) else list(self.layers)[k]
        if name not in self.layers:
            raise ValueRangeError(
                f"Sequential: there is no layer {name!r} to replace; it has "
                f"{', '.join(self.layers)}"
            )
        self.layers[name] = _layer(name, layer)

    def forward(self, x):
        """The output of the last layer."""
        for layer in self.layers.values():
            x = layer(x)
        return x

    def _shown(self):
        return {**self.layers, **dict(self.named_children())}.items()

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers.values())

    def __getitem__(self, k):
        if isinstance(k, str):
            return self.layers[k]
        layers = list(self.layers.items())[k]
        return Sequential(dict(layers)) if isinstance(k, slice) else layers[1]


def _layer(name, layer):
    """``layer``, if a Sequential can hold it."""
    if isinstance(layer, list):
        raise ValueRangeError(
            f"Sequential: layer {name!r} is a list; unpack it: Sequential(*layers)"
        )
    if not callable(layer):
        raise ValueRangeError(
            f"Sequential: layer {name!r} must be a module or function, got {layer!r}"
        )
    if isinstance(layer, type) and issubclass(layer, Module):
        raise ValueRangeError(
            f"Sequential: layer {name!r} is the class {layer.__name__}; make one: "
            f"{layer.__name__}(...)"
        )
    return layer
