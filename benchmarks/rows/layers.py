"""Single layers in float32: forward, and backward from a given cotangent to every gradient."""

from benchmarks.numbers import images, labels, normal
from benchmarks.protocol import Row, Targets, both_jax, hips, ours, pytorch


def convolution(
    name, shape, filters, kernel, padding, title, groups=1, fixed=(), target: float | None = 2.0
) -> Row:
    """Stride 1, no bias.  ``fixed=("x",)``: no gradient of the input, as in a first layer."""
    n, channels, height, width = shape
    inputs = {
        "x": images(*shape),
        "w": normal("filters", filters, channels // groups, kernel, kernel, deviation=0.1),
    }
    out = (n, filters, height + 2 * padding - kernel + 1, width + 2 * padding - kernel + 1)
    products = n * filters * out[2] * out[3] * (channels // groups) * kernel**2
    passes = 2 if fixed else 3  # forward, dL/dw, dL/dx

    def call(f, x, w):
        return f.conv(x, w, None, 1, padding, groups)

    about = f"convolution {title}, {_sizes(shape)}" + (", first layer" if fixed else "")
    rate = 2 * products * passes / 1e9, "GFLOP"
    return _row(name, about, call, inputs, out, fixed, target, rate)


def pool(name, kind, size, stride) -> Row:
    """Max or average pooling."""
    shape = (64, 20, 28, 28)
    side = (28 - size) // stride + 1

    def call(f, x):
        return getattr(f, kind)(x, size, stride)

    title = f"{kind.replace('_', ' ')} {size}×{size}, stride {stride}, {_sizes(shape)}"
    return _row(name, title, call, {"x": normal("x", *shape)}, (64, 20, side, side), (), 0.3)


def batch_norm() -> Row:
    """In training."""
    shape = (32, 64, 32, 32)

    def call(f, x, w, b):
        return f.batch_norm(x, w, b, "bn")

    inputs = {"x": normal("x", *shape), "w": normal("w", 64), "b": normal("b", 64)}
    return _row("batch-norm", f"batch norm, {_sizes(shape)}", call, inputs, shape, (), 1.0)


def activation(name) -> Row:
    """An activation by its name; gelu with the normal distribution itself."""
    shape = (32, 64, 32, 32)

    def call(f, x):
        return getattr(f, name)(x)

    x = normal("x", *shape)
    x[x == 0] = 1  # libraries differ at a kink
    return _row(name, f"{name}, {_sizes(shape)}", call, {"x": x}, shape, (), 1.0, numpy=None)


def softmax() -> Row:
    """Along the last axis."""
    x = {"x": normal("x", 1000, 1000)}
    return _row("softmax", "softmax, 1000×1000", _call("softmax", "x"), x, (1000, 1000), (), 1.0)


def layer_norm() -> Row:
    """Over the last axis, with a weight and a bias."""
    shape = (32, 128, 512)
    inputs = {"x": normal("x", *shape), "w": normal("w", 512), "b": normal("b", 512)}
    title = f"layer norm, {_sizes(shape)}"
    return _row("layer-norm", title, _call("layer_norm", "x", "w", "b"), inputs, shape, (), 1.0)


def embedding() -> Row:
    """Rows of a table, some of them several times."""
    inputs = {"index": labels(8192, 10_000), "w": normal("w", 10_000, 256)}
    title = "embedding, 8192 of 10000 rows of 256"
    return _row(
        "embedding", title, _call("embedding", "index", "w"), inputs, (8192, 256), ("index",), 1.0
    )


def linear() -> Row:
    """Of sequences: the gradient of the weights is a sum over all places of all of them."""
    shape, weights = (32, 128, 512), normal("w", 512, 512, deviation=0.05)
    inputs = {"x": normal("x", *shape), "w": weights, "b": normal("b", 512)}
    title = f"linear, {_sizes(shape)} to 512"
    rate = 6 * 32 * 128 * 512 * 512 / 1e9, "GFLOP"
    return _row("linear", title, _call("linear", "x", "w", "b"), inputs, shape, (), 1.0, rate)


def attention() -> Row:
    """Of 8 sequences of 128, with 8 heads of 64: softmax(q kᵀ / 8) v."""
    shape = (8, 8, 128, 64)
    inputs = {name: normal(name, *shape) for name in "qkv"}
    title = f"attention, {_sizes(shape)}"
    return _row("attention", title, _call("attention", "q", "k", "v"), inputs, shape, (), 1.0)


def squared_error() -> Row:
    """Its mean."""
    shape = (1000, 1000)
    inputs = {"x": normal("x", *shape), "t": normal("t", *shape)}
    title = f"mean squared error, {_sizes(shape)}"
    return _row("squared-error", title, _call("squared_error", "x", "t"), inputs, (), ("t",), 1.0)


def einsum() -> Row:
    """The scores of attention: 8 sequences of 128, 8 heads of 64."""
    shape = (8, 128, 8, 64)

    def call(f, q, k):
        return f.einsum("bqhd,bkhd->bhqk", q, k)

    inputs = {"q": normal("q", *shape), "k": normal("k", *shape)}
    title = f"einsum bqhd,bkhd->bhqk, {_sizes(shape)}"
    return _row("einsum", title, call, inputs, (8, 8, 128, 128), (), 1.0)


def _call(name, *order):
    """The function of this name; ``order`` of its inputs, which JAX sorts."""
    return lambda f, **inputs: getattr(f, name)(*(inputs[k] for k in order))


def cross_entropy() -> Row:
    """Softmax and the mean of -log p."""
    n, classes = 128, 1000

    def call(f, x, y):
        return f.cross_entropy(x, y)

    inputs = {"x": normal("x", n, classes), "y": labels(n, classes)}
    title = f"softmax cross-entropy, {n}×{classes}"
    return _row("cross-entropy", title, call, inputs, (), ("y",), 1.0, with_hips=True)


def _row(
    name,
    title,
    call,
    inputs,
    out,
    fixed,
    target,
    rate=None,
    with_hips=False,
    numpy: float | None = 4.0,
):
    arguments = call, inputs, normal("cotangent", *out), fixed

    def ours_():
        from benchmarks.libraries import ours

        return ours.Layer(*arguments)

    def pytorch_():
        from benchmarks.libraries import pytorch

        return pytorch.Layer(*arguments)

    def jax_(compiled):
        from benchmarks.libraries import with_jax

        return with_jax.Layer(compiled, *arguments)

    def hips_():
        from benchmarks.libraries import with_hips

        return with_hips.Layer(*arguments)

    return Row(
        name,
        f"{title}: forward and backward",
        "ms",
        (*ours(ours_), pytorch(pytorch_), *both_jax(jax_), *((hips(hips_),) if with_hips else ())),
        scale=1e3,
        tolerance=1e-4,
        rate=rate,
        targets=Targets({} if target is None else {"PyTorch": target}, numpy=numpy),
    )


def _sizes(shape):
    return "×".join(map(str, shape))
