"""Networks as data, so that every library can run the same one.

A network is a tuple of layers, a layer a tuple: its kind, then its name and sizes.  `forward` runs
it with the functions of a library (`benchmarks.libraries`) on parameters by name; the names are
those of the network in `nn.models`.
"""

Layers = tuple[tuple, ...]

MLP: Layers = (("linear", "fc1", 784, 256), ("relu",), ("linear", "fc2", 256, 10))

# conv: name, channels in, out, kernel, stride, padding, with a bias
LENET5: Layers = (
    ("conv", "conv1", 1, 6, 5, 1, 2, True), ("tanh",), ("max_pool", 2),
    ("conv", "conv2", 6, 16, 5, 1, 0, True), ("tanh",), ("max_pool", 2), ("flatten",),
    ("linear", "fc1", 400, 120), ("tanh",), ("linear", "fc2", 120, 84), ("tanh",),
    ("linear", "fc3", 84, 10),
)  # fmt: skip

LENET20: Layers = (
    ("conv", "conv1", 1, 20, 5, 1, 2, True), ("relu",), ("max_pool", 2),
    ("conv", "conv2", 20, 50, 5, 1, 2, True), ("relu",), ("max_pool", 2), ("flatten",),
    ("linear", "fc1", 2450, 500), ("relu",), ("linear", "fc2", 500, 10),
)  # fmt: skip


def vgg16() -> Layers:
    """Configuration D; names are places in the sequences of layers."""
    layers, channels, k = [], 3, 0
    for stage in ((64,) * 2, (128,) * 2, (256,) * 3, (512,) * 3, (512,) * 3):
        for filters in stage:
            layers += [("conv", f"features.{k}", channels, filters, 3, 1, 1, True), ("relu",)]
            channels, k = filters, k + 2
        layers.append(("max_pool", 2))
        k += 1
    sizes = ((0, 512 * 7 * 7, 4096), (3, 4096, 4096), (6, 4096, 1000))
    layers.append(("flatten",))
    for k, n, m in sizes:
        layers += [("linear", f"classifier.{k}", n, m), ("relu",)]
    return tuple(layers[:-1])


def resnet20() -> Layers:
    """The one for CIFAR, with shortcuts of option A."""
    layers = [("conv", "conv1", 3, 16, 3, 1, 1, False), ("norm", "bn1", 16), ("relu",)]
    width = 16
    for stage in range(3):
        for block in range(3):
            out, at = 16 << stage, f"layer{stage + 1}.{block}"
            stride = out // width
            inner = (
                ("conv", f"{at}.conv1", width, out, 3, stride, 1, False),
                ("norm", f"{at}.bn1", out), ("relu",),
                ("conv", f"{at}.conv2", out, out, 3, 1, 1, False), ("norm", f"{at}.bn2", out),
            )  # fmt: skip
            layers.append(("residual", inner, (out - width, stride)))
            width = out
    return (*layers, ("average",), ("linear", "fc", 64, 10))


def shapes(layers: Layers) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter, in order."""
    found = {}
    for kind, *options in layers:
        if kind == "residual":
            found |= shapes(options[0])
        elif kind == "conv":
            name, channels, filters, kernel, _, _, bias = options
            found[f"{name}.weight"] = (filters, channels, kernel, kernel)
            if bias:
                found[f"{name}.bias"] = (filters,)
        elif kind in ("linear", "norm"):
            name, *sizes = options
            found[f"{name}.weight"] = tuple(reversed(sizes))
            found[f"{name}.bias"] = (sizes[-1],)
    return found


def forward(layers: Layers, parameters, x, f):
    """Scores for the images x (N, ...), by the functions of the library ``f``."""
    for kind, *options in layers:
        name = options[0] if options else ""
        if kind == "residual":
            inner, (more, stride) = options
            y = forward(inner, parameters, x, f)
            x = f.relu(y + (f.subsample(x, more, stride) if stride > 1 else x))
            continue
        weight, bias = (parameters.get(f"{name}.{part}") for part in ("weight", "bias"))
        if kind == "conv":
            x = f.conv(x, weight, bias, *options[4:6])
        elif kind == "linear":
            x = f.linear(x, weight, bias)
        elif kind == "norm":
            x = f.batch_norm(x, weight, bias, name)
        elif kind == "max_pool":
            x = f.max_pool(x, options[0], options[0])
        else:  # relu, tanh, flatten, average
            x = getattr(f, kind)(x)
    return x
